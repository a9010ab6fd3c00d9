"""Who acts for the municipality, and suppliers that are registered for the first time."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, request

from portal.foundation import web
from portal.foundation.actor import Actor
from portal.foundation.errors import Invalid, NotAllowed
from portal.foundation.i18n import _
from portal.identity import access, service
from portal.identity.models import Organisation
from portal.identity.rules import ROLE_LABELS, Role, roles_for

views = web.staff_views("identity")


@views.get("/folk")
def people() -> Response:
    return _people()


@views.post("/folk")
def invite() -> Response:
    actor = web.current_actor()
    typed = request.form
    try:
        added = service.invite(
            actor, access.organisation(actor.organisation_id), email=typed.get("email", ""), name=typed.get("name", ""), roles=typed.getlist("roles"), title=typed.get("title", "")
        )
    except Invalid as invalid:
        return _people(invalid.errors, typed)
    flash(_("%(name)s har fått tilgang og får beskjed på e-post.", name=added.person.name), "success")
    return web.see_other("staff.identity.people")


@views.post("/folk/avslutt")
def end() -> Response:
    """The membership is named in the form: it is looked for among the actor's own colleagues only."""
    actor = web.current_actor()
    membership = access.membership_for(actor, request.form.get("membership", ""))
    service.end_membership(actor, membership)
    flash(_("Tilgangen til %(name)s er avsluttet.", name=membership.person.name), "success")
    return web.see_other("staff.identity.people")


@views.get("/leverandorer/ny")
def new_supplier() -> Response:
    return _supplier_page()


@views.post("/leverandorer/ny")
def register_supplier() -> Response:
    """The firm and the first person who answers for it. From then on the firm decides who acts for it."""
    actor, typed = web.current_actor(), request.form
    known = access.organisation_by_orgnr(typed.get("orgnr", ""))
    try:
        if known is None or known.kind != "supplier":
            known = _new_organisation(actor, typed)
        service.invite(actor, known, email=typed.get("email", ""), name=typed.get("name", ""), roles=[Role.SUBMITTER])
    except Invalid as invalid:
        return _supplier_page(invalid.errors, typed)
    flash(_("%(name)s er registrert, og kan legges til i en avtale.", name=known.name), "success")
    return web.see_other("staff.agreements.index")


def _new_organisation(actor: Actor, typed: Mapping[str, str]) -> Organisation:
    try:
        return service.create_organisation(actor, orgnr=typed.get("orgnr", ""), name=typed.get("organisation", ""), kind="supplier")
    except Invalid as invalid:  # here the firm's name has a field of its own
        raise Invalid({"organisation" if field == "name" else field: message for field, message in invalid.errors.items()}) from None


def _people(errors: dict[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    actor = web.current_actor()
    return web.page(
        "identity/people.html",
        422 if errors else 200,
        memberships=access.memberships_of(actor),
        is_current=access.is_current,
        may_change=actor.may(Role.ADMIN),
        roles=[(role.value, ROLE_LABELS[role]) for role in Role if role in roles_for("buyer")],
        labels={role.value: label for role, label in ROLE_LABELS.items()},
        chosen=request.form.getlist("roles"),
        door="staff",
        errors=errors or {},
        typed=typed or {},
    )


def _supplier_page(errors: dict[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    if not web.current_actor().may(Role.ADMIN, Role.ADVISER):
        raise NotAllowed(_("Bare administrator og innkjøpsrådgiver kan registrere en leverandør."))
    return web.page("identity/new_supplier.html", 422 if errors else 200, errors=errors or {}, typed=typed or {})
