"""Min dag and the priority list."""

from __future__ import annotations

from flask import Response, request

from portal.followup import access
from portal.followup.rules import WEIGHTS
from portal.foundation import clock, web

views = web.staff_views("followup")
PER_PAGE = 50


@views.get("/")
def my_day() -> Response:
    return web.page("followup/my_day.html", lines=access.my_day(web.current_actor()), today=clock.today())


@views.get("/prioritering")
def priorities() -> Response:
    rows = access.priorities(web.current_actor())
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(request.args.get("side", 1, type=int), 1), pages)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    return web.page("followup/priorities.html", rows=shown, first=(page - 1) * PER_PAGE, total=len(rows), page=page, pages=pages, weights=WEIGHTS)
