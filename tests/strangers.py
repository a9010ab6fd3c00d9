"""A world with two municipalities and three suppliers, and every address of the portal filled with its objects.

    Nidvik    ── 2023-014 Drosjetjenester (parallel): Nordtaxi, Sørtaxi
    Fjelltun  ── 2024-001 Drosjetjenester: Sørtaxi, Vesttaxi

So Sørtaxi knows both municipalities, Nordtaxi and Vesttaxi one each; a colleague on the same agreement is a stranger too.
A new address with an unknown kind of id fails here until it is told which objects it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.routing import Rule

from portal.foundation.actor import Actor
from portal.foundation.doors import door_of
from tests.builders import Chain, a_municipality, a_supplier, a_taxi_agreement, a_whole_chain

METHODS = ("GET", "POST")
NOT_OURS = {"static"}
WITHOUT_OBJECTS = {"filename", "token", "code", "no", "page"}  # path parts that are no record of anybody's


@dataclass(frozen=True)
class Town:
    """Who there is, and for each person's organisation the ids that she may see, by the name of the address's variable."""

    controller: Actor
    reader: Actor
    auditor: Actor
    adviser: Actor
    signer: Actor
    contributor: Actor
    rival_signer: Actor
    other_controller: Actor
    other_signer: Actor
    chains: dict[str, list[Chain]] = field(default_factory=dict)

    @property
    def everybody(self) -> list[Actor]:
        return [self.controller, self.reader, self.auditor, self.adviser, self.signer, self.contributor, self.rival_signer, self.other_controller, self.other_signer]


def build_town(app: Flask) -> Town:
    """Called in no context; commits everything."""
    nidvik = a_municipality(app, "500010010", "Nidvik kommune")
    fjelltun = a_municipality(app, "500010193", "Fjelltun kommune")
    nord, sor, vest = (a_supplier(app, number, name) for number, name in (("500010029", "Nordtaxi"), ("500010037", "Sørtaxi"), ("500010045", "Vesttaxi")))
    first = a_taxi_agreement(app, nidvik, [nord, sor], number="2023-014")
    second = a_taxi_agreement(app, fjelltun, [sor, vest], number="2024-001")
    chains: dict[str, list[Chain]] = {"nord": [], "sor": [], "vest": []}
    for key, supplier, agreement, municipality in (("nord", nord, first, nidvik), ("sor", sor, first, nidvik), ("sor", sor, second, fjelltun), ("vest", vest, second, fjelltun)):
        chains[key].append(a_whole_chain(app, municipality, supplier, agreement))
    return Town(
        controller=nidvik.controller,
        reader=nidvik.reader,
        auditor=nidvik.auditor,
        adviser=nidvik.adviser,
        signer=nord.signer,
        contributor=nord.contributor,
        rival_signer=sor.signer,
        other_controller=fjelltun.controller,
        other_signer=vest.signer,
        chains=chains,
    )


def chains_of(town: Town, actor: Actor) -> list[Chain]:
    """The chains that are this actor's: its municipality's or its company's."""
    every = [chain for chains in town.chains.values() for chain in chains]
    if actor.is_staff:
        return [chain for chain in every if chain.buyer_id == actor.organisation_id]
    return [chain for chain in every if chain.supplier_id == actor.organisation_id]


def own_objects(town: Town, actor: Actor) -> dict[str, str]:
    """One id of each kind that the actor may see, all of one chain."""
    return chains_of(town, actor)[0].ids


def foreign_objects(town: Town, actor: Actor) -> list[dict[str, str]]:
    """The ids of every chain that is not the actor's. Kinds that both sides share by right are left out of the comparison."""
    mine = chains_of(town, actor)
    return [chain.ids for chains in town.chains.values() for chain in chains if chain not in mine]


def addresses(app: Flask, objects: dict[str, str]) -> Iterator[tuple[Rule, str]]:
    """Every rule with its address, filled with `objects`."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in NOT_OURS or door_of(rule.endpoint) is None:
            continue
        unknown = rule.arguments - objects.keys() - WITHOUT_OBJECTS
        assert not unknown, f"{rule.rule} takes {sorted(unknown)}: tests/builders.a_whole_chain must make one, so that strangers are tried on it"
        values = {name: objects.get(name, {"token": "x", "code": "DRO-01", "no": 1, "page": 1, "filename": "x"}.get(name)) for name in rule.arguments}
        yield rule, adapter.build(rule.endpoint, values)
