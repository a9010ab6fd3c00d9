"""The database: typed models, one naming convention, one transaction per request.

SQLite is the embedded default and opens every unsafe request's transaction with BEGIN IMMEDIATE: reading first and
writing later in a deferred transaction fails at once under load ("database is locked"), whatever the busy timeout.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, Text, TypeDecorator, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from portal.foundation.config import Settings

FIRST_SQLITE_SAFE_WITH_WAL = (3, 51, 3)  # older ones can corrupt a WAL that two processes write (sqlite.org, March 2026)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate()


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, naive UTC in the database, microseconds kept. A naive value is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must carry its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """JSON as text with sorted keys: the same bytes on both engines, so that hashes of it hold."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def init(app: Flask, settings: Settings) -> None:
    """Bind the engine. SQLite gets its pragmas on every connection; PostgreSQL a pool that notices dead ones."""
    if settings.is_sqlite:
        settings.instance_dir.mkdir(parents=True, exist_ok=True)
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"timeout": 30, "check_same_thread": False}}
    else:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True, "pool_size": 10}
    db.init_app(app)
    migrate.init_app(app, db, directory=str(settings.project_dir / "migrations"), render_as_batch=True, compare_type=True)
    with app.app_context():
        if settings.is_sqlite:
            event.listen(db.engine, "connect", _set_pragmas)
            event.listen(db.engine, "begin", _begin_sqlite)


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN itself, see _begin_sqlite
    mode = "WAL" if sqlite3.sqlite_version_info >= FIRST_SQLITE_SAFE_WITH_WAL else "DELETE"
    for pragma in (f"journal_mode={mode}", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def begin_writing() -> None:
    """Start this session's transaction as one that will write (BEGIN IMMEDIATE on SQLite). A no-op once it has begun."""
    if not db.session().in_transaction():
        db.session.connection(execution_options={"writes": True})


@contextmanager
def unit_of_work() -> Iterator[None]:
    """One writing transaction outside a request (jobs, commands, seeds): commits when the block succeeds."""
    db.session.rollback()
    begin_writing()
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def is_sqlite(engine: Engine | None = None) -> bool:
    return (engine or db.engine).dialect.name == "sqlite"
