"""Collecting findings while a file is read: one per thing to tell, not one per row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from portal.evidence.rules import Finding, Level, shortened

APART = 50
"""With more different cells than this behind one code and column they are told together, all rows named."""


class Findings(list[Finding]):
    """The findings of one reading, in the order they were made."""

    def tell(self, level: Level, code: str, *, sheet: str | None = None, column: str | None = None, **params: Any) -> None:
        """A finding about the file or a column, not about rows."""
        self.append(Finding(level, code, _quoted(params), sheet=sheet, column=_short(column)))

    def tell_rows(
        self,
        level: Level,
        code: str,
        rows: Sequence[int] | pl.Series,
        *,
        sheet: str | None,
        column: str | None = None,
        found: pl.Series | None = None,
        **params: Any,
    ) -> None:
        """A finding about rows; those where the same text was `found` (a parallel series) are told together."""
        table = pl.DataFrame({"row": pl.Series(list(rows), dtype=pl.Int64)})
        cells = found if found is not None else pl.Series([None], dtype=pl.String).new_from_index(0, table.height)
        table = table.with_columns(found=cells.cast(pl.String))
        groups = table.group_by("found", maintain_order=True).agg("row")
        if groups.height > APART:
            groups = table.select(found=pl.lit(None, dtype=pl.String), row=pl.col("row").implode()).head(1)
        for text, numbers in groups.iter_rows():
            one = len(numbers) == 1
            self.append(
                Finding(
                    level, code, _quoted(params), sheet=sheet, row=numbers[0] if one else None,
                    rows=None if one else tuple(sorted(numbers)), column=_short(column), found=_short(text),
                )
            )


def _short(text: str | None) -> str | None:
    return shortened(text) if text is not None else None


def _quoted(params: dict[str, Any]) -> dict[str, Any]:
    def cut(value: Any) -> Any:
        if isinstance(value, str):
            return shortened(value)
        return [cut(each) for each in value] if isinstance(value, (list, tuple)) else value

    return {name: cut(value) for name, value in params.items()}
