"""What goes wrong for people at a screen: bad files, a session that ends, a hand that presses twice, two who decide at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select, update

from portal.evidence.models import Blob, EvidenceVersion, Reading
from portal.foundation import clock
from portal.foundation.db import db, unit_of_work
from portal.foundation.models import WebSession
from portal.foundation.storage import storage
from portal.reporting.models import Answer, Submission
from portal.review.models import Decision
from tests.evidence.samples import SAMPLES
from tests.journeys import nidvik as world
from tests.journeys.live import LivePortal, code_in
from tests.journeys.nidvik import Nidvik
from tests.journeys.people import Person, person

pytestmark = pytest.mark.browser

BAD_FILES = {
    "arkiv.zip": ("kan ikke leses som tabell", "last opp regnearket for seg"),
    "tom.csv": ("Filen er tom", "Kontroller at eksporten ble ferdig"),
    "halv.xlsx": ("Filen er skadet", "lagre en ny kopi"),
    "passord.xlsx": ("beskyttet med passord", "Fjern passordet"),
    "bombe.xlsx": ("pakket på en måte som ikke tas imot", "Excel-arbeidsbok (.xlsx) eller CSV"),
    "hjørne.xlsx": ("langt fra resten av tabellen", "Slett innholdet i den cella"),
    "tall.csv": ("Finner ingen rad med overskrifter", "Legg en rad med overskrifter"),
}
"""What is wrong, and what to do about it."""
LONG = "Bil nummer 22 leveres i oktober, sier forhandleren. Æ, ø og å: «sitat», 100 % <sant> & mer.\n" * 40


@pytest.fixture
def report(live: LivePortal, nidvik: Nidvik) -> str:
    """The address of an open report."""
    with live.worker_resting():
        return f"/leverandor/rapporter/{world.an_open_report(live.app, nidvik)}"


@pytest.fixture
def sent(live: LivePortal, nidvik: Nidvik) -> str:
    """The address of the same report as the municipality sees it, sent in."""
    with live.worker_resting():
        return f"/kommune/kontroll/{world.a_sent_report(live.app, nidvik)}"


@pytest.fixture
def marit(chromium: Browser, live: LivePortal, nidvik: Nidvik) -> Iterator[Person]:
    with person(chromium, live, "marit") as marit:
        marit.is_signed_in(nidvik.marit)
        yield marit


# ---------------------------------------------------------------- files


def test_every_bad_file_is_told_in_plain_words_and_leaves_nothing(marit: Person, report: str, live: LivePortal, tmp_path: Path) -> None:
    """One after the other at the same question, as somebody who does not give up; the right file is read at the end."""
    marit.goes_to(report, "rapporten")
    question = marit.main.locator("section.question", has_text="Kjøretøyliste").first
    for name, words in BAD_FILES.items():
        sample = next(sample for sample in SAMPLES if sample.name == name)
        path = tmp_path / name
        sample.write(path)
        question.locator("input[type=file]").set_input_files(path)
        for told in words:
            expect(question).to_contain_text(told, timeout=30_000)
        marit.look(f"feil fil {name}")
        if question.get_by_role("button", name="Ta bort fra rapporten").count():
            question.get_by_role("button", name="Ta bort fra rapporten").first.click()
            expect(question.get_by_role("button", name="Ta bort fra rapporten")).to_have_count(0)
    question.locator("input[type=file]").set_input_files(write(tmp_path, *world.VEHICLES))
    expect(question).to_contain_text("22 av 22 rader er brukt", timeout=30_000)
    live.settle()
    with live.app.app_context():
        assert set(db.session.scalars(select(EvidenceVersion.state))) <= {"ready", "refused", "needs_mapping"}
        kept = {stored.key for stored in storage().list()}
        known = {blob.storage_key for blob in db.session.scalars(select(Blob))} | set(db.session.scalars(select(Reading.rows_key).where(Reading.rows_key.is_not(None))))
    assert kept == known


# ---------------------------------------------------------------- the session that ended


def end_every_session(live: LivePortal) -> None:
    with live.app.app_context(), unit_of_work():
        db.session.execute(update(WebSession).values(ended_at=clock.real_now()))


def explanation_of(live: LivePortal) -> str:
    with live.app.app_context():
        return db.session.scalars(select(Answer.raw).where(Answer.raw != "")).one()


def test_not_a_letter_is_lost_when_the_session_ends_in_the_middle_of_a_form(marit: Person, report: str, live: LivePortal) -> None:
    marit.goes_to(report, "rapporten")
    question = marit.main.locator("div.question--slim", has_text="DRO-01")
    question.locator("summary").click()
    end_every_session(live)
    question.locator("textarea").fill(LONG)
    question.locator("textarea").blur()
    expect(marit.page.locator("#session-expired")).to_be_visible()
    marit.look("økta er over")
    expect(question.locator("[data-save-state]")).to_have_text("Ikke lagret ennå")

    with marit.context.expect_page() as opened:
        marit.page.get_by_role("link", name="Logg inn i ny fane").click()
    tab = opened.value
    tab.get_by_label("E-postadresse").fill("marit@stodig.example")
    tab.get_by_role("button", name="Send meg en lenke").click()
    tab.get_by_label("Kode med seks siffer").fill(code_in(live.letter_to("marit@stodig.example", "Din innlogging")))
    tab.get_by_role("main").get_by_role("button", name="Logg inn").click()
    expect(tab.get_by_role("heading", name="Rapporter")).to_be_visible()
    tab.wait_for_load_state()  # a browser without a screen tells no page that it came to the front: the new tab itself has to
    tab.close()

    expect(marit.page.locator("#session-expired")).to_be_hidden()
    expect(question.locator("[data-save-state]")).to_contain_text("Lagret kl.")
    assert explanation_of(live).strip() == LONG.strip()
    marit.goes_to(report, "alt står der")
    expect(marit.main.locator("div.question--slim", has_text="DRO-01").locator("textarea")).to_have_value(explanation_of(live))


def test_without_javascript_the_whole_form_comes_back_after_a_new_sign_in(chromium: Browser, live: LivePortal, nidvik: Nidvik, report: str) -> None:
    with person(chromium, live, "marit", scripted=False) as marit:
        marit.is_signed_in(nidvik.marit)
        marit.goes_to(report, "rapporten")
        question = marit.main.locator("div.question--slim", has_text="DRO-01")
        question.locator("summary").click()
        question.locator("textarea").fill(LONG)
        end_every_session(live)
        marit.presses("Lagre alle svar", "økta er over")
        marit.reads("Bil nummer 22 leveres i oktober")
        marit.is_signed_in(nidvik.marit)  # as after signing in in another tab
        marit.presses("Send på nytt", "siden hørte til den gamle økta")
        marit.reads("Ingenting er tapt")
        marit.presses("Send på nytt", "sendt på nytt")
    assert explanation_of(live).replace("\r\n", "\n").strip() == LONG.strip()


# ---------------------------------------------------------------- twice, and two at once


def test_a_double_click_on_send_is_one_submission(marit: Person, report: str, live: LivePortal, tmp_path: Path) -> None:
    marit.goes_to(report, "rapporten")
    question = marit.main.locator("section.question", has_text="Kjøretøyliste").first
    question.locator("input[type=file]").set_input_files(write(tmp_path, *world.VEHICLES))
    expect(question).to_contain_text("22 av 22 rader er brukt", timeout=30_000)
    marit.main.get_by_role("button", name="Send inn rapporten").dblclick()
    marit.reads("Kvittering")
    marit.page.go_back()
    marit.page.goto(live.address + report)
    marit.reads("Kvittering")
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_the_second_of_two_controllers_is_told_who_decided_and_when(chromium: Browser, live: LivePortal, nidvik: Nidvik, sent: str) -> None:
    with person(chromium, live, "ingrid") as ingrid, person(chromium, live, "jonas", width=375) as jonas:
        ingrid.is_signed_in(nidvik.ingrid)
        jonas.is_signed_in(nidvik.jonas)
        for controller in (ingrid, jonas):
            controller.goes_to(sent, "saken")
        ingrid.presses("Vurder resten som foreslått", "vurdert")
        ingrid.presses("Godkjenn rapporten", "godkjent")
        card = jonas.main.locator("#retur")
        question = card.locator("details", has_text="Kjøretøyliste")
        question.locator("summary").click()
        question.locator("textarea").fill("Når kommer bil 22?")
        jonas.types("Internt notat", "Spør Ingrid", within=card)
        jonas.presses("Send tilbake", "for sent")
        jonas.reads("Rapporten er allerede godkjent av Ingrid Solbakk 17. august 2026 kl. 09.")
        jonas.reads("Når kommer bil 22?")
        jonas.main.get_by_role("link").first.click()
        jonas.reads("Godkjent av Ingrid Solbakk")
    with live.app.app_context():
        assert [decision.decided_by_name for decision in db.session.scalars(select(Decision))] == ["Ingrid Solbakk"]


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
