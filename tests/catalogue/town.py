"""A small town for the tests of the catalogue and of agreements: one municipality with people in each role, a neighbour, two suppliers."""

from __future__ import annotations

from dataclasses import dataclass

from portal.catalogue import service as catalogue
from portal.foundation import clock
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import unit_of_work
from portal.identity import access as identity_access
from portal.identity import service as identity

BUILT_ON = "2026-01-05T09:00"


@dataclass(frozen=True)
class Town:
    """People as actors, and the ids of the organisations."""

    id: str
    adviser: Actor
    controller: Actor
    reader: Actor
    neighbour: Actor  # adviser in another municipality, without a catalogue of its own
    supplier: Actor  # submitter at Stødig
    stranger: Actor  # submitter at Snarvei


def a_town(*, with_catalogue: bool = True) -> Town:
    """Needs an application context. Commits."""
    with clock.at(BUILT_ON), unit_of_work():
        actors = {
            "adviser": _person("500010010", "Nidvik kommune", "buyer", "adviser"),
            "controller": _person("500010010", "Nidvik kommune", "buyer", "controller"),
            "reader": _person("500010010", "Nidvik kommune", "buyer", "reader"),
            "neighbour": _person("500010185", "Ytre Nidvik kommune", "buyer", "adviser"),
            "supplier": _person("500010029", "Stødig Taxisentral SA", "supplier", "submitter"),
            "stranger": _person("500010037", "Snarvei Drosje AS", "supplier", "submitter"),
        }
    if with_catalogue:
        with clock.at(BUILT_ON), unit_of_work():
            catalogue.install_standard(actors["adviser"])
    return Town(actors["adviser"].organisation_id, **actors)


def _person(orgnr: str, organisation_name: str, kind: str, role: str) -> Actor:
    organisation = identity_access.organisation_by_orgnr(orgnr) or identity.create_organisation(SYSTEM, orgnr=orgnr, name=organisation_name, kind=kind)
    person = identity.create_person(SYSTEM, email=f"{role}@{orgnr}.example", name=f"{role.capitalize()} {organisation_name.split()[0]}")
    return identity_access.actor_for(identity.add_membership(SYSTEM, person, organisation, [role]))
