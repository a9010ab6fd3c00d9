"""Rounds, answers, citations and submissions, through the real services of every area upstream."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest

from portal.agreements import access as agreement_access
from portal.agreements import service as agreements
from portal.catalogue import access as catalogue_access
from portal.evidence import access as evidence_access
from portal.evidence import service as evidence
from portal.foundation import clock, jobs
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.mail import mailer
from portal.journal import access as journal_access
from portal.reporting import access, service
from portal.reporting.models import AnswerRevision
from portal.reporting.rules import Typed, package_hash
from tests.builders import a_read_file, taxi_cars, taxi_files
from tests.reporting.world import NOW, World


def plan(world: World, **changed: object) -> object:
    agreement = agreement_access.agreement_for(world.town.controller, world.agreement_id)
    dates = {"period_from": date(2026, 7, 1), "period_to": date(2026, 12, 31), "label": "2. halvår 2026", "opens_on": date(2027, 1, 4), "due_on": date(2027, 2, 1), "closes_on": date(2027, 3, 1)}
    return service.plan_round(world.town.controller, agreement, **{**dates, **changed})  # type: ignore[arg-type]


# ---------------------------------------------------------------- rounds


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"label": "  "}, "label"),
        ({"period_to": date(2026, 6, 30)}, "period_to"),
        ({"period_from": date(2026, 1, 1), "period_to": date(2026, 6, 30)}, "period_from"),
        ({"period_from": date(2030, 1, 1), "period_to": date(2030, 6, 30)}, "period_from"),
        ({"due_on": date(2027, 1, 3)}, "due_on"),
        ({"closes_on": date(2027, 1, 31)}, "closes_on"),
    ],
)
def test_a_round_with_wrong_dates_is_refused_at_the_field(world: World, changed: dict[str, object], field: str) -> None:
    with world.app.app_context(), clock.at(NOW), pytest.raises(Invalid) as refused, unit_of_work():
        plan(world, **changed)
    assert set(refused.value.errors) == {field}


def test_only_the_assigned_controller_plans_and_opens(world: World) -> None:
    with world.app.app_context(), clock.at(NOW):
        agreement = agreement_access.agreement_for(world.town.reader, world.agreement_id)
        with pytest.raises(NotAllowed):
            service.plan_round(world.town.reader, agreement, period_from=date(2027, 1, 1), period_to=date(2027, 6, 30), label="x", opens_on=date(2027, 7, 1), due_on=date(2027, 8, 1), closes_on=date(2027, 9, 1))


def test_a_round_is_opened_once_and_after_its_deadline_not_at_all(world: World) -> None:
    with world.acting():
        round_id = plan(world).id  # type: ignore[attr-defined]
    with world.app.app_context(), clock.at("2027-02-02T00:01"), pytest.raises(Invalid):
        service.open_round(world.town.controller, access.round_for(world.town.controller, round_id))
    with world.acting("2027-01-04T08:00"):
        service.open_round(world.town.controller, access.round_for(world.town.controller, round_id))
    with world.app.app_context(), pytest.raises(WrongState):
        service.open_round(world.town.controller, access.round_for(world.town.controller, round_id))


def test_every_supplier_gets_its_own_questionnaire_and_one_invitation(world: World) -> None:
    with world.app.app_context():
        jobs.run_all(world.app)
        invited = [message["To"] for message in mailer().sent if f"/invitasjon/{world.questionnaire_id}" in message.get_content()]
    assert invited == [world.firm.signer.email]
    assert world.questionnaire_id != world.rival_questionnaire_id


def test_a_running_form_does_not_move_when_the_agreement_gets_another_requirement(world: World) -> None:
    with world.app.app_context():
        before = [asked.code for asked in access.asked_of(world.questionnaire())]
    with world.acting():
        agreement = agreement_access.agreement_for(world.town.adviser, world.agreement_id)
        agreements.pin(world.town.adviser, agreement, catalogue_access.version_for(world.town.id, "MIL-03"), clause_reference="9", frequency="half_yearly", change="Endringsavtale 1, 10.8.2026")
    with world.app.app_context():
        assert [asked.code for asked in access.asked_of(world.questionnaire())] == before


def test_a_preview_asks_exactly_what_the_opened_form_asks(world: World) -> None:
    with world.app.app_context():
        opened = access.contents_of(world.questionnaire())
        planned = access.planned_contents(world.questionnaire().round, world.questionnaire().party)
        assert [(e.asked.code, e.asked.part_from) for e in planned.entries] == [(e.asked.code, e.asked.part_from) for e in opened.entries]


# ---------------------------------------------------------------- answers


def test_an_answer_is_kept_as_typed_also_when_it_means_nothing(world: World) -> None:
    number = world.asked_id("number")
    with world.acting():
        service.save_answer(world.firm.signer, access.asked_for(world.firm.signer, number), "12.345")
    with world.app.app_context():
        answer = access.answers_of(world.questionnaire())[number]
        assert (answer.raw, answer.value, answer.problem) == ("12.345", None, "unclear_number")


def test_every_text_an_answer_has_had_is_a_revision_and_saving_the_same_again_is_none(world: World) -> None:
    number = world.asked_id("number")
    for typed in ("90", "90", "91", "91"):
        with world.acting():
            service.save_answer(world.firm.signer, access.asked_for(world.firm.signer, number), typed)
    with world.app.app_context():
        assert [(r.no, r.raw) for r in db.session.query(AnswerRevision).order_by(AnswerRevision.no)] == [(1, "90"), (2, "91")]


def test_a_colleagues_answer_is_never_overwritten_unseen(world: World) -> None:
    number = world.asked_id("number")
    with world.acting():
        first = service.save_answers(world.firm.signer, world.questionnaire(), {number: Typed("90")})[number].version
    with world.acting():
        service.save_answers(world.firm.contributor, world.questionnaire(), {number: Typed("95", base_version=first)})
    with world.app.app_context(), clock.at(NOW), pytest.raises(Conflict) as refused, unit_of_work():
        service.save_answers(world.firm.signer, world.questionnaire(), {number: Typed("80", base_version=first)})
    assert (refused.value.theirs, refused.value.yours) == ("95", "80")
    assert world.firm.contributor.name in refused.value.message
    with world.app.app_context():
        assert access.answers_of(world.questionnaire())[number].raw == "95"


def test_ones_own_second_window_wins_over_the_first(world: World) -> None:
    number = world.asked_id("number")
    for typed in ("90", "91"):
        with world.acting():
            service.save_answers(world.firm.signer, world.questionnaire(), {number: Typed(typed, base_version=1)})
    with world.app.app_context():
        assert access.answers_of(world.questionnaire())[number].raw == "91"


def test_a_question_of_another_firm_cannot_be_answered(world: World) -> None:
    number = world.asked_id("number")
    with world.app.app_context(), pytest.raises(NotFound):
        access.asked_for(world.rival.signer, number)
    with world.app.app_context(), clock.at(NOW), pytest.raises(NotFound):
        service.save_answers(world.rival.signer, access.questionnaire_for(world.rival.signer, world.rival_questionnaire_id), {number: Typed("1")})
    with world.app.app_context(), pytest.raises(NotFound):
        service.save_answers(world.rival.signer, world.questionnaire(), {number: Typed("1")})


def test_nothing_is_written_after_the_period_is_closed(world: World) -> None:
    number = world.asked_id("number")
    with world.acting("2026-10-31T23:59:59"):
        service.save_answers(world.firm.signer, world.questionnaire(), {number: Typed("1")})
    with world.app.app_context(), clock.at("2026-11-01T00:00"), pytest.raises(WrongState):
        service.save_answers(world.firm.signer, world.questionnaire(), {number: Typed("2")})


# ---------------------------------------------------------------- files


def test_a_newer_vehicle_list_takes_the_place_of_the_old_one_and_both_stand_in_the_history(world: World) -> None:
    asked_id = world.asked_id("evidence")
    ids = [a_read_file(world.app, world.firm.signer, "vehicle_list", *taxi_files(taxi_cars(electric=n), f"Liste {n}")["vehicle_list"]) for n in (3, 4)]
    for evidence_id in ids:
        with world.acting():
            service.cite(world.firm.signer, access.asked_for(world.firm.signer, asked_id), evidence_access.evidence_for(world.firm.signer, evidence_id))
    with world.app.app_context():
        assert [citation.evidence_id for citation in access.citations_of(world.questionnaire())[asked_id]] == [ids[1]]
        verbs = [entry.verb for entry in journal_access.history(world.town.controller, subject=("questionnaire", world.questionnaire_id))]
    assert sorted(verb for verb in verbs if verb.startswith("report.")) == ["report.cited", "report.cited", "report.replaced"]


def test_a_file_of_another_kind_is_not_cited(world: World) -> None:
    asked_id = world.asked_id("evidence")
    log = a_read_file(world.app, world.firm.signer, "charging_sessions", *taxi_files(taxi_cars())["charging_sessions"])
    with world.app.app_context(), clock.at(NOW), pytest.raises(Invalid):
        service.cite(world.firm.signer, access.asked_for(world.firm.signer, asked_id), evidence_access.evidence_for(world.firm.signer, log))


def test_a_rivals_file_is_not_cited(world: World) -> None:
    asked_id = world.asked_id("evidence")
    theirs = a_read_file(world.app, world.rival.signer, "vehicle_list", *taxi_files(taxi_cars())["vehicle_list"])
    with world.app.app_context(), clock.at(NOW), pytest.raises(NotFound):
        service.cite(world.firm.signer, access.asked_for(world.firm.signer, asked_id), evidence_access.evidence_for(world.rival.signer, theirs))


# ---------------------------------------------------------------- sending in


def test_what_is_missing_is_named_question_by_question(world: World) -> None:
    with world.app.app_context(), clock.at(NOW), pytest.raises(Invalid) as refused:
        service.submit(world.firm.signer, world.questionnaire())
    with world.app.app_context():
        required = {asked.id for asked in access.asked_of(world.questionnaire()) if asked.required}
    assert set(refused.value.errors) == required


def test_a_submission_freezes_what_stood_there_under_its_hash(world: World) -> None:
    world.fill_in()
    submission_id = world.send_in()
    with world.app.app_context():
        sent = access.submission_for(world.town.controller, submission_id)
        assert sent.no == 1 and sent.sha256 == package_hash(sent.package) and not sent.late
        assert sent.receipt.replace("-", "").lower() == sent.sha256[:8]
        assert sent.package["period"] == {"from": "2026-01-01", "to": "2026-06-30", "label": "1. halvår 2026"}
        assert [pin["code"] for pin in sent.package["pins"]] == ["DRO-01", "DRO-02", "MIL-01", "TRV-06"]
        jobs.run_all(world.app)
        assert any(sent.receipt in str(message["Subject"]) for message in mailer().sent)


def test_a_file_that_is_still_read_does_not_hold_a_submission_back(world: World) -> None:
    world.fill_in()
    asked_id = world.asked_id("evidence")
    name, content = taxi_files(taxi_cars())["vehicle_list"]
    with world.app.app_context(), clock.at(NOW):
        received = evidence.receive(world.firm.signer, kind="vehicle_list", stream=io.BytesIO(content), file_name=name).id
        db.session.commit()
    with world.acting():
        service.cite(world.firm.signer, access.asked_for(world.firm.signer, asked_id), evidence_access.evidence_for(world.firm.signer, received))
    submission_id = world.send_in()
    with world.app.app_context(), clock.at(NOW):
        jobs.run_all(world.app)
        sent = access.submission_for(world.town.controller, submission_id)
        reading = evidence_access.newest_reading(evidence_access.evidence_for(world.firm.signer, received))
        assert reading is not None
        assert access.evidence_cited_for(world.town.controller, sent, reading.id).id == reading.id


def test_the_first_byte_of_the_request_decides_whether_a_report_is_late(world: World) -> None:
    world.fill_in()
    with world.acting("2026-09-15T00:10"):
        sent = service.submit(world.firm.signer, world.questionnaire(), received_at=clock.parse_local("2026-09-14T23:59:59"))
        assert not sent.late


def test_a_report_after_the_deadline_is_late_and_still_taken(world: World) -> None:
    world.fill_in()
    submission_id = world.send_in("2026-09-15T00:00")
    with world.app.app_context():
        assert access.submission_for(world.firm.signer, submission_id).late


def test_a_contributor_writes_and_a_submitter_sends_in(world: World) -> None:
    world.fill_in()
    with world.app.app_context(), clock.at(NOW), pytest.raises(NotAllowed):
        service.submit(world.firm.contributor, world.questionnaire())


def test_a_report_is_sent_in_once(world: World) -> None:
    world.fill_in()
    world.send_in()
    with world.app.app_context(), clock.at(NOW), pytest.raises(WrongState):
        service.submit(world.firm.signer, world.questionnaire())
    with world.app.app_context(), clock.at(NOW), pytest.raises(WrongState):
        service.save_answers(world.firm.signer, world.questionnaire(), {world.asked_id("number"): Typed("1")})


# ---------------------------------------------------------------- returned and approved


def returned(world: World, submission_id: str, asked_id: str, comment: str = "Kan dere se på dette igjen?") -> None:
    with world.acting():
        service.reopen(world.town.controller, access.submission_for(world.town.controller, submission_id), {asked_id: comment}, date(2026, 9, 20))


def test_a_return_opens_only_the_question_and_its_explanations_and_keeps_the_first_submission(world: World) -> None:
    world.fill_in()
    first = world.send_in()
    number = world.asked_id("number")
    returned(world, first, number)
    with world.app.app_context():
        open_again = access.editable_asked(world.questionnaire())
        assert [asked.kind for asked in open_again] == ["number", "explanation"]
        assert access.contents_of(world.questionnaire()).comments == {number: "Kan dere se på dette igjen?"}
        jobs.run_all(world.app)
        assert any("Vi trenger mer fra dere" in str(message["Subject"]) for message in mailer().sent)
    with world.app.app_context(), clock.at(NOW), pytest.raises(NotFound):
        service.save_answers(world.firm.signer, world.questionnaire(), {world.asked_id("yesno"): Typed("nei")})
    with world.acting():
        service.save_answers(world.firm.signer, world.questionnaire(), {number: Typed("30")})
    second = world.send_in("2026-09-19T12:00")
    with world.app.app_context():
        before, after = (access.submission_for(world.firm.signer, sent) for sent in (first, second))
        typed = [[asked["answer"]["raw"] for asked in sent.package["asked"] if asked["id"] == number] for sent in (before, after)]
        assert typed == [["90"], ["30"]] and (before.no, after.no) == (1, 2) and not after.late


def test_an_older_submission_is_neither_returned_nor_approved(world: World) -> None:
    world.fill_in()
    first = world.send_in()
    returned(world, first, world.asked_id("number"))
    world.send_in()
    for deed in (service.approve, lambda actor, sent: service.reopen(actor, sent, {"x": "y"}, date(2026, 9, 20))):
        with world.app.app_context(), clock.at(NOW), pytest.raises(WrongState):
            deed(world.town.controller, access.submission_for(world.town.controller, first))


def test_a_return_needs_words_a_question_and_a_day_that_has_not_been(world: World) -> None:
    world.fill_in()
    sent = world.send_in()
    number = world.asked_id("number")
    for comments, due_on in (({number: " "}, date(2026, 9, 1)), ({}, date(2026, 9, 1)), ({number: "Hm?"}, date(2026, 8, 16))):
        with world.app.app_context(), clock.at(NOW), pytest.raises(Invalid):
            service.reopen(world.town.controller, access.submission_for(world.town.controller, sent), comments, due_on)


def test_an_approved_report_is_closed_for_everybody(world: World) -> None:
    world.fill_in()
    sent = world.send_in()
    with world.acting():
        service.approve(world.town.controller, access.submission_for(world.town.controller, sent))
    with world.app.app_context():
        assert world.questionnaire().state == "approved"
        assert access.editable_asked(world.questionnaire()) == []


# ---------------------------------------------------------------- who sees what


def test_a_municipality_sees_a_cited_file_only_through_a_duty_or_as_auditor(world: World) -> None:
    asked_id = world.asked_id("evidence")
    world.fill_in()
    cited = a_read_file(world.app, world.firm.signer, "vehicle_list", *taxi_files(taxi_cars())["vehicle_list"])
    unused = a_read_file(world.app, world.firm.signer, "vehicle_list", *taxi_files(taxi_cars(electric=2), "Annen")["vehicle_list"])
    with world.acting():
        service.cite(world.firm.signer, access.asked_for(world.firm.signer, asked_id), evidence_access.evidence_for(world.firm.signer, cited))
    sent_id = world.send_in()
    with world.app.app_context(), clock.at(NOW):
        sent = access.submission_for(world.town.controller, sent_id)
        readings = [evidence_access.newest_reading(evidence_access.evidence_for(world.firm.signer, id)).id for id in (cited, unused)]  # type: ignore[union-attr]
        for actor in (world.town.controller, world.town.auditor):
            assert access.evidence_cited_for(actor, sent, readings[0]).id == readings[0]
        stranger = replace(world.town.controller, organisation_id="x")
        for actor, reading in ((world.town.reader, readings[0]), (world.town.controller, readings[1]), (stranger, readings[0]), (world.firm.signer, readings[0])):
            with pytest.raises(NotFound):
                access.evidence_cited_for(actor, sent, reading)


def test_lists_start_from_the_actor(world: World) -> None:
    with world.app.app_context():
        assert [q.id for q in access.questionnaires_of(world.firm.signer)] == [world.questionnaire_id]
        assert {q.id for q in access.questionnaires_of(world.town.controller)} == {world.questionnaire_id, world.rival_questionnaire_id}
        assert access.awaiting_review(world.town.controller) == []
    with world.acting():
        plan(world)
    with world.app.app_context():
        assert [coming.round.label for coming in access.planned_rounds_of(world.firm.signer)] == ["2. halvår 2026"]
        assert access.next_deadline_after(date(2026, 8, 17)) == date(2026, 9, 14)
