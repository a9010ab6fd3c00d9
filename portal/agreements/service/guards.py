"""What every verb of agreements asks first, and how each is journalled."""

from __future__ import annotations

from portal.agreements.models import Agreement
from portal.agreements.rules import KEEPERS, AgreementState
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.i18n import _
from portal.journal import service as journal


def must_keep(actor: Actor, agreement: Agreement | None = None) -> None:
    """Staff with a role that runs agreements, in the municipality that owns it. Raises NotFound, NotAllowed."""
    if agreement is not None and agreement.buyer_id != actor.organisation_id:
        raise NotFound()
    if not actor.is_staff or not actor.may(*KEEPERS):
        raise NotAllowed(_("Rollen din kan ikke endre avtaler."))


def must_not_be_ended(agreement: Agreement) -> None:
    """Raises WrongState."""
    if agreement.state == AgreementState.ENDED:
        raise WrongState(_("Avtalen er avsluttet og kan ikke endres."))


def must_have_ground(agreement: Agreement, change: str) -> None:
    """A running agreement is changed only with a recorded ground. Raises Invalid, WrongState.

    Locks the agreement, so that two people at once do not pin the same requirement, or pin while it is set running.
    """
    db.session.refresh(agreement, with_for_update=True)
    must_not_be_ended(agreement)
    if agreement.state == AgreementState.RUNNING and not change.strip():
        raise Invalid({"change": _("Avtalen er i gang. Skriv hvilken endringsavtale dette bygger på: dokument, dato og grunn.")})


def record(actor: Actor, agreement: Agreement, verb: str, **params: object) -> None:
    """One entry in the municipality's chain, about this agreement."""
    journal.record(actor, verb, buyer_id=agreement.buyer_id, subject=("agreement", agreement.id), agreement_id=agreement.id, **params)
