"""What a kind of table is made of: columns, rules, figures and facts, declared as plain values.

One file beside this one declares one kind; `parsing/` reads any of them and knows none. A rule or a figure is a polars
expression over the canonical columns, so that a million rows cost what ten thousand do.

Every frame that an expression meets has, besides the declared columns, `_row` (the row as the user sees it),
`_period_from` and `_period_to` (dates, null without a period) and `_demo_plates` (whether invented plate series count).
A column that reads times has two companions: `<name>_text` (as written) and `<name>_utc` (the instant, in UTC).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from portal.evidence.rules import Level

Texts = Mapping[str, str]
"""The same text in `nb`, `nn` and `en`."""


class Reads(StrEnum):
    """How the cells of a column are understood."""

    TEXT = "text"  # String, trimmed
    PLATE = "plate"  # String, normalised: EK39085
    NUMBER = "number"  # Float64 in the column's own unit
    TIME = "time"  # Datetime, local wall-clock time of Europe/Oslo, with `_text` and `_utc` beside it
    DATE = "date"  # Date
    CHOICE = "choice"  # String, one of the values of the column's map
    YES_NO = "yes_no"  # Boolean
    DURATION = "duration"  # Float64, hours


@dataclass(frozen=True)
class Column:
    """One canonical column: how it is recognised, and how its cells are read.

    `synonyms` are headings in any language, as people write them; case, spaces and punctuation do not matter.
    `units` maps a unit that a heading or a cell may name to its factor into the canonical unit, `unit`.
    `doubtful_above`: when no unit is named and the median is higher than this, the unit is asked about.
    `values` (for choices) maps what people write to canonical values; `otherwise` takes the rest with a warning.
    `open_values`: what the map does not know is kept as it stands, without a word.
    """

    name: str
    reads: Reads
    label: Texts
    synonyms: tuple[str, ...]
    required: bool = False
    unit: str | None = None
    units: Mapping[str, float] = field(default_factory=dict)
    doubtful_above: float | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    open_values: bool = False
    examples: str = ""
    """Some values as people may write them, in bokmål, for the advice about one that is not recognised (≤ 40 letters)."""
    clock: str | None = None
    """For times: the column that holds the time of day when this one holds only the date."""
    lowest: float | None = None
    """For numbers: anything below is unreadable as this quantity (a negative distance)."""


@dataclass(frozen=True)
class RowRule:
    """A finding for every row where `when` is true. `drop` leaves the row out of figures, facts and stored rows."""

    code: str
    level: Level
    when: pl.Expr
    column: str | None = None
    drop: bool = False
    needs: tuple[str, ...] = ()
    """Columns that must be in the file, or the rule is not asked."""
    apart: bool = False
    """Whether rows with different cells in `column` are told apart: each vehicle for itself, say."""


@dataclass(frozen=True)
class Step:
    """Columns made from those before, then rules about them. A step sees only the rows that earlier steps left in."""

    derived: Mapping[str, pl.Expr] = field(default_factory=dict)
    rules: tuple[RowRule, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One number (or instant) over all rows that count; null when a needed column is not in the file."""

    name: str
    value: pl.Expr
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Breakdown:
    """A value per key: `{key: value}`, or nested when there are two keys. `always` are keys shown even when empty."""

    name: str
    by: tuple[str, ...]
    value: pl.Expr
    always: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """All rows as records, `{key: column}`; a column that is not in the file gives null."""

    name: str
    fields: Mapping[str, str]


Part = Figure | Breakdown | Listing


@dataclass(frozen=True)
class Kind:
    """A kind of evidence that is read as a table.

    `steps` are taken in order, and within a step its rules; a dropped row is not seen by what comes after.
    """

    code: str
    name: Texts
    help: Texts
    columns: tuple[Column, ...]
    steps: tuple[Step, ...] = ()
    figures: tuple[Part, ...] = ()
    facts: tuple[Part, ...] = ()
    totals: tuple[str, ...] = ()
    """Number columns whose sum is compared with a total row, when the file has one."""

    def column(self, name: str) -> Column:
        """The declared column. Raises KeyError for an unknown name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)
