"""What `judge` answers. Everything here can be written to plain JSON and read back unchanged, so that a recorded verdict is the one shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.verification.checks.findings import CheckResult, CheckState, Flag
from portal.verification.metrics.count import PlateShare, Reason
from portal.verification.metrics.facts import Number


class Outcome(StrEnum):
    """How one requirement comes out for one part of the period. In the order a reader needs to see them."""

    BELOW_MINIMUM = "below_minimum"  # the supplier explains, the controller decides
    BELOW_PROMISE = "below_promise"  # the minimum is met, what was offered is not; the controller decides
    MISSING = "missing"  # the supplier answers or uploads
    CANNOT_DECIDE = "cannot_decide"  # the supplier mends, or the controller decides by hand
    WAITING = "waiting"  # the worker is reading the file
    WAIVED = "waived"  # nobody: the municipality has waived it for what pulls down
    MET = "met"  # nobody
    NOT_RELEVANT = "not_relevant"  # nobody: nothing to measure, or no threshold in force


_ORDER = list(Outcome)


def heaviest(outcomes: list[Outcome]) -> Outcome:
    """The outcome that matters most of several; an empty list is not relevant."""
    return min(outcomes, key=_ORDER.index, default=Outcome.NOT_RELEVANT)


@dataclass(frozen=True)
class PartVerdict:
    """One requirement for one part of the period (thresholds are never averaged over a step).

    `value` in `unit`, six decimals, cut and never rounded up; `numerator` and `denominator` are what it is a share of.
    `method_counts` splits the numerator by how it is known, `method` is the weakest of them.
    """

    part_from: date
    part_to: date
    outcome: Outcome
    metric: str = ""
    operator: str = ""
    value: float | None = None
    unit: str = ""
    numerator: Number | None = None
    denominator: Number | None = None
    minimum: float | None = None
    minimum_from: date | None = None
    promise: float | None = None
    promise_from: date | None = None
    method_counts: Mapping[str, Number] = field(default_factory=dict)
    method: str = ""
    reasons: tuple[Reason, ...] = ()
    plates: tuple[PlateShare, ...] = ()

    def reason(self, code: str) -> Reason | None:
        return next((reason for reason in self.reasons if reason.code == code), None)


@dataclass(frozen=True)
class PinVerdict:
    """One pinned requirement. `clause` empty: voluntary, and never a deviation (decision 37). `readings`: what it was read from."""

    pin_id: str
    code: str
    title: Mapping[str, str]
    metric: str
    operator: str
    clause: str
    controlled_by: str
    parts: tuple[PartVerdict, ...]
    checks: tuple[CheckResult, ...] = ()
    readings: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The heaviest of its parts."""
        return heaviest([part.outcome for part in self.parts])

    @property
    def flags(self) -> tuple[Flag, ...]:
        return tuple(flag for check in self.checks for flag in check.flags)

    @property
    def manual_checks(self) -> tuple[str, ...]:
        return tuple(check.name for check in self.checks if check.state is CheckState.MANUAL)


@dataclass(frozen=True)
class Assessment:
    """A whole report, requirement by requirement in the agreement's order. `recorded`: frozen with a submission."""

    verdicts: tuple[PinVerdict, ...]
    recorded: bool = False

    @property
    def flags(self) -> tuple[tuple[Flag, tuple[str, ...]], ...]:
        """Each thing that looks unusual once, with the codes of the requirements it was found under; questions first."""
        found: dict[str, tuple[Flag, list[str]]] = {}
        for verdict in self.verdicts:
            for flag in verdict.flags:
                key = repr(flag.as_json())
                found.setdefault(key, (flag, []))[1].append(verdict.code)
        together = [(flag, tuple(dict.fromkeys(codes))) for flag, codes in found.values()]
        return tuple(sorted(together, key=lambda pair: not pair[0].asks))

    def of(self, pin_id: str) -> PinVerdict | None:
        return next((verdict for verdict in self.verdicts if verdict.pin_id == pin_id), None)

    def count(self, *outcomes: Outcome) -> int:
        return sum(verdict.outcome in outcomes for verdict in self.verdicts)


def proposal(verdict: PinVerdict) -> str:
    """The ruling that the verdict proposes to the controller: met, not_met, cannot_decide or exempt. She decides."""
    outcomes = {part.outcome for part in verdict.parts}
    if outcomes & {Outcome.BELOW_MINIMUM, Outcome.BELOW_PROMISE}:
        return "not_met"
    if outcomes & {Outcome.CANNOT_DECIDE, Outcome.WAITING, Outcome.MISSING}:
        return "cannot_decide"
    if Outcome.WAIVED in outcomes or Outcome.MET not in outcomes:
        return "exempt"
    return "met"


def details_of(verdict: PinVerdict, part: PartVerdict) -> dict[str, Any]:
    """What a recorded verdict keeps beside its figures, as JSON."""
    return {
        "pin": {
            "code": verdict.code,
            "title": dict(verdict.title),
            "operator": verdict.operator,
            "clause": verdict.clause,
            "controlled_by": verdict.controlled_by,
        },
        "metric": verdict.metric,
        "minimum_from": _iso(part.minimum_from),
        "promise_from": _iso(part.promise_from),
        "counts": dict(part.method_counts),
        "reasons": [reason.as_json() for reason in part.reasons],
        "plates": [plate.as_json() for plate in part.plates],
        "readings": list(verdict.readings),
    }


def part_from(details: Mapping[str, Any], **figures: Any) -> PartVerdict:
    """A part as it was recorded. `figures` are the columns beside the details."""
    return PartVerdict(
        **figures,
        metric=details["metric"],
        operator=details["pin"]["operator"],
        minimum_from=_day(details["minimum_from"]),
        promise_from=_day(details["promise_from"]),
        method_counts=dict(details["counts"]),
        reasons=tuple(Reason.from_json(reason) for reason in details["reasons"]),
        plates=tuple(PlateShare.from_json(plate) for plate in details["plates"]),
    )


def pin_from(pin_id: str, details: Mapping[str, Any], parts: tuple[PartVerdict, ...], checks: tuple[CheckResult, ...]) -> PinVerdict:
    """A requirement's verdict as it was recorded."""
    pin = details["pin"]
    return PinVerdict(
        pin_id=pin_id,
        code=pin["code"],
        title=dict(pin["title"]),
        metric=details["metric"],
        operator=pin["operator"],
        clause=pin["clause"],
        controlled_by=pin["controlled_by"],
        parts=parts,
        checks=checks,
        readings=tuple(details["readings"]),
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
