"""Pages that belong to the service itself, not to any area: health, the accessibility statement, the page's own context."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template

from portal.foundation import jobs

WORKER_IS_LATE = timedelta(minutes=2)


def mount(public: Blueprint, signed_in_context: Callable[[], dict[str, Any]]) -> None:
    public.add_url_rule("/livez", "livez", livez)
    public.add_url_rule("/readyz", "readyz", readyz)
    public.add_url_rule("/tilgjengelighet", "accessibility", accessibility)
    public.add_url_rule("/kontekst.json", "context", lambda: context(signed_in_context()))


def livez() -> Response:
    """Alive: touches no dependency (OB-1)."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"})


def readyz() -> Response:
    """Ready when the database answers; everything else is at most *degraded*, with 200 (OB-1)."""
    try:
        waited = jobs.longest_wait()
    except Exception:
        current_app.logger.exception("the database does not answer")
        return make_response("database\n", 503, {"Content-Type": "text/plain; charset=utf-8", "Retry-After": "5"})
    told = "ok\n" if waited < WORKER_IS_LATE else f"degraded: no worker has taken a job for {waited.total_seconds():.0f} s\n"
    return make_response(told, 200, {"Content-Type": "text/plain; charset=utf-8"})


def accessibility() -> Response:
    return make_response(render_template("accessibility.html"))


def context(answer: dict[str, Any]) -> Response:
    """What the page's script asks after a sign-in in another tab."""
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
