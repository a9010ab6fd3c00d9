"""What a ruling may be, and what has changed between two submissions, told as removed and added. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.journal.rules import register_sentences
from portal.verification.metrics import Vehicle

register_sentences(
    {
        "requirement.ruled": "{who} vurderte {requirement} til «{value}»",
        "report.remarked_internal": "{who} skrev et internt notat",
    }
)


class RulingValue(StrEnum):
    """What a controller decided about one requirement."""

    MET = "met"
    NOT_MET = "not_met"
    CANNOT_DECIDE = "cannot_decide"
    EXEMPT = "exempt"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    RulingValue.MET: "oppfylt",
    RulingValue.NOT_MET: "ikke oppfylt",
    RulingValue.CANNOT_DECIDE: "kan ikke avgjøres",
    RulingValue.EXEMPT: "unntak gjelder, eller ikke relevant",
}


class Audience(StrEnum):
    """Who a remark is for."""

    SUPPLIER = "supplier"  # the supplier answers
    INTERNAL = "internal"  # stays in the municipality


def needs_reason(value: str, proposed: str) -> bool:
    """Whether a ruling departs from what the figures propose."""
    return value != proposed


@dataclass(frozen=True)
class Change:
    """One question whose answer or files are other than last time. Texts as they were written; both may be empty."""

    asked_id: str
    text: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs between two packages of the same questionnaire, in the order of the questions."""
    earlier = {question["id"]: question for question in before["asked"]}
    found = []
    for question in after["asked"]:
        old = earlier.get(question["id"])
        then, now = (_written(old) if old else {}), _written(question)
        removed = tuple(shown for key, shown in then.items() if key not in now)
        added = tuple(shown for key, shown in now.items() if key not in then)
        if removed or added:
            found.append(Change(question["id"], question["text"], removed, added))
    return tuple(found)


def _written(question: Mapping[str, Any]) -> dict[str, str]:
    """What stands at a question, by a key that tells two equal names of different files apart."""
    answer = question["answer"] or {}
    lines = {}
    if answer.get("raw"):
        lines[f"answer:{answer['raw']}"] = answer["raw"]
    if answer.get("cannot_because"):
        lines[f"because:{answer['cannot_because']}"] = answer["cannot_because"]
    for citation in question["citations"]:
        lines[f"file:{citation['evidence_id']}:{citation['sha256']}"] = citation["file_name"]
    return lines


@dataclass(frozen=True)
class VehicleChange:
    """A vehicle that stands otherwise than last time. `field`: fuel, trips, km_total or maxi."""

    plate: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class FleetChange:
    """How a vehicle list differs from the one sent last time."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    changed: tuple[VehicleChange, ...]

    def __bool__(self) -> bool:
        return bool(self.removed or self.added or self.changed)


COMPARED = ("fuel", "trips", "km_total", "maxi")


def fleet_change(before: Iterable[Vehicle], after: Iterable[Vehicle]) -> FleetChange:
    """Plates removed and added, and values that changed, in the order of the lists."""
    then = {vehicle.plate: vehicle for vehicle in before}
    now = {vehicle.plate: vehicle for vehicle in after}
    changed = tuple(
        VehicleChange(plate, field, getattr(then[plate], field), getattr(now[plate], field))
        for plate in now
        if plate in then
        for field in COMPARED
        if getattr(then[plate], field) != getattr(now[plate], field)
    )
    return FleetChange(tuple(plate for plate in then if plate not in now), tuple(plate for plate in now if plate not in then), changed)
