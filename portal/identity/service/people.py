"""Organisations, people and memberships."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from portal.foundation import clock, sessions
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, NotAllowed, WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.identity import access
from portal.identity.models import Membership, Organisation, Person
from portal.identity.rules import ROLE_LABELS, Role, bare_orgnr, normal_email, unknown_roles, valid_orgnr
from portal.journal import service as journal
from portal.journal.rules import Personal

LONGEST_NAME = 200


def create_organisation(actor: Actor, *, orgnr: str, name: str, kind: str, language: str = "nb") -> Organisation:
    """Register a municipality (`kind` buyer, the portal itself only) or a supplier (also an administrator or adviser).

    Raises Invalid for a wrong number, a number that is registered already, or no name; NotAllowed.
    """
    if not (actor.is_system or (kind == "supplier" and actor.is_staff and actor.may(Role.ADMIN, Role.ADVISER))):
        raise NotAllowed(_("Bare administrator og innkjøpsrådgiver kan registrere en leverandør."))
    digits, errors = bare_orgnr(orgnr), {}
    if not valid_orgnr(digits):
        errors["orgnr"] = _("Organisasjonsnummeret stemmer ikke. Det har ni siffer, og det siste er et kontrollsiffer.")
    elif access.organisation_by_orgnr(digits) is not None:
        errors["orgnr"] = _("Organisasjonen er registrert fra før.")
    if not name.strip():
        errors["name"] = _("Skriv navnet på organisasjonen.")
    if errors:
        raise Invalid(errors)
    organisation = Organisation(
        id=new_id(), orgnr=digits, name=name.strip()[:LONGEST_NAME], kind=kind, language=language, created_at=clock.now()
    )
    db.session.add(organisation)
    db.session.flush()
    journal.record(
        actor,
        "organisation.created",
        buyer_id=actor.organisation_id if actor.is_staff else None,
        subject=("organisation", organisation.id),
        name=organisation.name,
        orgnr=digits,
        kind=kind,
    )
    return organisation


def create_person(actor: Actor, *, email: str, name: str) -> Person:
    """The person with this address, registered now if she was not known: an address belongs to one person.

    Raises Invalid for an address that cannot be one, or no name; NotAllowed.
    """
    if not (actor.is_system or actor.may(Role.ADMIN, Role.ADVISER, Role.SUBMITTER)):
        raise NotAllowed(_("Du kan ikke registrere personer."))
    address, errors = normal_email(email), {}
    if not address:
        errors["email"] = _("Skriv en hel e-postadresse, for eksempel navn@firma.no.")
    if not name.strip():
        errors["name"] = _("Skriv navnet på personen.")
    if errors:
        raise Invalid(errors)
    if (known := access.person_by_email(address)) is not None:
        return known
    person = Person(id=new_id(), email=address, name=name.strip()[:LONGEST_NAME], created_at=clock.now())
    db.session.add(person)
    db.session.flush()
    journal.record(actor, "person.created", buyer_id=_chain(actor), subject=("person", person.id))
    return person


def add_membership(
    actor: Actor,
    person: Person,
    organisation: Organisation,
    roles: Iterable[str],
    title: str = "",
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Let a person act for an organisation. One who did so before gets the new roles and dates.

    Raises NotAllowed (see `_may_admit`), Invalid for roles that do not exist there.
    """
    _may_admit(actor, organisation)
    chosen = _checked(organisation, roles)
    membership = db.session.scalar(select(Membership).where(Membership.person_id == person.id, Membership.organisation_id == organisation.id))
    is_new = membership is None
    if membership is None:
        membership = Membership(id=new_id(), person=person, organisation=organisation, roles=chosen)
        db.session.add(membership)
    membership.roles, membership.title = chosen, title.strip()[:120]
    membership.starts_on, membership.ends_on = starts_on, ends_on
    db.session.flush()
    _record(actor, "membership.added" if is_new else "membership.changed", membership)
    return membership


def invite(actor: Actor, organisation: Organisation, *, email: str, name: str, roles: Iterable[str], title: str = "") -> Membership:
    """Register a person, let her act for the organisation, and tell her by mail with a permanent address (decision 14)."""
    _may_admit(actor, organisation)
    chosen = _checked(organisation, roles)
    membership = add_membership(actor, create_person(actor, email=email, name=name), organisation, chosen, title)
    journal.notify(
        membership.person.email,
        "welcome",
        dedupe=f"welcome:{membership.id}:{clock.today()}",
        buyer_id=actor.organisation_id if actor.is_staff else None,
        subject=("membership", membership.id),
        organisation=organisation.name,
        invited_by=actor.name,
        roles=[ROLE_LABELS[Role(role)] for role in chosen],
    )
    return membership


def admit_contact(actor: Actor, organisation: Organisation, *, email: str, name: str) -> Membership | None:
    """When nobody acts for a supplier yet, its contact in an agreement becomes the first who answers for it, so that the
    invitation can be opened. Otherwise, or when the actor may not, nothing happens: the supplier decides itself."""
    registers = actor.is_system or (actor.is_staff and actor.may(Role.ADMIN, Role.ADVISER))
    if not email or not registers or organisation.kind != "supplier" or access.has_people(organisation):
        return None
    return add_membership(actor, create_person(actor, email=email, name=name.strip() or email), organisation, [Role.SUBMITTER])


def change_roles(actor: Actor, membership: Membership, roles: Iterable[str], title: str = "") -> None:
    """New roles, from the next request on. Raises Invalid, NotAllowed, WrongState when nobody would be left to run things."""
    _may_admit(actor, membership.organisation)
    chosen = _checked(membership.organisation, roles)
    _someone_is_left(membership, chosen)
    membership.roles, membership.title = chosen, title.strip()[:120]
    db.session.flush()
    _record(actor, "membership.changed", membership)


def end_membership(actor: Actor, membership: Membership) -> None:
    """The person no longer acts for the organisation: out at the next request, everywhere she is signed in (SE-6)."""
    _may_admit(actor, membership.organisation)
    _someone_is_left(membership, [])
    membership.ends_on = clock.today() - timedelta(days=1)
    sessions.end_all([membership.id])
    db.session.flush()
    _record(actor, "membership.ended", membership)


def disable_person(actor: Actor, person: Person) -> None:
    """Close a person's every access, in all organisations. The portal's own administration only; it takes effect at once."""
    if not actor.is_system:
        raise NotAllowed(_("Bare driftsansvarlig kan stenge en person i alle organisasjoner."))
    person.disabled_at = clock.now()
    sessions.end_all(db.session.scalars(select(Membership.id).where(Membership.person_id == person.id)).all())
    db.session.flush()
    journal.record(actor, "person.disabled", buyer_id=None, subject=("person", person.id))


def first_administrator(*, email: str, name: str, orgnr: str, organisation_name: str) -> Membership:
    """The municipality, if it is not registered, and a person who administers it. For the command line.

    Raises Invalid; WrongState when the number belongs to a supplier.
    """
    organisation = access.organisation_by_orgnr(orgnr) or create_organisation(SYSTEM, orgnr=orgnr, name=organisation_name, kind="buyer")
    if organisation.kind != "buyer":
        raise WrongState(_("Organisasjonsnummeret tilhører en leverandør."))
    person = create_person(SYSTEM, email=email, name=name)
    held = db.session.scalar(select(Membership).where(Membership.person_id == person.id, Membership.organisation_id == organisation.id))
    roles = sorted({*(held.roles if held else ()), Role.ADMIN.value})
    return add_membership(SYSTEM, person, organisation, roles, held.title if held else "administrator")


def _may_admit(actor: Actor, organisation: Organisation) -> None:
    """Who decides who acts for an organisation: its own administrator (municipality) or submitter (supplier). Since suppliers
    are shared by all municipalities, a municipality may only register the first person of one that has nobody."""
    if actor.is_system:
        return
    if actor.organisation_id == organisation.id and actor.may(Role.ADMIN, Role.SUBMITTER):
        return
    registers = actor.is_staff and organisation.kind == "supplier" and actor.may(Role.ADMIN, Role.ADVISER)
    if registers and not access.has_people(organisation):
        return
    if registers:
        raise NotAllowed(_("Leverandøren har allerede noen som svarer for den. Be dem om å gi kollegaen tilgang."))
    raise NotAllowed(_("Du kan ikke gi andre tilgang til denne organisasjonen."))


def _checked(organisation: Organisation, roles: Iterable[str]) -> list[str]:
    chosen = sorted({str(role.value if isinstance(role, Role) else role) for role in roles})
    if not chosen:
        raise Invalid({"roles": _("Velg minst én rolle.")})
    if unknown := unknown_roles(organisation.kind, chosen):
        raise Invalid({"roles": _("Rollen finnes ikke her: %(roles)s", roles=", ".join(unknown))})
    return chosen


def _someone_is_left(membership: Membership, roles: Iterable[str]) -> None:
    """An organisation always keeps somebody who can let others in."""
    key = Role.ADMIN.value if membership.organisation.kind == "buyer" else Role.SUBMITTER.value
    if key not in membership.roles or key in roles or not access.is_current(membership):
        return
    others = select(Membership).where(Membership.organisation_id == membership.organisation_id, Membership.id != membership.id)
    if not any(key in other.roles and access.is_current(other) for other in db.session.scalars(others)):
        raise WrongState(_("Noen må kunne gi andre tilgang. Gi rollen til en kollega først."))


def _record(actor: Actor, verb: str, membership: Membership) -> None:
    journal.record(
        actor,
        verb,
        buyer_id=membership.organisation_id if membership.organisation.kind == "buyer" else None,
        subject=("membership", membership.id),
        person=Personal(membership.person.name),
        roles=[ROLE_LABELS[Role(role)].lower() for role in membership.roles],
    )


def _chain(actor: Actor) -> str | None:
    return actor.organisation_id if actor.is_staff else None
