"""What stands in one questionnaire: every question with its answer and files, in a constant number of statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased, joinedload, lazyload, selectinload

from portal.agreements.models import Pin
from portal.catalogue.models import RequirementVersion
from portal.evidence import access as evidence_access
from portal.evidence.models import Evidence, EvidenceVersion, Reading
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.foundation.i18n import _, text
from portal.reporting import answers as kinds
from portal.reporting.models import Answer, Asked, Citation, Questionnaire, ReturnedAsked, Submission
from portal.reporting.rules import Filled, QuestionnaireState, missing

UNREAD = ("receiving", "checking")


@dataclass(frozen=True)
class CitedFile:
    """A file that a question cites, as it stands now. `reading` is None until the newest version is read."""

    evidence: Evidence
    version: EvidenceVersion
    reading: Reading | None
    findings: tuple[Any, ...] = ()
    citation: Citation | None = None

    @property
    def is_waiting(self) -> bool:
        return self.version.state in UNREAD

    @property
    def figures(self) -> list[Any]:
        return evidence_access.figures_of(self.reading) if self.reading is not None else []


@dataclass
class Entry:
    """One question on the page. `comment` is what the municipality wrote when it asked again, `gap` why it keeps the report
    from being sent in (a code of rules.missing)."""

    asked: Asked
    answer: Answer | None = None
    files: tuple[CitedFile, ...] = ()
    comment: str = ""
    is_editable: bool = True

    @property
    def id(self) -> str:
        return self.asked.id

    @property
    def raw(self) -> str:
        return self.answer.raw if self.answer else ""

    @property
    def cannot_because(self) -> str:
        return self.answer.cannot_because if self.answer else ""

    @property
    def problem(self) -> str:
        return self.answer.problem if self.answer else ""

    @property
    def is_waiting(self) -> bool:
        return any(file.is_waiting for file in self.files)

    @property
    def decimals(self) -> int:
        """How many decimals the understood number has, at most six."""
        value = self.answer.value if self.answer else None
        return len(f"{value:.6f}".rstrip("0").partition(".")[2]) if isinstance(value, float) else 0

    @property
    def is_rewritten(self) -> bool:
        """Whether the number would be written another way than it was typed, so that the page says how it was read."""
        value = self.answer.value if self.answer else None
        if self.asked.kind != "number" or value is None:
            return False
        squeezed = "".join(letter for letter in self.raw if not letter.isspace())
        return squeezed != f"{value:.{self.decimals}f}".replace(".", ",")

    @property
    def may_be_unavailable(self) -> bool:
        return kinds.KINDS[self.asked.kind].may_be_unavailable

    @property
    def gap(self) -> str:
        asked, answer = self.asked, self.answer
        return missing(
            Filled(
                kind=asked.kind,
                required=asked.required,
                has_value=answer is not None and answer.value is not None,
                problem=answer.problem if answer else "",
                cannot_because=answer.cannot_because if answer else "",
                file_states=tuple(file.version.state for file in self.files),
            )
        )


@dataclass
class Contents:
    """A questionnaire with all that stands in it. `entries` in the order they are asked, `pins` in the agreement's order."""

    questionnaire: Questionnaire | None
    entries: list[Entry]
    pins: list[Pin]
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[Entry]:
        """What the supplier sees: everything, or after a return only what she was asked again."""
        return [entry for entry in self.entries if entry.is_editable]

    @property
    def gaps(self) -> list[Entry]:
        return [entry for entry in self.shown if entry.gap]

    def entry(self, asked_id: str) -> Entry:
        """Raises NotFound for a question of another questionnaire."""
        for entry in self.entries:
            if entry.id == asked_id:
                return entry
        raise NotFound()


def contents_of(questionnaire: Questionnaire) -> Contents:
    """Everything in a questionnaire that the caller has loaded: at most seven statements, however many questions."""
    rows = db.session.execute(
        select(Asked, Answer)
        .outerjoin(Answer, Answer.asked_id == Asked.id)
        .options(selectinload(Asked.pins).options(*_lean_pins()))
        .where(Asked.questionnaire_id == questionnaire.id)
        .order_by(Asked.position)
    ).all()
    files = _cited_files(questionnaire)
    comments = _comments(questionnaire) if questionnaire.state == QuestionnaireState.RETURNED else {}
    entries = [Entry(asked, answer, tuple(files.get(asked.id, ())), comments.get(asked.id, "")) for asked, answer in rows]
    open_ids = _editable_ids(questionnaire, [entry.asked for entry in entries], set(comments))
    for entry in entries:
        entry.is_editable = entry.id in open_ids
    pins = {pin.id: pin for entry in entries for pin in entry.asked.pins}
    return Contents(questionnaire, entries, sorted(pins.values(), key=lambda pin: pin.position), comments)


def asked_of(questionnaire: Questionnaire) -> list[Asked]:
    """The questions, in the order they are asked."""
    wanted = select(Asked).options(selectinload(Asked.pins).options(*_lean_pins())).where(Asked.questionnaire_id == questionnaire.id)
    return list(db.session.scalars(wanted.order_by(Asked.position)))


def asked_for(actor: Actor, asked_id: str) -> Asked:
    """A question of the supplier's own questionnaires. Raises NotFound."""
    wanted = select(Asked).join(Questionnaire, Questionnaire.id == Asked.questionnaire_id)
    found = db.session.scalar(wanted.where(Asked.id == asked_id, Questionnaire.supplier_id == actor.organisation_id)) if actor.is_supplier else None
    if found is None:
        raise NotFound()
    return found


def answers_of(questionnaire: Questionnaire) -> dict[str, Answer]:
    """Question id → its newest answer."""
    wanted = select(Answer).join(Asked, Asked.id == Answer.asked_id).where(Asked.questionnaire_id == questionnaire.id)
    return {answer.asked_id: answer for answer in db.session.scalars(wanted)}


def citations_of(questionnaire: Questionnaire) -> dict[str, list[Citation]]:
    """Question id → the files it cites, in the order they were cited."""
    found: dict[str, list[Citation]] = {}
    wanted = select(Citation).join(Asked, Asked.id == Citation.asked_id).where(Asked.questionnaire_id == questionnaire.id)
    for citation in db.session.scalars(wanted.order_by(Citation.cited_at, Citation.id)):
        found.setdefault(citation.asked_id, []).append(citation)
    return found


def editable_asked(questionnaire: Questionnaire) -> list[Asked]:
    """The questions that the supplier may answer now: all of an open one; of a returned one those that were asked again,
    and the explanations of the requirements they serve; none of one that is with the municipality or approved."""
    asked = asked_of(questionnaire)
    returned = set(_comments(questionnaire)) if questionnaire.state == QuestionnaireState.RETURNED else set()
    open_ids = _editable_ids(questionnaire, asked, returned)
    return [one for one in asked if one.id in open_ids]


def problem_words(entry: Entry) -> str:
    """What is wrong with what was typed and how to write it; "" when nothing is."""
    if not entry.problem:
        return ""
    message, params = kinds.message(entry.asked.kind, entry.asked.unit, entry.problem)
    return _(message, **params)


def gap_words(entry: Entry) -> str:
    """Why this question keeps the report from being sent in, in words that name it; "" when it does not."""
    question = text(entry.asked.texts)
    match entry.gap:
        case "no_answer":
            return _("Svar mangler: %(question)s", question=question)
        case "unreadable":
            return _("Svaret kan ikke leses ennå: %(question)s", question=question)
        case "no_file":
            return _("Fil mangler: %(question)s. Last opp en fil, eller skriv hvorfor den ikke kan skaffes.", question=question)
        case "file_refused":
            return _("Filen kunne ikke leses: %(question)s. Last opp en annen fil, eller skriv hvorfor den ikke kan skaffes.", question=question)
    return ""


def _editable_ids(questionnaire: Questionnaire, asked: list[Asked], returned: set[str]) -> set[str]:
    if questionnaire.state == QuestionnaireState.OPEN:
        return {one.id for one in asked}
    if questionnaire.state != QuestionnaireState.RETURNED:
        return set()
    pins = {pin.id for one in asked if one.id in returned for pin in one.pins}
    explanations = {one.id for one in asked if one.kind == "explanation" and pins & {pin.id for pin in one.pins}}
    return returned | explanations


def _comments(questionnaire: Questionnaire) -> dict[str, str]:
    """Question id → what the municipality wrote about it when it returned the newest submission."""
    newest = select(func.max(Submission.no)).where(Submission.questionnaire_id == questionnaire.id).scalar_subquery()
    wanted = (
        select(ReturnedAsked.asked_id, ReturnedAsked.comment)
        .join(Submission, Submission.id == ReturnedAsked.submission_id)
        .where(Submission.questionnaire_id == questionnaire.id, Submission.no == newest)
    )
    return {row.asked_id: row.comment for row in db.session.execute(wanted)}


def _cited_files(questionnaire: Questionnaire) -> dict[str, list[CitedFile]]:
    """Question id → its files with the newest version and reading of each. Drafts follow the newest reading (decision 26)."""
    rows = db.session.execute(_newest_of_each(), {"questionnaire_id": questionnaire.id}).all()
    told = evidence_access.findings_of_many([row.Reading for row in rows if row.Reading is not None])
    files: dict[str, list[CitedFile]] = {}
    for citation, version, reading in rows:
        findings = tuple(told.get(reading.id, ())) if reading is not None else ()
        files.setdefault(citation.asked_id, []).append(CitedFile(citation.evidence, version, reading, findings, citation))
    return files


@cache
def _newest_of_each() -> Select[Citation, EvidenceVersion, Reading]:
    """The citations of `questionnaire_id`, each with its newest version and reading. Made once: aliases are dear to make."""
    later_version, later_reading = aliased(EvidenceVersion), aliased(Reading)
    newest_no = select(func.max(later_version.no)).where(later_version.evidence_id == Citation.evidence_id).correlate(Citation).scalar_subquery()
    newest_read = (
        select(func.max(later_reading.no))
        .where(later_reading.evidence_version_id == EvidenceVersion.id)
        .correlate(EvidenceVersion)
        .scalar_subquery()
    )
    return (
        select(Citation, EvidenceVersion, Reading)
        .join(Asked, Asked.id == Citation.asked_id)
        .join(EvidenceVersion, (EvidenceVersion.evidence_id == Citation.evidence_id) & (EvidenceVersion.no == newest_no))
        .outerjoin(
            Reading,
            (Reading.evidence_version_id == EvidenceVersion.id) & (Reading.no == newest_read) & EvidenceVersion.state.not_in(UNREAD),
        )
        .where(Asked.questionnaire_id == bindparam("questionnaire_id"))
        .order_by(Citation.cited_at, Citation.id)
    )


def _lean_pins() -> tuple[Any, ...]:
    """Pins with their requirement and agreed steps, without the catalogue's own steps, questions and demands."""
    version = joinedload(Pin.requirement_version)
    return (version.options(lazyload(RequirementVersion.steps), lazyload(RequirementVersion.questions), lazyload(RequirementVersion.demands)),)
