"""From a requirement to a closed deviation, as people walk it: seven steps in a real browser, on a screen, on a phone and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import nidvik as world
from tests.journeys.live import LivePortal, path_in
from tests.journeys.nidvik import HERO, Nidvik
from tests.journeys.people import Person, person

pytestmark = pytest.mark.browser

WAYS = [
    pytest.param((1280, True), id="screen"),
    pytest.param((375, True), id="phone"),
    pytest.param((1280, False), id="without-javascript"),
]
EXPLANATION = "Bil 19 til 22 er bestilt som elektriske rullestolbiler. Forhandleren har lovet levering i september."
QUESTION = "Når blir bil nummer 22 levert? Skriv datoen forhandleren har bekreftet."
SECRET = "Ingrid mener leveringstida er for lang. Ta det opp med Tone før neste møte."
DATED = "Bil 22 leveres 24. september 2026, bekreftet skriftlig av forhandleren."


@dataclass
class Cast:
    """Everybody of the story, each with a browser of her own."""

    portal: LivePortal
    nidvik: Nidvik
    files: Path
    berit: Person
    ingrid: Person
    marit: Person
    steinar: Person

    def file(self, name: str, content: bytes) -> Path:
        path = self.files / name
        path.write_bytes(content)
        return path


@pytest.fixture(params=WAYS)
def cast(request: pytest.FixtureRequest, chromium: Browser, live: LivePortal, nidvik: Nidvik, tmp_path: Path) -> Iterator[Cast]:
    width, scripted = request.param
    with ExitStack() as screens:
        people = [screens.enter_context(person(chromium, live, name, width=width, scripted=scripted)) for name in ("berit", "ingrid", "marit", "steinar")]
        yield Cast(live, nidvik, tmp_path, *people)


def test_the_river_from_requirement_to_closed_deviation(cast: Cast) -> None:
    agreement_id = the_adviser_pins_three_requirements(cast)
    with cast.portal.worker_resting():
        world.report_second_half_of_2025(cast.portal.app, cast.nidvik, agreement_id)
    the_controller_opens_the_round(cast, agreement_id)
    report = the_taxi_central_reports(cast)
    the_controller_asks_again(cast)
    the_taxi_central_answers_only_what_was_asked(cast, report)
    the_controller_sees_the_difference_decides_and_raises_a_deviation(cast)
    deviation = the_taxi_central_answers_the_deviation(cast)
    the_plan_is_accepted_and_met_on_the_first_of_october(cast, deviation)
    anyone_sees_priorities_and_the_chart(cast)


def the_adviser_pins_three_requirements(cast: Cast) -> str:
    """Step 1: reads DRO-03 in the catalogue, drafts a taxi agreement and pins three requirements with a promise above the minimum."""
    berit = cast.berit
    berit.signs_in_with_code("berit@nidvik.example")
    berit.reads("Min dag")
    berit.opens_menu("Krav", "katalogen")
    berit.types("Søk", "rullestolbil")
    berit.presses("Vis krav", "funn i katalogen")
    berit.follows("Nullutslipp for storbil og rullestolbil", "kravet DRO-03")
    for step in ("minst 10 % fra 1. januar 2024", "minst 50 % fra 1. juli 2025", "100 % fra 1. januar 2027", "gjelder nå"):
        berit.reads(step)

    berit.opens_menu("Avtaler", "avtaler")
    berit.follows("Ny avtale", "ny avtale")
    berit.types("Avtalenummer", "2025-044")
    berit.types("Hva avtalen gjelder", "Drosjetjenester")
    berit.main.get_by_label("Avtaletype").select_option(label="Parallell rammeavtale")
    berit.main.get_by_label("Hva som kjøpes").select_option(label="Drosje")
    berit.types("Første dag", "01.07.2025")
    berit.types("Siste dag", "30.06.2029")
    berit.types("Verdi i året", "9 200 000")
    berit.presses("Lag utkast", "utkast til avtale")
    agreement_id = berit.page.url.rpartition("/")[2]

    berit.follows("Legg til leverandør", "legg til leverandør")
    berit.main.get_by_label("Leverandør", exact=True).select_option(label=f"{world.TAXI[1]} ({world.TAXI[0]})")
    berit.types("Kontaktperson", "Marit Stødig")
    berit.types("E-postadressen til kontaktpersonen", "marit@stodig.example")
    berit.presses("Legg til", "leverandøren er lagt til")
    for name, duty in (("Ingrid Solbakk", "Miljøkontrollør"), ("Jonas Myhr", "Stedfortreder")):
        berit.follows("Gi noen en oppgave", f"oppgave til {name}")
        berit.main.get_by_label("Person").select_option(label=name)
        berit.main.get_by_role("radio", name=duty).check()
        berit.presses("Lagre", f"{name} har oppgaven")

    for code, clause in (("DRO-01", "4.1"), ("DRO-05", "4.2"), ("DRO-03", "4.3")):
        berit.follows("Fest krav fra katalogen", "velg krav")
        berit.follows(f"Fest {code}", f"fest {code}")
        if code == "DRO-03":
            promise = berit.main.locator(".promises__row", has_text="50")
            berit.types("Lovet nivå", "40", within=promise)
        berit.types("Punkt i avtalen", clause)
        berit.main.get_by_label("Rapporteres").select_option(label="Hvert halvår")
        if code == "DRO-03":
            berit.presses("Fest kravet", "et løfte under minstekravet")
            berit.types("Lovet nivå", "70", within=berit.main.locator(".promises__row", has_text="50"))
        berit.presses("Fest kravet", f"{code} er festet")
    berit.reads("70 % fra 1. juli 2025")
    berit.presses("Sett i gang", "avtalen er i gang")
    return agreement_id


def the_controller_opens_the_round(cast: Cast, agreement_id: str) -> None:
    """Step 2: plans the half-year, previews what the supplier will see, and opens it."""
    ingrid = cast.ingrid
    ingrid.signs_in_with_code("ingrid@nidvik.example")
    ingrid.opens_menu("Avtaler", "avtaler")
    ingrid.follows("Drosjetjenester", "avtalen")
    ingrid.follows("Planlegg rapportering", "perioder") if ingrid.main.get_by_role("link", name="Planlegg rapportering").count() else ingrid.follows("Se alle og planlegg", "perioder")
    ingrid.presses("Planlegg perioden", "planlagt periode")
    ingrid.reads("1. halvår 2026")
    ingrid.follows("Forhåndsvis", "forhåndsvisning")
    ingrid.reads("Slik ser leverandøren det")
    ingrid.reads("Kjøretøyliste")
    ingrid.page.go_back()
    ingrid.presses("Åpne og inviter", "åpnet periode")
    ingrid.reads("åpnet")


def the_taxi_central_reports(cast: Cast) -> str:
    """Step 3: gets the invitation, signs in by link, sends two files, sees the verdict before sending in, explains, and gets a receipt."""
    marit = cast.marit
    marit.goes_to(path_in(cast.portal.letter_to("marit@stodig.example", "1. halvår 2026"), "/invitasjon/"), "invitasjonen")
    marit.reads("Nidvik kommune (fiktiv)")
    marit.reads("minutter")
    marit.presses("Send lenken til m•••@stodig.example", "lenke på vei")
    marit.goes_to(path_in(cast.portal.letter_to("marit@stodig.example", "Din innlogging"), "/logg-inn/"), "lenken")
    marit.presses("Logg inn", "rapporten")
    report = marit.page.url.removeprefix(cast.portal.address)
    marit.reads("Frist")
    marit.reads("4.3")

    for title, (name, content) in (("Kjøretøyliste", world.VEHICLES), ("Ladelogg", world.CHARGING)):
        send_file(cast, marit, title, cast.file(name, content))
    marit.look("filene er lest")
    marit.reads("22 av 22 rader er brukt")
    marit.reads(HERO)
    marit.reads("oppgitt av leverandøren")
    write_explanation(marit, "DRO-01", EXPLANATION)
    marit.look("forklaringen er skrevet")
    marit.presses("Send inn rapporten", "kvittering")
    marit.reads("Kvittering")
    marit.reads(EXPLANATION)
    assert "1. halvår 2026" in cast.portal.letter_to("marit@stodig.example", "Kvittering")
    return report


def the_controller_asks_again(cast: Cast) -> None:
    """Step 4, first half: finds the report in the queue and returns one question with a comment and an internal note."""
    ingrid = cast.ingrid
    cast.portal.settle()
    ingrid.opens_menu("Kontroll", "køen")
    ingrid.follows("Drosjetjenester, 1. halvår 2026", "saken")
    ingrid.reads(HERO)
    ingrid.reads(EXPLANATION)
    ingrid.reads("kWh · Økter i perioden")
    ingrid.reads("2. halvår 2025")
    ingrid.follows(world.VEHICLES[0], "radene bak tallene")
    ingrid.reads("QD 10019")
    ingrid.page.go_back()
    form = ingrid.main.locator("#retur")
    question = form.locator("details", has_text="Kjøretøyliste").first
    question.locator("summary").click()
    question.locator("textarea").fill(QUESTION)
    ingrid.types("Internt notat", SECRET, within=form)
    ingrid.presses("Send tilbake", "rapporten er sendt tilbake")
    ingrid.reads("Sendt tilbake av Ingrid Solbakk")


def the_taxi_central_answers_only_what_was_asked(cast: Cast, report: str) -> None:
    """Step 4, the supplier's turn: one question stands open, the rest is as it was sent."""
    marit = cast.marit
    assert path_in(cast.portal.letter_to("marit@stodig.example", "Vi trenger mer fra dere"), "/leverandor/rapporter/") == report
    marit.goes_to("/leverandor/", "rapporter")
    marit.follows("Drosjetjenester, 1. halvår 2026", "spurt igjen")
    marit.reads(QUESTION)
    marit.sees_not(SECRET)
    expect(marit.main.locator("section.question")).to_have_count(1)  # the vehicle list, and not the charging log
    send_file(cast, marit, "Kjøretøyliste", cast.file(*world.CORRECTED))
    write_explanation(marit, "DRO-01", f"{EXPLANATION} {DATED}")
    marit.presses("Send inn rapporten", "ny kvittering")
    marit.reads("2. innsending")


def the_controller_sees_the_difference_decides_and_raises_a_deviation(cast: Cast) -> None:
    """Step 4, second half."""
    ingrid = cast.ingrid
    cast.portal.settle()
    ingrid.opens_menu("Kontroll", "køen igjen")
    ingrid.reads("Sendt inn på nytt")
    ingrid.follows("Drosjetjenester, 1. halvår 2026", "saken på nytt")
    ingrid.reads("Endret siden forrige innsending")
    ingrid.reads(f"Lagt til: {EXPLANATION} {DATED}")
    ingrid.reads("EQ 10007, km: fjernet")
    requirement = ingrid.main.locator("article.requirement", has_text="DRO-01")
    requirement.get_by_role("button", name="Godta forslaget").click()
    ingrid.look("ett krav er vurdert")
    ingrid.presses("Vurder resten som foreslått", "alle krav er vurdert")
    ingrid.main.locator("article.requirement", has_text="DRO-05").get_by_role("link", name="Reis avvik").click()
    ingrid.look("nytt avvik")
    ingrid.reads("18 av 22")
    ingrid.main.get_by_role("radio", name="betydelig").check()
    ingrid.types("Svarfrist", "31.08.2026")
    ingrid.types("Internt notat", SECRET)
    ingrid.presses("Lagre utkastet", "utkast til avvik")
    ingrid.reads("AV-2026-001")
    ingrid.presses("Lagre og send til leverandøren", "avviket er sendt")


def the_taxi_central_answers_the_deviation(cast: Cast) -> str:
    """Step 5: cause, action and date."""
    marit = cast.marit
    address = path_in(cast.portal.letter_to("marit@stodig.example", "AV-2026-001"), "/leverandor/avvik/")
    marit.opens_menu("Avvik", "avvik")
    marit.follows("AV-2026-001", "avviket")
    assert marit.page.url.endswith(address)
    marit.reads("4.2")
    marit.sees_not(SECRET)
    marit.presses("Send svaret", "svaret mangler noe")
    marit.types("Hva er årsaken?", "Rullestolbilene kom ikke til avtalt tid.")
    marit.types("Hva gjør dere for å rette det?", "De fire siste bilene byttes til elektriske.")
    marit.types("Når er det gjort?", "01.10.2026")
    marit.presses("Send svaret", "svaret er sendt")
    return address


def the_plan_is_accepted_and_met_on_the_first_of_october(cast: Cast, deviation: str) -> None:
    """Steps 5 and 6: the plan's test, a list dated in the future refused, the list of 1 October, closed on its figures."""
    ingrid, marit = cast.ingrid, cast.marit
    ingrid.opens_menu("Avvik", "avvik")
    ingrid.follows("AV-2026-001", "leverandøren har svart")
    ingrid.reads("De fire siste bilene byttes til elektriske.")
    ingrid.presses("Godta planen", "planen er godtatt")

    status = cast.file(*world.STATUS)
    marit.goes_to(deviation, "planen er godtatt")
    marit.types("Hvilken dag gjelder lista?", "01.10.2026")
    marit.page.set_input_files("#file", status)
    marit.main.get_by_role("button", name="Legg ved lista").click()
    marit.reads("Lista kan ikke gjelde en dag som ikke har vært ennå")
    marit.look("lista er fra framtiden")

    cast.portal.set_day("2026-10-01T12:00")
    marit.goes_to(deviation, "første oktober")
    marit.types("Hvilken dag gjelder lista?", "01.10.2026")
    marit.page.set_input_files("#file", status)
    marit.main.get_by_role("button", name="Legg ved lista").click()
    marit.reads("status 1.10.2026.xlsx")
    cast.portal.settle()
    marit.goes_to(deviation, "lista er prøvd")
    marit.reads("22 av 22")

    ingrid.goes_to(deviation.replace("/leverandor", "/kommune"), "bevist")
    ingrid.reads("22 av 22")
    ingrid.presses("Lukk avviket", "lukket")
    ingrid.reads("lukket")
    for step in ("Rullestolbilene kom ikke til avtalt tid.", "Ingrid Solbakk", "Marit Stødig"):
        ingrid.reads(step)
    marit.goes_to(deviation, "lukket hos leverandøren")
    marit.sees_not(SECRET)


def anyone_sees_priorities_and_the_chart(cast: Cast) -> None:
    """Step 7."""
    steinar = cast.steinar
    steinar.signs_in_with_code("steinar@nidvik.example")
    steinar.opens_menu("Prioritering", "prioritering")
    steinar.reads("Drosjetjenester")
    steinar.reads("1 tidligere avvik")
    steinar.opens_menu("Statistikk", "statistikk")
    steinar.reads("77,3 %")
    steinar.reads("81,8 %")
    picture = steinar.main.get_by_role("img")
    expect(picture).to_be_visible()
    if steinar.scripted:
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


# ---------------------------------------------------------------- what is done in another way without JavaScript


def send_file(cast: Cast, marit: Person, title: str, path: Path) -> None:
    question = marit.main.locator("section.question", has_text=title).first
    question.locator("input[type=file]").set_input_files(path)
    if not marit.scripted:
        question.get_by_role("button", name="Send filen").click()
        cast.portal.settle()
        question.get_by_role("link", name="Se om den er ferdig lest").click()
    expect(question.locator(".evidence-file", has_text=path.name)).to_contain_text("rader er brukt", timeout=30_000)


def write_explanation(marit: Person, code: str, text: str) -> None:
    question = marit.main.locator("div.question--slim", has_text=code)
    field = question.locator("textarea")
    if not field.is_visible():
        question.locator("summary").click()
    field.fill(text)
    if marit.scripted:
        field.blur()
        expect(question.locator("[data-save-state]")).to_contain_text("Lagret kl.")
