"""A questionnaire as plain values: the package that is frozen, hashed and judged, and the plan that a preview shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from portal.agreements import access as agreement_access
from portal.agreements.models import Party, Pin
from portal.agreements.rules import splits
from portal.evidence.kinds import KINDS
from portal.foundation.i18n import text
from portal.reporting.access.contents import CitedFile, Contents, Entry, contents_of
from portal.reporting.models import Asked, Questionnaire, Round
from portal.reporting.rules import (
    OWN_WORDING,
    BankQuestion,
    PinToAsk,
    PlannedQuestion,
    is_due,
    plan_questions,
    steps_of_party,
)
from portal.verification.metrics import COMPUTED

SCHEMA = 1
OWN_QUESTION = {"nb": "Er dette oppfylt i perioden?", "nn": "Er dette oppfylt i perioden?", "en": "Is this met in the period?"}


def package_of(questionnaire: Questionnaire, contents: Contents | None = None) -> dict[str, Any]:
    """Everything a verdict needs, as plain JSON values with ISO dates. The same for a draft and for what is frozen.

    `contents`: when the caller has them, nothing is read again.
    """
    contents = contents or contents_of(questionnaire)
    period, party = questionnaire.round, questionnaire.party
    agreement = period.agreement
    return {
        "schema": SCHEMA,
        "agreement": {"id": agreement.id, "number": agreement.number, "title": agreement.title, "buyer": agreement.buyer.name},
        "party": {"id": party.id, "organisation_id": party.organisation_id, "name": party.organisation.name, "orgnr": party.organisation.orgnr},
        "period": {"from": period.period_from.isoformat(), "to": period.period_to.isoformat(), "label": period.label},
        "questionnaire": questionnaire.id,
        "pins": [_pin(pin, party, agreement.starts_on) for pin in contents.pins],
        "asked": [_asked(entry) for entry in contents.entries],
    }


def planned_for(period: Round, party: Party, pins: Sequence[Pin] | None = None) -> tuple[list[PlannedQuestion], list[Pin], list[Pin]]:
    """What a party would be asked in a round that the caller has loaded: the questions, the pins that are due, and those
    that are not (decision 21). `pins`: those of the agreement, when the caller has them."""
    agreement = period.agreement
    dates = (period.period_from, period.period_to)
    pins = agreement_access.pins_of(agreement) if pins is None else pins
    due = [pin for pin in pins if is_due(pin.frequency, dates, (agreement.starts_on, agreement.ends_on))]
    planned = plan_questions([_to_ask(pin, party, dates) for pin in due], dates, COMPUTED, {code: kind.name for code, kind in KINDS.items()})
    return planned, due, [pin for pin in pins if pin not in due]


def planned_contents(period: Round, party: Party) -> Contents:
    """A questionnaire that does not exist yet, as it would look: nothing of it is stored."""
    planned, due, _not_due = planned_for(period, party)
    pins = {pin.id: pin for pin in due}
    return Contents(None, [Entry(_unsaved(question, position, pins)) for position, question in enumerate(planned)], due)


def _unsaved(question: PlannedQuestion, position: int, pins: dict[str, Pin]) -> Asked:
    return Asked(
        id=f"spm{position}",
        code=question.code,
        position=position,
        kind=question.kind,
        unit=question.unit,
        texts=dict(question.texts),
        help=dict(question.help),
        feeds=question.feeds,
        evidence_kind=question.evidence_kind,
        required=question.required,
        part_from=question.part_from,
        part_to=question.part_to,
        pins=[pins[pin_id] for pin_id in question.pin_ids],
    )


def _to_ask(pin: Pin, party: Party, period: tuple[date, date]) -> PinToAsk:
    version = pin.requirement_version
    if version is None:
        question = BankQuestion(f"{OWN_WORDING}:{pin.id}", "yesno", OWN_QUESTION, feeds=OWN_WORDING)
        return PinToAsk(pin.id, OWN_WORDING, (question,))
    return PinToAsk(
        pin.id,
        version.metric_name,
        tuple(BankQuestion(q.code, q.kind, q.texts, q.unit, q.help, q.feeds) for q in (asks.question for asks in version.questions)),
        tuple(dict.fromkeys(demand.kind for demand in version.demands if demand.kind)),
        tuple(splits(pin.agreed_steps, *period, party.id)),
    )


def _pin(pin: Pin, party: Party, since: date) -> dict[str, Any]:
    version = pin.requirement_version
    steps = [
        {"role": step.role, "from": step.from_date.isoformat(), "value": step.value, "source": step.source}
        for step in steps_of_party(pin.agreed_steps, party.id)
    ]
    if version is None:
        # An own wording has no metric: a yes is what the contract asks for, from its first day.
        steps = steps or [{"role": "minimum", "from": since.isoformat(), "value": 1.0, "source": ""}]
    return {
        "id": pin.id,
        "code": version.requirement.code if version else "",
        "version": version.no if version else 0,
        "title": text(version.title, "nb") if version else pin.own_title,
        "text": text(version.text, "nb") if version else pin.own_text,
        "clause_reference": pin.clause_reference,
        "metric": {
            "name": version.metric_name if version else OWN_WORDING,
            "definition": version.metric_definition if version else "",
            "unit": version.unit if version else "boolean",
        },
        "operator": version.operator if version else "==",
        "controlled_by": version.controlled_by if version else "supplier",
        "usual_severity": version.usual_severity if version else "minor",
        "checks": list(version.checks) if version else [],
        "steps": steps,
        "dispensations": [
            {
                "kind": waiver.kind,
                "from": waiver.from_date.isoformat(),
                "to": waiver.to_date.isoformat(),
                "plates": waiver.plates,
                "reason": waiver.reason,
                "approver": waiver.approver,
            }
            for waiver in pin.dispensations
            if waiver.party_id in (None, party.id)
        ],
    }


def _asked(entry: Entry) -> dict[str, Any]:
    asked, answer = entry.asked, entry.answer
    return {
        "id": asked.id,
        "code": asked.code,
        "kind": asked.kind,
        "unit": asked.unit,
        "text": text(asked.texts, "nb"),
        "feeds": asked.feeds,
        "evidence_kind": asked.evidence_kind,
        "required": asked.required,
        "part": {"from": asked.part_from.isoformat(), "to": asked.part_to.isoformat()},
        "pins": [pin.id for pin in asked.pins],
        "answer": {
            "raw": answer.raw,
            "value": answer.value,
            "problem": answer.problem,
            "cannot_because": answer.cannot_because,
            "saved_at": answer.saved_at.isoformat(),
            "saved_by": answer.saved_by_name,
        }
        if answer
        else None,
        "citations": [_citation(file) for file in entry.files],
    }


def _citation(file: CitedFile) -> dict[str, Any]:
    evidence = file.evidence
    return {
        "evidence_id": evidence.id,
        "reading_id": file.reading.id if file.reading else None,
        "file_name": file.version.file_name,
        "sha256": file.version.sha256,
        "kind": evidence.kind,
        "state": file.version.state,
        "outcome": file.reading.outcome if file.reading else None,
        "applies_from": evidence.applies_from.isoformat() if evidence.applies_from else None,
        "applies_to": evidence.applies_to.isoformat() if evidence.applies_to else None,
    }
