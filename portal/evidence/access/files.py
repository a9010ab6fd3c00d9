"""The supplier's shelf: its evidence, the newest version and reading of each, and the bytes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.evidence.models import Evidence, EvidenceVersion, Reading
from portal.evidence.rules import EvidenceState
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.foundation.storage import StorageCorrupt, StorageMissing, storage

log = logging.getLogger("kravsjekk.evidence")

UNDECIDED = (EvidenceState.RECEIVING, EvidenceState.CHECKING)
"""States in which there is nothing to show yet, whatever an earlier reading said."""


@dataclass(frozen=True)
class Shelved:
    """One line of the supplier's library. `reading` is None until the file is read."""

    evidence: Evidence
    version: EvidenceVersion
    reading: Reading | None


def evidence_for(actor: Actor, evidence_id: str) -> Evidence:
    """The supplier's own evidence. Raises NotFound for anybody else's, for an erased one and for none at all."""
    mine = select(Evidence).where(
        Evidence.id == evidence_id, Evidence.supplier_id == actor.organisation_id, Evidence.erased_at.is_(None)
    )
    evidence = db.session.scalar(mine) if actor.is_supplier else None
    if evidence is None:
        raise NotFound()
    return evidence


def library_of(actor: Actor, *, kind: str | None = None, limit: int = 200) -> list[Shelved]:
    """The supplier's evidence, newest first, each with its newest version and reading. One statement."""
    if not actor.is_supplier:
        raise NotFound()
    later_version, later_reading = aliased(EvidenceVersion), aliased(Reading)
    newest_no = select(func.max(later_version.no)).where(later_version.evidence_id == Evidence.id).correlate(Evidence)
    newest_read = (
        select(func.max(later_reading.no))
        .where(later_reading.evidence_version_id == EvidenceVersion.id)
        .correlate(EvidenceVersion)
    )
    rows = (
        select(Evidence, EvidenceVersion, Reading)
        .select_from(Evidence)
        .join(EvidenceVersion, (EvidenceVersion.evidence_id == Evidence.id) & (EvidenceVersion.no == newest_no.scalar_subquery()))
        .outerjoin(
            Reading,
            (Reading.evidence_version_id == EvidenceVersion.id)
            & (Reading.no == newest_read.scalar_subquery())
            & EvidenceVersion.state.not_in(UNDECIDED),
        )
        .where(Evidence.supplier_id == actor.organisation_id, Evidence.erased_at.is_(None))
        .order_by(EvidenceVersion.received_at.desc(), Evidence.id.desc())
        .limit(limit)
    )
    if kind is not None:
        rows = rows.where(Evidence.kind == kind)
    return [Shelved(evidence, version, reading) for evidence, version, reading in db.session.execute(rows)]


def newest_version(evidence: Evidence) -> EvidenceVersion:
    """The file sent last as this evidence. Every evidence has one."""
    newest = select(EvidenceVersion).where(EvidenceVersion.evidence_id == evidence.id).order_by(EvidenceVersion.no.desc())
    return db.session.scalars(newest.limit(1)).one()


def newest_reading(evidence: Evidence) -> Reading | None:
    """What is known about the newest version: its newest reading, or None while it is received or checked."""
    version = newest_version(evidence)
    if version.state in UNDECIDED:
        return None
    newest = select(Reading).where(Reading.evidence_version_id == version.id).order_by(Reading.no.desc())
    return db.session.scalar(newest.limit(1))


def open_file(actor: Actor, version: EvidenceVersion) -> IO[bytes]:
    """The supplier's own bytes, verified against their SHA-256 (DL-4). The caller closes it.

    Raises NotFound when they are not the actor's, or are not kept (refused, or still in quarantine).
    """
    if not actor.is_supplier or version.evidence.supplier_id != actor.organisation_id or version.evidence.erased_at is not None:
        raise NotFound()
    return _verified(version)


def open_cited_file(actor: Actor, reading: Reading) -> IO[bytes]:
    """The bytes behind a cited reading, for staff. `reading` comes from `reporting.access.evidence_cited_for`, which
    has looked at the actor's duty; this only refuses suppliers, who have `open_file`."""
    if not actor.is_staff or reading.evidence_version.evidence.erased_at is not None:
        raise NotFound()
    return _verified(reading.evidence_version)


def _verified(version: EvidenceVersion) -> IO[bytes]:
    if version.blob is None:
        raise NotFound()
    try:
        return storage().open(version.blob.storage_key, sha256=version.blob.sha256)
    except (StorageCorrupt, StorageMissing):
        # An incident, never an answer with other bytes than those that were sent in.
        log.critical("the bytes of version %s are gone or are not those that were sent in", version.id)
        raise
