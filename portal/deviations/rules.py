"""States, who holds the ball, the notice clock, and the test that a plan is proven by. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from portal.journal.rules import register_sentences
from portal.verification.metrics import METRICS
from portal.verification.metrics.facts import Facts, Span, Vehicle


class State(StrEnum):
    """Where a deviation stands (decision 24); the comment says who acts next."""

    DRAFT = "draft"  # the municipality writes it; the supplier does not see it
    SENT = "sent"  # the supplier answers with cause and plan
    ANSWERED = "answered"  # the municipality accepts the plan or asks again
    PLAN_ACCEPTED = "plan_accepted"  # the supplier carries it out and proves it
    PROVEN = "proven"  # the municipality closes
    CLOSED = "closed"  # nobody
    ESCALATED = "escalated"  # the municipality's agreement owner decides; the supplier may still answer


MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SENT, State.CLOSED}),
    State.SENT: frozenset({State.ANSWERED, State.ESCALATED, State.CLOSED}),
    State.ANSWERED: frozenset({State.PLAN_ACCEPTED, State.SENT, State.ESCALATED, State.CLOSED}),
    State.PLAN_ACCEPTED: frozenset({State.PROVEN, State.ESCALATED, State.CLOSED}),
    State.PROVEN: frozenset({State.CLOSED, State.ESCALATED}),
    State.ESCALATED: frozenset({State.ANSWERED, State.CLOSED}),
    State.CLOSED: frozenset(),
}


def may_move(now: str, then: State) -> bool:
    return then in MOVES[State(now)]


class Severity(StrEnum):
    """How heavy. "Vesentlig" is a legal threshold and no word of ours (decision 48)."""

    MINOR = "minor"  # mindre
    SIGNIFICANT = "significant"  # betydelig
    SERIOUS = "serious"  # alvorlig


SEVERITY_LABELS = {Severity.MINOR: "Mindre", Severity.SIGNIFICANT: "Betydelig", Severity.SERIOUS: "Alvorlig"}


class EntryKind(StrEnum):
    """One step in a deviation's life."""

    RAISED = "raised"  # internal: the supplier's story begins when it is sent
    SENT = "sent"
    ANSWERED = "answered"
    PLAN_ACCEPTED = "plan_accepted"
    PLAN_NOT_ACCEPTED = "plan_not_accepted"
    EVIDENCE = "evidence"
    TESTED = "tested"
    ESCALATED = "escalated"
    CLOSED = "closed"
    NOTE = "note"  # internal


Holder = str
"""supplier, buyer or nobody."""


def holder(state: str) -> Holder:
    """Who holds the ball."""
    if state in (State.SENT, State.PLAN_ACCEPTED):
        return "supplier"
    return "nobody" if state == State.CLOSED else "buyer"


def may_answer(state: str) -> bool:
    return may_move(state, State.ANSWERED)


def may_send_evidence(state: str) -> bool:
    """The supplier may add evidence for as long as something is left to show."""
    return state in (State.SENT, State.ANSWERED, State.PLAN_ACCEPTED, State.ESCALATED)


BUYER_DAYS = 14
"""How long the municipality gives itself to answer. Its own norm, shown to both: the supplier can see who is late."""

PROOF_DAYS = 14
"""How long after the plan's date the proof may take when nothing else is agreed."""


def buyers_date(today: date) -> date:
    return today + timedelta(days=BUYER_DAYS)


def proof_date(as_of: date, today: date) -> date:
    """When the proof is due: two weeks after the plan's date, and never before two weeks from now."""
    return max(as_of, today) + timedelta(days=PROOF_DAYS)


def is_overdue(due_on: date | None, today: date) -> bool:
    return due_on is not None and due_on < today


def days_left(due_on: date, today: date) -> int:
    """Days until the date is out: 0 on the day itself, negative after it."""
    return (due_on - today).days


@dataclass(frozen=True)
class NoticeClock:
    """The contract's time for a written notice, counted from the day after the facts were known (decision 40)."""

    last_day: date
    day_no: int
    days: int

    @property
    def has_run_out(self) -> bool:
        return self.day_no > self.days


def notice_clock(facts_known_on: date, notice_days: int | None, today: date) -> NoticeClock | None:
    """None when the agreement has no time for notice."""
    if notice_days is None:
        return None
    return NoticeClock(facts_known_on + timedelta(days=notice_days), (today - facts_known_on).days, notice_days)


def next_number(year: int, newest: str | None) -> str:
    """AV-2026-004 after AV-2026-003."""
    return f"AV-{year}-{int(newest.rsplit('-', 1)[1]) + 1 if newest else 1:03d}"


# ---------------------------------------------------------------- the plan's test


OPERATORS = {">=": lambda value, wanted: value >= wanted, "<=": lambda value, wanted: value <= wanted}

TESTABLE = ("share_vehicles_zero_emission", "share_maxi_zero_emission")
"""Metrics that a vehicle list as of one day can answer. A share of trips or kilometres belongs to a period, and the next
report answers it."""


@dataclass(frozen=True)
class PlanTest:
    """How a plan is proven: `metric` of a `kind` of evidence that applies on `as_of` or later, compared with `value` (percent)."""

    kind: str
    metric: str
    operator: str
    value: float
    as_of: date

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "metric": self.metric, "operator": self.operator, "value": self.value, "as_of": self.as_of.isoformat()}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PlanTest:
        """Raises KeyError or ValueError on anything that is no test."""
        as_of = record["as_of"]
        return cls(record["kind"], record["metric"], record["operator"], float(record["value"]), as_of if isinstance(as_of, date) else date.fromisoformat(as_of))

    def problem(self) -> str:
        """Why this cannot be a test, as a code; empty when it can."""
        if self.kind != "vehicle_list":
            return "unknown_kind"
        if self.metric not in TESTABLE or self.metric not in METRICS:
            return "unknown_metric"
        if self.operator not in OPERATORS:
            return "unknown_operator"
        return "" if 0 <= self.value <= 100 else "value_out_of_range"


@dataclass(frozen=True)
class Reason:
    """Why a proof came out as it did: a code with parameters, put into words by `documents`."""

    code: str
    params: dict[str, Any]


@dataclass(frozen=True)
class ProofOutcome:
    """`passed` is None when the portal cannot tell and a person must look."""

    passed: bool | None
    reasons: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "reasons": [{"code": reason.code, "params": reason.params} for reason in self.reasons]}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> ProofOutcome:
        return cls(record["passed"], tuple(Reason(reason["code"], reason["params"]) for reason in record["reasons"]))


UNREADABLE = ProofOutcome(None, (Reason("unreadable", {}),))


def applies_too_early(test: PlanTest, applies_on: date | None) -> bool:
    """Whether a list is about a day before the plan's: it cannot show what the plan promises."""
    return applies_on is None or applies_on < test.as_of


def evaluate(
    test: PlanTest,
    facts: dict[str, Any],
    applies_on: date | None,
    *,
    kind: str = "vehicle_list",
    stopped_rows: int = 0,
    vehicles_before: int | None = None,
) -> ProofOutcome:
    """How the plan's test comes out on one reading.

    `facts` are the reading's; `stopped_rows` says how many rows the reader could not use, since a vehicle that was not read
    proves nothing; `vehicles_before` is the number of vehicles on the list that the deviation was found in, to tell about a
    fleet that has shrunk.
    """
    if kind != test.kind:
        return ProofOutcome(None, (Reason("other_kind", {"kind": kind}),))
    if applies_on is None or applies_too_early(test, applies_on):
        return ProofOutcome(False, (Reason("too_early", {"applies_on": _iso(applies_on), "as_of": _iso(test.as_of)}),))
    counted = METRICS[test.metric].count(Facts(vehicles=tuple(Vehicle.from_fact(fact) for fact in facts.get("vehicles") or ())), Span(applies_on, applies_on))
    if counted.problem is not None or counted.numerator is None or not counted.denominator:
        return ProofOutcome(None, (Reason("nothing_to_count", {"metric": test.metric}),))
    share = 100 * counted.numerator / counted.denominator
    reasons = [
        Reason("counted", {"applies_on": _iso(applies_on), "numerator": counted.numerator, "denominator": counted.denominator, "share": share, "metric": test.metric}),
        Reason("test", {"operator": test.operator, "value": test.value}),
    ]
    # Compared as whole numbers, so that no rounding makes 99,99 % a pass (decision 41).
    passed = OPERATORS[test.operator](100 * counted.numerator, test.value * counted.denominator)
    if remaining := sorted(vehicle.plate for vehicle in counted.plates):
        reasons.append(Reason("remaining", {"plates": remaining}))
    doubtful = [plate for note in counted.notes if note.code == "two_fuels" for plate in note.params["plates"]]
    if doubtful:
        reasons.append(Reason("two_fuels", {"plates": doubtful}))
    if stopped_rows:
        reasons.append(Reason("stopped_rows", {"rows": stopped_rows}))
    if vehicles_before and counted.denominator < vehicles_before and test.metric == "share_vehicles_zero_emission":
        reasons.append(Reason("fewer_vehicles", {"before": vehicles_before, "now": counted.denominator}))
    return ProofOutcome(None if passed and (doubtful or stopped_rows) else passed, tuple(reasons))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


register_sentences(
    {
        "deviation.raised_internal": "{who} opprettet avvik {number} som utkast",
        "deviation.changed_internal": "{who} endret utkastet til avvik {number}",
        "deviation.sent": "{who} sendte avvik {number}, svarfrist {due_on}",
        "deviation.answered": "{who} svarte på avvik {number}",
        "deviation.plan_accepted": "{who} godtok planen for avvik {number}",
        "deviation.plan_not_accepted": "{who} ba om ny plan for avvik {number}, svarfrist {due_on}",
        "deviation.evidence_sent": "{who} la ved dokumentasjon til avvik {number}",
        "deviation.proven": "{who} prøvde planen for avvik {number} mot ny dokumentasjon: rettingen er dokumentert",
        "deviation.not_proven": "{who} prøvde planen for avvik {number} mot ny dokumentasjon: ikke dokumentert ennå",
        "deviation.escalated": "{who} løftet avvik {number} til avtaleeier",
        "deviation.closed": "{who} lukket avvik {number}",
        "deviation.noted_internal": "{who} skrev et internt notat på avvik {number}",
    }
)
