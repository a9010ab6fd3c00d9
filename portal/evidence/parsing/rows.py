"""The declared rules, figures and facts of a kind, over the rows that were read. Knows no kind by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import polars as pl

from portal.evidence.kinds.declaration import Breakdown, Figure, Kind, Listing, Part, RowRule

Report = Callable[[RowRule, pl.DataFrame], None]


def judged(frame: pl.DataFrame, kind: Kind, present: frozenset[str], report: Report) -> pl.DataFrame:
    """Take the kind's steps over `frame`; `report` is told of every rule that hit, with the rows it hit.

    Returns the rows that count, with the derived columns. `present` are the canonical columns that the file has.
    """
    for step in kind.steps:
        frame = frame.with_columns(**step.derived)
        asked = [rule for rule in step.rules if present.issuperset(rule.needs)]
        if not asked:
            continue
        hits = frame.select(
            rule.when.fill_null(False).alias(str(place)) for place, rule in enumerate(asked)
        )
        keep = pl.Series([True], dtype=pl.Boolean).new_from_index(0, frame.height)
        for place, rule in enumerate(asked):
            hit = hits[str(place)] & keep
            if hit.any():
                report(rule, frame.filter(hit))
            if rule.drop:
                keep &= ~hit
        frame = frame.filter(keep)
    return frame


def worked_out(frame: pl.DataFrame, parts: Iterable[Part], present: frozenset[str]) -> dict[str, Any]:
    """The declared figures or facts as plain JSON values; null where a needed column is not in the file."""
    return {part.name: _value(frame, part, present) for part in parts}


def _value(frame: pl.DataFrame, part: Part, present: frozenset[str]) -> Any:
    match part:
        case Figure():
            return plain(frame.select(part.value).item()) if present.issuperset(part.needs) else None
        case Breakdown():
            return _broken_down(frame, part) if present.issuperset(part.needs) else None
        case Listing():
            chosen = frame.select(pl.col(column).alias(name) for name, column in part.fields.items())
            return [{name: plain(value) for name, value in record.items()} for record in chosen.iter_rows(named=True)]


def _broken_down(frame: pl.DataFrame, part: Breakdown) -> dict[str, Any]:
    known = frame.filter(pl.all_horizontal(pl.col(key).is_not_null() for key in part.by))
    result: dict[str, Any] = dict.fromkeys(part.always, 0)
    for *keys, value in known.group_by(part.by).agg(part.value.alias("_value")).sort(part.by).iter_rows():
        place = result
        for key in keys[:-1]:
            place = place.setdefault(str(key), {})
        place[str(keys[-1])] = plain(value)
    return result


def plain(value: Any) -> Any:
    """A value as JSON has it: whole numbers without a fraction, times and dates as ISO texts without a zone."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat()
    return value.isoformat() if isinstance(value, date) else value
