"""Times and dates as exports write them, and the instants they mean.

A time without a zone is local wall-clock time in Europe/Oslo (policy decision 7); one with a zone, or in a column that
says UTC, is moved there. In the ambiguous hour of the autumn night the first pass (fold 0) is meant, unless the end
would then precede its start (decision 8). An hour that the spring night skips keeps the winter offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

import polars as pl

ZONE = "Europe/Oslo"
EARLIEST, LATEST = 2000, 2100
"""Years outside are a mistake in the file (facts.md §9: `0014` for 2014)."""

_MONTHS = {
    name: str(number)
    for number, names in enumerate(
        (
            "januar jan january", "februar feb february", "mars mar march", "april apr", "mai may", "juni jun june",
            "juli jul july", "august aug", "september sep sept", "oktober okt oct october", "november nov",
            "desember des dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_DATE = r"^(?P<a>\d{1,4})[.\-/](?P<b>\d{1,2})[.\-/](?P<c>\d{4}|\d{2})"
_CLOCK = (
    r"(?:(?:T|,? (?:kl\.? ?)?)(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<half>(?i:[ap]\.?m\.?))?)?"
)
_OFFSET = r" ?(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+\-]\d{2}:?\d{2})?$"
_WHOLE = _DATE + _CLOCK + _OFFSET
_OPEN_ORDER = r"^\d{1,2}[/\-]\d{1,2}[/\-]\d{2}"
_CLOCK_ONLY = r"^(?:kl\.? ?)?(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2}))?$"
_DAY_NAMED_MONTH = r"(?i)^(?:[a-zæøå]{2,9}\.?,? )?(\d{1,2})\.?[ \-]([a-z]{3,9})\.?,?[ \-](\d{4})(.*)$"
_NAMED_MONTH_DAY = r"(?i)^(?:[a-z]{2,9},? )?([a-z]{3,9})\.? (\d{1,2}),? (\d{4})(.*)$"
_COMPACT = r"^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})"
_SERIAL = r"^[2-7]\d{4}(?:\.\d+)?$"
ROWS_AT_ONCE = 100_000
"""Reading takes some thirty columns beside the one read: a million rows at once would not fit the child's memory."""
_UNIX_DAYS_OF_EXCEL = 25_569
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Times:
    """A column of times: local wall-clock `values` (Datetime), `utc` where the cell itself said a zone (else null).

    `bad` are cells that are no time, `unlikely` those with a year outside 2000–2100, `unclear` those whose day and
    month may be exchanged; `ask` when nothing in the column shows the order. `clock` has the seconds since midnight of
    cells that hold a time of day alone; such cells are not bad. `serials` counts dates written as bare numbers.
    """

    values: pl.Series
    utc: pl.Series
    bad: pl.Series
    unlikely: pl.Series
    unclear: pl.Series
    ask: bool
    clock: pl.Series
    date_only: bool
    serials: int


def read_times(
    text: pl.Series, native: pl.Series | None = None, *, order: str | None = None, utc: bool = False, serials: bool = False
) -> Times:
    """Read a String column (null = empty).

    `native` has a workbook's own dates; `order` is the supplier's answer, `dmy` or `mdy`; `utc` when the heading says
    so; `serials` when bare numbers may be a workbook's dates that lost their format.
    """
    own = native if native is not None else pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    months_first = order == "mdy" if order is not None else _months_first(text)
    whole = pl.DataFrame({"text": text, "own": own})
    read = pl.concat(
        _read_block(whole.slice(start, ROWS_AT_ONCE), months_first, utc, serials)
        for start in range(0, max(whole.height, 1), ROWS_AT_ONCE)
    )
    unclear, values = int(read["unclear"].sum()), read["value"].drop_nulls()
    return Times(
        values=read["value"],
        utc=read["utc"],
        bad=read["bad"],
        unlikely=read["unlikely"],
        unclear=read["unclear"],
        ask=months_first is None and unclear > 0 and (unclear > 1 or unclear == len(text) - text.null_count()),
        clock=read["clock"],
        date_only=len(values) > 0 and bool((values.dt.time() == time()).all()),
        serials=int(read["serial"].sum()),
    )


def _months_first(text: pl.Series) -> bool | None:
    """True or False when the column's cells show the order of day and month; None when none does, or both do."""
    parts = text.str.extract_groups(r"^\s*(\d{1,2})[/\-](\d{1,2})[/\-]\d{2}").struct
    first, second = (bool((parts.field(name).cast(pl.Int32, strict=False) > 12).any()) for name in "12")
    return None if first == second else second


def _read_block(block: pl.DataFrame, months_first: bool | None, utc: bool, serials: bool) -> pl.DataFrame:
    """Read some rows of `text` and `own`; the order of day and month has been settled for the whole column."""
    frame = block.select("own", tidy=pl.when(pl.col("own").is_null()).then(_tidy()))
    if frame["tidy"].str.contains("[A-Za-z]{3}").any():
        frame = frame.with_columns(pl.col("tidy").pipe(_numeric_months))
    frame = frame.with_columns(pl.col("tidy").str.extract_groups(_WHOLE).struct.unnest()).with_columns(
        open_order=pl.col("tidy").str.contains(_OPEN_ORDER).fill_null(False),
        year_first=pl.col("a").str.len_chars() == 4,
        century=pl.when((pl.col("a").str.len_chars() < 4) & (pl.col("c").str.len_chars() == 2)).then(2000).otherwise(0),
        **{name: pl.col(name).cast(pl.Int32, strict=False) for name in "abchms"},
    )
    swapped = pl.col("open_order") & (pl.col("b") > 12 if months_first is None else pl.lit(months_first))
    frame = frame.with_columns(
        unclear=(
            pl.col("open_order") & pl.lit(months_first is None)
            & (pl.col("a") <= 12) & (pl.col("b") <= 12) & (pl.col("a") != pl.col("b"))
        ).fill_null(False),
        year=pl.when("year_first").then("a").otherwise(pl.col("c") + pl.col("century")),
        month=pl.when("year_first").then("b").when(swapped).then("a").otherwise("b"),
        day=pl.when("year_first").then("c").when(swapped).then("b").otherwise("a"),
    )
    out = pl.col("unclear") | pl.col("unlikely")
    return (
        frame.with_columns(
            unlikely=((pl.col("year") < EARLIEST) | (pl.col("year") > LATEST)).fill_null(False),
            value=pl.coalesce("own", _assembled()),
            zone=pl.when(pl.lit(utc)).then(pl.col("zone").fill_null("Z")).otherwise(pl.col("zone")),
            clock=_seconds_of(pl.col("tidy").str.extract_groups(_CLOCK_ONLY)),
            serial=pl.when(pl.lit(serials) & pl.col("tidy").str.contains(_SERIAL))
            .then("tidy")
            .cast(pl.Float64, strict=False),
        )
        .with_columns(value=pl.when(out.not_()).then(pl.coalesce("value", _from_serial())))
        .with_columns(utc=_instant())
        .with_columns(value=pl.coalesce(pl.col("utc").dt.convert_time_zone(ZONE).dt.replace_time_zone(None), "value"))
        .select(
            "value", "utc", "unlikely", "unclear", "clock",
            serial=pl.col("serial").is_not_null(),
            bad=pl.col("tidy").is_not_null() & pl.col("value").is_null() & pl.col("clock").is_null() & out.not_(),
        )
    )


def _tidy() -> pl.Expr:
    return (
        pl.col("text")
        .str.replace_all(r"[\s\x{00a0}\x{202f}]+", " ")
        .str.strip_chars()
        .str.replace(_COMPACT, "${1}-${2}-${3}T${4}:${5}:${6}")
    )


def _numeric_months(text: pl.Expr) -> pl.Expr:
    """`21. des. 2018 kl. 10.20` and `Fri, 21 Dec 2018 10:20:00 GMT` with the month as a number."""
    months = pl.coalesce(text.str.extract(_DAY_NAMED_MONTH, 2), text.str.extract(_NAMED_MONTH_DAY, 1))
    number = months.str.to_lowercase().replace_strict(_MONTHS, default=None, return_dtype=pl.String)
    day = pl.coalesce(text.str.extract(_DAY_NAMED_MONTH, 1), text.str.extract(_NAMED_MONTH_DAY, 2))
    year = pl.coalesce(text.str.extract(_DAY_NAMED_MONTH, 3), text.str.extract(_NAMED_MONTH_DAY, 3))
    rest = pl.coalesce(text.str.extract(_DAY_NAMED_MONTH, 4), text.str.extract(_NAMED_MONTH_DAY, 4))
    return pl.when(number.is_not_null()).then(pl.format("{}.{}.{}{}", day, number, year, rest)).otherwise(text)


def _assembled() -> pl.Expr:
    """The local time from its parts; an impossible date or hour gives null. 24.00 is midnight at the day's end."""
    afternoon = pl.col("half").str.to_lowercase().str.starts_with("p")
    hour = (
        pl.when(pl.col("half").is_null())
        .then(pl.col("h").fill_null(0))
        .when(pl.col("h").is_between(1, 12))
        .then(pl.col("h") % 12 + pl.when(afternoon).then(12).otherwise(0))
    )
    minute, second = pl.col("m").fill_null(0), pl.col("s").fill_null(0)
    day_end = (hour == 24) & (minute == 0) & (second == 0)
    date = pl.format(
        "{}-{}-{}", pl.col("year").cast(pl.String).str.zfill(4), pl.col("month").cast(pl.String).str.zfill(2),
        pl.col("day").cast(pl.String).str.zfill(2),
    ).str.to_date("%Y-%m-%d", strict=False)
    valid = (hour.is_between(0, 23) | day_end) & minute.is_between(0, 59) & second.is_between(0, 59)
    seconds = hour * 3600 + minute * 60 + second
    return pl.when(valid).then(date.cast(pl.Datetime("us")) + pl.duration(seconds=seconds))


def _seconds_of(parts: pl.Expr) -> pl.Expr:
    hour, minute, second = (parts.struct.field(name).cast(pl.Int32, strict=False) for name in "hms")
    valid = hour.is_between(0, 23) & minute.is_between(0, 59) & second.fill_null(0).is_between(0, 59)
    return pl.when(valid).then(hour * 3600 + minute * 60 + second.fill_null(0))


def _from_serial() -> pl.Expr:
    """Days since 30 December 1899, as workbooks count them."""
    seconds = ((pl.col("serial") - _UNIX_DAYS_OF_EXCEL) * _SECONDS_A_DAY).round(0).cast(pl.Int64)
    return (seconds * 1_000_000).cast(pl.Datetime("us"))


def _instant() -> pl.Expr:
    """The instant of a cell that says its zone, else null."""
    zone = pl.col("zone")
    hours = zone.str.extract(r"([+\-]\d{2}):?\d{2}$", 1).cast(pl.Int32, strict=False).fill_null(0)
    minutes = zone.str.extract(r"[+\-]\d{2}:?(\d{2})$", 1).cast(pl.Int32, strict=False).fill_null(0)
    sign = pl.when(zone.str.contains("-", literal=True)).then(-1).otherwise(1)
    offset = pl.duration(minutes=hours * 60 + sign * minutes)
    return pl.when(zone.is_not_null()).then((pl.col("value") - offset).dt.replace_time_zone("UTC"))


def resolved(local: pl.Expr, *, later: bool = False) -> pl.Expr:
    """The instant of a local time: fold 0, or fold 1 when `later`. A skipped spring hour keeps the winter offset."""
    known = local.dt.replace_time_zone(ZONE, ambiguous="latest" if later else "earliest", non_existent="null")
    skipped = (local - pl.duration(hours=1)).dt.replace_time_zone("UTC")
    return pl.coalesce(known.dt.convert_time_zone("UTC"), skipped)


def does_not_exist(local: pl.Expr) -> pl.Expr:
    """Whether a local time falls in the hour that the spring night skips."""
    return local.is_not_null() & local.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null").is_null()


def resolved_end(local: pl.Expr, start: pl.Expr) -> pl.Expr:
    """The instant of an end: fold 0, unless it would then precede `start` (an instant) and fold 1 would not."""
    first, second = resolved(local), resolved(local, later=True)
    return pl.when((first < start) & (second >= start)).then(second).otherwise(first)
