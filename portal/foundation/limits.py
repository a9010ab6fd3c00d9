"""How often something may be tried: counters in the database, in a transaction of their own (they outlive a rollback)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from portal.foundation import clock
from portal.foundation.db import db
from portal.foundation.ids import new_id
from portal.foundation.models import RateCounter


def hits(bucket: str, window: timedelta) -> int:
    """How many times `bucket` was hit in the current window (real time)."""
    found = db.session.scalar(
        select(RateCounter.count).where(RateCounter.bucket == bucket, RateCounter.window_start == _window_start(window))
    )
    return found or 0


def hit(bucket: str, window: timedelta) -> None:
    """Count one try. Called through `web.afterwards`, never inside the request's own transaction."""
    start = _window_start(window)
    same = (RateCounter.bucket == bucket, RateCounter.window_start == start)
    with db.engine.connect().execution_options(writes=True) as connection:
        with connection.begin():
            if connection.execute(update(RateCounter).where(*same).values(count=RateCounter.count + 1)).rowcount:
                return
        try:
            with connection.begin():
                connection.execute(insert(RateCounter).values(id=new_id(), bucket=bucket, window_start=start, count=1))
        except IntegrityError:
            with connection.begin():
                connection.execute(update(RateCounter).where(*same).values(count=RateCounter.count + 1))


def _window_start(window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(clock.real_now().timestamp()) // seconds * seconds, UTC)
