"""What was sent in, and who may open what it cites."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from portal.agreements import access as agreement_access
from portal.evidence.models import Reading
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.reporting.access.questionnaires import WITH_BUYER
from portal.reporting.models import Questionnaire, ReturnedAsked, Submission, SubmittedReading

WITH_QUESTIONNAIRE = joinedload(Submission.questionnaire).options(WITH_BUYER)


def submissions_of(questionnaire: Questionnaire) -> list[Submission]:
    """Every submission of a questionnaire that the caller has loaded, the first one first."""
    return list(db.session.scalars(select(Submission).where(Submission.questionnaire_id == questionnaire.id).order_by(Submission.no)))


def latest_submission(questionnaire: Questionnaire) -> Submission:
    """The newest submission of a questionnaire that the caller has loaded. Raises NotFound when nothing was sent in."""
    wanted = select(Submission).where(Submission.questionnaire_id == questionnaire.id).order_by(Submission.no.desc()).limit(1)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound()
    return found


def submission_for(actor: Actor, submission_id: str) -> Submission:
    """A submission of the supplier's own, or of the staff's own municipality. Raises NotFound."""
    mine = Questionnaire.supplier_id if actor.is_supplier else Questionnaire.buyer_id
    wanted = select(Submission).join(Questionnaire, Questionnaire.id == Submission.questionnaire_id).options(WITH_QUESTIONNAIRE)
    found = db.session.scalar(wanted.where(Submission.id == submission_id, mine == actor.organisation_id))
    if found is None:
        raise NotFound()
    return found


def awaiting_review(actor: Actor) -> list[Submission]:
    """The newest submission of every questionnaire that waits for the staff's municipality, oldest first. One statement."""
    if not actor.is_staff:
        raise NotFound()
    later = aliased(Submission)
    newest = select(func.max(later.no)).where(later.questionnaire_id == Questionnaire.id).correlate(Questionnaire).scalar_subquery()
    wanted = (
        select(Submission)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .options(WITH_QUESTIONNAIRE)
        .where(Questionnaire.buyer_id == actor.organisation_id, Questionnaire.state == "submitted", Submission.no == newest)
        .order_by(Submission.submitted_at, Submission.id)
    )
    return list(db.session.scalars(wanted))


def returned_of(submission: Submission) -> list[ReturnedAsked]:
    """The questions that were asked again after this submission."""
    wanted = select(ReturnedAsked).options(joinedload(ReturnedAsked.asked)).where(ReturnedAsked.submission_id == submission.id)
    return sorted(db.session.scalars(wanted), key=lambda returned: returned.asked.position)


def evidence_cited_for(actor: Actor, submission: Submission, reading_id: str) -> Reading:
    """A reading that this submission froze, for staff who may see evidence rows: anybody with a duty on the agreement
    today, and auditors (decision 5). Raises NotFound for everybody else, and for readings it did not cite."""
    questionnaire = submission.questionnaire
    if not actor.is_staff or questionnaire.buyer_id != actor.organisation_id:
        raise NotFound()
    if not actor.may("auditor") and not agreement_access.duties_of(actor, questionnaire.round.agreement):
        raise NotFound()
    found = db.session.get(Reading, reading_id)
    if found is None or not (_froze(submission, found) or _waited_for(submission, found)):
        raise NotFound()
    return found


def _froze(submission: Submission, reading: Reading) -> bool:
    wanted = select(SubmittedReading.asked_id).where(SubmittedReading.submission_id == submission.id, SubmittedReading.reading_id == reading.id)
    return db.session.scalar(wanted.limit(1)) is not None


def _waited_for(submission: Submission, reading: Reading) -> bool:
    """Whether the submission cited this very file before it had been read (decision 22)."""
    version = reading.evidence_version
    return any(
        citation["reading_id"] is None and citation["evidence_id"] == version.evidence_id and citation["sha256"] == version.sha256
        for asked in submission.package["asked"]
        for citation in asked["citations"]
    )
