"""One supplier's report below the requirement, and the people who follow it up."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.foundation import clock
from portal.foundation.db import unit_of_work
from tests.builders import (
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
from tests.deviations.cases import Case


@pytest.fixture
def municipality(app: Flask) -> Municipality:
    return a_municipality(app)


@pytest.fixture
def supplier(app: Flask) -> Company:
    return a_supplier(app)


@pytest.fixture
def case(app: Flask, municipality: Municipality, supplier: Company) -> Case:
    """A report where four of five cars are zero-emission, sent in 17 August 2026."""
    agreement_id = a_taxi_agreement(app, municipality, [supplier])
    questionnaire_id = an_open_round(app, municipality, agreement_id)[supplier.id]
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, taxi_files(taxi_cars()))
    submission_id = a_submission(app, supplier.signer, questionnaire_id)
    with app.app_context(), clock.at("2026-08-18T09:00"), unit_of_work():
        return Case(app, municipality, supplier, agreement_id, questionnaire_id, submission_id)
