"""The life of a deviation through its services, as the people who live it."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from portal.agreements import service as agreements
from portal.deviations import access, documents, service
from portal.foundation import mail
from portal.foundation.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.i18n import FIXED
from portal.identity import access as identity
from portal.journal import access as journal
from tests.builders import a_municipality, a_supplier, taxi_cars
from tests.deviations.cases import TEST, Case

OCTOBER = date(2026, 10, 1)


def told_to(address: str) -> list[str]:
    return [str(letter["Subject"]) for letter in mail.mailer().sent if letter["To"] == address]  # type: ignore[attr-defined]


def test_a_draft_is_numbered_and_unseen_by_the_supplier(case: Case) -> None:
    case.is_raised()
    with case.app.app_context():
        assert case.deviation().number == "AV-2026-001"
        assert access.deviations_of(case.supplier.signer) == []
        with pytest.raises(NotFound):
            case.deviation(case.supplier.signer)


def test_a_sent_deviation_goes_to_the_suppliers_contact_with_its_permanent_address(case: Case) -> None:
    case.is_sent().is_tested("2026-08-18T10:06")
    with case.app.app_context():
        [letter] = [m for m in mail.mailer().sent if "Avvik" in m["Subject"]]  # type: ignore[attr-defined]
    assert letter["To"] == case.supplier.signer.email
    assert letter["Subject"] == "Avvik AV-2026-001: Nidvik kommune ber om svar innen 1. september 2026"
    assert f"http://localhost/leverandor/avvik/{case.id}" in letter.get_content()
    assert "Ring først" not in letter.get_content()


def test_the_whole_life_from_draft_to_closed_on_data(case: Case) -> None:
    case.is_proven()
    with case.step("2026-10-02T10:00"):
        assert case.deviation().state == "proven"
        service.close(case.controller, case.deviation())
    with case.app.app_context():
        closed = case.deviation()
        kinds = [entry.kind for entry in case.entries()]
        assert (closed.state, closed.closed_on_data, closed.due_on) == ("closed", True, None)
        assert kinds == ["raised", "sent", "answered", "plan_accepted", "evidence", "tested", "closed"]
        [proof] = access.evidence_of(closed)
        assert proof.outcome is not None
        assert documents.proof_sentences(proof.outcome) == ["Lista per 1. oktober 2026: 5 av 5 biler er nullutslipp.", f"Planens prøve: 100{FIXED}%."]


def test_the_ball_and_its_date_move_with_every_step(case: Case) -> None:
    case.is_raised()
    seen = []

    def look() -> None:
        with case.app.app_context():
            seen.append((case.deviation().state, case.deviation().due_on))

    with case.step("2026-08-18T10:05"):
        service.send(case.controller, case.deviation())
    look()
    with case.step("2026-08-25T12:00"):
        service.respond(case.supplier.signer, case.deviation(), cause="Bilen kom sent.", action="Byttes.", done_by=OCTOBER)
    look()
    with case.step("2026-08-27T12:00"):
        service.accept_plan(case.controller, case.deviation(), plan_test=TEST)
    look()
    assert seen == [("sent", date(2026, 9, 1)), ("answered", date(2026, 9, 8)), ("plan_accepted", date(2026, 10, 15))]


def test_a_list_that_fails_the_test_leaves_the_clock_running_and_says_why(case: Case) -> None:
    case.has_a_plan()
    case.attaches(case.a_list(taxi_cars(4, 1), as_of=OCTOBER), "2026-10-01T09:05")
    assert case.is_tested("2026-10-01T09:06") == 1
    with case.app.app_context():
        [proof] = access.evidence_of(case.deviation())
        assert (case.deviation().state, case.deviation().due_on) == ("plan_accepted", date(2026, 10, 15))
        assert proof.outcome is not None
        assert "Ikke nullutslipp: QD 10005." in documents.proof_sentences(proof.outcome)
        assert any("viser ikke at planen er gjennomført" in subject for subject in told_to(case.supplier.signer.email))


def test_a_second_list_may_pass_where_the_first_did_not(case: Case) -> None:
    case.has_a_plan()
    case.attaches(case.a_list(taxi_cars(4, 1), as_of=OCTOBER), "2026-10-01T09:05")
    case.is_tested("2026-10-01T09:06")
    case.attaches(case.a_list(taxi_cars(5, 0), as_of=date(2026, 10, 9), name="ny"), "2026-10-09T09:05")
    case.is_tested("2026-10-09T09:06")
    with case.app.app_context():
        assert case.deviation().state == "proven"


def test_evidence_is_tested_once_however_often_the_worker_looks(case: Case) -> None:
    case.is_proven()
    assert case.is_tested("2026-10-01T10:00") == 0
    with case.app.app_context():
        assert [entry.kind for entry in case.entries()].count("tested") == 1


def test_a_list_from_before_the_plans_date_is_refused(case: Case) -> None:
    case.has_a_plan()
    early = case.a_list(taxi_cars(5, 0), as_of=date(2026, 9, 20))
    with pytest.raises(Invalid) as refused:
        case.attaches(early, "2026-10-01T09:05")
    assert refused.value.errors["applies_on"].startswith("Ny lista må gjelde planens dato eller senere")


def test_a_list_sent_before_the_plan_was_accepted_is_tested_when_it_is(case: Case) -> None:
    case.is_answered()
    case.attaches(case.a_list(taxi_cars(5, 0), as_of=date(2026, 8, 26)), "2026-08-26T09:05")
    assert case.is_tested("2026-08-26T09:06") == 0
    with case.step("2026-08-27T12:00"):
        service.accept_plan(case.controller, case.deviation(), plan_test={**TEST, "as_of": "2026-08-20"})
    assert case.is_tested("2026-08-27T12:01") == 1
    with case.app.app_context():
        assert case.deviation().state == "proven"


def test_a_plan_that_is_not_accepted_comes_back_with_reason_and_a_new_date(case: Case) -> None:
    case.is_answered()
    with case.step("2026-08-27T12:00"):
        service.reject_plan(case.controller, case.deviation(), reason="Hvilken bil?", due_on=date(2026, 9, 10))
    with case.step("2026-08-28T12:00"):
        again = case.deviation(case.supplier.signer)
        assert (again.state, again.due_on) == ("sent", date(2026, 9, 10))
        service.respond(case.supplier.signer, again, cause="Bil 5.", action="Byttes.", done_by=OCTOBER)
    with case.app.app_context():
        answer = access.last_answer(case.deviation())
        assert answer is not None and answer.params["cause"] == "Bil 5."


def test_an_escalated_deviation_waits_for_the_municipality_and_may_still_be_answered(case: Case) -> None:
    case.is_sent()
    with case.step("2026-09-03T12:00"):
        service.escalate(case.controller, case.deviation(), "Ikke svart innen fristen.")
    with case.step("2026-09-04T12:00"):
        assert (case.deviation().state, case.deviation().due_on) == ("escalated", date(2026, 9, 17))
        service.respond(case.supplier.signer, case.deviation(), cause="Ferie.", action="Byttes.", done_by=OCTOBER)
        assert case.deviation().state == "answered"


def test_closing_without_data_takes_a_reason_and_says_so(case: Case) -> None:
    case.is_sent()
    with case.step("2026-08-20T12:00"), pytest.raises(Invalid):
        service.close(case.controller, case.deviation())
    with case.step("2026-08-20T12:00"):
        service.close(case.controller, case.deviation(), reason="Ikke hjemmel.")
        assert case.deviation().closed_on_data is False


def test_a_draft_that_is_dropped_is_never_seen_by_the_supplier(case: Case) -> None:
    case.is_raised()
    with case.step("2026-08-20T12:00"):
        service.close(case.controller, case.deviation(), reason="Misforstått.")
    case.is_tested("2026-08-20T12:01")
    with case.app.app_context():
        assert access.deviations_of(case.supplier.signer, show="closed") == []
        assert not any("Avvik" in subject for subject in told_to(case.supplier.signer.email))


def test_the_supplier_never_sees_what_is_internal(case: Case) -> None:
    case.is_sent()
    with case.step("2026-08-19T12:00"):
        service.add_note(case.controller, case.deviation(), "Ta det opp med Lund.")
        service.escalate(case.controller, case.deviation(), "Hemmelig grunn.")
    with case.app.app_context():
        shown = case.entries(case.supplier.signer)
        assert [entry.kind for entry in shown] == ["sent", "escalated"]
        words = " ".join(line for entry in shown for line in documents.entry_details(entry))
        assert "Lund" not in words and "Hemmelig" not in words
        log = journal.history(case.supplier.signer, subject=("deviation", case.id))
        assert not any(entry.verb.endswith("_internal") for entry in log)


def test_the_one_who_comes_second_is_told_who_was_first_and_when(case: Case) -> None:
    case.is_answered()
    with case.app.app_context():
        seen = case.deviation().version
    with case.step("2026-08-27T12:00"):
        service.accept_plan(case.controller, case.deviation(), plan_test=TEST, seen=seen)
    with case.step("2026-08-27T12:01"), pytest.raises(Conflict) as second:
        service.reject_plan(case.controller, case.deviation(), reason="Nei.", due_on=date(2026, 9, 10), seen=seen)
    assert case.controller.name in second.value.message
    assert "27. august 2026 kl. 12.00" in second.value.message
    assert second.value.yours == "Nei."


def test_a_step_that_the_state_does_not_allow_is_refused(case: Case) -> None:
    case.is_sent()
    with case.step("2026-08-19T12:00"), pytest.raises(WrongState):
        service.accept_plan(case.controller, case.deviation(), plan_test=TEST)
    with case.step("2026-08-19T12:00"), pytest.raises(WrongState):
        service.send(case.controller, case.deviation())


def test_only_those_with_the_duty_decide(case: Case) -> None:
    case.is_answered()
    for actor in (case.municipality.reader, case.municipality.admin, case.municipality.auditor, case.municipality.adviser):
        with case.step("2026-08-27T12:00"), pytest.raises(NotAllowed):
            service.accept_plan(actor, case.deviation(actor), plan_test=TEST)


def test_the_contract_manager_of_the_agreement_decides_too(case: Case) -> None:
    case.is_answered()
    with case.step("2026-08-26T12:00"):
        manager = identity.person_by_email(case.municipality.reader.email)
        agreements.assign(case.municipality.adviser, case.deviation().pin.agreement, manager, "contract_manager")
    with case.step("2026-08-27T12:00"):
        service.accept_plan(case.municipality.reader, case.deviation(), plan_test=TEST)


def test_only_the_one_who_answers_for_the_firm_answers_and_a_colleague_may_send_evidence(case: Case) -> None:
    case.is_sent()
    colleague = case.supplier.contributor
    with case.step("2026-08-19T12:00"), pytest.raises(NotAllowed):
        service.respond(colleague, case.deviation(colleague), cause="x", action="y", done_by=OCTOBER)
    case.attaches(case.a_list(taxi_cars(5, 0), as_of=date(2026, 8, 19)), "2026-08-19T12:00")
    with case.app.app_context():
        assert len(access.evidence_of(case.deviation())) == 1


def test_strangers_see_nothing_and_can_do_nothing(case: Case, app: Flask) -> None:
    case.is_sent()
    rival, neighbour = a_supplier(app, "500010037", "Sørtaxi").signer, a_municipality(app, "500010045", "Fjelltun kommune").controller
    for stranger in (rival, neighbour):
        with app.app_context():
            with pytest.raises(NotFound):
                access.deviation_for(stranger, case.id)
            assert access.deviations_of(stranger) == []
    with case.step("2026-08-19T12:00"), pytest.raises(NotAllowed):
        service.respond(rival, case.deviation(), cause="x", action="y", done_by=OCTOBER)
    with case.step("2026-08-19T12:00"), pytest.raises(NotAllowed):
        service.close(neighbour, case.deviation(), reason="x")


def test_a_requirement_without_a_clause_can_never_become_a_deviation(case: Case) -> None:
    with case.step("2026-08-18T10:00"):
        pin = case.pin()
        pin.clause_reference = ""
        with pytest.raises(WrongState):
            service.raise_deviation(case.controller, submission=case.submission(), pin=pin, severity="minor", facts="x", due_on=OCTOBER)


def test_everything_wrong_with_a_draft_is_said_at_once(case: Case) -> None:
    with case.step("2026-08-18T10:00"), pytest.raises(Invalid) as refused:
        service.raise_deviation(case.controller, submission=case.submission(), pin=case.pin(), severity="vesentlig", facts=" ", due_on=date(2026, 8, 1))
    assert set(refused.value.errors) == {"severity", "facts", "due_on"}


def test_every_step_is_in_the_municipalitys_log(case: Case) -> None:
    case.is_proven()
    with case.app.app_context():
        verbs = [entry.verb for entry in reversed(journal.history(case.controller, subject=("deviation", case.id)))]
        assert verbs == ["deviation.raised_internal", "deviation.sent", "deviation.answered", "deviation.plan_accepted", "deviation.evidence_sent", "deviation.proven"]
        assert all(check.holds for check in journal.check_chains())


def test_a_decision_stands_although_mail_is_down(case: Case) -> None:
    case.is_raised()
    with case.app.app_context():
        mail.mailer().failure = mail.MailUnavailable("no answer")  # type: ignore[attr-defined]
    with case.step("2026-08-18T10:05"):
        service.send(case.controller, case.deviation())
    with case.app.app_context():
        assert case.deviation().state == "sent"
        [notice] = journal.notices_about(case.controller, ("deviation", case.id))
        assert notice.state == "queued"


def test_the_same_list_attached_twice_stands_there_once(case: Case) -> None:
    case.has_a_plan()
    document = case.a_list(taxi_cars(5, 0), as_of=OCTOBER)
    case.attaches(document, "2026-10-01T09:05")
    case.attaches(document, "2026-10-01T09:06")
    with case.app.app_context():
        assert len(access.evidence_of(case.deviation())) == 1


def test_the_demos_clock_stops_on_the_day_a_plan_is_to_be_carried_out_and_then_at_its_deadline(case: Case) -> None:
    case.has_a_plan()
    with case.app.app_context():
        assert access.next_deadline_after(date(2026, 9, 14)) == OCTOBER
        assert access.next_deadline_after(OCTOBER) == date(2026, 10, 15)
        assert access.next_deadline_after(date(2026, 10, 15)) is None
