"""The queue and the case in a browser's eyes: what is shown, what is kept after a mistake, and what it costs."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from portal.foundation import clock
from portal.reporting import access as reporting_access
from tests.review.cases import REVIEW_DAY, Case
from tests.test_statements import MOST, MOST_ON_THE_CASE_PAGE, statements
from tests.verification.test_words import plain
from tests.visitors import Visitor


@pytest.fixture
def controller(case: Case) -> Visitor:
    return Visitor(case.app, case.controller)


def words(body: bytes) -> str:
    """What a reader sees: no tags, single spaces."""
    text = re.sub(r"<[^>]+>", " ", body.decode())
    return re.sub(r"\s+", " ", plain(html.unescape(text)))


def press(case: Case, visitor: Visitor, place: str, **fields: str):
    with clock.at(REVIEW_DAY):
        return visitor.post(f"{case.address}/{place}", {"submission": case.submission_id, **fields})


def test_the_queue_leads_to_the_case(case: Case, controller: Visitor) -> None:
    with clock.at(REVIEW_DAY):
        shown = controller.get("/kommune/kontroll")
    assert f'href="{case.address}"' in shown.text
    assert "Drosjetjenester, 1. halvår 2026" in words(shown.data) and "du avgjør" in words(shown.data)


def test_the_case_puts_everything_about_a_requirement_in_one_place(case: Case, controller: Visitor) -> None:
    with clock.at(REVIEW_DAY):
        seen = words(controller.get(case.address).data)
    assert "80 % av turene (400 av 500). Kravet er 100 % fra 1. juli 2025. Denne bilen kjørte resten: QD 10005." in seen
    for part in ("Bilpark.xlsx", "Den siste bilen byttes i september.", "ingen tall", "kontrolleres manuelt", "Godta forslaget: ikke oppfylt"):
        assert part in seen


def test_a_requirement_that_is_not_met_leads_on_to_a_deviation(case: Case, controller: Visitor) -> None:
    with case.at():
        pin_id, met = case.pin_id("DRO-01"), case.pin_id("MIL-01")
    shown = html.unescape(controller.get(case.address).text)
    assert f"/kommune/avvik/nytt?rapport={case.questionnaire_id}&krav={pin_id}" in shown
    assert f"krav={met}" not in shown


def test_the_case_costs_at_most_twenty_statements_also_after_a_second_submission(case: Case) -> None:
    case.is_ruled().is_sent_again()
    visitor = Visitor(case.app, case.controller)
    with clock.at("2026-08-26T09:00"), statements(case.app) as sent:
        assert visitor.get(case.address).status_code == 200
    assert len(sent) <= MOST_ON_THE_CASE_PAGE, "\n".join(sent)
    with clock.at("2026-08-26T09:00"), statements(case.app) as sent:
        assert visitor.get("/kommune/kontroll").status_code == 200
    assert len(sent) <= MOST, "\n".join(sent)


def test_a_reader_sees_figures_and_neither_rows_nor_buttons(case: Case) -> None:
    visitor = Visitor(case.app, case.municipality.reader)
    shown = visitor.get(case.address)
    seen = words(shown.data)
    assert "80 % av turene (400 av 500)" in seen and "Én bil kjørte resten." in seen
    assert "QD 10005" not in seen and "/dokumentasjon/" not in shown.text
    assert "Godkjenn" not in seen and 'method="post" action="/kommune/kontroll' not in shown.text
    assert press(case, visitor, "godkjenn").status_code == 403


def test_evidence_rows_and_the_file_are_for_those_with_a_duty(case: Case, controller: Visitor) -> None:
    address = re.search(r'href="(/kommune/kontroll/\w+/dokumentasjon/\w+)"', controller.get(case.address).text)[1]
    assert "QD 10005" in words(controller.get(address).data)
    with controller.get(f"{address}/fil") as sent:
        assert sent.status_code == 200
        assert sent.headers["Content-Disposition"].startswith("attachment") and sent.headers["X-Content-Type-Options"] == "nosniff"
    for stranger in (case.municipality.reader, case.supplier.signer):
        assert Visitor(case.app, stranger).get(address).status_code == 404
        assert Visitor(case.app, stranger).get(f"{address}/fil").status_code == 404
    assert Visitor(case.app, case.municipality.auditor).get(address).status_code == 200


def test_a_ruling_without_its_reason_keeps_what_was_chosen(case: Case, controller: Visitor) -> None:
    with case.at():
        pin_id = case.pin_id("DRO-01")
    refused = press(case, controller, f"krav/{pin_id}", value="cannot_decide", reason=" ")
    assert refused.status_code == 422
    assert f'href="#reason-{pin_id}"' in refused.text and f'id="reason-{pin_id}"' in refused.text
    assert re.search(r'value="cannot_decide" checked', refused.text)
    stored = press(case, controller, f"krav/{pin_id}", value="cannot_decide", reason="Lista mangler to biler.")
    assert stored.status_code == 303 and stored.location.endswith(f"#krav-{pin_id}")
    assert "Lista mangler to biler." in words(controller.get(case.address).data)


def test_a_return_without_a_comment_keeps_the_note_and_the_deadline(case: Case, controller: Visitor) -> None:
    refused = press(case, controller, "retur", due_on="1.9.2026", internal_note="Ring Marit først.")
    assert refused.status_code == 422
    assert "Ring Marit først." in refused.text and 'value="1.9.2026"' in refused.text
    assert 'href="#comments"' in refused.text and 'id="comments"' in refused.text


def test_a_return_and_a_correction_are_seen_as_removed_and_added(case: Case, controller: Visitor) -> None:
    with case.at():
        asked_id = case.asked_id()
    sent = press(case, controller, "retur", **{f"comment-{asked_id}": "Er QD 10005 byttet?", "due_on": "01.09.2026", "internal_note": "Internt ord."})
    assert sent.status_code == 303
    shown = controller.get(case.address)
    seen = words(shown.data)
    assert ">sendt tilbake</span>" in shown.text and ">vi trenger mer fra dere</span>" not in shown.text, "the words to the supplier stood on the municipality's page"
    assert "Sendt tilbake av Controller Nidvik" in seen and "Er QD 10005 byttet?" in seen and "Internt ord." in seen
    supplier = Visitor(case.app, case.supplier.signer)
    with clock.at(REVIEW_DAY):
        page = supplier.get(f"/leverandor/rapporter/{case.questionnaire_id}")
    assert "Er QD 10005 byttet?" in words(page.data) and "Internt ord." not in page.text
    assert 'href="#forklaringer"' in page.text and 'id="forklaringer"' in page.text, "nothing told where to answer a question in words"


def test_the_second_submission_shows_the_difference(case: Case, controller: Visitor) -> None:
    case.is_sent_again()
    with clock.at("2026-08-26T09:00"):
        seen = words(controller.get(case.address).data)
    assert "Fjernet: Bilpark.xlsx Lagt til: Bilpark rettet.xlsx" in seen
    assert "Fjernet: QD 10005 Lagt til: EQ 10005" in seen
    assert "100 % av turene (500 av 500)" in seen
    first = words(controller.get(f"{case.address}?innsending=1").data)
    assert "Dette er 1. innsending." in first and "80 % av turene (400 av 500)" in first


def test_the_proposals_are_taken_and_the_report_approved(case: Case, controller: Visitor) -> None:
    assert press(case, controller, "godkjenn").status_code == 409
    assert press(case, controller, "forslag").status_code == 303
    assert press(case, controller, "godkjenn").status_code == 303
    assert "Godkjent av Controller Nidvik" in words(controller.get(case.address).data)
    with case.app.app_context():
        assert reporting_access.questionnaire_for(case.controller, case.questionnaire_id).state == "approved"


def test_a_note_is_kept_inside(case: Case, controller: Visitor) -> None:
    assert press(case, controller, "notat", text="").status_code == 422
    assert press(case, controller, "notat", text="Se vedlegg 2.").status_code == 303
    assert "Se vedlegg 2." in words(controller.get(case.address).data)


def test_a_form_about_another_cases_submission_is_not_found(app: Flask, case: Case, controller: Visitor) -> None:
    assert controller.post(f"{case.address}/godkjenn", {"submission": "0" * 20}).status_code == 404
    assert controller.post(f"/kommune/kontroll/{'0' * 20}/godkjenn", {"submission": case.submission_id}).status_code == 404
    assert controller.get(f"{case.address}?innsending=9").status_code == 404


def test_an_odd_list_or_page_shows_the_first(controller: Visitor) -> None:
    assert controller.get("/kommune/kontroll?vis=alt&side=-3").status_code == 200
    assert controller.get("/kommune/kontroll?vis=godkjent&side=900").status_code == 200
