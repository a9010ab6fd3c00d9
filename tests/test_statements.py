"""The number of SQL statements of a page does not grow with the number of agreements: at most 12, on the case page 20."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event

from portal.agreements.models import Agreement, Assignment, Party, Pin
from portal.deviations.models import Deviation
from portal.foundation import clock
from portal.foundation.db import db, unit_of_work
from portal.foundation.doors import door_of
from portal.reporting.models import Questionnaire, Round
from tests.strangers import Chain, Town, addresses, chains_of
from tests.visitors import Visitor

MOST = 12
MOST_ON_THE_CASE_PAGE = 20
CASE_PAGES = {"staff.review.case"}


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement sent while the block runs."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def more_agreements(app: Flask, chain: Chain, person_id: str, numbers: range) -> None:
    """Running agreements like the chain's, each with a pin, a submitted report and a deviation, laid straight into the tables."""
    with app.app_context(), unit_of_work():
        supplier = chain.supplier_id
        moment = clock.now()
        for number in numbers:
            agreement = Agreement(
                buyer_id=chain.buyer_id, number=f"2030-{number:04d}", title=f"Avtale {number}", kind="framework", category="taxi", state="running",
                starts_on=date(2024, 1, 1), ends_on=date(2028, 1, 1), annual_value_nok=1_000_000 + number, created_at=moment,
            )  # fmt: skip
            db.session.add(agreement)
            db.session.flush()
            party = Party(agreement_id=agreement.id, organisation_id=supplier)
            pin = Pin(
                agreement_id=agreement.id, requirement_version_id=chain.ids["version_id"], position=1, frequency="half_yearly", clause_reference="4.1",
                pinned_at=moment, pinned_by=person_id,
            )  # fmt: skip
            opened = Round(
                agreement_id=agreement.id, period_from=date(2026, 1, 1), period_to=date(2026, 6, 30), label="1. halvår 2026", state="open",
                opens_on=date(2026, 7, 1), due_on=date(2026, 8, 31), closes_on=date(2026, 10, 31),
            )  # fmt: skip
            db.session.add_all([party, pin, opened, Assignment(agreement_id=agreement.id, person_id=person_id, duty="controller")])
            db.session.flush()
            db.session.add(
                Questionnaire(round_id=opened.id, party_id=party.id, buyer_id=chain.buyer_id, supplier_id=supplier, state=("open", "submitted")[number % 2], due_on=date(2026, 8, 31), submitted_at=moment)
            )
            db.session.add(
                Deviation(
                    buyer_id=chain.buyer_id, supplier_id=supplier, number=f"AV-2030-{number:04d}", party_id=party.id, pin_id=pin.id, state="sent", severity="minor",
                    clause_reference="4.1", facts="x", facts_known_on=date(2026, 8, 1), due_on=date(2026, 9, 1), created_at=moment, created_by=person_id,
                )  # fmt: skip
            )


@pytest.mark.slow
def test_a_page_costs_the_same_statements_with_ten_and_with_a_thousand_agreements(app: Flask, town: Town) -> None:
    actors = (town.controller, town.signer)
    chain = next(c for c in chains_of(town, town.signer))
    more_agreements(app, chain, town.controller.person_id, range(10))
    few = _count(app, town, actors)
    more_agreements(app, chain, town.controller.person_id, range(10, 1000))
    many = _count(app, town, actors)
    too_many = {page: n for page, n in many.items() if n > (MOST_ON_THE_CASE_PAGE if page[0] in CASE_PAGES else MOST)}
    assert not too_many, f"these pages send too many statements: {too_many}"
    grown = {page: (few[page], n) for page, n in many.items() if n != few[page]}
    assert not grown, f"these pages send more statements when there are more agreements: {grown}"


def _count(app: Flask, town: Town, actors: tuple) -> dict[tuple[str, str], int]:  # noqa: ANN001
    counts = {}
    for actor in actors:
        visitor = Visitor(app, actor)
        for rule, address in addresses(app, chains_of(town, actor)[0].ids):
            if "GET" not in rule.methods or door_of(rule.endpoint) == "public":
                continue
            visitor.get(address)  # once, so that what is written about the visit itself is out of the way
            with statements(app) as sent:
                answer = visitor.get(address)
            if answer.status_code == 200:
                counts[(rule.endpoint, actor.side)] = len(sent)
    return counts
