"""The queue: work that must happen, kept in the same database and enqueued **in the transaction of what it is about**.

So a job exists exactly when its cause was committed. A worker takes it under a *lease* that it renews while the handler
runs; when the worker dies the lease runs out and another takes the job, so every job runs **at least once** and its
handler must be safe to repeat. *Fencing*: each claim has its own token, and a handler can commit only while the token is
still the job's, so a worker that was merely asleep cannot finish work that another has taken over.

    @every(600)                             # seconds; optional: run again and again, once for all workers together
    @task("evidence.reconcile")
    def reconcile() -> None: ...

    enqueue("evidence.read", version_id=version.id)

A handler runs in an application context with its own writing transaction: what it changed is committed together with the
job being done, or not at all. That holds SQLite's only write lock, so a handler that takes long (reading a file, talking
to a mail server) asks for `own_transactions=True` and opens short ones with `db.unit_of_work()`; each is fenced.

A failed try is repeated after 2, 8, 32 and 128 seconds; after five the job is *failed* and keeps its reason (CC-4). A store
or mail server that is down is nobody's fault: such tries are not counted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, has_app_context
from sqlalchemy import Connection, and_, case, delete, event, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.foundation.clock import real_now
from portal.foundation.db import db, is_sqlite, unit_of_work
from portal.foundation.ids import new_id
from portal.foundation.mail import MailUnavailable
from portal.foundation.models import Job
from portal.foundation.storage import StorageUnavailable

log = logging.getLogger("kravsjekk.jobs")
Handler = TypeVar("Handler", bound=Callable[..., None])

MOST_TRIES = 5
LEASE = timedelta(seconds=60)
POLL = 0.25  # seconds between two looks at an empty queue
SCHEDULE_EVERY = 30.0  # seconds between two looks at the periodic tasks
LONGEST_PAUSE = 30.0  # seconds between two tries to reach a database that is down
UNAVAILABLE = (StorageUnavailable, MailUnavailable)
UNAVAILABLE_PAUSE = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=2)
KEEP_DONE = timedelta(days=7)
PERIODIC = "every:"  # the dedupe key of a periodic task's one row is this and its name


class WorkerDied(Exception):
    """A job took its worker down with it each time it was tried."""


class LeaseLost(Exception):
    """This worker was away for so long that another has taken its job; what it did is rolled back."""


@dataclass(frozen=True)
class Task:
    """A handler and how it wants to be run. `period` is set for a task that runs again and again."""

    name: str
    handler: Callable[..., None]
    own_transactions: bool
    when_failed: Callable[..., None] | None
    period: timedelta | None = None


@dataclass(frozen=True)
class Claim:
    """A job that this worker holds: `token` is what fences it, `tries` counts this one."""

    id: str
    name: str
    params: dict[str, Any]
    tries: int
    token: str


_tasks: dict[str, Task] = {}
_running: ContextVar[Claim | None] = ContextVar("running job", default=None)


# ---------------------------------------------------------------- declaring and enqueuing


def task(
    name: str, *, own_transactions: bool = False, when_failed: Callable[..., None] | None = None
) -> Callable[[Handler], Handler]:
    """Declare the handler of the jobs called `name` (`area.verb`). It takes the job's parameters by keyword.

    `when_failed(reason, **params)` is called once, in the transaction that gives the job up, so that a person can be told.
    Raises ValueError when the name is taken.
    """

    def declare(handler: Handler) -> Handler:
        if name in _tasks and _tasks[name].handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"two tasks are called {name}")
        _tasks[name] = Task(name, handler, own_transactions, when_failed)
        return handler

    return declare


def every(seconds: float) -> Callable[[Handler], Handler]:
    """Above `@task`: run it again and again, `seconds` after it was done, in one worker at a time. It never gives up."""

    def declare(handler: Handler) -> Handler:
        for declared in list(_tasks.values()):
            if declared.handler is handler:
                _tasks[declared.name] = replace(declared, period=timedelta(seconds=seconds))
                return handler
        raise ValueError(f"{handler.__qualname__} is no task: put @every above @task")

    return declare


def enqueue(name: str, *, dedupe: str | None = None, delay: timedelta = timedelta(), **params: Any) -> str:
    """Add a job to the current transaction: it exists when, and only when, that is committed. Returns its id.

    `params` must be JSON. With `dedupe`, at most one job with this key *waits* at a time, and the waiting one is returned;
    a job that is already running has perhaps not seen what this transaction changes, so it does not count.
    Raises LookupError when no task has this name.
    """
    if name not in _tasks:
        raise LookupError(f"no task is called {name}")
    if dedupe is not None and dedupe.startswith(PERIODIC):
        raise ValueError(f"a key that starts with {PERIODIC!r} belongs to a periodic task")
    now = real_now()
    values = {
        "id": new_id(),
        "name": name,
        "params": params,
        "state": "queued",
        "tries": 0,
        "run_after": now + delay,
        "dedupe": dedupe,
        "created_at": now,
    }
    insert = _insert().values(**values)
    # The "update" changes nothing but locks the waiting job, so that no worker takes it before this transaction is over.
    insert = insert.on_conflict_do_update(index_elements=[Job.dedupe], set_={"dedupe": insert.excluded.dedupe})
    return str(db.session.execute(insert.returning(Job.id)).scalar_one())


# ---------------------------------------------------------------- the worker


class Worker:
    """Runs jobs, one at a time in each of its threads. Any number of workers may share a database.

    `lease` is how long a job stays with a worker that gives no sign of life.
    """

    def __init__(self, app: Flask, *, lease: timedelta = LEASE) -> None:
        self.app = app
        self.lease = lease
        with app.app_context():
            self._engine = db.engine

    def run_once(self) -> bool:
        """Run one job that is due. False when there is none. The job's own failure is recorded, not raised."""
        claim = self._claim()
        if claim is not None:
            self._run(claim)
        return claim is not None

    def run_forever(self, stop: threading.Event, *, threads: int = 1) -> None:
        """Run jobs until `stop` is set, then finish those that have begun. Survives a database that goes away."""
        others = [threading.Thread(target=self._loop, args=(stop,), name=f"worker-{n}") for n in range(1, threads)]
        for thread in others:
            thread.start()
        self._loop(stop)
        for thread in others:
            thread.join()

    def _loop(self, stop: threading.Event) -> None:
        pause = POLL
        scheduled_at = -SCHEDULE_EVERY
        while not stop.is_set():
            found = False
            try:
                if time.monotonic() - scheduled_at >= SCHEDULE_EVERY:
                    self.schedule()
                    scheduled_at = time.monotonic()
                found = self.run_once()
                pause = POLL
            except Exception:
                log.exception("the queue does not answer; trying again in %.2f s", pause)
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            if not found:
                stop.wait(POLL)

    def schedule(self) -> None:
        """See to it that every periodic task is in the queue once, and that those that no longer exist leave it.

        Workers do this again and again, since the database may have been replaced under them (a restored backup).
        """
        now = real_now()
        keys = {PERIODIC + name: name for name, declared in _tasks.items() if declared.period is not None}
        with self.app.app_context():
            present = set(db.session.scalars(select(Job.dedupe).where(Job.dedupe.startswith(PERIODIC))))
            if present == keys.keys():
                return
            with unit_of_work():
                for key in keys.keys() - present:
                    values = {
                        "id": new_id(),
                        "name": keys[key],
                        "params": {},
                        "state": "queued",
                        "tries": 0,
                        "dedupe": key,
                    }
                    db.session.execute(
                        _insert().values(**values, run_after=now, created_at=now).on_conflict_do_nothing()
                    )
                gone = and_(Job.dedupe.startswith(PERIODIC), Job.dedupe.not_in(keys), Job.state == "queued")
                # Not at once: while a new version is rolled out, the old one's worker does not know the new tasks yet.
                db.session.execute(delete(Job).where(gone, Job.run_after < now - timedelta(days=1)))

    def _claim(self) -> Claim | None:
        """Take the job that has been due for longest: one that waits, or one whose worker gives no sign of life."""
        now = real_now()
        due = and_(
            Job.name.in_(sorted(_tasks)),  # an older worker leaves the new version's jobs to a newer one
            or_(and_(Job.state == "queued", Job.run_after <= now), and_(Job.state == "running", Job.lease_until < now)),
        )
        first = select(Job.id).where(due).order_by(Job.run_after, Job.id).limit(1)
        with self._engine.connect() as connection:
            if connection.scalar(first) is None:  # most looks end here, without asking for SQLite's write lock
                return None
        with self._writing() as connection:
            id = connection.scalar(first.with_for_update(skip_locked=True))
            if id is None:
                return None
            token = new_id()
            taken = connection.execute(
                update(Job)
                .where(Job.id == id)
                .values(
                    state="running",
                    tries=Job.tries + 1,
                    lease_token=token,
                    lease_until=now + self.lease,
                    heartbeat_at=now,
                    # From now on the same key may wait again: this run has perhaps not seen what comes next.
                    dedupe=case((Job.dedupe.startswith(PERIODIC), Job.dedupe), else_=None),
                )
                .returning(Job.name, Job.params, Job.tries)
            ).one()
            return Claim(id, taken.name, taken.params, taken.tries, token)

    def _run(self, claim: Claim) -> Exception | None:
        """Run the handler of a claimed job and record how it went. Returns what the handler raised, if it did."""
        declared = _tasks[claim.name]
        with self.app.app_context(), _held(claim):
            try:
                if claim.tries > MOST_TRIES and declared.period is None:
                    raise WorkerDied(f"the worker died while doing this, and so did the {MOST_TRIES - 1} before it")
                with self._heartbeat(claim, declared):
                    if declared.own_transactions:
                        declared.handler(**claim.params)
                        with unit_of_work():
                            _record_success(claim, declared)
                    else:
                        with unit_of_work():
                            declared.handler(**claim.params)
                            _record_success(claim, declared)
                return None
            except LeaseLost as error:
                log.warning("job %s %s was taken over by another worker", claim.name, claim.id)
                return error
            except Exception as error:
                log.exception("job %s %s failed (try %d)", claim.name, claim.id, claim.tries)
                try:
                    _record_failure(claim, declared, error)
                except LeaseLost:
                    log.warning("job %s %s was taken over by another worker", claim.name, claim.id)
                return error

    @contextmanager
    def _heartbeat(self, claim: Claim, declared: Task) -> Iterator[None]:
        """Renew the lease while the block runs."""
        if is_sqlite(self._engine) and not declared.own_transactions:
            # The handler holds the only write lock, and taking over a job needs it: nobody can, and no beat could pass.
            yield
            return
        done = threading.Event()
        thread = threading.Thread(target=self._beat, args=(claim, done), name=f"heartbeat-{claim.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _beat(self, claim: Claim, done: threading.Event) -> None:
        while not done.wait(self.lease.total_seconds() / 4):
            now = real_now()
            mine = and_(Job.id == claim.id, Job.lease_token == claim.token, Job.state == "running")
            try:
                with self._writing() as connection:
                    connection.execute(update(Job).where(mine).values(lease_until=now + self.lease, heartbeat_at=now))
            except Exception as error:
                log.warning("job %s %s: no heartbeat: %s", claim.name, claim.id, error)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A short writing transaction of the queue's own, apart from any session."""
        with self._engine.connect() as connection:
            writing = connection.execution_options(writes=True)
            with writing.begin():
                yield writing


def run_all(app: Flask) -> int:
    """For tests: commit what the caller's session holds, then run every job that is due, also those that jobs enqueue.

    Runs in this thread (so a clock set by the test holds) and returns how many jobs there were. The first failure is
    recorded as always and then raised.
    """
    if has_app_context():
        db.session.commit()
    worker = Worker(app)
    count = 0
    while (claim := worker._claim()) is not None:
        count += 1
        if (error := worker._run(claim)) is not None:
            raise error
    return count


# ---------------------------------------------------------------- how it went


@contextmanager
def _held(claim: Claim) -> Iterator[None]:
    token = _running.set(claim)
    try:
        yield
    finally:
        _running.reset(token)


@event.listens_for(db.session, "before_commit")
def _fence(session: Session) -> None:
    """Nothing that a handler did is committed once its job has been taken over."""
    claim = _running.get()
    if claim is None or session.in_nested_transaction():
        return
    token = session.scalar(select(Job.lease_token).where(Job.id == claim.id).with_for_update())
    if token != claim.token:
        raise LeaseLost(f"{claim.name} {claim.id}")


def _record_success(claim: Claim, declared: Task) -> None:
    now = real_now()
    values: dict[str, Any] = {"state": "done", "done_at": now, "last_error": None}
    if declared.period is not None:
        values = {"state": "queued", "run_after": now + declared.period, "tries": 0, "done_at": now, "last_error": None}
    db.session.execute(update(Job).where(Job.id == claim.id).values(**values))


def _record_failure(claim: Claim, declared: Task, error: Exception) -> None:
    """Put the job back with a pause, or give it up; either way its reason is kept."""
    now = real_now()
    values: dict[str, Any] = {"state": "queued", "last_error": f"{type(error).__name__}: {error}"[:2000]}
    given_up = False
    if declared.period is not None:
        values["run_after"] = now + declared.period
    elif isinstance(error, UNAVAILABLE):
        values |= {"run_after": now + UNAVAILABLE_PAUSE, "tries": claim.tries - 1}
    elif claim.tries < MOST_TRIES:
        values["run_after"] = now + FIRST_PAUSE * 4 ** (claim.tries - 1)
    else:
        given_up = True
        values |= {"state": "failed", "done_at": now, "tries": MOST_TRIES}
    change = update(Job).where(Job.id == claim.id).values(**values)
    if given_up and declared.when_failed is not None:
        try:
            with unit_of_work():
                declared.when_failed(values["last_error"], **claim.params)
                db.session.execute(change)
            return
        except LeaseLost:
            raise
        except Exception:
            log.exception("job %s %s: nobody could be told that it failed", claim.name, claim.id)
    with unit_of_work():
        db.session.execute(change)


def longest_wait() -> timedelta:
    """How long the job that has been due for longest has waited (zero when none has): a sign of life of the workers."""
    now = real_now()
    due = db.session.scalar(select(func.min(Job.run_after)).where(Job.state == "queued", Job.run_after < now))
    return now - due if due is not None else timedelta()


@every(3600)
@task("foundation.forget_done_jobs")
def forget_done() -> None:
    """Delete the jobs that were done a week ago. Failed ones stay until somebody has looked at them."""
    db.session.execute(delete(Job).where(Job.state == "done", Job.done_at < real_now() - KEEP_DONE))


def _insert() -> Any:
    """An insert that knows ON CONFLICT, which each engine spells the same but SQLAlchemy keeps apart."""
    return (sqlite if is_sqlite() else postgresql).insert(Job)
