"""Zero-emission maxi and wheelchair cars of all such cars on the agreement (DRO-03). No such car: 0 of 0, not relevant."""

from __future__ import annotations

from portal.verification.metrics.count import Counted, Metric, PlateShare, Reason, by_method, two_fuels
from portal.verification.metrics.facts import Facts, Span


def count(facts: Facts, span: Span) -> Counted:
    """Vehicles of vehicles among those marked maxi or wheelchair. A list that does not tell which they are gives no share."""
    vehicles, doubtful = facts.in_use(span)
    if vehicles and all(vehicle.maxi is None for vehicle in vehicles):
        return Counted(problem=Reason("no_maxi_column"))
    untold = [vehicle.plate for vehicle in vehicles if vehicle.maxi is None]
    maxi = [vehicle for vehicle in vehicles if vehicle.maxi]
    clean = [vehicle for vehicle in maxi if vehicle.is_zero_emission]
    return Counted(
        numerator=len(clean),
        denominator=len(maxi),
        counts=by_method([(vehicle.method, 1) for vehicle in clean]),
        plates=tuple(PlateShare(v.plate, v.fuel, v.trips, v.km_total, row=v.row) for v in maxi if not v.is_zero_emission),
        notes=(*two_fuels(doubtful), *((Reason("maxi_untold", {"plates": untold}),) if untold else ())),
    )


METRIC = Metric("share_maxi_zero_emission", frozenset({"vehicle_list"}), frozenset({"vehicle_list"}), count)
