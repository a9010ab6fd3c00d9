"""Series of frozen results, of the actor's own municipality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from portal.agreements.models import Agreement, Party
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.identity.models import Organisation
from portal.reporting.models import Questionnaire, Round, Submission
from portal.verification.models import Result


@dataclass(frozen=True)
class SharePoint:
    """One supplier's share in one period. `value` in percent; numerator of denominator vehicles; None when nothing could be counted."""

    period_from: date
    period_to: date
    label: str
    supplier: str
    agreement_number: str
    agreement_title: str
    value: float | None
    numerator: float | None
    denominator: float | None
    minimum: float | None
    method: str
    approved: bool


def share_by_period(actor: Actor, metric: str) -> list[SharePoint]:
    """Each questionnaire's newest submission with a verdict on `metric`, by period and supplier. One statement."""
    newest = select(Submission.questionnaire_id, func.max(Submission.no).label("no")).group_by(Submission.questionnaire_id).subquery()
    rows = db.session.execute(
        select(Result, Round.label, Organisation.name, Agreement.number, Agreement.title, Questionnaire.state)
        .join(Submission, Submission.id == Result.submission_id)
        .join(newest, (newest.c.questionnaire_id == Submission.questionnaire_id) & (newest.c.no == Submission.no))
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .join(Round, Round.id == Questionnaire.round_id)
        .join(Party, Party.id == Questionnaire.party_id)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .join(Agreement, Agreement.id == Party.agreement_id)
        .where(Questionnaire.buyer_id == actor.organisation_id, Result.kind == "verdict", Result.name == metric)
        .order_by(Result.part_from, Organisation.name)
    ).all()
    return [
        SharePoint(
            period_from=result.part_from,
            period_to=result.part_to,
            label=label,
            supplier=supplier,
            agreement_number=number,
            agreement_title=title,
            value=result.value,
            numerator=result.numerator,
            denominator=result.denominator,
            minimum=result.minimum,
            method=result.method,
            approved=state == "approved",
        )
        for result, label, supplier, number, title, state in rows
    ]
