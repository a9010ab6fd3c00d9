"""How a refusal looks: what is wrong, what to do, and what happened to the work. Nothing typed is lost."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.foundation.db import begin_writing, db
from portal.foundation.doors import door_of
from portal.foundation.errors import Conflict, NotFound, PortalError
from portal.foundation.i18n import _
from portal.foundation.storage import StorageUnavailable
from portal.foundation.transaction import SAFE_METHODS, load_actor

log = logging.getLogger("kravsjekk")


def init(app: Flask) -> None:
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(StorageUnavailable, _storage_down)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(Exception, _crash)


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def signed_out() -> Response:
    """The session has ended. Nothing typed is lost: htmx keeps its page (401 + event), a plain form gets its fields back."""
    if is_htmx() or request.headers.get("X-Requested-With"):
        response = make_response("", 401)
        response.headers["HX-Trigger"] = "session-expired"
        return response
    if request.method in SAFE_METHODS:
        return make_response(redirect(url_for("public.identity.sign_in", next=request.full_path.rstrip("?")), 303))
    return make_response(render_template("errors/expired.html", fields=posted_fields(), action=request.full_path.rstrip("?")), 401)


def posted_fields() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "_once")]


def _error(template: str, status: int, message: str, **context: Any) -> Response:
    db.session.rollback()
    if is_htmx():
        response = make_response(message, status)
        response.mimetype = "text/plain"
        response.headers["HX-Trigger"] = current_app.json.dumps({"portal-error": {"message": message, "code": g.get("request_id")}})
        return response
    return make_response(render_template(template, message=message, status=status, **context), status)


def _portal_error(error: PortalError) -> Response:
    known = {403, 404, 409, 422}
    template = f"errors/{error.status}.html" if error.status in known else "errors/400.html"
    conflict = error if isinstance(error, Conflict) else None
    # A missing object and another's object answer with the same body (AC-3): never the specific message.
    message = "" if isinstance(error, NotFound) else error.message
    return _error(template, error.status, message, conflict=conflict, fields=posted_fields() if request.method == "POST" else [])


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    known = {400, 403, 404, 405, 413, 429, 503}
    template = f"errors/{status}.html" if status in known else "errors/400.html"
    return _error(template, status, "")


def _csrf_error(error: CSRFError) -> Response:
    """A page older than its session: give the fields back with a fresh token (SE-5)."""
    begin_writing()
    load_actor()
    if g.actor is None and door_of(request.endpoint) in ("supplier", "staff"):
        return signed_out()
    log.info("%s csrf refused: %s", g.get("request_id"), error.description)
    return _error("errors/csrf.html", 400, "", fields=posted_fields(), action=request.full_path.rstrip("?"))


def _stale(_error_: Exception) -> Response:
    log.info("%s a competing change came first: %s", g.get("request_id"), type(_error_).__name__)
    return _portal_error(Conflict(_("Noen andre endret dette samtidig. Last siden på nytt for å se hva som gjelder nå. Endringen din er ikke lagret.")))


def _storage_down(error: StorageUnavailable) -> Response:
    log.error("%s the file store does not answer: %s", g.get("request_id"), error)
    return _error("errors/503.html", 503, "")


def _crash(error: Exception) -> Response:
    if current_app.testing and not isinstance(error, HTTPException):
        db.session.rollback()
        raise error
    log.exception("%s failed", g.get("request_id"))
    return _error("errors/500.html", 500, "")
