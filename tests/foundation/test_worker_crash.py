"""kill -9 of a real worker process with jobs in flight: none is lost, none counts twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.foundation import jobs
from portal.foundation.config import PROJECT_DIR, Settings
from portal.foundation.db import db, unit_of_work
from portal.foundation.models import Job, RateCounter
from tests.processes import WorkerProcess, environment
from tests.waiting import wait_until

StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[StartWorker]:
    """Start workers with the crashing jobs on this test's database; whatever still runs at the end is killed."""
    surroundings = {**environment(settings), "KRAVSJEKK_GO": str(tmp_path / "go")}
    with ExitStack() as stack:

        def start(lease: float) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "tests.foundation.worker_process", str(lease)]
            worker = subprocess.Popen(command, cwd=PROJECT_DIR, env=surroundings)
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            return worker

        yield start


@pytest.fixture
def crash_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process enqueues the jobs but never runs them."""
    monkeypatch.setattr(jobs, "_tasks", {})
    for name in ("crash.in_steps", "crash.in_one"):
        jobs.task(name)(never)


def never(word: str) -> None:
    raise AssertionError("only the worker process runs these")


def enqueue(app: Flask, name: str, *words: str) -> None:
    with app.app_context(), unit_of_work():
        for word in words:
            jobs.enqueue(name, word=word)


def states(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(select(Job.state).where(Job.name.startswith("crash."))))


def marks(app: Flask) -> dict[str, int]:
    with app.app_context():
        counted = select(RateCounter.bucket, func.count()).group_by(RateCounter.bucket)
        return {bucket: count for bucket, count in db.session.execute(counted)}


@pytest.mark.usefixtures("crash_tasks")
def test_two_jobs_in_flight_survive_the_death_of_their_worker(
    app: Flask, start_worker: StartWorker, tmp_path: Path
) -> None:
    enqueue(app, "crash.in_steps", "a", "b")
    first = start_worker(lease=1)
    wait_until(lambda: {"a began", "b began"} <= marks(app).keys(), "both jobs to begin")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert states(app) == ["running", "running"]

    (tmp_path / "go").touch()
    start_worker(lease=1)
    wait_until(lambda: states(app) == ["done", "done"], "another worker to do both")
    assert marks(app) == {"a began": 2, "a ended": 1, "b began": 2, "b ended": 1}


@pytest.mark.usefixtures("crash_tasks")
def test_a_transaction_that_was_open_when_the_worker_died_leaves_nothing(
    app: Flask, start_worker: StartWorker, tmp_path: Path
) -> None:
    enqueue(app, "crash.in_one", "a", "b")
    first = start_worker(lease=1)
    wait_until(lambda: any(tmp_path.glob("reached-*")), "a job to be in the middle")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert marks(app) == {}

    (tmp_path / "go").touch()
    start_worker(lease=1)
    wait_until(lambda: states(app) == ["done", "done"], "another worker to do both")
    assert marks(app) == {"a began": 1, "a ended": 1, "b began": 1, "b ended": 1}


@pytest.mark.usefixtures("crash_tasks")
def test_a_worker_that_was_frozen_cannot_undo_the_work_of_another(
    app: Flask, start_worker: StartWorker, tmp_path: Path
) -> None:
    """SIGSTOP is a laptop's lid or a paused virtual machine: the process is not dead, it only does not know the time."""
    enqueue(app, "crash.in_steps", "a")
    frozen = start_worker(lease=1)
    wait_until(lambda: "a began" in marks(app), "the job to begin")
    wait_until(lambda: any(tmp_path.glob("reached-a")), "the job to be in the middle")
    wait_until(lambda: freezes_between_transactions(app, frozen), "a moment between two transactions")
    try:
        (tmp_path / "go").touch()
        start_worker(lease=1)
        wait_until(lambda: states(app) == ["done"], "another worker to take over")
    finally:
        frozen.send_signal(signal.SIGCONT)
    enqueue(app, "crash.in_steps", "b")
    wait_until(lambda: states(app) == ["done", "done"], "the queue to go on")
    assert marks(app)["a ended"] == 1


def freezes_between_transactions(app: Flask, worker: subprocess.Popen[bytes]) -> bool:
    """Freeze the worker, unless it stands in a transaction just then: SQLite has one lock, and who is frozen with it holds everybody
    up until it thaws. That is SQLite's nature and not what this test is about."""
    worker.send_signal(signal.SIGSTOP)
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return True
        path = db.engine.url.database
    connection = sqlite3.connect(str(path), timeout=0.2, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        worker.send_signal(signal.SIGCONT)
        return False
    finally:
        connection.close()
    return True


def test_a_polite_stop_ends_the_worker_well(app: Flask, settings: Settings) -> None:
    """`flask worker` itself: SIGTERM ends it with status 0."""
    with WorkerProcess(settings) as worker:
        wait_until(lambda: scheduled(app), "the worker to schedule its periodic tasks")
        worker.popen.send_signal(signal.SIGTERM)
        assert worker.popen.wait(60) == 0


def scheduled(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalar(select(Job.id).where(Job.dedupe == "every:foundation.forget_done_jobs")) is not None
