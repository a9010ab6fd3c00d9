"""What may be read of the catalogue. Published versions are public; the municipality is always named by the caller."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, lazyload

from portal.catalogue.models import Requirement, RequirementVersion
from portal.catalogue.rules import Binding, Clause, Frequency, Operator, QuestionWording, Step, Unit, Wording
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.identity.models import Organisation


def public_buyers() -> list[Organisation]:
    """The municipalities that have published requirements, the first one first."""
    has_published = select(Requirement.buyer_id).join(RequirementVersion).where(RequirementVersion.state == "published")
    return list(db.session.scalars(select(Organisation).where(Organisation.id.in_(has_published)).order_by(Organisation.created_at, Organisation.id)))


def public_buyer(actor: Actor | None = None, *, orgnr: str = "") -> Organisation | None:
    """Whose catalogue the open pages show: the one asked for, else a municipality's own people's, else the first that has one.

    Raises NotFound when `orgnr` is no municipality with a catalogue.
    """
    if not orgnr and actor is not None and actor.is_staff:
        return db.session.get(Organisation, actor.organisation_id)
    buyers = public_buyers()
    if not orgnr:
        return buyers[0] if buyers else None
    for buyer in buyers:
        if buyer.orgnr == orgnr:
            return buyer
    raise NotFound()


def published(whose: Actor | str, *, category: str = "", q: str = "") -> list[RequirementVersion]:
    """The newest published version of each requirement of a municipality (its id, or one of its people), by code.

    Questions and evidence demands are not loaded with them: a list does not need them. Two statements, whatever the number.
    """
    query = _newest_published(whose.organisation_id if isinstance(whose, Actor) else whose)
    if category:
        query = query.where(Requirement.category == category)
    versions = db.session.scalars(query.options(lazyload(RequirementVersion.questions), lazyload(RequirementVersion.demands))).all()
    # A municipality has tens of requirements, and SQLite's lower() knows no æ, ø, å.
    wanted = q.casefold().split()
    return [version for version in versions if all(word in _searchable(version) for word in wanted)]


def version_for(buyer_id: str, code: str, no: int | None = None) -> RequirementVersion:
    """A published version by its natural name (DRO-01, 2), the newest without `no`. Raises NotFound."""
    query = _newest_published(buyer_id) if no is None else _published(buyer_id).where(RequirementVersion.no == no)
    version = db.session.scalars(query.where(Requirement.code == code.upper())).first()
    if version is None:
        raise NotFound()
    return version


def version_to_pin(actor: Actor, version_id: str) -> RequirementVersion:
    """A published version of the actor's own municipality by id. Raises NotFound."""
    version = db.session.scalars(_published(actor.organisation_id).where(RequirementVersion.id == version_id)).first() if actor.is_staff else None
    if version is None:
        raise NotFound()
    return version


def versions_of(requirement: Requirement) -> list[RequirementVersion]:
    """Every published version of a requirement, newest first."""
    query = select(RequirementVersion).where(RequirementVersion.requirement_id == requirement.id, RequirementVersion.state == "published")
    return list(
        db.session.scalars(
            query.order_by(RequirementVersion.no.desc()).options(
                lazyload(RequirementVersion.steps), lazyload(RequirementVersion.questions), lazyload(RequirementVersion.demands)
            )
        )
    )


def wording_of(version: RequirementVersion) -> Wording:
    """What a version says, as a plain value to make the next one from."""
    return Wording(
        title=version.title,
        text=version.text,
        clause=Clause(version.clause),
        binding=Binding(version.binding),
        metric_name=version.metric_name,
        metric_definition=version.metric_definition,
        operator=Operator(version.operator),
        unit=Unit(version.unit),
        frequency=Frequency(version.frequency),
        usual_severity=version.usual_severity,
        severity_note=version.severity_note,
        controlled_by=version.controlled_by,
        pinnable=version.pinnable,
        checks=tuple(version.checks),
        step_basis=version.step_basis,
        basis=version.basis,
        steps=tuple(Step(step.from_date, step.value) for step in version.steps),
        questions=tuple(
            QuestionWording(asked.question.code, asked.question.kind, asked.question.texts, asked.question.unit, asked.question.feeds)
            for asked in version.questions
        ),
        demands=tuple(demand.demand for demand in version.demands),
    )


def _published(buyer_id: str) -> Select[RequirementVersion]:
    return (
        select(RequirementVersion)
        .join(RequirementVersion.requirement)
        .options(contains_eager(RequirementVersion.requirement))
        .where(Requirement.buyer_id == buyer_id, RequirementVersion.state == "published")
        .order_by(Requirement.code)
    )


def _newest_published(buyer_id: str) -> Select[RequirementVersion]:
    newest = (
        select(RequirementVersion.requirement_id, func.max(RequirementVersion.no).label("no"))
        .where(RequirementVersion.state == "published")
        .group_by(RequirementVersion.requirement_id)
        .subquery()
    )
    return _published(buyer_id).join(newest, (newest.c.requirement_id == RequirementVersion.requirement_id) & (newest.c.no == RequirementVersion.no))


def _searchable(version: RequirementVersion) -> str:
    return " ".join([version.requirement.code, *version.title.values(), *version.text.values()]).casefold()
