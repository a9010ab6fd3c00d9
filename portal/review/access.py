"""What a controller looks at: the queue, and a case with everything side by side. Own municipality only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from portal.agreements import access as agreement_access
from portal.agreements.models import Assignment, Party
from portal.agreements.rules import DECIDING
from portal.evidence import access as evidence_access
from portal.evidence.models import EvidenceVersion, Reading
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.foundation.i18n import text
from portal.reporting import access as reporting_access
from portal.reporting.models import Questionnaire, Round, Submission
from portal.review.models import Decision, Remark, Ruling
from portal.review.rules import Change, FleetChange, changes, fleet_change
from portal.verification import access as verification_access
from portal.verification.metrics import Vehicle
from portal.verification.rules import Assessment, Outcome, PinVerdict, proposal
from portal.verification.rules.verdicts import heaviest

QUEUES = {"venter": "submitted", "retur": "returned", "godkjent": "approved"}
"""The three lists, by their word in the address, and the state each shows."""

PER_PAGE = 25


# ---------------------------------------------------------------- the queue


@dataclass(frozen=True)
class QueueRow:
    """One report. `outcomes`: each requirement's heaviest outcome with its code, the heaviest first; `asks`: checks with a question."""

    submission: Submission
    outcomes: tuple[tuple[Outcome, str], ...]
    asks: int
    is_mine: bool
    days_waiting: int

    @property
    def counts(self) -> dict[Outcome, int]:
        counted: dict[Outcome, int] = {}
        for outcome, _code in self.outcomes:
            counted[outcome] = counted.get(outcome, 0) + 1
        return counted


def queue(actor: Actor, show: str = "venter", page: int = 1) -> tuple[list[QueueRow], int]:
    """One page of a list in `QUEUES`, and how many reports it has in all. Waiting ones oldest first, others newest first.

    Five statements, however many reports and agreements there are. Raises NotFound for others than staff.
    """
    if not actor.is_staff or show not in QUEUES:
        raise NotFound()
    mine = (Questionnaire.buyer_id == actor.organisation_id, Questionnaire.state == QUEUES[show])
    total = db.session.scalar(select(func.count()).select_from(Questionnaire).where(*mine)) or 0
    later = aliased(Submission)
    newest = select(func.max(later.no)).where(later.questionnaire_id == Questionnaire.id).correlate(Questionnaire).scalar_subquery()
    order = (Submission.submitted_at, Submission.id)
    wanted = (
        select(Submission)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .where(*mine, Submission.no == newest)
        .order_by(*(order if show == "venter" else [column.desc() for column in order]))
        .limit(PER_PAGE)
        .offset((max(page, 1) - 1) * PER_PAGE)
    )
    submissions = list(db.session.scalars(wanted))
    verdicts = verification_access.verdicts_of(submissions)
    asks = verification_access.questions_of(submissions)
    deciding = _agreements_to_decide(actor)
    today = clock.today()
    rows = [
        QueueRow(
            submission=submission,
            outcomes=_by_requirement(verdicts.get(submission.id, [])),
            asks=asks.get(submission.id, 0),
            is_mine=submission.questionnaire.round.agreement_id in deciding,
            days_waiting=(today - clock.oslo(submission.submitted_at).date()).days,
        )
        for submission in submissions
    ]
    return rows, total


def _by_requirement(parts: list[tuple[str, Outcome]]) -> tuple[tuple[Outcome, str], ...]:
    found: defaultdict[str, list[Outcome]] = defaultdict(list)
    for code, outcome in parts:
        found[code].append(outcome)
    order = list(Outcome)
    return tuple(sorted(((heaviest(outcomes), code) for code, outcomes in found.items()), key=lambda pair: order.index(pair[0])))


def _agreements_to_decide(actor: Actor) -> set[str]:
    """The agreements where the actor is controller or deputy today."""
    today = clock.today()
    wanted = select(Assignment.agreement_id).where(
        Assignment.person_id == actor.person_id,
        Assignment.duty.in_(DECIDING),
        Assignment.starts_on.is_(None) | (Assignment.starts_on <= today),
        Assignment.ends_on.is_(None) | (Assignment.ends_on >= today),
    )
    return set(db.session.scalars(wanted))


# ---------------------------------------------------------------- a case


@dataclass(frozen=True)
class ShownFile:
    """A cited file. `reading` and `version` are None for those who may not see evidence, or while nothing is read."""

    name: str
    version: EvidenceVersion | None = None
    reading: Reading | None = None

    @property
    def figures(self) -> list[Any]:
        return evidence_access.figures_of(self.reading) if self.reading is not None else []


@dataclass(frozen=True)
class ShownAnswer:
    """One question as it was sent in. `change`: how it differs from the submission before."""

    asked: Mapping[str, Any]
    files: tuple[ShownFile, ...]
    change: Change | None
    remarks: tuple[Remark, ...]

    @property
    def raw(self) -> str:
        return (self.asked["answer"] or {}).get("raw") or ""

    @property
    def cannot_because(self) -> str:
        return (self.asked["answer"] or {}).get("cannot_because") or ""

    @property
    def may_be_returned(self) -> bool:
        return self.asked["kind"] != "explanation"


@dataclass(frozen=True)
class ShownRequirement:
    """One requirement: as agreed, as judged, as answered, as ruled, and how it came out last time."""

    pin: Mapping[str, Any]
    verdict: PinVerdict
    proposed: str
    ruling: Ruling | None
    answers: tuple[ShownAnswer, ...]
    explanation: str
    last: PinVerdict | None


@dataclass(frozen=True)
class Case:
    """Everything about one submission. `may_decide` is False for a reader and for a submission that is decided."""

    questionnaire: Questionnaire
    submission: Submission
    submissions: tuple[Submission, ...]
    decisions: dict[str, Decision]
    assessment: Assessment
    requirements: tuple[ShownRequirement, ...]
    answers: tuple[ShownAnswer, ...]
    internal_remarks: tuple[Remark, ...]
    fleet: FleetChange | None
    last_period: str
    may_decide: bool
    may_remark: bool
    sees_rows: bool

    @property
    def decision(self) -> Decision | None:
        return self.decisions.get(self.submission.id)

    @property
    def is_newest(self) -> bool:
        return self.submission.id == self.submissions[-1].id

    @property
    def changed(self) -> tuple[ShownAnswer, ...]:
        return tuple(answer for answer in self.answers if answer.change is not None)

    @property
    def open_rulings(self) -> int:
        return sum(requirement.ruling is None for requirement in self.requirements)

    @property
    def returnable(self) -> tuple[ShownAnswer, ...]:
        return tuple(answer for answer in self.answers if answer.may_be_returned)


def case_for(actor: Actor, questionnaire_id: str, no: int | None = None) -> Case:
    """The newest submission of a questionnaire of the actor's municipality, or number `no`, with all that belongs to it.

    Raises NotFound for another municipality's, for suppliers, and for a questionnaire that has not been sent in. A constant
    number of statements: the number of requirements, questions and agreements changes nothing.
    """
    if not actor.is_staff:
        raise NotFound()
    questionnaire = reporting_access.questionnaire_for(actor, questionnaire_id)
    submissions = reporting_access.submissions_of(questionnaire)
    submission = next((one for one in reversed(submissions) if no is None or one.no == no), None)
    if submission is None:
        raise NotFound()
    before = next((one for one in submissions if one.no == submission.no - 1), None)
    package = submission.package
    duties = agreement_access.duties_of(actor, questionnaire.round.agreement)
    sees_rows = bool(duties) or actor.may("auditor")
    decisions = _decisions_of(submissions)
    remarks = _remarks_on(submissions)
    changed = {change.asked_id: change for change in changes(before.package, package)} if before else {}
    files = _readings_of(package) if sees_rows else {}
    answers = tuple(
        ShownAnswer(
            asked=asked,
            files=tuple(files.get((c["evidence_id"], c["sha256"]), ShownFile(c["file_name"])) for c in asked["citations"]),
            change=changed.get(asked["id"]),
            remarks=tuple(one for one in remarks if one.asked_id == asked["id"]),
        )
        for asked in package["asked"]
    )
    assessment = verification_access.of_submission(submission)
    last_period, last = _last_period(questionnaire)
    rulings = rulings_of(submission)
    waits = questionnaire.state == "submitted" and submission.id == submissions[-1].id and submission.id not in decisions
    return Case(
        questionnaire=questionnaire,
        submission=submission,
        submissions=tuple(submissions),
        decisions=decisions,
        assessment=assessment,
        requirements=_requirements(package, assessment, rulings, answers, last),
        answers=answers,
        internal_remarks=tuple(one for one in remarks if one.audience == "internal"),
        fleet=_fleet_change(before, submission) if before is not None and sees_rows and _lists_changed(changed, package) else None,
        last_period=last_period,
        may_decide=waits and not DECIDING.isdisjoint(duties),
        may_remark=bool(duties),
        sees_rows=sees_rows,
    )


def _requirements(
    package: Mapping[str, Any],
    assessment: Assessment,
    rulings: Mapping[str, Ruling],
    answers: tuple[ShownAnswer, ...],
    last: Assessment | None,
) -> tuple[ShownRequirement, ...]:
    shown = []
    for pin in package["pins"]:
        verdict = assessment.of(pin["id"])
        if verdict is None:
            continue
        mine = [answer for answer in answers if pin["id"] in answer.asked["pins"]]
        shown.append(
            ShownRequirement(
                pin=pin,
                verdict=verdict,
                proposed=proposal(verdict),
                ruling=rulings.get(pin["id"]),
                answers=tuple(answer for answer in mine if answer.may_be_returned),
                explanation=next((answer.raw for answer in mine if not answer.may_be_returned), ""),
                last=_same_requirement(last, pin),
            )
        )
    return tuple(shown)


def _same_requirement(last: Assessment | None, pin: Mapping[str, Any]) -> PinVerdict | None:
    """The same pin, or the one it superseded: then the requirement's code is the same."""
    if last is None:
        return None
    same = last.of(pin["id"])
    return same or next((verdict for verdict in last.verdicts if pin["code"] and verdict.code == pin["code"]), None)


def _readings_of(package: Mapping[str, Any]) -> dict[tuple[str, str | None], ShownFile]:
    """(evidence id, sha-256) → the file with the reading this package froze, or the newest one of the same bytes when it
    was not read yet. One statement."""
    citations = [citation for asked in package["asked"] for citation in asked["citations"]]
    if not citations:
        return {}
    rows = db.session.execute(
        select(EvidenceVersion, Reading)
        .outerjoin(Reading, Reading.evidence_version_id == EvidenceVersion.id)
        .where(EvidenceVersion.evidence_id.in_({citation["evidence_id"] for citation in citations}))
        .order_by(EvidenceVersion.no, Reading.no)
    ).all()
    found: dict[tuple[str, str | None], ShownFile] = {}
    for citation in citations:
        key = (citation["evidence_id"], citation["sha256"])
        for version, reading in rows:
            if (version.evidence_id, version.sha256) != key:
                continue
            if citation["reading_id"] is None or reading is None or reading.id == citation["reading_id"]:
                found[key] = ShownFile(citation["file_name"], version, reading)
    return found


def _last_period(questionnaire: Questionnaire) -> tuple[str, Assessment | None]:
    """The label and recorded verdicts of the same party's period before this one, from its newest submission."""
    earlier = (
        select(Submission, Round.label)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .join(Round, Round.id == Questionnaire.round_id)
        .join(Party, Party.id == Questionnaire.party_id)
        .where(
            Round.agreement_id == questionnaire.round.agreement_id,
            Questionnaire.party_id == questionnaire.party_id,
            Round.period_to < questionnaire.round.period_from,
        )
        .order_by(Round.period_to.desc(), Submission.no.desc())
        .limit(1)
    )
    row = db.session.execute(earlier).first()
    if row is None:
        return "", None
    return row.label, verification_access.recorded(row.Submission)


def _lists_changed(changed: Mapping[str, Change], package: Mapping[str, Any]) -> bool:
    return any(asked["id"] in changed and asked["evidence_kind"] == "vehicle_list" for asked in package["asked"])


def _fleet_change(before: Submission, after: Submission) -> FleetChange:
    return fleet_change(_vehicles(before), _vehicles(after))


def _vehicles(submission: Submission) -> list[Vehicle]:
    pins = verification_access.material_of(submission.package).pins
    by_row = {(f.reading_id, v.row): v for pin in pins for demand in pin.demands for f in demand.files for v in f.vehicles}
    return list(by_row.values())


# ---------------------------------------------------------------- parts of a case


def decision_of(submission: Submission) -> Decision | None:
    """The one decision on a submission, as it is in the database now."""
    return db.session.scalar(select(Decision).where(Decision.submission_id == submission.id))


def rulings_of(submission: Submission) -> dict[str, Ruling]:
    """Pin id → its ruling."""
    return {ruling.pin_id: ruling for ruling in db.session.scalars(select(Ruling).where(Ruling.submission_id == submission.id))}


def proposals(submission: Submission) -> dict[str, str]:
    """Pin id → the ruling that the verdicts propose, for every requirement of the report."""
    return {verdict.pin_id: proposal(verdict) for verdict in verification_access.of_submission(submission).verdicts}


def requirement_name(submission: Submission, pin_id: str) -> str:
    """The code of a requirement, or its title when it is the agreement's own wording."""
    pin = next(pin for pin in submission.package["pins"] if pin["id"] == pin_id)
    title = pin["title"] if isinstance(pin["title"], str) else text(pin["title"], "nb")
    return pin["code"] or title


def address_of(questionnaire: Questionnaire) -> str:
    """The permanent address of a case."""
    return f"/kommune/kontroll/{questionnaire.id}"


def submission_in_case(actor: Actor, questionnaire_id: str, submission_id: str) -> Submission:
    """The submission that a form was about. Raises NotFound when it is not of this case, or the case is not the actor's."""
    if not actor.is_staff:
        raise NotFound()
    submission = reporting_access.submission_for(actor, submission_id)
    if submission.questionnaire_id != questionnaire_id:
        raise NotFound()
    return submission


def cited_reading(actor: Actor, questionnaire_id: str, reading_id: str) -> tuple[Questionnaire, Reading]:
    """A case and a reading that one of its submissions cited. Raises NotFound, also for staff without a duty on the agreement."""
    questionnaire = reporting_access.questionnaire_for(actor, questionnaire_id)
    for submission in reversed(reporting_access.submissions_of(questionnaire)):
        try:
            return questionnaire, reporting_access.evidence_cited_for(actor, submission, reading_id)
        except NotFound:
            continue  # perhaps an earlier one did
    raise NotFound()


def _decisions_of(submissions: list[Submission]) -> dict[str, Decision]:
    wanted = select(Decision).where(Decision.submission_id.in_([submission.id for submission in submissions]))
    return {decision.submission_id: decision for decision in db.session.scalars(wanted)}


def _remarks_on(submissions: list[Submission]) -> list[Remark]:
    wanted = select(Remark).options(joinedload(Remark.submission)).where(Remark.submission_id.in_([submission.id for submission in submissions]))
    return list(db.session.scalars(wanted.order_by(Remark.written_at, Remark.id)))
