"""The deviation through the browser, both sides."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from flask import Flask

from portal.demo.fleets import Car, vehicle_workbook
from portal.deviations import access
from portal.foundation import clock
from portal.foundation.actor import Actor
from tests.builders import taxi_cars
from tests.deviations.cases import Case
from tests.visitors import Visitor


def page(case: Case, actor: Actor, address: str, when: str = "2026-08-19T09:00") -> str:
    with clock.at(when):
        answer = Visitor(case.app, actor).get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return re.sub(r"\s+", " ", answer.text)


def post(case: Case, actor: Actor, address: str, when: str = "2026-08-19T09:00", **fields: object):  # noqa: ANN201
    with clock.at(when):
        return Visitor(case.app, actor).post(address, fields, content_type="multipart/form-data" if "file" in fields else None)


def staff(case: Case, step: str = "") -> str:
    return f"/kommune/avvik/{case.id}{step}"


def theirs(case: Case, step: str = "") -> str:
    return f"/leverandor/avvik/{case.id}{step}"


def a_file(cars: list[Car]) -> tuple[io.BytesIO, str]:
    return io.BytesIO(vehicle_workbook("Biler", cars)), "status.xlsx"


def state(case: Case) -> str:
    with case.app.app_context():
        return case.deviation().state


def test_a_new_deviation_is_filled_in_from_the_verdict(case: Case) -> None:
    with case.app.app_context():
        pin = case.pin().id
    shown = page(case, case.controller, f"/kommune/avvik/nytt?rapport={case.questionnaire_id}&krav={pin}")
    assert "4 av 5" in shown
    made = post(case, case.controller, f"/kommune/avvik/nytt?rapport={case.questionnaire_id}&krav={pin}", severity="significant", facts="4 av 5 biler.", due_on="01.09.2026", facts_known_on="18.08.2026")
    assert made.status_code == 303
    case.id = made.location.rsplit("/", 1)[1]
    assert state(case) == "draft"


def test_what_is_wrong_with_a_new_deviation_is_said_at_the_fields_and_nothing_typed_is_lost(case: Case) -> None:
    with case.app.app_context():
        pin = case.pin().id
    answer = post(case, case.controller, f"/kommune/avvik/nytt?rapport={case.questionnaire_id}&krav={pin}", severity="minor", facts="Dette står her ennå", due_on="i morgen")
    assert answer.status_code == 422
    assert "Dette står her ennå" in answer.text
    assert 'href="#due_on"' in answer.text


def test_a_colleague_without_the_duty_reads_and_decides_nothing(case: Case) -> None:
    case.is_answered()
    shown = page(case, case.municipality.reader, staff(case))
    assert "Bilen kom sent." in shown
    assert "Godta planen" not in shown
    assert post(case, case.municipality.reader, staff(case, "/plan"), metric="person").status_code == 403


def test_the_draft_is_sent_from_its_page(case: Case) -> None:
    case.is_raised()
    with case.app.app_context():
        version = case.deviation().version
    answer = post(case, case.controller, staff(case, "/utkast"), severity="serious", facts="Ny ordlyd.", due_on="02.09.2026", internal_note="Ring først.", version=version, deed="send")
    assert answer.status_code == 303
    assert state(case) == "sent"
    shown = page(case, case.supplier.signer, theirs(case))
    assert "Ny ordlyd." in shown
    assert "Ring først." not in shown


def test_the_supplier_sees_who_does_what_and_until_when(case: Case) -> None:
    case.is_sent()
    shown = page(case, case.supplier.signer, theirs(case))
    assert "Nå er det dere som skal gjøre noe" in shown
    assert "Fristen er 1. september 2026, om 13 dager." in shown
    assert "klokka går fortsatt" in page(case, case.supplier.signer, theirs(case), "2026-09-02T09:00")
    assert "AV-2026-001" in page(case, case.supplier.signer, "/leverandor/avvik")


def test_the_supplier_answers_on_the_page(case: Case) -> None:
    case.is_sent()
    answer = post(case, case.supplier.signer, theirs(case, "/svar"), cause="Bilen kom sent.", action="", done_by="")
    assert answer.status_code == 422
    assert "Bilen kom sent." in answer.text
    assert all(f'href="#{field}"' in answer.text for field in ("action", "done_by"))
    assert post(case, case.supplier.signer, theirs(case, "/svar"), cause="Bilen kom sent.", action="Byttes.", done_by="1.10.2026").status_code == 303
    assert state(case) == "answered"


def test_the_plan_is_accepted_with_its_test_on_the_page(case: Case) -> None:
    case.is_answered()
    shown = page(case, case.controller, staff(case))
    assert 'value="01.10.2026"' in shown
    answer = post(case, case.controller, staff(case, "/plan"), metric="share_vehicles_zero_emission", value="100", as_of="01.10.2026", proof_due_on="")
    assert answer.status_code == 303
    assert "100 % av bilene på lista skal være nullutslipp, på en kjøretøyliste som gjelder 1. oktober 2026 eller senere" in page(case, case.supplier.signer, theirs(case))


def test_a_new_plan_is_asked_for_on_the_page(case: Case) -> None:
    case.is_answered()
    assert post(case, case.controller, staff(case, "/ny-plan"), reason="", due_on="").status_code == 422
    assert post(case, case.controller, staff(case, "/ny-plan"), reason="Hvilken bil?", due_on="10.09.2026").status_code == 303
    assert "Hvilken bil?" in page(case, case.supplier.signer, theirs(case))


def test_the_list_is_sent_tested_and_the_deviation_closed(case: Case) -> None:
    case.has_a_plan()
    sent = post(case, case.supplier.signer, theirs(case, "/dokumentasjon"), "2026-10-01T10:00", applies_on="01.10.2026", file=a_file(taxi_cars(5, 0)))
    assert sent.status_code == 303
    assert "leses og prøves nå" in page(case, case.supplier.signer, theirs(case), "2026-10-01T10:00")
    case.is_tested("2026-10-01T10:01")
    case.is_tested("2026-10-01T10:02")
    shown = page(case, case.controller, staff(case), "2026-10-01T10:03")
    assert "Lista per 1. oktober 2026: 5 av 5 biler er nullutslipp." in shown
    assert "Planens prøve: 100 %." in shown
    assert post(case, case.controller, staff(case, "/lukk"), "2026-10-02T10:00", closing="").status_code == 303
    for actor, address in ((case.controller, staff(case)), (case.supplier.signer, theirs(case))):
        closed = page(case, actor, address, "2026-10-02T10:01")
        assert "Avviket er lukket på nye tall" in closed
        assert "Avtalens krav gjelder fortsatt" in closed


def test_a_list_for_a_day_before_the_plans_is_refused_before_anything_is_stored(case: Case) -> None:
    case.has_a_plan()
    answer = post(case, case.supplier.signer, theirs(case, "/dokumentasjon"), "2026-10-01T10:00", applies_on="30.09.2026", file=a_file(taxi_cars(5, 0)))
    assert answer.status_code == 422
    assert "Ny lista må gjelde planens dato eller senere" in answer.text
    with case.app.app_context():
        assert access.evidence_of(case.deviation()) == []


def test_a_list_for_a_day_that_has_not_been_is_refused(case: Case) -> None:
    case.has_a_plan()
    answer = post(case, case.supplier.signer, theirs(case, "/dokumentasjon"), "2026-09-20T10:00", applies_on="01.10.2026", file=a_file(taxi_cars(5, 0)))
    assert answer.status_code == 422
    assert "ikke har vært ennå" in answer.text


def test_a_file_of_another_type_is_refused_on_the_deviations_own_page(case: Case) -> None:
    case.has_a_plan()
    answer = post(case, case.supplier.signer, theirs(case, "/dokumentasjon"), "2026-10-01T10:00", applies_on="01.10.2026", file=(io.BytesIO(b"%PDF-1.7"), "bil.pdf"))
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text


def test_the_rows_behind_the_proof_are_for_those_with_a_duty_and_for_auditors(case: Case) -> None:
    case.is_proven()
    with case.app.app_context():
        [proof] = access.evidence_of(case.deviation())
        assert proof.reading is not None
        address = staff(case, f"/dokumentasjon/{proof.reading.id}")
    assert re.search("EQ ?10001", page(case, case.controller, address))
    page(case, case.municipality.auditor, address)
    assert Visitor(case.app, case.municipality.reader).get(address).status_code == 404


def test_plates_are_not_told_to_staff_without_a_duty(case: Case) -> None:
    case.has_a_plan()
    case.attaches(case.a_list(taxi_cars(4, 1), as_of=date(2026, 10, 1)), "2026-10-01T09:05")
    case.is_tested("2026-10-01T09:06")
    assert "QD 10005" in page(case, case.controller, staff(case), "2026-10-01T10:00")
    told = page(case, case.municipality.reader, staff(case), "2026-10-01T10:00")
    assert "QD 10005" not in told
    assert "4 av 5 biler" in told


def test_two_who_decide_at_once_one_wins_and_the_other_is_told(case: Case) -> None:
    case.is_answered()
    with case.app.app_context():
        seen = case.deviation().version
    first = post(case, case.controller, staff(case, "/plan"), metric="person", version=seen)
    second = post(case, case.controller, staff(case, "/ny-plan"), reason="Min tekst", due_on="10.09.2026", version=seen)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "var her først" in second.text
    assert "Min tekst" in second.text
    assert state(case) == "plan_accepted"


def test_the_list_of_deviations_tells_what_is_late_and_who_holds_the_ball(case: Case) -> None:
    case.is_sent()
    shown = page(case, case.controller, "/kommune/avvik", "2026-09-02T09:00")
    assert "over fristen" in shown and "leverandøren" in shown
    assert "AV-2026-001" in page(case, case.controller, "/kommune/avvik?vis=late", "2026-09-02T09:00")
    assert "AV-2026-001" not in page(case, case.controller, "/kommune/avvik?vis=closed")
    assert "AV-2026-001" not in page(case, case.controller, "/kommune/avvik?vis=late")


def test_a_letter_that_has_not_left_is_shown_as_such(case: Case, app: Flask) -> None:
    case.is_sent()
    assert "ikke sendt ennå" in page(case, case.controller, staff(case))


def test_two_who_decide_in_the_same_moment_get_one_decision_and_one_refusal(case: Case) -> None:
    case.is_answered()
    with case.app.app_context():
        seen = case.deviation().version
    deeds = [("/plan", {"metric": "person"}), ("/ny-plan", {"reason": "Min tekst", "due_on": "10.09.2026"})]
    visitors = [Visitor(case.app, case.controller) for _deed in deeds]
    tokens = [visitor.token for visitor in visitors]

    def decide(number: int) -> int:
        address, fields = deeds[number]
        with clock.at("2026-08-27T12:00"):
            return visitors[number].client.post(staff(case, address), data={**fields, "version": seen}, headers={"X-CSRFToken": tokens[number]}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, range(2))) == [303, 409]
    with case.app.app_context():
        assert len(case.entries()) == 4


def test_two_deviations_raised_in_the_same_moment_get_two_numbers(case: Case) -> None:
    with case.app.app_context():
        pins = [case.pin(code).id for code in ("DRO-01", "DRO-05")]
    visitors = [Visitor(case.app, case.controller) for _pin in pins]
    tokens = [visitor.token for visitor in visitors]

    def raise_one(number: int) -> int:
        fields = {"severity": "minor", "facts": "Noe stemmer ikke.", "due_on": "10.09.2026"}
        address = f"/kommune/avvik/nytt?rapport={case.questionnaire_id}&krav={pins[number]}"
        with clock.at("2026-08-27T12:00"):
            return visitors[number].client.post(address, data=fields, headers={"X-CSRFToken": tokens[number]}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(raise_one, range(2))) == [303, 303]
    with case.app.app_context():
        assert sorted(found.number for found in access.deviations_of(case.controller)) == ["AV-2026-001", "AV-2026-002"]
