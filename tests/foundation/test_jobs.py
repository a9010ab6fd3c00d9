"""The queue: enqueued with its cause, run at least once, finished by nobody but the one who holds it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from portal.foundation import jobs
from portal.foundation.clock import real_now
from portal.foundation.db import db, unit_of_work
from portal.foundation.jobs import LeaseLost, Worker, enqueue, every, longest_wait, run_all, task
from portal.foundation.mail import MailUnavailable
from portal.foundation.models import Job, RateCounter

done: list[str] = []
told: list[tuple[str, str]] = []


class Failing:
    """What the next tries of a handler raise, in order; then it succeeds."""

    errors: list[Exception] = []
    outside: list[object] = []


@pytest.fixture(autouse=True)
def own_tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tasks of these tests, gone afterwards; no other task runs here."""
    done.clear()
    told.clear()
    Failing.errors = []
    monkeypatch.setattr(jobs, "_tasks", {})

    @task("test.write")
    def write(word: str) -> None:
        leave_mark(word)
        if Failing.errors:
            raise Failing.errors.pop(0)
        done.append(word)

    @task("test.read", own_transactions=True, when_failed=tell)
    def read(word: str) -> None:
        with unit_of_work():
            leave_mark(f"{word}-began")
        if Failing.errors:
            raise Failing.errors.pop(0)
        with unit_of_work():
            leave_mark(f"{word}-ended")
        done.append(word)

    @task("test.chain")
    def chain(length: int) -> None:
        done.append(f"chain-{length}")
        if length > 1:
            enqueue("test.chain", length=length - 1)

    yield


def tell(reason: str, word: str) -> None:
    leave_mark(f"{word}-failed")
    told.append((word, reason))


def leave_mark(word: str) -> None:
    db.session.add(RateCounter(bucket=word, window_start=real_now()))
    db.session.flush()


def marks() -> list[str]:
    return sorted(db.session.scalars(select(RateCounter.bucket)))


def the_job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job)).one()


def make_due() -> None:
    """Instead of waiting: everything in the queue is due now, every lease has run out."""
    db.session.rollback()
    long_ago = real_now() - timedelta(hours=1)
    with unit_of_work():
        db.session.execute(update(Job).values(run_after=long_ago, lease_until=long_ago))


def put(name: str, **params: object) -> str:
    with unit_of_work():
        return enqueue(name, **params)  # type: ignore[arg-type]


class TestEnqueuing:
    def test_a_job_exists_when_its_transaction_is_committed(self, context: Flask) -> None:
        with unit_of_work():
            leave_mark("cause")
            enqueue("test.write", word="effect")
        assert Worker(context).run_once()
        assert marks() == ["cause", "effect"]

    def test_a_job_vanishes_with_the_transaction_it_was_enqueued_in(self, context: Flask) -> None:
        with pytest.raises(RuntimeError), unit_of_work():
            enqueue("test.write", word="effect")
            raise RuntimeError("the cause failed")
        assert not Worker(context).run_once()

    def test_a_job_that_nobody_can_do_is_refused_at_once(self, context: Flask) -> None:
        with pytest.raises(LookupError):
            enqueue("test.unknown")

    def test_parameters_that_cannot_be_kept_are_refused_at_once(self, context: Flask) -> None:
        with pytest.raises(Exception, match="not JSON serializable"):
            enqueue("test.write", word=object())

    def test_a_delayed_job_waits(self, context: Flask) -> None:
        put("test.write", word="later", delay=timedelta(hours=1))
        assert not Worker(context).run_once()
        make_due()
        assert Worker(context).run_once()
        assert done == ["later"]

    def test_one_job_with_a_key_waits_at_a_time(self, context: Flask) -> None:
        first = put("test.write", word="once", dedupe="key")
        assert put("test.write", word="once", dedupe="key") == first
        assert put("test.write", word="other", dedupe="other key") != first
        assert run_all(context) == 2
        assert sorted(done) == ["once", "other"]

    def test_a_running_job_does_not_count_for_its_key(self, context: Flask) -> None:
        """It may have looked before this transaction's change was there to see."""

        @task("test.look")
        def look() -> None:
            done.append("looked")
            if len(done) == 1:
                enqueue("test.look", dedupe="look")

        put("test.look", dedupe="look")
        assert run_all(context) == 2

    def test_a_key_is_free_again_when_its_job_is_done(self, context: Flask) -> None:
        for _ in range(2):
            put("test.write", word="again", dedupe="key")
            assert run_all(context) == 1
        assert done == ["again", "again"]

    def test_two_tasks_cannot_have_one_name(self) -> None:
        with pytest.raises(ValueError, match="two tasks"):

            @task("test.write")
            def another() -> None:
                raise AssertionError("never called")


class TestRunning:
    def test_jobs_run_in_the_order_they_became_due(self, context: Flask) -> None:
        for number, word in enumerate(("c", "a", "b")):
            put("test.write", word=word, delay=timedelta(seconds=number - 10))
        assert run_all(context) == 3
        assert done == ["c", "a", "b"]

    def test_a_job_and_its_effect_are_committed_together(self, context: Flask) -> None:
        Failing.errors = [RuntimeError("too early")]
        put("test.write", word="effect")
        worker = Worker(context)
        assert worker.run_once()
        assert marks() == []
        assert the_job().state == "queued"
        make_due()
        assert worker.run_once()
        assert marks() == ["effect"]
        assert the_job().state == "done"
        assert not worker.run_once()

    def test_a_handler_with_own_transactions_keeps_what_it_committed(self, context: Flask) -> None:
        Failing.errors = [RuntimeError("in the middle")]
        put("test.read", word="file")
        Worker(context).run_once()
        assert marks() == ["file-began"]
        make_due()
        assert run_all(context) == 1
        assert marks() == ["file-began", "file-began", "file-ended"]

    def test_jobs_that_jobs_enqueue_are_run_too(self, context: Flask) -> None:
        put("test.chain", length=3)
        assert run_all(context) == 3
        assert done == ["chain-3", "chain-2", "chain-1"]

    def test_run_all_commits_what_the_test_prepared_and_raises_what_went_wrong(self, context: Flask) -> None:
        Failing.errors = [RuntimeError("here")]
        leave_mark("prepared")
        enqueue("test.write", word="x")
        with pytest.raises(RuntimeError, match="here"):
            run_all(context)
        assert marks() == ["prepared"]
        assert the_job().last_error == "RuntimeError: here"

    def test_run_all_works_outside_a_context(self, app: Flask) -> None:
        with app.app_context():
            put("test.write", word="x")
        assert run_all(app) == 1

    def test_twenty_jobs_and_four_workers_make_twenty_effects(self, app: Flask) -> None:
        with app.app_context(), unit_of_work():
            for number in range(20):
                enqueue("test.write", word=f"job-{number:02}")

        def drain() -> None:
            worker = Worker(app)
            while worker.run_once():
                pass

        threads = [threading.Thread(target=drain) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with app.app_context():
            assert marks() == [f"job-{number:02}" for number in range(20)]
            assert set(db.session.scalars(select(Job.state))) == {"done"}
            assert set(db.session.scalars(select(Job.tries))) == {1}

    def test_a_job_of_a_newer_version_is_left_for_a_newer_worker(
        self, context: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put("test.write", word="new")
        monkeypatch.setattr(jobs, "_tasks", {})
        assert not Worker(context).run_once()
        assert the_job().state == "queued"


class TestFailing:
    def test_a_failed_try_is_repeated_after_a_longer_and_longer_pause(self, context: Flask) -> None:
        Failing.errors = [RuntimeError(f"number {number}") for number in range(4)]
        put("test.write", word="stubborn")
        pauses = []
        for number in range(4):
            make_due()
            began = real_now()
            Worker(context).run_once()
            job = the_job()
            assert (job.state, job.tries, job.last_error) == ("queued", number + 1, f"RuntimeError: number {number}")
            pauses.append(round((job.run_after - began).total_seconds() / 2))
        assert pauses == [1, 4, 16, 64]
        make_due()
        assert run_all(context) == 1
        assert (the_job().state, the_job().last_error) == ("done", None)

    def test_after_five_tries_a_job_is_given_up_with_its_reason_and_somebody_is_told(self, context: Flask) -> None:
        Failing.errors = [RuntimeError("no")] * 5
        put("test.read", word="poison")
        for _ in range(5):
            make_due()
            assert Worker(context).run_once()
        make_due()
        assert not Worker(context).run_once()
        job = the_job()
        assert (job.state, job.tries, job.last_error) == ("failed", 5, "RuntimeError: no")
        assert told == [("poison", "RuntimeError: no")]
        assert "poison-failed" in marks()

    def test_a_job_is_given_up_even_when_nobody_can_be_told(
        self, context: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(reason: str, word: str) -> None:
            leave_mark("half")
            raise RuntimeError("nobody is there")

        @task("test.lonely", when_failed=fail)
        def lonely(word: str) -> None:
            raise RuntimeError("no")

        put("test.lonely", word="x")
        for _ in range(5):
            make_due()
            Worker(context).run_once()
        assert the_job().state == "failed"
        assert marks() == []

    def test_a_mail_server_that_is_down_costs_no_try(self, context: Flask) -> None:
        Failing.errors = [MailUnavailable("down")] * 7
        put("test.write", word="letter")
        for _ in range(7):
            make_due()
            Worker(context).run_once()
            assert (the_job().state, the_job().tries) == ("queued", 0)
            assert the_job().last_error == "MailUnavailable: down"
        make_due()
        assert run_all(context) == 1
        assert done == ["letter"]

    def test_a_job_that_kills_its_worker_each_time_is_given_up(self, context: Flask) -> None:
        put("test.read", word="bomb")
        for _ in range(5):
            make_due()
            assert Worker(context)._claim() is not None  # and then the worker is gone
        make_due()
        assert Worker(context).run_once()
        assert (the_job().state, the_job().tries) == ("failed", 5)
        assert told[0][0] == "bomb"
        assert "the worker died" in told[0][1]
        assert done == []


class TestLease:
    def test_a_held_job_is_not_taken_by_another(self, context: Flask) -> None:
        put("test.write", word="mine")
        assert Worker(context)._claim() is not None
        assert not Worker(context).run_once()

    def test_a_job_whose_worker_died_is_taken_over(self, context: Flask) -> None:
        put("test.write", word="orphan")
        Worker(context)._claim()
        make_due()
        assert Worker(context).run_once()
        assert done == ["orphan"]
        assert the_job().tries == 2

    @pytest.mark.parametrize("name", ["test.write", "test.read"])
    def test_a_worker_that_slept_too_long_can_commit_nothing(self, context: Flask, name: str) -> None:
        put(name, word="contested")
        sleeper = Worker(context)
        claim = sleeper._claim()
        assert claim is not None
        make_due()
        assert Worker(context).run_once()
        before = marks()
        assert isinstance(sleeper._run(claim), LeaseLost)
        assert marks() == before
        assert (the_job().state, the_job().last_error) == ("done", None)

    def test_a_handler_may_use_savepoints(self, context: Flask) -> None:
        @task("test.savepoint")
        def careful() -> None:
            with db.session.begin_nested():
                leave_mark("kept")
            with pytest.raises(RuntimeError), db.session.begin_nested():
                leave_mark("dropped")
                raise RuntimeError

        put("test.savepoint")
        assert run_all(context) == 1
        assert marks() == ["kept"]

    def test_a_sleeper_that_fails_does_not_put_back_what_another_has_done(self, context: Flask) -> None:
        put("test.write", word="contested")
        sleeper = Worker(context)
        claim = sleeper._claim()
        assert claim is not None
        make_due()
        Worker(context).run_once()
        Failing.errors = [RuntimeError("woke up confused")]
        assert sleeper._run(claim) is not None
        assert (the_job().state, the_job().last_error) == ("done", None)

    def test_a_lease_is_renewed_while_the_handler_runs(self, context: Flask) -> None:
        renewed = threading.Event()

        @task("test.slow", own_transactions=True)
        def slow() -> None:
            first = the_job().lease_until
            db.session.rollback()
            for _ in range(1000):
                if the_job().lease_until != first:
                    renewed.set()
                    break
                db.session.rollback()
                threading.Event().wait(0.01)
            db.session.rollback()

        put("test.slow")
        Worker(context, lease=timedelta(seconds=0.4)).run_once()
        assert renewed.is_set()
        assert the_job().state == "done"


class TestPeriodic:
    @pytest.fixture
    def tick(self) -> None:
        @every(600)
        @task("test.tick")
        def tick() -> None:
            if Failing.errors:
                raise Failing.errors.pop(0)
            done.append("tick")

    def test_it_is_scheduled_once_however_many_workers_start(self, context: Flask, tick: None) -> None:
        for _ in range(3):
            Worker(context).schedule()
        assert the_job().name == "test.tick"

    def test_it_runs_and_waits_for_its_next_turn(self, context: Flask, tick: None) -> None:
        worker = Worker(context)
        worker.schedule()
        assert worker.run_once()
        assert not worker.run_once()
        job = the_job()
        assert (job.state, job.tries) == ("queued", 0)
        assert timedelta(seconds=590) < job.run_after - real_now() <= timedelta(seconds=600)
        make_due()
        assert worker.run_once()
        assert done == ["tick", "tick"]

    def test_it_comes_back_when_the_database_was_replaced_under_the_worker(
        self, app: Flask, tick: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        worker = Worker(app)
        stop = threading.Event()
        real = worker.run_once

        def run_once() -> bool:
            if len(done) == 2:
                stop.set()
            elif not real() and len(done) == 1:
                with app.app_context(), unit_of_work():
                    db.session.execute(text("delete from job"))
            return True

        monkeypatch.setattr(worker, "run_once", run_once)
        monkeypatch.setattr(jobs, "SCHEDULE_EVERY", 0.0)
        worker.run_forever(stop)
        assert done == ["tick", "tick"]

    def test_it_never_gives_up(self, context: Flask, tick: None) -> None:
        Failing.errors = [RuntimeError("no")] * 8
        worker = Worker(context)
        worker.schedule()
        for _ in range(8):
            make_due()
            assert worker.run_once()
        assert the_job().last_error == "RuntimeError: no"
        make_due()
        assert worker.run_once()
        assert (done, the_job().last_error) == (["tick"], None)

    def test_one_that_no_longer_exists_leaves_the_queue(
        self, context: Flask, tick: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Worker(context).schedule()
        monkeypatch.setattr(jobs, "_tasks", {})
        Worker(context).schedule()
        assert the_job().name == "test.tick"  # not at once: an older worker may not know it yet
        with unit_of_work():
            db.session.execute(update(Job).values(run_after=real_now() - timedelta(days=2)))
        Worker(context).schedule()
        assert db.session.scalars(select(Job)).all() == []

    def test_its_key_cannot_be_used_by_others(self, context: Flask) -> None:
        with pytest.raises(ValueError, match="periodic"):
            enqueue("test.write", word="x", dedupe="every:test.tick")

    def test_every_stands_above_task(self) -> None:
        with pytest.raises(ValueError, match="above @task"):

            @task("test.upside_down")
            @every(600)
            def upside_down() -> None:
                raise AssertionError("never called")


class TestLoop:
    def test_the_worker_survives_a_database_that_goes_away(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        with app.app_context():
            put("test.write", word="patient")
        worker = Worker(app)
        stop = threading.Event()
        answers: list[bool] = []
        real = worker.run_once

        def flaky() -> bool:
            answers.append(True)
            if len(answers) <= 2:
                raise OperationalError("select 1", {}, Exception("the database is starting up"))
            if len(answers) > 3:
                stop.set()
            return real()

        monkeypatch.setattr(worker, "run_once", flaky)
        monkeypatch.setattr(jobs, "POLL", 0.001)
        worker.run_forever(stop)
        assert done == ["patient"]

    def test_a_worker_that_is_told_to_stop_finishes_what_it_began(self, app: Flask) -> None:
        began, stop = threading.Event(), threading.Event()

        @task("test.long", own_transactions=True)
        def long() -> None:
            began.set()
            stop.wait(10)
            with unit_of_work():
                leave_mark("finished")

        with app.app_context():
            put("test.long")
            put("test.write", word="next", delay=timedelta(seconds=1))
        thread = threading.Thread(target=Worker(app).run_forever, args=(stop,))
        thread.start()
        assert began.wait(10)
        with app.app_context():
            make_due()  # also the long one's lease, but its worker lives and nobody else is there
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        with app.app_context():
            assert marks() == ["finished"]

    def test_several_threads_share_the_queue(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two jobs that wait for each other can only end when both run at the same time."""
        meeting = threading.Barrier(2, timeout=10)
        stop = threading.Event()

        @task("test.meet", own_transactions=True)
        def meet(word: str) -> None:
            meeting.wait()
            done.append(word)
            if len(done) == 2:
                stop.set()

        with app.app_context():
            put("test.meet", word="a")
            put("test.meet", word="b")
        Worker(app).run_forever(stop, threads=2)
        assert sorted(done) == ["a", "b"]


class TestSurvey:
    def test_the_longest_wait_says_whether_anybody_works(self, context: Flask) -> None:
        assert longest_wait() == timedelta()
        put("test.write", word="x", delay=timedelta(hours=1))
        assert longest_wait() == timedelta()
        make_due()
        assert longest_wait() > timedelta(minutes=59)

    def test_a_portal_whose_worker_is_away_is_ready_but_degraded(self, app: Flask) -> None:
        client = app.test_client()
        assert client.get("/readyz").text == "ok\n"
        with app.app_context():
            put("test.write", word="x")
            make_due()
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.text.startswith("degraded: no worker has taken a job for 36")

    def test_done_jobs_are_forgotten_after_a_week_and_failed_ones_are_not(self, context: Flask) -> None:
        for word in ("old", "new", "failed"):
            put("test.write", word=word)
        run_all(context)
        with unit_of_work():
            eight_days_ago = real_now() - timedelta(days=8)
            by_word = {job.params["word"]: job for job in db.session.scalars(select(Job))}
            by_word["old"].done_at = by_word["failed"].done_at = eight_days_ago
            by_word["failed"].state = "failed"
        with unit_of_work():
            jobs.forget_done()
        assert sorted(job.params["word"] for job in db.session.scalars(select(Job))) == ["failed", "new"]

    def test_the_commands_show_what_failed_and_try_it_again(self, app: Flask) -> None:
        Failing.errors = [RuntimeError("no")] * 5
        with app.app_context():
            id = put("test.read", word="x")
            for _ in range(5):
                make_due()
                Worker(app).run_once()
        runner = app.test_cli_runner()
        listed = runner.invoke(args=["jobs", "list"])
        assert "failed 1" in listed.output
        assert f"{id} test.read failed (try 5): RuntimeError: no" in listed.output
        assert runner.invoke(args=["jobs", "retry", id]).exit_code == 0
        assert run_all(app) == 1
        assert done == ["x"]
        again = runner.invoke(args=["jobs", "retry", id])
        assert again.exit_code == 1
        assert "no failed job" in again.output


class TestSettingsOfTheEngine:
    def test_every_connection_is_durable_and_checks_its_references(self, context: Flask) -> None:
        if db.engine.dialect.name != "sqlite":
            assert db.session.scalar(text("show default_transaction_isolation")) == "read committed"
            return
        assert db.session.scalar(text("pragma synchronous")) == 2
        assert db.session.scalar(text("pragma foreign_keys")) == 1
