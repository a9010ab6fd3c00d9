"""The controller's verbs: remark, rule, return, approve. Each looks at the mandate first; nobody decides twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from portal.agreements import access as agreement_access
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.i18n import _, format_clock, format_date
from portal.journal import service as journal
from portal.reporting import service as reporting
from portal.reporting.models import Submission
from portal.review import access
from portal.review.models import Decision, Remark, Ruling
from portal.review.rules import Audience, RulingValue, needs_reason
from portal.verification import service as verification

LONGEST_TEXT = 4000


def remark(
    actor: Actor, submission: Submission, *, text: str, audience: str = "internal", asked_id: str | None = None, pin_id: str | None = None
) -> Remark:
    """Write a remark on a submission, or on one of its questions or requirements. `audience`: rules.Audience.

    Anybody with a duty on the agreement may write an internal one, which never leaves the municipality; only who decides
    writes to the supplier. Raises NotAllowed; NotFound for a part that is not in the report; Invalid for no text.
    """
    questionnaire = submission.questionnaire
    if not actor.is_staff or questionnaire.buyer_id != actor.organisation_id:
        raise NotFound()
    agreement = questionnaire.round.agreement
    is_internal = Audience(audience) is Audience.INTERNAL
    if not (agreement_access.duties_of(actor, agreement) if is_internal else agreement_access.may_decide(actor, agreement)):
        raise NotAllowed(_("Bare de som har en oppgave på avtalen, kan skrive her."))
    package = submission.package
    for part, known in ((asked_id, package["asked"]), (pin_id, package["pins"])):
        if part is not None and part not in {one["id"] for one in known}:
            raise NotFound()
    return _remark(actor, submission, text, audience, asked_id, pin_id)


def rule(actor: Actor, submission: Submission, pin_id: str, value: str, reason: str = "") -> Ruling:
    """Decide about one requirement (rules.RulingValue). A ruling other than the one proposed needs a reason; it can be changed until the
    report is decided. Raises NotAllowed, Conflict when it is decided, Invalid without the reason, NotFound for a
    requirement that is not in the report."""
    _may_decide(actor, submission)
    _not_decided(submission)
    proposed = access.proposals(submission).get(pin_id)
    if proposed is None:
        raise NotFound()
    return _rule(actor, submission, pin_id, _checked(value), proposed, reason)


def rule_as_proposed(actor: Actor, submission: Submission, *, reason: str = "") -> list[Ruling]:
    """Rule on every requirement that has no ruling yet, as the verdicts propose. Raises as `rule` does."""
    _may_decide(actor, submission)
    _not_decided(submission)
    ruled = access.rulings_of(submission)
    return [
        _rule(actor, submission, pin_id, proposed, proposed, reason)
        for pin_id, proposed in access.proposals(submission).items()
        if pin_id not in ruled
    ]


def return_to_supplier(
    actor: Actor, submission: Submission, comments: Mapping[str, str], *, internal_note: str = "", due_on: date
) -> Decision:
    """«Vi trenger mer fra dere»: open some questions again, each with what is wanted (question id → comment).

    The internal note stays here. Raises NotAllowed; Invalid for empty comments or a deadline that has passed, by field;
    Conflict with who and when if the report has been decided.
    """

    def reopen() -> None:
        reporting.reopen(actor, submission, comments, due_on)
        for asked_id, comment in comments.items():
            _remark(actor, submission, comment, Audience.SUPPLIER, asked_id)
        if internal_note.strip():
            _remark(actor, submission, internal_note, Audience.INTERNAL)

    return _decide(actor, submission, "returned", reopen)


def approve(actor: Actor, submission: Submission) -> Decision:
    """Approve the report, once every requirement has a ruling. Raises NotAllowed, WrongState, or Conflict as above."""

    def close() -> None:
        open_pins = access.proposals(submission).keys() - access.rulings_of(submission).keys()
        if open_pins:
            raise WrongState(_("Alle krav må vurderes før rapporten kan godkjennes. %(count)s gjenstår.", count=len(open_pins)))
        reporting.approve(actor, submission)

    return _decide(actor, submission, "approved", close)


# ---------------------------------------------------------------- one decision


def _decide(actor: Actor, submission: Submission, value: str, deed: Callable[[], None]) -> Decision:
    """The decision and its deed, or neither. The unique key lets one of two through; the other is told (CO-3)."""
    _may_decide(actor, submission)
    _not_decided(submission)
    verification.record(submission, at_once=True)
    decision = Decision(
        submission_id=submission.id, value=value, decided_at=clock.now(), decided_by=actor.person_id, decided_by_name=actor.name
    )
    try:
        with db.session.begin_nested():
            db.session.add(decision)
            db.session.flush()
            deed()
    except (IntegrityError, StaleDataError):  # another transaction committed its decision while this one waited
        _not_decided(submission)
        raise
    return decision


def _not_decided(submission: Submission) -> None:
    decision = access.decision_of(submission)
    if decision is None:
        return
    who = {"who": decision.decided_by_name, "day": format_date(decision.decided_at), "clock": format_clock(decision.decided_at)}
    if decision.value == "approved":
        message = _("Rapporten er allerede godkjent av %(who)s %(day)s kl. %(clock)s.", **who)
    else:
        message = _("Rapporten er allerede sendt tilbake av %(who)s %(day)s kl. %(clock)s.", **who)
    raise Conflict(message, link=access.address_of(submission.questionnaire))


def _may_decide(actor: Actor, submission: Submission) -> None:
    questionnaire = submission.questionnaire
    if not actor.is_staff or questionnaire.buyer_id != actor.organisation_id:
        raise NotFound()
    if not agreement_access.may_decide(actor, questionnaire.round.agreement):
        raise NotAllowed(_("Bare miljøkontrolløren på avtalen eller stedfortrederen kan avgjøre dette."))


# ---------------------------------------------------------------- rows


def _rule(actor: Actor, submission: Submission, pin_id: str, value: str, proposed: str, reason: str) -> Ruling:
    reason = reason.strip()
    if needs_reason(value, proposed) and not reason:
        raise Invalid({"reason": _("Skriv hvorfor du vurderer kravet annerledes enn forslaget.")})
    if len(reason) > LONGEST_TEXT:
        raise Invalid({"reason": _("Teksten er for lang. Den kan ha %(most)s tegn.", most=LONGEST_TEXT)})
    fields = {
        "value": value, "proposed": proposed, "reason": reason,
        "ruled_at": clock.now(), "ruled_by": actor.person_id, "ruled_by_name": actor.name,
    }  # fmt: skip
    ruling = access.rulings_of(submission).get(pin_id)
    if ruling is None:
        ruling = Ruling(submission_id=submission.id, pin_id=pin_id, **fields)
        try:
            with db.session.begin_nested():
                db.session.add(ruling)
        except IntegrityError:  # the deputy ruled on it in the same second: the last word stands, and both are in the log
            ruling = access.rulings_of(submission)[pin_id]
    for name, field in fields.items():
        setattr(ruling, name, field)
    db.session.flush()
    questionnaire = submission.questionnaire
    journal.record(
        actor,
        "requirement.ruled",
        buyer_id=questionnaire.buyer_id,
        subject=("questionnaire", questionnaire.id),
        agreement_id=questionnaire.round.agreement_id,
        requirement=access.requirement_name(submission, pin_id),
        value=RulingValue(value).label,
        proposed=proposed,
        reason=reason,
        no=submission.no,
    )
    return ruling


def _remark(
    actor: Actor, submission: Submission, text: str, audience: str, asked_id: str | None = None, pin_id: str | None = None
) -> Remark:
    text = text.strip()
    if not text:
        raise Invalid({"text": _("Skriv noe før du lagrer.")})
    if len(text) > LONGEST_TEXT:
        raise Invalid({"text": _("Teksten er for lang. Den kan ha %(most)s tegn.", most=LONGEST_TEXT)})
    written = Remark(
        submission_id=submission.id,
        asked_id=asked_id,
        pin_id=pin_id,
        audience=audience,
        text=text,
        written_at=clock.now(),
        written_by=actor.person_id,
        written_by_name=actor.name,
    )
    db.session.add(written)
    db.session.flush()
    if audience == Audience.INTERNAL:
        questionnaire = submission.questionnaire
        journal.record(
            actor, "report.remarked_internal", buyer_id=questionnaire.buyer_id, subject=("questionnaire", questionnaire.id),
            agreement_id=questionnaire.round.agreement_id, no=submission.no,
        )  # fmt: skip
    return written


def _checked(value: str) -> str:
    if value not in set(RulingValue):
        raise Invalid({"value": _("Velg en vurdering.")})
    return value
