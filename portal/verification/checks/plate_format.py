"""Do the registration numbers have the ordinary form? A personal plate is legal, but no register or log can be matched to it."""

from __future__ import annotations

from portal.evidence.kinds.plates import is_ordinary
from portal.verification.checks.findings import Check, Flag
from portal.verification.metrics.facts import Facts, Span


def look(facts: Facts, span: Span) -> tuple[Flag, ...]:
    """One question about all plates without two letters and four or five digits."""
    odd = tuple(dict.fromkeys(vehicle.plate for vehicle in facts.vehicles if not is_ordinary(vehicle.plate)))
    return (Flag("plate_form", {"count": len(odd)}, odd),) if odd else ()


CHECK = Check("plate_format", "vehicle_list", look)
