"""A report that waits for its controller, and who there is to look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from flask import Flask

from portal.agreements import access as agreement_access
from portal.agreements import service as agreements
from portal.foundation import clock
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import unit_of_work
from portal.identity import access as identity_access
from portal.identity import service as identity
from portal.reporting import access as reporting_access
from portal.reporting.models import Submission
from portal.review import service
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

CODES = ("DRO-01", "DRO-05", "MIL-01")
REVIEW_DAY = "2026-08-18T10:02"
NEW_DEADLINE = date(2026, 9, 1)


@dataclass
class Case:
    app: Flask
    municipality: Municipality
    supplier: Company
    deputy: Actor
    questionnaire_id: str
    submission_id: str

    @property
    def controller(self) -> Actor:
        return self.municipality.controller

    @property
    def address(self) -> str:
        return f"/kommune/kontroll/{self.questionnaire_id}"

    @contextmanager
    def at(self, when: str = REVIEW_DAY) -> Iterator[None]:
        """A step of its own unit of work."""
        with self.app.app_context(), clock.at(when), unit_of_work():
            yield

    def submission(self, actor: Actor | None = None) -> Submission:
        return reporting_access.submission_for(actor or self.controller, self.submission_id)

    def asked_id(self, evidence_kind: str = "vehicle_list") -> str:
        questionnaire = reporting_access.questionnaire_for(self.controller, self.questionnaire_id)
        return next(asked.id for asked in reporting_access.asked_of(questionnaire) if asked.evidence_kind == evidence_kind)

    def pin_id(self, code: str = "DRO-01") -> str:
        return next(pin["id"] for pin in self.submission().package["pins"] if pin["code"] == code)

    def is_ruled(self) -> Case:
        with self.at():
            service.rule_as_proposed(self.controller, self.submission())
        return self

    def is_returned(self, comment: str = "Er QD 10005 tatt ut av bruk?", note: str = "Ring Marit først.") -> Case:
        with self.at():
            service.return_to_supplier(self.controller, self.submission(), {self.asked_id(): comment}, internal_note=note, due_on=NEW_DEADLINE)
        return self

    def is_sent_again(self) -> Case:
        """With a list where the last car has become electric."""
        self.is_returned()
        files = {"vehicle_list": taxi_files(taxi_cars(5, 0), "Bilpark rettet")["vehicle_list"]}
        an_answered_questionnaire(self.app, self.supplier.signer, self.questionnaire_id, files, explanation="Lista var feil.", day="2026-08-25T12:00")
        self.submission_id = a_submission(self.app, self.supplier.signer, self.questionnaire_id, day="2026-08-25T12:05")
        return self


def a_case(app: Flask) -> Case:
    municipality, supplier = a_municipality(app), a_supplier(app)
    agreement_id = a_taxi_agreement(app, municipality, [supplier], codes=CODES)
    with app.app_context(), clock.at("2025-12-02T09:00"), unit_of_work():
        person = identity.create_person(SYSTEM, email="jonas@nidvik.example", name="Jonas Myhr")
        deputy = identity_access.actor_for(
            identity.add_membership(SYSTEM, person, identity_access.organisation(municipality.id), ["deputy"])
        )
        agreements.assign(municipality.adviser, agreement_access.agreement_for(municipality.adviser, agreement_id), person, "deputy")
    questionnaire_id = an_open_round(app, municipality, agreement_id)[supplier.id]
    an_answered_questionnaire(app, supplier.signer, questionnaire_id, taxi_files(taxi_cars()), explanation="Den siste bilen byttes i september.")
    return Case(app, municipality, supplier, deputy, questionnaire_id, a_submission(app, supplier.signer, questionnaire_id))
