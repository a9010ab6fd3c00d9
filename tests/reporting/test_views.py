"""The pages of reporting through HTTP, with and without the script's headers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from portal.foundation import clock, jobs
from portal.foundation.mail import mailer
from portal.reporting import access, service
from tests.builders import taxi_cars, taxi_files
from tests.reporting.test_service import returned
from tests.reporting.world import NOW, World
from tests.test_statements import statements
from tests.visitors import Visitor


@pytest.fixture(autouse=True)
def _story_time() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def signer(world: World) -> Visitor:
    return Visitor(world.app, world.firm.signer)


@pytest.fixture
def controller(world: World) -> Visitor:
    return Visitor(world.app, world.town.controller)


def report(world: World, *parts: str) -> str:
    return "/".join(["/leverandor/rapporter", world.questionnaire_id, *parts])


def region(name: str, asked_id: str = "") -> dict[str, str]:
    """The headers htmx sends for a region."""
    return {"HX-Request": "true", "HX-Target": f"{name}-{asked_id}" if asked_id else name}


def a_file(kind: str = "vehicle_list", title: str = "Bilpark") -> tuple[io.BytesIO, str]:
    name, content = taxi_files(taxi_cars(), title)[kind]
    return io.BytesIO(content), name


# ---------------------------------------------------------------- the questionnaire


def test_each_question_names_its_requirement_its_clause_and_why(world: World, signer: Visitor) -> None:
    page = signer.get(report(world)).text
    for words in ("DRO-01", "MIL-01", "punkt 4.1", "Hvorfor spør vi?", "Kravet står i punkt 4.1 i avtalen", "14. september 2026 kl. 23.59 norsk tid", "om 28 dager", "Nidvik kommune"):
        assert words in page


def test_an_answer_that_cannot_be_read_is_saved_and_told_with_200(world: World, signer: Visitor) -> None:
    number = world.asked_id("number")
    saved = signer.post(report(world, "svar"), {f"answer.{number}": "12.345"}, query_string={"vist": number}, headers=region("answer", number))
    assert saved.status_code == 303
    shown = signer.get(saved.location, headers=region("answer", number))
    assert shown.status_code == 200 and shown.headers["HX-Trigger"] == "answer-saved"
    assert shown.text.strip().startswith(f'<div class="answer-state" id="answer-{number}"')
    assert "kan leses på to måter" in shown.text and "tatt vare på" in shown.text
    page = signer.get(report(world)).text
    assert 'value="12.345"' in page and 'aria-invalid="true"' in page


def test_how_a_number_was_understood_is_told_only_when_it_was_written_otherwise(world: World, signer: Visitor) -> None:
    number = world.asked_id("number")
    for typed, told in (("1.100.000", True), ("1 100", False), ("100", False)):
        signer.post(report(world, "svar"), {f"answer.{number}": typed})
        assert ("Vi leser dette som" in signer.get(report(world)).text) is told


def test_all_answers_are_saved_together_without_the_script(world: World, signer: Visitor) -> None:
    number, yesno = world.asked_id("number"), world.asked_id("yesno")
    saved = signer.post(report(world, "svar"), {f"answer.{number}": "90", f"answer.{yesno}": "ja", f"cannot.{number}": ""})
    assert saved.status_code == 303 and "vist" not in saved.location
    page = signer.get(saved.location).text
    assert "Svarene er lagret." in page and 'value="90"' in page and re.search(r'value="ja" checked', page)


def test_pressing_enter_saves_and_never_sends_in(world: World, signer: Visitor) -> None:
    form = re.search(r'<form class="report-form".*?</form>', signer.get(report(world)).text, re.S)
    assert form is not None
    buttons = re.findall(r"<button[^>]*type=\"submit\"[^>]*>", form[0])
    assert "formaction" not in buttons[0] and any("/send-inn" in button for button in buttons)


def test_a_colleague_who_came_first_gives_409_with_both_texts(world: World, signer: Visitor) -> None:
    number = world.asked_id("number")
    signer.post(report(world, "svar"), {f"answer.{number}": "90"})
    Visitor(world.app, world.firm.contributor).post(report(world, "svar"), {f"answer.{number}": "95", f"version.{number}": "1"})
    refused = signer.post(report(world, "svar"), {f"answer.{number}": "80", f"version.{number}": "1"})
    assert refused.status_code == 409
    assert "95" in refused.text and "80" in refused.text and world.firm.contributor.name in refused.text


def test_a_region_costs_only_itself_and_a_fragment_address_is_a_page(world: World, signer: Visitor) -> None:
    for name in ("verdicts", "missing"):
        part = signer.get(report(world), headers=region(name)).text
        assert part.strip().startswith(f'<div id="{name}"') and "<html" not in part
    number = world.asked_id("number")
    assert "<html" in signer.get(f"{report(world)}?vist={number}").text
    assert signer.get(f"{report(world)}?vist=finnesikke").status_code == 404


def test_the_page_costs_at_most_twelve_statements_with_everything_in_it(world: World, signer: Visitor) -> None:
    world.fill_in()
    for asked in ("vehicle_list", "charging_sessions"):
        with world.app.app_context():
            asked_id = next(a.id for a in access.asked_of(world.questionnaire()) if a.evidence_kind == asked)
        signer.post(report(world, "dokumentasjon", asked_id), {"file": a_file(asked)}, content_type="multipart/form-data")
    with world.app.app_context():
        jobs.run_all(world.app)
    with statements(world.app) as sent:
        assert signer.get(report(world)).status_code == 200
    assert len(sent) <= 12, "\n".join(sent)


# ---------------------------------------------------------------- files


def test_an_uploaded_file_is_cited_read_and_shown_with_its_verdict(world: World, signer: Visitor) -> None:
    asked_id = world.asked_id("evidence")
    sent = signer.post(report(world, "dokumentasjon", asked_id), {"file": a_file()}, content_type="multipart/form-data", headers=region("evidence", asked_id))
    assert sent.status_code == 303
    waiting = signer.get(sent.location, headers=region("evidence", asked_id))
    assert 'hx-trigger="every 2s"' in waiting.text and "HX-Trigger" not in waiting.headers
    with world.app.app_context():
        jobs.run_all(world.app)
    read = signer.get(sent.location, headers=region("evidence", asked_id))
    assert "every 2s" not in read.text and read.headers["HX-Trigger"] == "answer-saved"
    assert "5 av 5 rader er brukt" in read.text and "Bilpark" in read.text
    verdicts = signer.get(report(world), headers=region("verdicts")).text
    assert "80\u00a0% av turene (400 av 500)" in verdicts and "QD\u00a010005" in verdicts.replace("QD 10005", "QD\u00a010005")


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [(b"", "tom.xlsx", "tom"), (b"MZ\x90\x00", "virus.exe", "Excel"), (None, "", "Velg en fil")],
)
def test_a_file_that_cannot_be_taken_is_told_at_the_question_and_nothing_is_kept(world: World, signer: Visitor, content: bytes | None, name: str, words: str) -> None:
    asked_id = world.asked_id("evidence")
    fields = {"file": (io.BytesIO(content), name)} if content is not None else {}
    refused = signer.post(report(world, "dokumentasjon", asked_id), fields, content_type="multipart/form-data")
    assert refused.status_code == 422 and words in refused.text and f'href="#fil-{asked_id}"' in refused.text
    with world.app.app_context():
        assert access.citations_of(world.questionnaire()) == {}


def test_a_file_sent_before_is_offered_used_and_taken_out_again(world: World, signer: Visitor) -> None:
    from tests.builders import a_read_file

    asked_id = world.asked_id("evidence")
    evidence_id = a_read_file(world.app, world.firm.signer, "vehicle_list", *taxi_files(taxi_cars(), "Fra før")["vehicle_list"])
    assert "Bruk en fil dere har sendt før" in signer.get(report(world)).text
    signer.post(report(world, "dokumentasjon", asked_id, "bruk"), {"evidence": evidence_id})
    with world.app.app_context():
        assert list(access.citations_of(world.questionnaire())) == [asked_id]
    signer.post(report(world, "dokumentasjon", asked_id, evidence_id, "fjern"))
    with world.app.app_context():
        assert access.citations_of(world.questionnaire()) == {}


def test_a_firm_that_cannot_get_the_file_says_why_and_may_send_in(world: World, signer: Visitor) -> None:
    asked_id = world.asked_id("evidence")
    signer.post(report(world, "svar"), {f"cannot.{asked_id}": "Systemet vårt gir ikke ut slike lister."})
    assert asked_id not in [entry.id for entry in _contents(world).gaps]


# ---------------------------------------------------------------- sending in


def test_sending_in_with_something_missing_keeps_everything_and_links_to_what_is_missing(world: World, signer: Visitor) -> None:
    number = world.asked_id("number")
    refused = signer.post(report(world, "send-inn"), {f"answer.{number}": "90"})
    page = signer.get(refused.location).text
    assert "Dette mangler før dere kan sende inn" in page and f'href="#fil-{world.asked_id("evidence")}"' in page
    assert 'value="90"' in page and f'href="#svar-{number}"' not in page


def test_what_stands_in_the_form_is_sent_in_also_when_it_was_typed_just_before(world: World, signer: Visitor) -> None:
    world.fill_in()
    number = world.asked_id("number")
    sent = signer.post(report(world, "send-inn"), {f"answer.{number}": "87,5"})
    assert sent.location.endswith("/kvittering")
    page = signer.get(sent.location).text
    assert "87,5" in page and "Det var innen fristen." in page and re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", page)
    assert signer.get(report(world)).location.endswith("/kvittering")


def test_a_double_click_makes_one_submission(world: World, signer: Visitor) -> None:
    world.fill_in()
    once = {"_once": "en-nokkel"}
    answers = [signer.post(report(world, "send-inn"), once) for _press in range(2)]
    assert [answer.location for answer in answers] == [report(world, "kvittering")] * 2
    signer.post(report(world, "send-inn"), {"_once": "en-annen"})
    with world.app.app_context():
        assert len(access.submissions_of(world.questionnaire())) == 1


def test_a_contributor_sees_no_button_for_sending_in(world: World) -> None:
    page = Visitor(world.app, world.firm.contributor).get(report(world)).text
    assert "Send inn rapporten" not in page and "ansvarlig for rapporten i firmaet" in page


def test_an_expired_session_gives_back_what_was_typed(world: World) -> None:
    number = world.asked_id("number")
    stranger = Visitor(world.app)
    plain = stranger.post(report(world, "svar"), {f"answer.{number}": "87 493,28"})
    assert plain.status_code == 401 and "87 493,28" in plain.text
    swapped = stranger.post(report(world, "svar"), {f"answer.{number}": "1"}, headers=region("answer", number))
    assert (swapped.status_code, swapped.headers["HX-Trigger"]) == (401, "session-expired")
    assert "HX-Redirect" not in swapped.headers


# ---------------------------------------------------------------- returned


def test_a_returned_report_shows_only_the_question_with_the_comment(world: World, signer: Visitor) -> None:
    world.fill_in()
    number, yesno = world.asked_id("number"), world.asked_id("yesno")
    returned(world, world.send_in(), number, "Stemmer det at lista er 90 dager gammel?")
    page = signer.get(report(world)).text
    assert "Vi trenger mer fra dere" in page and "Stemmer det at lista er 90 dager gammel?" in page
    assert f"answer.{number}" in page and f"answer.{yesno}" not in page
    assert "20. september 2026" in page and "TRV-06" in page and "DRO-01" not in page
    assert "Stemmer det" in signer.get(report(world, "kvittering")).text


def test_the_list_puts_what_is_asked_again_first_and_shows_what_comes_and_what_was(world: World, signer: Visitor) -> None:
    assert "ikke begynt" in signer.get("/leverandor/").text
    world.fill_in()
    assert "begynt" in signer.get("/leverandor/").text
    sent = world.send_in()
    assert "Sendt inn, venter på kommunen" in signer.get("/leverandor/").text
    returned(world, sent, world.asked_id("number"))
    assert "vi trenger mer fra dere" in signer.get("/leverandor/").text
    sent = world.send_in()
    with world.acting():
        service.approve(world.town.controller, access.submission_for(world.town.controller, sent))
    page = signer.get("/leverandor/").text
    assert "Tidligere perioder" in page and "godkjent" in page and "Ingenting venter på dere nå" in page


def test_an_earlier_submission_stays_readable_and_a_strangers_is_not(world: World, signer: Visitor) -> None:
    world.fill_in()
    first = world.send_in()
    returned(world, first, world.asked_id("number"))
    world.send_in()
    assert "1. innsending" in signer.get(report(world, "innsendt", first)).text
    rival = Visitor(world.app, world.rival.signer)
    assert rival.get(report(world, "innsendt", first)).status_code == 404
    assert rival.get(f"/leverandor/rapporter/{world.rival_questionnaire_id}/innsendt/{first}").status_code == 404


# ---------------------------------------------------------------- the municipality


def test_a_round_is_planned_previewed_and_opened(world: World, controller: Visitor) -> None:
    plan = f"/kommune/avtaler/{world.agreement_id}/runder"
    assert "2. halvår 2026" in controller.get(plan).text  # suggested
    dates = {"label": "2. halvår 2026", "period_from": "1.7.2026", "period_to": "31.12.2026", "opens_on": "04.01.2027", "due_on": "2027-02-01", "closes_on": "1/3/2027"}
    refused = controller.post(plan, {**dates, "due_on": "snart"})
    assert refused.status_code == 422 and 'value="snart"' in refused.text and "Skriv datoen slik" in refused.text
    made = controller.post(plan, dates)
    assert made.status_code == 303
    page = controller.get(made.location).text
    assert "Åpne og inviter" in page and "DRO-01" in page and "ikke spurt ennå" in page
    preview = controller.get(re.search(r'/kommune/runder/\w+/skjema/\w+', page)[0]).text  # type: ignore[index]
    assert "Slik ser leverandøren det" in preview and "<fieldset class=\"report-parts\" disabled>" in preview and "Kjøretøyliste" in preview
    with clock.at("2027-01-04T09:00"):
        opened = controller.post(f"{made.location}/apne")
        assert opened.status_code == 303 and "2 leverandører har fått invitasjonen" in controller.get(opened.location).text


def test_others_in_the_municipality_see_the_round_and_cannot_open_it(world: World) -> None:
    reader = Visitor(world.app, world.town.reader)
    page = reader.get(f"/kommune/avtaler/{world.agreement_id}/runder").text
    assert "1. halvår 2026" in page and "Planlegg perioden" not in page
    assert reader.post(f"/kommune/avtaler/{world.agreement_id}/runder", {"label": "x", **dict.fromkeys(("period_from", "period_to", "opens_on", "due_on", "closes_on"), "1.1.2027")}).status_code == 403


# ---------------------------------------------------------------- the invitation


def test_an_invitation_tells_what_is_asked_and_sends_the_link_to_the_contact_only(world: World) -> None:
    anybody = Visitor(world.app)
    address = f"/invitasjon/{world.questionnaire_id}"
    page = anybody.get(address).text
    for words in ("Nidvik kommune ber Nordtaxi om miljørapport", "14. september 2026", "minutter", "s•••@nordtaxi.example"):
        assert words in page
    assert world.firm.signer.email not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None and anybody.client.post(address, data={"csrf_token": token[1]}).status_code == 303
    with world.app.app_context():
        mailer().sent.clear()
        jobs.run_all(world.app)
        letters = [message for message in mailer().sent if "/logg-inn/" in message.get_content()]
    assert [letter["To"] for letter in letters] == [world.firm.signer.email]


def test_an_unknown_invitation_is_not_found(app: Flask) -> None:
    assert Visitor(app).get("/invitasjon/00000000000000000000").status_code == 404


def _contents(world: World) -> access.Contents:
    with world.app.app_context():
        return access.contents_of(world.questionnaire())
