"""The municipality's steps: raise, send, accept the plan or ask again, escalate, close."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update

from portal.agreements.models import Pin
from portal.deviations import access
from portal.deviations.models import Deviation, DeviationEvidence
from portal.deviations.rules import EntryKind, PlanTest, Severity, State, buyers_date, next_number, proof_date
from portal.deviations.service.steps import (
    add_entry,
    allowed,
    gathered,
    only_for_deciders,
    record,
    take_turn,
    tell_supplier,
    words,
)
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, NotAllowed, WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.identity.models import Organisation
from portal.reporting.models import Submission


def raise_deviation(
    actor: Actor,
    *,
    submission: Submission,
    pin: Pin,
    severity: str,
    facts: str,
    due_on: date,
    internal_note: str = "",
    facts_known_on: date | None = None,
) -> Deviation:
    """A draft, numbered AV-<year>-<nnn>, about one pinned requirement of a submission. The supplier does not see it.

    `facts` is what was found, as the supplier will read it; `due_on` the last day to answer; `facts_known_on` (default
    today) starts the contract's notice clock. Raises WrongState for a requirement without a clause (decision 37), or of
    another agreement; Invalid; NotAllowed.
    """
    party = submission.questionnaire.party
    if actor.organisation_id != pin.agreement.buyer_id or not access.may_act(actor, pin.agreement):
        raise NotAllowed(_("Bare kontrolløren, stedfortrederen eller kontraktsforvalteren på avtalen kan gjøre dette."))
    if pin.agreement_id != party.agreement_id:
        raise WrongState(_("Kravet hører til en annen avtale."))
    if not pin.clause_reference:
        raise WrongState(_("Kravet har ikke noe punkt i avtalen, så rapporteringen er frivillig og kan ikke bli et avvik."))
    known_on = facts_known_on or clock.today()
    text = _checked(severity, facts, due_on, internal_note)
    if known_on > clock.today():
        raise Invalid({"facts_known_on": _("Dagen forholdet ble kjent kan ikke være i framtiden.")})
    # Held until the transaction is over, so that two who raise at once get two numbers.
    db.session.execute(select(Organisation.id).where(Organisation.id == pin.agreement.buyer_id).with_for_update())
    year = clock.today().year
    deviation = Deviation(
        id=new_id(),
        buyer_id=pin.agreement.buyer_id,
        supplier_id=party.organisation_id,
        number=next_number(year, access.newest_number(pin.agreement.buyer_id, year)),
        party=party,
        pin=pin,
        submission=submission,
        state=State.DRAFT.value,
        severity=severity,
        clause_reference=pin.clause_reference,
        facts=text,
        internal_note=internal_note.strip(),
        facts_known_on=known_on,
        due_on=due_on,
        created_at=clock.now(),
        created_by=actor.person_id,
    )
    db.session.add(deviation)
    db.session.flush()
    add_entry(actor, deviation, EntryKind.RAISED, internal=True)
    record(actor, "deviation.raised_internal", deviation, severity=severity)
    return deviation


def change_draft(
    actor: Actor, deviation: Deviation, *, severity: str, facts: str, due_on: date, internal_note: str = "", seen: int | None = None
) -> None:
    """New wording of a draft. Raises WrongState once it has been sent."""
    only_for_deciders(actor, deviation)
    text = _checked(severity, facts, due_on, internal_note)
    take_turn(deviation, seen, State.SENT, yours=facts)
    if deviation.state != State.DRAFT:
        raise WrongState(_("Avviket er sendt, og teksten kan ikke endres lenger."))
    deviation.severity, deviation.facts, deviation.due_on, deviation.internal_note = severity, text, due_on, internal_note.strip()
    db.session.flush()
    record(actor, "deviation.changed_internal", deviation)


def send(actor: Actor, deviation: Deviation, *, seen: int | None = None) -> None:
    """Give it to the supplier, who answers by `due_on`. The clause it rests on goes with it."""
    only_for_deciders(actor, deviation)
    take_turn(deviation, seen, State.SENT)
    if deviation.state != State.DRAFT:
        raise WrongState(_("Avviket er allerede sendt."))
    if deviation.due_on is None or deviation.due_on < clock.today():
        raise Invalid({"due_on": _("Svarfristen er passert. Sett en ny frist før du sender.")})
    deviation.state = State.SENT.value
    deviation.sent_at = clock.now()
    entry = add_entry(
        actor, deviation, EntryKind.SENT, facts=deviation.facts, severity=deviation.severity, clause=deviation.clause_reference, due_on=deviation.due_on
    )
    record(actor, "deviation.sent", deviation, due_on=deviation.due_on, severity=deviation.severity, clause=deviation.clause_reference)
    tell_supplier(deviation, "deviation_sent", entry, due_on=deviation.due_on, clause=deviation.clause_reference)


def accept_plan(
    actor: Actor,
    deviation: Deviation,
    *,
    plan_test: dict[str, Any] | None = None,
    due_on: date | None = None,
    seen: int | None = None,
) -> None:
    """Accept the supplier's plan and say how it will be proven; the supplier then has until `due_on`.

    `plan_test` (see `rules.PlanTest`) is what the portal tests new evidence by; None means that a person judges. Without
    `due_on` the proof is due two weeks after the plan's date. Raises Invalid for a test that cannot be tested.
    """
    only_for_deciders(actor, deviation)
    answer = access.last_answer(deviation)
    test = _test(plan_test) if plan_test else None
    take_turn(deviation, seen, State.PLAN_ACCEPTED)
    done_by = date.fromisoformat(answer.params["done_by"]) if answer else clock.today()
    due_on = due_on or proof_date(test.as_of if test else done_by, clock.today())
    if due_on < clock.today() or (test is not None and due_on < test.as_of):
        raise Invalid({"proof_due_on": _("Fristen må være på eller etter dagen planen gjelder.")})
    deviation.state = State.PLAN_ACCEPTED.value
    deviation.plan_test = test.as_json() if test else None
    deviation.due_on = due_on
    # What was sent before the plan had a test is tested now.
    db.session.execute(update(DeviationEvidence).where(DeviationEvidence.deviation_id == deviation.id).values(outcome=None))
    entry = add_entry(actor, deviation, EntryKind.PLAN_ACCEPTED, test=test.as_json() if test else None, due_on=due_on)
    record(actor, "deviation.plan_accepted", deviation, due_on=due_on)
    tell_supplier(deviation, "deviation_plan_accepted", entry, due_on=due_on, test=test.as_json() if test else None)


def reject_plan(actor: Actor, deviation: Deviation, *, reason: str, due_on: date, seen: int | None = None) -> None:
    """The plan cannot be accepted yet: the supplier gets the reason and a new date, and the deviation is *sent* again."""
    only_for_deciders(actor, deviation)
    why = ""

    def check_reason() -> None:
        nonlocal why
        why = words("reason", reason, _("Skriv hva som mangler i planen."))

    gathered(check_reason, lambda: _future(due_on))
    take_turn(deviation, seen, State.SENT, yours=reason)
    if deviation.state != State.ANSWERED:
        raise WrongState(_("Det er ingen ny plan å ta stilling til."))
    deviation.state = State.SENT.value
    deviation.due_on = due_on
    entry = add_entry(actor, deviation, EntryKind.PLAN_NOT_ACCEPTED, reason=why, due_on=due_on)
    record(actor, "deviation.plan_not_accepted", deviation, due_on=due_on)
    tell_supplier(deviation, "deviation_plan_not_accepted", entry, due_on=due_on, reason=why)


def escalate(actor: Actor, deviation: Deviation, reason: str, *, seen: int | None = None) -> None:
    """Lift it to the agreement's owner: a person decides so, with a reason. The ball is the municipality's. The supplier is
    told that it was lifted, the reason is internal."""
    only_for_deciders(actor, deviation)
    why = words("reason", reason, _("Skriv hvorfor avviket løftes."))
    take_turn(deviation, seen, State.ESCALATED, yours=reason)
    deviation.state = State.ESCALATED.value
    deviation.due_on = buyers_date(clock.today())
    add_entry(actor, deviation, EntryKind.ESCALATED, due_on=deviation.due_on)
    add_entry(actor, deviation, EntryKind.NOTE, internal=True, text=why)
    record(actor, "deviation.escalated", deviation)


def close(actor: Actor, deviation: Deviation, *, reason: str = "", seen: int | None = None) -> None:
    """Close it: on data when the plan's test was passed, else with a reason. The agreement's requirement goes on as before."""
    only_for_deciders(actor, deviation)
    take_turn(deviation, seen, State.CLOSED, yours=reason)
    on_data = deviation.state == State.PROVEN
    was_sent = deviation.sent_at is not None
    why = allowed("reason", reason.strip()) if on_data else words("reason", reason, _("Skriv hvorfor avviket lukkes uten at planens prøve er bestått."))
    deviation.state = State.CLOSED.value
    deviation.due_on = None
    deviation.closed_at = clock.now()
    deviation.closed_on_data = on_data
    entry = add_entry(actor, deviation, EntryKind.CLOSED, internal=not was_sent, reason=why, on_data=on_data)
    record(actor, "deviation.closed", deviation, on_data=on_data)
    if was_sent:
        tell_supplier(deviation, "deviation_closed", entry, reason=why, on_data=on_data)


def add_note(actor: Actor, deviation: Deviation, text: str) -> None:
    """An internal note: it never leaves the municipality (decision 47)."""
    only_for_deciders(actor, deviation)
    written = words("note", text, _("Skriv notatet."))
    take_turn(deviation, None, None)
    add_entry(actor, deviation, EntryKind.NOTE, internal=True, text=written)
    record(actor, "deviation.noted_internal", deviation)


def _checked(severity: str, facts: str, due_on: date, internal_note: str) -> str:
    text = ""

    def check_severity() -> None:
        if severity not in set(Severity):
            raise Invalid({"severity": _("Velg hvor alvorlig avviket er.")})

    def check_facts() -> None:
        nonlocal text
        text = words("facts", facts, _("Skriv hva dere har funnet, slik leverandøren skal lese det."))

    gathered(check_severity, check_facts, lambda: _future(due_on), lambda: allowed("internal_note", internal_note))
    return text


def _future(due_on: date) -> None:
    if due_on < clock.today():
        raise Invalid({"due_on": _("Fristen må være i dag eller senere.")})


def _test(wanted: dict[str, Any]) -> PlanTest:
    try:
        test = PlanTest.from_json(wanted)
    except (KeyError, TypeError, ValueError):
        raise Invalid({"value": _("Skriv hvor mye som skal være oppfylt, og fra hvilken dag.")}) from None
    if problem := test.problem():
        field = {"value_out_of_range": "value", "unknown_operator": "value"}.get(problem, "metric")
        raise Invalid({field: _("Skriv et tall fra 0 til 100.") if field == "value" else _("Velg hva den nye lista skal vise.")})
    return test
