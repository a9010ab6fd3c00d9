"""A worker in a process of its own, for the tests to kill: `python -m tests.foundation.worker_process LEASE_SECONDS`.

Its jobs leave a mark in the database when they begin and when they end; in between they wait until the file that
KRAVSJEKK_GO names exists.
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

from portal import create_app
from portal.foundation import jobs
from portal.foundation.clock import real_now
from portal.foundation.db import db, unit_of_work
from portal.foundation.models import RateCounter


def mark(word: str) -> None:
    db.session.add(RateCounter(bucket=word, window_start=real_now()))
    db.session.flush()


def wait_for_go(word: str) -> None:
    go = Path(os.environ["KRAVSJEKK_GO"])
    go.with_name(f"reached-{word}").touch()
    while not go.exists():
        threading.Event().wait(0.01)


@jobs.task("crash.in_steps", own_transactions=True)
def in_steps(word: str) -> None:
    """Two transactions with a long wait between them, like the reading of a file."""
    with unit_of_work():
        mark(f"{word} began")
    wait_for_go(word)
    with unit_of_work():
        if db.session.query(RateCounter).filter_by(bucket=f"{word} ended").first() is None:
            mark(f"{word} ended")


@jobs.task("crash.in_one")
def in_one(word: str) -> None:
    """One transaction that is still open while it waits."""
    mark(f"{word} began")
    wait_for_go(word)
    mark(f"{word} ended")


def main() -> None:
    jobs.Worker(create_app(), lease=timedelta(seconds=float(sys.argv[1]))).run_forever(threading.Event(), threads=2)


if __name__ == "__main__":
    main()
