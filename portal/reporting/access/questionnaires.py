"""Rounds and questionnaires: lists, and loads that start from the actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.agreements.models import Agreement, Party
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.reporting.models import Asked, Questionnaire, Round
from portal.reporting.rules import estimated_minutes

WITH_BUYER = joinedload(Questionnaire.round).joinedload(Round.agreement).joinedload(Agreement.buyer)


@dataclass(frozen=True)
class NextUp:
    """A round that is planned for one of the actor's agreements, and not opened yet."""

    round: Round
    party: Party


def questionnaires_of(actor: Actor) -> list[Questionnaire]:
    """What has been asked of a supplier, newest period first; for staff, what her municipality has asked. One statement."""
    mine = Questionnaire.supplier_id if actor.is_supplier else Questionnaire.buyer_id
    wanted = (
        select(Questionnaire)
        .join(Questionnaire.round)
        .options(contains_eager(Questionnaire.round).joinedload(Round.agreement).joinedload(Agreement.buyer))
        .where(mine == actor.organisation_id)
        .order_by(Round.period_to.desc(), Questionnaire.id.desc())
    )
    return list(db.session.scalars(wanted))


def planned_rounds_of(actor: Actor) -> list[NextUp]:
    """What a supplier will be asked later: planned rounds of the running agreements it is a party of. One statement."""
    if not actor.is_supplier:
        raise NotFound()
    wanted = (
        select(Round, Party)
        .join(Agreement, Agreement.id == Round.agreement_id)
        .join(Party, (Party.agreement_id == Agreement.id) & (Party.role == "supplier"))
        .options(joinedload(Round.agreement).joinedload(Agreement.buyer))
        .where(Party.organisation_id == actor.organisation_id, Round.state == "planned", Agreement.state == "running")
        .order_by(Round.opens_on, Round.id)
    )
    return [NextUp(row.Round, row.Party) for row in db.session.execute(wanted)]


def questionnaire_for(actor: Actor, questionnaire_id: str) -> Questionnaire:
    """The supplier's own, or one of the staff's own municipality. Raises NotFound otherwise.

    Staff get the frame only: what stands in a draft is the supplier's until it is sent in, so staff pages read submissions.
    """
    mine = Questionnaire.supplier_id if actor.is_supplier else Questionnaire.buyer_id
    wanted = select(Questionnaire).options(WITH_BUYER).where(Questionnaire.id == questionnaire_id, mine == actor.organisation_id)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound()
    return found


def invitation_for(questionnaire_id: str) -> Questionnaire:
    """The frame of a questionnaire for its permanent invitation, which tells nothing secret (decision 34). Raises NotFound."""
    found = db.session.scalar(select(Questionnaire).options(WITH_BUYER).where(Questionnaire.id == questionnaire_id))
    if found is None:
        raise NotFound()
    return found


def questionnaires_of_agreement(agreement: Agreement) -> list[Questionnaire]:
    """Every questionnaire of an agreement that the caller has loaded, newest period first."""
    wanted = select(Questionnaire).join(Questionnaire.round).options(contains_eager(Questionnaire.round))
    return list(db.session.scalars(wanted.where(Round.agreement_id == agreement.id).order_by(Round.period_to.desc(), Questionnaire.id)))


def rounds_of(agreement: Agreement) -> list[Round]:
    """The rounds of an agreement that the caller has loaded, newest period first."""
    return list(db.session.scalars(select(Round).where(Round.agreement_id == agreement.id).order_by(Round.period_to.desc(), Round.id)))


def round_for(actor: Actor, round_id: str) -> Round:
    """A round of the staff's own municipality. Raises NotFound, also for suppliers: they have questionnaires."""
    wanted = select(Round).join(Agreement, Agreement.id == Round.agreement_id).where(Round.id == round_id, Agreement.buyer_id == actor.organisation_id)
    found = db.session.scalar(wanted) if actor.is_staff else None
    if found is None:
        raise NotFound()
    return found


def minutes_of(questionnaires: Iterable[Questionnaire]) -> dict[str, int]:
    """Questionnaire id → about how many minutes it takes. One statement."""
    ids = [questionnaire.id for questionnaire in questionnaires]
    if not ids:
        return {}
    kinds: dict[str, list[str]] = {}
    counted = select(Asked.questionnaire_id, Asked.kind, func.count()).where(Asked.questionnaire_id.in_(ids)).group_by(Asked.questionnaire_id, Asked.kind)
    for questionnaire_id, kind, count in db.session.execute(counted):
        kinds.setdefault(questionnaire_id, []).extend([kind] * count)
    return {questionnaire_id: estimated_minutes(found) for questionnaire_id, found in kinds.items()}


def next_deadline_after(day: date) -> date | None:
    """The first deadline of any questionnaire that is with its supplier, after `day` (the demo's clock goes there)."""
    return db.session.scalar(select(func.min(Questionnaire.due_on)).where(Questionnaire.due_on > day, Questionnaire.state.in_(("open", "returned"))))
