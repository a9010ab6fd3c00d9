"""Agreements for the tests, made by the real services."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.agreements import service as agreements
from portal.agreements.models import Agreement, Party
from portal.catalogue import access as catalogue_access
from portal.foundation.actor import Actor
from portal.identity import access as identity_access
from tests.catalogue.town import Town


def a_draft(actor: Actor, **changes: Any) -> Agreement:
    """A draft taxi framework from 1 July 2026 to 30 June 2029. Flushes."""
    card = {
        "number": "2026-044",
        "title": "Drosjetjenester",
        "kind": "parallel_framework",
        "category": "taxi",
        "starts_on": date(2026, 7, 1),
        "ends_on": date(2029, 6, 30),
    }
    return agreements.create_agreement(actor, **{**card, **changes})


def with_supplier(town: Town, agreement: Agreement, who: Actor | None = None) -> Party:
    supplier = who or town.supplier
    return agreements.add_party(
        town.adviser, agreement, identity_access.organisation(supplier.organisation_id), contact_name=supplier.name, contact_email=supplier.email
    )


def a_running_agreement(town: Town, codes: tuple[str, ...] = ("DRO-03",), **changes: Any) -> Agreement:
    """With one supplier, the controller assigned and the requirements pinned. Flushes."""
    agreement = a_draft(town.adviser, **changes)
    with_supplier(town, agreement)
    controller = identity_access.person_by_email(town.controller.email)
    assert controller is not None
    agreements.assign(town.adviser, agreement, controller, "controller")
    for code in codes:
        agreements.pin(town.adviser, agreement, catalogue_access.version_for(town.id, code), clause_reference="4.1")
    agreements.activate(town.adviser, agreement)
    return agreement
