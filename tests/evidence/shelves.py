"""Suppliers with something to send in, and small files with known answers. Plates are invented (the letter Q)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

from flask import Flask
from sqlalchemy import func, select

from portal.evidence import access, service
from portal.evidence.models import Evidence, EvidenceVersion, Reading
from portal.foundation import clock, jobs
from portal.foundation.actor import Actor
from portal.foundation.db import db, unit_of_work
from portal.foundation.storage import storage
from portal.identity.models import Membership, Organisation, Person

CARS = b"Reg.nr;Drivstoff;Turer\nEQ 10001;El;40\nQD 10002;Diesel;10\n"
CARS_WITH_A_BAD_ROW = b"Reg.nr;Drivstoff;Turer\nEQ 10001;El;40\n;Diesel;10\n"
UNCLEAR_NUMBERS = b"Start;Slutt;kWh;Bruker\n01.03.2026 08.00;01.03.2026 09.00;1.234;A\n02.03.2026 08.00;02.03.2026 09.00;2.345;A\n"
WITH_IDENTITY_NUMBER = b"Reg.nr;Drivstoff;Kommentar\nEQ 10001;El;15908612318\n"
NO_HEADER = b"a;b\n1;2\n3;4\n"


@dataclass(frozen=True)
class Sent:
    """What became of a file: ids and state, as plain values that outlive the session."""

    id: str
    version_id: str
    state: str
    outcome: str | None


def supplier(name: str = "Fjordbyen Taxi AS", roles: tuple[str, ...] = ("submitter",)) -> Actor:
    """A person who acts for a new supplier. Commits."""
    with unit_of_work():
        count = db.session.scalar(select(func.count()).select_from(Organisation)) or 0
        organisation = Organisation(orgnr=f"9{count:08}", name=name, kind="supplier", created_at=clock.now())
        person = Person(email=f"kari{count}@taxi.example", name="Kari Nord", created_at=clock.now())
        db.session.add_all([organisation, person])
        db.session.flush()
        db.session.add(Membership(person_id=person.id, organisation_id=organisation.id, roles=list(roles)))
        db.session.flush()
        return Actor(person.id, person.name, person.email, organisation.id, name, "supplier", frozenset(roles))


def send(actor: Actor, content: bytes = CARS, *, name: str = "biler.csv", kind: str = "vehicle_list", day: date | None = None) -> str:
    """Send a file in and have it acknowledged; it is not read yet. Returns the evidence id."""
    with unit_of_work():
        received = service.receive(
            actor, kind=kind, stream=io.BytesIO(content), file_name=name, applies_from=day, applies_to=day
        )
        return received.id


def read(app: Flask, actor: Actor, content: bytes = CARS, **options: object) -> Sent:
    """Send a file in and let the worker read it."""
    evidence_id = send(actor, content, **options)  # type: ignore[arg-type]
    jobs.run_all(app)
    return state_of(actor, evidence_id)


def state_of(actor: Actor, evidence_id: str) -> Sent:
    db.session.rollback()
    evidence = access.evidence_for(actor, evidence_id)
    version, reading = access.newest_version(evidence), access.newest_reading(evidence)
    return Sent(evidence.id, version.id, version.state, reading.outcome if reading else None)


def count(model: type[Evidence] | type[EvidenceVersion] | type[Reading]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def keys(prefix: str = "") -> list[str]:
    return [stored.key for stored in storage().list(prefix)]
