"""The supplier's pages: sending a file in, what was read of it, and every kind of bad file with what to do."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import event, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portal.evidence.models import Evidence, EvidenceVersion
from portal.foundation import jobs
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.models import AccessTrace
from portal.foundation.storage import StorageUnavailable, storage
from tests.evidence.samples import SAMPLES
from tests.evidence.shelves import (
    CARS,
    CARS_WITH_A_BAD_ROW,
    NO_HEADER,
    UNCLEAR_NUMBERS,
    WITH_IDENTITY_NUMBER,
    count,
    keys,
    supplier,
)
from tests.visitors import Visitor

TRONDHEIM = Path(__file__).resolve().parents[3] / "shared" / "data" / "trondheim_ev_charging_2018_2020.csv"
SHELF = "/leverandor/dokumentasjon"


@pytest.fixture
def actor(app: Flask) -> Actor:
    with app.app_context():
        return supplier()


@pytest.fixture
def visitor(app: Flask, actor: Actor) -> Visitor:
    return Visitor(app, actor)


def upload(visitor: Visitor, content: bytes = CARS, name: str = "biler.csv", **fields: str) -> str:
    """Send a file through the form and let the worker read it. Returns the address of its page."""
    answer = post(visitor, content, name, **fields)
    assert answer.status_code == 303, answer.text
    jobs.run_all(visitor.app)
    return str(answer.location)


def post(visitor: Visitor, content: bytes, name: str, **fields: str) -> TestResponse:
    form = {"kind": "vehicle_list", "applies_on": "", **fields, "file": FileStorage(io.BytesIO(content), name)}
    boundary, body = encode_multipart(form)  # in memory: the client itself forgets to close what it writes to disk
    return visitor.post(SHELF, body, content_type=f'multipart/form-data; boundary="{boundary}"')  # type: ignore[arg-type]


def said(page: str) -> str:
    """The page's words, without markup and with single spaces."""
    main = page[page.index("<main") :] if "<main" in page else page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\u202f", " ").replace("\u00a0", " ")


def without_chance(page: str) -> str:
    """The page without the request's code and the form's tokens, which differ every time."""
    return re.sub(r'value="[^"]*"|content="[^"]*"|\b[0-9A-F]{8}\b', "", page)


# ---------------------------------------------------------------- the good road


def test_an_empty_shelf_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.get(SHELF)
    assert page.status_code == 200
    assert "Dere har ikke sendt inn noe ennå" in page.text
    assert "inntil 25 MB" in page.text
    assert 'enctype="multipart/form-data"' in page.text


def test_a_file_is_acknowledged_at_once_and_the_page_asks_again_until_it_is_read(visitor: Visitor) -> None:
    answer = post(visitor, CARS, "biler.csv")
    page = visitor.get(answer.location)
    assert "leser den nå" in page.text
    assert 'hx-trigger="every 2s"' in page.text
    jobs.run_all(visitor.app)
    region = visitor.get(answer.location, headers={"HX-Request": "true", "HX-Target": "reading"})
    assert region.text.lstrip().startswith("<div class=\"reading\" id=\"reading\"")
    assert "every 2s" not in region.text
    assert "brukt alle 2 rader" in said(region.text)


def test_the_page_says_what_was_read_with_figures_columns_findings_and_rows(visitor: Visitor) -> None:
    words = said(visitor.get(upload(visitor, CARS_WITH_A_BAD_ROW, applies_on="30.06.2026")).text)
    assert "brukt 1 av 2 rader" in words
    assert "Nullutslippsbiler 100 %" in words
    assert "oppgitt av leverandøren" in words
    assert "Stopper" in words and "rad 3" in words and "kolonne «Reg.nr»" in words
    assert "Overskriftene står i rad 1" in words
    assert "Filen gjelder 30. juni 2026" in words
    assert "Reg.nr Registreringsnummer" in words
    assert "EQ 10001 el 40" in words


@pytest.mark.skipif(not TRONDHEIM.is_file(), reason="The Trondheim file lies in ../shared/data, which is not here.")
def test_the_trondheim_log_shows_its_known_figures(visitor: Visitor) -> None:
    address = upload(visitor, TRONDHEIM.read_bytes(), "ladelogg.csv", kind="charging_sessions")
    words = said(visitor.get(address).text)
    for figure in ("6 878", "87 493,28 kWh", "21. desember 2018 – 31. januar 2020", "34", "18", "53", "15 553,50"):
        assert figure in words
    last = said(visitor.get(f"{address}?side=138").text)
    assert "Viser 6 851–6 878 av 6 878 rader" in last
    assert visitor.get(f"{address}?side=139").status_code == 404


def test_the_library_lists_the_file_with_its_state(visitor: Visitor) -> None:
    address = upload(visitor, CARS_WITH_A_BAD_ROW)
    words = said(visitor.get(SHELF).text)
    assert "biler.csv Kjøretøyliste" in words
    assert "1 av 2" in words
    assert address in visitor.get(SHELF).text


def test_a_file_sent_twice_leads_to_the_same_page_and_says_so(visitor: Visitor, app: Flask) -> None:
    first = upload(visitor)
    answer = post(visitor, CARS, "biler igjen.csv")
    assert answer.location == first
    assert "har dere sendt inn før" in visitor.get(answer.location).text
    with app.app_context():
        assert count(Evidence) == 1


def test_a_double_click_gets_the_same_answer_and_one_evidence(visitor: Visitor, app: Flask) -> None:
    answers = [post(visitor, CARS, "biler.csv", _once="the same form") for _click in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    with app.app_context():
        assert count(EvidenceVersion) == 1


def test_a_form_whose_first_sending_was_cut_off_may_be_sent_again(visitor: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_args: object, **_options: object) -> None:
        raise StorageUnavailable("gone fishing")

    with monkeypatch.context() as patch, app.app_context():
        patch.setattr(storage(), "put", down)
        refused = post(visitor, CARS, "biler.csv", _once="cut off")
    assert refused.status_code == 422
    assert "har ikke beholdt noe av den" in refused.text
    assert post(visitor, CARS, "biler.csv", _once="cut off").status_code == 303
    with app.app_context():
        assert [version.state for version in db.session.scalars(select(EvidenceVersion))] == ["checking"]


@pytest.mark.parametrize(("next", "leads_to"), [("/leverandor/avvik", "/leverandor/avvik"), ("//evil.example", SHELF), ("https://evil.example", SHELF)])
def test_the_way_back_stays_on_this_site(visitor: Visitor, next: str, leads_to: str) -> None:
    assert post(visitor, CARS, "biler.csv", next=next).location.startswith(leads_to)


def test_the_bytes_come_back_as_an_attachment_that_no_browser_runs(visitor: Visitor, app: Flask) -> None:
    address = upload(visitor)
    answer = visitor.get(f"{address}/fil")
    assert answer.data == CARS
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=biler.csv"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
    with app.app_context():
        traces = db.session.scalars(select(AccessTrace.subject).where(AccessTrace.method == "GET")).all()
    assert [trace for trace in traces if trace and trace.startswith("file:")]


# ---------------------------------------------------------------- bad input


def test_no_file_is_asked_for_at_the_field(visitor: Visitor) -> None:
    answer = visitor.post(SHELF, {"kind": "vehicle_list"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text and "Velg en fil først" in answer.text


@pytest.mark.parametrize("written", ["31.02.2026", "i går", "<script>"])
def test_a_day_that_is_no_day_is_kept_as_typed_and_asked_about(visitor: Visitor, written: str, app: Flask) -> None:
    answer = post(visitor, CARS, "biler.csv", applies_on=written)
    assert answer.status_code == 422
    assert 'id="applies_on-error"' in answer.text
    assert written.replace("<", "&lt;").replace(">", "&gt;") in answer.text
    with app.app_context():
        assert (count(Evidence), keys()) == (0, [])


def test_another_kind_than_those_offered_is_refused(visitor: Visitor) -> None:
    assert post(visitor, CARS, "biler.csv", kind="<script>").status_code == 422


@pytest.mark.parametrize(
    ("content", "name", "state", "words"),
    [
        (WITH_IDENTITY_NUMBER, "biler.csv", "refused", "Fjern kolonnen"),
        (NO_HEADER, "biler.csv", "needs_mapping", "Overskrifter vi kjenner igjen"),
        (b"PK\x03\x04 not a package", "biler.xlsx", "refused", "lagre en ny kopi"),
        (b"%PDF-1.7", "biler.csv", "refused", "ser ut som en PDF"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why_and_what_to_do(
    visitor: Visitor, app: Flask, content: bytes, name: str, state: str, words: str
) -> None:
    address = upload(visitor, content, name)
    page = visitor.get(address)
    assert page.status_code == 200
    assert words in said(page.text)
    assert "Send inn" in said(page.text)
    with app.app_context():
        assert [version.state for version in db.session.scalars(select(EvidenceVersion))] == [state]
        if state == "refused":
            assert keys() == []


HOSTILE = [sample for sample in SAMPLES if sample.outcome == "rejected"]


@pytest.mark.slow
def test_every_refused_sample_gives_a_page_with_advice_and_leaves_nothing(visitor: Visitor, app: Flask, tmp_path: Path) -> None:
    """The whole corpus of hostile and unusable files through the form: never a 500, never a byte kept."""
    for sample in HOSTILE:
        path = tmp_path / "sample"
        sample.write(path)
        answer = post(visitor, path.read_bytes(), sample.name, kind=sample.kind)
        assert answer.status_code in (303, 413, 422), sample.name
        if answer.status_code == 303:
            jobs.run_all(app)
            page = visitor.get(answer.location)
            assert page.status_code == 200, sample.name
            assert "Stopper" in page.text, sample.name
            assert "finding__fix" in page.text, sample.name
    with app.app_context():
        assert set(db.session.scalars(select(EvidenceVersion.state))) == {"refused"}
        assert keys() == []


def test_a_question_is_answered_on_the_page(visitor: Visitor) -> None:
    address = upload(visitor, UNCLEAR_NUMBERS, "lading.csv", kind="charging_sessions")
    assert "Hvordan er tallene i «kWh» skrevet" in said(visitor.get(address).text)
    empty = visitor.post(f"{address}/svar", {})
    assert empty.status_code == 422
    assert "Velg et svar" in empty.text
    assert visitor.post(f"{address}/svar", {"decimal_mark": "<b>"}).status_code == 422
    assert visitor.post(f"{address}/svar", {"decimal_mark": "point"}).status_code == 303
    jobs.run_all(visitor.app)
    assert "3,58 kWh" in said(visitor.get(address).text)


def test_words_from_a_file_are_never_markup(visitor: Visitor) -> None:
    address = upload(visitor, b"Reg.nr;Drivstoff;Biltype\n<b>x;<i>el</i>;a\nEQ 10001;<script>alert(1)</script>;<img src=x>\n", "a<b>c.csv")
    page = visitor.get(address).text
    for markup in ("<script>alert", "<img src=x", "<i>el", "a<b>c"):
        assert markup not in page


def test_findings_beyond_the_first_fifty_are_offered_and_all_are_in_the_workbook(visitor: Visitor) -> None:
    rows = b"".join(f"EQ {10000 + n};rart{n}\n".encode() for n in range(40))
    address = upload(visitor, b"Reg.nr;Drivstoff\n" + rows + b"=1+1;El\n")
    book = visitor.get(f"{address}/merknader.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).active
    cells = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len([row for row in cells if row[3] == "Drivstoff"]) == 40
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "Last ned alle merknadene" in visitor.get(address).text


def test_a_store_that_is_down_costs_the_rows_but_not_the_page(visitor: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    address = upload(visitor)

    def down(*_args: object, **_options: object) -> None:
        raise StorageUnavailable("gone fishing")

    with app.app_context():
        monkeypatch.setattr(storage(), "open", down)
    page = visitor.get(address)
    assert page.status_code == 200
    assert "Radene kan ikke vises akkurat nå" in page.text
    assert visitor.get(f"{address}/fil").status_code == 503


# ---------------------------------------------------------------- others


@pytest.mark.parametrize("suffix", ["", "/fil", "/merknader.xlsx"])
def test_another_suppliers_file_answers_as_if_it_did_not_exist(visitor: Visitor, app: Flask, suffix: str) -> None:
    address = upload(visitor)
    with app.app_context():
        stranger = Visitor(app, supplier("En annen AS"))
    theirs, none = stranger.get(address + suffix), stranger.get(f"{SHELF}/{'0' * 20}{suffix}")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert without_chance(theirs.text) == without_chance(none.text)


def test_another_supplier_cannot_answer_for_the_file(visitor: Visitor, app: Flask) -> None:
    address = upload(visitor, UNCLEAR_NUMBERS, "lading.csv", kind="charging_sessions")
    with app.app_context():
        stranger = Visitor(app, supplier("En annen AS"))
    assert stranger.post(f"{address}/svar", {"decimal_mark": "comma"}).status_code == 404


@pytest.mark.parametrize("files", [1, 5])
def test_the_pages_ask_the_database_equally_often_however_many_files_there_are(visitor: Visitor, app: Flask, files: int) -> None:
    for number in range(files):
        address = upload(visitor, CARS + f"EQ 2{number:04};El;1\n".encode(), f"biler{number}.csv")
    statements: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    visitor.get(SHELF)
    library = len(statements)
    statements.clear()
    visitor.get(address)
    assert library <= 6
    assert len(statements) <= 12
