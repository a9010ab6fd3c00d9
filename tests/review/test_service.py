"""Rulings, returns and approvals: who may, what they need, and that a report is decided once."""

from __future__ import annotations

from datetime import date

import pytest

from portal.foundation import jobs
from portal.foundation.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.mail import mailer
from portal.journal import access as journal_access
from portal.reporting import access as reporting_access
from portal.review import access, service
from tests.builders import a_municipality
from tests.review.cases import NEW_DEADLINE, Case
from tests.verification.test_words import plain


def test_the_proposal_comes_from_the_verdicts(case: Case) -> None:
    with case.at():
        proposed = access.proposals(case.submission())
        assert proposed == {case.pin_id("DRO-01"): "not_met", case.pin_id("DRO-05"): "not_met", case.pin_id("MIL-01"): "met"}


def test_a_ruling_as_proposed_needs_no_reason_and_another_does(case: Case) -> None:
    with case.at():
        submission, pin_id = case.submission(), case.pin_id("DRO-01")
        assert service.rule(case.controller, submission, pin_id, "not_met").proposed == "not_met"
        with pytest.raises(Invalid) as refused:
            service.rule(case.controller, submission, pin_id, "met")
        assert set(refused.value.errors) == {"reason"}
        assert access.rulings_of(submission)[pin_id].value == "not_met"
        assert service.rule(case.controller, submission, pin_id, "met", "Bilen var på verksted.").reason == "Bilen var på verksted."


def test_a_ruling_that_is_none_of_the_four_is_refused(case: Case) -> None:
    with case.at(), pytest.raises(Invalid):
        service.rule(case.controller, case.submission(), case.pin_id(), "approved")


def test_a_requirement_of_another_report_cannot_be_ruled_on(case: Case) -> None:
    with case.at(), pytest.raises(NotFound):
        service.rule(case.controller, case.submission(), "0" * 20, "met")


def test_only_the_controller_and_the_deputy_decide(case: Case) -> None:
    for actor in (case.municipality.reader, case.municipality.adviser, case.municipality.auditor):
        with case.at(), pytest.raises(NotAllowed):
            service.rule(actor, case.submission(), case.pin_id(), "not_met")
        with case.at(), pytest.raises(NotAllowed):
            service.approve(actor, case.submission())
        with case.at(), pytest.raises(NotAllowed):
            service.return_to_supplier(actor, case.submission(), {case.asked_id(): "?"}, due_on=NEW_DEADLINE)
    with case.at():
        service.rule(case.deputy, case.submission(), case.pin_id(), "not_met")


def test_a_supplier_and_another_municipality_do_not_even_find_it(case: Case) -> None:
    other = a_municipality(case.app, "500010193", "Fjelltun kommune")
    for actor in (case.supplier.signer, other.controller):
        with case.at(), pytest.raises(NotFound):
            service.approve(actor, case.submission())
        with case.at(), pytest.raises(NotFound):
            service.remark(actor, case.submission(), text="x")
        with case.at(), pytest.raises(NotFound):
            access.case_for(actor, case.questionnaire_id)


def test_a_report_is_approved_when_every_requirement_has_a_ruling_and_no_sooner(case: Case) -> None:
    with case.at():
        service.rule(case.controller, case.submission(), case.pin_id("DRO-01"), "not_met")
        with pytest.raises(WrongState):
            service.approve(case.controller, case.submission())
    with case.at():
        assert access.decision_of(case.submission()) is None
        assert len(service.rule_as_proposed(case.controller, case.submission())) == 2
        assert service.approve(case.controller, case.submission()).value == "approved"
    with case.at():
        assert case.submission().questionnaire.state == "approved"


def test_an_approved_report_is_neither_ruled_on_nor_decided_again_and_says_by_whom(case: Case) -> None:
    case.is_ruled()
    with case.at():
        service.approve(case.controller, case.submission())
    for late in (
        lambda: service.approve(case.deputy, case.submission()),
        lambda: service.return_to_supplier(case.deputy, case.submission(), {case.asked_id(): "?"}, due_on=NEW_DEADLINE),
        lambda: service.rule(case.deputy, case.submission(), case.pin_id(), "met", "x"),
    ):
        with case.at("2026-08-18T10:05"), pytest.raises(Conflict) as told:
            late()
        assert plain(told.value.message) == "Rapporten er allerede godkjent av Controller Nidvik 18. august 2026 kl. 10.02."
        assert told.value.link == case.address


def test_a_return_opens_the_question_tells_the_supplier_and_keeps_the_note_inside(case: Case) -> None:
    case.is_returned("Er QD 10005 tatt ut av bruk?", "Ring Marit først.")
    with case.at():
        signer = case.supplier.signer
        questionnaire = reporting_access.questionnaire_for(signer, case.questionnaire_id)
        assert (questionnaire.state, questionnaire.due_on) == ("returned", NEW_DEADLINE)
        editable = reporting_access.editable_asked(questionnaire)
        assert {asked.evidence_kind for asked in editable if asked.kind != "explanation"} == {"vehicle_list"}
        told = [entry.sentence for entry in journal_access.history(signer, subject=("questionnaire", questionnaire.id))]
        assert not any("internt" in sentence for sentence in told)
        shown = access.case_for(case.controller, case.questionnaire_id)
        assert [remark.text for remark in shown.internal_remarks] == ["Ring Marit først."]
    with case.app.app_context():
        jobs.run_all(case.app)
        letters = [str(letter) for letter in mailer().sent]
    assert not any("Ring Marit" in letter for letter in letters)


def test_a_return_without_a_question_or_with_a_past_deadline_stores_nothing(case: Case) -> None:
    with case.at():
        with pytest.raises(Invalid):
            service.return_to_supplier(case.controller, case.submission(), {}, due_on=NEW_DEADLINE)
        with pytest.raises(Invalid):
            service.return_to_supplier(case.controller, case.submission(), {case.asked_id(): "Hva?"}, internal_note="x", due_on=date(2026, 8, 1))
        assert access.decision_of(case.submission()) is None
        assert access.case_for(case.controller, case.questionnaire_id).internal_remarks == ()


def test_a_question_of_another_report_cannot_be_returned(case: Case) -> None:
    with case.at(), pytest.raises(NotFound):
        service.return_to_supplier(case.controller, case.submission(), {"0" * 20: "Hva?"}, due_on=NEW_DEADLINE)


def test_what_was_sent_again_is_shown_against_what_stood_before(case: Case) -> None:
    case.is_sent_again()
    with case.at("2026-08-26T09:00"):
        shown = access.case_for(case.controller, case.questionnaire_id)
        changed = {answer.asked["kind"]: answer.change for answer in shown.changed}
        assert shown.submission.no == 2
        assert (changed["evidence"].removed, changed["evidence"].added) == (("Bilpark.xlsx",), ("Bilpark rettet.xlsx",))
        assert (shown.fleet.removed, shown.fleet.added) == (("QD10005",), ("EQ10005",))
        assert shown.decision is None and shown.may_decide
        first = access.case_for(case.controller, case.questionnaire_id, no=1)
        assert first.decision.value == "returned" and not first.may_decide
        assert first.assessment.verdicts[0].outcome.value == "below_minimum"
        assert shown.assessment.verdicts[0].outcome.value == "met"


def test_a_new_submission_needs_its_own_rulings(case: Case) -> None:
    case.is_ruled().is_sent_again()
    with case.at("2026-08-26T09:00"):
        assert access.rulings_of(case.submission()) == {}
        assert set(access.proposals(case.submission()).values()) == {"met"}


def test_a_decision_on_the_first_submission_is_refused_after_the_second_has_come(case: Case) -> None:
    first = case.submission_id
    case.is_sent_again()
    with case.at("2026-08-26T09:00"), pytest.raises(Conflict):
        service.approve(case.controller, access.submission_in_case(case.controller, case.questionnaire_id, first))


def test_a_note_may_be_written_by_everybody_with_a_duty_and_about_one_requirement(case: Case) -> None:
    with case.at():
        note = service.remark(case.municipality.adviser, case.submission(), text=" Se avtalens vedlegg 2. ", pin_id=case.pin_id())
        assert (note.text, note.audience, note.pin_id) == ("Se avtalens vedlegg 2.", "internal", case.pin_id())
        with pytest.raises(NotAllowed):
            service.remark(case.municipality.reader, case.submission(), text="x")
        with pytest.raises(NotFound):
            service.remark(case.controller, case.submission(), text="x", pin_id="0" * 20)
        with pytest.raises(Invalid):
            service.remark(case.controller, case.submission(), text="  ")


def test_rows_are_for_those_with_a_duty_and_auditors(case: Case) -> None:
    with case.at():
        assert access.case_for(case.controller, case.questionnaire_id).sees_rows
        assert access.case_for(case.municipality.auditor, case.questionnaire_id).sees_rows
        reader = access.case_for(case.municipality.reader, case.questionnaire_id)
        assert not reader.sees_rows and not reader.may_decide
        assert all(file.reading is None for answer in reader.answers for file in answer.files)


def test_the_queue_shows_every_requirement_at_a_glance_and_whose_it_is(case: Case) -> None:
    with case.at("2026-08-20T09:00"):
        (row,), count = access.queue(case.controller)
        assert (count, row.is_mine, row.days_waiting) == (1, True, 3)
        assert [(outcome.value, code) for outcome, code in row.outcomes] == [("below_minimum", "DRO-01"), ("below_minimum", "DRO-05"), ("met", "MIL-01")]
        assert not access.queue(case.municipality.reader)[0][0].is_mine
        assert access.queue(case.controller, "godkjent") == ([], 0)
        with pytest.raises(NotFound):
            access.queue(case.supplier.signer)


def test_the_journal_tells_the_rulings_and_the_decision(case: Case) -> None:
    case.is_ruled()
    with case.at():
        service.approve(case.controller, case.submission())
    with case.at():
        told = [entry.sentence for entry in journal_access.history(case.controller, subject=("questionnaire", case.questionnaire_id))]
    assert "Controller Nidvik vurderte DRO-01 til «ikke oppfylt»" in told
    assert "Controller Nidvik godkjente rapporten" in told
