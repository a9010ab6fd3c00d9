"""The start page and the ways in. Nobody has to be signed in to open these, and none of them tells who is known."""

from __future__ import annotations

from flask import Response, redirect, request, session, url_for

from portal.foundation import limits, web
from portal.foundation.actor import Actor
from portal.foundation.errors import PortalError, WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.identity import access, service
from portal.identity.rules import (
    ASK_WINDOW,
    ASKS_PER_ADDRESS,
    ASKS_PER_EMAIL,
    LINK_LIFE,
    WRONG_CODE_WINDOW,
    WRONG_CODES_PER_EMAIL,
    normal_email,
)
from portal.identity.service import WayIn

views = web.public_views("identity")
ASKED = "signin"  # what this browser asked for: id of the request, address, where to go


@views.get("/")
def start() -> Response:
    """What this is and how to get in. Somebody who is in goes on to the work, except in the demo, where she may change role."""
    return web.page("identity/start.html", home=_home_of(web.current_actor_or_none()))


@views.get("/logg-inn")
def sign_in() -> Response:
    onward = web.safe_next(request.args.get("next"), "")
    actor = web.current_actor_or_none()
    if actor is not None and not request.args.get("ny"):
        return redirect(onward or _home_of(actor), 303)  # type: ignore[return-value]
    return web.page("identity/sign_in.html", next=onward, email=session.get(ASKED, {}).get("email", ""), errors={})


@views.post("/logg-inn")
def ask_for_link() -> Response:
    """Always the same answer, whether the address is known, unknown, or asked for too often (AU-4)."""
    typed, onward = request.form.get("email", ""), web.safe_next(request.form.get("next"), "")
    email = normal_email(typed)
    if not email:
        errors = {"email": _("Skriv en hel e-postadresse, for eksempel navn@firma.no.")}
        return web.page("identity/sign_in.html", 422, next=onward, email=typed, errors=errors)
    if _too_many_from_here():
        return _wait("identity/sign_in.html", next=onward, email=typed)
    _ask(email, onward)
    return web.see_other("public.identity.code")


@views.get("/logg-inn/kode")
def code() -> Response:
    asked = session.get(ASKED)
    if not asked:
        return web.see_other("public.identity.sign_in")
    return _code_page(asked)


@views.post("/logg-inn/kode")
def use_code() -> Response:
    """The code from the mail, typed in the browser that asked for it (mail apps have a cookie jar of their own)."""
    asked = session.get(ASKED)
    if not asked:
        return web.see_other("public.identity.sign_in")
    bucket = f"code:{asked['email']}"
    if limits.hits(bucket, WRONG_CODE_WINDOW) >= WRONG_CODES_PER_EMAIL or _too_many_from_here():
        return _code_page(asked, _("Det er prøvd for mange koder. Bruk lenken i e-posten, eller vent en time."), 429)
    try:
        way_in = service.consume_code(asked["request"], request.form.get("code", ""))
    except WrongState as refused:
        return _code_page(asked, refused.message, 409)
    if way_in is None:
        web.afterwards(lambda: limits.hit(bucket, WRONG_CODE_WINDOW))
        web.commit_anyway()  # the wrong try is remembered
        return _code_page(asked, _("Koden stemmer ikke. Sjekk den siste e-posten fra oss, og prøv igjen."), 422)
    return _enter(way_in, issuer="mail-code")


@views.get("/logg-inn/<token>")
def link(token: str) -> Response:
    """Opening a link uses nothing: mail scanners open links. The button does."""
    state, _found = service.link_state(token)
    return _private(web.page("identity/link.html", 200 if state == "open" else 410, state=state, token=token))


@views.post("/logg-inn/<token>")
def use_link(token: str) -> Response:
    try:
        way_in = service.consume_link(token)
    except PortalError:
        return web.see_other("public.identity.link", token=token)
    return _enter(way_in, issuer="mail-link")


@views.post("/logg-inn/<token>/ny")
def send_fresh_link(token: str) -> Response:
    """A link that is used up sends a new one, to the address it was bound to and no other."""
    state, found = service.link_state(token)
    if found is None:
        return web.see_other("public.identity.sign_in")
    if _too_many_from_here():
        return _wait("identity/link.html", state=state, token=token)
    _ask(found.email, found.next)
    return web.see_other("public.identity.code")


@views.get("/velg-rolle")
def choose() -> Response:
    """For a person who acts for several organisations: which one now."""
    actor = web.current_actor_or_none()
    if actor is None:
        return web.see_other("public.identity.sign_in")
    return web.page("identity/choose.html", memberships=access.memberships_of_person(actor), next=web.safe_next(request.args.get("next"), ""))


@views.post("/velg-rolle")
def act_for() -> Response:
    actor = web.current_actor_or_none()
    if actor is None:
        return web.see_other("public.identity.sign_in")
    chosen = service.act_for(actor, request.form.get("membership", ""))
    return _onward(chosen, request.form.get("next", ""))


@views.post("/logg-ut")
def sign_out() -> Response:
    service.sign_out()
    session.clear()
    return web.see_other("public.identity.start")


def _ask(email: str, onward: str) -> None:
    """Ask for a link unless this address was asked for very often; the asker cannot tell which."""
    bucket = f"signin:{email}"
    request_id = service.request_link(email, next=onward) if limits.hits(bucket, ASK_WINDOW) < ASKS_PER_EMAIL else new_id()
    web.afterwards(lambda: limits.hit(bucket, ASK_WINDOW))
    session[ASKED] = {"request": request_id, "email": email}


def _too_many_from_here() -> bool:
    """Whether this network address has tried too often; every look counts as a try."""
    bucket = f"signin-from:{request.remote_addr}"
    web.afterwards(lambda: limits.hit(bucket, ASK_WINDOW))
    return limits.hits(bucket, ASK_WINDOW) >= ASKS_PER_ADDRESS


def _wait(template: str, **shown: object) -> Response:
    errors = {"email": _("Det er bedt om mange innlogginger herfra. Vent et kvarter, og prøv igjen.")}
    response = web.page(template, 429, errors=errors, **shown)
    response.headers["Retry-After"] = str(int(ASK_WINDOW.total_seconds()))
    return response


def _code_page(asked: dict[str, str], error: str = "", status: int = 200) -> Response:
    minutes = int(LINK_LIFE.total_seconds() // 60)
    return _private(web.page("identity/code.html", status, email=asked["email"], minutes=minutes, errors={"code": error} if error else {}))


def _enter(way_in: WayIn, *, issuer: str) -> Response:
    """Through the one way in. Somebody whose access ended after she asked is told the same as a stranger."""
    if not way_in.memberships:
        session.pop(ASKED, None)
        web.commit_anyway()
        return web.page("identity/link.html", 410, state="no_access", token="")
    membership = next((held for held in way_in.memberships if _leads_to(way_in.next, held.organisation.kind)), way_in.memberships[0])
    actor = service.sign_in(membership, issuer=issuer, subject=way_in.email, acr="email")
    if len(way_in.memberships) > 1:
        return web.see_other("public.identity.choose", next=way_in.next or None)
    return _onward(actor, way_in.next)


def _leads_to(address: str, kind: str) -> bool:
    return address.startswith("/kommune" if kind == "buyer" else "/leverandor")


def _onward(actor: Actor, address: str) -> Response:
    """Where the person was going, unless that is behind the other door."""
    other = "/leverandor" if actor.is_staff else "/kommune"
    wanted = "" if address.startswith(other) else address
    return redirect(web.safe_next(wanted, _home_of(actor)), 303)  # type: ignore[return-value]


def _home_of(actor: Actor | None) -> str:
    if actor is None:
        return url_for("public.identity.start")
    return url_for("supplier.reporting.index" if actor.is_supplier else "staff.followup.my_day")


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
