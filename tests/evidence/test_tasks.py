"""The worker's part: every step may be repeated, a crash at any point loses nothing, and the sweep puts the rest right."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.evidence import access, tasks
from portal.evidence.models import Evidence, EvidenceVersion, Reading
from portal.foundation import clock, jobs
from portal.foundation.config import PROJECT_DIR, Settings
from portal.foundation.db import db, unit_of_work
from portal.foundation.models import Job
from portal.foundation.storage import storage
from tests.evidence.shelves import CARS, WITH_IDENTITY_NUMBER, count, keys, read, send, state_of, supplier

pytestmark = pytest.mark.usefixtures("context")

DIGEST = hashlib.sha256(CARS).hexdigest()
FAULTS_OF_READING = (
    "evidence.before_child", "evidence.after_rows", "evidence.after_copy", "evidence.after_reading",
)


class Died(BaseException):
    """The process ends here, as far as the test is concerned: no handler of the product catches it."""


@pytest.fixture
def dies_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Points at which the process dies; empty the list to let it live."""
    points: list[str] = []

    def reach(point: str) -> None:
        if point in points:
            raise Died(point)

    monkeypatch.setattr("portal.foundation.faults.reach", reach)
    yield points


def job_params() -> dict[str, str]:
    db.session.rollback()
    return db.session.scalars(select(Job.params).where(Job.name == "evidence.read").order_by(Job.id.desc())).first() or {}


def an_old_object(key: str, content: bytes, age: timedelta) -> None:
    storage().put(key, io.BytesIO(content), sha256=hashlib.sha256(content).hexdigest())
    then = (clock.real_now() - age).timestamp()
    os.utime(storage().folder / key, (then, then))  # type: ignore[attr-defined]


# ---------------------------------------------------------------- reading, interrupted


@pytest.mark.parametrize("point", FAULTS_OF_READING)
def test_a_reading_that_dies_anywhere_is_done_once_by_the_next_try(app: Flask, dies_at: list[str], point: str) -> None:
    actor = supplier()
    evidence_id = send(actor)
    params = job_params()
    dies_at.append(point)
    with pytest.raises(Died):
        tasks.read(**params)
    dies_at.clear()
    jobs.run_all(app)
    tasks.sweep()
    assert state_of(actor, evidence_id).state == "ready"
    assert count(Reading) == 1
    assert keys() == [f"rows/{params['reading_id']}.parquet", f"supplier/{actor.organisation_id}/{DIGEST}"]


@pytest.mark.parametrize("point", FAULTS_OF_READING)
def test_a_refused_file_leaves_no_bytes_wherever_its_reading_dies(app: Flask, dies_at: list[str], point: str) -> None:
    actor = supplier()
    evidence_id = send(actor, WITH_IDENTITY_NUMBER)
    dies_at.append(point)
    with pytest.raises(Died):
        tasks.read(**job_params())
    dies_at.clear()
    jobs.run_all(app)
    tasks.sweep()
    assert state_of(actor, evidence_id).state == "refused"
    assert keys() == []


def test_a_reading_done_twice_is_recorded_once(app: Flask) -> None:
    actor = supplier()
    sent = read(app, actor)
    params = job_params()
    tasks.read(**params)
    assert count(Reading) == 1
    assert state_of(actor, sent.id) == sent


def test_a_file_whose_bytes_are_gone_is_given_up_and_the_supplier_told(app: Flask) -> None:
    actor = supplier()
    evidence_id = send(actor)
    params = job_params()
    storage().delete(f"quarantine/{params['version_id']}")
    with unit_of_work():
        db.session.execute(update(Job).where(Job.name == "evidence.read").values(tries=jobs.MOST_TRIES - 1))
    with pytest.raises(Exception, match="quarantine"):
        jobs.run_all(app)
    assert state_of(actor, evidence_id).state == "refused"
    reading = access.newest_reading(access.evidence_for(actor, evidence_id))
    assert reading is not None
    assert access.findings_of(reading)[0].fix


# ---------------------------------------------------------------- receiving, interrupted


def test_an_upload_that_died_before_its_bytes_came_is_dropped_after_an_hour(app: Flask, dies_at: list[str]) -> None:
    actor = supplier()
    dies_at.append("evidence.after_row")
    with clock.at("2026-08-17T09:00"), pytest.raises(Died):
        send(actor)
    with clock.at("2026-08-17T09:59"):
        tasks.sweep()
    assert count(EvidenceVersion) == 1, "it may still be on its way"
    with clock.at("2026-08-17T10:01"):
        tasks.sweep()
    assert (count(Evidence), count(EvidenceVersion), keys()) == (0, 0, [])


@pytest.mark.parametrize("point", ["evidence.after_put", "evidence.before_acknowledged"])
def test_an_upload_whose_bytes_are_there_is_adopted_and_read(app: Flask, dies_at: list[str], point: str) -> None:
    actor = supplier()
    dies_at.append(point)
    with clock.at("2026-08-17T09:00"), pytest.raises(Died):
        send(actor)
    dies_at.clear()
    with clock.at("2026-08-17T10:01"):
        tasks.sweep()
        jobs.run_all(app)
    (evidence_id,) = db.session.scalars(select(Evidence.id)).all()
    assert state_of(actor, evidence_id).state == "ready"


def test_bytes_without_a_row_are_removed_after_a_day_and_not_before(app: Flask) -> None:
    read(app, supplier())
    before = keys()
    an_old_object("supplier/nobody/" + "0" * 64, b"lost", timedelta(hours=25))
    an_old_object("rows/nobody.parquet", b"lost too", timedelta(hours=25))
    an_old_object("rows/coming.parquet", b"not yet", timedelta(hours=23))
    an_old_object("quarantine/nobody", b"never acknowledged", timedelta(hours=2))
    tasks.sweep()
    assert keys() == sorted([*before, "rows/coming.parquet"])


def test_nothing_that_a_row_needs_is_ever_swept(app: Flask) -> None:
    actor = supplier()
    read(app, actor)
    waiting = state_of(actor, send(actor, CARS + b"EQ 10003;El;1\n", name="flere.csv"))
    for key in keys():
        an_age_ago = (clock.real_now() - timedelta(days=400)).timestamp()
        os.utime(storage().folder / key, (an_age_ago, an_age_ago))  # type: ignore[attr-defined]
    before = keys()
    tasks.sweep()
    assert keys() == before
    jobs.run_all(app)
    assert state_of(actor, waiting.id).state == "ready"


# ---------------------------------------------------------------- killed for real


@pytest.mark.slow
@pytest.mark.parametrize("point", ["storage.mid_put", "evidence.after_rows", "evidence.after_copy", "evidence.after_reading"])
def test_a_worker_killed_with_9_in_the_middle_of_a_reading_loses_nothing(
    app: Flask, settings: Settings, tmp_path: Path, point: str
) -> None:
    actor = supplier()
    evidence_id = send(actor)
    work_once = (
        "from datetime import timedelta; from portal import create_app; from portal.foundation.jobs import Worker\n"
        "while Worker(create_app(), lease=timedelta(0)).run_once(): pass"
    )
    environment = {
        **os.environ,
        "KRAVSJEKK_MODE": "test",
        "KRAVSJEKK_DATABASE_URL": settings.database_url,
        "KRAVSJEKK_STORAGE_URL": settings.storage_url,
        "KRAVSJEKK_INSTANCE_DIR": str(tmp_path),
        "KRAVSJEKK_MAIL_URL": "list:",
        "KRAVSJEKK_FAULT": point,
    }
    killed = subprocess.run([sys.executable, "-c", work_once], cwd=PROJECT_DIR, env=environment, check=False)
    assert killed.returncode == -9
    with unit_of_work():  # its lease has run out
        db.session.execute(update(Job).where(Job.state == "running").values(lease_until=clock.real_now() - timedelta(minutes=2)))
    jobs.run_all(app)
    tasks.sweep()
    assert state_of(actor, evidence_id).state == "ready"
    assert count(Reading) == 1
    assert [key.split("/")[0] for key in keys()] == ["rows", "supplier"]
