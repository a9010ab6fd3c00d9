"""Two doors and the street: every view stands behind exactly one, and the door admits before any view runs.

An area's views are a blueprint made by `public_views`, `supplier_views` or `staff_views`; no other can be mounted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, g

from portal.foundation.actor import Actor
from portal.foundation.config import MEGABYTE
from portal.foundation.errors import NotFound
from portal.foundation.i18n import _

View = TypeVar("View", bound=Callable[..., Any])

DOORS = {"public": "", "supplier": "/leverandor", "staff": "/kommune"}
SIDE_OF_DOOR = {"supplier": "supplier", "staff": "buyer"}


def init(app: Flask) -> None:
    app.extensions["doors"] = {name: Blueprint(name, "portal.foundation") for name in DOORS}
    for door, side in SIDE_OF_DOOR.items():
        app.extensions["doors"][door].before_request(_admit(side))


class Door(Blueprint):
    """A blueprint that knows which door it stands behind; `mount` refuses any other kind."""

    door: str


def _door(door: str, area: str) -> Door:
    views = Door(area, f"portal.{area}", url_prefix="")
    views.door = door
    return views


def public_views(area: str) -> Door:
    """Views anybody may open. They still load every record through `access`."""
    return _door("public", area)


def supplier_views(area: str) -> Door:
    """Views for people who act for a supplier, under /leverandor."""
    return _door("supplier", area)


def staff_views(area: str) -> Door:
    """Views for people who act for a municipality, under /kommune."""
    return _door("staff", area)


def repeatable(view: View) -> View:
    """This unsafe view may be sent again with another body under the same form key (autosave)."""
    view.repeatable = True  # type: ignore[attr-defined]
    return view


def accepts_files(megabytes: int = 25) -> Callable[[View], View]:
    """This view takes uploads up to `megabytes` (the form's other fields come on top)."""

    def mark(view: View) -> View:
        view.body_limit = (megabytes + 1) * MEGABYTE  # type: ignore[attr-defined]
        return view

    return mark


def mount(app: Flask, views: Door) -> None:
    """Hang an area's views behind their door. A blueprint without a door cannot be mounted."""
    if not isinstance(views, Door):
        raise TypeError(f"{views!r} stands behind no door: make it with public_views, supplier_views or staff_views")
    app.extensions["doors"][views.door].register_blueprint(views)


def open_doors(app: Flask) -> None:
    """Register the doors, after every area has hung its views behind them."""
    for name, parent in app.extensions["doors"].items():
        app.register_blueprint(parent, url_prefix=DOORS[name] or None)


def _admit(side: str) -> Callable[[], Response | None]:
    def admit() -> Response | None:
        actor = g.actor
        if actor is None:
            from portal.foundation.refusals import signed_out

            return signed_out()
        if actor.side != side:
            raise NotFound(_("Siden finnes ikke, eller den er ikke din å se."))
        return None

    return admit


def current_actor() -> Actor:
    """Who acts in this request. Behind the supplier and staff doors there always is one."""
    if g.actor is None:
        raise NotFound()
    actor: Actor = g.actor
    return actor


def door_of(endpoint: str | None) -> str | None:
    """The door an endpoint stands behind, None for static files and unknown addresses."""
    first = (endpoint or "").split(".")[0]
    return first if first in DOORS else None


def current_actor_or_none() -> Actor | None:
    """Who acts on a page that anybody may open."""
    actor: Actor | None = g.actor
    return actor
