"""What was read, for showing: findings in words, and the rows that count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import func, select

from portal.evidence.kinds import KINDS, fuels, plates
from portal.evidence.kinds.declaration import Reads
from portal.evidence.models import Finding, Reading
from portal.evidence.parsing import messages
from portal.evidence.rules import Finding as Told
from portal.evidence.rules import Level
from portal.foundation import i18n
from portal.foundation.db import db
from portal.foundation.storage import storage

NOT_SHOWN = ("_text", "_utc")
"""Companions of time columns: the local wall-clock time stands for them."""


@dataclass(frozen=True)
class ToldFinding:
    """A finding in the reader's language. `rows` are row numbers as the spreadsheet shows them, in order, maybe empty."""

    level: str
    code: str
    sheet: str | None
    rows: tuple[int, ...]
    column: str | None
    found: str | None
    message: str
    fix: str


def findings_of(reading: Reading, *, level: str | None = None, limit: int | None = None) -> list[ToldFinding]:
    """The findings in words: stoppers first, then what must be explained, then tips; within a level as they were made."""
    weight = {Level.ERROR: 0, Level.WARNING: 1, Level.HINT: 2}
    wanted = select(Finding).where(Finding.reading_id == reading.id).order_by(Finding.position)
    if level is not None:
        wanted = wanted.where(Finding.level == level)
    found = sorted(db.session.scalars(wanted), key=lambda finding: weight[Level(finding.level)])
    return [_told(finding) for finding in found[:limit]]


def level_counts(reading: Reading) -> dict[str, int]:
    """How many findings there are per level, 0 where there are none."""
    counted = select(Finding.level, func.count()).where(Finding.reading_id == reading.id).group_by(Finding.level)
    counts = {level: count for level, count in db.session.execute(counted)}
    return {level.value: counts.get(level.value, 0) for level in Level}


def column_labels(kind: str) -> dict[str, str]:
    """What we call each canonical column of a kind, in the reader's language."""
    return {column.name: i18n.text(dict(column.label)) for column in KINDS[kind].columns}


def rows_of(reading: Reading, page: int = 1, per_page: int = 50) -> tuple[list[str], list[list[str]], int]:
    """One page of the rows that count: headings, cells as texts written the Norwegian way, and how many rows there are.

    The first column is the row number in the supplier's own file. Columns without any value are left out.
    """
    if reading.rows_key is None:
        return [], [], 0
    kind = KINDS[reading.evidence_version.evidence.kind]
    with storage().open(reading.rows_key) as stored:
        frame = pl.read_parquet(stored)
    reads = {column.name: column.reads for column in kind.columns}
    labels = column_labels(kind.code)
    shown = [name for name in frame.columns if name in reads and frame[name].null_count() < frame.height]
    part = frame.slice((max(page, 1) - 1) * per_page, per_page).select("_row", *shown)
    names = _choice_names(kind.code)
    rows = [
        [str(row), *(_written(value, reads[name], names.get(name, {})) for name, value in zip(shown, values, strict=True))]
        for row, *values in part.iter_rows()
    ]
    return [i18n._("Rad"), *(labels[name] for name in shown)], rows, frame.height


def _told(finding: Finding) -> ToldFinding:
    rows = tuple(finding.rows) if finding.rows else (finding.row,) if finding.row is not None else ()
    told = Told(
        Level(finding.level), finding.code, finding.params, finding.sheet, finding.row,
        tuple(finding.rows) if finding.rows else None, finding.column, finding.found,
    )
    message, fix = messages.render(told, i18n.locale())
    return ToldFinding(finding.level, finding.code, finding.sheet, rows, finding.column, finding.found, message, fix)


def _choice_names(kind: str) -> dict[str, dict[str, str]]:
    """What the canonical values of choice columns are called on screen; a value without a name stands as it is."""
    return {
        "fuel": {code: i18n.text(texts) for code, texts in fuels.LABELS.items()},
        "owner": {"own": i18n._("egen"), "subcontractor": i18n._("underleverandør")},
    }


def _written(value: Any, reads: Reads, names: dict[str, str]) -> str:
    """One cell as people write it. Absent is an empty text, never 0."""
    if value is None:
        return ""
    match reads:
        case Reads.TIME:
            moment: datetime = value  # local wall-clock time of Europe/Oslo, without a zone
            return f"{moment.day}.{moment.month}.{moment.year} {moment:%H.%M}"
        case Reads.DATE:
            return i18n.format_short_date(value)
        case Reads.NUMBER | Reads.DURATION:
            return i18n.format_number(value)
        case Reads.YES_NO:
            return i18n._("ja") if value else i18n._("nei")
        case Reads.PLATE:
            return plates.shown(value)
        case _:
            return names.get(value, str(value))
