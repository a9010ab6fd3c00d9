"""Who acts for the supplier: those who answer for it let colleagues in and out themselves."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, request

from portal.foundation import web
from portal.foundation.errors import Invalid
from portal.foundation.i18n import _
from portal.identity import access, service
from portal.identity.rules import ROLE_LABELS, Role, roles_for

views = web.supplier_views("identity")


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
    return web.see_other("supplier.identity.people")


@views.post("/folk/avslutt")
def end() -> Response:
    """The membership is named in the form: it is looked for among the actor's own colleagues only."""
    actor = web.current_actor()
    membership = access.membership_for(actor, request.form.get("membership", ""))
    service.end_membership(actor, membership)
    flash(_("Tilgangen til %(name)s er avsluttet.", name=membership.person.name), "success")
    return web.see_other("supplier.identity.people")


def _people(errors: dict[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    actor = web.current_actor()
    return web.page(
        "identity/people.html",
        422 if errors else 200,
        memberships=access.memberships_of(actor),
        is_current=access.is_current,
        may_change=actor.may(Role.SUBMITTER),
        roles=[(role.value, ROLE_LABELS[role]) for role in Role if role in roles_for("supplier")],
        labels={role.value: label for role, label in ROLE_LABELS.items()},
        chosen=request.form.getlist("roles"),
        door="supplier",
        errors=errors or {},
        typed=typed or {},
    )
