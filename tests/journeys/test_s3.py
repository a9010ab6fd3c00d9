"""With S3 configured a file goes the same way as with a folder: quarantine, reading, the supplier's own place, its rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.evidence import service, tasks
from portal.evidence.models import Blob, EvidenceVersion, Reading
from portal.foundation import jobs, storage
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.config import Settings
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import Invalid
from portal.foundation.models import Job
from portal.identity import access as identity_access
from portal.identity import service as identity
from tests.seaweedfs import SeaweedServer
from tests.visitors import Visitor

LOG = b"Starttidspunkt;Sluttidspunkt;Energi (kWh)\r\n01.02.2026 10:00;01.02.2026 12:00;10,5\r\n"


@pytest.fixture
def on_s3(app: Flask, settings: Settings, s3_server: SeaweedServer, monkeypatch: pytest.MonkeyPatch) -> Flask:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    storage.init(app, replace(settings, storage_url=f"{s3_server.storage_url}&prefix=journey"))
    return app


@pytest.fixture
def supplier(on_s3: Flask) -> Actor:
    with on_s3.app_context(), unit_of_work():
        organisation = identity.create_organisation(SYSTEM, orgnr="500010029", name="Nordtaxi", kind="supplier")
        person = identity.create_person(SYSTEM, email="siri@nordtaxi.example", name="Siri Nord")
        return identity_access.actor_for(identity.add_membership(SYSTEM, person, organisation, ["submitter"]))


@pytest.fixture
def s3_is_down(on_s3: Flask, settings: Settings) -> Iterator[None]:
    """Nothing answers on this port (the discard service's, which nobody runs)."""
    working = on_s3.extensions["kravsjekk.storage"]
    storage.init(on_s3, replace(settings, storage_url="s3://kravsjekk?endpoint_url=http://127.0.0.1:9"), attempts=1)
    yield
    on_s3.extensions["kravsjekk.storage"] = working


def receive(app: Flask, supplier: Actor) -> None:
    with app.app_context(), unit_of_work():
        service.receive(supplier, kind="charging_sessions", stream=io.BytesIO(LOG), file_name="ladelogg.csv")


def test_a_file_is_received_read_shown_and_given_back(on_s3: Flask, supplier: Actor) -> None:
    receive(on_s3, supplier)
    jobs.run_all(on_s3)
    with on_s3.app_context():
        version = db.session.scalars(select(EvidenceVersion)).one()
        reading = db.session.scalars(select(Reading)).one()
        assert (version.state, reading.figures["sum_kwh"]) == ("ready", 10.5)
        kept = {stored.key for stored in storage.storage().list()}
        assert kept == {db.session.scalars(select(Blob.storage_key)).one(), reading.rows_key}
        evidence_id = version.evidence_id
        tasks.sweep()
        assert {stored.key for stored in storage.storage().list()} == kept
    visitor = Visitor(on_s3, supplier)
    with visitor.get(f"/leverandor/dokumentasjon/{evidence_id}/fil") as answer:
        assert answer.data == LOG


@pytest.mark.usefixtures("s3_is_down")
def test_an_upload_while_s3_is_down_is_refused_and_leaves_nothing(on_s3: Flask, supplier: Actor) -> None:
    with pytest.raises(Invalid, match="ikke beholdt noe av den"):
        receive(on_s3, supplier)
    with on_s3.app_context():
        assert db.session.scalars(select(EvidenceVersion)).all() == []
        assert db.session.scalars(select(Job)).all() == []


def test_a_reading_waits_for_s3_without_losing_a_try(
    on_s3: Flask, supplier: Actor, request: pytest.FixtureRequest
) -> None:
    receive(on_s3, supplier)
    request.getfixturevalue("s3_is_down")
    with pytest.raises(storage.StorageUnavailable):
        jobs.run_all(on_s3)
    with on_s3.app_context():
        job = db.session.scalars(select(Job)).one()
        assert (job.state, job.tries) == ("queued", 0)
        assert db.session.scalars(select(EvidenceVersion.state)).one() == "checking"
