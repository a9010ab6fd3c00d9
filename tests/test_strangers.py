"""Nobody reaches another's object: every address with an id × every role × every foreign object → 404, and nothing changes.

The requests are generated from the application's own map, so a new address is tried the day it is mounted.
"""

from __future__ import annotations

from itertools import product

from flask import Flask

from portal.foundation.doors import SIDE_OF_DOOR, door_of
from portal.foundation.ids import new_id
from tests.strangers import METHODS, Town, addresses, chains_of, foreign_objects, own_objects
from tests.test_doors import _contents
from tests.visitors import Visitor

OPEN_TO_ANYBODY = {"public.reporting.invitation"}  # the invitation is permanent and tells nothing secret (decision 34)
FRAGMENT = {"HX-Request": "true"}


def _tries(app: Flask, town: Town):  # noqa: ANN202 - (actor, method, address, headers)
    for actor in town.everybody:
        mine = own_objects(town, actor)
        for foreign in foreign_objects(town, actor):
            for rule, _address in addresses(app, mine):
                if rule.endpoint.startswith("public.") or not rule.arguments & mine.keys():
                    continue
                names = sorted(name for name in rule.arguments if name in mine and mine[name] != foreign[name] and not _is_mine(town, actor, name, foreign[name]))
                # every id foreign, and each single id foreign among my own: a side door beside a guarded one
                mixes = [dict.fromkeys(names, True)] + ([{name: True} for name in names] if len(names) > 1 else [])
                for mix in mixes:
                    if not mix:
                        continue
                    values = {name: (foreign if name in mix else mine).get(name, "x") for name in rule.arguments}
                    address = app.url_map.bind("localhost").build(rule.endpoint, values)
                    for method, headers in product(METHODS, ({}, FRAGMENT)):
                        if method in rule.methods:
                            yield actor, method, address, headers


def _is_mine(town: Town, actor, name: str, value: str) -> bool:  # noqa: ANN001
    return any(chain.ids.get(name) == value for chain in chains_of(town, actor))


def test_nobody_reaches_the_objects_of_strangers(app: Flask, town: Town) -> None:
    before = _contents(app)
    visitors = {actor.person_id: Visitor(app, actor) for actor in town.everybody}
    tokens = {person: visitor.token for person, visitor in visitors.items()}
    tried, reached = 0, []
    for actor, method, address, headers in _tries(app, town):
        client = visitors[actor.person_id].client
        answer = client.open(address, method=method, buffered=True, headers={"X-CSRFToken": tokens[actor.person_id], **headers}, data={"comment": "x", "text": "x"} if method == "POST" else None)
        tried += 1
        if answer.status_code != 404:
            reached.append(f"{method} {address} as {actor.name} ({', '.join(sorted(actor.roles))}): {answer.status_code}")
    assert not reached, f"{len(reached)} of {tried} reached a stranger's object:\n" + "\n".join(reached[:20])
    assert tried >= 500, f"only {tried} requests were generated"
    assert _contents(app) == before
    print(f"\nstrangers: 0 of {tried} requests succeeded")


def test_a_strangers_object_looks_like_one_that_does_not_exist(app: Flask, town: Town) -> None:
    """AC-3: the same status and the same body, but for the request's own code."""
    for actor in (town.signer, town.controller):
        visitor = Visitor(app, actor)
        foreign = foreign_objects(town, actor)[-1]
        missing = dict.fromkeys(foreign, new_id())
        mine = own_objects(town, actor)
        for (rule, theirs), (_same, nothing) in zip(addresses(app, {**mine, **foreign}), addresses(app, {**mine, **missing}), strict=True):
            if "GET" not in rule.methods or rule.endpoint.startswith("public.") or not any(name in foreign and not _is_mine(town, actor, name, foreign[name]) for name in rule.arguments):
                continue
            answers = [visitor.get(address) for address in (theirs, nothing)]
            assert [answer.status_code for answer in answers] == [404, 404], rule
            bodies = {answer.text.replace(answer.headers["X-Request-Id"], "") for answer in answers}
            assert len(_without_tokens(bodies)) == 1, f"{rule} tells a stranger's object from a missing one"


def _without_tokens(bodies: set[str]) -> set[str]:
    import re

    return {re.sub(r'(content|value)="[^"]{16,}"', "", body) for body in bodies}


def test_suppliers_and_staff_find_nothing_behind_each_others_door(app: Flask, town: Town) -> None:
    for actor in town.everybody:
        visitor = Visitor(app, actor)
        for rule, address in addresses(app, own_objects(town, actor)):
            door = door_of(rule.endpoint)
            if door in SIDE_OF_DOOR and SIDE_OF_DOOR[door] != actor.side:
                for method in rule.methods & {"GET", "POST"}:
                    answer = visitor.post(address) if method == "POST" else visitor.get(address)
                    assert answer.status_code == 404, f"{method} {address} as {actor.name}: {answer.status_code}"


def test_markers_of_one_supplier_are_never_seen_by_another(app: Flask, town: Town) -> None:
    """A secret word planted in each supplier's answers, files and explanations is on no page that anybody else can open."""
    for actor in town.everybody:
        mine = {chain.marker for chain in chains_of(town, actor)}
        others = {chain.marker for chains in town.chains.values() for chain in chains} - mine
        visitor = Visitor(app, actor)
        for rule, address in addresses(app, own_objects(town, actor)):
            if "GET" in rule.methods and rule.endpoint != "static":
                body = visitor.get(address).get_data().decode("utf-8", "replace")
                assert not [marker for marker in others if marker in body], f"{address} shows {actor.name} another's words"
