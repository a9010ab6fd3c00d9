"""The invitation: a permanent page that tells nothing secret, and sends a fresh way in to the one it was meant for (decisions 14, 34)."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, request, url_for

from portal.foundation import clock, limits, web
from portal.foundation.i18n import _
from portal.identity import service as identity
from portal.reporting import access
from portal.reporting.models import Questionnaire
from portal.reporting.rules import masked_address

views = web.public_views("reporting")

ASKS = 5
ASK_WINDOW = timedelta(minutes=15)


@views.route("/invitasjon/<questionnaire_id>", methods=["GET", "POST"])
def invitation(questionnaire_id: str) -> Response:
    """Who asks, about which agreement, what, until when, how long it takes. POST sends a one-time link to the contact."""
    found = access.invitation_for(questionnaire_id)
    if request.method == "POST":
        return _send(found)
    actor = web.current_actor_or_none()
    return web.page(
        "reporting/invitation.html",
        questionnaire=found,
        round=found.round,
        agreement=found.round.agreement,
        minutes=access.minutes_of([found]).get(found.id, 5),
        contact=masked_address(found.party.contact_email),
        is_theirs=actor is not None and actor.is_supplier and actor.organisation_id == found.supplier_id,
        due_on=found.due_on,
        today=clock.today(),
        onward=_onward(found),
    )


def _send(found: Questionnaire) -> Response:
    """The same answer whether or not the contact has access, and however often somebody presses (AU-4)."""
    bucket = f"invitation:{found.id}"
    if found.party.contact_email and limits.hits(bucket, ASK_WINDOW) < ASKS:
        identity.request_link(found.party.contact_email, next=_onward(found))
    web.afterwards(lambda: limits.hit(bucket, ASK_WINDOW))
    flash(_("Vi har sendt en lenke på e-post. Åpne den på denne maskinen, så kommer du rett til rapporten."), "success")
    return web.see_other("public.reporting.invitation", questionnaire_id=found.id)


def _onward(found: Questionnaire) -> str:
    return url_for("supplier.reporting.questionnaire", questionnaire_id=found.id)
