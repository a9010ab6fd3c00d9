"""The worker's part: reading a file, and sweeping up after a crash. Every step may be repeated.

Store and child process are never touched inside a transaction: on SQLite a handler's transaction holds the only write
lock, and a reading may take a minute.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from portal.evidence import service
from portal.evidence.parsing import child
from portal.evidence.rules import Outcome
from portal.evidence.service import FileToRead
from portal.foundation import clock, faults
from portal.foundation.db import db, unit_of_work
from portal.foundation.jobs import every, task
from portal.foundation.storage import Storage, storage

log = logging.getLogger("kravsjekk.evidence")

ORPHAN_AFTER = {
    "quarantine/": timedelta(hours=1),  # its row is committed before the object is written
    "supplier/": timedelta(hours=24),  # these are written first and named by a row afterwards
    "rows/": timedelta(hours=24),
}
AT_A_TIME = 500
WORKPLACE = "kravsjekk-reading-"
"""What the temporary folder of one reading is called."""


def give_up(reason: str, version_id: str, reading_id: str, **_others: Any) -> None:
    """Told once, when the last try has failed: the supplier sees it, and the sweep removes the bytes."""
    log.error("version %s could not be read: %s", version_id, reason)
    service.give_up(version_id, reading_id)


@task("evidence.read", own_transactions=True, when_failed=give_up)
def read(version_id: str, reading_id: str, mapping: dict[str, str] | None = None) -> None:
    """Read one file in a child process, keep its bytes and rows, and only then record what was found.

    The reading's id comes with the job, so a second try writes the same objects under the same keys (ID-4).
    """
    with unit_of_work():
        file = service.file_to_read(version_id, reading_id)
    if file is None:
        return
    store = storage()
    with tempfile.TemporaryDirectory(prefix=WORKPLACE) as folder:
        told, rows = _read_in_child(store, file, Path(folder), mapping)
        refused = told["outcome"] == Outcome.REJECTED.value
        rows_key = None
        if rows is not None and not refused:
            rows_key = f"rows/{reading_id}.parquet"
            store.put(rows_key, rows, sha256=_sha256(rows), exclusive=False)
    faults.reach("evidence.after_rows")
    if not refused and file.key != file.blob_key:
        store.copy(file.key, file.blob_key)
    faults.reach("evidence.after_copy")
    with unit_of_work():
        recorded = service.record_reading(
            version_id, reading_id, told, rows_key=rows_key, blob_key=None if refused else file.blob_key, mapping=mapping
        )
    faults.reach("evidence.after_reading")
    if recorded and file.key != file.blob_key:
        if not refused and not store.exists(file.blob_key):  # a sweep took the copy for an orphan just before
            store.copy(file.key, file.blob_key)
        _empty_quarantine(store, version_id, file.key)


def _read_in_child(
    store: Storage, file: FileToRead, folder: Path, mapping: dict[str, str] | None
) -> tuple[dict[str, Any], Path | None]:
    """The reader's answer, and the file with the rows that count when there is one."""
    path, rows = folder / "file", folder / "rows.parquet"
    with store.open(file.key, sha256=file.sha256) as bytes_in, path.open("wb") as bytes_out:
        shutil.copyfileobj(bytes_in, bytes_out)
    faults.reach("evidence.before_child")
    told = child.read_in_child(path, name=file.file_name, kind=file.kind, period=file.period, rows_to=rows, mapping=mapping)
    return told, rows if rows.exists() else None


def _empty_quarantine(store: Storage, version_id: str, key: str) -> None:
    store.delete(key)
    with unit_of_work():
        service.let_quarantine_go(version_id, key)


def _sha256(path: Path) -> str:
    with path.open("rb") as readable:
        return hashlib.file_digest(readable, "sha256").hexdigest()


@every(600)
@task("evidence.sweep", own_transactions=True)
def sweep() -> None:
    """Every ten minutes: finish or drop uploads that a crash cut off, and remove bytes that no row needs (CC-3)."""
    store = storage()
    counts = {"adopted": 0, "dropped": 0, "let_go": 0, "removed": 0}
    with unit_of_work():
        stranded, decided = service.stranded(), service.waiting_to_be_let_go()
    for version_id, key in stranded:
        if key and store.exists(key):
            with unit_of_work():
                counts["adopted"] += service.adopt(version_id)
        else:
            with unit_of_work():
                service.drop(version_id)
            counts["dropped"] += 1
    for version_id, key in decided:
        _empty_quarantine(store, version_id, key)
        counts["let_go"] += 1
    counts["removed"] = _remove_orphans(store)
    store.remove_leftovers(clock.real_now() - max(ORPHAN_AFTER.values()))
    _remove_workplaces()
    if any(counts.values()):
        log.warning("swept: %s", ", ".join(f"{count} {what}" for what, count in counts.items() if count))


def _remove_orphans(store: Storage) -> int:
    """Delete objects of ours that have lain for long without a row. Stored times are real, so the limits are too."""
    now = clock.real_now()
    old = [
        stored.key
        for prefix, age in ORPHAN_AFTER.items()
        for stored in store.list(prefix)
        if stored.modified_at < now - age
    ]
    removed = 0
    for start in range(0, len(old), AT_A_TIME):
        keys = old[start : start + AT_A_TIME]
        needed = service.needed_keys(keys)
        db.session.rollback()
        for key in keys:
            if key not in needed:
                store.delete(key)
                removed += 1
    return removed


def _remove_workplaces() -> None:
    """A killed worker leaves the supplier's file in its temporary folder. No reading takes an hour."""
    before = (clock.real_now() - timedelta(hours=1)).timestamp()
    for folder in Path(tempfile.gettempdir()).glob(f"{WORKPLACE}*"):
        with suppress(FileNotFoundError):  # its reading ended just now
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)
