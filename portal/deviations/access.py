"""Who may see which deviation: staff their own municipality's, a supplier those that were sent to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload, lazyload

from portal.agreements import access as agreements
from portal.agreements.models import Agreement, Assignment, Pin
from portal.catalogue.models import RequirementVersion
from portal.deviations.models import Deviation, DeviationEntry, DeviationEvidence
from portal.deviations.rules import EntryKind, PlanTest, ProofOutcome, State, holder
from portal.evidence.models import EvidenceVersion, Reading
from portal.evidence.rules import EvidenceState
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.identity import access as identity
from portal.identity.models import Membership, Person
from portal.reporting.models import SubmittedReading

PER_PAGE = 50
ACTING = frozenset({"controller", "deputy", "contract_manager"})
"""The duties that decide on deviations of an agreement."""
OPEN_STATES = tuple(state.value for state in State if state is not State.CLOSED)
WITH_SUPPLIER = tuple(state.value for state in State if holder(state) == "supplier")
WITH_BUYER = tuple(state.value for state in State if holder(state) == "buyer")


@dataclass(frozen=True)
class Proof:
    """One piece of evidence sent for a deviation. `outcome` is None while it is read or waits for a plan."""

    sent: DeviationEvidence
    version: EvidenceVersion
    reading: Reading | None
    outcome: ProofOutcome | None


@dataclass(frozen=True)
class Powers:
    """What one person may do with one deviation."""

    may_act: bool
    may_open_evidence: bool


def deviation_for(actor: Actor, deviation_id: str) -> Deviation:
    """Raises NotFound for another municipality's, another supplier's, one that was never sent, and none at all."""
    found = db.session.scalars(_lean(select(Deviation).where(Deviation.id == deviation_id, _visible_to(actor)))).one_or_none()
    if found is None:
        raise NotFound()
    return found


def deviations_of(actor: Actor, *, show: str = "open", page: int = 1) -> list[Deviation]:
    """One page of the actor's deviations, what is due first at the top. `show`: open, ours, theirs, late or closed."""
    query = _lean(select(Deviation).where(_visible_to(actor), _shown(show)))
    by_date = (Deviation.closed_at.desc(),) if show == "closed" else (case((Deviation.due_on.is_(None), 1), else_=0), Deviation.due_on, Deviation.number)
    return list(db.session.scalars(query.order_by(*by_date).limit(PER_PAGE).offset((max(page, 1) - 1) * PER_PAGE)))


def count_deviations(actor: Actor) -> dict[str, int]:
    """How many there are of each choice that `deviations_of` offers. One statement."""
    choices = ("open", "ours", "theirs", "late", "closed")
    counts = [func.sum(case((_shown(choice), 1), else_=0)) for choice in choices]
    row = db.session.execute(select(*counts).select_from(Deviation).where(_visible_to(actor))).one()
    return {choice: int(count or 0) for choice, count in zip(choices, row, strict=True)}


def waiting_for_supplier(actor: Actor) -> list[Deviation]:
    """The deviations in which this supplier holds the ball, what is due first at the top."""
    if not actor.is_supplier:
        raise NotFound()
    query = _lean(select(Deviation).where(_visible_to(actor), Deviation.state.in_(WITH_SUPPLIER)))
    return list(db.session.scalars(query.order_by(Deviation.due_on, Deviation.number)))


def deviations_about(actor: Actor, submission_ids: Iterable[str]) -> list[Deviation]:
    """The deviations that were found in these submissions, oldest first."""
    query = _lean(select(Deviation).where(_visible_to(actor), Deviation.submission_id.in_(list(submission_ids))))
    return list(db.session.scalars(query.order_by(Deviation.number)))


def entries_of(actor: Actor, deviation: Deviation) -> list[DeviationEntry]:
    """Its steps, oldest first; a supplier never gets the internal ones."""
    query = select(DeviationEntry).where(DeviationEntry.deviation_id == deviation.id).order_by(DeviationEntry.no)
    if not actor.is_staff and not actor.is_system:
        query = query.where(DeviationEntry.internal.is_(False))
    return list(db.session.scalars(query))


def last_entry(deviation: Deviation) -> DeviationEntry | None:
    """The newest step, internal or not: who came first when two act at once."""
    query = select(DeviationEntry).where(DeviationEntry.deviation_id == deviation.id).order_by(DeviationEntry.no.desc())
    return db.session.scalar(query.limit(1))


def last_answer(deviation: Deviation) -> DeviationEntry | None:
    """The supplier's newest answer, with cause, action and date in its parameters."""
    query = select(DeviationEntry).where(DeviationEntry.deviation_id == deviation.id, DeviationEntry.kind == EntryKind.ANSWERED)
    return db.session.scalar(query.order_by(DeviationEntry.no.desc()).limit(1))


def evidence_of(deviation: Deviation) -> list[Proof]:
    """What was sent for it, newest first, with what the portal made of it. One statement."""
    later_version, later_reading = aliased(EvidenceVersion), aliased(Reading)
    newest_no = select(func.max(later_version.no)).where(later_version.evidence_id == DeviationEvidence.evidence_id).correlate(DeviationEvidence).scalar_subquery()
    newest_read = select(func.max(later_reading.no)).where(later_reading.evidence_version_id == EvidenceVersion.id).correlate(EvidenceVersion).scalar_subquery()
    is_decided = EvidenceVersion.state.not_in((EvidenceState.RECEIVING.value, EvidenceState.CHECKING.value))
    query = (
        select(DeviationEvidence, EvidenceVersion, Reading)
        .select_from(DeviationEvidence)
        .join(EvidenceVersion, (EvidenceVersion.evidence_id == DeviationEvidence.evidence_id) & (EvidenceVersion.no == newest_no))
        .outerjoin(Reading, (Reading.evidence_version_id == EvidenceVersion.id) & (Reading.no == newest_read) & is_decided)
        .where(DeviationEvidence.deviation_id == deviation.id)
        .order_by(DeviationEvidence.sent_at.desc(), DeviationEvidence.id.desc())
    )
    return [
        Proof(sent, version, reading, ProofOutcome.from_json(sent.outcome) if sent.outcome else None)
        for sent, version, reading in db.session.execute(query)
    ]


def proof_for(actor: Actor, deviation: Deviation, reading_id: str) -> Proof:
    """A reading that was sent for a deviation the actor has loaded, for those who may open evidence. Raises NotFound."""
    if powers_of(actor, deviation).may_open_evidence:
        for proof in evidence_of(deviation):
            if proof.reading is not None and proof.reading.id == reading_id:
                return proof
    raise NotFound()


def untested() -> list[DeviationEvidence]:
    """Evidence for accepted plans with a test, that the portal has not tested yet. For the worker."""
    query = (
        select(DeviationEvidence)
        .join(Deviation, Deviation.id == DeviationEvidence.deviation_id)
        .where(Deviation.state == State.PLAN_ACCEPTED, Deviation.plan_test.is_not(None), DeviationEvidence.outcome.is_(None))
    )
    return list(db.session.scalars(query.order_by(DeviationEvidence.id)))


def vehicles_in_report(deviation: Deviation) -> int | None:
    """How many vehicles stood on the list that the deviation was found in; None when there was none."""
    if deviation.submission_id is None:
        return None
    query = select(Reading).join(SubmittedReading, SubmittedReading.reading_id == Reading.id)
    counts = [
        reading.figures.get("unique_vehicles")
        for reading in db.session.scalars(query.where(SubmittedReading.submission_id == deviation.submission_id).distinct())
        if isinstance(reading.figures, dict)
    ]
    return max((count for count in counts if isinstance(count, int)), default=None)


def next_deadline_after(day: date) -> date | None:
    """The first day after `day` on which something is due in any deviation in motion: a clock that runs out, or the day an
    accepted plan is to be carried out by (the demo's clock goes there)."""
    moving = db.session.scalars(select(Deviation).where(Deviation.state.not_in(("draft", "closed"))).options(lazyload("*"))).all()
    days = [deviation.due_on for deviation in moving]
    days += [PlanTest.from_json(deviation.plan_test).as_of for deviation in moving if deviation.state == State.PLAN_ACCEPTED and deviation.plan_test]
    return min((due for due in days if due is not None and due > day), default=None)


def may_act(actor: Actor, agreement: Agreement) -> bool:
    """Whether the actor may decide on deviations of an agreement today: its controller, deputy or contract manager."""
    return not ACTING.isdisjoint(agreements.duties_of(actor, agreement))


def powers_of(actor: Actor, deviation: Deviation) -> Powers:
    """What the actor may do with a deviation that she has loaded. Files and rows are for the supplier itself, for those with
    a duty on the agreement, and for auditors (decision 5)."""
    if actor.is_supplier:
        return Powers(may_act=False, may_open_evidence=deviation.supplier_id == actor.organisation_id)
    duties = agreements.duties_of(actor, deviation.pin.agreement)
    may_open = deviation.buyer_id == actor.organisation_id and (bool(duties) or actor.may("auditor"))
    return Powers(may_act=not ACTING.isdisjoint(duties), may_open_evidence=may_open)


def supplier_addresses(deviation: Deviation) -> list[str]:
    """Whom to write to at the supplier: the party's contact, else everybody who answers for the firm."""
    if deviation.party.contact_email:
        return [deviation.party.contact_email]
    return [person.email for person in identity.submitters_of(deviation.supplier_id)]


def controller_addresses(deviation: Deviation) -> list[str]:
    """Whom to write to in the municipality: the agreement's controllers today."""
    today = clock.today()
    query = (
        select(Person.email)
        .join(Assignment, Assignment.person_id == Person.id)
        .join(Membership, (Membership.person_id == Person.id) & (Membership.organisation_id == deviation.buyer_id))
        .where(
            Assignment.agreement_id == deviation.pin.agreement_id,
            Assignment.duty == "controller",
            Person.disabled_at.is_(None),
            or_(Assignment.starts_on.is_(None), Assignment.starts_on <= today),
            or_(Assignment.ends_on.is_(None), Assignment.ends_on >= today),
        )
    )
    return list(db.session.scalars(query.order_by(Person.email)))


def newest_number(buyer_id: str, year: int) -> str | None:
    """The newest number of a year, None when there is none yet."""
    query = select(Deviation.number).where(Deviation.buyer_id == buyer_id, Deviation.number.startswith(f"AV-{year}-"))
    return db.session.scalar(query.order_by(func.length(Deviation.number).desc(), Deviation.number.desc()).limit(1))


def _lean(query: Select[Deviation]) -> Select[Deviation]:
    """Deviations with their requirement's title and party, and none of the catalogue's own steps, questions and demands."""
    version: Any = joinedload(Deviation.pin).joinedload(Pin.requirement_version)
    unread = (RequirementVersion.steps, RequirementVersion.questions, RequirementVersion.demands)
    steps = joinedload(Deviation.pin).options(lazyload(Pin.agreed_steps), lazyload(Pin.dispensations))
    return query.options(steps, version.options(*(lazyload(relation) for relation in unread)))


def _visible_to(actor: Actor) -> ColumnElement[bool]:
    if actor.is_staff:
        return Deviation.buyer_id == actor.organisation_id
    # A draft is the municipality's own; so is one that was closed without ever being sent.
    return (Deviation.supplier_id == actor.organisation_id) & Deviation.sent_at.is_not(None)


def _shown(show: str) -> ColumnElement[bool]:
    if show == "closed":
        return Deviation.state == State.CLOSED
    if show == "ours":
        return Deviation.state.in_(WITH_BUYER)
    if show == "theirs":
        return Deviation.state.in_(WITH_SUPPLIER)
    if show == "late":
        return Deviation.state.in_(OPEN_STATES) & (Deviation.due_on < clock.today())
    return Deviation.state.in_(OPEN_STATES)

