"""Kravsjekk: from a requirement in a public contract to the evidence that it is kept.

`create_app` is the factory. Everything else lives in an area (see `areas.py`) or in `foundation`.
Imports stay inside the function, so that the reader's child process can import `portal.evidence.parsing`
without paying for Flask and the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.foundation.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from `settings` (default: the environment).

    Raises `portal.foundation.config.BadConfiguration` when production settings are unsafe.
    """
    from flask import Flask

    from portal import areas, cli
    from portal.foundation import clock, db, faults, i18n, mail, operating, storage, web
    from portal.foundation.config import Settings

    settings = settings or Settings.from_environ()
    settings.refuse_if_unsafe()
    app = Flask(
        __name__,
        template_folder=str(settings.project_dir / "templates"),
        static_folder=str(settings.project_dir / "static"),
        instance_path=str(settings.instance_dir),
    )
    app.config.update(settings.as_flask_config())
    app.extensions["settings"] = settings
    faults.init(settings)
    clock.init(app, settings)
    db.init(app, settings)
    storage.init(app, settings)
    mail.init(app, settings)
    operating.init(app)
    i18n.init(app)
    web.init(app, settings)
    areas.mount(app)
    if settings.mode == "demo":
        from portal import demo

        demo.mount(app)
    web.open_doors(app)
    cli.register(app)
    return app
