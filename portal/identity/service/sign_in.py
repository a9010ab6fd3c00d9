"""The ways in. Each ends in `sign_in`, the only place that starts a session (AU-1).

Sessions, links and codes live by real time: no demo clock can revive them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from flask import current_app
from sqlalchemy import select

from portal.foundation import clock, jobs, sessions
from portal.foundation.actor import Actor
from portal.foundation.config import Settings
from portal.foundation.db import db
from portal.foundation.errors import NotFound, WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.identity import access
from portal.identity.models import Membership, SigninLink
from portal.identity.rules import CHOOSE_WITHIN, LINK_LIFE, WRONG_CODES_PER_LINK, normal_email
from portal.journal import service as journal
from portal.journal.rules import derived_code, derived_token

TOKEN = "signin-token"
CODE = "signin-code"

LinkState = Literal["open", "used", "expired", "unknown"]


@dataclass(frozen=True)
class WayIn:
    """What a used link or code opens: the memberships of its e-mail, and the page the person was on her way to."""

    email: str
    memberships: list[Membership]
    next: str


def request_link(email: str, *, next: str = "") -> str:
    """Ask for a link to be sent, and return the id of the request.

    The same work and the same answer for a known and an unknown address (AU-4): the worker finds out which it is. The id
    goes into the asker's session; only that browser may use the six-digit code.
    """
    request_id = new_id()
    jobs.enqueue("identity.send_link", request_id=request_id, email=normal_email(email), next=next[:500])
    return request_id


def send_link(request_id: str, email: str, next: str) -> None:
    """The worker's part: make the link and its mail when somebody with this address has access today, else nothing."""
    if not access.memberships_of_email(email) or db.session.get(SigninLink, request_id) is not None:
        return
    link = make_link(email, next=next, link_id=request_id)
    journal.notify(
        link.email,
        "signin_link",
        dedupe=f"signin:{link.id}",
        subject=("signin_link", link.id),
        link_id=link.id,
        minutes=int(LINK_LIFE.total_seconds() // 60),
    )


def make_link(email: str, *, next: str = "", link_id: str | None = None) -> SigninLink:
    """A new one-time way in for this address. The token is `token_of(link)`; the table holds hashes only (AU-3). Flushes."""
    now = clock.real_now()
    link = SigninLink(id=link_id or new_id(), email=normal_email(email), next=next, created_at=now, expires_at=now + LINK_LIFE, wrong_codes=0)
    link.token_hash = _hash(token_of(link))
    link.code_hash = _hash_of_code(link.id, derived_code(_key(), CODE, link.id))
    db.session.add(link)
    db.session.flush()
    return link


def token_of(link: SigninLink) -> str:
    """The secret in the link's address."""
    return derived_token(_key(), TOKEN, link.id)


def link_state(token: str) -> tuple[LinkState, SigninLink | None]:
    """Whether a link can still be used. Looking never uses it: mail scanners open links (AU-3)."""
    link = access.signin_link_by_hash(_hash(token))
    if link is None:
        return "unknown", None
    if link.used_at is not None:
        return "used", link
    return ("expired" if link.expires_at <= clock.real_now() else "open"), link


def consume_link(token: str) -> WayIn:
    """Use a link, once. Raises WrongState when it has been used or has expired, NotFound when there is no such link."""
    link = db.session.scalar(select(SigninLink).where(SigninLink.token_hash == _hash(token)).with_for_update())
    if link is None:
        raise NotFound()
    return _use(link)


def consume_code(request_id: str, code: str) -> WayIn | None:
    """Use the six-digit code of a request made in the same browser. None when it is wrong, which is counted on the link.

    Five wrong codes end the code, never the link. A request for an unknown address has no link, and every code is wrong.
    Raises WrongState when the code can no longer be used.
    """
    link = db.session.scalar(select(SigninLink).where(SigninLink.id == request_id).with_for_update())
    if link is None:
        return None
    if link.wrong_codes >= WRONG_CODES_PER_LINK:
        raise WrongState(_("Koden er prøvd for mange ganger. Bruk lenken i e-posten, eller be om en ny kode."))
    if _hash_of_code(link.id, "".join(code.split())) != link.code_hash:
        link.wrong_codes += 1
        return None
    return _use(link)


def sign_in(membership: Membership, *, issuer: str, subject: str, acr: str) -> Actor:
    """The one way in (AU-1): a new session under a new id for this browser, acting through `membership`.

    `issuer` and `subject` say who vouches for the person and by what name, `acr` how strongly. Raises NotFound when the
    membership gives no access today.
    """
    if not access.is_current(membership):
        raise NotFound()
    sessions.start(membership.id, issuer=issuer, subject=subject, acr=acr)
    actor = access.actor_for(membership)
    journal.record(
        actor,
        "session.started",
        buyer_id=actor.organisation_id if actor.is_staff else None,
        subject=("person", actor.person_id),
        issuer=issuer,
        acr=acr,
    )
    return actor


def act_for(actor: Actor, membership_id: str) -> Actor:
    """Change to another organisation that the same person acts for. Soon after signing in only; the ten hours run on.

    Raises NotFound for somebody else's membership, WrongState when it is time to sign in again.
    """
    membership = next((held for held in access.memberships_of_person(actor) if held.id == membership_id), None)
    before = sessions.current()
    if membership is None or before is None:
        raise NotFound()
    if clock.real_now() - before.authenticated_at > CHOOSE_WITHIN:
        raise WrongState(_("Det er en stund siden du logget inn. Logg inn på nytt for å bytte organisasjon."))
    authenticated_at = before.authenticated_at
    changed = sign_in(membership, issuer=before.issuer, subject=before.subject, acr=before.acr)
    if (row := sessions.current()) is not None:
        row.authenticated_at = authenticated_at
        db.session.flush()
    return changed


def sign_out() -> None:
    """End this browser's session on the server."""
    sessions.end()


def _use(link: SigninLink) -> WayIn:
    if link.used_at is not None:
        raise WrongState(_("Lenken er allerede brukt."))
    if link.expires_at <= clock.real_now():
        raise WrongState(_("Lenken er for gammel."))
    link.used_at = clock.real_now()
    db.session.flush()
    return WayIn(link.email, access.memberships_of_email(link.email), link.next)


def _key() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.secret_key


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _hash_of_code(link_id: str, code: str) -> str:
    """Keyed, since six digits alone could be found from a plain hash in a moment."""
    return hashlib.sha256(f"{_key()}:{link_id}:{code}".encode()).hexdigest()

