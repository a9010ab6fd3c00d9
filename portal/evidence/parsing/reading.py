"""The whole road for one file: guard, tables, header, columns, rows, rules, figures. See the package for the result.

Runs where the file cannot hurt: in the child process (`child.py`). A file is never half read: whatever stops the
reading is a finding, and rows that cannot be trusted are left out and named (policy decision 1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from portal.evidence.kinds import KINDS
from portal.evidence.kinds.declaration import Kind
from portal.evidence.parsing import PARSER, body, guard, headings, identity, limits, rows
from portal.evidence.parsing.findings import Findings
from portal.evidence.parsing.headings import Header
from portal.evidence.parsing.tables import Table, Unreadable, tables_of
from portal.evidence.rules import Level, Outcome

Reading = dict[str, Any]


class Stopped(Exception):
    """The reading ends here with `outcome`; the findings say why."""

    def __init__(self, outcome: Outcome, table: dict[str, Any] | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.table = table


def read(
    path: Path,
    *,
    name: str,
    kind: str,
    period: tuple[date, date] | None = None,
    rows_to: Path | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Reading:
    """Read the file at `path`, called `name`, as a `kind` of table. Raises KeyError for an unknown kind.

    `period` is inclusive at both ends. `mapping` has the supplier's answers: {canonical column: heading}, and
    `decimal_mark` (comma · point), `date_order` (dmy · mdy), `unit:<column>`, `sheet`. Rows that count are written to
    `rows_to` as Parquet.
    """
    findings = Findings()
    reading: Reading = {
        "outcome": Outcome.REJECTED.value,
        "file": described(path, name),
        "parser": dict(PARSER),
        "kind": kind,
        "table": None,
        "figures": None,
        "facts": None,
        "findings": [],
    }
    declared = KINDS[kind]
    try:
        answers = dict(mapping or {})
        tables = _opened(path, name, reading, findings)
        table, header = _chosen(tables, declared, answers, findings)
        told = body.read_body(table, header, declared, answers, reading["file"]["format"], findings)
        reading["table"] = {**_shape(table, header), "rows": told.rows}
        if told.questions:
            raise Stopped(Outcome.NEEDS_MAPPING, reading["table"])
        _count(told, declared, period, rows_to, table.sheet, reading, findings)
        doubtful = any(finding.level is not Level.HINT for finding in findings)
        reading["outcome"] = (Outcome.ACCEPTED_WITH_WARNINGS if doubtful else Outcome.ACCEPTED).value
    except Unreadable as unreadable:
        findings.tell(Level.ERROR, unreadable.code, **unreadable.params)
    except Stopped as stopped:
        reading["outcome"] = stopped.outcome.value
        reading["table"] = stopped.table or reading["table"]
    reading["findings"] = [finding.as_json() for finding in findings]
    return reading


def described(path: Path, name: str) -> dict[str, Any]:
    """The file's own facts: name (an identity number in it masked), bytes, sha256, and a format not yet known."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as raw:
        while chunk := raw.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return {"name": identity.masked(name), "bytes": size, "sha256": digest.hexdigest(), "format": None}


def _opened(path: Path, name: str, reading: Reading, findings: Findings) -> list[Table]:
    verdict = guard.inspect(path, name)
    if isinstance(verdict, guard.Refused):
        findings.tell(Level.ERROR, verdict.code, **verdict.params)
        raise Stopped(Outcome.REJECTED)
    reading["file"]["format"] = verdict.format
    tables = list(tables_of(path, verdict.format))
    _refuse_identity_numbers(name, tables, findings)
    for code, params in verdict.notes:
        findings.tell(Level.WARNING, code, **params)
    return tables


def _refuse_identity_numbers(name: str, tables: list[Table], findings: Findings) -> None:
    if identity.holds_identity_number(name):
        findings.tell(Level.ERROR, "identity_number_in_name")
    for table in tables:
        if hits := identity.rows_with_identity_numbers(table.cells):
            findings.tell_rows(Level.ERROR, "identity_number", hits, sheet=table.sheet)
    if findings:
        raise Stopped(Outcome.REJECTED)


def _chosen(
    tables: list[Table], kind: Kind, answers: Mapping[str, str], findings: Findings
) -> tuple[Table, Header]:
    """The sheet and header that the file means; raises Stopped when that is unclear."""
    visible = [table for table in tables if not table.hidden and not table.is_empty()]
    for table in tables:
        if table.hidden and not table.is_empty():
            findings.tell(Level.HINT, "hidden_sheet", sheet=table.sheet)
    if not visible:
        findings.tell(Level.ERROR, "no_visible_cells" if tables and findings else "file_empty")
        raise Stopped(Outcome.REJECTED)
    tops = [table.top(limits.HEADER_WITHIN) for table in visible]
    found = [
        (table, header)
        for table, top in zip(visible, tops, strict=True)
        if (header := headings.header_in(top, kind, answers)) is not None
    ]
    whole = [(table, header) for table, header in found if not header.missing(kind)]
    if len(whole) > 1 and (answered := [pair for pair in whole if pair[0].sheet == answers.get("sheet")]):
        whole = answered
    if len(whole) > 1:
        findings.tell(Level.ERROR, "several_sheets", sheets=[table.sheet for table, _ in whole])
        raise Stopped(Outcome.NEEDS_MAPPING, {**_shape(*whole[0]), "candidates": {"sheet": [t.sheet for t, _ in whole]}})
    if whole:
        chosen = whole[0]
        for table in visible:
            if table is not chosen[0]:
                findings.tell(Level.HINT, "sheet_not_read", sheet=table.sheet)
        _ask_about_columns(chosen, kind, findings)
        return chosen
    for top in tops:
        if other := headings.kind_that_fits(top, kind.code):
            findings.tell(Level.ERROR, "wrong_kind", expected=kind.code, seems=other.code)
            raise Stopped(Outcome.REJECTED)
    if not found:
        findings.tell(Level.ERROR, "no_header", kind=kind.code)
        raise Stopped(Outcome.NEEDS_MAPPING if any(_row_of_words(top) for top in tops) else Outcome.REJECTED)
    chosen = max(found, key=lambda pair: len(pair[1].columns))
    _ask_about_columns(chosen, kind, findings)
    return chosen


def _ask_about_columns(chosen: tuple[Table, Header], kind: Kind, findings: Findings) -> None:
    table, header = chosen
    others = [text for index, text in enumerate(header.headings) if text and index not in header.columns.values()]
    candidates: dict[str, list[str]] = {}
    for column in header.missing(kind):
        findings.tell(Level.ERROR, "column_missing", sheet=table.sheet, wanted=column.name, label=column.label["nb"])
        candidates[column.name] = others
    for name, possible in header.unclear.items():
        findings.tell(
            Level.ERROR, "column_unclear", sheet=table.sheet, wanted=name, label=kind.column(name).label["nb"],
            headings=list(possible),
        )
        candidates[name] = list(possible)
    if candidates:
        raise Stopped(Outcome.NEEDS_MAPPING, {**_shape(table, header), "candidates": candidates})


def _row_of_words(top: list[list[str]]) -> bool:
    """Whether any row could be a header at all: two cells with letters."""
    return any(sum(any(letter.isalpha() for letter in cell) for cell in cells) >= 2 for cells in top)


def _shape(table: Table, header: Header) -> dict[str, Any]:
    return {
        "sheet": table.sheet,
        "header_row": header.row,
        "columns": {name: header.headings[index] for name, index in header.columns.items()},
        "rows": None,
        "rows_used": None,
        "candidates": None,
    }


def _count(
    told: body.Body, kind: Kind, period: tuple[date, date] | None, rows_to: Path | None, sheet: str | None,
    reading: Reading, findings: Findings,
) -> None:
    if told.rows == 0:
        findings.tell(Level.ERROR, "no_rows", sheet=sheet)
        raise Stopped(Outcome.REJECTED)
    frame = body.with_context(told.frame, period)

    def report(rule: Any, hit: pl.DataFrame) -> None:
        quoted = rule.column is not None and rule.column in body.quotable(kind)
        findings.tell_rows(
            rule.level, rule.code, hit["_row"], sheet=sheet, column=told.header.heading(rule.column or ""),
            found=hit[f"{rule.column}_text"] if quoted and (rule.apart or hit.height == 1) else None,
        )

    counted = rows.judged(frame, kind, told.present, report)
    reading["table"]["rows_used"] = counted.height
    if counted.is_empty():
        findings.tell(Level.ERROR, "no_usable_rows", sheet=sheet, rows=told.rows)
        raise Stopped(Outcome.REJECTED)
    reading["figures"] = rows.worked_out(counted, kind.figures, told.present)
    reading["facts"] = rows.worked_out(counted, kind.facts, told.present)
    if rows_to is not None:
        counted.select(body.stored_columns(kind)).write_parquet(rows_to, compression="zstd")
