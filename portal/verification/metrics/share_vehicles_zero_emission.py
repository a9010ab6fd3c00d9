"""Vehicles with electric or hydrogen drive only, of all vehicles on the list (DRO-05)."""

from __future__ import annotations

from portal.verification.metrics.count import Counted, Metric, PlateShare, by_method, two_fuels
from portal.verification.metrics.facts import Facts, Span


def count(facts: Facts, span: Span) -> Counted:
    """Vehicles of vehicles; each plate once."""
    vehicles, doubtful = facts.in_use(span)
    clean = [vehicle for vehicle in vehicles if vehicle.is_zero_emission]
    return Counted(
        numerator=len(clean),
        denominator=len(vehicles),
        counts=by_method([(vehicle.method, 1) for vehicle in clean]),
        plates=tuple(PlateShare(v.plate, v.fuel, v.trips, v.km_total, row=v.row) for v in vehicles if not v.is_zero_emission),
        notes=two_fuels(doubtful),
    )


METRIC = Metric("share_vehicles_zero_emission", frozenset({"vehicle_list"}), frozenset({"vehicle_list"}), count)
