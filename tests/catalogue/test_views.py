"""The open pages: readable by anybody, without a cookie, kept by caches, and with few statements."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from portal.catalogue import access, service
from portal.foundation import clock
from portal.foundation.db import unit_of_work
from tests.catalogue.town import Town, a_town
from tests.test_statements import statements
from tests.visitors import Visitor


@pytest.fixture
def town(app: Flask) -> Town:
    with app.app_context():
        return a_town()


@pytest.mark.parametrize("address", ["/krav", "/krav?kategori=taxi&q=storbil", "/krav/DRO-03", "/krav/DRO-03/1"])
def test_a_page_of_the_catalogue_sets_no_cookie_and_may_be_cached(app: Flask, town: Town, address: str) -> None:
    response = Visitor(app).get(address)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.cache_control.public and response.cache_control.max_age == 300
    assert "Cookie" in response.vary


def test_a_signed_in_persons_page_is_never_cached(app: Flask, town: Town) -> None:
    assert Visitor(app, town.adviser).get("/krav").headers["Cache-Control"] == "no-store"


def test_a_requirement_shows_its_steps_and_which_one_holds_today(app: Flask, town: Town) -> None:
    with clock.at("2026-08-17T09:00"):
        page = Visitor(app).get("/krav/DRO-03").text
    assert "minst 10\u00a0%" in page and "fra 1. juli 2025" in page
    now = page[page.index('class="is-now"') :]
    assert "minst 50\u00a0%" in now[:300] and "gjelder nå" in now[:600]
    assert "kontraktsvilkår" in page and "Kjøretøyliste" in page and "Storbiler og rullestolbiler med nullutslipp" in page


def test_a_requirement_that_cannot_be_pinned_says_so(app: Flask, town: Town) -> None:
    assert "Dette kravet rapporteres ikke" in Visitor(app).get("/krav/DRO-04").text


@pytest.mark.parametrize("address", ["/krav/XXX-99", "/krav/DRO-03/2", "/krav/DRO-03/0"])
def test_an_unknown_requirement_is_not_found(app: Flask, town: Town, address: str) -> None:
    assert Visitor(app).get(address).status_code == 404


def test_every_requirement_has_a_page(app: Flask, town: Town) -> None:
    from portal.catalogue.standard import requirements

    visitor = Visitor(app)
    for standard in requirements():
        page = visitor.get(f"/krav/{standard.code}")
        assert page.status_code == 200, standard.code
        assert standard.wording.title["nb"] in page.text


def test_each_municipality_has_its_own_catalogue_under_its_number(app: Flask, town: Town) -> None:
    with app.app_context(), unit_of_work():
        service.install_standard(town.neighbour)
        version = access.version_for(town.neighbour.organisation_id, "DRO-03")
        service.publish(town.neighbour, service.draft(town.neighbour, version.requirement, replace(access.wording_of(version), title={"nb": "Naboens krav"})))
    visitor = Visitor(app)
    assert "Naboens krav" not in visitor.get("/krav/DRO-03?kommune=500010010").text
    assert "Naboens krav" in visitor.get("/krav/DRO-03?kommune=500010185").text
    theirs = visitor.get("/krav?kommune=500010185&kategori=taxi").text
    assert "Naboens krav" in theirs and "/krav/DRO-03?kommune=500010185" in theirs and "Ytre Nidvik kommune</option>" in theirs
    assert "Naboens krav" in Visitor(app, town.neighbour).get("/krav/DRO-03").text, "staff see their own"
    for nobody in ("500010029", "123456789"):
        assert visitor.get(f"/krav?kommune={nobody}").status_code == visitor.get(f"/krav/DRO-03?kommune={nobody}").status_code == 404


def test_an_empty_catalogue_is_filled_with_one_press_by_those_who_may(app: Flask) -> None:
    with app.app_context():
        town = a_town(with_catalogue=False)
    assert Visitor(app).get("/krav").status_code == 200
    adviser = Visitor(app, town.adviser)
    assert "Legg inn standardkravene" in adviser.get("/krav").text
    assert "Legg inn standardkravene" not in Visitor(app, town.reader).get("/krav").text
    assert Visitor(app, town.reader).post("/kommune/krav/standardkrav").status_code == 403
    assert adviser.post("/kommune/krav/standardkrav").status_code == 303
    assert "46 krav" in adviser.get("/krav").text


@pytest.mark.parametrize("address", ["/krav", "/krav/DRO-01"])
def test_a_page_takes_few_statements(app: Flask, town: Town, address: str) -> None:
    visitor = Visitor(app, town.adviser)
    visitor.get(address)
    with statements(app) as sent:
        visitor.get(address)
    assert len(sent) <= 12, "\n".join(sent)
