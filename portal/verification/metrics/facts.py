"""What metrics and checks read: the rows behind a figure as plain values, and the dates a figure is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from portal.evidence.kinds.fuels import ZERO_EMISSION
from portal.evidence.kinds.plates import is_ordinary

Number = int | float


@dataclass(frozen=True)
class Span:
    """Two local dates, both included."""

    first: date
    last: date

    def overlaps(self, first: date | None, last: date | None) -> bool:
        """Whether any day of (first, last) lies inside; an open end reaches for ever."""
        return (first is None or first <= self.last) and (last is None or last >= self.first)

    def cut(self, first: date | None, last: date | None) -> Span | None:
        """The days that both have, None when there are none."""
        low, high = max(first or self.first, self.first), min(last or self.last, self.last)
        return Span(low, high) if low <= high else None

    def lies_within(self, first: date | None, last: date | None) -> bool:
        return (first is None or first <= self.first) and (last is None or last >= self.last)

    def months(self) -> Iterator[str]:
        """Every calendar month that has a day inside, as `2026-01`."""
        year, month = self.first.year, self.first.month
        while (year, month) <= (self.last.year, self.last.month):
            yield f"{year:04d}-{month:02d}"
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


@dataclass(frozen=True)
class Vehicle:
    """One vehicle of a vehicle list. `indicated`: what the plate's prefix hints at; distances in km, energy in kWh."""

    plate: str
    fuel: str
    indicated: str | None = None
    trips: Number | None = None
    km_total: Number | None = None
    maxi: bool | None = None
    used: bool | None = None
    first_day: date | None = None
    last_day: date | None = None
    kwh_declared: Number | None = None
    row: int | None = None

    @property
    def is_zero_emission(self) -> bool:
        """Declared as battery or hydrogen only. Plug-in hybrids and gas are not (glossary §1)."""
        return self.fuel in ZERO_EMISSION

    @property
    def method(self) -> str:
        """How well its fuel is known: the plate indicates it, or only the list says so. No register is asked yet."""
        return "indicated" if self.indicated == self.fuel else "declared"

    @classmethod
    def from_fact(cls, fact: dict[str, Any]) -> Vehicle:
        """A vehicle from a reading's facts (`evidence.kinds.vehicle_list`)."""
        return cls(
            plate=fact["plate"],
            fuel=fact["fuel"],
            indicated=fact.get("indicated"),
            trips=fact.get("trips"),
            km_total=fact.get("km_total"),
            maxi=fact.get("maxi"),
            used=fact.get("used"),
            first_day=_day(fact.get("from")),
            last_day=_day(fact.get("to")),
            kwh_declared=fact.get("kwh_declared"),
            row=fact.get("row"),
        )


@dataclass(frozen=True)
class ChargingLog:
    """A charging log as it was read. `by_vehicle`: {plate: {month: kWh}} by the local month of the session's start.

    The counts are None when the file has no column that tells.
    """

    sessions: int = 0
    sum_kwh: Number | None = None
    first_start: date | None = None
    last_end: date | None = None
    by_month: dict[str, Number] | None = None
    by_vehicle: dict[str, dict[str, Number]] | None = None
    without_end: int | None = None
    overlaps: int | None = None
    over_72h: int | None = None

    @classmethod
    def from_reading(cls, facts: dict[str, Any], figures: dict[str, Any]) -> ChargingLog:
        """A log from a reading's facts and figures (`evidence.kinds.charging_sessions`)."""
        return cls(
            sessions=facts.get("sessions") or 0,
            sum_kwh=facts.get("sum_kwh"),
            first_start=_day(facts.get("first_start")),
            last_end=_day(facts.get("last_end")),
            by_month=facts.get("by_month"),
            by_vehicle=facts.get("by_vehicle"),
            without_end=figures.get("without_end"),
            overlaps=figures.get("overlaps"),
            over_72h=figures.get("over_72h"),
        )


@dataclass(frozen=True)
class Facts:
    """Everything read for one requirement: the rows of all its vehicle lists, and its charging logs."""

    vehicles: tuple[Vehicle, ...] = ()
    logs: tuple[ChargingLog, ...] = ()

    def without(self, plates: Collection[str]) -> Facts:
        """The same facts with some vehicles left out (those a waiver covers)."""
        return replace(self, vehicles=tuple(vehicle for vehicle in self.vehicles if vehicle.plate not in plates))

    def in_use(self, span: Span) -> tuple[tuple[Vehicle, ...], tuple[str, ...]]:
        """The vehicles that count in `span`, one per plate, and the plates that stand with two fuels and so count nowhere.

        A vehicle counts when its dates touch the span and the list does not say that it was not used. Rows of the
        same plate are one vehicle with the trips and kilometres added (decision 31).
        """
        merged: dict[str, Vehicle] = {}
        doubtful: dict[str, None] = {}
        for vehicle in self.vehicles:
            if not span.overlaps(vehicle.first_day, vehicle.last_day) or (vehicle.used is False and not vehicle.trips):
                continue
            other = merged.get(vehicle.plate)
            if other is not None and other.fuel != vehicle.fuel:
                doubtful[vehicle.plate] = None
            merged[vehicle.plate] = vehicle if other is None else _together(other, vehicle)
        return tuple(vehicle for plate, vehicle in merged.items() if plate not in doubtful), tuple(doubtful)


def _together(one: Vehicle, other: Vehicle) -> Vehicle:
    return replace(
        one,
        trips=_sum(one.trips, other.trips),
        km_total=_sum(one.km_total, other.km_total),
        kwh_declared=_sum(one.kwh_declared, other.kwh_declared),
        maxi=one.maxi if other.maxi is None else other.maxi,
        first_day=None if one.first_day is None or other.first_day is None else min(one.first_day, other.first_day),
        last_day=None if one.last_day is None or other.last_day is None else max(one.last_day, other.last_day),
    )


def _sum(one: Number | None, other: Number | None) -> Number | None:
    return other if one is None else one if other is None else one + other


def _day(text: str | None) -> date | None:
    """The date of `2026-01-31` or `2026-01-31T23:10:00`."""
    return date.fromisoformat(text[:10]) if text else None


def prefix_disagrees(vehicle: Vehicle) -> bool:
    """Whether an ordinary plate hints at another drive than the declared one, in either direction.

    Only a hint (facts.md §5): an electric car may carry an older plate, so this is asked about and never decided.
    """
    if not is_ordinary(vehicle.plate):
        return False
    hinted = {"biogas": "gas", "natural_gas": "gas", "electric": "electric", "hydrogen": "hydrogen"}.get(vehicle.fuel)
    return hinted != vehicle.indicated and (vehicle.indicated is not None or hinted in ("electric", "hydrogen"))
