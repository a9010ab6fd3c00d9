"""A report is sent in, and what stood in it is frozen; the municipality returns it or approves it (called by review)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select

from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.identity.models import Person
from portal.journal import service as journal
from portal.reporting import access
from portal.reporting.models import Asked, Questionnaire, ReturnedAsked, Submission, SubmittedReading
from portal.reporting.rules import MOVES, QuestionnaireState, is_late, is_locked, package_hash, receipt_code


def submit(actor: Actor, questionnaire: Questionnaire, *, received_at: datetime | None = None) -> Submission:
    """Send the report in: freeze the package under its SHA-256, number it, and send the receipt by mail.

    `received_at`: when the first byte of the request came (DE-2), else now; it decides whether the report is late.
    Only what is missing blocks: raises Invalid with one message per question id. Raises NotAllowed for others than a
    submitter, WrongState when it is sent in already or the period is closed.
    """
    at = received_at or clock.now()
    if not actor.is_supplier or questionnaire.supplier_id != actor.organisation_id:
        raise NotFound()
    if not actor.may("submitter"):
        raise NotAllowed(_("Bare den som er ansvarlig for rapporten i firmaet, kan sende den inn. Svarene er lagret."))
    if not QuestionnaireState(questionnaire.state).is_with_supplier:
        raise WrongState(_("Rapporten er allerede sendt inn."))
    if is_locked(questionnaire.round.closes_on, questionnaire.due_on, at):
        raise WrongState(_("Rapporteringen for denne perioden er lukket. Ta kontakt med kommunen hvis noe mangler."))
    contents = access.contents_of(questionnaire)
    if contents.gaps:
        raise Invalid({entry.id: access.gap_words(entry) for entry in contents.gaps})
    package = access.package_of(questionnaire, contents)
    sha256 = package_hash(package)
    last = db.session.scalar(select(func.max(Submission.no)).where(Submission.questionnaire_id == questionnaire.id)) or 0
    submission = Submission(
        id=new_id(),
        questionnaire=questionnaire,
        no=last + 1,
        package=package,
        sha256=sha256,
        receipt=receipt_code(sha256),
        late=is_late(questionnaire.due_on, at),
        submitted_at=at,
        submitted_by=actor.person_id,
        submitted_by_name=actor.name,
    )
    db.session.add(submission)
    _move(questionnaire, QuestionnaireState.SUBMITTED)
    questionnaire.submitted_at = at
    db.session.flush()
    db.session.add_all(
        SubmittedReading(submission_id=submission.id, asked_id=entry.id, reading_id=file.reading.id)
        for entry in contents.entries
        for file in entry.files
        if file.reading is not None
    )
    db.session.flush()
    _record(actor, "report.submitted", questionnaire, no=submission.no, receipt=submission.receipt, sha256=sha256, late=submission.late)
    _send_receipt(actor, submission)
    return submission


def reopen(actor: Actor, submission: Submission, comments: Mapping[str, str], due_on: date) -> Questionnaire:
    """Ask the supplier again about some questions ("Vi trenger mer fra dere"). `comments`: question id → what is wanted.

    The submission stays as it was. Called by review, which has looked at the mandate. Raises WrongState when the
    submission is not the newest or does not wait for the municipality; Invalid for questions that were not in it, a
    comment that is empty, or a deadline that has passed.
    """
    questionnaire = submission.questionnaire
    _must_be_newest(submission)
    errors = {asked_id: _("Skriv hva dere trenger.") for asked_id, comment in comments.items() if not comment.strip()}
    if due_on < clock.today():
        errors["due_on"] = _("Fristen må være i dag eller senere.")
    if not comments:
        errors["asked"] = _("Velg minst ett spørsmål.")
    known = set(db.session.scalars(select(Asked.id).where(Asked.questionnaire_id == questionnaire.id)))
    if set(comments) - known:
        raise NotFound()
    if errors:
        raise Invalid(errors)
    _move(questionnaire, QuestionnaireState.RETURNED)
    questionnaire.due_on = due_on
    db.session.add_all(
        ReturnedAsked(submission_id=submission.id, asked_id=asked_id, comment=comment.strip(), due_on=due_on, returned_at=clock.now())
        for asked_id, comment in comments.items()
    )
    db.session.flush()
    _record(actor, "report.reopened", questionnaire, no=submission.no, due_on=due_on, questions=len(comments))
    planned = questionnaire.round
    for address in _recipients(questionnaire):
        journal.notify(
            address,
            "returned",
            dedupe=f"returned:{submission.id}:{address}",
            buyer_id=questionnaire.buyer_id,
            subject=("questionnaire", questionnaire.id),
            questionnaire_id=questionnaire.id,
            buyer=planned.agreement.buyer.name,
            agreement=planned.agreement.title,
            number=planned.agreement.number,
            label=planned.label,
            due_on=due_on,
            count=len(comments),
        )
    return questionnaire


def approve(actor: Actor, submission: Submission) -> Questionnaire:
    """Mark the questionnaire approved. Called by review, which has looked at mandate and rulings. Raises WrongState."""
    _must_be_newest(submission)
    _move(submission.questionnaire, QuestionnaireState.APPROVED)
    db.session.flush()
    _record(actor, "report.approved", submission.questionnaire, no=submission.no)
    return submission.questionnaire


def _move(questionnaire: Questionnaire, to: QuestionnaireState) -> None:
    """The version column makes the second of two simultaneous moves fail (CO-3)."""
    if to not in MOVES[QuestionnaireState(questionnaire.state)]:
        raise WrongState(_("Rapporten er ikke lenger slik den var da du åpnet siden. Last siden på nytt."))
    questionnaire.state = to.value


def _must_be_newest(submission: Submission) -> None:
    last = db.session.scalar(select(func.max(Submission.no)).where(Submission.questionnaire_id == submission.questionnaire_id))
    if submission.no != last or submission.questionnaire.state != QuestionnaireState.SUBMITTED:
        raise WrongState(_("Denne innsendingen venter ikke lenger på kommunen."))


def _send_receipt(actor: Actor, submission: Submission) -> None:
    planned = submission.questionnaire.round
    journal.notify(
        actor.email,
        "receipt",
        dedupe=f"receipt:{submission.id}",
        buyer_id=submission.questionnaire.buyer_id,
        subject=("questionnaire", submission.questionnaire_id),
        questionnaire_id=submission.questionnaire_id,
        buyer=planned.agreement.buyer.name,
        agreement=planned.agreement.title,
        number=planned.agreement.number,
        label=planned.label,
        no=submission.no,
        receipt=submission.receipt,
        sha256=submission.sha256,
        at=clock.oslo(submission.submitted_at).strftime("%d.%m.%Y kl. %H.%M"),
        late=submission.late,
    )


def _recipients(questionnaire: Questionnaire) -> list[str]:
    """The party's contact, and who sent the report in."""
    return list(dict.fromkeys(address for address in (questionnaire.party.contact_email.strip().lower(), _sender(questionnaire)) if address))


def _sender(questionnaire: Questionnaire) -> str:
    wanted = (
        select(Person.email)
        .join(Submission, Submission.submitted_by == Person.id)
        .where(Submission.questionnaire_id == questionnaire.id, Person.disabled_at.is_(None))
        .order_by(Submission.no.desc())
        .limit(1)
    )
    return db.session.scalar(wanted) or ""


def _record(actor: Actor, verb: str, questionnaire: Questionnaire, **params: object) -> None:
    journal.record(
        actor, verb, buyer_id=questionnaire.buyer_id, subject=("questionnaire", questionnaire.id), agreement_id=questionnaire.round.agreement_id, **params
    )
