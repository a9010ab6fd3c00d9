"""Foundation's own tables: running a service, no domain words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Json, UtcDateTime, db
from portal.foundation.ids import new_id


class Job(db.Model):
    """One piece of work for the worker, enqueued in the transaction of what it is about."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
        Index("ix_job_state_run_after", "state", "run_after"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(20))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None]
    dedupe: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebSession(db.Model):
    """A signed-in browser. The cookie holds the secret, the table its hash: a stolen table opens nothing (SE-1)."""

    __tablename__ = "web_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    membership_id: Mapped[str] = mapped_column(String(20), index=True)
    issuer: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(320))
    acr: Mapped[str] = mapped_column(String(40))
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OnceKey(db.Model):
    """A rendered form's one-time key and the answer its first use got (ID-1): a double click gets the same answer."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    who: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(200))
    body_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    location: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RateCounter(db.Model):
    """How often something was tried in a window; in the database, so that it survives restarts and counts all processes."""

    __tablename__ = "rate_counter"
    __table_args__ = (UniqueConstraint("bucket", "window_start"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    bucket: Mapped[str] = mapped_column(String(200))
    window_start: Mapped[datetime] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(default=0)


class AccessTrace(db.Model):
    """Who opened or was refused what. Written after the answer, in its own short transaction (decision 12)."""

    __tablename__ = "access_trace"

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[str | None] = mapped_column(String(20))
    organisation_id: Mapped[str | None] = mapped_column(String(20))
    request_id: Mapped[str] = mapped_column(String(12))
    method: Mapped[str] = mapped_column(String(8))
    route: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[int]
