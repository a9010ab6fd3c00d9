"""The portal as people meet it: a server and a worker in the background, on the test's database, and a clock that can be moved.

Both run in threads of this process, so that a test can also look into the database and read the mail that was sent.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from flask import Flask
from sqlalchemy import func, or_, select, update
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.foundation import clock, mail
from portal.foundation.db import db, unit_of_work
from portal.foundation.jobs import Worker
from portal.foundation.models import Job
from tests.waiting import wait_until


class LivePortal:
    """`address` is where it answers. Its worker takes jobs as in real life; `settle` waits for it instead of guessing."""

    def __init__(self, app: Flask, address: str) -> None:
        self.app = app
        self.address = address
        self._stop = threading.Event()
        self._worker: threading.Thread | None = None

    def set_day(self, moment: str) -> None:
        """`2026-10-01T09:00`, Europe/Oslo: product time for every thread."""
        clock.set_anchor(clock.parse_local(moment))

    def start_worker(self) -> None:
        self._stop.clear()
        self._worker = threading.Thread(target=Worker(self.app).run_forever, args=(self._stop,), name="worker")
        self._worker.start()

    def stop_worker(self) -> None:
        if self._worker is not None:
            self._stop.set()
            self._worker.join()
            self._worker = None

    @contextmanager
    def worker_resting(self) -> Iterator[None]:
        """For a block that runs jobs itself."""
        self.stop_worker()
        try:
            yield
        finally:
            self.start_worker()

    def settle(self) -> None:
        """Return when the worker has done what waits now, and what follows from it: two rounds of every periodic task."""
        for _round in range(2):
            since = clock.real_now()
            with self.app.app_context(), unit_of_work():
                db.session.execute(update(Job).where(Job.state == "queued").values(run_after=since))
            wait_until(lambda since=since: self._has_settled(since), "the worker to finish")  # type: ignore[misc]

    def _has_settled(self, since: object) -> bool:
        with self.app.app_context():
            undone = or_(Job.dedupe.is_(None), Job.done_at.is_(None), Job.done_at < since, Job.state == "running")
            left = db.session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(["queued", "running"]), undone))
            failed = db.session.scalars(select(Job.last_error).where(Job.state == "failed")).all()
        assert not failed, failed
        return left == 0

    def letters_to(self, address: str) -> list[EmailMessage]:
        with self.app.app_context():
            mailer = mail.mailer()
            assert isinstance(mailer, mail.ListMailer)
            return [letter for letter in mailer.sent if address in str(letter["To"])]

    def letter_to(self, address: str, about: str) -> str:
        """The text of the newest letter to this address with `about` in its subject, once it has been sent."""

        def found() -> list[EmailMessage]:
            return [letter for letter in self.letters_to(address) if about in str(letter["Subject"])]

        wait_until(lambda: bool(found()), f"a letter to {address} about {about!r}")
        return str(found()[-1].get_content())


class _Quiet(WSGIRequestHandler):
    """Keeps connections open, as a real server does, and logs nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[LivePortal]:
    """The whole portal on a free port of this machine, until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    serving = threading.Thread(target=server.serve_forever, name="server", daemon=True)
    serving.start()
    portal = LivePortal(app, f"http://127.0.0.1:{server.port}")
    portal.start_worker()
    try:
        yield portal
    finally:
        portal.stop_worker()
        server.shutdown()
        serving.join()
        server.server_close()


def path_in(letter: str, start: str) -> str:
    """The first address in a letter whose path begins with `start`, without its host."""
    found = re.search(rf"https?://[^/\s]+({re.escape(start)}\S*)", letter)
    assert found, f"no address {start}… in:\n{letter}"
    return found[1]


def code_in(letter: str) -> str:
    """The six digits of a sign-in letter."""
    found = re.search(r"^\s*(\d{3})\s?(\d{3})\s*$", letter, re.MULTILINE)
    assert found, letter
    return found[1] + found[2]
