"""The demo's store as one picture: kept after the story is told, restored by «Nullstill demo» in seconds.

The database is copied page by page through SQLite's backup API (a file copy of a live database is not a backup), files and
mail folder by folder. The picture is stamped with what it was made from, so that a newer portal tells the story anew.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from pathlib import Path

from flask import Flask

from portal.demo.story import Story
from portal.demo.telling import OPENING_DAY
from portal.foundation import clock
from portal.foundation.config import Settings
from portal.foundation.db import db

FOLDERS = ("files", "mail")


def _settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["settings"]
    if settings.mode != "demo" or not settings.is_sqlite:
        raise RuntimeError("the demo keeps its own SQLite store and touches no other")
    return settings


def _database(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def _stamp(settings: Settings) -> str:
    """Changes when the tables, the story or the standard requirements change."""
    made_from = hashlib.sha256()
    for pattern in ("portal/demo/*.py", "migrations/versions/*.py", "portal/**/models.py", "portal/catalogue/standard/*"):
        for path in sorted(settings.project_dir.glob(pattern)):
            if path.is_file():
                made_from.update(path.read_bytes())
    return made_from.hexdigest()


def ensure(app: Flask) -> bool:
    """Tell the story if there is no whole picture of it yet. Returns True when it had to be told."""
    settings = _settings(app)
    kept = settings.instance_dir / "snapshot"
    stamp = kept / "stamp"
    if stamp.exists() and stamp.read_text() == _stamp(settings) and _database(settings).exists():
        return False
    build(app)
    return True


def build(app: Flask) -> None:
    """Empty the demo's store, lay the tables, tell the story, keep the picture."""
    from flask_migrate import upgrade

    settings = _settings(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    for name in (*FOLDERS, "snapshot"):
        shutil.rmtree(settings.instance_dir / name, ignore_errors=True)
    for leftover in settings.instance_dir.glob(_database(settings).name + "*"):
        leftover.unlink()
    with app.app_context():
        upgrade()
    Story(app).tell()
    clock.set_anchor(clock.parse_local(f"{OPENING_DAY}T09:00"))
    _keep(settings)


def _keep(settings: Settings) -> None:
    kept = settings.instance_dir / "snapshot"
    kept.mkdir(parents=True, exist_ok=True)
    _copy_database(_database(settings), kept / "kravsjekk.db")
    for name in FOLDERS:
        _copy_folder(settings.instance_dir / name, kept / name)
    (kept / "stamp").write_text(_stamp(settings))  # last: a picture without a stamp is not whole


def reset(app: Flask) -> None:
    """Back to the opening day: data, files, mail and clock. People who are signed in are signed out."""
    settings = _settings(app)
    kept = settings.instance_dir / "snapshot"
    db.session.remove()
    _copy_database(kept / "kravsjekk.db", _database(settings))
    for name in FOLDERS:
        _copy_folder(kept / name, settings.instance_dir / name)
    clock.set_anchor(clock.parse_local(f"{OPENING_DAY}T09:00"))


def _copy_database(source: Path, target: Path) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(target, timeout=30)
    try:
        reading.backup(writing)
    finally:
        writing.close()
        reading.close()


def _copy_folder(source: Path, target: Path) -> None:
    """Make `target` equal `source`. Files are never changed once written, so equal size means equal."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = {path.relative_to(source): path for path in source.rglob("*") if path.is_file()} if source.exists() else {}
    for path in [p for p in target.rglob("*") if p.is_file()]:
        if path.relative_to(target) not in wanted:
            path.unlink()
    for name, path in wanted.items():
        copy = target / name
        if not copy.exists() or copy.stat().st_size != path.stat().st_size:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
