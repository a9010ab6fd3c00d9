"""What the supplier writes and attaches before sending in. Answers are kept as typed, valid or not (decisions 11 and 17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from sqlalchemy import select

from portal.evidence import access as evidence_access
from portal.evidence import service as evidence_service
from portal.evidence.models import Evidence
from portal.evidence.service import Receipt
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.i18n import _, format_clock, text
from portal.foundation.ids import new_id
from portal.journal import service as journal
from portal.reporting import access, answers
from portal.reporting.models import Answer, AnswerRevision, Asked, Citation, Questionnaire
from portal.reporting.rules import ONE_FILE, QuestionnaireState, Typed, is_locked


def save_answer(
    actor: Actor, asked: Asked, raw: str, *, cannot_because: str = "", base_version: int | None = None
) -> Answer:
    """Keep what was typed at one question; see `save_answers`."""
    questionnaire = access.questionnaire_for(actor, asked.questionnaire_id)
    kept = save_answers(actor, questionnaire, {asked.id: Typed(raw, cannot_because, base_version)})
    return kept[asked.id]


def save_answers(actor: Actor, questionnaire: Questionnaire, typed: Mapping[str, Typed]) -> dict[str, Answer]:
    """Keep what was typed, as it was typed, and what it means. What is unchanged is not written again.

    Returns the answers of the questions named. Raises NotFound for questions that are not open to the supplier, WrongState
    when the report is with the municipality or closed, and Conflict when a colleague has answered meanwhile: her text and
    this one are both in the error, and nothing is stored.
    """
    _must_write(actor, questionnaire)
    open_asked = {asked.id: asked for asked in access.editable_asked(questionnaire)}
    if unknown := set(typed) - set(open_asked):
        raise NotFound(", ".join(sorted(unknown)))
    stored = access.answers_of(questionnaire)
    kept = {}
    for asked_id, fields in typed.items():
        kept[asked_id] = _keep(actor, open_asked[asked_id], stored.get(asked_id), fields)
    if kept and questionnaire.started_at is None:
        questionnaire.started_at = clock.now()
    db.session.flush()
    return kept


def cite(actor: Actor, asked: Asked, evidence: Evidence) -> Citation:
    """Let an evidence question point at a file of the supplier's own. Citing it again changes nothing.

    Where one file is the whole truth (`rules.ONE_FILE`), it takes the place of the one before, and the history says so.
    Raises Invalid when the file is of another kind than the question asks for.
    """
    questionnaire = _open_question(actor, asked)
    if evidence.supplier_id != questionnaire.supplier_id or evidence.erased_at is not None:
        raise NotFound()
    if asked.kind != "evidence" or evidence.kind != asked.evidence_kind:
        raise Invalid({"file": _("Denne filen er av et annet slag enn det spørsmålet gjelder.")})
    earlier = list(db.session.scalars(select(Citation).where(Citation.asked_id == asked.id)))
    for citation in earlier:
        if citation.evidence_id == evidence.id:
            return citation
    if asked.evidence_kind in ONE_FILE:
        for citation in earlier:
            _drop(actor, questionnaire, citation, "report.replaced")
    citation = Citation(id=new_id(), asked_id=asked.id, evidence=evidence, cited_at=clock.now(), cited_by_name=actor.name)
    db.session.add(citation)
    if questionnaire.started_at is None:
        questionnaire.started_at = clock.now()
    db.session.flush()
    _tell(actor, questionnaire, "report.cited", evidence)
    return citation


def receive_and_cite(actor: Actor, asked: Asked, *, stream: IO[bytes], file_name: str) -> Receipt:
    """Take in a file for an evidence question, as being about the question's part of the period, and cite it.

    **Commits** (see evidence.service.receive_file), so nothing else may be changed before it. Raises Invalid when the file
    cannot be taken, with nothing kept of it.
    """
    _open_question(actor, asked)
    asked_id, kind, about = asked.id, asked.evidence_kind, (asked.part_from, asked.part_to)
    receipt = evidence_service.receive_file(actor, kind=kind, stream=stream, file_name=file_name, applies_from=about[0], applies_to=about[1])
    cite(actor, access.asked_for(actor, asked_id), receipt.evidence)
    return receipt


def uncite(actor: Actor, asked: Asked, evidence: Evidence) -> None:
    """Take a file out of the report. It stays in the supplier's library. Does nothing when it is out already."""
    questionnaire = _open_question(actor, asked)
    citation = db.session.scalar(select(Citation).where(Citation.asked_id == asked.id, Citation.evidence_id == evidence.id))
    if citation is not None:
        _drop(actor, questionnaire, citation, "report.uncited")


def _keep(actor: Actor, asked: Asked, answer: Answer | None, fields: Typed) -> Answer:
    raw = answers.storable(fields.raw) if fields.raw is not None else answer.raw if answer else ""
    reason = _reason(fields.cannot_because) if fields.cannot_because is not None else answer.cannot_because if answer else ""
    if answer is not None and (raw, reason) == (answer.raw, answer.cannot_because):
        return answer
    _refuse_stale(actor, asked, answer, fields)
    parsed = answers.parse(asked.kind, asked.unit, raw)
    if answer is None:
        answer = Answer(id=new_id(), asked_id=asked.id)
        db.session.add(answer)
    answer.raw, answer.value, answer.problem, answer.cannot_because = raw, parsed.value, parsed.problem, reason
    answer.saved_at, answer.saved_by, answer.saved_by_name = clock.now(), actor.person_id, actor.name
    db.session.flush()
    db.session.add(
        AnswerRevision(
            id=new_id(), answer_id=answer.id, no=answer.version, raw=raw, cannot_because=reason, saved_at=answer.saved_at, saved_by_name=actor.name
        )
    )
    return answer


def _reason(typed: str) -> str:
    """A reason is short plain text: control characters go, and what does not fit is cut."""
    plain = "".join(letter for letter in answers.storable(typed) if not answers.has_control_characters(letter))
    return plain.strip()[: answers.LONGEST_REASON]


def _refuse_stale(actor: Actor, asked: Asked, answer: Answer | None, fields: Typed) -> None:
    """A colleague's answer is never overwritten unseen. One's own is: two windows of one person, or a slow autosave."""
    if answer is None or fields.base_version in (None, answer.version) or answer.saved_by == actor.person_id:
        return
    raise Conflict(
        _(
            "%(who)s svarte på «%(question)s» kl. %(time)s, etter at du åpnet siden. Svaret ditt er ikke lagret. Last siden på nytt for å se begge.",
            who=answer.saved_by_name,
            question=text(asked.texts),
            time=format_clock(answer.saved_at),
        ),
        theirs=answer.raw or answer.cannot_because,
        yours=fields.raw or fields.cannot_because or "",
    )


def _open_question(actor: Actor, asked: Asked) -> Questionnaire:
    questionnaire = access.questionnaire_for(actor, asked.questionnaire_id)
    _must_write(actor, questionnaire)
    if asked.id not in {one.id for one in access.editable_asked(questionnaire)}:
        raise NotFound()
    return questionnaire


def _must_write(actor: Actor, questionnaire: Questionnaire) -> None:
    if not actor.is_supplier or questionnaire.supplier_id != actor.organisation_id:
        raise NotFound()
    if not actor.may("contributor", "submitter"):
        raise NotAllowed(_("Rollen din kan lese rapporten, men ikke skrive i den."))
    if not QuestionnaireState(questionnaire.state).is_with_supplier:
        raise WrongState(_("Rapporten er sendt inn og kan ikke endres nå. Kommunen sier fra hvis den trenger mer."))
    if is_locked(questionnaire.round.closes_on, questionnaire.due_on, clock.now()):
        raise WrongState(_("Rapporteringen for denne perioden er lukket. Ta kontakt med kommunen hvis noe mangler."))


def _drop(actor: Actor, questionnaire: Questionnaire, citation: Citation, verb: str) -> None:
    evidence = citation.evidence
    db.session.delete(citation)
    db.session.flush()
    _tell(actor, questionnaire, verb, evidence)


def _tell(actor: Actor, questionnaire: Questionnaire, verb: str, evidence: Evidence) -> None:
    journal.record(
        actor,
        verb,
        buyer_id=questionnaire.buyer_id,
        subject=("questionnaire", questionnaire.id),
        agreement_id=questionnaire.round.agreement_id,
        file_name=evidence_access.newest_version(evidence).file_name,
        evidence_id=evidence.id,
    )
