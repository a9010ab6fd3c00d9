"""kill -9 of server and worker, again and again, under four people who upload; then the books must balance."""

from __future__ import annotations

import http.client
import io
import logging
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text, update
from werkzeug.datastructures import FileStorage

from portal import create_app
from portal.evidence import tasks
from portal.evidence.models import Blob, Evidence, EvidenceVersion, Reading
from portal.foundation import clock, jobs
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.config import Settings
from portal.foundation.db import db, is_sqlite, unit_of_work
from portal.foundation.models import Job
from portal.foundation.storage import storage
from portal.identity import access as identity_access
from portal.identity import service as identity
from tests.databases import PostgresDatabase, SqliteDatabase
from tests.processes import Form, ServerProcess, WorkerProcess, free_port
from tests.visitors import Visitor

PEOPLE = 4
BETWEEN_UPLOADS = 0.8  # seconds
GIVES_UP = 0.3  # how often somebody whose upload broke off does not try again


@dataclass
class Books:
    """What the people believe: which files (by SHA-256) were acknowledged, and how often something broke off."""

    acknowledged: set[str] = field(default_factory=set)
    broken: int = 0
    refused: Counter[int] = field(default_factory=Counter)


class Person(threading.Thread):
    """Sends one new file after the other; when the answer does not come, tries again or gives up."""

    def __init__(
        self, number: int, app: Flask, actor: Actor, port: int, books: Books, stop: threading.Event, seed: int
    ) -> None:
        super().__init__(name=f"person-{number}", daemon=True)
        self.number, self.app, self.port, self.books, self.stop = number, app, port, books, stop
        self.chance = random.Random(seed * 1000 + number)
        self.visitor = Visitor(app, actor)

    def run(self) -> None:
        count = 0
        while not self.stop.wait(BETWEEN_UPLOADS * self.chance.random() * 2):
            count += 1
            content = f"Start;kWh\r\n01.02.2026 10:{self.number:02};{count},5\r\n".encode()
            form = Form(self.app, self.visitor, "/leverandor/dokumentasjon", {"kind": "charging_sessions"})
            while not self.stop.is_set():
                try:
                    answer = form.send(
                        self.port, file=FileStorage(io.BytesIO(content), f"fil-{self.number}-{count}.csv")
                    )
                except (http.client.HTTPException, OSError):
                    self.books.broken += 1
                    if self.chance.random() < GIVES_UP:
                        break
                    self.stop.wait(0.2)
                    continue
                if answer.status == 303:
                    self.books.acknowledged.add(sha256(content).hexdigest())
                else:
                    self.books.refused[answer.status] += 1
                break


def main(rounds: int, seed: int) -> int:
    """Prints what happened; 0 when the books balance."""
    logging.disable(logging.CRITICAL)  # dead processes complain
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="kravsjekk-crash-") as name:
        folder = Path(name)
        database = (
            PostgresDatabase() if os.environ.get("KRAVSJEKK_TEST_DATABASE") == "postgresql" else SqliteDatabase(folder)
        )
        settings = Settings(
            mode="test",
            secret_key="a key that only the crash run knows, long enough",
            base_url="http://localhost",
            database_url=database.url,
            storage_url=f"folder:{folder / 'files'}",
            mail_url="list:",
            instance_dir=folder,
        )
        app = create_app(settings)
        database.create(app)
        database.refresh(app)
        books, stop, port = Books(), threading.Event(), free_port()
        actors = [a_supplier(app, number) for number in range(PEOPLE)]
        people = [Person(number, app, actor, port, books, stop, seed) for number, actor in enumerate(actors)]
        sound = 0
        for person in people:
            person.start()
        for _ in range(rounds):
            with ServerProcess(settings, port=port) as server, WorkerProcess(settings) as worker:
                time.sleep(chance.uniform(0.2, 2.5))
                for process in chance.sample([server, worker], chance.choice([1, 2])):
                    process.kill()
                time.sleep(chance.uniform(0, 0.3))
            sound += is_sound(app)
            expire_leases(app)
        stop.set()
        for person in people:
            person.join()
        settle(app, folder / "files")
        wrong = verdict(app, books, f"{rounds} kills of {app_engine(app)}, seed {seed}", sound, rounds)
        with app.app_context():
            db.engine.dispose()
        database.close()
    return 1 if wrong else 0


def a_supplier(app: Flask, number: int) -> Actor:
    orgnr = ("500010029", "500010037", "500010045", "500010053")[number]
    with app.app_context(), unit_of_work():
        organisation = identity.create_organisation(SYSTEM, orgnr=orgnr, name=f"Taxi {number}", kind="supplier")
        person = identity.create_person(SYSTEM, email=f"taxi{number}@taxi.example", name=f"Person {number}")
        return identity_access.actor_for(identity.add_membership(SYSTEM, person, organisation, ["submitter"]))


def app_engine(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def is_sound(app: Flask) -> bool:
    with app.app_context():
        return not is_sqlite() or db.session.scalar(text("pragma integrity_check")) == "ok"


def expire_leases(app: Flask) -> None:
    """A minute passes between two deaths, which nobody waits for here."""
    with app.app_context(), unit_of_work():
        db.session.execute(update(Job).where(Job.state == "running").values(lease_until=clock.real_now(), tries=1))


def settle(app: Flask, files: Path) -> None:
    """Days later: swept, read, swept."""
    long_ago = time.time() - timedelta(days=8).total_seconds()
    for path in files.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    expire_leases(app)
    with app.app_context():
        with unit_of_work():
            db.session.execute(update(Job).where(Job.state == "queued").values(run_after=clock.real_now()))
        with clock.at(clock.real_now() + timedelta(hours=2)):
            tasks.sweep()
            jobs.run_all(app)
            tasks.sweep()


def verdict(app: Flask, books: Books, what: str, sound: int, rounds: int) -> bool:
    """Print the figures. True when one of those that must be 0 is not."""
    with app.app_context():
        versions = db.session.scalars(select(EvidenceVersion)).all()
        stored = {entry.key for entry in storage().list()}
        blobs = {blob.storage_key for blob in db.session.scalars(select(Blob))}
        needed = blobs | {key for key in db.session.scalars(select(Reading.rows_key)) if key}
        ready = {version.sha256 for version in versions if version.state == "ready" and is_readable(version)}
        must_be_none = {
            "acknowledged and lost": len(books.acknowledged - ready),
            "rows without bytes": len(needed - stored),
            "bytes without rows": len(stored - needed),
            "files twice": sum(count - 1 for count in Counter(version.sha256 for version in versions).values()),
            "evidence without a file": len(
                set(db.session.scalars(select(Evidence.id))) - {v.evidence_id for v in versions}
            ),
            "files that wait for ever": sum(version.state != "ready" for version in versions),
            "jobs given up": len(db.session.scalars(select(Job.id).where(Job.state == "failed")).all()),
            "databases damaged": rounds - sound,
            "answers that were an error": sum(books.refused.values()),
        }
    print(
        f"{what}: {len(books.acknowledged)} files acknowledged, {books.broken} requests broken off, {len(versions)} files kept"
    )
    for name, count in must_be_none.items():
        print(f"  {name}: {count}")
    return any(must_be_none.values())


def is_readable(version: EvidenceVersion) -> bool:
    assert version.blob is not None
    with storage().open(version.blob.storage_key, sha256=version.sha256):
        return True


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
