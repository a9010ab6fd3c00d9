"""The journal and the outbox, on the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from portal.foundation import clock, jobs, mail
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import NotFound
from portal.foundation.models import Job
from portal.journal import access, documents, service
from portal.journal.models import JournalEntry, Notice, PersonalValue
from portal.journal.rules import Personal

INGRID = Actor("p1", "Ingrid Solbakk", "ingrid@nidvik.example", "buyer-a", "Nidvik", "buyer")
TONE = Actor("p2", "Tone Vikan", "tone@fjelltun.example", "buyer-b", "Fjelltun", "buyer")
MARIT = Actor("p3", "Marit Stødig", "marit@stodig.example", "supplier-a", "Stødig", "supplier")


def a_record(actor: Actor = INGRID, verb: str = "test.done", **params: object) -> None:
    with unit_of_work():
        service.record(actor, verb, buyer_id=actor.organisation_id, subject=("thing", "t1"), **params)


def a_welcome(dedupe: str = "w1") -> Notice | None:
    return service.notify(
        "marit@stodig.example", "welcome", dedupe=dedupe, buyer_id="buyer-a", subject=("thing", "t1"), organisation="Stødig", invited_by="Ingrid", roles=["Ansvarlig"]
    )


def test_each_municipality_has_its_own_chain_and_all_hold(context: Flask) -> None:
    for actor in (INGRID, TONE, INGRID):
        a_record(actor)
    with unit_of_work():
        service.record(SYSTEM, "test.done", buyer_id=None, subject=("thing", "t1"))
    assert {(check.chain, check.count, check.holds) for check in access.check_chains()} == {("buyer-a", 2, True), ("buyer-b", 1, True), ("global", 1, True)}


def test_an_entry_lives_and_dies_with_what_it_tells_about(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        service.record(INGRID, "test.done", buyer_id="buyer-a", subject=("thing", "t1"))
        raise ZeroDivisionError
    assert db.session.scalars(select(JournalEntry)).all() == []


@pytest.mark.parametrize("deed", ["update journal_entry set verb = 'x'", "delete from journal_entry"])
def test_the_database_refuses_to_change_or_delete_an_entry(context: Flask, deed: str) -> None:
    a_record()
    with pytest.raises(DatabaseError, match="never changed or deleted"), unit_of_work():
        db.session.execute(text(deed))
    assert db.session.scalars(select(JournalEntry.verb)).all() == ["test.done"]


def test_an_entry_changed_behind_the_databases_back_is_found(context: Flask) -> None:
    a_record()
    a_record()
    entries = [(e.seq, e.prev_hash, e.hash, e.body) for e in db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq))]
    from portal.journal.rules import check_chain

    seq, before, found, body = entries[1]
    assert check_chain("buyer-a", [entries[0], (seq, before, found, {**body, "verb": "other"})]).broken_at == 2


def test_erasing_a_name_leaves_the_chain_whole(context: Flask) -> None:
    a_record(person=Personal("Olav Kant"))
    [entry] = access.history(INGRID)
    assert entry.who == "Ingrid Solbakk"
    assert "Olav Kant" not in str(entry.params)
    with unit_of_work():
        for kept in db.session.scalars(select(PersonalValue)):
            kept.value = None
    db.session.expire_all()
    [entry] = access.history(INGRID)
    assert entry.who == "(slettet)"
    assert all(check.holds for check in access.check_chains())


def test_a_personal_parameter_is_filled_in_when_it_is_read(context: Flask) -> None:
    from portal.journal.rules import register_sentences

    register_sentences({"test.met": "{who} møtte {person}"})
    a_record(verb="test.met", person=Personal("Olav Kant"))
    [entry] = access.history(INGRID)
    assert entry.sentence == "Ingrid Solbakk møtte Olav Kant"


def test_one_name_is_kept_once_however_much_its_owner_does(context: Flask) -> None:
    for _n in range(3):
        a_record()
    assert len(db.session.scalars(select(PersonalValue)).all()) == 1


def test_staff_see_their_own_municipalitys_log_only(context: Flask) -> None:
    a_record(INGRID)
    a_record(TONE)
    assert [entry.actor_id for entry in access.history(INGRID)] == ["p1"]


def test_a_supplier_must_name_what_it_asks_about_and_never_sees_what_is_internal(context: Flask) -> None:
    a_record(INGRID, "test.done")
    a_record(INGRID, "test.done_internal")
    with pytest.raises(NotFound):
        access.history(MARIT)
    assert [entry.verb for entry in access.history(MARIT, subject=("thing", "t1"))] == ["test.done"]


def test_times_are_product_time_and_hold_to_the_microsecond(context: Flask) -> None:
    with clock.at("2026-08-17T09:00"):
        a_record()
    db.session.expire_all()
    [entry] = access.history(INGRID)
    assert entry.body["at"] == "2026-08-17T07:00:00.000000Z"


# ---------------------------------------------------------------- the outbox


def test_a_mail_leaves_once_after_the_commit(context: Flask) -> None:
    with unit_of_work():
        assert a_welcome() is not None
        assert a_welcome() is None
    sent = mail.mailer().sent  # type: ignore[attr-defined]
    assert sent == []
    jobs.run_all(context)
    jobs.run_all(context)
    assert [letter["Subject"] for letter in sent] == ["Du har fått tilgang til Kravsjekk for Stødig"]
    assert [(notice.state, notice.sent_at is not None) for notice in access.notices_about(INGRID, ("thing", "t1"))] == [("sent", True)]


def test_what_was_rolled_back_sends_nothing(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        a_welcome()
        raise ZeroDivisionError
    jobs.run_all(context)
    assert mail.mailer().sent == []  # type: ignore[attr-defined]


def test_a_mail_server_that_is_down_is_waited_for(context: Flask) -> None:
    mailer = mail.mailer()
    mailer.failure = mail.MailUnavailable("no answer")  # type: ignore[attr-defined]
    with unit_of_work():
        a_welcome()
    with pytest.raises(mail.MailUnavailable):
        jobs.run_all(context)
    [notice] = access.notices_about(INGRID, ("thing", "t1"))
    assert (notice.state, notice.last_error) == ("queued", "no answer")
    job = db.session.scalars(select(Job).where(Job.name == "journal.send_notice")).one()
    assert (job.state, job.tries) == ("queued", 0)


def test_a_refused_address_is_told_to_staff_without_naming_it(context: Flask) -> None:
    mail.mailer().failure = mail.MailRefused("550 no such user marit@stodig.example")  # type: ignore[attr-defined]
    with unit_of_work():
        a_welcome()
    jobs.run_all(context)
    [notice] = access.notices_about(INGRID, ("thing", "t1"))
    assert notice.state == "failed"
    [entry] = access.history(INGRID, subject=("thing", "t1"))
    assert entry.verb == "notice.failed"
    assert "marit@" not in str(entry.params)


def test_other_municipalities_and_suppliers_do_not_see_the_outbox(context: Flask) -> None:
    with unit_of_work():
        a_welcome()
    assert access.notices_about(TONE, ("thing", "t1")) == []
    with pytest.raises(NotFound):
        access.notices_about(MARIT, ("thing", "t1"))


def test_nobody_to_write_to_is_no_failure(context: Flask) -> None:
    with unit_of_work():
        assert service.notify("", "welcome", dedupe="nobody") is None


def test_a_name_with_a_line_break_cannot_add_a_header(context: Flask) -> None:
    notice = Notice(id="n1", dedupe="x", to_email="a@b.no", template="welcome", params={"organisation": "Stødig\nBcc: all@b.no", "invited_by": "x", "roles": []})
    letter = documents.letter(notice)
    assert letter["Bcc"] is None
    assert "\n" not in letter["Subject"]


def test_the_same_notice_always_has_the_same_message_id(context: Flask) -> None:
    notice = Notice(id="n1", dedupe="x", to_email="a@b.no", template="welcome", params={"organisation": "Stødig", "invited_by": "x", "roles": []})
    assert documents.letter(notice)["Message-ID"] == documents.letter(notice)["Message-ID"] == "<n1@localhost>"


def test_many_writers_at_once_make_one_whole_chain(app: Flask) -> None:
    def write(_n: int) -> None:
        with app.app_context(), unit_of_work():
            service.record(INGRID, "test.done", buyer_id="buyer-a", subject=("thing", "t1"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(24)))
    with app.app_context():
        [check] = access.check_chains()
        assert (check.count, check.holds) == (24, True)
