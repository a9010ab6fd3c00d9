"""Plain functions that build what a test needs, with good defaults, by calling the real services as real actors.

Each opens its own unit of work and commits, so that a test client sees what was built. Plates are invented (the letter Q).
"""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from datetime import date

from flask import Flask

from portal.agreements import access as agreement_access
from portal.agreements import service as agreements
from portal.catalogue import access as catalogue_access
from portal.catalogue import service as catalogue
from portal.demo.fleets import Car, charging_log, vehicle_workbook
from portal.deviations import service as deviations
from portal.evidence import access as evidence_access
from portal.evidence import service as evidence
from portal.foundation import clock, jobs
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import unit_of_work
from portal.identity import access as identity_access
from portal.identity import service as identity
from portal.reporting import access as reporting_access
from portal.reporting import service as reporting
from portal.verification import service as verification

TAXI_REQUIREMENTS = ("DRO-01", "DRO-02", "DRO-05")
PERIOD = (date(2026, 1, 1), date(2026, 6, 30), "1. halvår 2026")
LIST_DAY = "2026-08-17T09:00"


@dataclass(frozen=True)
class Municipality:
    id: str
    controller: Actor
    reader: Actor
    auditor: Actor
    adviser: Actor
    admin: Actor
    people: dict[str, str]  # role → person id


@dataclass(frozen=True)
class Company:
    id: str
    orgnr: str
    name: str
    signer: Actor
    contributor: Actor


@dataclass(frozen=True)
class Chain:
    """One supplier's whole way through the river in one agreement: ids by the name they have in addresses, and a planted secret word."""

    buyer_id: str
    supplier_id: str
    marker: str
    ids: dict[str, str]


def a_municipality(app: Flask, orgnr: str = "500010010", name: str = "Nidvik kommune") -> Municipality:
    """With the standard catalogue and one person in each role."""
    local = name.split()[0].lower()
    roles = ("controller", "reader", "auditor", "adviser", "admin")
    with app.app_context(), clock.at("2025-12-01T09:00"):
        with unit_of_work():
            organisation = identity.create_organisation(SYSTEM, orgnr=orgnr, name=name, kind="buyer")
            people = {role: identity.create_person(SYSTEM, email=f"{role}@{local}.example", name=f"{role.capitalize()} {name.split()[0]}") for role in roles}
            actors = {role: identity_access.actor_for(identity.add_membership(SYSTEM, person, organisation, [role])) for role, person in people.items()}
            ids = {role: person.id for role, person in people.items()}
            made = organisation.id
        with unit_of_work():
            catalogue.install_standard(actors["admin"])
    return Municipality(made, *(actors[role] for role in roles), people=ids)


def a_supplier(app: Flask, orgnr: str = "500010029", name: str = "Nordtaxi") -> Company:
    local = name.lower().replace("ø", "o").replace(" ", "")
    with app.app_context(), clock.at("2025-12-01T09:00"), unit_of_work():
        organisation = identity.create_organisation(SYSTEM, orgnr=orgnr, name=name, kind="supplier")
        signer, contributor = (
            identity_access.actor_for(
                identity.add_membership(SYSTEM, identity.create_person(SYSTEM, email=f"{role}@{local}.example", name=f"{role.capitalize()} {name}"), organisation, [role])
            )
            for role in ("submitter", "contributor")
        )
        return Company(organisation.id, orgnr, name, signer, contributor)


def a_taxi_agreement(app: Flask, municipality: Municipality, suppliers: list[Company], number: str = "2023-014", codes: tuple[str, ...] = TAXI_REQUIREMENTS) -> str:
    """A running parallel framework for taxis with pinned requirements; the municipality's controller is assigned. Returns its id."""
    adviser = municipality.adviser
    with app.app_context(), clock.at("2025-12-01T10:00"), unit_of_work():
        agreement = agreements.create_agreement(
            adviser, number=number, title="Drosjetjenester", kind="parallel_framework", category="taxi", starts_on=date(2023, 7, 1), ends_on=date(2027, 6, 30), annual_value_nok=9_200_000
        )
        for supplier in suppliers:
            organisation = identity_access.organisation_by_orgnr(supplier.orgnr)
            agreements.add_party(adviser, agreement, organisation, contact_name=supplier.signer.name, contact_email=supplier.signer.email)
        for role in ("controller", "adviser"):
            agreements.assign(adviser, agreement, identity_access.person_by_email(getattr(municipality, role).email), role)
        for code in codes:
            version = catalogue_access.version_for(municipality.id, code)
            agreements.pin(adviser, agreement, version, clause_reference="4.1", frequency="half_yearly")
        agreements.activate(adviser, agreement)
        return agreement.id


def an_open_round(app: Flask, municipality: Municipality, agreement_id: str, period: tuple[date, date, str] = PERIOD) -> dict[str, str]:
    """Plan and open a round. Returns the questionnaire ids by the supplier's organisation id."""
    start, end, label = period
    with app.app_context(), clock.at("2026-08-03T09:00"):
        with unit_of_work():
            agreement = agreement_access.agreement_for(municipality.controller, agreement_id)
            planned = reporting.plan_round(
                municipality.controller, agreement, period_from=start, period_to=end, label=label, opens_on=date(2026, 8, 3), due_on=date(2026, 9, 14), closes_on=date(2026, 10, 31)
            )
            made = reporting.open_round(municipality.controller, planned)
            found = {questionnaire.supplier_id: questionnaire.id for questionnaire in made}
        jobs.run_all(app)
    return found


def taxi_cars(electric: int = 4, diesel: int = 1) -> list[Car]:
    """Invented cars with 100 trips each."""
    cars = [Car(n, f"EQ {10000 + n}", "El", 100, 20_000, n == 1, 4_000) for n in range(1, electric + 1)]
    return cars + [Car(n, f"QD {10000 + n}", "Diesel", 100, 20_000, False, None) for n in range(electric + 1, electric + diesel + 1)]


def a_read_file(app: Flask, actor: Actor, kind: str, name: str, content: bytes, *, day: str = LIST_DAY, applies_on: date | None = None) -> str:
    """Receive a file as evidence and let the worker read it. Returns the evidence id."""
    with app.app_context(), clock.at(day):
        received = evidence.receive(actor, kind=kind, stream=io.BytesIO(content), file_name=name, applies_from=applies_on, applies_to=applies_on)
        made = received.id
        jobs.run_all(app)
    return made


def taxi_files(cars: list[Car], title: str = "Bilpark") -> dict[str, tuple[str, bytes]]:
    """A vehicle list and a charging log; another title makes other bytes (the same bytes twice are one evidence)."""
    return {
        "vehicle_list": (f"{title}.xlsx", vehicle_workbook(title, cars)),
        "charging_sessions": (f"ladelogg {title}.csv", charging_log(cars, "H1 2026", seed=sum(title.encode()))),
    }


def an_answered_questionnaire(app: Flask, signer: Actor, questionnaire_id: str, files: dict[str, tuple[str, bytes]], *, explanation: str = "", day: str = LIST_DAY) -> dict[str, str]:
    """Upload the files, cite them, answer everything else. Returns the evidence ids by kind."""
    received = {kind: a_read_file(app, signer, kind, name, content, day=day) for kind, (name, content) in files.items()}
    with app.app_context(), clock.at(day), unit_of_work():
        questionnaire = reporting_access.questionnaire_for(signer, questionnaire_id)
        for asked in reporting_access.editable_asked(questionnaire):
            if asked.kind == "evidence" and asked.evidence_kind in received:
                reporting.cite(signer, asked, evidence_access.evidence_for(signer, received[asked.evidence_kind]))
            elif asked.kind == "evidence":
                reporting.save_answer(signer, asked, "", cannot_because="Vi har ikke denne fila.")
            elif asked.kind == "explanation":
                reporting.save_answer(signer, asked, explanation)
            else:
                reporting.save_answer(signer, asked, "ja" if asked.kind == "yesno" else "100")
    return received


def a_submission(app: Flask, signer: Actor, questionnaire_id: str, *, day: str = LIST_DAY) -> str:
    """Submit and verify. Returns the submission's id."""
    with app.app_context(), clock.at(day):
        with unit_of_work():
            made = reporting.submit(signer, reporting_access.questionnaire_for(signer, questionnaire_id)).id
        with unit_of_work():
            verification.catch_up()
        jobs.run_all(app)
    return made


def a_whole_chain(app: Flask, municipality: Municipality, supplier: Company, agreement_id: str) -> Chain:
    """From an open round to a deviation sent, with a secret word planted in what the supplier writes and sends."""
    marker = f"hemmelig{secrets.token_hex(4)}"
    signer, controller = supplier.signer, municipality.controller
    questionnaires = _round_of(app, municipality, agreement_id)
    questionnaire_id = questionnaires[supplier.id]
    received = an_answered_questionnaire(app, signer, questionnaire_id, taxi_files(taxi_cars(), marker), explanation=f"Forklaring {marker}")
    submission_id = a_submission(app, signer, questionnaire_id)
    with app.app_context(), clock.at(LIST_DAY), unit_of_work():
        questionnaire = reporting_access.questionnaire_for(controller, questionnaire_id)
        submission = reporting_access.latest_submission(questionnaire)
        agreement = agreement_access.agreement_for(controller, agreement_id)
        pin = agreement_access.pins_of(agreement)[0]
        party = next(p for p in agreement_access.parties_of(agreement) if p.organisation_id == supplier.id)
        case = deviations.raise_deviation(controller, submission=submission, pin=pin, severity="significant", facts=f"Andelen er for lav {marker}", due_on=date(2026, 9, 30))
        deviations.send(controller, case)
        asked = reporting_access.asked_of(questionnaire)
        document = evidence_access.evidence_for(signer, received["vehicle_list"])
        reading = evidence_access.newest_reading(document)
        assert reading is not None
        ids = {
            "agreement_id": agreement_id,
            "party_id": party.id,
            "pin_id": pin.id,
            "version_id": pin.requirement_version_id or "",
            "round_id": questionnaire.round_id,
            "questionnaire_id": questionnaire_id,
            "asked_id": next(a.id for a in asked if a.kind == "evidence" and a.evidence_kind == "vehicle_list"),
            "submission_id": submission_id,
            "evidence_id": document.id,
            "evidence_version_id": reading.evidence_version_id,
            "reading_id": reading.id,
            "deviation_id": case.id,
        }
    return Chain(municipality.id, supplier.id, marker, ids)


def _round_of(app: Flask, municipality: Municipality, agreement_id: str) -> dict[str, str]:
    """The agreement's open round, opened the first time it is asked for."""
    with app.app_context():
        agreement = agreement_access.agreement_for(municipality.controller, agreement_id)
        opened = {q.supplier_id: q.id for q in reporting_access.questionnaires_of_agreement(agreement)}
    return opened or an_open_round(app, municipality, agreement_id)
