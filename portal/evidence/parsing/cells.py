"""What the cells of one declared column say: a typed column, and which cells cannot be understood.

Every reader gives a `Cells`; the problems are codes, grouped by what is wrong, and become findings in `reading.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from portal.evidence.kinds import plates
from portal.evidence.kinds.declaration import Column, Reads
from portal.evidence.parsing import headings, numbers, times

EMPTY_WORDS = (
    "", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "–", "—", "--", "?", "ukjent", "ukjend", "unknown", "mangler",
    "manglar", "ikke oppgitt", "ikkje oppgitt", "i/a", "ingen", "tom", "(tom)", "(blank)", "#ref!", "#verdi!", "#value!",
    "#div/0!", "#navn?", "#name?", "#null!", "#num!",
)
"""What exports and people write when they have nothing to write."""

YES = ("ja", "j", "x", "yes", "y", "true", "sann", "1", "✓", "✔", "ok", "maxi", "storbil", "rullestol", "rullestolbil", "maxitaxi")
NO = ("nei", "n", "no", "false", "usann", "0", "ikke", "ikkje")


@dataclass
class Cells:
    """A column that was read.

    `columns` are the typed series by canonical name (a time gives three). `problems` maps a code to a Boolean series:
    cells that cannot be understood; `doubts` the same for cells that were read but are asked about. `questions` are
    codes with parameters that stop the reading until the supplier has answered.
    """

    columns: dict[str, pl.Series]
    problems: dict[str, pl.Series] = field(default_factory=dict)
    doubts: dict[str, pl.Series] = field(default_factory=dict)
    questions: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    clock: pl.Series | None = None


@dataclass(frozen=True)
class Source:
    """The cells of one heading: text (null where empty), native values of a workbook, and the heading itself."""

    heading: str
    text: pl.Series
    numbers: pl.Series | None
    times: pl.Series | None
    form: str
    answers: Mapping[str, str]


def without_empty_words(text: pl.Series) -> pl.Series:
    """Cells that only say that there is nothing become null."""
    return text.set(text.str.to_lowercase().is_in(list(EMPTY_WORDS)), None)


def read(column: Column, source: Source) -> Cells:
    """Read one column as it is declared."""
    match column.reads:
        case Reads.NUMBER:
            return _numbers(column, source)
        case Reads.TIME | Reads.DATE:
            return _times(column, source)
        case Reads.PLATE:
            return _plates(column, source)
        case Reads.CHOICE:
            return _choices(column, source)
        case Reads.YES_NO:
            return _yes_no(column, source)
        case Reads.DURATION:
            return _durations(column, source)
        case Reads.TEXT:
            return Cells({column.name: source.text})


_DTYPES: dict[Reads, Any] = {
    Reads.NUMBER: pl.Float64,
    Reads.DURATION: pl.Float64,
    Reads.TIME: pl.Datetime("us"),
    Reads.DATE: pl.Date,
    Reads.YES_NO: pl.Boolean,
}


def nothing(column: Column, height: int) -> dict[str, pl.Series]:
    """The typed series of a column that the file does not have: all null."""
    dtypes: dict[str, Any] = {column.name: _DTYPES.get(column.reads, pl.String)}
    if column.reads is Reads.TIME:
        dtypes[f"{column.name}_utc"] = pl.Datetime("us", "UTC")
    return {name: pl.Series(name, [None], dtype=dtype).new_from_index(0, height) for name, dtype in dtypes.items()}


def _numbers(column: Column, source: Source) -> Cells:
    text, named = source.text, pl.Series([None], dtype=pl.String).new_from_index(0, len(source.text))
    if column.units:
        text, named = numbers.without_unit(text, tuple(column.units))
    heading_unit = headings.unit_in(source.heading, column)
    result = numbers.read_numbers(text, source.numbers, source.answers.get("decimal_mark"))
    unit = source.answers.get(f"unit:{column.name}", heading_unit)
    factor = column.units.get(unit, 1.0) if unit else 1.0
    factors = named.replace_strict({**column.units}, default=factor, return_dtype=pl.Float64) if column.units else factor
    values = result.values * factors
    cells = Cells({column.name: values}, {"number_unreadable": result.bad, "number_unclear": result.unclear})
    if column.lowest is not None:
        low = (values < column.lowest).fill_null(False)
        cells.problems["number_too_low"] = low
        cells.columns[column.name] = values.set(low, None)
    if result.ask:
        example = text.filter(result.unclear).first()
        cells.questions.append(("decimal_mark_unclear", {"example": example}))
    median = values.median()
    if (
        column.doubtful_above is not None and unit is None and named.null_count() == len(named)
        and isinstance(median, float) and median > column.doubtful_above
    ):
        cells.questions.append(("unit_unclear", {"units": list(column.units), "median": round(median, 1)}))
    return cells


def _times(column: Column, source: Source) -> Cells:
    result = times.read_times(
        source.text, source.times, order=source.answers.get("date_order"), utc=headings.says_utc(source.heading),
        serials=source.form != "csv",
    )
    only_clock = result.clock.is_not_null()
    problems = {
        "time_unreadable": result.bad | only_clock if column.reads is Reads.DATE else result.bad,
        "time_unclear": result.unclear,
        "year_unlikely": result.unlikely,
    }
    columns = {column.name: result.values}
    if column.reads is Reads.DATE:
        columns = {column.name: result.values.dt.date()}
    else:
        columns[f"{column.name}_utc"] = result.utc
    cells = Cells(columns, problems, clock=result.clock if column.reads is Reads.TIME else None)
    if result.ask:
        example = source.text.filter(result.unclear).first()
        cells.questions.append(("date_order_unclear", {"example": example}))
    if result.serials:
        cells.notes.append(("dates_as_numbers", {"cells": result.serials}))
    if column.reads is Reads.TIME and result.date_only:
        cells.notes.append(("dates_without_time", {}))
    return cells


def _plates(column: Column, source: Source) -> Cells:
    upper = source.text.str.to_uppercase()
    whole = upper.str.replace_all(r"[\s\-\x{2010}-\x{2013}\x{00a0}\x{202f}]", "")
    ordinary = whole.str.contains(plates.ORDINARY).fill_null(False)
    parts = upper.str.extract_groups(plates.WITHIN).struct
    # Two plates in one cell are two vehicles: neither is picked.
    within = (parts.field("1") + parts.field("2")).set(upper.str.count_matches(r"[A-Z]{2}[ \-]?[1-9][0-9]{3,4}\b") > 1, None)
    personal = whole.str.contains(plates.PERSONAL).fill_null(False)
    values = whole.zip_with(ordinary, within).fill_null(whole.set(~personal, None))
    split = (~ordinary & within.is_not_null()).fill_null(False)
    cells = Cells({column.name: values})
    if column.required:
        cells.problems["plate_unreadable"] = source.text.is_not_null() & values.is_null()
        if split.any():
            cells.notes.append(("plate_split", {"cells": int(split.sum())}))
    else:
        # A car's nickname, or a plate of a kind we do not know: as good a name as any.
        cells.columns[column.name] = values.fill_null(source.text)
    return cells


def _choices(column: Column, source: Source) -> Cells:
    known = {headings.folded(text): value for text, value in column.values.items()}
    distinct = source.text.drop_nulls().unique()
    meaning = {text: known.get(headings.folded(text)) for text in distinct}
    values = source.text.replace_strict(meaning, default=None, return_dtype=pl.String)
    unknown = source.text.is_not_null() & values.is_null()
    if column.open_values:
        return Cells({column.name: values.fill_null(source.text)})
    if column.otherwise:
        return Cells({column.name: values.set(unknown, column.otherwise)}, doubts={"value_unknown": unknown})
    return Cells({column.name: values}, {"value_unreadable": unknown})


def _yes_no(column: Column, source: Source) -> Cells:
    word = source.text.str.to_lowercase().str.strip_chars(" .")
    meaning = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    values = word.replace_strict(meaning, default=None, return_dtype=pl.Boolean)
    return Cells({column.name: values}, {"value_unreadable": source.text.is_not_null() & values.is_null()})


def _durations(column: Column, source: Source) -> Cells:
    """Hours. `26:15:00` and `1d 2h 15m` say themselves what they are; a bare number needs a unit in the heading."""
    text = source.text
    clock = text.str.extract_groups(r"^(?:(\d+)[.d ]\s*)?(\d{1,4}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$").struct
    day, hour, minute, second = (clock.field(str(n)).cast(pl.Float64, strict=False) for n in range(1, 5))
    by_clock = day.fill_null(0) * 24 + hour + minute / 60 + second.fill_null(0) / 3600
    spoken = text.str.to_lowercase().str.extract_groups(
        r"^(?:(\d+)\s*d\w*\s*)?(?:(\d+)\s*[ht]\w*\s*)?(?:(\d+)\s*m\w*\s*)?(?:(\d+)\s*s\w*)?$"
    ).struct
    spoken_parts = [spoken.field(str(n)).cast(pl.Float64, strict=False).fill_null(0) for n in range(1, 5)]
    by_words = spoken_parts[0] * 24 + spoken_parts[1] + spoken_parts[2] / 60 + spoken_parts[3] / 3600
    by_words = by_words.set(~text.str.contains(r"^\d.*[dhtmsDHTMS]").fill_null(False) | (by_words == 0), None)
    unit = headings.unit_in(source.heading, column)
    bare = numbers.read_numbers(text, source.numbers, source.answers.get("decimal_mark"))
    hours = by_clock.fill_null(by_words)
    if unit:
        hours = hours.fill_null(bare.values * column.units[unit])
    return Cells({column.name: hours})
