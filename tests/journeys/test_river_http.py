"""The seven steps through HTTP alone: every page carries what the next step needs, and no script is asked for anything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.deviations import service as deviations
from portal.evidence.models import EvidenceVersion
from portal.foundation import clock, jobs, mail
from portal.foundation.db import db, unit_of_work
from portal.journal import access as journal_access
from portal.journal.models import JournalEntry
from portal.reporting.models import Submission
from portal.review.models import Decision
from portal.verification import service as verification
from tests.journeys import nidvik as world
from tests.journeys.live import code_in, path_in
from tests.journeys.nidvik import HERO, Nidvik
from tests.journeys.pages import Form
from tests.journeys.walkers import Walker

EXPLANATION = "Bil 19 til 22 er bestilt som elektriske rullestolbiler."
DATED = "Bil 22 leveres 24. september 2026."
SECRET = "Ta det opp med Tone før neste møte."


class Town:
    """Everybody, each with her own browser, and the worker that is let in between the steps."""

    def __init__(self, app: Flask, nidvik: Nidvik) -> None:
        self.app = app
        self.nidvik = nidvik
        self.berit, self.ingrid, self.steinar = (Walker(app, actor) for actor in (nidvik.berit, nidvik.ingrid, nidvik.steinar))
        self.marit = Walker(app)

    def work(self) -> None:
        """What the worker does within seconds."""
        with self.app.app_context():
            jobs.run_all(self.app)
            with unit_of_work():
                verification.catch_up()
            with unit_of_work():
                deviations.catch_up()
            jobs.run_all(self.app)

    def letter(self, about: str) -> str:
        self.work()
        with self.app.app_context():
            mailer = mail.mailer()
            assert isinstance(mailer, mail.ListMailer)
            found = [letter for letter in mailer.sent if about in str(letter["Subject"])]
        assert found, f"no letter about {about!r}: {[str(letter['Subject']) for letter in mailer.sent]}"
        return str(found[-1].get_content())


@pytest.fixture
def town(app: Flask, nidvik: Nidvik) -> Town:
    return Town(app, nidvik)


def test_the_river_from_requirement_to_closed_deviation(town: Town) -> None:
    agreement = pinned(town)
    world.report_second_half_of_2025(town.app, town.nidvik, agreement.rpartition("/")[2])
    opened(town, agreement)
    report = reported(town)
    returned_and_answered(town, report)
    deviation = decided_with_a_deviation(town)
    closed(town, deviation)
    seen_by_anyone(town, agreement)


def pinned(town: Town) -> str:
    """Step 1. Returns the agreement's address."""
    berit = town.berit
    berit.opens("/krav/DRO-03")
    berit.reads("minst 10 % fra 1. januar 2024", "minst 50 % fra 1. juli 2025", "fra 1. januar 2027", "gjelder nå")
    berit.opens("/kommune/avtaler")
    berit.follows("Ny avtale")
    berit.fills(
        "Lag utkast",
        {
            "Avtalenummer": "2025-044",
            "Hva avtalen gjelder": "Drosjetjenester",
            "Avtaletype": "Parallell rammeavtale",
            "Hva som kjøpes": "Drosje",
            "Første dag": "01.07.2025",
            "Siste dag": "30.06.2029",
            "Verdi i året": "9 200 000",
        },
    )
    agreement = berit.page.address
    berit.follows("Legg til leverandør")
    berit.fills("Legg til", {"Leverandør": f"{world.TAXI[1]} ({world.TAXI[0]})", "Kontaktperson": "Marit Stødig", "E-postadressen til": "marit@stodig.example"})
    for name, duty in (("Ingrid Solbakk", "controller"), ("Jonas Myhr", "deputy")):
        berit.follows("Gi noen en oppgave")
        form = berit.page.form_with("Lagre")
        berit.presses("Lagre", form, person=form.options["person"][name], duty=duty)
    for code, clause in (("DRO-01", "4.1"), ("DRO-05", "4.2"), ("DRO-03", "4.3")):
        berit.opens(f"{agreement}/fest")
        berit.follows(f"Fest {code}")
        terms = {"clause_reference": clause, "frequency": "half_yearly"}
        if code == "DRO-03":
            form = berit.page.form_with("Fest kravet")
            line = next(name.rpartition("-")[2] for name, text in form.fields.items() if name.startswith("day-") and text == "01.07.2025")
            berit.presses("Fest kravet", **terms, **{f"value-{line}": "40"})
            assert berit.status == 422
            terms[f"value-{line}"] = "70"
        berit.presses("Fest kravet", **terms)
        assert berit.status == 200
    berit.reads("70 % fra 1. juli 2025")
    berit.presses("Sett i gang")
    return agreement


def opened(town: Town, agreement: str) -> None:
    """Step 2."""
    ingrid = town.ingrid
    ingrid.opens(f"{agreement}/runder")
    ingrid.presses("Planlegg perioden")
    planned = ingrid.page.address
    ingrid.reads("1. januar 2026 – 30. juni 2026")
    ingrid.follows("Forhåndsvis")
    ingrid.reads("Slik ser leverandøren det", "Kjøretøyliste", "punkt 4.3")
    ingrid.opens(planned)
    ingrid.presses("Åpne og inviter")


def reported(town: Town) -> str:
    """Step 3. Returns the report's address."""
    marit = town.marit
    marit.opens(path_in(town.letter("ber om miljørapport for 1. halvår 2026"), "/invitasjon/"))
    marit.reads("Nidvik kommune (fiktiv)", "minutter")
    marit.fills("Send meg lenke og kode", {"E-postadressen din": "marit@stodig.example"})
    marit.presses("Logg inn", code=code_in(town.letter("Din innlogging")))
    report = marit.page.address
    for title, file in (("Kjøretøyliste", world.VEHICLES), ("Ladelogg", world.CHARGING)):
        send_file(town, title, report, file)
    marit.reads(HERO, "oppgitt av leverandøren", "tyder på (kjennemerke)", "bekreftet i register")
    form = marit.page.form_with("Send inn rapporten")
    marit.presses("Send inn rapporten", form, **{explanation_field(form): EXPLANATION})
    marit.reads("Kvittering", EXPLANATION)
    assert "1. halvår 2026" in town.letter("Kvittering")
    return report


def returned_and_answered(town: Town, report: str) -> None:
    """Step 4, back and forth."""
    ingrid, marit = town.ingrid, town.marit
    town.work()
    ingrid.opens("/kommune/kontroll")
    ingrid.follows("Drosjetjenester, 1. halvår 2026")
    ingrid.reads(HERO, EXPLANATION, "2. halvår 2025")
    form = ingrid.page.form_with("Send tilbake")
    question = next(name for label, name in form.labels.items() if "Kjøretøyliste" in label)
    ingrid.presses("Send tilbake", form, internal_note=SECRET, **{question: "Når blir bil 22 levert?"})
    ingrid.reads("Sendt tilbake av Ingrid Solbakk")

    assert path_in(town.letter("Vi trenger mer fra dere"), "/leverandor/rapporter/") == report
    marit.opens(report)
    marit.reads("Når blir bil 22 levert?")
    assert SECRET not in marit.page.words
    assert "Ladelogg" not in marit.page.words
    send_file(town, "Kjøretøyliste", report, world.CORRECTED)
    form = marit.page.form_with("Send inn rapporten")
    marit.presses("Send inn rapporten", form, **{explanation_field(form): f"{EXPLANATION} {DATED}"})
    marit.reads("2. innsending")


def decided_with_a_deviation(town: Town) -> str:
    """Step 4's decision and step 5's answer. Returns the deviation's address without its door."""
    ingrid, marit = town.ingrid, town.marit
    town.work()
    ingrid.opens("/kommune/kontroll")
    ingrid.follows("Drosjetjenester, 1. halvår 2026")
    ingrid.reads("Endret siden forrige innsending", DATED, "EQ 10007")
    ingrid.presses("Vurder resten som foreslått")
    ingrid.follows("Reis avvik")
    ingrid.presses("Lagre utkastet", severity="significant", due_on="31.08.2026", internal_note=SECRET)
    ingrid.reads("AV-2026-001")
    ingrid.presses("Lagre og send til leverandøren")

    deviation = path_in(town.letter("AV-2026-001"), "/leverandor/avvik/").removeprefix("/leverandor")
    marit.opens(f"/leverandor{deviation}")
    assert SECRET not in marit.page.words
    marit.presses("Send svaret", cause="", action="De fire siste byttes.", done_by="01.10.2026")
    assert marit.status == 422
    assert marit.page.form_with("Send svaret").fields["action"] == "De fire siste byttes."
    marit.presses("Send svaret", cause="Bilene kom ikke til avtalt tid.", done_by="01.10.2026")
    assert marit.status == 200
    return deviation


def closed(town: Town, deviation: str) -> None:
    """Step 6: a list from the future is refused, the list of 1 October passes, and every step stands in the history."""
    ingrid, marit = town.ingrid, town.marit
    ingrid.opens(f"/kommune{deviation}")
    ingrid.presses("Godta planen")
    marit.opens(f"/leverandor{deviation}")
    marit.presses("Legg ved lista", applies_on="01.10.2026", file=world.STATUS)
    assert marit.status == 422
    marit.reads("Lista kan ikke gjelde en dag som ikke har vært ennå")
    clock.set_anchor(clock.parse_local("2026-10-01T12:00"))
    marit.opens(f"/leverandor{deviation}")
    marit.presses("Legg ved lista", applies_on="01.10.2026", file=world.STATUS)
    town.work()
    marit.opens(f"/leverandor{deviation}")
    marit.reads("22 av 22")
    ingrid.opens(f"/kommune{deviation}")
    ingrid.presses("Lukk avviket")
    ingrid.reads("lukket", "22 av 22", "Bilene kom ikke til avtalt tid.")


def seen_by_anyone(town: Town, agreement: str) -> None:
    """Step 7, and the history: every step is there, and the chain of hashes holds."""
    steinar = town.steinar
    steinar.opens("/kommune/prioritering")
    steinar.reads("Drosjetjenester", "1 tidligere avvik")
    steinar.opens("/kommune/statistikk")
    steinar.reads("77,3 %", "81,8 %")
    assert steinar.client.get("/kommune/statistikk/nullutslipp.svg").text.startswith("<svg")
    with town.app.app_context():
        verbs = list(db.session.scalars(select(JournalEntry.verb).where(JournalEntry.agreement_id == agreement.rpartition("/")[2])))
        for step in ("agreement.pinned", "round.opened", "report.submitted", "report.reopened", "requirement.ruled", "deviation.sent", "deviation.closed"):
            assert step in verbs, f"{step} is not among {sorted(set(verbs))}"
        assert journal_access.history(town.nidvik.ingrid, agreement_id=agreement.rpartition("/")[2])


# ---------------------------------------------------------------- two at once


def test_a_report_sent_twice_in_the_same_moment_is_one_submission(town: Town, app: Flask, nidvik: Nidvik) -> None:
    report = f"/leverandor/rapporter/{world.an_open_report(app, nidvik)}"
    town.marit = Walker(app, nidvik.marit)
    town.marit.opens(report)
    send_file(town, "Kjøretøyliste", report, world.VEHICLES)
    form = town.marit.page.form_with("Send inn rapporten")
    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda _press: _same_browser(app, town.marit).sends(form, "Send inn rapporten", follow=False), range(4)))
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{report}/kvittering")}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_two_controllers_who_decide_in_the_same_moment_make_one_decision(app: Flask, nidvik: Nidvik) -> None:
    case = f"/kommune/kontroll/{world.a_sent_report(app, nidvik)}"
    ingrid, jonas = Walker(app, nidvik.ingrid), Walker(app, nidvik.jonas)
    ingrid.opens(case)
    ingrid.presses("Vurder resten som foreslått")
    jonas.opens(case)
    together = Barrier(2)

    def decide(controller: Walker) -> int:
        form = controller.page.form_with("Godkjenn rapporten")
        together.wait()
        answer = controller.sends(form, "Godkjenn rapporten", follow=False)
        controller._shown(answer)
        return answer.status_code

    with ThreadPoolExecutor(2) as hands:
        statuses = list(hands.map(decide, (ingrid, jonas)))
    assert sorted(statuses) == [303, 409]
    with app.app_context():
        winner = db.session.scalars(select(Decision)).one().decided_by_name
    loser = (ingrid, jonas)[statuses.index(409)]
    loser.reads(f"Rapporten er allerede godkjent av {winner} 17. august 2026 kl. 09.")


def test_the_same_file_pressed_twice_is_read_once(town: Town, app: Flask, nidvik: Nidvik) -> None:
    report = f"/leverandor/rapporter/{world.an_open_report(app, nidvik)}"
    town.marit = Walker(app, nidvik.marit)
    town.marit.opens(report)
    form = next(form for form in town.marit.page.forms if "/dokumentasjon/" in form.action)
    form.buttons.setdefault("Send filen", ("", "", ""))
    with ThreadPoolExecutor(3) as hands:
        answers = list(hands.map(lambda _press: _same_browser(app, town.marit).sends(form, "Send filen", file=world.VEHICLES, follow=False), range(3)))
    assert {answer.status_code for answer in answers} == {303}
    town.work()
    with app.app_context():
        assert list(db.session.scalars(select(EvidenceVersion.state))) == ["ready"]


# ---------------------------------------------------------------- details of the report


def send_file(town: Town, title: str, report: str, file: tuple[str, bytes]) -> None:
    """Send a file at the question with this title, and come back when it has been read."""
    marit = town.marit
    forms = [form for form in marit.page.forms if "/dokumentasjon/" in form.action and "Send filen" in form.buttons]
    form = forms[0] if title == "Kjøretøyliste" else forms[-1]
    marit.presses("Send filen", form, file=file)
    assert marit.status == 200
    town.work()
    marit.opens(report)
    marit.reads(file[0], "rader er brukt")


def explanation_field(form: Form) -> str:
    """The name of the first explanation's field: DRO-01 stands first."""
    return form.named("Forklaring")


def _same_browser(app: Flask, walker: Walker) -> Walker:
    """Another hand on the same browser: a client of its own, since one client cannot send two at once, with the same cookie."""
    other = Walker(app)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = walker.client.get_cookie(name)
    assert cookie is not None
    other.client.set_cookie(name, cookie.value)
    return other
