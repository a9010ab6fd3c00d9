"""The requirements of an agreement: pinned, promised beyond, exempted from, taken out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from portal.agreements import access
from portal.agreements.models import AgreedStep, Agreement, Dispensation, Party, Pin
from portal.agreements.rules import AgreementState, DispensationKind, can_be_promised, clean_plates, is_weaker, value_on
from portal.agreements.service.guards import must_have_ground, must_keep, record
from portal.catalogue.models import RequirementVersion
from portal.catalogue.rules import Frequency, Unit, steps_in
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, NotFound, WrongState
from portal.foundation.i18n import _, format_date, format_number, format_percent

Steps = Sequence[tuple[date, float]]
"""(from, value) pairs, in the unit of the requirement's metric."""


def pin(
    actor: Actor,
    agreement: Agreement,
    version: RequirementVersion,
    *,
    clause_reference: str,
    promises: Steps = (),
    party: Party | None = None,
    frequency: str | None = None,
    minimums: Steps | None = None,
    sanction_text: str = "",
    notice_days: int | None = None,
    supersedes: Pin | None = None,
    change: str = "",
) -> Pin:
    """Hold the supplier to a published requirement, with what was promised beyond the minimum.

    `minimums` are the contract's own thresholds; without them the version's are copied, from the one in force at the start.
    `promises` are (from, value) in the metric's unit, for `party` or for all. In a running agreement `change` (the change
    agreement: document, date, ground) is needed. Raises Invalid (a promise's key is `promises.<index>`), WrongState.
    """
    must_keep(actor, agreement)
    if version.requirement.buyer_id != agreement.buyer_id:
        raise NotFound()
    requirement = version.requirement
    if version.state != "published" or not version.pinnable:
        raise WrongState(_("%(code)s kan ikke festes til en avtale.", code=requirement.code))
    must_have_ground(agreement, change)
    current = access.pins_of(agreement)
    same = [held for held in current if held.requirement_version and held.requirement_version.requirement_id == requirement.id]
    if same and supersedes not in same:
        raise WrongState(_("%(code)s er allerede festet til avtalen.", code=requirement.code))
    steps = minimums if minimums is not None else [(step.from_date, step.value) for step in steps_in(version.steps, agreement.starts_on, date.max)]
    made = _new_pin(actor, agreement, clause_reference, frequency or version.frequency, sanction_text, notice_days, supersedes)
    made.requirement_version = version
    source = f"{requirement.code} v{version.no}" if minimums is None else _("avtalen")
    made.agreed_steps = [AgreedStep(role="minimum", from_date=day, value=value, source=source) for day, value in steps]
    _check_promises(made, agreement, None if party is None else party.id, promises)
    db.session.add(made)
    _append_promises(made, party, promises)
    db.session.flush()
    name = f"{requirement.code} v{version.no}"
    record(actor, agreement, "agreement.pinned", requirement=name, pin=made.id, change=f" ({change.strip()})" if change.strip() else "")
    if promises:
        _record_promises(actor, made, party, promises)
    return made


def pin_own(
    actor: Actor,
    agreement: Agreement,
    *,
    title: str,
    text: str,
    clause_reference: str,
    frequency: str,
    sanction_text: str = "",
    notice_days: int | None = None,
    supersedes: Pin | None = None,
    change: str = "",
) -> Pin:
    """Follow up the contract's own wording, as it stands. It is asked about in words: it has no metric and no threshold."""
    must_keep(actor, agreement)
    must_have_ground(agreement, change)
    errors = {}
    if not title.strip():
        errors["title"] = _("Gi kravet en kort tittel.")
    if not text.strip():
        errors["text"] = _("Skriv kravet slik det står i avtalen.")
    if errors:
        raise Invalid(errors)
    made = _new_pin(actor, agreement, clause_reference, frequency, sanction_text, notice_days, supersedes)
    made.own_title, made.own_text = title.strip(), text.strip()
    db.session.add(made)
    db.session.flush()
    record(actor, agreement, "agreement.pinned", requirement=made.own_title, pin=made.id, change=f" ({change.strip()})" if change.strip() else "")
    return made


def add_promises(actor: Actor, pin: Pin, party: Party | None, promises: Steps, *, change: str = "") -> None:
    """Record what a party (None: every one) promised from given dates. Raises Invalid (keys `promises.<index>`), WrongState."""
    agreement = pin.agreement
    must_keep(actor, agreement)
    must_have_ground(agreement, change)
    if party is not None and party.agreement_id != agreement.id:
        raise NotFound()
    if not promises:
        raise Invalid({"promises.0": _("Skriv minst ett løfte.")})
    _check_promises(pin, agreement, None if party is None else party.id, promises)
    _append_promises(pin, party, promises)
    db.session.flush()
    _record_promises(actor, pin, party, promises)


def unpin(actor: Actor, pin: Pin) -> None:
    """Take a requirement out of a draft. Raises WrongState once the agreement runs."""
    must_keep(actor, pin.agreement)
    if pin.agreement.state != AgreementState.DRAFT:
        raise WrongState(_("Avtalen er satt i gang. Et krav tas ut med en endringsavtale."))
    pin.removed_at = clock.now()
    db.session.flush()
    record(actor, pin.agreement, "agreement.unpinned", requirement=_name_of(pin), pin=pin.id)


def grant_dispensation(
    actor: Actor, pin: Pin, *, kind: str, party: Party | None, from_date: date, to_date: date, plates: str, reason: str, approver: str
) -> Dispensation:
    """Record a county's exemption or the municipality's own waiver, with an end date. `plates` limits it to those vehicles.

    Raises Invalid: a dispensation always has a reason and somebody who approved it (decision 38).
    """
    must_keep(actor, pin.agreement)
    errors = {}
    if kind not in set(DispensationKind):
        errors["kind"] = _("Velg hva slags unntak det er.")
    if to_date < from_date:
        errors["to_date"] = _("Siste dag må være samme dag som første dag, eller senere.")
    if not reason.strip():
        errors["reason"] = _("Skriv hvorfor unntaket er gitt.")
    if not approver.strip():
        errors["approver"] = _("Skriv hvem som har godkjent unntaket.")
    if errors:
        raise Invalid(errors)
    if party is not None and party.agreement_id != pin.agreement_id:
        raise NotFound()
    granted = Dispensation(
        pin_id=pin.id,
        party_id=party.id if party else None,
        kind=kind,
        from_date=from_date,
        to_date=to_date,
        plates=clean_plates(plates),
        reason=reason.strip(),
        approver=approver.strip()[:200],
    )
    pin.dispensations.append(granted)
    db.session.flush()
    record(
        actor,
        pin.agreement,
        "agreement.dispensation_granted",
        kind=DispensationKind(kind).label,
        requirement=_name_of(pin),
        from_date=from_date,
        to_date=to_date,
        approver=granted.approver,
    )
    return granted


def _new_pin(actor: Actor, agreement: Agreement, clause_reference: str, frequency: str, sanction_text: str, notice_days: int | None, supersedes: Pin | None) -> Pin:
    if len(clause_reference.strip()) > 40:
        raise Invalid({"clause_reference": _("Skriv punktet i avtalen kort, høyst 40 tegn.")})
    if frequency not in set(Frequency):
        raise Invalid({"frequency": _("Velg hvor ofte det skal rapporteres.")})
    if notice_days is not None and not 0 <= notice_days <= 365:
        raise Invalid({"notice_days": _("Skriv antall dager, fra 0 til 365.")})
    if supersedes is not None and supersedes.agreement_id != agreement.id:
        raise NotFound()
    last = db.session.scalar(select(func.max(Pin.position)).where(Pin.agreement_id == agreement.id)) or 0
    return Pin(
        agreement=agreement,
        position=supersedes.position if supersedes else last + 1,
        frequency=frequency,
        clause_reference=clause_reference.strip(),
        sanction_text=sanction_text.strip(),
        notice_days=notice_days,
        supersedes_id=supersedes.id if supersedes else None,
        pinned_at=clock.now(),
        pinned_by=actor.person_id,
    )


def _check_promises(pin: Pin, agreement: Agreement, party_id: str | None, promises: Steps) -> None:
    """Every promise is possible, inside the agreement, given once a date, and not weaker than the minimum from its day."""
    if not promises:
        return
    version = pin.requirement_version
    if version is None or not can_be_promised(version.operator, version.unit):
        raise Invalid({"promises.0": _("Dette kravet har ikke noe tall å love mer enn.")})
    taken = {step.from_date for step in pin.agreed_steps if step.role == "promise" and step.party_id == party_id}
    errors = {}
    for index, (day, value) in enumerate(promises):
        minimum = value_on(pin.agreed_steps, "minimum", day, party_id)
        if day in taken:
            errors[f"promises.{index}"] = _("Det er allerede ført et løfte fra %(day)s.", day=format_date(day))
        elif day > agreement.ends_on:
            errors[f"promises.{index}"] = _("Avtalen går ut %(day)s. Løftet må gjelde fra en tidligere dag.", day=format_date(agreement.ends_on))
        elif value < 0 or (version.unit == Unit.PERCENT and value > 100):
            errors[f"promises.{index}"] = _("Skriv et tall fra 0 til 100.") if version.unit == Unit.PERCENT else _("Skriv et tall fra 0 og oppover.")
        elif minimum is not None and is_weaker(value, minimum, version.operator):
            errors[f"promises.{index}"] = _(
                "Løftet kan ikke være svakere enn minstekravet, som er %(minimum)s fra samme dag.", minimum=_with_unit(minimum, version.unit)
            )
        taken.add(day)
    if errors:
        raise Invalid(errors)


def _append_promises(pin: Pin, party: Party | None, promises: Steps) -> None:
    for day, value in promises:
        pin.agreed_steps.append(AgreedStep(party_id=party.id if party else None, role="promise", from_date=day, value=value, source=_("tilbudet")))


def _record_promises(actor: Actor, pin: Pin, party: Party | None, promises: Steps) -> None:
    version = pin.requirement_version
    assert version is not None  # _check_promises refused own wordings
    told = ", ".join(f"{_with_unit(value, version.unit)} fra {format_date(day)}" for day, value in promises)
    record(actor, pin.agreement, "agreement.promised", party=party.organisation.name if party else _("alle leverandører"), requirement=_name_of(pin), promises=told)


def _with_unit(value: float, unit: str) -> str:
    return format_percent(value) if unit == Unit.PERCENT else f"{format_number(value)} {Unit(unit).label}".strip()


def _name_of(pin: Pin) -> str:
    return pin.requirement_version.requirement.code if pin.requirement_version else pin.own_title
