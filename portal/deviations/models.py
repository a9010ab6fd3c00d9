"""Tables of deviations (avvik): the case, its entries (never edited), and the evidence sent to prove the remedy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agreements.models import Party, Pin
from portal.evidence.models import Evidence
from portal.foundation.db import Json, UtcDateTime, db
from portal.foundation.ids import new_id
from portal.reporting.models import Submission


class Deviation(db.Model):
    """A fact that does not match a pinned requirement. States and allowed moves: deviations.rules (decision 24)."""

    __tablename__ = "deviation"
    __table_args__ = (
        UniqueConstraint("buyer_id", "number"),
        CheckConstraint("state in ('draft', 'sent', 'answered', 'plan_accepted', 'proven', 'closed', 'escalated')", name="state"),
        CheckConstraint("severity in ('minor', 'significant', 'serious')", name="severity"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    buyer_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    supplier_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))  # AV-2026-003
    party_id: Mapped[str] = mapped_column(ForeignKey("party.id"), index=True)
    pin_id: Mapped[str] = mapped_column(ForeignKey("pin.id"), index=True)
    submission_id: Mapped[str | None] = mapped_column(ForeignKey("submission.id"))
    state: Mapped[str] = mapped_column(String(14), default="draft")
    severity: Mapped[str] = mapped_column(String(12))
    clause_reference: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str]  # what was found, in words, as sent to the supplier
    internal_note: Mapped[str] = mapped_column(default="")
    facts_known_on: Mapped[date]
    due_on: Mapped[date | None]  # the clock of whoever holds the ball
    # The plan's measurable test: {"kind", "metric", "operator", "value", "as_of"}; None until an answer is sent
    plan_test: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(20))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_on_data: Mapped[bool | None]
    version: Mapped[int] = mapped_column(default=1)

    party: Mapped[Party] = relationship(lazy="joined")
    pin: Mapped[Pin] = relationship(lazy="joined")
    submission: Mapped[Submission | None] = relationship()
    __mapper_args__ = {"version_id_col": version}


class DeviationEntry(db.Model):
    """One step in a deviation's life: code and parameters, with who and when."""

    __tablename__ = "deviation_entry"
    __table_args__ = (UniqueConstraint("deviation_id", "no"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    deviation_id: Mapped[str] = mapped_column(ForeignKey("deviation.id"), index=True)
    no: Mapped[int]
    kind: Mapped[str] = mapped_column(String(24))  # deviations.rules.EntryKind
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    internal: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(20))
    by_name: Mapped[str] = mapped_column(String(200))
    by_organisation: Mapped[str] = mapped_column(String(200))


class DeviationEvidence(db.Model):
    """Evidence that the supplier sent for this deviation, and how the plan's test came out on it."""

    __tablename__ = "deviation_evidence"
    __table_args__ = (UniqueConstraint("deviation_id", "evidence_id"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    deviation_id: Mapped[str] = mapped_column(ForeignKey("deviation.id"), index=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(Json)  # deviations.rules.ProofOutcome as JSON, None until read

    evidence: Mapped[Evidence] = relationship(lazy="joined")
