"""What views use: the doors, `page()`, `see_other()`, the actor. Views never look at htmx headers.

`page()` answers with the whole page or with the one block that was asked for. The few htmx headers involved are read here
and in `refusals`, so no htmx library is needed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from jinja2_fragments.flask import render_block
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.foundation import doors, refusals, sessions, site, transaction
from portal.foundation.config import Settings
from portal.foundation.doors import (
    accepts_files,
    current_actor,
    current_actor_or_none,
    mount,
    open_doors,
    public_views,
    repeatable,
    staff_views,
    supplier_views,
)
from portal.foundation.i18n import locale
from portal.foundation.refusals import is_htmx, signed_out

__all__ = [
    "accepts_files",
    "afterwards",
    "commit_anyway",
    "current_actor",
    "current_actor_or_none",
    "init",
    "mount",
    "open_doors",
    "page",
    "public_views",
    "repeatable",
    "safe_next",
    "see_other",
    "signed_in_context",
    "signed_out",
    "staff_views",
    "supplier_views",
]


def init(app: Flask, settings: Settings) -> None:
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)  # type: ignore[method-assign]
    doors.init(app)
    transaction.init(app)
    refusals.init(app)
    app.extensions.setdefault("navigation", lambda _actor: [])
    app.context_processor(_context)
    app.jinja_env.globals.update(once_key=lambda: secrets.token_urlsafe(18))
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("ui.html").module  # also seen by blocks rendered alone
    site.mount(app.extensions["doors"]["public"], signed_in_context)


def afterwards(deed: Callable[[], None]) -> None:
    """Run `deed` after the answer is decided, outside the request's transaction (traces and failures only)."""
    g.afterwards.append(deed)


def commit_anyway() -> None:
    """This unsafe request commits although its status is an error (a refusal that must be remembered)."""
    g.commit_anyway = True


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


def safe_next(address: str | None, otherwise: str) -> str:
    """`address` when it is a path of this site, else `otherwise` (AU-5: no open redirect)."""
    if not address or not address.startswith("/") or re.match(r"^/[/\\]|.*[\x00-\x20\\]", address) or "%2f%2f" in address.lower()[:8]:
        return otherwise
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else otherwise


def _context() -> dict[str, Any]:
    actor = g.get("actor")
    return {
        "actor": actor,
        "nav": current_app.extensions["navigation"](actor) if actor else [],
        "locale": locale(),
        "request_id": g.get("request_id", ""),
        "idle_minutes": int(sessions.IDLE.get(actor.side, sessions.IDLE["buyer"]).total_seconds() // 60) if actor else None,
    }


def signed_in_context() -> dict[str, Any]:
    """What the page's script asks after a sign-in in another tab: who is in, and the token of the new session."""
    actor = g.get("actor")
    return {
        "signed_in": actor is not None,
        "person": actor.person_id if actor else None,  # unsent text is only sent again for the same person
        "csrf_token": generate_csrf() if "sid" in session else None,
    }
