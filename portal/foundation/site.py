"""Pages that belong to the service itself, not to any area: health, the accessibility statement, the page's own context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template
from sqlalchemy import text

from portal.foundation.db import db


def mount(public: Blueprint, signed_in_context: Callable[[], dict[str, Any]]) -> None:
    public.add_url_rule("/livez", "livez", livez)
    public.add_url_rule("/readyz", "readyz", readyz)
    public.add_url_rule("/tilgjengelighet", "accessibility", accessibility)
    public.add_url_rule("/kontekst.json", "context", lambda: context(signed_in_context()))


def livez() -> Response:
    """Alive: touches no dependency (OB-1)."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"})


def readyz() -> Response:
    """Ready when the database answers; everything else is at most *degraded* (OB-1)."""
    try:
        db.session.execute(text("select 1"))
    except Exception:
        current_app.logger.exception("the database does not answer")
        return make_response("database\n", 503, {"Content-Type": "text/plain; charset=utf-8", "Retry-After": "5"})
    return make_response("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"})


def accessibility() -> Response:
    return make_response(render_template("accessibility.html"))


def context(answer: dict[str, Any]) -> Response:
    """What the page's script asks after a sign-in in another tab."""
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
