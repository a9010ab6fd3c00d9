"""The doors of the portal and what holds for every request.

*Doors.* An area's views are a blueprint made by `public_views`, `supplier_views` or `staff_views`; it can only be mounted
behind that door, which admits by side before any view runs.
*One request, one transaction.* A safe request always rolls back. An unsafe one that succeeds commits, everything else
rolls back; traces are written afterwards in a short transaction of their own (decision 12).
*htmx.* `page()` answers with the whole page or the one block that was asked for; views never look at htmx headers.
The few headers involved are read here, so no htmx library is needed.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from jinja2_fragments.flask import render_block
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.foundation import clock, sessions
from portal.foundation.actor import Actor
from portal.foundation.config import MEGABYTE, Settings
from portal.foundation.db import begin_writing, db
from portal.foundation.errors import Conflict, Invalid, NotFound, PortalError
from portal.foundation.i18n import _, locale
from portal.foundation.models import AccessTrace, OnceKey

log = logging.getLogger("kravsjekk")
csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DOORS = {"public": "", "supplier": "/leverandor", "staff": "/kommune"}
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


# ---------------------------------------------------------------- doors


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


# ---------------------------------------------------------------- the request


def init(app: Flask, settings: Settings) -> None:
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `_guard` calls it, in the right order
    csrf.init_app(app)
    app.extensions["doors"] = {name: Blueprint(name, "portal.foundation") for name in DOORS}
    app.extensions["doors"]["supplier"].before_request(_admit("supplier"))
    app.extensions["doors"]["staff"].before_request(_admit("buyer"))
    app.extensions.setdefault("load_actor", lambda _row: None)
    app.extensions.setdefault("navigation", lambda _actor: [])
    app.before_request(_open)
    app.before_request(_guard)
    app.before_request(_begin)
    app.before_request(_answer_again)
    app.after_request(_finish)
    app.context_processor(_context)
    app.jinja_env.globals.update(once_key=lambda: secrets.token_urlsafe(18))
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(Exception, _crash)
    from portal.foundation import site

    site.mount(app.extensions["doors"]["public"])


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
    _load_actor()


def _load_actor() -> None:
    row = sessions.current()
    if row is None:
        return
    actor = current_app.extensions["load_actor"](row)
    if actor is None or sessions.is_idle(row, actor.side):
        return
    g.actor = actor
    if not request.headers.get("X-Background"):
        sessions.touch(row)


def afterwards(deed: Callable[[], None]) -> None:
    """Run `deed` after the answer is decided, outside the request's transaction (traces and failures only)."""
    g.afterwards.append(deed)


def commit_anyway() -> None:
    """This unsafe request commits although its status is an error (a refusal that must be remembered)."""
    g.commit_anyway = True


def _finish(response: Response) -> Response:
    """The one hook that commits. Then the traces, then the headers every answer carries."""
    if request.endpoint != "static":
        unsafe = request.method not in SAFE_METHODS
        if unsafe and (response.status_code < 400 or g.get("commit_anyway")):
            _remember_answer(response)
            db.session.commit()
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
    if row is None or row.who != who or row.route != str(request.url_rule) or row.body_sha256 != _body_hash() or not row.location:
        raise Invalid({}, _("Dette skjemaet er allerede sendt med et annet innhold. Gå tilbake, last siden på nytt og prøv igjen."))
    return redirect(row.location, 303)


def _remember_answer(response: Response) -> None:
    row: OnceKey | None = g.get("once")
    if row is None:
        return
    if response.status_code in (301, 302, 303):
        row.status, row.location = response.status_code, response.location
    else:
        db.session.delete(row)  # a page shown again (422-like answers with 200) may be sent again


# ---------------------------------------------------------------- answers


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def page(template: str, status: int = 200, **context: Any) -> Response:
    """The whole page, or just the Jinja block whose name is the HX-Target id (`answer-17` → block `answer`).

    A target that is no block of this template gets the whole page, and htmx cuts the target out of it.
    """
    target = request.headers.get("HX-Target", "") if is_htmx() else ""
    if not target:
        return make_response(render_template(template, **context), status)
    block = re.match(r"[a-z_]*", target)[0].rstrip("_")  # type: ignore[index]
    if block in current_app.jinja_env.get_template(template).blocks:
        return make_response(render_block(template, block, **context), status)
    response = make_response(render_template(template, **context), status)
    response.headers["HX-Reselect"] = f"#{target}"
    return response


def see_other(endpoint: str, **values: Any) -> Response:
    """POST → 303 → GET, with or without JavaScript."""
    return make_response(redirect(url_for(endpoint, **values), 303))


def signed_out() -> Response:
    """The session has ended. Nothing typed is lost: htmx keeps its page (401 + event), a plain form gets its fields back."""
    if is_htmx() or request.headers.get("X-Requested-With"):
        response = make_response("", 401)
        response.headers["HX-Trigger"] = "session-expired"
        return response
    if request.method in SAFE_METHODS:
        return make_response(redirect(url_for("public.identity.sign_in", next=request.full_path.rstrip("?")), 303))
    return make_response(render_template("errors/expired.html", fields=_posted_fields(), action=request.full_path.rstrip("?")), 401)


def _posted_fields() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "_once")]


def safe_next(address: str | None, otherwise: str) -> str:
    """`address` when it is a path of this site, else `otherwise` (AU-5: no open redirect)."""
    if not address or not address.startswith("/") or re.match(r"^/[/\\]|.*[\x00-\x20\\]", address) or "%2f%2f" in address.lower()[:8]:
        return otherwise
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else otherwise


# ---------------------------------------------------------------- errors


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
    return _error(template, error.status, message, conflict=conflict, fields=_posted_fields() if request.method == "POST" else [])


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
    _load_actor()
    if g.actor is None and door_of(request.endpoint) in ("supplier", "staff"):
        return signed_out()
    log.info("%s csrf refused: %s", g.get("request_id"), error.description)
    return _error("errors/csrf.html", 400, "", fields=_posted_fields(), action=request.full_path.rstrip("?"))


def _stale(_error_: Exception) -> Response:
    log.info("%s a competing change came first: %s", g.get("request_id"), type(_error_).__name__)
    return _portal_error(Conflict(_("Noen andre endret dette samtidig. Last siden på nytt for å se hva som gjelder nå. Endringen din er ikke lagret.")))


def _crash(error: Exception) -> Response:
    if current_app.testing and not isinstance(error, HTTPException):
        db.session.rollback()
        raise error
    log.exception("%s failed", g.get("request_id"))
    return _error("errors/500.html", 500, "")


def _context() -> dict[str, Any]:
    actor = g.get("actor")
    return {
        "actor": actor,
        "nav": current_app.extensions["navigation"](actor) if actor else [],
        "locale": locale(),
        "request_id": g.get("request_id", ""),
        "idle_minutes": int(sessions.IDLE.get(actor.side, sessions.IDLE["buyer"]).total_seconds() // 60) if actor else None,
    }


def not_found() -> None:
    abort(404)


def csrf_token() -> str:
    token: str = generate_csrf()
    return token


def signed_in_context() -> dict[str, Any]:
    """What the page's script asks after a sign-in in another tab: who is in, and the token of the new session."""
    actor = g.get("actor")
    return {"signed_in": actor is not None, "name": actor.name if actor else None, "csrf_token": generate_csrf() if "sid" in session else None}
