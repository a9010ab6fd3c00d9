"""One municipality, one or two taxi firms, one open round: what the tests of reporting start from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask

from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import unit_of_work
from portal.reporting import access, service
from portal.reporting.models import Questionnaire
from tests.builders import Company, Municipality, a_municipality, a_supplier, a_taxi_agreement, an_open_round

CODES = ("DRO-01", "DRO-02", "MIL-01", "TRV-06")
NOW = "2026-08-17T09:00"


@dataclass(frozen=True)
class World:
    app: Flask
    town: Municipality
    firm: Company
    rival: Company
    agreement_id: str
    questionnaire_id: str
    rival_questionnaire_id: str

    @contextmanager
    def acting(self, at: str = NOW) -> Iterator[None]:
        """One committed unit of work at a time of the story."""
        with self.app.app_context(), clock.at(at), unit_of_work():
            yield

    def questionnaire(self, actor: Actor | None = None) -> Questionnaire:
        return access.questionnaire_for(actor or self.firm.signer, self.questionnaire_id)

    def asked_id(self, kind: str) -> str:
        """The first question of a kind."""
        with self.app.app_context():
            return next(asked.id for asked in access.asked_of(self.questionnaire()) if asked.kind == kind)

    def fill_in(self) -> None:
        """Answer everything that must be answered, without files."""
        with self.acting():
            for asked in access.editable_asked(self.questionnaire()):
                if asked.kind == "evidence":
                    service.save_answer(self.firm.signer, asked, "", cannot_because="Fila kommer i neste periode.")
                elif asked.kind != "explanation":
                    service.save_answer(self.firm.signer, asked, "ja" if asked.kind == "yesno" else "90")

    def send_in(self, at: str = NOW) -> str:
        with self.acting(at):
            return service.submit(self.firm.signer, self.questionnaire()).id


def build_world(app: Flask) -> World:
    town = a_municipality(app)
    firm, rival = a_supplier(app), a_supplier(app, "500010037", "Sørtaxi")
    agreement_id = a_taxi_agreement(app, town, [firm, rival], codes=CODES)
    made = an_open_round(app, town, agreement_id)
    return World(app, town, firm, rival, agreement_id, made[firm.id], made[rival.id])
