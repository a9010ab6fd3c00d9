"""Electric cars with complete monthly kWh, of all electric cars on the agreement (DRO-02).

A car is complete when each month it was in use has kWh in a charging log that names the car, or when its kWh is declared
in the vehicle list: a declared figure is a normal answer, and a car with public charging only is declared so (decision 42).
"""

from __future__ import annotations

from portal.verification.metrics.count import Counted, Metric, PlateShare, by_method, two_fuels
from portal.verification.metrics.facts import Facts, Span, Vehicle


def count(facts: Facts, span: Span) -> Counted:
    """Cars of cars; `measured` from a log, `declared` from the list. A car that lacks months is named with them."""
    vehicles, doubtful = facts.in_use(span)
    electric = [vehicle for vehicle in vehicles if vehicle.fuel == "electric"]
    complete: list[tuple[str, int]] = []
    lacking: list[PlateShare] = []
    for vehicle in electric:
        missing = _missing_months(vehicle, facts, span)
        if not missing:
            complete.append(("measured", 1))
        elif vehicle.kwh_declared is not None:
            complete.append(("declared", 1))
        else:
            lacking.append(PlateShare(vehicle.plate, vehicle.fuel, vehicle.trips, vehicle.km_total, missing, vehicle.row))
    return Counted(
        numerator=len(complete),
        denominator=len(electric),
        counts=by_method(list(complete)),
        plates=tuple(lacking),
        notes=two_fuels(doubtful),
    )


def _missing_months(vehicle: Vehicle, facts: Facts, span: Span) -> tuple[str, ...]:
    charged = {
        month
        for log in facts.logs
        for month, kwh in ((log.by_vehicle or {}).get(vehicle.plate) or {}).items()
        if kwh
    }
    in_use = span.cut(vehicle.first_day, vehicle.last_day) or span
    return tuple(month for month in in_use.months() if month not in charged)


METRIC = Metric("kwh_reported_share", frozenset({"vehicle_list", "charging_sessions"}), frozenset({"vehicle_list"}), count)
