"""The migrations lead from nothing to exactly the tables of the models, and back; there is one head."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from portal import create_app
from portal.foundation.config import Settings
from portal.foundation.db import db
from tests.databases import Database

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_from_nothing_up_to_the_models_and_down_again(database: Database, settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=database.empty_url(), instance_dir=tmp_path))
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
            differences = compare_metadata(context, db.metadata)
        assert not differences, f"run flask db migrate: {differences}"
        assert _triggers(app) > 0, "the journal's guards against change belong in the migration"
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        db.session.remove()
        db.engine.dispose()


def _triggers(app: object) -> int:
    question = "select count(*) from sqlite_master where type = 'trigger'" if db.engine.dialect.name == "sqlite" else "select count(*) from pg_trigger where not tgisinternal"
    with db.engine.connect() as connection:
        return int(connection.execute(text(question)).scalar_one())
