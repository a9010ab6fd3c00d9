"""A deviation taken through its life by its people, each step its own unit of work."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Flask

from portal.agreements import access as agreements
from portal.agreements.models import Pin
from portal.demo.fleets import Car, vehicle_workbook
from portal.deviations import access, service
from portal.deviations.models import Deviation, DeviationEntry
from portal.evidence import access as evidence_access
from portal.foundation import clock, jobs
from portal.foundation.actor import Actor
from portal.foundation.db import unit_of_work
from portal.reporting import access as reporting
from portal.reporting.models import Submission
from tests.builders import Company, Municipality, a_read_file, taxi_cars

TEST = {"kind": "vehicle_list", "metric": "share_vehicles_zero_emission", "operator": ">=", "value": 100, "as_of": "2026-10-01"}


@dataclass
class Case:
    app: Flask
    municipality: Municipality
    supplier: Company
    agreement_id: str
    questionnaire_id: str
    submission_id: str
    id: str = field(default="")

    @contextmanager
    def step(self, when: str):  # noqa: ANN201 - a context manager of nothing
        with self.app.app_context(), clock.at(when), unit_of_work():
            yield

    @property
    def controller(self) -> Actor:
        return self.municipality.controller

    def submission(self) -> Submission:
        return reporting.submission_for(self.controller, self.submission_id)

    def pin(self, code: str = "DRO-05") -> Pin:
        pins = agreements.pins_of(agreements.agreement_for(self.controller, self.agreement_id))
        return next(pin for pin in pins if pin.requirement_version and pin.requirement_version.requirement.code == code)

    def deviation(self, actor: Actor | None = None) -> Deviation:
        return access.deviation_for(actor or self.controller, self.id)

    def entries(self, actor: Actor | None = None) -> list[DeviationEntry]:
        return access.entries_of(actor or self.controller, self.deviation(actor))

    # ---- the steps, at their usual dates

    def is_raised(self, **changed: Any) -> Case:
        with self.step("2026-08-18T10:00"):
            wanted = {"severity": "significant", "facts": "4 av 5 biler er nullutslipp. Kravet er 100 %.", "due_on": date(2026, 9, 1), "internal_note": "Ring først.", **changed}
            self.id = service.raise_deviation(self.controller, submission=self.submission(), pin=self.pin(), **wanted).id
        return self

    def is_sent(self) -> Case:
        self.is_raised()
        with self.step("2026-08-18T10:05"):
            service.send(self.controller, self.deviation())
        return self

    def is_answered(self) -> Case:
        self.is_sent()
        with self.step("2026-08-25T12:00"):
            service.respond(self.supplier.signer, self.deviation(self.supplier.signer), cause="Bilen kom sent.", action="Byttes i september.", done_by=date(2026, 10, 1))
        return self

    def has_a_plan(self, **changed: Any) -> Case:
        self.is_answered()
        with self.step("2026-08-27T12:00"):
            service.accept_plan(self.controller, self.deviation(), plan_test={**TEST, **changed})
        return self

    def a_list(self, cars: list[Car], *, as_of: date, name: str = "status") -> str:
        """The supplier's list as of a day, sent the next morning and read. Returns the evidence id."""
        content = vehicle_workbook(f"Biler {name}", cars)
        return a_read_file(self.app, self.supplier.signer, "vehicle_list", f"{name}.xlsx", content, day=f"{as_of}T09:00", applies_on=as_of)

    def attaches(self, evidence_id: str, when: str) -> None:
        with self.step(when):
            document = evidence_access.evidence_for(self.supplier.signer, evidence_id)
            service.attach_evidence(self.supplier.signer, self.deviation(self.supplier.signer), document)

    def is_tested(self, when: str) -> int:
        with self.step(when):
            tested = service.catch_up()
        with self.app.app_context(), clock.at(when):
            jobs.run_all(self.app)
        return tested

    def is_proven(self) -> Case:
        self.has_a_plan()
        self.attaches(self.a_list(taxi_cars(5, 0), as_of=date(2026, 10, 1)), "2026-10-01T09:05")
        self.is_tested("2026-10-01T09:06")
        return self
