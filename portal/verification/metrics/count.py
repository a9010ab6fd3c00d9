"""What a metric answers: so many of so many, how well that is known, and which vehicles pull it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portal.verification.metrics.facts import Facts, Number, Span


@dataclass(frozen=True)
class Reason:
    """Why a verdict is as it is: a code with plain parameters, put into words when somebody reads it."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": self.params}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Reason:
        return cls(record["code"], dict(record["params"]))


@dataclass(frozen=True)
class PlateShare:
    """A vehicle that pulls a figure down, with what it did. `months`: the months without kWh, for the charging metric."""

    plate: str
    fuel: str
    trips: Number | None = None
    km: Number | None = None
    months: tuple[str, ...] = ()
    row: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"plate": self.plate, "fuel": self.fuel, "trips": self.trips, "km": self.km, "months": list(self.months), "row": self.row}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PlateShare:
        return cls(**{**record, "months": tuple(record["months"])})


@dataclass(frozen=True)
class Counted:
    """`numerator` of `denominator`, and `counts`: the numerator split by method (indicated, declared, measured).

    Both numbers are None when `problem` says why nothing could be counted. 0 of 0 is a count: not relevant.
    """

    numerator: Number | None = None
    denominator: Number | None = None
    counts: dict[str, Number] = field(default_factory=dict)
    plates: tuple[PlateShare, ...] = ()
    notes: tuple[Reason, ...] = ()
    problem: Reason | None = None


@dataclass(frozen=True)
class Metric:
    """A share that is computed from evidence. `reads`: the evidence kinds it wants; without those in `needs` it cannot be had.

    `by_dates`: rows carry dates, so that the figure can be had for a part of the period. A sum of trips cannot be cut.
    """

    name: str
    reads: frozenset[str]
    needs: frozenset[str]
    count: Callable[[Facts, Span], Counted]
    by_dates: bool = True


def by_method(pairs: list[tuple[str, Number]]) -> dict[str, Number]:
    """The sum per method, the best known first, methods without anything left out."""
    sums: dict[str, Number] = {}
    for method in ("confirmed", "measured", "indicated", "declared"):
        total = sum(amount for which, amount in pairs if which == method)
        if total:
            sums[method] = total
    return sums


def two_fuels(plates: tuple[str, ...]) -> tuple[Reason, ...]:
    """The note about plates that count nowhere."""
    return (Reason("two_fuels", {"plates": list(plates)}),) if plates else ()
