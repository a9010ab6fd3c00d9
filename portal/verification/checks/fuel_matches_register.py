"""Does the declared fuel agree with what is known of the vehicle? For now by the plate's prefix alone, which only indicates."""

from __future__ import annotations

from portal.verification.checks.findings import Check, Flag
from portal.verification.metrics.facts import Facts, Span, prefix_disagrees


def look(facts: Facts, span: Span) -> tuple[Flag, ...]:
    """One question per declared fuel about the plates whose prefix hints at something else. Personal plates hint at nothing."""
    odd: dict[str, dict[str, None]] = {}
    for vehicle in facts.vehicles:
        if prefix_disagrees(vehicle):
            odd.setdefault(vehicle.fuel, {})[vehicle.plate] = None
    return tuple(Flag("prefix_disagrees", {"fuel": fuel, "count": len(plates)}, tuple(plates)) for fuel, plates in odd.items())


CHECK = Check("fuel_matches_register", "vehicle_list", look)
