"""The statistics page: a chart and the table it is drawn from."""

from __future__ import annotations

from flask import Response, make_response, request

from portal.foundation import web
from portal.statistics import access, documents

views = web.staff_views("statistics")
METRIC = "share_vehicles_zero_emission"


@views.get("/statistikk")
def index() -> Response:
    return web.page("statistics/index.html", points=access.share_by_period(web.current_actor(), METRIC))


@views.get("/statistikk/nullutslipp.svg")
def share_chart() -> Response:
    """The chart as a picture of its own: no markup from it ever enters a page. With `?smal` it is drawn for a phone."""
    svg = documents.share_chart(access.share_by_period(web.current_actor(), METRIC), narrow="smal" in request.args)
    return make_response(svg, 200, {"Content-Type": "image/svg+xml; charset=utf-8", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})
