"""Alembic's environment: the tables are those of `portal.areas`, the engine is the application's own."""

from __future__ import annotations

from alembic import context
from flask import current_app

from portal import areas
from portal.foundation.db import UtcDateTime, db

areas.import_models()


def own_types(kind: str, value: object, _autogen: object) -> str | bool:
    """Write our column types as what they are in the database, so that an old migration needs no new code."""
    if kind == "type":
        if isinstance(value, UtcDateTime):
            return "sa.DateTime()"
        if type(value).__name__ == "Json":
            return "sa.Text()"
    return False


def run() -> None:
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect().execution_options(writes=True) as connection:
        context.configure(connection=connection, target_metadata=db.metadata, render_item=own_types, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database: flask --app wsgi db upgrade")
run()
