"""The agreement itself: its card, its suppliers and people, and its life from draft to ended."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.agreements import access
from portal.agreements.models import Agreement, Assignment, Party
from portal.agreements.rules import AgreementKind, AgreementState, Duty, may_move
from portal.agreements.service.guards import must_keep, must_not_be_ended, record
from portal.catalogue.rules import Category
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, WrongState
from portal.foundation.i18n import _
from portal.identity import service as identity
from portal.identity.access import people_of
from portal.identity.models import Organisation, Person
from portal.identity.rules import normal_email
from portal.journal.rules import Personal


def create_agreement(
    actor: Actor,
    *,
    number: str,
    title: str,
    kind: str,
    category: str,
    starts_on: date,
    ends_on: date,
    annual_value_nok: int | None = None,
    unit: str = "",
    case_number: str = "",
    option_on: date | None = None,
    option_note: str = "",
) -> Agreement:
    """A new draft of the actor's municipality. `annual_value_nok` is whole kroner a year excluding VAT.

    Raises Invalid (fields as the parameters) and NotAllowed.
    """
    must_keep(actor)
    number, title = number.strip(), title.strip()
    errors = _card_errors(number, title, kind, category, starts_on, ends_on, option_on)
    if not errors and db.session.scalar(select(Agreement.id).where(Agreement.buyer_id == actor.organisation_id, Agreement.number == number)):
        errors["number"] = _("Avtalenummeret %(number)s er allerede i bruk.", number=number)
    if annual_value_nok is not None and annual_value_nok < 0:
        errors["annual_value_nok"] = _("Verdien kan ikke være under null.")
    if errors:
        raise Invalid(errors)
    agreement = Agreement(
        buyer_id=actor.organisation_id,
        number=number,
        title=title,
        kind=AgreementKind(kind).value,
        category=Category(category).value,
        state=AgreementState.DRAFT.value,
        starts_on=starts_on,
        ends_on=ends_on,
        option_on=option_on,
        option_note=option_note.strip(),
        annual_value_nok=annual_value_nok,
        unit=unit.strip(),
        case_number=case_number.strip(),
        created_at=clock.now(),
    )
    db.session.add(agreement)
    db.session.flush()
    record(actor, agreement, "agreement.created", number=number, title=title)
    return agreement


def add_party(actor: Actor, agreement: Agreement, organisation: Organisation, *, contact_name: str = "", contact_email: str = "", parent: Party | None = None) -> Party:
    """Add a supplier, or a subcontractor of the party `parent`. Raises Invalid when it is there already, or is no supplier."""
    must_keep(actor, agreement)
    must_not_be_ended(agreement)
    if organisation.kind != "supplier":
        raise Invalid({"organisation": _("%(name)s er ikke registrert som leverandør.", name=organisation.name)})
    if db.session.scalar(select(Party.id).where(Party.agreement_id == agreement.id, Party.organisation_id == organisation.id)):
        raise Invalid({"organisation": _("%(name)s er allerede med i avtalen.", name=organisation.name)})
    party = Party(
        agreement=agreement,
        organisation=organisation,
        parent_id=parent.id if parent else None,
        role="subcontractor" if parent else "supplier",
        contact_name=contact_name.strip(),
        contact_email=_contact_email(contact_email),
    )
    db.session.add(party)
    db.session.flush()
    identity.admit_contact(actor, organisation, email=party.contact_email, name=party.contact_name)
    record(actor, agreement, "agreement.party_added", party=organisation.name)
    return party


def change_contact(actor: Actor, party: Party, *, contact_name: str, contact_email: str) -> None:
    """Who at the supplier gets the invitations. Raises Invalid for an address that cannot be one."""
    must_keep(actor, party.agreement)
    party.contact_name, party.contact_email = contact_name.strip(), _contact_email(contact_email)
    db.session.flush()
    identity.admit_contact(actor, party.organisation, email=party.contact_email, name=party.contact_name)
    record(actor, party.agreement, "agreement.contact_changed", party=party.organisation.name)


def assign(actor: Actor, agreement: Agreement, person: Person, duty: str, starts_on: date | None = None, ends_on: date | None = None) -> Assignment:
    """Give a colleague a duty on the agreement, within dates; given again, the dates are changed. Raises Invalid."""
    must_keep(actor, agreement)
    if duty not in set(Duty):
        raise Invalid({"duty": _("Velg en oppgave fra lista.")})
    if person.id not in {colleague.id for colleague in people_of(actor)}:
        raise Invalid({"person": _("Velg en person som arbeider i kommunen.")})
    if starts_on and ends_on and ends_on < starts_on:
        raise Invalid({"ends_on": _("Siste dag må være samme dag som første dag, eller senere.")})
    query = select(Assignment).where(Assignment.agreement_id == agreement.id, Assignment.person_id == person.id, Assignment.duty == duty)
    assignment = db.session.scalars(query).first()
    if assignment is None:
        assignment = Assignment(agreement_id=agreement.id, person=person, duty=duty)
        db.session.add(assignment)
    assignment.starts_on, assignment.ends_on = starts_on, ends_on
    db.session.flush()
    record(actor, agreement, "agreement.assigned", person=Personal(person.name), duty=Duty(duty).label.lower())
    return assignment


def activate(actor: Actor, agreement: Agreement) -> None:
    """Set a draft running. Raises WrongState when it is not a draft, or has no supplier or no requirement yet."""
    must_keep(actor, agreement)
    _must_be_movable(agreement, AgreementState.RUNNING)
    if not access.parties_of(agreement):
        raise WrongState(_("Avtalen har ingen leverandør ennå. Legg til leverandøren først."))
    if not access.pins_of(agreement):
        raise WrongState(_("Avtalen har ingen krav ennå. Fest minst ett krav først."))
    agreement.state = AgreementState.RUNNING.value
    db.session.flush()
    record(actor, agreement, "agreement.activated")


def end(actor: Actor, agreement: Agreement) -> None:
    """End a running agreement. It stays readable. Raises WrongState."""
    must_keep(actor, agreement)
    _must_be_movable(agreement, AgreementState.ENDED)
    agreement.state = AgreementState.ENDED.value
    db.session.flush()
    record(actor, agreement, "agreement.ended")


def _must_be_movable(agreement: Agreement, then: AgreementState) -> None:
    if not may_move(agreement.state, then):
        raise WrongState(_("Avtalen er allerede satt i gang.") if agreement.state == AgreementState.RUNNING else _("Avtalen må være i gang for å avsluttes, og et utkast for å settes i gang."))


def _card_errors(number: str, title: str, kind: str, category: str, starts_on: date, ends_on: date, option_on: date | None) -> dict[str, str]:
    errors = {}
    if not number or len(number) > 40:
        errors["number"] = _("Skriv avtalenummeret, høyst 40 tegn.")
    if not title or len(title) > 200:
        errors["title"] = _("Skriv hva avtalen gjelder, høyst 200 tegn.")
    if kind not in set(AgreementKind):
        errors["kind"] = _("Velg hva slags avtale det er.")
    if category not in set(Category):
        errors["category"] = _("Velg hva som kjøpes.")
    if ends_on < starts_on:
        errors["ends_on"] = _("Siste dag må være etter første dag.")
    if option_on and option_on > ends_on:
        errors["option_on"] = _("Opsjonen må avgjøres før avtalen går ut.")
    return errors


def _contact_email(written: str) -> str:
    if not written.strip():
        return ""
    email = normal_email(written)
    if not email:
        raise Invalid({"contact_email": _("Skriv e-postadressen slik: navn@firma.no")})
    return email
