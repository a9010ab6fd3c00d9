"""Does a vehicle stand on several rows? Its trips are added together; with two fuels it counts nowhere (decision 31)."""

from __future__ import annotations

from collections import Counter

from portal.verification.checks.findings import Check, Flag
from portal.verification.metrics.facts import Facts, Span


def look(facts: Facts, span: Span) -> tuple[Flag, ...]:
    """Plates on several rows: a hint when the rows agree on the fuel, a question when they do not."""
    rows = Counter(vehicle.plate for vehicle in facts.vehicles)
    fuels = {(vehicle.plate, vehicle.fuel) for vehicle in facts.vehicles}
    kinds = Counter(plate for plate, _fuel in fuels)
    differing = tuple(plate for plate, count in kinds.items() if count > 1)
    repeated = tuple(plate for plate, count in rows.items() if count > 1 and kinds[plate] == 1)
    flags = []
    if differing:
        flags.append(Flag("two_fuels", {"count": len(differing)}, tuple(sorted(differing))))
    if repeated:
        flags.append(Flag("several_rows", {"count": len(repeated)}, tuple(sorted(repeated)), asks=False))
    return tuple(flags)


CHECK = Check("duplicate_plate", "vehicle_list", look)
