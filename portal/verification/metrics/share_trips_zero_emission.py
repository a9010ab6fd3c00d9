"""Trips by zero-emission vehicles of all trips on the agreement (DRO-01). The vehicle list's `turer` column carries them."""

from __future__ import annotations

from portal.verification.metrics.count import Counted, Metric, PlateShare, Reason, by_method, two_fuels
from portal.verification.metrics.facts import Facts, Span


def count(facts: Facts, span: Span) -> Counted:
    """Trips of trips. Without trips for every vehicle there is no share: what is absent is not 0."""
    vehicles, doubtful = facts.in_use(span)
    if vehicles and all(vehicle.trips is None for vehicle in vehicles):
        return Counted(problem=Reason("no_trips_column"))
    untold = [vehicle.plate for vehicle in vehicles if vehicle.trips is None]
    if untold:
        return Counted(problem=Reason("trips_missing", {"plates": untold}))
    clean = [(vehicle, vehicle.trips or 0) for vehicle in vehicles if vehicle.is_zero_emission]
    rest = [(vehicle, vehicle.trips or 0) for vehicle in vehicles if not vehicle.is_zero_emission]
    return Counted(
        numerator=sum(trips for _, trips in clean),
        denominator=sum(trips for _, trips in clean + rest),
        counts=by_method([(vehicle.method, trips) for vehicle, trips in clean]),
        plates=tuple(PlateShare(v.plate, v.fuel, trips, v.km_total, row=v.row) for v, trips in rest if trips),
        notes=two_fuels(doubtful),
    )


METRIC = Metric("share_trips_zero_emission", frozenset({"vehicle_list"}), frozenset({"vehicle_list"}), count, by_dates=False)
