"""The rows under a header: which are rows of the table, what their cells say, and which cannot be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from portal.evidence.kinds import plates
from portal.evidence.kinds.declaration import Column, Kind, Reads
from portal.evidence.parsing import cells, times
from portal.evidence.parsing.cells import Cells, Source
from portal.evidence.parsing.findings import Findings
from portal.evidence.parsing.headings import Header
from portal.evidence.parsing.tables import Table
from portal.evidence.rules import Level

_TOTAL = (
    r"(?i)^(?:sum|summer|summert|total|totalt|totale|totalsum|i alt|til sammen|tilsammen|samla|samlet|delsum|subtotal|grand total|"
    r"gesamt|summe)\b.{0,40}$"
)
TWO_READINGS = ("number_unclear", "time_unclear")
"""A cell with two readings takes its row out, also where the column is optional (decision 31)."""


@dataclass(frozen=True)
class Body:
    """What lies under the header: the rows that can be read, and how many there were to read.

    `present` are the canonical columns the file has; `questions` says whether the supplier must answer first.
    """

    frame: pl.DataFrame
    rows: int
    header: Header
    present: frozenset[str]
    questions: bool


def quotable(kind: Kind) -> frozenset[str]:
    """Columns whose cells a rule's finding may quote: what names a vehicle or a fuel, never a person."""
    return frozenset(column.name for column in kind.columns if column.reads in (Reads.PLATE, Reads.CHOICE))


def stored_columns(kind: Kind) -> list[str]:
    """The columns of the stored rows."""
    names = ["_row"]
    for column in kind.columns:
        if any(other.clock == column.name for other in kind.columns):
            continue
        names.append(column.name)
        if column.reads is Reads.TIME:
            names += [f"{column.name}_text", f"{column.name}_utc"]
    return names


def with_context(frame: pl.DataFrame, period: tuple[date, date] | None) -> pl.DataFrame:
    """The columns that every declared expression may count on, besides the canonical ones."""
    first, last = period or (None, None)
    return frame.with_columns(
        _period_from=pl.lit(first, dtype=pl.Date),
        _period_to=pl.lit(last, dtype=pl.Date),
        _demo_plates=pl.lit(plates.demo_series_count()),
    )


def read_body(
    table: Table, header: Header, kind: Kind, answers: Mapping[str, str], form: str, findings: Findings
) -> Body:
    """Read every row under the header; what cannot be read is told in `findings`."""
    lines = table.cells.with_row_index("_row", offset=1).with_columns(pl.col("_row").cast(pl.Int64)).slice(header.row)
    within = _rows_of_the_table(lines, header, kind)
    numbers = {index: series.slice(header.row).filter(within.kept) for index, series in table.numbers.items()}
    moments = {index: series.slice(header.row).filter(within.kept) for index, series in table.times.items()}
    lines, total = lines.filter(within.kept), within.total.filter(within.kept)

    read: dict[str, Cells] = {}
    texts: dict[str, pl.Series] = {}
    for name, index in header.columns.items():
        text = cells.without_empty_words(lines[f"c{index}"])
        texts[name] = text
        read[name] = cells.read(
            kind.column(name), Source(header.headings[index], text, numbers.get(index), moments.get(index), form, answers)
        )
    _join_clocks(kind, read)
    frame = lines.select("_row").with_columns(
        **{f"{name}_text": text for name, text in texts.items()},
        **{name: series for each in read.values() for name, series in each.columns.items()},
    )
    frame = _completed(frame, kind)

    filled = lines.select(
        pl.sum_horizontal(pl.col(name).is_not_null() for name in lines.columns if name != "_row")
    ).to_series()
    unread = frame.select(
        pl.all_horizontal(pl.col(column.name).is_null() for column in kind.required)
    ).to_series()
    note = (filled == 1) & unread & ~total
    data = ~total & ~note
    teller = _Teller(findings, table.sheet, header, frame["_row"], data)
    teller.asides(total, note, within.repeated)
    questions = teller.columns(kind, read)
    usable = data & ~teller.rows(kind, read, texts)
    if form == "csv":
        usable &= ~teller.too_wide(lines, header)
    if questions:
        return Body(frame.clear(), int(data.sum()), header, frozenset(header.columns), True)
    frame = _with_instants(frame, kind)
    teller.skipped_hours(frame, kind, usable)
    teller.totals(frame, kind, data, total)
    return Body(frame.filter(usable), int(data.sum()), header, frozenset(header.columns), False)


@dataclass(frozen=True)
class _Rows:
    """Which lines under the header are anything at all (`kept`), total rows, and how often the header is repeated."""

    kept: pl.Series
    total: pl.Series
    repeated: list[int]


def _rows_of_the_table(lines: pl.DataFrame, header: Header, kind: Kind) -> _Rows:
    names = [name for name in lines.columns if name != "_row"]
    required = [f"c{header.columns[column.name]}" for column in kind.required]
    spoken = {f"c{header.columns[column.name]}" for column in kind.required if column.reads is not Reads.PLATE}
    told = lines.select(
        filled=pl.any_horizontal(pl.col(name).is_not_null() for name in names),
        repeated=pl.all_horizontal(
            pl.col(f"c{index}").eq_missing(pl.lit(header.headings[index])) for index in header.columns.values()
        ),
        # A personal plate may well be SUM: a total row also lacks something that every row must have.
        total=pl.coalesce(names).str.contains(_TOTAL).fill_null(False)
        & pl.any_horizontal(pl.col(name).str.contains(_TOTAL) & (name in spoken) | pl.col(name).is_null() for name in required),
    )
    repeated = lines["_row"].filter(told["repeated"] & told["filled"]).to_list()
    return _Rows(told["filled"] & ~told["repeated"], told["total"], repeated)


def _join_clocks(kind: Kind, read: dict[str, Cells]) -> None:
    """Put a date in one column and a time of day in another together; a time of day alone takes the start's date."""
    for column in kind.columns:
        if column.reads is not Reads.TIME or column.name not in read:
            continue
        part = read[column.name]
        moment, utc = part.columns[column.name], part.columns[f"{column.name}_utc"]
        if column.clock in read:
            clock = times.read_times(read[column.clock].columns[column.clock])
            joined = _at(moment, clock.clock).zip_with(clock.clock.is_not_null(), moment)
            whole = clock.values.is_not_null()
            part.columns[column.name] = clock.values.zip_with(whole, joined)
            part.columns[f"{column.name}_utc"] = clock.utc.zip_with(whole, utc)
            part.notes = [note for note in part.notes if note[0] != "dates_without_time"]
        if part.clock is not None and part.clock.null_count() < len(part.clock):
            alone = part.clock.is_not_null() & part.columns[column.name].is_null()
            first = next((other.name for other in kind.required if other.reads is Reads.TIME), None)
            if first is None or first == column.name:
                part.problems["time_unreadable"] = part.problems["time_unreadable"] | alone
                continue
            start = read[first].columns[first]
            same_day = _at(start.dt.truncate("1d"), part.clock)
            next_day = same_day + pl.Series([86_400_000_000]).cast(pl.Duration("us"))
            ended = next_day.zip_with((same_day < start).fill_null(False), same_day)
            part.columns[column.name] = ended.zip_with(alone, part.columns[column.name])


def _at(day: pl.Series, seconds: pl.Series) -> pl.Series:
    """The moment that is `seconds` after midnight of `day`; the time already in `day` is put aside."""
    return day.dt.truncate("1d") + (seconds.cast(pl.Int64) * 1_000_000).cast(pl.Duration("us"))


def _completed(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """All declared columns, null where the file has none, so that every declared expression can be asked."""
    absent: dict[str, pl.Series] = {}
    for column in kind.columns:
        for name, series in cells.nothing(column, frame.height).items():
            if name not in frame.columns:
                absent[name] = series
        if f"{column.name}_text" not in frame.columns:
            absent[f"{column.name}_text"] = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    return frame.with_columns(**absent)


def _with_instants(frame: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """UTC for every time that did not say its zone (decision 8)."""
    first: str | None = None
    for column in kind.columns:
        if column.reads is not Reads.TIME:
            continue
        local = pl.col(column.name)
        meant = times.resolved(local) if first is None else times.resolved_end(local, pl.col(f"{first}_utc"))
        frame = frame.with_columns(pl.coalesce(f"{column.name}_utc", meant).alias(f"{column.name}_utc"))
        first = first or column.name
    return frame


@dataclass(frozen=True)
class _Teller:
    """Turns what went wrong with cells into findings."""

    findings: Findings
    sheet: str | None
    header: Header
    numbers: pl.Series
    data: pl.Series

    def asides(self, total: pl.Series, note: pl.Series, repeated: list[int]) -> None:
        for code, rows in (("total_row", self.numbers.filter(total)), ("note_row", self.numbers.filter(note))):
            if len(rows):
                self.findings.tell_rows(Level.HINT, code, rows, sheet=self.sheet)
        if repeated:
            self.findings.tell_rows(Level.HINT, "header_repeated", repeated, sheet=self.sheet)

    def columns(self, kind: Kind, read: dict[str, Cells]) -> bool:
        """Tell what is asked or noted about whole columns. Returns whether something is asked."""
        asked = False
        for name, each in read.items():
            heading = self.header.heading(name)
            for code, params in each.questions:
                self.findings.tell(Level.ERROR, code, sheet=self.sheet, column=heading, wanted=name, **params)
                asked = True
            for code, params in each.notes:
                self.findings.tell(Level.HINT, code, sheet=self.sheet, column=heading, **params)
        return asked

    def rows(self, kind: Kind, read: dict[str, Cells], texts: dict[str, pl.Series]) -> pl.Series:
        """Tell what is wrong with cells. Returns the rows that lack something required, or have two readings."""
        out = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(self.data))
        for column in kind.columns:
            if column.name not in read:
                continue
            each, text = read[column.name], texts[column.name]
            level = Level.ERROR if column.required else Level.WARNING
            problems = dict(each.problems)
            if column.required:
                problems["value_missing"] = self._missing(column, text, each)
                out |= each.columns[column.name].is_null()
            for code, mask in problems.items():
                if code in TWO_READINGS:
                    self._tell(Level.ERROR, code, mask, column, text)
                    out |= mask.fill_null(False)
                else:
                    self._tell(level, code, mask, column, text)
            for code, mask in each.doubts.items():
                self._tell(Level.WARNING, code, mask, column, text, examples=column.examples)
        return out

    def _missing(self, column: Column, text: pl.Series, each: Cells) -> pl.Series:
        return text.is_null() & each.columns[column.name].is_null()

    def _tell(
        self, level: Level, code: str, mask: pl.Series, column: Column, text: pl.Series, **params: str
    ) -> None:
        hit = mask.fill_null(False) & self.data
        if hit.any():
            self.findings.tell_rows(
                level, code, self.numbers.filter(hit), sheet=self.sheet, column=self.header.heading(column.name),
                found=text.filter(hit), label=column.label["nb"], **params,
            )

    def too_wide(self, lines: pl.DataFrame, header: Header) -> pl.Series:
        """Rows with more fields than the header: an unquoted decimal comma has moved the cells."""
        last = max(index for index, text in enumerate(header.headings) if text)
        beyond = [name for name in lines.columns if name != "_row" and int(name[1:]) > last]
        if not beyond:
            return pl.Series([False], dtype=pl.Boolean).new_from_index(0, lines.height)
        wide = lines.select(pl.any_horizontal(pl.col(name).is_not_null() for name in beyond)).to_series() & self.data
        if wide.any():
            self.findings.tell_rows(
                Level.ERROR, "row_too_wide", self.numbers.filter(wide), sheet=self.sheet, fields=last + 1
            )
        return wide

    def skipped_hours(self, frame: pl.DataFrame, kind: Kind, usable: pl.Series) -> None:
        for column in kind.columns:
            if column.reads is not Reads.TIME:
                continue
            hit = frame.select(times.does_not_exist(pl.col(column.name))).to_series() & usable
            if hit.any():
                self.findings.tell_rows(
                    Level.WARNING, "time_skipped", self.numbers.filter(hit), sheet=self.sheet,
                    column=self.header.heading(column.name), found=frame[f"{column.name}_text"].filter(hit),
                )

    def totals(self, frame: pl.DataFrame, kind: Kind, data: pl.Series, total: pl.Series) -> None:
        """Compare a single total row with the sum of the rows above it."""
        if total.sum() != 1:
            return
        for name in kind.totals:
            if name not in self.header.columns:
                continue
            stated = frame[name].filter(total).item()
            added = float(frame[name].filter(data).sum())
            if stated is not None and abs(stated - added) > max(0.51, abs(added) * 1e-6):
                self.findings.tell_rows(
                    Level.WARNING, "total_differs", self.numbers.filter(total), sheet=self.sheet,
                    column=self.header.heading(name), stated=round(stated, 3), added=round(added, 3),
                )

