"""The demonstration: a fictitious municipality in which every screen has something true to show.

Not an area: it owns no tables and nothing imports it. It builds its world once by calling the real services as the people of
the story, in the order of the river and at their dates (`story`), then keeps a snapshot that «Nullstill demo» restores
(`snapshot`). Its store, cookie and clock are its own (SC-3): `instance/demo/`.

Every name, plate and figure is invented. Organisation numbers pass MOD 11 but begin with 5, which is never issued; plates use
the letter Q, which no ordinary Norwegian plate has.
"""

from __future__ import annotations

from flask import Flask


def mount(app: Flask) -> None:
    """Hang the demo's own pages behind the public door. Only ever called in demo mode."""
    import os

    from portal.demo import serve, views
    from portal.foundation import web

    os.environ.setdefault("KRAVSJEKK_PLATE_SERIES", "demo")  # EQ, HQ, GQ, QD mean something here, and only here
    web.mount(app, views.views)
    app.context_processor(views.context)
    app.cli.add_command(serve.demo_command)
