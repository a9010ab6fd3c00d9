"""Numbers as people write them: decimal comma or point, spaces, and the two readings of `1.234`.

The column decides together: when other cells show which mark is the decimal one, `1.234` has one reading only.
Where nothing shows it, nothing is guessed: a single such cell is left out and named, a whole column of them is asked
about (decision 31, policy decision 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

SPACES = r"[\s\x{00a0}\x{2009}\x{202f}\x{2007}'’]"
_SIGN = r"^[+\-]?"
_GROUPED_BY_SPACE = rf"{_SIGN}\d{{1,3}}(?:{SPACES}\d{{3}})+(?:[.,]\d+)?$"
_PLAIN = rf"{_SIGN}\d+$"
_POINT_DECIMAL = rf"{_SIGN}\d*\.\d+(?:[eE][+\-]?\d+)?$"
_COMMA_DECIMAL = rf"{_SIGN}\d*,\d+$"
_POINT_GROUPS = rf"{_SIGN}\d{{1,3}}(?:\.\d{{3}})+,\d+$|{_SIGN}\d{{1,3}}(?:\.\d{{3}}){{2,}}$"
_COMMA_GROUPS = rf"{_SIGN}\d{{1,3}}(?:,\d{{3}})+\.\d+$|{_SIGN}\d{{1,3}}(?:,\d{{3}}){{2,}}$"
_POINT_UNCLEAR = rf"{_SIGN}[1-9]\d{{0,2}}\.\d{{3}}$"
_COMMA_UNCLEAR = rf"{_SIGN}[1-9]\d{{0,2}},\d{{3}}$"
_EXPONENT = rf"{_SIGN}\d+[eE][+\-]?\d+$"


@dataclass(frozen=True)
class Numbers:
    """A column of numbers. `bad` marks cells that are no number, `unclear` cells with two readings (both Boolean).

    `ask` is true when the column has such cells and nothing in it shows what they mean.
    """

    values: pl.Series
    bad: pl.Series
    unclear: pl.Series
    ask: bool


def without_unit(text: pl.Series, units: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """The cells without a unit written after the number, and the unit of each in lower case (null for none)."""
    pattern = r"(?i)^([+\-−]?[\d.,\s\x{00a0}\x{202f}]*\d)\s*(" + "|".join(units) + r")\.?$"
    parts = text.str.extract_groups(pattern).struct
    number, unit = parts.field("1"), parts.field("2").str.to_lowercase()
    return number.fill_null(text) if number.dtype == pl.String else text, unit


def read_numbers(text: pl.Series, native: pl.Series | None, decimal_mark: str | None = None) -> Numbers:
    """Read a String column (null = empty). `native` has a workbook's own numbers, which need no reading.

    `decimal_mark` is the supplier's answer, `comma` or `point`, when the column was asked about.
    """
    written = text if native is None else text.set(native.is_not_null(), None)
    tidy = written.str.replace_all("[−–]", "-").str.strip_chars()
    by_space = tidy.str.contains(_GROUPED_BY_SPACE).fill_null(False)
    squeezed = tidy.str.replace_all(SPACES, "")
    tidy = squeezed.zip_with(by_space, tidy)

    def like(pattern: str) -> pl.Series:
        return tidy.str.contains(pattern).fill_null(False)

    point_unclear, comma_unclear = like(_POINT_UNCLEAR) & ~by_space, like(_COMMA_UNCLEAR) & ~by_space
    point_groups, comma_groups = like(_POINT_GROUPS), like(_COMMA_GROUPS)
    point_decimal = (like(_POINT_DECIMAL) & ~point_unclear) | like(_EXPONENT)
    comma_decimal = like(_COMMA_DECIMAL) & ~comma_unclear
    point_is = _mark_is(decimal_mark, "point", decimal=point_decimal | comma_groups, groups=point_groups)
    comma_is = _mark_is(decimal_mark, "comma", decimal=comma_decimal | point_groups, groups=comma_groups)

    as_point = point_decimal | (point_unclear if point_is == "decimal" else _none(tidy))
    as_comma = comma_decimal | (comma_unclear if comma_is == "decimal" else _none(tidy))
    ungrouped_point = point_groups | (point_unclear if point_is == "groups" else _none(tidy))
    ungrouped_comma = comma_groups | (comma_unclear if comma_is == "groups" else _none(tidy))
    unclear = (point_unclear & (point_is is None)) | (comma_unclear & (comma_is is None))

    canonical = tidy.set(~(like(_PLAIN) | as_point | as_comma | ungrouped_point | ungrouped_comma), None)
    canonical = canonical.str.replace_all(".", "", literal=True).zip_with(ungrouped_point, canonical)
    canonical = canonical.str.replace_all(",", "", literal=True).zip_with(ungrouped_comma, canonical)
    values = canonical.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    bad = tidy.is_not_null() & values.is_null() & ~unclear
    evidence = bool((point_decimal | comma_decimal | point_groups | comma_groups).any())
    count, filled = int(unclear.sum()), len(text) - text.null_count()
    ask = not evidence and count > 0 and (count > 1 or count == filled)
    if native is not None:
        values = native.zip_with(native.is_not_null(), values)
        ask = ask and native.null_count() == len(native)
    return Numbers(values, bad, unclear, ask)


def _mark_is(answer: str | None, mark: str, *, decimal: pl.Series, groups: pl.Series) -> str | None:
    """Whether a mark separates `decimal`s or `groups`, as the answer or the column's clear cells show; else None."""
    if answer in ("comma", "point"):
        return "decimal" if answer == mark else "groups"
    shows_decimal, shows_groups = bool(decimal.any()), bool(groups.any())
    if shows_decimal == shows_groups:
        return None
    return "decimal" if shows_decimal else "groups"


def _none(like: pl.Series) -> pl.Series:
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(like))
