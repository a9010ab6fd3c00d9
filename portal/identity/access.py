"""Who is who. The functions that take an actor show her own organisation, or what her side may see."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.foundation.models import WebSession
from portal.identity.models import Membership, Organisation, Person, SigninLink
from portal.identity.rules import bare_orgnr, is_active, normal_email


def actor_of_session(row: WebSession) -> Actor | None:
    """Who a living session acts as **now**: None when the person is disabled or her membership does not hold today (SE-6)."""
    membership = db.session.get(Membership, row.membership_id)
    if membership is None or not _holds(membership):
        return None
    return actor_for(membership)


def actor_for(membership: Membership) -> Actor:
    """The membership as the value that every service takes."""
    return Actor(
        person_id=membership.person.id,
        name=membership.person.name,
        email=membership.person.email,
        organisation_id=membership.organisation.id,
        organisation_name=membership.organisation.name,
        side="buyer" if membership.organisation.kind == "buyer" else "supplier",
        roles=frozenset(membership.roles),
        locale=membership.person.locale,
    )


def memberships_of_email(email: str) -> list[Membership]:
    """The memberships that hold today, by name of the organisation; empty for an unknown address."""
    found = _memberships(Person.email == normal_email(email))
    return [membership for membership in found if _holds(membership)]


def memberships_of_person(actor: Actor) -> list[Membership]:
    """Every organisation that the actor herself may act for today."""
    return [membership for membership in _memberships(Person.id == actor.person_id) if _holds(membership)]


def memberships_of(actor: Actor) -> list[Membership]:
    """Everybody who acts or has acted for the actor's own organisation, by name."""
    found = _memberships(Membership.organisation_id == actor.organisation_id)
    return sorted(found, key=lambda membership: membership.person.name)


def membership_for(actor: Actor, membership_id: str) -> Membership:
    """A membership of the actor's own organisation. Raises NotFound."""
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.organisation_id != actor.organisation_id:
        raise NotFound()
    return membership


def people_of(actor: Actor) -> list[Person]:
    """The people who act for the actor's own organisation today, by name."""
    return [membership.person for membership in memberships_of(actor) if _holds(membership)]


def is_current(membership: Membership) -> bool:
    """Whether the membership gives access today."""
    return _holds(membership)


def organisation_by_orgnr(orgnr: str) -> Organisation | None:
    return db.session.scalar(select(Organisation).where(Organisation.orgnr == bare_orgnr(orgnr)))


def organisation(organisation_id: str) -> Organisation:
    """Raises NotFound. Organisations are public facts; what belongs to them is not."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound()
    return found


def suppliers_for(actor: Actor) -> list[Organisation]:
    """Every registered supplier, by name, for a municipality that looks for a party. Raises NotFound for suppliers."""
    if not actor.is_staff:
        raise NotFound()
    return list(db.session.scalars(select(Organisation).where(Organisation.kind == "supplier").order_by(Organisation.name)))


def has_people(organisation: Organisation) -> bool:
    """Whether anybody acts for the organisation today."""
    return any(_holds(membership) for membership in _memberships(Membership.organisation_id == organisation.id))


def person_by_email(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == normal_email(email)))


def submitters_of(organisation_id: str) -> list[Person]:
    """The people who answer for an organisation today: whom to write to when a party has no contact."""
    found = _memberships(Membership.organisation_id == organisation_id)
    return [m.person for m in found if _holds(m) and "submitter" in m.roles]


def signin_link_by_hash(token_hash: str) -> SigninLink | None:
    return db.session.scalar(select(SigninLink).where(SigninLink.token_hash == token_hash))


def _memberships(condition: object) -> Iterable[Membership]:
    wanted = select(Membership).join(Person, Person.id == Membership.person_id).join(Organisation, Organisation.id == Membership.organisation_id)
    return db.session.scalars(wanted.where(condition).order_by(Organisation.name, Membership.id))  # type: ignore[arg-type]


def _holds(membership: Membership) -> bool:
    return membership.person.disabled_at is None and is_active(membership.starts_on, membership.ends_on, clock.today())
