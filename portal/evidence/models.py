"""Tables of evidence: a supplier's files, their versions, the bytes, and every reading made of them (decision 26)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.db import Json, UtcDateTime, db
from portal.foundation.ids import new_id
from portal.identity.models import Organisation


class Blob(db.Model):
    """Bytes kept once per supplier under their sha-256."""

    __tablename__ = "blob"
    __table_args__ = (UniqueConstraint("supplier_id", "sha256"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    supplier_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    storage_key: Mapped[str] = mapped_column(String(200), unique=True)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Evidence(db.Model):
    """A document that the supplier owns and that answers cite. `applies_*`: what it is about ("gjelder")."""

    __tablename__ = "evidence"

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    supplier_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    applies_from: Mapped[date | None]
    applies_to: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retention_class: Mapped[str] = mapped_column(String(24), default="agreement")
    keep_until: Mapped[date | None]
    legal_hold: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    supplier: Mapped[Organisation] = relationship()


class EvidenceVersion(db.Model):
    """One file sent as this evidence. States: evidence.rules.EvidenceState; refused bytes are deleted, the row stays."""

    __tablename__ = "evidence_version"
    __table_args__ = (
        UniqueConstraint("evidence_id", "no"),
        CheckConstraint("state in ('receiving', 'checking', 'needs_mapping', 'ready', 'refused')", name="state"),
        CheckConstraint("scan_state in ('clean', 'infected', 'not_scanned')", name="scan_state"),
        Index("ix_evidence_version_state", "state"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    no: Mapped[int] = mapped_column(default=1)
    file_name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16), default="receiving")
    scan_state: Mapped[str] = mapped_column(String(12), default="not_scanned")
    quarantine_key: Mapped[str | None] = mapped_column(String(200))
    blob_id: Mapped[str | None] = mapped_column(ForeignKey("blob.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by: Mapped[str] = mapped_column(String(20))
    received_by_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    evidence: Mapped[Evidence] = relationship(lazy="joined")
    blob: Mapped[Blob | None] = relationship(lazy="joined")
    __mapper_args__ = {"version_id_col": version}


class Reading(db.Model):
    """What one parser version understood of one file. Frozen: a new mapping or parser makes a new reading."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("evidence_version_id", "no"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    evidence_version_id: Mapped[str] = mapped_column(ForeignKey("evidence_version.id"), index=True)
    no: Mapped[int] = mapped_column(default=1)
    parser: Mapped[str] = mapped_column(String(40))
    parser_version: Mapped[str] = mapped_column(String(20))
    mapping: Mapped[dict[str, str] | None] = mapped_column(Json)
    outcome: Mapped[str] = mapped_column(String(24))
    table: Mapped[dict[str, Any] | None] = mapped_column(Json)
    figures: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, deferred=True)  # can be large: loaded when asked for
    rows_key: Mapped[str | None] = mapped_column(String(200))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)

    evidence_version: Mapped[EvidenceVersion] = relationship()


class Finding(db.Model):
    """One remark of the reader: code and parameters, rendered when read, with the place as the user sees it."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("reading_id", "position"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id"), index=True)
    position: Mapped[int]
    level: Mapped[str] = mapped_column(String(8))  # error | warning | hint
    code: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    sheet: Mapped[str | None] = mapped_column(String(120))
    row: Mapped[int | None]
    rows: Mapped[list[int] | None] = mapped_column(Json)
    column: Mapped[str | None] = mapped_column(String(200))
    found: Mapped[str | None] = mapped_column(String(200))
