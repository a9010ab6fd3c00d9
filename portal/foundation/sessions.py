"""Server-side sessions: the cookie holds a random secret, the table its hash, real time decides when it ends (SE-1, SE-2).

Idle: 60 minutes for staff, 120 for suppliers. Absolute: 10 hours. Signing out ends the row, so a captured cookie is worthless.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from flask import g, session
from sqlalchemy import select, update

from portal.foundation import clock
from portal.foundation.db import db
from portal.foundation.models import WebSession

IDLE = {"buyer": timedelta(minutes=60), "supplier": timedelta(minutes=120)}
ABSOLUTE = timedelta(hours=10)
SEEN_EVERY = timedelta(minutes=1)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def start(membership_id: str, *, issuer: str, subject: str, acr: str) -> WebSession:
    """Sign this browser in under a new id (the old session's content is dropped). Flushes."""
    end()
    session.clear()
    secret = secrets.token_urlsafe(32)
    session["sid"] = secret
    row = WebSession(
        id=_hash(secret),
        membership_id=membership_id,
        issuer=issuer,
        subject=subject,
        acr=acr,
        authenticated_at=clock.real_now(),
        last_seen_at=clock.real_now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def current() -> WebSession | None:
    """This browser's living session, before the idle limit is looked at (the caller knows the side, see `is_idle`)."""
    secret = session.get("sid")
    if not secret:
        return None
    row = db.session.scalar(select(WebSession).where(WebSession.id == _hash(secret)))
    if row is None or row.ended_at is not None or clock.real_now() - row.authenticated_at > ABSOLUTE:
        return None
    return row


def is_idle(row: WebSession, side: str) -> bool:
    return clock.real_now() - row.last_seen_at > IDLE.get(side, IDLE["buyer"])


def touch(row: WebSession) -> None:
    """Ask for `last_seen_at` to be written after the answer, at most once a minute."""
    if clock.real_now() - row.last_seen_at > SEEN_EVERY:
        g.seen_session = row.id


def write_last_seen(session_id: str) -> None:
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=clock.real_now()))


def end() -> None:
    """Sign this browser out: the row ends at once on the server."""
    if secret := session.get("sid"):
        db.session.execute(
            update(WebSession).where(WebSession.id == _hash(secret), WebSession.ended_at.is_(None)).values(ended_at=clock.real_now())
        )
    session.pop("sid", None)


def end_all(membership_ids: Iterable[str]) -> None:
    """End every session of these memberships: a person who is removed is out at the next request (SE-6)."""
    db.session.execute(
        update(WebSession)
        .where(WebSession.membership_id.in_(list(membership_ids)), WebSession.ended_at.is_(None))
        .values(ended_at=clock.real_now())
    )
