"""After a crash: rows without bytes and bytes without rows, found and put right (CC-3). Idempotent, counted by the task."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal.evidence.models import Blob, Evidence, EvidenceVersion, Reading
from portal.evidence.rules import EvidenceState
from portal.evidence.service.readings import WAITING
from portal.evidence.service.uploads import forget, start_reading
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db

UNFINISHED_AFTER = timedelta(hours=1)


def stranded() -> list[tuple[str, str]]:
    """Uploads that began more than an hour ago and were never acknowledged, as (version id, key of the bytes)."""
    began = clock.now() - UNFINISHED_AFTER
    rows = select(EvidenceVersion.id, EvidenceVersion.quarantine_key).where(
        EvidenceVersion.state == EvidenceState.RECEIVING, EvidenceVersion.received_at < began
    )
    return [(id, key or "") for id, key in db.session.execute(rows)]


def adopt(version_id: str) -> bool:
    """The bytes of a stranded upload are all there: read them, in the name of the one who sent them."""
    version = db.session.get(EvidenceVersion, version_id, populate_existing=True, with_for_update={"of": EvidenceVersion})
    if version is None or version.state != EvidenceState.RECEIVING:
        return False
    supplier = version.evidence.supplier
    sender = Actor(version.received_by, version.received_by_name, "", supplier.id, supplier.name, "supplier")
    start_reading(sender, version)
    return True


def drop(version_id: str) -> None:
    """The bytes of a stranded upload never came. Nobody was told that they had, so the row goes."""
    forget(version_id)


def waiting_to_be_let_go() -> list[tuple[str, str]]:
    """Files that are decided about while their bytes still lie in quarantine, as (version id, key)."""
    rows = select(EvidenceVersion.id, EvidenceVersion.quarantine_key).where(
        EvidenceVersion.quarantine_key.is_not(None), EvidenceVersion.state.not_in(WAITING)
    )
    return [(id, key) for id, key in db.session.execute(rows) if key]


def needed_keys(keys: list[str]) -> set[str]:
    """Those of `keys` that a row still points at, or that a reading in progress is about to (decision 26)."""
    needed: set[str] = set()
    for column in (EvidenceVersion.quarantine_key, Blob.storage_key, Reading.rows_key):
        needed.update(key for key in db.session.scalars(select(column).where(column.in_(keys))) if key)
    coming = (
        select(Evidence.supplier_id, EvidenceVersion.sha256)
        .select_from(EvidenceVersion)
        .join(Evidence, Evidence.id == EvidenceVersion.evidence_id)
        .where(EvidenceVersion.state.in_(WAITING))
    )
    needed.update(f"supplier/{supplier}/{sha256}" for supplier, sha256 in db.session.execute(coming))
    return needed
