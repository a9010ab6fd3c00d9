"""Signing in through the browser, step by step."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from portal.foundation import clock, jobs, mail
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import db, unit_of_work
from portal.foundation.models import Job, WebSession
from portal.identity import access, service
from portal.identity.models import Person, SigninLink
from tests.visitors import Visitor


@pytest.fixture
def marit(app: Flask) -> Actor:
    with app.app_context(), unit_of_work():
        made = service.create_organisation(SYSTEM, orgnr="500010029", name="Stødig Taxisentral", kind="supplier")
        return access.actor_for(service.add_membership(SYSTEM, service.create_person(SYSTEM, email="marit@stodig.example", name="Marit Stødig"), made, ["submitter"]))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def send(client: FlaskClient, address: str, page: str = "", **fields: str) -> TestResponse:
    """Fill in the form that stands on `page` (default: the same address) and send it."""
    html = client.get(page or address).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    once = re.search(r'name="_once" value="([^"]+)"', html)
    assert token and once
    return client.post(address, data={"csrf_token": token[1], "_once": once[1], **fields})


def letter(app: Flask) -> str:
    with app.app_context():
        jobs.run_all(app)
        return str(mail.mailer().sent[-1].get_content())  # type: ignore[attr-defined]


def link_in(body: str) -> str:
    return re.search(r"http://localhost(/logg-inn/\S+)", body)[1]  # type: ignore[index]


def code_in(body: str) -> str:
    return re.search(r"^\d{6}$", body, re.MULTILINE)[0]  # type: ignore[index]


def is_in(client: FlaskClient) -> bool:
    return bool(client.get("/kontekst.json").json["signed_in"])


def ask(client: FlaskClient, email: str = "marit@stodig.example", onward: str = "") -> TestResponse:
    return send(client, "/logg-inn", email=email, next=onward)


def test_the_start_page_is_open_to_all(client: FlaskClient) -> None:
    assert "Miljøkrav som holder" in client.get("/").text


def test_in_by_link_and_on_to_where_one_was_going(app: Flask, client: FlaskClient, marit: Actor) -> None:
    assert ask(client, onward="/leverandor/avvik").location == "/logg-inn/kode"
    address = link_in(letter(app))
    assert not is_in(client)
    answer = send(client, address)
    assert (answer.status_code, answer.location) == (303, "/leverandor/avvik")
    assert is_in(client)


def test_opening_a_link_uses_nothing_since_mail_scanners_open_links(app: Flask, client: FlaskClient, marit: Actor) -> None:
    ask(client)
    address = link_in(letter(app))
    for _n in range(3):
        assert app.test_client().get(address).status_code == 200
    assert send(client, address).status_code == 303


def test_a_used_link_offers_a_new_one_to_the_same_address_only(app: Flask, client: FlaskClient, marit: Actor) -> None:
    ask(client)
    address = link_in(letter(app))
    send(client, address)
    stranger = app.test_client()
    shown = stranger.get(address)
    assert shown.status_code == 410
    assert "allerede brukt" in shown.text and "marit@" not in shown.text
    assert send(stranger, f"{address}/ny", page=address).location == "/logg-inn/kode"
    assert link_in(letter(app)) != address
    with app.app_context():
        assert {str(message["To"]) for message in mail.mailer().sent} == {"marit@stodig.example"}  # type: ignore[attr-defined]


def test_in_by_the_code_in_the_browser_that_asked(app: Flask, client: FlaskClient, marit: Actor) -> None:
    ask(client)
    code = code_in(letter(app))
    elsewhere = app.test_client()
    assert elsewhere.get("/logg-inn/kode").location == "/logg-inn"
    assert send(client, "/logg-inn/kode", code=code).status_code == 303
    assert is_in(client)


def test_a_wrong_code_is_counted_although_it_is_refused(app: Flask, client: FlaskClient, marit: Actor) -> None:
    ask(client)
    letter(app)
    for _n in range(5):
        answer = send(client, "/logg-inn/kode", code="x")
        assert answer.status_code == 422
        assert "Koden stemmer ikke" in answer.text
    assert send(client, "/logg-inn/kode", code="x").status_code == 409
    with app.app_context():
        assert db.session.scalars(select(SigninLink.wrong_codes)).one() == 5


def test_known_and_unknown_addresses_get_the_same_answers(app: Flask, marit: Actor) -> None:
    answers = []
    for email in ("marit@stodig.example", "nobody@stodig.example"):
        client = app.test_client()
        asked = ask(client, email)
        shown = client.get(asked.location).text.replace(email, "…")
        wrong = send(client, "/logg-inn/kode", code="000000").text.replace(email, "…")
        neutral = [re.sub(r'(value|content|id|name)="[^"]*"', "", page) for page in (shown, wrong)]
        answers.append((asked.status_code, asked.location, *neutral))
    assert answers[0] == answers[1]
    with app.app_context():
        assert len(db.session.scalars(select(Job).where(Job.name == "identity.send_link")).all()) == 2


def test_asking_too_often_looks_the_same_and_sends_no_more(app: Flask, marit: Actor) -> None:
    for _n in range(12):
        assert ask(app.test_client()).location == "/logg-inn/kode"
    with app.app_context():
        jobs.run_all(app)
        assert len(mail.mailer().sent) == 10  # type: ignore[attr-defined]


def test_somebody_who_was_asked_for_too_often_by_a_stranger_still_gets_in(app: Flask, client: FlaskClient, marit: Actor) -> None:
    for _n in range(12):
        ask(app.test_client())
    assert send(client, link_in(letter(app))).status_code == 303


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_on_is_never_out_of_the_portal(app: Flask, client: FlaskClient, marit: Actor, onward: str) -> None:
    ask(client, onward=onward)
    assert "evil" not in send(client, link_in(letter(app))).location


def test_no_address_gives_the_form_again_with_what_was_typed(client: FlaskClient) -> None:
    answer = ask(client, "marit")
    assert answer.status_code == 422
    assert 'value="marit"' in answer.text
    assert "Skriv en hel e-postadresse" in answer.text


def test_signing_out_ends_the_session_on_the_server(app: Flask, marit: Actor) -> None:
    visitor = Visitor(app, marit)
    kept = visitor.client.get_cookie("kravsjekk-test")
    assert kept is not None
    visitor.post("/logg-ut")
    thief = app.test_client()
    thief.set_cookie("kravsjekk-test", kept.value)
    assert not is_in(thief)


def test_signing_in_gives_a_new_session(app: Flask, client: FlaskClient, marit: Actor) -> None:
    ask(client)
    client.get("/logg-inn/kode")
    before = client.get_cookie("kravsjekk-test")
    send(client, link_in(letter(app)))
    after = client.get_cookie("kravsjekk-test")
    assert before is not None and after is not None and before.value != after.value


def test_a_person_who_is_disabled_is_out_at_the_next_request(app: Flask, marit: Actor) -> None:
    visitor = Visitor(app, marit)
    assert is_in(visitor.client)
    with app.app_context(), unit_of_work():
        db.session.execute(update(Person).values(disabled_at=clock.real_now()))
    assert not is_in(visitor.client)


def test_an_ended_membership_is_out_at_the_next_request(app: Flask, marit: Actor) -> None:
    visitor = Visitor(app, marit)
    with app.app_context(), unit_of_work():
        service.add_membership(SYSTEM, service.create_person(SYSTEM, email="per@stodig.example", name="Per"), access.organisation(marit.organisation_id), ["submitter"])
        service.end_membership(SYSTEM, access.memberships_of_email(marit.email)[0])
    assert not is_in(visitor.client)


@pytest.mark.parametrize("aged", [{"last_seen_at": timedelta(minutes=121)}, {"authenticated_at": timedelta(hours=10, minutes=1)}])
def test_a_session_ends_of_idleness_and_of_age(app: Flask, marit: Actor, aged: dict[str, timedelta]) -> None:
    visitor = Visitor(app, marit)
    with app.app_context(), unit_of_work():
        db.session.execute(update(WebSession).values({name: clock.real_now() - age for name, age in aged.items()}))
    assert not is_in(visitor.client)


def test_one_who_acts_for_several_chooses_and_sees_only_one_at_a_time(app: Flask, client: FlaskClient, marit: Actor) -> None:
    with app.app_context(), unit_of_work():
        other = service.create_organisation(SYSTEM, orgnr="500010037", name="Snarvei Drosje", kind="supplier")
        held = service.add_membership(SYSTEM, access.person_by_email(marit.email), other, ["contributor"]).id
    ask(client, onward="/leverandor/avvik")
    answer = send(client, link_in(letter(app)))
    assert answer.location.startswith("/velg-rolle")
    token = client.get("/kontekst.json").json["csrf_token"]
    chosen = client.post("/velg-rolle", data={"membership": held, "next": "/leverandor/avvik"}, headers={"X-CSRFToken": token})
    assert chosen.location == "/leverandor/avvik"
    with app.app_context():
        living = db.session.scalars(select(WebSession).where(WebSession.ended_at.is_(None))).one()
        assert living.membership_id == held


def test_nobody_chooses_a_membership_of_somebody_else(app: Flask, marit: Actor) -> None:
    with app.app_context(), unit_of_work():
        other = service.create_organisation(SYSTEM, orgnr="500010037", name="Snarvei Drosje", kind="supplier")
        held = service.add_membership(SYSTEM, service.create_person(SYSTEM, email="remi@snarvei.example", name="Remi"), other, ["submitter"]).id
    visitor = Visitor(app, marit)
    with app.app_context(), unit_of_work():
        before = db.session.scalars(select(WebSession.membership_id)).all()
    token = visitor.token
    visitor.client.post("/velg-rolle", data={"membership": held}, headers={"X-CSRFToken": token, "HX-Request": "true"})
    with app.app_context():
        assert db.session.scalars(select(WebSession.membership_id).where(WebSession.ended_at.is_(None))).all() == before


def test_the_first_administrators_link_works(app: Flask, client: FlaskClient) -> None:
    printed = app.test_cli_runner().invoke(
        args=["admin-link", "siri@nidvik.example", "--name", "Siri Drift", "--organisation-number", "500010010", "--organisation", "Nidvik kommune"]
    )
    assert printed.exit_code == 0
    assert send(client, printed.output.strip().removeprefix("http://localhost")).status_code == 303
    assert is_in(client)


def test_a_wrong_organisation_number_makes_no_administrator(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["admin-link", "siri@nidvik.example", "--name", "Siri", "--organisation-number", "123", "--organisation", "N"])
    assert printed.exit_code == 1
    assert "Organisasjonsnummeret stemmer ikke" in printed.output


def test_the_accessibility_statement_is_open_to_all(client: FlaskClient) -> None:
    assert "WCAG 2.1" in client.get("/tilgjengelighet").text
