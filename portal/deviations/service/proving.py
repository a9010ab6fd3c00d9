"""The portal tests new evidence by the plan. It pulls: whatever has been read since the plan was accepted is tested once."""

from __future__ import annotations

from portal.deviations import access
from portal.deviations.models import Deviation, DeviationEvidence
from portal.deviations.rules import UNREADABLE, EntryKind, PlanTest, ProofOutcome, State, buyers_date, evaluate
from portal.deviations.service.steps import add_entry, record, take_turn, tell_municipality, tell_supplier
from portal.evidence import access as evidence_access
from portal.evidence.rules import EvidenceState
from portal.foundation import clock
from portal.foundation.actor import SYSTEM
from portal.foundation.db import db


def catch_up() -> int:
    """Test the evidence that has been read and not tested yet; returns how much there was. Safe to repeat."""
    tested = 0
    for sent in access.untested():
        deviation = db.session.get_one(Deviation, sent.deviation_id)
        take_turn(deviation, None, None)
        if deviation.state != State.PLAN_ACCEPTED or deviation.plan_test is None:
            continue  # an earlier one in this very round has proven it
        outcome = _outcome(deviation, sent, PlanTest.from_json(deviation.plan_test))
        if outcome is not None:
            _write_down(deviation, sent, outcome)
            tested += 1
    return tested


def _outcome(deviation: Deviation, sent: DeviationEvidence, test: PlanTest) -> ProofOutcome | None:
    """None while the file is being read, or the supplier is asked what is meant in it."""
    version = evidence_access.newest_version(sent.evidence)
    reading = evidence_access.newest_reading(sent.evidence)
    if version.state == EvidenceState.REFUSED:
        return UNREADABLE
    if version.state != EvidenceState.READY or reading is None:
        return None
    return evaluate(
        test,
        reading.facts,
        sent.evidence.applies_from,
        kind=sent.evidence.kind,
        stopped_rows=evidence_access.level_counts(reading)["error"],
        vehicles_before=access.vehicles_in_report(deviation),
    )


def _write_down(deviation: Deviation, sent: DeviationEvidence, outcome: ProofOutcome) -> None:
    """Passed: the municipality closes. Otherwise the supplier still holds the ball, and the clock runs on."""
    sent.outcome = outcome.as_json()
    if outcome.passed:
        deviation.state = State.PROVEN.value
        deviation.due_on = buyers_date(clock.today())
    entry = add_entry(SYSTEM, deviation, EntryKind.TESTED, evidence=sent.evidence_id, **outcome.as_json())
    record(SYSTEM, "deviation.proven" if outcome.passed else "deviation.not_proven", deviation, evidence=sent.evidence_id)
    if outcome.passed or outcome.passed is None:
        tell_municipality(deviation, "deviation_tested", entry, passed=outcome.passed)
    if not outcome.passed:
        tell_supplier(deviation, "deviation_not_proven", entry, due_on=deviation.due_on)
