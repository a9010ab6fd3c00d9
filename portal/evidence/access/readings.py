"""What was read, for showing: findings in words, and the rows that count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import func, select

from portal.evidence.kinds import KINDS, fuels, plates
from portal.evidence.kinds.declaration import Kind, Reads
from portal.evidence.models import Finding, Reading
from portal.evidence.parsing import messages
from portal.evidence.rules import Finding as Told
from portal.evidence.rules import Level
from portal.foundation import i18n
from portal.foundation.db import db
from portal.foundation.storage import storage

WEIGHT = {Level.ERROR: 0, Level.WARNING: 1, Level.HINT: 2}

NOT_SHOWN = ("_text", "_utc")
"""Companions of time columns: the local wall-clock time stands for them."""


@dataclass(frozen=True)
class ToldFinding:
    """A finding in the reader's language, told once however many rows it is about.

    `rows` are row numbers as the spreadsheet shows them, maybe none. `found` is the cell when it is the same in all of
    them, else None, and then `cells` says which row holds what; `cells` has one (row, cell or None) per row.
    """

    level: str
    code: str
    sheet: str | None
    column: str | None
    cells: tuple[tuple[int, str | None], ...]
    found: str | None
    message: str
    fix: str

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(row for row, _cell in self.cells)


def findings_of(reading: Reading, *, level: str | None = None, limit: int | None = None) -> list[ToldFinding]:
    """The findings in words: stoppers first, then what must be explained, then tips; within a level as they were made.

    Those that differ only in the cell they quote are told together.
    """
    wanted = select(Finding).where(Finding.reading_id == reading.id).order_by(Finding.position)
    if level is not None:
        wanted = wanted.where(Finding.level == level)
    return _told_together(db.session.scalars(wanted))[:limit]


def findings_of_many(readings: Sequence[Reading]) -> dict[str, list[ToldFinding]]:
    """`findings_of` for several readings at once, by reading id (every one has a list). One statement."""
    found: dict[str, list[Finding]] = {reading.id: [] for reading in readings}
    if found:
        wanted = select(Finding).where(Finding.reading_id.in_(found)).order_by(Finding.reading_id, Finding.position)
        for finding in db.session.scalars(wanted):
            found[finding.reading_id].append(finding)
    return {id: _told_together(findings) for id, findings in found.items()}


def level_counts(reading: Reading) -> dict[str, int]:
    """How many findings there are per level, 0 where there are none."""
    counted = select(Finding.level, func.count()).where(Finding.reading_id == reading.id).group_by(Finding.level)
    counts = {level: count for level, count in db.session.execute(counted)}
    return {level.value: counts.get(level.value, 0) for level in Level}


def column_labels(kind: str) -> dict[str, str]:
    """What we call each canonical column of a kind, in the reader's language."""
    return {column.name: i18n.text(dict(column.label)) for column in KINDS[kind].columns}


def columns_of(reading: Reading) -> tuple[list[tuple[str, str]], list[str]]:
    """The columns that were read as (the supplier's heading, what we read it as), in our own order, and those not found."""
    kind = KINDS[reading.evidence_version.evidence.kind]
    headings = (reading.table or {}).get("columns") or {}
    labels = column_labels(kind.code)
    read = [(headings[column.name], labels[column.name]) for column in kind.columns if column.name in headings]
    return read, [labels[column.name] for column in kind.columns if column.name not in headings and not _is_clock(kind, column.name)]


def number_labels(kind: str) -> set[str]:
    """The labels of columns whose cells are numbers, for right alignment."""
    labels = column_labels(kind)
    return {labels[column.name] for column in KINDS[kind].columns if column.reads in (Reads.NUMBER, Reads.DURATION)}


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
    return [i18n._("Rad i filen"), *(labels[name] for name in shown)], rows, frame.height


def _told_together(findings: Iterable[Finding]) -> list[ToldFinding]:
    weight = {Level.ERROR: 0, Level.WARNING: 1, Level.HINT: 2}
    alike: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: weight[Level(finding.level)]):
        same = (finding.level, finding.code, finding.sheet, finding.column, repr(finding.params))
        alike.setdefault(same, []).append(finding)
    return [_told(group) for group in alike.values()]


def _told(group: list[Finding]) -> ToldFinding:
    first = group[0]
    cells = [
        (row, finding.found) for finding in group for row in finding.rows or ([finding.row] if finding.row is not None else [])
    ]
    cells.sort(key=lambda cell: cell[0])
    quoted = {finding.found for finding in group}
    rows = tuple(row for row, _cell in cells)
    told = Told(
        Level(first.level), first.code, first.params, first.sheet, rows[0] if len(rows) == 1 else None,
        rows if len(rows) > 1 else None, first.column,
    )
    message, fix = messages.render(told, i18n.locale())
    found = quoted.pop() if len(quoted) == 1 else None
    return ToldFinding(first.level, first.code, first.sheet, first.column, tuple(cells), found, message, fix)


def _choice_names(kind: str) -> dict[str, dict[str, str]]:
    """What the canonical values of choice columns are called on screen; a value without a name stands as it is."""
    return {
        "fuel": {code: i18n.text(texts) for code, texts in fuels.LABELS.items()},
        "owner": {"own": i18n._("egen"), "subcontractor": i18n._("underleverandør")},
    }


def _is_clock(kind: Kind, name: str) -> bool:
    """A time of day in a column of its own belongs to its date and is only looked for when that has none."""
    return any(column.clock == name for column in kind.columns)


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
