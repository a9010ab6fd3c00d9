"""Nidvik before the river runs: its people, the standard catalogue, one honest taxi central, and the files that it will send."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from flask import Flask

from portal.agreements import access as agreement_access
from portal.agreements import service as agreements
from portal.catalogue import access as catalogue_access
from portal.catalogue import service as catalogue
from portal.demo.fleets import charging_log, stodig, stodig_on_1_october_2026, vehicle_workbook
from portal.foundation import clock, jobs
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import unit_of_work
from portal.identity import access as identity_access
from portal.identity import service as identity
from portal.reporting import access as reporting_access
from portal.reporting import service as reporting
from portal.review import service as review
from tests.builders import a_submission, an_answered_questionnaire

TODAY = "2026-08-17T09:00"
BUYER = ("500010010", "Nidvik kommune (fiktiv)")
TAXI = ("500010029", "Stødig Taxisentral SA (fiktiv)")
STAFF = {
    "berit": ("Berit Krogstad", "adviser"),
    "ingrid": ("Ingrid Solbakk", "controller"),
    "jonas": ("Jonas Myhr", "deputy"),
    "steinar": ("Steinar Lund", "owner"),
    "siri": ("Siri Drift", "admin"),
}

VEHICLES = ("Bilpark Stødig 1H26.xlsx", vehicle_workbook("Stødig Taxisentral: bilpark 1. halvår 2026", stodig("H1 2026")))
CORRECTED = (
    "Bilpark Stødig 1H26 rettet.xlsx",
    vehicle_workbook("Stødig Taxisentral: bilpark 1. halvår 2026, rettet", [replace(car, km_total=34_902) if car.number == 7 else car for car in stodig("H1 2026")]),
)
CHARGING = ("ladelogg_stodig_1H26.csv", charging_log(stodig("H1 2026"), "H1 2026", seed=26))
STATUS = ("status 1.10.2026.xlsx", vehicle_workbook("Status 1.10.2026", stodig_on_1_october_2026(), as_of="Biler per 1. oktober 2026", with_trips=False))

HERO = (
    "81 % av turene (8 001 av 9 871). Kravet er 100 % fra 1. juli 2025. "
    "Disse fire bilene kjørte resten: QD 10019, QD 10020, QD 10021, QD 10022."
)


@dataclass(frozen=True)
class Nidvik:
    """Who there is. `actors` by the short name; `marit` answers for Stødig."""

    actors: dict[str, Actor] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.actors[name]
        except KeyError:
            raise AttributeError(name) from None


def build(app: Flask) -> Nidvik:
    actors = {}
    with app.app_context(), clock.at("2025-06-02T09:00"):
        with unit_of_work():
            buyer = identity.create_organisation(SYSTEM, orgnr=BUYER[0], name=BUYER[1], kind="buyer")
            taxi = identity.create_organisation(SYSTEM, orgnr=TAXI[0], name=TAXI[1], kind="supplier")
            for key, (name, role) in STAFF.items():
                person = identity.create_person(SYSTEM, email=f"{key}@nidvik.example", name=name)
                actors[key] = identity_access.actor_for(identity.add_membership(SYSTEM, person, buyer, [role]))
            marit = identity.create_person(SYSTEM, email="marit@stodig.example", name="Marit Stødig")
            actors["marit"] = identity_access.actor_for(identity.add_membership(SYSTEM, marit, taxi, ["submitter"]))
        with unit_of_work():
            catalogue.install_standard(actors["siri"])
        jobs.run_all(app)
    return Nidvik(actors)


def report_second_half_of_2025(app: Flask, nidvik: Nidvik, agreement_id: str) -> None:
    """The period before, reported and approved, so that the next one has something to stand beside."""
    period = "H2 2025"
    files = {
        "vehicle_list": ("Bilpark Stødig 2H25.xlsx", vehicle_workbook(f"Bilpark, {period}", stodig(period))),
        "charging_sessions": ("ladelogg_stodig_2H25.csv", charging_log(stodig(period), period, seed=25)),
    }
    with app.app_context(), clock.at("2026-01-12T09:00"):
        with unit_of_work():
            agreement = agreement_access.agreement_for(nidvik.ingrid, agreement_id)
            planned = reporting.plan_round(
                nidvik.ingrid,
                agreement,
                period_from=date(2025, 7, 1),
                period_to=date(2025, 12, 31),
                label="2. halvår 2025",
                opens_on=date(2026, 1, 12),
                due_on=date(2026, 2, 28),
                closes_on=date(2026, 3, 31),
            )
            questionnaire_id = reporting.open_round(nidvik.ingrid, planned)[0].id
        jobs.run_all(app)
    an_answered_questionnaire(app, nidvik.marit, questionnaire_id, files, day="2026-02-02T09:00")
    submission_id = a_submission(app, nidvik.marit, questionnaire_id, day="2026-02-02T10:00")
    with app.app_context(), clock.at("2026-02-16T09:00"):
        with unit_of_work():
            submission = reporting_access.submission_for(nidvik.ingrid, submission_id)
            review.rule_as_proposed(nidvik.ingrid, submission)
            review.approve(nidvik.ingrid, submission)
        jobs.run_all(app)


def an_open_report(app: Flask, nidvik: Nidvik) -> str:
    """The taxi agreement with its three requirements, and the first half of 2026 asked about. Returns the questionnaire's id."""
    with app.app_context(), clock.at("2026-08-14T09:00"):
        with unit_of_work():
            agreement = agreements.create_agreement(
                nidvik.berit,
                number="2025-044",
                title="Drosjetjenester",
                kind="parallel_framework",
                category="taxi",
                starts_on=date(2025, 7, 1),
                ends_on=date(2029, 6, 30),
                annual_value_nok=9_200_000,
            )
            taxi = identity_access.organisation_by_orgnr(TAXI[0])
            agreements.add_party(nidvik.berit, agreement, taxi, contact_name="Marit Stødig", contact_email="marit@stodig.example")
            for key, duty in (("ingrid", "controller"), ("jonas", "deputy")):
                agreements.assign(nidvik.berit, agreement, identity_access.person_by_email(f"{key}@nidvik.example"), duty)
            for code, clause in (("DRO-01", "4.1"), ("DRO-05", "4.2"), ("DRO-03", "4.3")):
                version = catalogue_access.version_for(nidvik.berit.organisation_id, code)
                agreements.pin(nidvik.berit, agreement, version, clause_reference=clause, frequency="half_yearly")
            agreements.activate(nidvik.berit, agreement)
        with unit_of_work():
            planned = reporting.plan_round(
                nidvik.ingrid,
                agreement,
                period_from=date(2026, 1, 1),
                period_to=date(2026, 6, 30),
                label="1. halvår 2026",
                opens_on=date(2026, 8, 14),
                due_on=date(2026, 9, 14),
                closes_on=date(2026, 10, 31),
            )
            questionnaire_id = reporting.open_round(nidvik.ingrid, planned)[0].id
        jobs.run_all(app)
    return questionnaire_id


def a_sent_report(app: Flask, nidvik: Nidvik) -> str:
    """`an_open_report`, answered and sent in. Returns the questionnaire's id."""
    questionnaire_id = an_open_report(app, nidvik)
    an_answered_questionnaire(app, nidvik.marit, questionnaire_id, {"vehicle_list": VEHICLES, "charging_sessions": CHARGING})
    a_submission(app, nidvik.marit, questionnaire_id)
    return questionnaire_id
