"""From a real questionnaire with real files: live and recorded are the same, recorded once, and only when the files are read."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.evidence import access as evidence_access
from portal.evidence import service as evidence
from portal.foundation import clock, jobs
from portal.foundation.config import Settings
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import NotFound
from portal.reporting import access as reporting_access
from portal.reporting import service as reporting
from portal.verification import access, service
from portal.verification.models import Result
from portal.verification.rules import Outcome
from tests.builders import (
    LIST_DAY,
    Company,
    Municipality,
    a_municipality,
    a_submission,
    a_supplier,
    a_taxi_agreement,
    an_answered_questionnaire,
    an_open_round,
    taxi_cars,
    taxi_files,
)
from tests.databases import Contents

CODES = ("DRO-01", "DRO-02", "DRO-03", "DRO-05", "MIL-01")


Asked = tuple[Municipality, Company, str]


@pytest.fixture
def asked(app: Flask, settings: Settings, _asked: list[tuple[Asked, Contents]]) -> Asked:
    """A municipality, a supplier, and the questionnaire it has been sent. Built once, then copied."""
    folder = Path(settings.storage_url.removeprefix("folder:"))
    if not _asked:
        municipality, supplier = a_municipality(app), a_supplier(app)
        agreement = a_taxi_agreement(app, municipality, [supplier], codes=CODES)
        questionnaire_id = an_open_round(app, municipality, agreement)[supplier.id]
        _asked.append(((municipality, supplier, questionnaire_id), Contents.of(app, folder)))
    else:
        _asked[0][1].lay(app, folder)
    return _asked[0][0]


@pytest.fixture(scope="module")
def _asked() -> list[tuple[Asked, Contents]]:
    return []


def outcomes(assessment) -> dict[str, Outcome]:
    return {verdict.code: verdict.outcome for verdict in assessment.verdicts}


def test_the_live_verdict_is_the_recorded_one(app: Flask, asked) -> None:
    _municipality, supplier, questionnaire_id = asked
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, taxi_files(taxi_cars()))
    with app.app_context(), clock.at(LIST_DAY):
        live = access.live(supplier.signer, reporting_access.questionnaire_for(supplier.signer, questionnaire_id))
    submission_id = a_submission(app, supplier.signer, questionnaire_id)
    with app.app_context():
        recorded = access.recorded(reporting_access.submission_for(supplier.signer, submission_id))
    assert recorded is not None and recorded.recorded
    assert recorded.verdicts == live.verdicts
    assert recorded.flags == live.flags
    assert outcomes(live) == {
        "DRO-01": Outcome.BELOW_MINIMUM,
        "DRO-02": Outcome.MET,
        "DRO-03": Outcome.MET,
        "DRO-05": Outcome.BELOW_MINIMUM,
        "MIL-01": Outcome.MET,
    }


def test_a_later_file_moves_the_next_live_verdict_and_never_the_recorded_one(app: Flask, asked) -> None:
    municipality, supplier, questionnaire_id = asked
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, taxi_files(taxi_cars()))
    submission_id = a_submission(app, supplier.signer, questionnaire_id)
    with app.app_context(), clock.at(LIST_DAY), unit_of_work():
        submission = reporting_access.submission_for(municipality.controller, submission_id)
        listed = next(a for a in reporting_access.asked_of(submission.questionnaire) if a.evidence_kind == "vehicle_list")
        reporting.reopen(municipality.controller, submission, {listed.id: "Er lista riktig?"}, date(2026, 9, 30))
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, {"vehicle_list": taxi_files(taxi_cars(5, 0), "rettet")["vehicle_list"]})
    with app.app_context(), clock.at(LIST_DAY):
        submission = reporting_access.submission_for(supplier.signer, submission_id)
        live = access.live(supplier.signer, submission.questionnaire)
        recorded = access.recorded(submission)
    assert outcomes(live)["DRO-05"] is Outcome.MET
    assert recorded is not None and outcomes(recorded)["DRO-05"] is Outcome.BELOW_MINIMUM


def test_nobody_but_the_supplier_sees_a_drafts_verdict(app: Flask, asked) -> None:
    municipality, supplier, questionnaire_id = asked
    rival = a_supplier(app, "500010037", "Sørtaxi")
    with app.app_context():
        questionnaire = reporting_access.questionnaire_for(supplier.signer, questionnaire_id)
        for stranger in (municipality.controller, rival.signer):
            with pytest.raises(NotFound):
                access.live(stranger, questionnaire)


def test_a_draft_without_anything_says_what_is_missing(app: Flask, asked) -> None:
    _municipality, supplier, questionnaire_id = asked
    with app.app_context():
        live = access.live(supplier.signer, reporting_access.questionnaire_for(supplier.signer, questionnaire_id))
    assert set(outcomes(live).values()) == {Outcome.MISSING}


def test_a_report_sent_while_its_file_is_read_is_recorded_when_it_is_read_and_no_sooner(app: Flask, asked) -> None:
    _municipality, supplier, questionnaire_id = asked
    files = taxi_files(taxi_cars())
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, {"charging_sessions": files["charging_sessions"]})
    name, content = files["vehicle_list"]
    with app.app_context(), clock.at(LIST_DAY):
        received = evidence.receive(supplier.signer, kind="vehicle_list", stream=io.BytesIO(content), file_name=name)
        db.session.commit()  # as the request's end does
        with unit_of_work():
            questionnaire = reporting_access.questionnaire_for(supplier.signer, questionnaire_id)
            listed = next(a for a in reporting_access.asked_of(questionnaire) if a.evidence_kind == "vehicle_list")
            reporting.save_answer(supplier.signer, listed, "")
            reporting.cite(supplier.signer, listed, evidence_access.evidence_for(supplier.signer, received.id))
            submission_id = reporting.submit(supplier.signer, questionnaire).id
        with unit_of_work():
            assert service.catch_up() == 0
        waiting = access.of_submission(reporting_access.submission_for(supplier.signer, submission_id))
        assert not waiting.recorded and outcomes(waiting)["DRO-01"] is Outcome.WAITING
        db.session.rollback()
        jobs.run_all(app)
        with unit_of_work():
            service.catch_up()
        recorded = access.recorded(reporting_access.submission_for(supplier.signer, submission_id))
    assert recorded is not None and outcomes(recorded)["DRO-01"] is Outcome.BELOW_MINIMUM


def test_catching_up_again_records_nothing_more(app: Flask, asked) -> None:
    _municipality, supplier, questionnaire_id = asked
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, taxi_files(taxi_cars()))
    a_submission(app, supplier.signer, questionnaire_id)
    with app.app_context(), unit_of_work():
        before = set(db.session.scalars(select(Result.id)))
        assert service.catch_up() == 0
        assert set(db.session.scalars(select(Result.id))) == before


def test_every_verdict_says_which_reading_it_rests_on(app: Flask, asked) -> None:
    _municipality, supplier, questionnaire_id = asked
    received = an_answered_questionnaire(app, supplier.signer, questionnaire_id, taxi_files(taxi_cars()))
    submission_id = a_submission(app, supplier.signer, questionnaire_id)
    with app.app_context():
        document = evidence_access.evidence_for(supplier.signer, received["vehicle_list"])
        reading = evidence_access.newest_reading(document)
        recorded = access.recorded(reporting_access.submission_for(supplier.signer, submission_id))
    assert reading is not None and recorded is not None
    assert all(reading.id in verdict.readings for verdict in recorded.verdicts if verdict.code.startswith("DRO"))


def test_the_list_functions_tell_outcomes_and_questions_per_report(app: Flask, asked) -> None:
    _municipality, supplier, questionnaire_id = asked
    cars = taxi_cars() + [type(taxi_cars()[0])(9, "QD 10009", "El", 100, 20_000, False, 4_000)]
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, taxi_files(cars))
    submission_id = a_submission(app, supplier.signer, questionnaire_id)
    with app.app_context():
        submission = reporting_access.submission_for(supplier.signer, submission_id)
        assert ("DRO-01", Outcome.BELOW_MINIMUM) in access.verdicts_of([submission])[submission_id]
        assert access.questions_of([submission])[submission_id] >= 1
        assert access.verdicts_of([]) == {} and access.questions_of([]) == {}
