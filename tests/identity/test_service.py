"""People, memberships and one-time links, on the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.foundation import clock, jobs, mail
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.models import Job
from portal.identity import access, service
from portal.identity.models import Membership, Organisation, Person, SigninLink
from portal.journal import access as journal
from portal.journal.models import Notice


def a_municipality(orgnr: str = "500010010", local: str = "nidvik") -> Actor:
    """With one administrator."""
    with unit_of_work():
        made = service.create_organisation(SYSTEM, orgnr=orgnr, name=f"{local} kommune", kind="buyer")
        return access.actor_for(service.add_membership(SYSTEM, service.create_person(SYSTEM, email=f"siri@{local}.example", name="Siri Drift"), made, ["admin"]))


def a_supplier(orgnr: str = "500010029") -> Actor:
    with unit_of_work():
        made = service.create_organisation(SYSTEM, orgnr=orgnr, name="Stødig", kind="supplier")
        return access.actor_for(service.add_membership(SYSTEM, service.create_person(SYSTEM, email="marit@stodig.example", name="Marit Stødig"), made, ["submitter"]))


def organisation_of(actor: Actor) -> Organisation:
    return access.organisation(actor.organisation_id)


def a_link(email: str = "marit@stodig.example") -> SigninLink:
    return service.make_link(email, next="/leverandor/avvik")


# ---------------------------------------------------------------- people


def test_a_number_is_registered_once_and_must_be_right(context: Flask) -> None:
    a_supplier()
    with unit_of_work(), pytest.raises(Invalid) as refused:
        service.create_organisation(SYSTEM, orgnr="500 010 029", name="", kind="supplier")
    assert set(refused.value.errors) == {"orgnr", "name"}
    with unit_of_work(), pytest.raises(Invalid):
        service.create_organisation(SYSTEM, orgnr="500010028", name="x", kind="supplier")


def test_one_address_is_one_person(context: Flask) -> None:
    with unit_of_work():
        assert service.create_person(SYSTEM, email="Ola@firma.no", name="Ola").id == service.create_person(SYSTEM, email=" ola@FIRMA.no", name="O").id


def test_a_person_may_act_for_several_and_only_within_dates(context: Flask) -> None:
    marit, siri = a_supplier(), a_municipality()
    with unit_of_work():
        person = access.person_by_email(marit.email)
        service.add_membership(SYSTEM, person, organisation_of(siri), ["reader"], ends_on=clock.today() - timedelta(days=1))
    assert [m.organisation_id for m in access.memberships_of_email(marit.email)] == [marit.organisation_id]


def test_only_the_portal_registers_a_municipality(context: Flask) -> None:
    siri = a_municipality()
    with unit_of_work(), pytest.raises(NotAllowed):
        service.create_organisation(siri, orgnr="500010029", name="x", kind="buyer")


def test_a_municipality_registers_a_suppliers_first_person_and_no_more(context: Flask) -> None:
    siri = a_municipality()
    with unit_of_work():
        made = service.create_organisation(siri, orgnr="500010029", name="Stødig", kind="supplier")
        service.invite(siri, made, email="marit@stodig.example", name="Marit", roles=["submitter"])
    with unit_of_work(), pytest.raises(NotAllowed):
        service.invite(siri, made, email="siri@nidvik.example", name="Siri", roles=["submitter"])


def test_another_municipality_cannot_let_itself_into_a_supplier(context: Flask) -> None:
    marit, neighbour = a_supplier(), a_municipality("500010045", "fjelltun")
    with unit_of_work(), pytest.raises(NotAllowed):
        service.add_membership(neighbour, access.person_by_email(neighbour.email), organisation_of(marit), ["submitter"])


def test_a_contact_becomes_the_first_who_answers_and_never_the_second(context: Flask) -> None:
    siri = a_municipality()
    with unit_of_work():
        made = service.create_organisation(siri, orgnr="500010029", name="Stødig", kind="supplier")
        assert service.admit_contact(siri, made, email="marit@stodig.example", name="Marit") is not None
        assert service.admit_contact(siri, made, email="remi@stodig.example", name="Remi") is None


def test_a_supplier_lets_its_own_colleagues_in_by_mail(context: Flask) -> None:
    marit = a_supplier()
    with unit_of_work():
        service.invite(marit, organisation_of(marit), email="per@stodig.example", name="Per", roles=["contributor"])
    jobs.run_all(context)
    [letter] = mail.mailer().sent  # type: ignore[attr-defined]
    assert letter["To"] == "per@stodig.example"
    assert "http://localhost/logg-inn\n" in letter.get_content()


def test_a_supplier_cannot_take_a_municipal_role(context: Flask) -> None:
    marit = a_supplier()
    with unit_of_work(), pytest.raises(Invalid):
        service.invite(marit, organisation_of(marit), email="per@stodig.example", name="Per", roles=["controller"])


def test_somebody_is_always_left_who_can_let_others_in(context: Flask) -> None:
    marit = a_supplier()
    membership = access.memberships_of(marit)[0]
    with unit_of_work(), pytest.raises(WrongState):
        service.end_membership(marit, membership)
    with unit_of_work(), pytest.raises(WrongState):
        service.change_roles(marit, membership, ["contributor"])


def test_a_membership_of_another_organisation_is_not_found(context: Flask) -> None:
    marit, siri = a_supplier(), a_municipality()
    with pytest.raises(NotFound):
        access.membership_for(siri, access.memberships_of(marit)[0].id)


def test_the_log_holds_no_names_in_its_parameters(context: Flask) -> None:
    a_supplier()
    entries = journal.history(SYSTEM)
    assert not any("Marit" in str(entry.params) for entry in entries)
    assert any(entry.sentence == "Kravsjekk ga Marit Stødig tilgang som ansvarlig (sender også inn)" for entry in entries)


# ---------------------------------------------------------------- one-time links


def test_a_link_is_used_once(context: Flask) -> None:
    a_supplier()
    with unit_of_work():
        token = service.token_of(a_link())
    with unit_of_work():
        way_in = service.consume_link(token)
        assert (way_in.email, way_in.next, len(way_in.memberships)) == ("marit@stodig.example", "/leverandor/avvik", 1)
    with unit_of_work(), pytest.raises(WrongState):
        service.consume_link(token)
    assert service.link_state(token)[0] == "used"


def test_a_link_dies_of_age_by_real_time_whatever_the_products_clock_says(context: Flask) -> None:
    a_supplier()
    with unit_of_work():
        link = a_link()
        token = service.token_of(link)
        link.expires_at = clock.real_now() - timedelta(seconds=1)
    with clock.at("2020-01-01T09:00"):
        assert service.link_state(token)[0] == "expired"
        with unit_of_work(), pytest.raises(WrongState):
            service.consume_link(token)


def test_neither_token_nor_code_lies_in_any_table(context: Flask) -> None:
    a_supplier()
    with unit_of_work():
        request_id = service.request_link("marit@stodig.example")
    jobs.run_all(context)
    [letter] = mail.mailer().sent  # type: ignore[attr-defined]
    body = letter.get_content()
    link = db.session.get(SigninLink, request_id)
    assert link is not None
    token = service.token_of(link)
    code = next(line for line in body.splitlines() if len(line) == 6 and line.isdigit())
    assert token in body
    kept = repr([{column.name: getattr(row, column.name) for column in row.__table__.columns} for table in (SigninLink, Notice, Job) for row in db.session.scalars(select(table))])
    assert token not in kept and code not in kept


def test_the_code_works_once_for_the_request_it_belongs_to(context: Flask) -> None:
    a_supplier()
    from portal.journal.rules import derived_code

    with unit_of_work():
        link, other = a_link(), a_link()
    code = derived_code(context.config["SECRET_KEY"], "signin-code", link.id)
    with unit_of_work():
        assert service.consume_code(other.id, code) is None or link.id == other.id
    with unit_of_work():
        assert service.consume_code(link.id, f"{code[:3]} {code[3:]}") is not None
    with unit_of_work(), pytest.raises(WrongState):
        service.consume_code(link.id, code)


def test_five_wrong_codes_end_the_code_and_never_the_link(context: Flask) -> None:
    a_supplier()
    with unit_of_work():
        link = a_link()
    for _n in range(5):
        with unit_of_work():
            assert service.consume_code(link.id, "not it") is None
    with unit_of_work(), pytest.raises(WrongState):
        service.consume_code(link.id, "not it")
    with unit_of_work():
        assert service.consume_link(service.token_of(link)).memberships


def test_asking_for_an_unknown_address_does_the_same_and_sends_nothing(context: Flask) -> None:
    with unit_of_work():
        request_id = service.request_link("nobody@example.no")
    jobs.run_all(context)
    assert mail.mailer().sent == []  # type: ignore[attr-defined]
    assert db.session.scalars(select(SigninLink)).all() == []
    with unit_of_work():
        assert service.consume_code(request_id, "123456") is None


def test_a_disabled_person_gets_no_link(context: Flask) -> None:
    marit = a_supplier()
    with unit_of_work():
        service.disable_person(SYSTEM, db.session.get_one(Person, marit.person_id))
        service.request_link(marit.email)
    jobs.run_all(context)
    assert mail.mailer().sent == []  # type: ignore[attr-defined]


def test_the_first_administrator_may_be_made_twice_with_one_result(context: Flask) -> None:
    wanted = {"email": "siri@nidvik.example", "name": "Siri", "orgnr": "500010010", "organisation_name": "Nidvik kommune"}
    for _n in range(2):
        with unit_of_work():
            service.first_administrator(**wanted)
    assert len(db.session.scalars(select(Membership)).all()) == 1
    a_supplier()
    with unit_of_work(), pytest.raises(WrongState):
        service.first_administrator(**{**wanted, "orgnr": "500010029"})
