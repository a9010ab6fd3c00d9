"""The municipality's pages of agreements: the list, the register card, and the forms that build it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request

from portal.agreements import access, forms, rules, service
from portal.agreements.models import Agreement, Party
from portal.catalogue import access as catalogue_access
from portal.catalogue import rules as catalogue_rules
from portal.foundation import clock, web
from portal.foundation.errors import Invalid, WrongState
from portal.foundation.i18n import _
from portal.identity import access as identity_access
from portal.identity import service as identity_service
from portal.identity.models import Organisation
from portal.journal import access as journal_access
from portal.reporting import access as reporting_access

views = web.staff_views("agreements")

PER_PAGE = 25
HISTORY_SHOWN = 30


# ---------------------------------------------------------------- the list and the card


@views.get("/avtaler")
def index() -> Response:
    actor = web.current_actor()
    state = request.args.get("tilstand", "")
    state = state if state in set(rules.AgreementState) else ""
    q = request.args.get("q", "").strip()[:100]
    count = access.count_agreements(actor, state=state, q=q)
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(request.args.get("side", 1, type=int), 1), pages)
    agreements = access.agreements_of(actor, state=state, q=q, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return web.page(
        "agreements/index.html",
        agreements=agreements,
        suppliers=access.suppliers_by_agreement(agreements),
        pin_counts=access.pin_counts(agreements),
        count=count,
        page=page,
        pages=pages,
        state=state,
        q=q,
        categories={category.value: category.label for category in catalogue_rules.Category},
        kinds={kind.value: kind.label for kind in rules.AgreementKind},
        may_keep=actor.may(*rules.KEEPERS),
    )


@views.get("/avtaler/<agreement_id>")
def agreement(agreement_id: str) -> Response:
    actor = web.current_actor()
    shown = access.agreement_for(actor, agreement_id)
    assignments = access.assignments_of(shown)
    parties = access.parties_of(shown)
    pins = access.pins_of(shown, with_questions=False)
    return web.page(
        "agreements/agreement.html",
        agreement=shown,
        parties=parties,
        party_names={party.id: party.organisation.name for party in parties},
        assignments=assignments,
        has_controller=any(one.duty == rules.Duty.CONTROLLER for one in assignments),
        pins=pins,
        rounds=reporting_access.rounds_of(shown),
        history=journal_access.history(actor, agreement_id=shown.id, limit=HISTORY_SHOWN),
        today=clock.today(),
        may_keep=actor.may(*rules.KEEPERS) and shown.state != rules.AgreementState.ENDED,
        is_draft=shown.state == rules.AgreementState.DRAFT,
        step_on=rules.step_on,
        can_be_promised=rules.can_be_promised,
        category=catalogue_rules.Category(shown.category),
        kind=rules.AgreementKind(shown.kind),
        duties={duty.value: duty.label for duty in rules.Duty},
        frequencies={frequency.value: frequency.label for frequency in catalogue_rules.Frequency},
        dispensations={kind.value: kind.label for kind in rules.DispensationKind},
    )


@views.route("/avtaler/ny", methods=["GET", "POST"])
def new() -> Response:
    typed, errors = forms.Typed(request.form), {}
    if request.method == "POST":
        try:
            made = service.create_agreement(web.current_actor(), **forms.read_card(typed))
            flash(_("Utkastet er laget. Legg til leverandør og fest kravene."), "success")
            return web.see_other("staff.agreements.agreement", agreement_id=made.id)
        except Invalid as invalid:
            errors = invalid.errors
    return _form("agreements/new.html", typed, errors, kinds=list(rules.AgreementKind), categories=list(catalogue_rules.Category))


@views.post("/avtaler/<agreement_id>/sett-i-gang")
def activate(agreement_id: str) -> Response:
    actor = web.current_actor()
    service.activate(actor, access.agreement_for(actor, agreement_id))
    return _back(agreement_id, _("Avtalen er i gang. Nå kan en rapportering planlegges."))


@views.post("/avtaler/<agreement_id>/avslutt")
def end(agreement_id: str) -> Response:
    actor = web.current_actor()
    service.end(actor, access.agreement_for(actor, agreement_id))
    return _back(agreement_id, _("Avtalen er avsluttet. Den kan fortsatt leses."))


# ---------------------------------------------------------------- suppliers and people


@views.route("/avtaler/<agreement_id>/leverandorer", methods=["GET", "POST"])
def parties(agreement_id: str) -> Response:
    actor = web.current_actor()
    shown = access.agreement_for(actor, agreement_id)
    typed, errors = forms.Typed(request.form), {}
    if request.method == "POST":
        try:
            contact = forms.read_contact(typed)
            organisation = _chosen_supplier(typed)
            service.add_party(actor, shown, organisation, contact_name=contact["contact_name"], contact_email=contact["contact_email"])
            return _back(agreement_id, _("%(name)s er lagt til.", name=organisation.name))
        except Invalid as invalid:
            errors = invalid.errors
    present = {party.organisation_id for party in access.parties_of(shown)}
    suppliers = [one for one in identity_access.suppliers_for(actor) if one.id not in present]
    return _form("agreements/add_party.html", typed, errors, agreement=shown, suppliers=suppliers)


@views.route("/avtaler/<agreement_id>/leverandorer/<party_id>", methods=["GET", "POST"])
def contact(agreement_id: str, party_id: str) -> Response:
    actor = web.current_actor()
    shown = access.agreement_for(actor, agreement_id)
    party = access.party_for(actor, shown, party_id)
    typed, errors = forms.Typed({"contact_name": party.contact_name, "contact_email": party.contact_email}), {}
    if request.method == "POST":
        typed = forms.Typed(request.form)
        try:
            service.change_contact(actor, party, **forms.read_contact(typed))
            return _back(agreement_id, _("Kontaktpersonen er lagret."))
        except Invalid as invalid:
            errors = invalid.errors
    return _form("agreements/contact.html", typed, errors, agreement=shown, party=party)


@views.route("/avtaler/<agreement_id>/folk", methods=["GET", "POST"])
def people(agreement_id: str) -> Response:
    actor = web.current_actor()
    shown = access.agreement_for(actor, agreement_id)
    colleagues = identity_access.people_of(actor)
    typed, errors = forms.Typed(request.form), {}
    if request.method == "POST":
        try:
            person_id, duty, starts_on, ends_on = forms.read_assignment(typed)
            person = next((one for one in colleagues if one.id == person_id), None)
            if person is None:
                raise Invalid({"person": _("Velg en person fra lista.")})
            service.assign(actor, shown, person, duty, starts_on, ends_on)
            return _back(agreement_id, _("%(name)s har fått oppgaven.", name=person.name))
        except Invalid as invalid:
            errors = invalid.errors
    return _form("agreements/assign.html", typed, errors, agreement=shown, colleagues=colleagues, duties=list(rules.Duty))


# ---------------------------------------------------------------- requirements


@views.get("/avtaler/<agreement_id>/fest")
def choose(agreement_id: str) -> Response:
    """The catalogue, to choose from: the agreement's own category first, the others a press away."""
    actor = web.current_actor()
    shown = access.agreement_for(actor, agreement_id)
    q = request.args.get("q", "").strip()[:100]
    everything = request.args.get("alle") == "1" or bool(q)
    wanted = {shown.category, catalogue_rules.Category.EMS.value}
    versions = [one for one in catalogue_access.published(actor, q=q) if one.pinnable and (everything or one.requirement.category in wanted)]
    pinned = {pin.requirement_version.requirement_id for pin in access.pins_of(shown, with_questions=False) if pin.requirement_version}
    return web.page(
        "agreements/choose.html",
        agreement=shown,
        versions=sorted(versions, key=lambda one: (one.requirement.category != shown.category, one.requirement.code)),
        pinned=pinned,
        q=q,
        everything=everything,
        from_day=max(shown.starts_on, clock.today()),
        step_on=catalogue_rules.step_on,
        category=catalogue_rules.Category(shown.category),
    )


@views.route("/avtaler/<agreement_id>/fest/<version_id>", methods=["GET", "POST"])
def pin(agreement_id: str, version_id: str) -> Response:
    actor = web.current_actor()
    shown, version = access.agreement_for(actor, agreement_id), catalogue_access.version_to_pin(actor, version_id)
    steps = [(step.from_date, step.value) for step in catalogue_rules.steps_in(version.steps, shown.starts_on, shown.ends_on)]
    typed, errors = forms.Typed({"frequency": version.frequency}), {}
    if request.method == "POST":
        typed = forms.Typed(request.form)
        promised = forms.read_promises(typed, forms.promise_rows(steps, shown.starts_on, request.form))
        try:
            terms = forms.read_terms(typed)
            service.pin(actor, shown, version, promises=[line.step for line in promised], party=_chosen_party(typed, shown), **terms)
            return _back(agreement_id, _("%(code)s er festet til avtalen.", code=version.requirement.code))
        except Invalid as invalid:
            errors = forms.place_errors(invalid.errors, promised)
    return _form(
        "agreements/pin.html",
        typed,
        errors,
        agreement=shown,
        version=version,
        parties=access.parties_of(shown),
        rows=forms.promise_rows(steps, shown.starts_on, request.form if request.method == "POST" else None),
        may_promise=rules.can_be_promised(version.operator, version.unit),
        frequencies=list(catalogue_rules.Frequency),
        unit=catalogue_rules.Unit(version.unit),
    )


@views.route("/avtaler/<agreement_id>/eget-krav", methods=["GET", "POST"])
def pin_own(agreement_id: str) -> Response:
    actor = web.current_actor()
    shown = access.agreement_for(actor, agreement_id)
    typed, errors = forms.Typed(request.form), {}
    if request.method == "POST":
        try:
            wording: dict[str, Any] = {"title": typed.text("title", 200, required=_("Gi kravet en kort tittel.")), "text": typed.text("text", required=_("Skriv kravet slik det står i avtalen."))}
            service.pin_own(actor, shown, **wording, **forms.read_terms(typed))
            return _back(agreement_id, _("Kravet er festet til avtalen."))
        except Invalid as invalid:
            errors = invalid.errors
    return _form("agreements/pin_own.html", typed, errors, agreement=shown, frequencies=list(catalogue_rules.Frequency))


@views.route("/avtaler/<agreement_id>/krav/<pin_id>/lofter", methods=["GET", "POST"])
def promises(agreement_id: str, pin_id: str) -> Response:
    actor = web.current_actor()
    held = access.pin_for(actor, agreement_id, pin_id)
    version, shown = held.requirement_version, held.agreement
    if version is None or not rules.can_be_promised(version.operator, version.unit):
        raise WrongState(_("Dette kravet har ikke noe tall å love mer enn."))
    steps = [(step.from_date, step.value) for step in held.agreed_steps if step.role == "minimum" and step.from_date <= shown.ends_on]
    typed, errors = forms.Typed(request.form), {}
    if request.method == "POST":
        promised = forms.read_promises(typed, forms.promise_rows(steps, shown.starts_on, request.form))
        try:
            change = typed.text("change", 500)
            typed.done()
            service.add_promises(actor, held, _chosen_party(typed, shown), [line.step for line in promised], change=change)
            return _back(agreement_id, _("Løftet er lagret."))
        except Invalid as invalid:
            errors = forms.place_errors(invalid.errors, promised)
    rows = forms.promise_rows(steps, shown.starts_on, request.form if request.method == "POST" else None)
    names = access.parties_of(shown)
    return _form("agreements/promises.html", typed, errors, agreement=shown, pin=held, version=version, parties=names, rows=rows, unit=catalogue_rules.Unit(version.unit))


@views.route("/avtaler/<agreement_id>/krav/<pin_id>/unntak", methods=["GET", "POST"])
def dispensation(agreement_id: str, pin_id: str) -> Response:
    actor = web.current_actor()
    held = access.pin_for(actor, agreement_id, pin_id)
    typed, errors = forms.Typed(request.form), {}
    if request.method == "POST":
        try:
            granted = forms.read_dispensation(typed)
            service.grant_dispensation(actor, held, party=_chosen_party(typed, held.agreement), **granted)
            return _back(agreement_id, _("Unntaket er ført."))
        except Invalid as invalid:
            errors = invalid.errors
    names = access.parties_of(held.agreement)
    return _form("agreements/dispensation.html", typed, errors, agreement=held.agreement, pin=held, parties=names, kinds=list(rules.DispensationKind))


@views.post("/avtaler/<agreement_id>/krav/<pin_id>/fjern")
def unpin(agreement_id: str, pin_id: str) -> Response:
    actor = web.current_actor()
    service.unpin(actor, access.pin_for(actor, agreement_id, pin_id))
    return _back(agreement_id, _("Kravet er tatt ut av utkastet."))


# ---------------------------------------------------------------- what the forms share


def _form(template: str, typed: forms.Typed, errors: Mapping[str, str], **context: Any) -> Response:
    """A form's page: as typed, with its messages and 422 when nothing could be stored."""
    return web.page(template, status=422 if errors else 200, typed=typed.fields, errors=errors, **context)


def _back(agreement_id: str, message: str) -> Response:
    flash(message, "success")
    return web.see_other("staff.agreements.agreement", agreement_id=agreement_id)


def _chosen_party(typed: forms.Typed, agreement: Agreement) -> Party | None:
    """The party the form names, None for all of them."""
    party_id = typed.text("party")
    return access.party_for(web.current_actor(), agreement, party_id) if party_id else None


def _chosen_supplier(typed: forms.Typed) -> Organisation:
    """The supplier picked from the list, or the one whose number is typed; a number nobody has is registered with its name."""
    actor = web.current_actor()
    chosen, orgnr = typed.text("organisation"), typed.text("orgnr", 40)
    if chosen:
        found = next((one for one in identity_access.suppliers_for(actor) if one.id == chosen), None)
    elif orgnr:
        known = identity_access.organisation_by_orgnr(orgnr)
        found = known or identity_service.create_organisation(actor, orgnr=orgnr, name=typed.text("name", 200), kind="supplier")
    else:
        raise Invalid({"organisation": _("Velg en leverandør, eller skriv organisasjonsnummeret.")})
    if found is None:
        raise Invalid({"organisation": _("Velg en leverandør fra lista.")})
    return found
