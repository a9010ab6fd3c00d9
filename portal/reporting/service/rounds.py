"""A round is planned, then opened: every supplier of the agreement gets its questionnaire, with copies of the questions."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.agreements import access as agreement_access
from portal.agreements.models import Agreement, Party, Pin
from portal.foundation import clock
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.identity import access as identity_access
from portal.identity import service as identity
from portal.journal import service as journal
from portal.reporting import access
from portal.reporting.models import Asked, AskedPin, Questionnaire, Round
from portal.reporting.rules import PlannedQuestion, QuestionnaireState, RoundState, estimated_minutes


def plan_round(
    actor: Actor,
    agreement: Agreement,
    *,
    period_from: date,
    period_to: date,
    label: str,
    opens_on: date,
    due_on: date,
    closes_on: date,
) -> Round:
    """Plan reporting for a period (two local dates, both included). Nobody is asked before it is opened.

    `due_on` marks late, `closes_on` locks; both end kl. 23.59.59 Europe/Oslo. Raises Invalid per field, NotAllowed.
    """
    _must_lead(actor, agreement)
    label = " ".join(label.split())
    errors = {}
    if not label or len(label) > 60:
        errors["label"] = _("Gi perioden et navn på inntil 60 tegn, for eksempel 1. halvår 2026.")
    if period_to < period_from:
        errors["period_to"] = _("Perioden slutter før den begynner.")
    elif period_to < agreement.starts_on or period_from > agreement.ends_on:
        errors["period_from"] = _("Perioden ligger utenfor avtaletiden.")
    elif _is_taken(agreement, period_from, period_to):
        errors["period_from"] = _("Denne perioden er allerede planlagt.")
    if due_on < opens_on:
        errors["due_on"] = _("Fristen er før åpningsdagen.")
    if closes_on < due_on:
        errors["closes_on"] = _("Rapporteringen kan ikke lukkes før fristen.")
    if errors:
        raise Invalid(errors)
    planned = Round(
        id=new_id(),
        agreement=agreement,
        period_from=period_from,
        period_to=period_to,
        label=label,
        state=RoundState.PLANNED.value,
        opens_on=opens_on,
        due_on=due_on,
        closes_on=closes_on,
    )
    db.session.add(planned)
    db.session.flush()
    journal.record(
        actor, "round.planned", buyer_id=agreement.buyer_id, subject=("round", planned.id), agreement_id=agreement.id, label=label, due_on=due_on
    )
    return planned


def open_round(actor: Actor, planned: Round) -> list[Questionnaire]:
    """Ask every supplier of the agreement, and tell its contact by mail. Returns the questionnaires.

    Raises NotAllowed; WrongState when it is opened already or the agreement does not run; Invalid when its deadline has
    passed, when there is nobody to ask, or nothing to ask about.
    """
    agreement = planned.agreement
    _must_lead(actor, agreement)
    if planned.state != RoundState.PLANNED:
        raise WrongState(_("Rapporteringen er allerede åpnet."))
    if agreement.state != "running":
        raise WrongState(_("Avtalen må være i gang før rapporteringen kan åpnes."))
    if planned.due_on < clock.today():
        raise Invalid({"due_on": _("Fristen er allerede gått ut. Planlegg perioden på nytt med en senere frist.")})
    parties = [party for party in agreement_access.parties_of(agreement) if party.role == "supplier"]
    if not parties:
        raise Invalid({"parties": _("Avtalen har ingen leverandør å spørre. Legg til leverandøren først.")})
    pins = agreement_access.pins_of(agreement)
    made = [_ask(planned, party, pins) for party in parties]
    planned.state = RoundState.OPEN.value
    planned.opened_at = clock.now()
    planned.opened_by = actor.person_id
    db.session.flush()
    journal.record(
        actor,
        "round.opened",
        buyer_id=agreement.buyer_id,
        subject=("round", planned.id),
        agreement_id=agreement.id,
        label=planned.label,
        due_on=planned.due_on,
        count=len(made),
    )
    return made


def _ask(planned: Round, party: Party, pins: list[Pin]) -> Questionnaire:
    questions, _due, _not_due = access.planned_for(planned, party, pins)
    if not questions:
        raise Invalid({"pins": _("Ingen av avtalens krav skal rapporteres i denne perioden.")})
    questionnaire = Questionnaire(
        id=new_id(),
        round=planned,
        party=party,
        buyer_id=planned.agreement.buyer_id,
        supplier_id=party.organisation_id,
        state=QuestionnaireState.OPEN.value,
        due_on=planned.due_on,
    )
    db.session.add(questionnaire)
    db.session.flush()
    for position, question in enumerate(questions):
        db.session.add(_copy(questionnaire, question, position))
    db.session.flush()
    _invite(questionnaire, questions)
    return questionnaire


def _copy(questionnaire: Questionnaire, question: PlannedQuestion, position: int) -> Asked:
    asked = Asked(
        id=new_id(),
        questionnaire_id=questionnaire.id,
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
    )
    db.session.add(asked)
    db.session.flush()
    db.session.add_all(AskedPin(asked_id=asked.id, pin_id=pin_id) for pin_id in question.pin_ids)
    return asked


def _invite(questionnaire: Questionnaire, questions: list[PlannedQuestion]) -> None:
    """Mail to the party's contact, and to those who answer for the firm when the contact has no access herself."""
    planned, party = questionnaire.round, questionnaire.party
    for address in _addresses(party):
        journal.notify(
            address,
            "invitation",
            dedupe=f"invitation:{questionnaire.id}:{address}",
            buyer_id=questionnaire.buyer_id,
            subject=("questionnaire", questionnaire.id),
            questionnaire_id=questionnaire.id,
            buyer=planned.agreement.buyer.name,
            supplier=party.organisation.name,
            agreement=planned.agreement.title,
            number=planned.agreement.number,
            label=planned.label,
            due_on=planned.due_on,
            minutes=estimated_minutes(question.kind for question in questions),
        )


def _addresses(party: Party) -> list[str]:
    """Where the invitation goes. A contact of a firm that nobody acts for yet becomes its first person; nobody else is let
    in by being named in an agreement, since a supplier is shared by all municipalities."""
    organisation = party.organisation
    members = {person.email: person for person in identity_access.submitters_of(organisation.id)}
    contact = party.contact_email.strip().lower()
    if contact and not members:
        person = identity.create_person(SYSTEM, email=contact, name=party.contact_name or contact)
        identity.add_membership(SYSTEM, person, organisation, ["submitter"])
        return [contact]
    has_access = any(membership.organisation_id == organisation.id for membership in identity_access.memberships_of_email(contact)) if contact else False
    if has_access:
        return [contact]
    return [*([contact] if contact else []), *(address for address in members if address != contact)]


def _is_taken(agreement: Agreement, period_from: date, period_to: date) -> bool:
    same = select(Round.id).where(Round.agreement_id == agreement.id, Round.period_from == period_from, Round.period_to == period_to)
    return db.session.scalar(same) is not None


def _must_lead(actor: Actor, agreement: Agreement) -> None:
    if not actor.is_staff or agreement.buyer_id != actor.organisation_id:
        raise NotFound()
    if not agreement_access.may_decide(actor, agreement):
        raise NotAllowed(_("Bare miljøkontrolløren på avtalen, eller stedfortrederen, kan planlegge og åpne rapportering."))
