"""Files coming in: nothing acknowledged is lost, nothing is half kept, and the same file is never there twice."""

from __future__ import annotations

import hashlib
import io
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.evidence import access, service
from portal.evidence.models import Evidence, EvidenceVersion, Reading
from portal.foundation import clock, jobs
from portal.foundation.actor import Actor
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.models import Job
from portal.foundation.storage import StorageCorrupt, StorageUnavailable, storage
from portal.journal.models import JournalEntry
from tests.evidence.shelves import (
    CARS,
    CARS_WITH_A_BAD_ROW,
    NO_HEADER,
    UNCLEAR_NUMBERS,
    WITH_IDENTITY_NUMBER,
    count,
    keys,
    read,
    send,
    state_of,
    supplier,
)

pytestmark = pytest.mark.usefixtures("context")


def verbs() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry.verb).order_by(JournalEntry.seq)))


# ---------------------------------------------------------------- receiving


def test_an_acknowledged_file_has_its_bytes_in_quarantine_its_job_and_its_journal_entry() -> None:
    actor = supplier()
    sent = state_of(actor, send(actor))
    assert sent.state == "checking"
    with storage().open(f"quarantine/{sent.version_id}") as kept:
        assert kept.read() == CARS
    assert [job.params["version_id"] for job in db.session.scalars(select(Job).where(Job.name == "evidence.read"))] == [sent.version_id]
    assert verbs() == ["evidence.received"]


def test_a_read_file_lies_under_its_digest_and_quarantine_is_empty(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor)
    assert (sent.state, sent.outcome) == ("ready", "accepted_with_warnings")
    assert keys("quarantine/") == []
    assert keys("supplier/") == [f"supplier/{actor.organisation_id}/{hashlib.sha256(CARS).hexdigest()}"]
    assert verbs() == ["evidence.received", "evidence.read"]


def test_the_same_file_sent_again_is_the_same_evidence(app: Flask) -> None:
    actor = supplier()
    first = read(app, actor)
    with unit_of_work():
        receipt = service.receive_file(actor, kind="vehicle_list", stream=io.BytesIO(CARS), file_name="kopi.csv")
        assert receipt.is_repeat
        assert receipt.evidence.id == first.id
    assert jobs.run_all(app) == 0
    assert (count(Evidence), count(EvidenceVersion), count(Reading)) == (1, 1, 1)


def test_the_same_bytes_for_another_day_are_other_evidence_with_one_blob(app: Flask) -> None:
    actor = supplier()
    with clock.at("2026-08-17T09:00"):
        read(app, actor, day=date(2026, 6, 30))
        read(app, actor, day=date(2026, 7, 31))
    assert count(Evidence) == 2
    assert len(keys("supplier/")) == 1


def test_two_suppliers_with_the_same_bytes_share_nothing(app: Flask) -> None:
    one, other = supplier("En AS"), supplier("To AS")
    first, second = read(app, one), read(app, other)
    assert first.id != second.id
    assert len(keys("supplier/")) == 2
    with pytest.raises(NotFound):
        access.evidence_for(other, first.id)


def test_a_second_try_finishes_an_upload_that_a_crash_cut_off(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    actor = supplier()

    class Died(BaseException):
        pass

    def die(point: str) -> None:
        if point == "evidence.after_put":
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr("portal.foundation.faults.reach", die)
        with pytest.raises(Died):
            send(actor)
    assert [version.state for version in db.session.scalars(select(EvidenceVersion))] == ["receiving"]
    assert read(app, actor).state == "ready"
    assert (count(Evidence), count(EvidenceVersion)) == (1, 1)


def test_when_the_store_refuses_the_bytes_no_row_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = supplier()

    def down(*_args: object, **_options: object) -> None:
        raise StorageUnavailable("gone fishing")

    monkeypatch.setattr(storage(), "put", down)
    with pytest.raises(Invalid) as refused:
        send(actor)
    assert "Prøv igjen" in refused.value.errors["file"]
    assert (count(Evidence), count(EvidenceVersion)) == (0, 0)
    assert verbs() == []


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("brev.docx", b"PK\x03\x04", "regneark"),
        ("bilde.heic", b"\x00\x00\x00\x18ftypheic", "JPG"),
        ("bilde.xlsx", b"\x00\x00\x00\x18ftypheic", "JPG"),
        ("makro.xlsm", b"PK\x03\x04", "uten makroer"),
        ("tom.csv", b"", "tom"),
        ("uten", b"a;b", "filtype"),
        ("biler 15908612318.csv", b"a;b", "annet navn"),
    ],
)
def test_what_is_plainly_wrong_is_refused_at_the_door_with_advice(name: str, content: bytes, advice: str) -> None:
    actor = supplier()
    with pytest.raises(Invalid) as refused:
        send(actor, content, name=name)
    assert advice in refused.value.errors["file"]
    assert (count(Evidence), keys()) == (0, [])


def test_a_list_cannot_apply_to_a_day_that_has_not_been() -> None:
    actor = supplier()
    with clock.at("2026-08-17T09:00"), pytest.raises(Invalid) as refused:
        send(actor, day=date(2026, 8, 18))
    assert "ikke har vært ennå" in refused.value.errors["applies_on"]
    assert count(Evidence) == 0


def test_a_period_that_has_begun_may_end_later(app: Flask) -> None:
    actor = supplier()
    with clock.at("2026-08-17T09:00"), unit_of_work():
        service.receive(
            actor, kind="vehicle_list", stream=io.BytesIO(CARS), file_name="biler.csv",
            applies_from=date(2026, 7, 1), applies_to=date(2026, 12, 31),
        )
    assert count(Evidence) == 1


@pytest.mark.parametrize("roles", [(), ("reader",)])
def test_only_people_who_answer_for_the_supplier_send_files_in(roles: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        send(supplier(roles=roles))


def test_a_municipality_sends_nothing_in_for_itself() -> None:
    staff = Actor("p", "Ola", "ola@kommune.example", "b", "Kommunen", "buyer", frozenset({"controller", "submitter"}))
    with pytest.raises(NotAllowed):
        send(staff)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\Kari\\biler.csv", "biler.csv"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("bi\x00l\u202eer\n.csv", "biler.csv"),
        ("biler 15908612318.csv", "biler ***********.csv"),
        ("a" * 400 + ".csv", "a" * 196 + ".csv"),
        ("bla\u030ar.csv", "blår.csv"),
    ],
)
def test_a_file_name_is_kept_without_folders_control_characters_and_identity_numbers(given: str, kept: str) -> None:
    assert service.shown_name(given) == kept


# ---------------------------------------------------------------- reading


def test_a_file_with_an_identity_number_is_refused_and_its_bytes_are_deleted(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor, WITH_IDENTITY_NUMBER)
    assert (sent.state, sent.outcome) == ("refused", "rejected")
    assert keys() == []
    reading = access.newest_reading(access.evidence_for(actor, sent.id))
    assert reading is not None
    (finding,) = access.findings_of(reading)
    assert finding.rows == (2,)
    assert "15908612318" not in repr(finding)
    assert verbs() == ["evidence.received", "evidence.refused"]


def test_a_refused_file_may_be_sent_again_and_is_read_anew(app: Flask) -> None:
    actor = supplier()
    first = read(app, actor, WITH_IDENTITY_NUMBER)
    again = read(app, actor, WITH_IDENTITY_NUMBER)
    assert again == first
    assert (count(Evidence), count(EvidenceVersion), count(Reading)) == (1, 1, 2)


def test_rows_that_cannot_be_trusted_are_left_out_and_named(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor, CARS_WITH_A_BAD_ROW)
    reading = access.newest_reading(access.evidence_for(actor, sent.id))
    assert reading is not None
    assert (reading.table["rows"], reading.table["rows_used"]) == (2, 1)
    assert access.level_counts(reading)["error"] == 1
    headings, rows, total = access.rows_of(reading)
    assert (headings, rows, total) == (["Rad i filen", "Registreringsnummer", "Drivstoff", "Turer"], [["2", "EQ 10001", "el", "40"]], 1)


def test_findings_that_differ_only_in_the_cell_are_told_together(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor, b"Reg.nr;Drivstoff\nEQ 10001;El\n???;El\n!!!;El\n")
    reading = access.newest_reading(access.evidence_for(actor, sent.id))
    assert reading is not None
    first = access.findings_of(reading)[0]
    assert first.cells == ((3, "???"), (4, "!!!"))
    assert first.message.startswith("2 ")
    assert access.findings_of_many([reading]) == {reading.id: access.findings_of(reading)}


def test_a_question_about_the_file_is_answered_and_the_file_read_again(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor, UNCLEAR_NUMBERS, name="lading.csv", kind="charging_sessions")
    assert sent.state == "needs_mapping"
    evidence = access.evidence_for(actor, sent.id)
    reading = access.newest_reading(evidence)
    assert reading is not None
    (question,) = access.questions_of(reading)
    assert question.name == "decimal_mark"
    with unit_of_work():
        service.answer_questions(actor, evidence, reading, {"decimal_mark": "point"})
    assert access.newest_reading(access.evidence_for(actor, sent.id)) is None, "while it is read again, nothing is known"
    jobs.run_all(app)
    assert state_of(actor, sent.id).state == "ready"
    newest = access.newest_reading(access.evidence_for(actor, sent.id))
    assert newest is not None
    assert newest.mapping == {"decimal_mark": "point"}
    assert newest.figures["sum_kwh"] == pytest.approx(3.579)


def test_a_question_is_answered_once(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor, UNCLEAR_NUMBERS, name="lading.csv", kind="charging_sessions")
    evidence = access.evidence_for(actor, sent.id)
    reading = access.newest_reading(evidence)
    assert reading is not None
    with unit_of_work():
        service.answer_questions(actor, evidence, reading, {"decimal_mark": "point"})
    with pytest.raises(WrongState), unit_of_work():
        service.answer_questions(actor, evidence, reading, {"decimal_mark": "comma"})


def test_a_table_without_a_header_that_fits_says_so(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor, NO_HEADER)
    reading = access.newest_reading(access.evidence_for(actor, sent.id))
    assert reading is not None
    assert access.findings_of(reading)[0].code == "no_header"
    assert access.questions_of(reading) == []


# ---------------------------------------------------------------- the bytes again


def test_the_supplier_gets_back_the_bytes_it_sent(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor)
    version = access.newest_version(access.evidence_for(actor, sent.id))
    with access.open_file(actor, version) as kept:
        assert kept.read() == CARS
    with pytest.raises(NotFound):
        access.open_file(supplier("En annen AS"), version)


def test_bytes_that_are_not_those_that_were_sent_are_never_handed_out(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor)
    version = access.newest_version(access.evidence_for(actor, sent.id))
    assert version.blob is not None
    path = storage().folder / version.blob.storage_key  # type: ignore[attr-defined]
    path.chmod(0o644)
    path.write_bytes(CARS.replace(b"El", b"XX"))
    with pytest.raises(StorageCorrupt):
        access.open_file(actor, version)


def test_refused_files_have_no_bytes_to_give(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor, WITH_IDENTITY_NUMBER)
    with pytest.raises(NotFound):
        access.open_file(actor, access.newest_version(access.evidence_for(actor, sent.id)))
