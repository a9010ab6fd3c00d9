"""The only place that asks the time.

Two clocks: *product time* (`now`, `today`), which the demo anchors to a day in its story and tests set, and
*real time* (`real_now`), used by sessions, sign-in links and job leases so that no anchor can revive them.
Instants are UTC; dates are local dates in Europe/Oslo.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from flask import Flask

    from portal.foundation.config import Settings

OSLO = ZoneInfo("Europe/Oslo")
LONGEST_DEMO_DAY = timedelta(hours=8)

_set_by_test: ContextVar[datetime | None] = ContextVar("clock", default=None)
_anchor_file: Path | None = None
_anchor_read: tuple[float, datetime, datetime] | None = None


def init(app: Flask, settings: Settings) -> None:
    """In the demo, product time hangs on the anchor kept beside the demo's database."""
    global _anchor_file, _anchor_read
    _anchor_read = None
    _anchor_file = settings.instance_dir / "clock.json" if settings.mode == "demo" else None


def real_now() -> datetime:
    """The true time, aware, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Product time, aware, UTC: the test's or the demo's time where one is set, else the true time."""
    if (fixed := _set_by_test.get()) is not None:
        return fixed
    if (anchored := _anchored()) is not None:
        return anchored
    return real_now()


def today() -> date:
    """Today's date in Europe/Oslo, by product time."""
    return now().astimezone(OSLO).date()


def oslo(moment: datetime) -> datetime:
    """The same instant as wall-clock time in Europe/Oslo."""
    return moment.astimezone(OSLO)


def end_of_day(day: date) -> datetime:
    """The deadline "kl. 23.59.59" on a local date, as an instant; resolved with zoneinfo when compared (DE-1)."""
    return datetime.combine(day, time(23, 59, 59), OSLO).astimezone(UTC)


def parse_local(text: str) -> datetime:
    """`2026-08-17T09:00` (Europe/Oslo wall-clock time) as an aware UTC instant."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).astimezone(UTC)


@contextmanager
def at(moment: datetime | str) -> Iterator[None]:
    """Run a block at another product time (the demo's seed and the tests)."""
    token = _set_by_test.set(parse_local(moment) if isinstance(moment, str) else moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_by_test.reset(token)


def _anchored() -> datetime | None:
    """The anchor's day runs on with real time, but never into the next day: the story's date holds still."""
    global _anchor_read
    if _anchor_file is None:
        return None
    try:
        changed = os.stat(_anchor_file).st_mtime
    except FileNotFoundError:
        return None
    if _anchor_read is None or _anchor_read[0] != changed:
        kept = json.loads(_anchor_file.read_text())
        _anchor_read = (changed, datetime.fromisoformat(kept["demo"]), datetime.fromisoformat(kept["set_at"]))
    _, demo, set_at = _anchor_read
    return demo + min(max(real_now() - set_at, timedelta()), LONGEST_DEMO_DAY)


def set_anchor(moment: datetime) -> None:
    """Move the demo's clock. Raises RuntimeError outside the demo: no other mode has an anchor."""
    if _anchor_file is None:
        raise RuntimeError("only the demo has a clock that can be moved")
    _anchor_file.parent.mkdir(parents=True, exist_ok=True)
    fresh = _anchor_file.with_suffix(".new")
    fresh.write_text(json.dumps({"demo": moment.astimezone(UTC).isoformat(), "set_at": real_now().isoformat()}))
    os.replace(fresh, _anchor_file)
