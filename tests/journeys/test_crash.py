"""The plug is pulled in the middle of an upload and of a reading: nothing acknowledged is lost, nothing stays half-done.

Real processes die as by kill -9, at the points that `portal.foundation.faults` names. Afterwards the sweep and the worker
run, and the store and the database must agree to the last byte.
"""

from __future__ import annotations

import http.client
import io
import os
import signal
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage

from portal.evidence import service, tasks
from portal.evidence.models import Blob, Evidence, EvidenceVersion, Finding, Reading
from portal.foundation import clock, jobs
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.config import Settings
from portal.foundation.db import db, unit_of_work
from portal.foundation.models import Job
from portal.foundation.storage import storage
from portal.identity import access as identity_access
from portal.identity import service as identity
from portal.journal.models import JournalEntry
from tests.processes import Form, ServerProcess, WorkerProcess, children_of
from tests.visitors import Visitor
from tests.waiting import wait_until

LOG = (
    b"Starttidspunkt;Sluttidspunkt;Energi (kWh);Registreringsnummer\r\n"
    b"01.02.2026 10:00;01.02.2026 12:00;10,5;EQ10001\r\n"
    b"02.02.2026 10:00;02.02.2026 11:30;20,25;EQ10002\r\n"
)
UPLOAD = "/leverandor/dokumentasjon"
Broken = (http.client.HTTPException, OSError)

BEFORE_THE_BYTES = ["evidence.after_row", "storage.mid_put"]
AFTER_THE_BYTES = ["evidence.after_put", "evidence.before_acknowledged", "request.before_commit"]
AFTER_THE_COMMIT = ["request.after_commit"]


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This test's own, in this process and in those it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def supplier(app: Flask) -> Actor:
    with app.app_context(), unit_of_work():
        organisation = identity.create_organisation(SYSTEM, orgnr="500010029", name="Nordtaxi", kind="supplier")
        person = identity.create_person(SYSTEM, email="siri@nordtaxi.example", name="Siri Nord")
        membership = identity.add_membership(SYSTEM, person, organisation, ["submitter"])
        return identity_access.actor_for(membership)


@pytest.fixture
def form(app: Flask, supplier: Actor) -> Form:
    return Form(app, Visitor(app, supplier), UPLOAD, {"kind": "charging_sessions"})


def a_file() -> FileStorage:
    return FileStorage(io.BytesIO(LOG), "ladelogg.csv")


def states(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(EvidenceVersion.state)))


def settle(app: Flask, settings: Settings) -> None:
    """Two days later: the sweep has run, and so has the worker."""
    long_ago = time.time() - timedelta(days=2).total_seconds()
    for path in [*files_of(settings), *workplaces()]:
        os.utime(path, (long_ago, long_ago))
    with app.app_context():
        with unit_of_work():
            db.session.execute(update(Job).values(lease_until=clock.real_now(), run_after=clock.real_now()))
        with clock.at(clock.real_now() + timedelta(hours=2)):
            tasks.sweep()
            jobs.run_all(app)
            tasks.sweep()


def files_of(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.storage_url.removeprefix("folder:")).rglob("*") if path.is_file()]


def workplaces() -> list[Path]:
    """Where readings that died have left the supplier's file."""
    return list(Path(tempfile.gettempdir()).glob(f"{tasks.WORKPLACE}*"))


def assert_whole(app: Flask, settings: Settings) -> None:
    """Every row has its bytes, every byte its row, and nothing waits for something that will not come."""
    with app.app_context():
        store = storage()
        versions = db.session.scalars(select(EvidenceVersion)).all()
        blobs = db.session.scalars(select(Blob)).all()
        readings = db.session.scalars(select(Reading)).all()
        assert {version.state for version in versions} <= {"ready"}
        assert {version.evidence_id for version in versions} == set(db.session.scalars(select(Evidence.id)))
        for version in versions:
            assert version.quarantine_key is None
            assert version.blob is not None
            with store.open(version.blob.storage_key, sha256=version.sha256) as readable:
                assert readable.read() == LOG
        rows_keys = [reading.rows_key for reading in readings if reading.rows_key]
        needed = {blob.storage_key for blob in blobs} | set(rows_keys)
        assert {stored.key for stored in store.list()} == needed
        assert [(reading.no, reading.figures["sessions"], reading.figures["sum_kwh"]) for reading in readings] == [
            (1, 2, 30.75) for _ in versions
        ]
        assert set(db.session.scalars(select(Finding.reading_id))) <= {reading.id for reading in readings}
        entries = list(db.session.scalars(select(JournalEntry.verb).where(JournalEntry.verb.startswith("evidence."))))
        assert sorted(entries) == sorted(["evidence.received", "evidence.read"] * len(versions))
        assert set(db.session.scalars(select(Job.state).where(Job.dedupe.is_(None)))) <= {"done"}
    assert [path for path in files_of(settings) if path.name.endswith(".part")] == []
    assert workplaces() == []


@pytest.mark.parametrize("fault", BEFORE_THE_BYTES + AFTER_THE_BYTES + AFTER_THE_COMMIT)
def test_a_form_sent_again_after_the_server_died_makes_one_file(
    app: Flask, settings: Settings, form: Form, fault: str
) -> None:
    with ServerProcess(settings, fault) as server, pytest.raises(Broken):
        form.send(server.port, file=a_file())

    assert form.send_here(file=a_file()) == 303
    assert form.send_here(file=a_file()) == 303  # and impatiently once more
    with app.app_context():
        jobs.run_all(app)
    assert states(app) == ["ready"]
    settle(app, settings)
    assert_whole(app, settings)
    assert states(app) == ["ready"]


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        ("evidence.after_row", []),
        ("storage.mid_put", []),
        ("evidence.after_put", ["ready"]),
        ("request.after_commit", ["ready"]),
    ],
)
def test_an_upload_that_is_never_sent_again_is_completed_or_swept(
    app: Flask, settings: Settings, form: Form, fault: str, kept: list[str]
) -> None:
    with ServerProcess(settings, fault) as server, pytest.raises(Broken):
        form.send(server.port, file=a_file())
    settle(app, settings)
    assert states(app) == kept
    assert_whole(app, settings)


def test_an_acknowledged_file_survives_the_death_of_server_and_worker(
    app: Flask, settings: Settings, form: Form
) -> None:
    with ServerProcess(settings) as server, WorkerProcess(settings) as worker:
        answer = form.send(server.port, file=a_file())
        server.kill()
        worker.kill()
    assert answer.status == 303
    settle(app, settings)
    assert states(app) == ["ready"]
    assert_whole(app, settings)


@pytest.mark.parametrize(
    "fault", ["evidence.before_child", "evidence.after_rows", "evidence.after_copy", "evidence.after_reading"]
)
def test_a_reading_that_a_dead_worker_began_is_made_once_by_the_next(
    app: Flask, settings: Settings, supplier: Actor, fault: str
) -> None:
    receive(app, supplier, LOG)
    with WorkerProcess(settings, fault) as worker:
        assert worker.died_by_itself()
    assert len(workplaces()) == (fault == "evidence.before_child")
    settle(app, settings)
    assert states(app) == ["ready"]
    assert_whole(app, settings)


def test_a_worker_killed_while_its_child_reads_loses_nothing(app: Flask, settings: Settings, supplier: Actor) -> None:
    heading, *_sessions = LOG.splitlines(keepends=True)
    many = [
        f"{day:02}.{month:02}.2025 {hour:02}:{minute:02};;1,5;EQ10001\r\n"
        for month in range(1, 13)
        for day in range(1, 29)
        for hour in range(24)
        for minute in range(0, 60, 5)
    ]
    receive(app, supplier, heading + "".join(many).encode())
    with WorkerProcess(settings) as worker:
        wait_until(lambda: bool(children_of(worker.popen.pid)), "the child process to read")
        worker.popen.send_signal(signal.SIGKILL)
        worker.popen.wait()
        assert states(app) == ["checking"]
    settle(app, settings)
    with app.app_context():
        readings = db.session.scalars(select(Reading)).all()
        assert [reading.figures["sessions"] for reading in readings] == [len(many)]
    assert states(app) == ["ready"]


def test_the_sweep_counts_what_it_found(
    app: Flask, settings: Settings, supplier: Actor, caplog: pytest.LogCaptureFixture, die: Callable[[str], None]
) -> None:
    """One upload without bytes, one with, an object nobody knows, and one that is too young to judge (CC-3)."""
    die("evidence.after_row")
    with pytest.raises(Died):
        receive(app, supplier, LOG + b"\r\n")
    die("evidence.after_put")
    with pytest.raises(Died):
        receive(app, supplier, LOG)
    with app.app_context():
        store = storage()
        for key in ("supplier/nobody/old", "quarantine/young"):
            store.put(key, io.BytesIO(b""), sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        two_days_ago = time.time() - timedelta(days=2).total_seconds()
        for path in files_of(settings):
            if path.name == "old":
                os.utime(path, (two_days_ago, two_days_ago))
        with caplog.at_level("WARNING", "kravsjekk.evidence"):
            tasks.sweep()
            assert caplog.messages == ["swept: 1 removed"]  # the two uploads may still be on their way
            caplog.clear()
            with clock.at(clock.real_now() + timedelta(hours=2)):
                tasks.sweep()
        assert caplog.messages == ["swept: 1 adopted, 1 dropped"]
        assert store.exists("quarantine/young")
    assert states(app) == ["checking"]


class Died(BaseException):
    """What the plug does inside this process."""


@pytest.fixture
def die(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Arm a point of this process: instead of dying, it leaves everything as a dead process would."""

    def arm(point: str) -> None:
        def reach(reached: str) -> None:
            if reached == point:
                raise Died(point)

        monkeypatch.setattr("portal.foundation.faults.reach", reach)

    return arm


def receive(app: Flask, supplier: Actor, content: bytes) -> None:
    with app.app_context(), unit_of_work():
        service.receive(supplier, kind="charging_sessions", stream=io.BytesIO(content), file_name="ladelogg.csv")
