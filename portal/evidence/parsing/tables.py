"""A table as it lies in the file: cells as text, and the native numbers and dates that a workbook knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl


class Unreadable(Exception):
    """The file cannot be read as a table. `code` and `params` as in a Finding."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Table:
    """One sheet, or the whole of a text file.

    `cells` has String columns `c0`, `c1`, …, one line per row of the file, empty rows too; empty cells are null.
    `numbers` and `times` hold the native values of a workbook by column index (Float64, Datetime), where there are any.
    """

    cells: pl.DataFrame
    sheet: str | None = None
    hidden: bool = False
    numbers: dict[int, pl.Series] = field(default_factory=dict)
    times: dict[int, pl.Series] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return self.cells.width

    def top(self, rows: int) -> list[list[str]]:
        """The first `rows` rows as lists of text, empty cells as empty texts."""
        return [[cell or "" for cell in row] for row in self.cells.head(rows).rows()]

    def is_empty(self) -> bool:
        return self.cells.height == 0 or all(column.null_count() == len(column) for column in self.cells)


def tables_of(path: Path, form: str) -> Iterator[Table]:
    """The tables of a guarded file: every sheet of a workbook in its order, or one for a text file.

    Raises Unreadable when the file is damaged, locked or not text.
    """
    if form == "csv":
        from portal.evidence.parsing import delimited

        yield delimited.table_of(path)
    else:
        from portal.evidence.parsing import workbook

        yield from workbook.tables_of(path)
