"""The adviser's way through the pages, what goes wrong at the fields, and how many statements a page takes."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from portal.agreements import access
from portal.catalogue import access as catalogue_access
from portal.foundation import clock
from portal.foundation.db import unit_of_work
from portal.identity import access as identity_access
from tests.agreements.contracts import a_draft, a_running_agreement, with_supplier
from tests.catalogue.town import Town, a_town
from tests.test_statements import statements
from tests.visitors import Visitor

CARD = {
    "number": "2026-044", "title": "Drosjetjenester", "kind": "parallel_framework", "category": "taxi",
    "starts_on": "01.07.2026", "ends_on": "30.06.2029", "annual_value_nok": "9 200 000", "unit": "Helse og velferd",
}  # fmt: skip


@pytest.fixture
def town(app: Flask) -> Town:
    with app.app_context():
        return a_town()


@pytest.fixture
def adviser(app: Flask, town: Town) -> Visitor:
    return Visitor(app, town.adviser)


def version_id(app: Flask, town: Town, code: str) -> str:
    with app.app_context():
        return catalogue_access.version_for(town.id, code).id


def a_draft_page(app: Flask, town: Town) -> str:
    """The address of a draft with two suppliers."""
    with app.app_context(), unit_of_work():
        agreement = a_draft(town.adviser)
        with_supplier(town, agreement)
        with_supplier(town, agreement, town.stranger)
        return f"/kommune/avtaler/{agreement.id}"


def test_an_adviser_builds_a_taxi_agreement_and_sets_it_running(app: Flask, town: Town, adviser: Visitor) -> None:
    made = adviser.post("/kommune/avtaler/ny", CARD)
    assert made.status_code == 303
    page = made.location
    with app.app_context():
        stodig = identity_access.organisation_by_orgnr("500010029")
        controller = identity_access.person_by_email(town.controller.email)
        assert stodig and controller
        ids = {"organisation": stodig.id, "person": controller.id}
    assert adviser.post(f"{page}/leverandorer", {"organisation": ids["organisation"], "contact_name": "Marit", "contact_email": "marit@stodig.example"}).status_code == 303
    assert adviser.post(f"{page}/folk", {"person": ids["person"], "duty": "controller"}).status_code == 303
    for code, clause in (("DRO-01", "4.1"), ("DRO-05", "4.1"), ("DRO-03", "4.3")):
        assert f"Fest {code}" in adviser.get(f"{page}/fest").text
        promise = {"day-0": "01.07.2026", "value-0": "70"} if code == "DRO-03" else {}
        fields = {"clause_reference": clause, "frequency": "half_yearly", **promise}
        assert adviser.post(f"{page}/fest/{version_id(app, town, code)}", fields).status_code == 303
    with clock.at("2026-08-17T09:00"):
        shown = adviser.get(page).text
    maxi = shown[shown.index("Nullutslipp for storbil") :]
    assert "minst 50\u00a0%</strong> fra 1. juli 2025" in maxi and "70\u00a0%</strong> fra 1. juli 2026" in maxi and "<strong>100\u00a0%</strong> fra 1. januar 2027" in maxi
    assert "marit@stodig.example" in shown and "9\u202f200\u202f000\u00a0kr" in shown
    assert adviser.post(f"{page}/sett-i-gang").status_code == 303
    assert "i gang" in adviser.get(page).text


def test_a_promise_weaker_than_the_minimum_is_told_at_its_field_and_keeps_what_was_typed(app: Flask, town: Town, adviser: Visitor) -> None:
    page = a_draft_page(app, town)
    fields = {"clause_reference": "4.3", "frequency": "annual", "day-0": "01.07.2026", "value-0": "70", "day-2": "01.03.2027", "value-2": "60"}
    refused = adviser.post(f"{page}/fest/{version_id(app, town, 'DRO-03')}", fields)
    assert refused.status_code == 422
    assert 'href="#value-2"' in refused.text and 'id="value-2-error"' in refused.text and "som er 100\u00a0% fra samme dag" in refused.text
    assert 'value="70"' in refused.text and 'value="4.3"' in refused.text and 'value="01.03.2027"' in refused.text
    with app.app_context():
        assert access.pins_of(access.agreement_for(town.adviser, page.rsplit("/", 1)[1])) == []


def test_a_requirement_that_cannot_be_pinned_is_not_offered_and_refused(app: Flask, town: Town, adviser: Visitor) -> None:
    page = a_draft_page(app, town)
    assert "DRO-04" not in adviser.get(f"{page}/fest").text
    refused = adviser.post(f"{page}/fest/{version_id(app, town, 'DRO-04')}", {"frequency": "annual"})
    assert refused.status_code == 409 and "kan ikke festes" in refused.text


def test_the_choice_shows_the_agreements_own_category_first_and_searches_all(app: Flask, town: Town, adviser: Visitor) -> None:
    page = a_draft_page(app, town)
    codes = re.findall(r"Fest ([A-Z]{3}-\d\d)", adviser.get(f"{page}/fest").text)
    assert codes[:4] == ["DRO-01", "DRO-02", "DRO-03", "DRO-05"] and "TRV-01" not in codes and "MIL-01" in codes
    assert "Fest TRV-01" in adviser.get(f"{page}/fest?alle=1").text
    assert re.findall(r"Fest ([A-Z]{3}-\d\d)", adviser.get(f"{page}/fest?q=matsvinn").text) == ["MAT-02"]


def test_a_promise_for_one_supplier_is_added_afterwards(app: Flask, town: Town, adviser: Visitor) -> None:
    page = a_draft_page(app, town)
    adviser.post(f"{page}/fest/{version_id(app, town, 'DRO-03')}", {"clause_reference": "4.3", "frequency": "annual"})
    with app.app_context():
        agreement = access.agreement_for(town.adviser, page.rsplit("/", 1)[1])
        pin, party = access.pins_of(agreement)[0].id, next(p.id for p in access.parties_of(agreement) if p.organisation_id == town.supplier.organisation_id)
    form = adviser.get(f"{page}/krav/{pin}/lofter")
    assert 'value="01.07.2026"' in form.text and "minst 50\u00a0%" in form.text
    assert adviser.post(f"{page}/krav/{pin}/lofter", {"party": party, "day-0": "01.07.2026", "value-0": "70"}).status_code == 303
    assert "Stødig Taxisentral SA på DRO-03: 70" in adviser.get(page).text
    again = adviser.post(f"{page}/krav/{pin}/lofter", {"party": party, "day-0": "01.07.2026", "value-0": "80"})
    assert again.status_code == 422 and "allerede ført" in again.text
    empty = adviser.post(f"{page}/krav/{pin}/lofter", {"party": party, "day-0": "01.07.2026"})
    assert empty.status_code == 422 and 'id="value-0-error"' in empty.text


@pytest.mark.parametrize(
    ("where", "fields", "errors"),
    [
        ("/kommune/avtaler/ny", {**CARD, "number": "", "starts_on": "1. juli", "annual_value_nok": "mye"}, {"number", "starts_on", "annual_value_nok"}),
        ("/kommune/avtaler/ny", {**CARD, "ends_on": "30.06.2025"}, {"ends_on"}),
        ("/leverandorer", {}, {"organisation"}),
        ("/leverandorer", {"orgnr": "500010011", "name": "Feil AS"}, {"orgnr"}),
        ("/folk", {}, {"person", "duty"}),
        ("/eget-krav", {"title": "", "text": "", "frequency": "annual"}, {"title", "text"}),
        ("/eget-krav", {"title": "a", "text": "b", "frequency": "annual", "notice_days": "mange"}, {"notice_days"}),
    ],
)
def test_what_cannot_be_stored_is_told_at_its_fields(app: Flask, town: Town, adviser: Visitor, where: str, fields: dict[str, str], errors: set[str]) -> None:
    address = where if where.startswith("/kommune") else a_draft_page(app, town) + where
    refused = adviser.post(address, fields)
    assert refused.status_code == 422
    assert set(re.findall(r'id="([\w-]+)-error"', refused.text)) == errors


def test_a_supplier_nobody_knows_is_registered_with_its_number(app: Flask, town: Town, adviser: Visitor) -> None:
    page = a_draft_page(app, town)
    assert adviser.post(f"{page}/leverandorer", {"orgnr": "500 010 045", "name": "Kantstein Distribusjon AS"}).status_code == 303
    shown = adviser.get(page).text
    assert "Kantstein Distribusjon AS" in shown and "mangler kontakt" in shown


def test_an_exemption_is_recorded_and_shown_with_its_vehicles(app: Flask, town: Town, adviser: Visitor) -> None:
    with app.app_context(), unit_of_work():
        agreement = a_running_agreement(town)
        page, pin = f"/kommune/avtaler/{agreement.id}", access.pins_of(agreement)[0].id
    fields = {"kind": "contract_waiver", "from_date": "01.07.2026", "to_date": "31.12.2026", "plates": "QD 10018", "reason": "Lang leveringstid", "approver": "Steinar Lund"}
    assert adviser.post(f"{page}/krav/{pin}/unntak", fields).status_code == 303
    shown = adviser.get(page).text
    assert "Unntak fra avtalen" in shown and "QD10018" in shown and "Godkjent av Steinar Lund" in shown
    refused = adviser.post(f"{page}/krav/{pin}/unntak", {**fields, "approver": ""})
    assert refused.status_code == 422 and "Lang leveringstid" in refused.text


def test_a_contact_is_changed(app: Flask, town: Town, adviser: Visitor) -> None:
    page = a_draft_page(app, town)
    with app.app_context():
        party = access.parties_of(access.agreement_for(town.adviser, page.rsplit("/", 1)[1]))[0].id
    address = f"{page}/leverandorer/{party}"
    assert town.stranger.email in adviser.get(address).text
    assert adviser.post(address, {"contact_name": "Remi", "contact_email": "remi"}).status_code == 422
    assert adviser.post(address, {"contact_name": "Remi", "contact_email": "remi@snarvei.example"}).status_code == 303
    assert "remi@snarvei.example" in adviser.get(page).text


def test_a_reader_sees_everything_and_is_offered_nothing(app: Flask, town: Town) -> None:
    with app.app_context(), unit_of_work():
        agreement_id = a_running_agreement(town).id
    reader = Visitor(app, town.reader)
    shown = reader.get(f"/kommune/avtaler/{agreement_id}").text
    assert "DRO-03" in shown and "Fest krav" not in shown and "Avslutt" not in shown
    assert "Ny avtale" not in reader.get("/kommune/avtaler").text
    assert reader.post(f"/kommune/avtaler/{agreement_id}/avslutt").status_code == 403


@pytest.mark.parametrize("who", ["neighbour", "supplier"])
def test_a_stranger_gets_nothing(app: Flask, town: Town, who: str) -> None:
    with app.app_context(), unit_of_work():
        agreement = a_running_agreement(town)
        page, pin, party = f"/kommune/avtaler/{agreement.id}", access.pins_of(agreement)[0].id, access.parties_of(agreement)[0].id
    stranger, version = Visitor(app, getattr(town, who)), version_id(app, town, "DRO-01")
    both = ["/leverandorer", f"/leverandorer/{party}", "/folk", f"/fest/{version}", "/eget-krav", f"/krav/{pin}/lofter", f"/krav/{pin}/unntak"]
    for address in ["", "/fest", *both]:
        assert stranger.get(page + address).status_code == 404, address
    for address in ["/sett-i-gang", "/avslutt", f"/krav/{pin}/fjern", *both]:
        assert stranger.post(page + address).status_code == 404, address


def test_the_list_is_paged_and_searched(app: Flask, town: Town, adviser: Visitor) -> None:
    with app.app_context(), unit_of_work():
        for number in range(30):
            a_draft(town.adviser, number=f"2026-{number:03}", title=f"Avtale {number}")
    first, second = adviser.get("/kommune/avtaler").text, adviser.get("/kommune/avtaler?side=2").text
    assert (first.count('<th scope="row"'), second.count('<th scope="row"')) == (25, 5)
    assert "30 avtaler" in first
    assert adviser.get("/kommune/avtaler?q=avtale+7&tilstand=draft&side=99").status_code == 200
    assert "Ingen avtaler passer" in adviser.get("/kommune/avtaler?q=romskip").text


@pytest.mark.parametrize("what", ["/kommune/avtaler", "card", "choose", "pin"])
def test_a_page_takes_as_few_statements_with_many_agreements_as_with_one(app: Flask, town: Town, adviser: Visitor, what: str) -> None:
    with app.app_context(), unit_of_work():
        agreement = a_running_agreement(town, ("DRO-01", "DRO-03", "DRO-05", "MIL-01", "MIL-04"))
        page = f"/kommune/avtaler/{agreement.id}"
    address = {"card": page, "choose": f"{page}/fest", "pin": f"{page}/fest/{version_id(app, town, 'DRO-02')}"}.get(what, what)
    counts = []
    for more in (range(0), range(40)):
        with app.app_context(), unit_of_work():
            for number in more:
                with_supplier(town, a_draft(town.adviser, number=f"2025-{number:03}", starts_on=date(2025, 1, 1)))
        adviser.get(address)
        with statements(app) as sent:
            assert adviser.get(address).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12, "\n".join(sent)
