"""Workbooks (xlsx, xls, ods) through calamine, which keeps native numbers and dates; reading text would round them.

Only in the child process: two cells in opposite corners make calamine abort the whole process (stack.md trap 3).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from portal.evidence.parsing import limits
from portal.evidence.parsing.tables import Table, Unreadable

ROWS_AT_ONCE = 20_000

_Piece = tuple[pl.Series, pl.Series | None, pl.Series | None]
"""Some rows of one column: as text, and its numbers and times where there are any."""


def tables_of(path: Path) -> Iterator[Table]:
    """Every worksheet, hidden ones too (marked). Raises Unreadable."""
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ is SheetTypeEnum.WorkSheet:
                    hidden = sheet.visible is not SheetVisibleEnum.Visible
                    yield _table(workbook.get_sheet_by_name(sheet.name), sheet.name, hidden)
    except PasswordError:
        raise Unreadable("password_protected") from None
    except (CalamineError, OSError, ValueError):
        raise Unreadable("package_damaged") from None


def _table(sheet: Any, name: str, hidden: bool) -> Table:
    if sheet.total_height > limits.MOST_ROWS + limits.HEADER_WITHIN:
        raise Unreadable("too_many_rows", rows=sheet.total_height, most=limits.MOST_ROWS)
    if sheet.total_width > limits.MOST_COLUMNS:
        raise Unreadable("too_many_columns", columns=sheet.total_width, most=limits.MOST_COLUMNS)
    parts: list[list[_Piece]] = []
    rows = iter(sheet.iter_rows())
    while block := list(itertools.islice(rows, ROWS_AT_ONCE)):
        parts.append([_columns(values) for values in zip(*block, strict=True)])
    width = len(parts[0]) if parts else 0
    texts: dict[str, pl.Series] = {}
    numbers: dict[int, pl.Series] = {}
    times: dict[int, pl.Series] = {}
    for index in range(width):
        pieces = [part[index] for part in parts]
        texts[f"c{index}"] = pl.concat([text for text, _, _ in pieces])
        _keep(numbers, index, [number for _, number, _ in pieces], pieces, pl.Float64())
        _keep(times, index, [moment for _, _, moment in pieces], pieces, pl.Datetime("us"))
    return Table(pl.DataFrame(texts), name, hidden, numbers, times)


def _keep(
    natives: dict[int, pl.Series], index: int, found: list[pl.Series | None], pieces: list[_Piece], dtype: pl.DataType
) -> None:
    """Put a column's native values together, where any block of rows has some."""
    if any(series is not None for series in found):
        natives[index] = pl.concat(
            pl.Series([None], dtype=dtype).new_from_index(0, len(piece[0])) if series is None else series
            for series, piece in zip(found, pieces, strict=True)
        )


def _columns(values: tuple[Any, ...]) -> _Piece:
    """The same cells as text, as numbers and as times; the latter two None where no cell is one."""
    kinds = set(map(type, values))
    text = pl.Series([_text(value) for value in values], dtype=pl.String)
    numbers = times = None
    if float in kinds or int in kinds:
        numbers = pl.Series(
            [float(value) if type(value) is float or type(value) is int else None for value in values], dtype=pl.Float64
        )
    if datetime in kinds or date in kinds:
        times = pl.Series([_moment(value) for value in values], dtype=pl.Datetime("us"))
    return text, numbers, times


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        # Excel keeps days as a fraction: a minute may come back as 59.999 s.
        return (value + timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=None)
    return datetime.combine(value, time()) if isinstance(value, date) else None


def _text(value: Any) -> str | None:
    """A cell as a person would write it; None for an empty one."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        moment = _moment(value)
        return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else None
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)
