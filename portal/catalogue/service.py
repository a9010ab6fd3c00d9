"""The verbs of the catalogue: draft a version, publish it, install the product's own requirements."""

from __future__ import annotations

from sqlalchemy import func, select

from portal.catalogue.models import (
    EvidenceDemand,
    Question,
    Requirement,
    RequirementStep,
    RequirementVersion,
    VersionQuestion,
)
from portal.catalogue.rules import KEEPERS, READER_KINDS, QuestionWording, Wording
from portal.catalogue.standard import requirements
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotAllowed, NotFound, WrongState
from portal.foundation.i18n import _
from portal.journal import service as journal


def install_standard(actor: Actor) -> list[RequirementVersion]:
    """Create and publish the standard requirements that the actor's municipality does not have yet; returns the new ones.

    Idempotent: a code that exists is left alone, whatever the municipality has made of it.
    """
    _must_keep(actor)
    present = set(db.session.scalars(select(Requirement.code).where(Requirement.buyer_id == actor.organisation_id)))
    bank = _bank(actor.organisation_id)
    drafted = []
    for standard in requirements():
        if standard.code in present:
            continue
        requirement = Requirement(buyer_id=actor.organisation_id, code=standard.code, category=standard.category.value)
        db.session.add(requirement)
        drafted.append(_write(requirement, 1, standard.wording, bank))
    db.session.flush()
    for version in drafted:
        _mark_published(actor, version)
    db.session.flush()
    if drafted:
        journal.record(actor, "requirement.standard_installed", buyer_id=actor.organisation_id, subject=("catalogue", actor.organisation_id), count=len(drafted))
    return drafted


def draft(actor: Actor, requirement: Requirement, wording: Wording) -> RequirementVersion:
    """A new, unpublished version of a requirement. Raises NotAllowed, and NotFound for another municipality's."""
    _must_keep(actor, requirement)
    last = db.session.scalar(select(func.max(RequirementVersion.no)).where(RequirementVersion.requirement_id == requirement.id)) or 0
    version = _write(requirement, last + 1, wording, _bank(requirement.buyer_id))
    db.session.flush()
    journal.record(actor, "requirement.drafted", buyer_id=requirement.buyer_id, subject=("requirement", requirement.id), code=requirement.code, no=version.no)
    return version


def publish(actor: Actor, version: RequirementVersion) -> RequirementVersion:
    """Make a version public and final. Agreements that pinned an earlier one keep it. Raises WrongState when it already is."""
    requirement = version.requirement
    _must_keep(actor, requirement)
    if version.state != "draft":
        raise WrongState(_("Versjonen er allerede publisert og kan ikke endres. Lag en ny versjon i stedet."))
    _mark_published(actor, version)
    db.session.flush()
    journal.record(actor, "requirement.published", buyer_id=requirement.buyer_id, subject=("requirement", requirement.id), code=requirement.code, no=version.no)
    return version


def _must_keep(actor: Actor, requirement: Requirement | None = None) -> None:
    if requirement is not None and requirement.buyer_id != actor.organisation_id:
        raise NotFound()
    if not actor.is_staff or not actor.may(*KEEPERS):
        raise NotAllowed(_("Rollen din kan ikke endre kravkatalogen."))


def _mark_published(actor: Actor, version: RequirementVersion) -> None:
    version.state = "published"
    version.published_at = clock.now()
    version.published_by = actor.person_id


def _write(requirement: Requirement, no: int, wording: Wording, bank: dict[str, Question]) -> RequirementVersion:
    version = RequirementVersion(
        requirement=requirement,
        no=no,
        state="draft",
        title=wording.title,
        text=wording.text,
        clause=wording.clause.value,
        binding=wording.binding.value,
        metric_name=wording.metric_name,
        metric_definition=wording.metric_definition,
        operator=wording.operator.value,
        unit=wording.unit.value,
        frequency=wording.frequency.value,
        pinnable=wording.pinnable,
        controlled_by=wording.controlled_by,
        usual_severity=wording.usual_severity,
        severity_note=wording.severity_note,
        checks=list(wording.checks),
        step_basis=wording.step_basis,
        basis=wording.basis,
        steps=[RequirementStep(from_date=step.from_date, value=step.value) for step in wording.steps],
        questions=[VersionQuestion(question=_question(requirement.buyer_id, asked, bank), position=place) for place, asked in enumerate(wording.questions)],
        demands=[EvidenceDemand(demand=demand, kind=READER_KINDS.get(demand, ""), position=place) for place, demand in enumerate(wording.demands)],
    )
    db.session.add(version)
    return version


def _bank(buyer_id: str) -> dict[str, Question]:
    """The municipality's questions by code, the newest wording of each."""
    questions = db.session.scalars(select(Question).where(Question.buyer_id == buyer_id).order_by(Question.no))
    return {question.code: question for question in questions}


def _question(buyer_id: str, asked: QuestionWording, bank: dict[str, Question]) -> Question:
    """The bank's question where it says the same, else a new one under the same code: a question is never edited."""
    known = bank.get(asked.code)
    if known and (known.kind, known.unit, known.texts, known.feeds) == (asked.kind, asked.unit, asked.texts, asked.feeds):
        return known
    fresh = Question(buyer_id=buyer_id, code=asked.code, no=known.no + 1 if known else 1, kind=asked.kind, unit=asked.unit, texts=asked.texts, feeds=asked.feeds)
    bank[asked.code] = fresh
    return fresh
