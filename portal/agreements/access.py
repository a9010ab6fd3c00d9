"""Who may see which agreement. A municipality sees its own; a supplier sees those it is a party of, once they run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import aliased, joinedload, lazyload

from portal.agreements.models import Agreement, Assignment, Party, Pin
from portal.agreements.rules import DECIDING
from portal.catalogue.models import RequirementVersion
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.identity.models import Organisation


def agreements_of(actor: Actor, *, state: str | None = None, q: str = "", limit: int | None = None, offset: int = 0) -> list[Agreement]:
    """The actor's agreements, newest start first, with those whose number, title, unit or supplier matches every word of `q`."""
    query = select(Agreement).where(_visible_to(actor), *_matching(state, q))
    return list(db.session.scalars(query.order_by(Agreement.starts_on.desc(), Agreement.number.desc()).limit(limit).offset(offset)))


def count_agreements(actor: Actor, *, state: str | None = None, q: str = "") -> int:
    """How many `agreements_of` would give without a limit."""
    return db.session.scalar(select(func.count()).select_from(Agreement).where(_visible_to(actor), *_matching(state, q))) or 0


def agreement_for(actor: Actor, agreement_id: str) -> Agreement:
    """One agreement. Raises NotFound when it is not the actor's to see, or does not exist."""
    agreement = db.session.scalars(select(Agreement).where(Agreement.id == agreement_id, _visible_to(actor))).first()
    if agreement is None:
        raise NotFound()
    return agreement


def parties_of(agreement: Agreement) -> list[Party]:
    """The suppliers of an agreement, by name."""
    query = select(Party).join(Party.organisation).where(Party.agreement_id == agreement.id)
    return list(db.session.scalars(query.order_by(Organisation.name)))


def party_for(actor: Actor, agreement: Agreement, party_id: str) -> Party:
    """A party of an agreement the actor has loaded. Raises NotFound."""
    party = db.session.scalars(select(Party).where(Party.id == party_id, Party.agreement_id == agreement.id)).first()
    if party is None or (actor.is_supplier and party.organisation_id != actor.organisation_id):
        raise NotFound()
    return party


def pins_of(agreement: Agreement, *, with_questions: bool = True) -> list[Pin]:
    """The requirements in force in an agreement: neither removed nor superseded, in their order.

    A constant number of statements. Pages that show only the agreed steps do without the versions' questions, demands and steps.
    """
    newer = aliased(Pin)
    superseded = exists().where(newer.supersedes_id == Pin.id, newer.removed_at.is_(None))
    query = select(Pin).where(Pin.agreement_id == agreement.id, Pin.removed_at.is_(None), ~superseded).order_by(Pin.position)
    if not with_questions:
        version = joinedload(Pin.requirement_version)
        query = query.options(version.options(*(lazyload(part) for part in (RequirementVersion.steps, RequirementVersion.questions, RequirementVersion.demands))))
    return list(db.session.scalars(query))


def pin_for(actor: Actor, agreement_id: str, pin_id: str) -> Pin:
    """A requirement in force in an agreement that the actor may see. Raises NotFound."""
    for pin in pins_of(agreement_for(actor, agreement_id)):
        if pin.id == pin_id:
            return pin
    raise NotFound()


def assignments_of(agreement: Agreement) -> list[Assignment]:
    """Who has which duty, in the order they were given."""
    return list(db.session.scalars(select(Assignment).join(Assignment.person).where(Assignment.agreement_id == agreement.id).order_by(Assignment.id)))


def duties_of(actor: Actor, agreement: Agreement) -> set[str]:
    """The actor's duties on an agreement of her own municipality, today."""
    if not actor.is_staff or agreement.buyer_id != actor.organisation_id:
        return set()
    today = clock.today()
    query = select(Assignment.duty).where(
        Assignment.agreement_id == agreement.id,
        Assignment.person_id == actor.person_id,
        or_(Assignment.starts_on.is_(None), Assignment.starts_on <= today),
        or_(Assignment.ends_on.is_(None), Assignment.ends_on >= today),
    )
    return set(db.session.scalars(query))


def may_decide(actor: Actor, agreement: Agreement) -> bool:
    """Whether the actor is the agreement's controller or deputy today (decision 5)."""
    return not DECIDING.isdisjoint(duties_of(actor, agreement))


def suppliers_by_agreement(agreements: Iterable[Agreement]) -> dict[str, list[str]]:
    """Agreement id → its suppliers' names. One statement for a whole page of agreements."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    query = select(Party.agreement_id, Organisation.name).join(Party.organisation).where(Party.agreement_id.in_([a.id for a in agreements]))
    for agreement_id, name in db.session.execute(query.order_by(Organisation.name)):
        names[agreement_id].append(name)
    return names


def pin_counts(agreements: Iterable[Agreement]) -> Counter[str]:
    """Agreement id → how many requirements are in force in it. One statement for a whole page of agreements."""
    newer = aliased(Pin)
    superseded = exists().where(newer.supersedes_id == Pin.id, newer.removed_at.is_(None))
    query = select(Pin.agreement_id, func.count()).where(Pin.agreement_id.in_([a.id for a in agreements]), Pin.removed_at.is_(None), ~superseded)
    return Counter({agreement_id: count for agreement_id, count in db.session.execute(query.group_by(Pin.agreement_id))})


def _visible_to(actor: Actor) -> ColumnElement[bool]:
    if actor.is_staff:
        return Agreement.buyer_id == actor.organisation_id
    if actor.is_supplier:
        is_party = exists().where(Party.agreement_id == Agreement.id, Party.organisation_id == actor.organisation_id)
        return and_(is_party, Agreement.state != "draft")
    return true()  # the portal's own work


def _matching(state: str | None, q: str) -> list[ColumnElement[bool]]:
    conditions = [Agreement.state == state] if state else []
    for word in q.split():
        # Both cases are tried, because SQLite folds only a to z: «øko» must find «Økologisk».
        like = [f"%{_escaped(form)}%" for form in dict.fromkeys((word, word.lower(), word.capitalize(), word.upper()))]
        supplier = exists().where(Party.agreement_id == Agreement.id, Party.organisation_id == Organisation.id, or_(*(Organisation.name.ilike(form, escape="\\") for form in like)))
        columns = (Agreement.number, Agreement.title, Agreement.unit, Agreement.case_number)
        conditions.append(or_(supplier, *(column.ilike(form, escape="\\") for column in columns for form in like)))
    return conditions


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
