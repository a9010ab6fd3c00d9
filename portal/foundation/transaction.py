"""One request, one transaction: what happens before and after every view.

A safe request always rolls back. An unsafe one that succeeds commits, everything else rolls back; traces and failures are
written afterwards in a short transaction of their own (decision 12). A form sent twice gets its first answer (ID-1).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import IntegrityError

from portal.foundation import clock, faults, sessions
from portal.foundation.config import Settings
from portal.foundation.db import begin_writing, db
from portal.foundation.doors import door_of
from portal.foundation.errors import Invalid
from portal.foundation.i18n import _
from portal.foundation.models import AccessTrace, OnceKey

log = logging.getLogger("kravsjekk")
csrf = CSRFProtect()

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'"
)


def init(app: Flask) -> None:
    """Hang the hooks in their order: body limit, token, transaction, actor, one-time key; then the view; then the commit."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `_guard` calls it, in the right order
    csrf.init_app(app)
    app.extensions.setdefault("load_actor", lambda _row: None)
    for hook in (_open, _guard, _begin, _answer_again):
        app.before_request(hook)
    app.after_request(_finish)


def _open() -> None:
    """A code for this request, the time of its first byte (DE-2), and its body limit before anything parses the body."""
    g.request_id = secrets.token_hex(4).upper()
    g.received_at = clock.now()
    g.afterwards = []
    g.actor = None
    view = current_app.view_functions.get(request.endpoint or "")
    if (limit := getattr(view, "body_limit", None)) is not None:
        request.max_content_length = limit


def _guard() -> None:
    """Deny by default: every unsafe request carries this session's token and comes from our own pages (CF-1).

    Reading the form here also means that a slow upload is received before any write lock is taken.
    """
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise CSRFError(_("Forespørselen kom fra et annet nettsted."))
    origin = request.headers.get("Origin")
    if site is None and origin and urlsplit(origin).netloc != request.host:
        raise CSRFError(_("Forespørselen kom fra et annet nettsted."))
    csrf.protect()


def _begin() -> None:
    """Open the transaction (a writing one for unsafe requests) and find out who acts."""
    if request.endpoint is None or request.endpoint == "static":
        return
    if request.method not in SAFE_METHODS:
        begin_writing()
    load_actor()


def load_actor() -> None:
    row = sessions.current()
    if row is None:
        return
    actor = current_app.extensions["load_actor"](row)
    if actor is None or sessions.is_idle(row, actor.side):
        return
    g.actor = actor
    if not request.headers.get("X-Background"):
        sessions.touch(row)


def _finish(response: Response) -> Response:
    """The one hook that commits. Then the traces, then the headers every answer carries."""
    if request.endpoint != "static":
        unsafe = request.method not in SAFE_METHODS
        if unsafe and (response.status_code < 400 or g.get("commit_anyway")):
            _remember_answer(response)
            faults.reach("request.before_commit")
            db.session.commit()
            faults.reach("request.after_commit")
        else:
            db.session.rollback()
        _write_traces(response)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    settings: Settings = current_app.extensions["settings"]
    if settings.is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static":
        response.vary.update(["HX-Request", "HX-Target"])
        if g.get("actor") is not None or door_of(request.endpoint) in ("supplier", "staff"):
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        if g.get("request_id"):
            response.headers["X-Request-Id"] = g.request_id
    return response


def _policy() -> str:
    """With S3 configured, its origin joins connect-src (decision 16)."""
    extra = current_app.extensions.get("storage_origin")
    return POLICY.replace("connect-src 'self'", f"connect-src 'self' {extra}") if extra else POLICY


def _write_traces(response: Response) -> None:
    """Never let a trace spoil an answer: a failure here is logged and the person gets what was decided."""
    traced = request.method not in SAFE_METHODS or response.status_code in (401, 403, 404) or g.get("trace_subject")
    try:
        if seen := g.get("seen_session"):
            sessions.write_last_seen(seen)
        for deed in g.get("afterwards", []):
            deed()
        if traced and request.endpoint and g.get("actor") is not None:
            _write_access_trace(response)
    except Exception:
        log.exception("%s traces were not written", g.get("request_id"))


def _write_access_trace(response: Response) -> None:
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(
            AccessTrace.__table__.insert().values(
                id=secrets.token_hex(10),
                at=clock.real_now(),
                person_id=g.actor.person_id,
                organisation_id=g.actor.organisation_id,
                request_id=g.request_id,
                method=request.method,
                route=str(request.url_rule)[:200],
                subject=(g.get("trace_subject") or ",".join(map(str, (request.view_args or {}).values())))[:200],
                status=response.status_code,
            )
        )


# ---------------------------------------------------------------- one-time form keys (ID-1)


def _body_hash() -> str:
    fields = sorted((name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "_once"))
    files = sorted((name, upload.filename or "") for name, upload in request.files.items(multi=True))
    return hashlib.sha256(repr((fields, files)).encode()).hexdigest()


def _answer_again() -> Response | None:
    """A form sent twice gets its first answer again; the same key with another body is refused with 422."""
    key = request.form.get("_once", "") if request.method == "POST" else ""
    view = current_app.view_functions.get(request.endpoint or "")
    if not key or getattr(view, "repeatable", False):
        return None
    who = g.actor.person_id if g.actor else "anonymous"
    row = db.session.get(OnceKey, key[:64])
    if row is None:
        row = OnceKey(key=key[:64], who=who, route=str(request.url_rule)[:200], body_sha256=_body_hash(), created_at=clock.real_now())
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:  # PostgreSQL: the other click committed while this one waited
            row = db.session.get(OnceKey, key[:64])
        else:
            g.once = row
            return None
    if row is None or row.who != who or row.route != str(request.url_rule) or row.body_sha256 != _body_hash():
        raise Invalid({}, _("Dette skjemaet er allerede sendt med et annet innhold. Gå tilbake, last siden på nytt og prøv igjen."))
    if not row.location:
        # The first has no answer yet and has committed: an upload in the middle (decision 25), which is safe to repeat.
        g.once = row
        return None
    return make_response(redirect(row.location, 303))


def _remember_answer(response: Response) -> None:
    row: OnceKey | None = g.get("once")
    if row is None:
        return
    if response.status_code in (301, 302, 303):
        row.status, row.location = response.status_code, response.location
    else:
        db.session.delete(row)  # a page shown again (422-like answers with 200) may be sent again
