"""Commands for whoever runs the service: the worker, and what waits or failed in its queue."""

from __future__ import annotations

import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select, update

from portal.foundation import storage
from portal.foundation.clock import real_now
from portal.foundation.db import db, unit_of_work
from portal.foundation.jobs import Worker
from portal.foundation.models import Job


def work(app: Flask, *, threads: int = 2) -> None:
    """Run a worker in this process until SIGTERM or SIGINT; jobs that have begun are finished first."""
    storage.init(app, app.extensions["settings"], attempts=5)  # nobody waits for an answer here
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Worker(app).run_forever(stop, threads=threads)


@click.command("worker")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1, 32), help="Jobs at a time.")
@with_appcontext
def worker_command(threads: int) -> None:
    """Run jobs until told to stop (SIGTERM or Ctrl-C)."""
    work(current_app._get_current_object(), threads=threads)  # type: ignore[attr-defined]


@click.group("jobs")
def jobs_command() -> None:
    """See what waits and what failed."""


@jobs_command.command("list")
@with_appcontext
def list_command() -> None:
    """How many jobs wait, run, are done and have failed, and the reason of each failure."""
    counts = db.session.execute(select(Job.state, func.count()).group_by(Job.state).order_by(Job.state))
    click.echo(", ".join(f"{state} {count}" for state, count in counts) or "empty")
    for job in db.session.scalars(select(Job).where(Job.last_error.is_not(None)).order_by(Job.created_at)):
        click.echo(f"{job.id} {job.name} {job.state} (try {job.tries}): {job.last_error}")


@jobs_command.command("retry")
@click.argument("id")
@with_appcontext
def retry_command(id: str) -> None:
    """Queue a failed job again, with all its tries."""
    with unit_of_work():
        failed = update(Job).where(Job.id == id, Job.state == "failed")
        queued = failed.values(state="queued", tries=0, run_after=real_now(), done_at=None)
        if db.session.execute(queued.returning(Job.id)).first() is None:
            raise click.ClickException(f"{id} is no failed job")


def init(app: Flask) -> None:
    """Add the commands `flask worker` and `flask jobs`."""
    app.cli.add_command(worker_command)
    app.cli.add_command(jobs_command)
