"""Tables of the review (kontroll): remarks, a ruling per requirement, one decision per submission."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agreements.models import Pin
from portal.foundation.db import UtcDateTime, db
from portal.foundation.ids import new_id
from portal.reporting.models import Asked, Submission


class Remark(db.Model):
    """A controller's words on a submission: to the supplier, or internal (never leaves the municipality, decision 47)."""

    __tablename__ = "remark"
    __table_args__ = (CheckConstraint("audience in ('supplier', 'internal')", name="audience"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), index=True)
    asked_id: Mapped[str | None] = mapped_column(ForeignKey("asked.id"))
    pin_id: Mapped[str | None] = mapped_column(ForeignKey("pin.id"))
    audience: Mapped[str] = mapped_column(String(10))
    text: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[str] = mapped_column(String(20))
    written_by_name: Mapped[str] = mapped_column(String(200))

    submission: Mapped[Submission] = relationship()
    asked: Mapped[Asked | None] = relationship()
    pin: Mapped[Pin | None] = relationship()


class Ruling(db.Model):
    """What a person decided about one requirement: met, not_met, cannot_decide or exempt. The machine only proposes."""

    __tablename__ = "ruling"
    __table_args__ = (
        UniqueConstraint("submission_id", "pin_id"),
        CheckConstraint("value in ('met', 'not_met', 'cannot_decide', 'exempt')", name="value"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), index=True)
    pin_id: Mapped[str] = mapped_column(ForeignKey("pin.id"), index=True)
    value: Mapped[str] = mapped_column(String(16))
    proposed: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(default="")
    ruled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ruled_by: Mapped[str] = mapped_column(String(20))
    ruled_by_name: Mapped[str] = mapped_column(String(200))

    pin: Mapped[Pin] = relationship()


class Decision(db.Model):
    """Approved or returned: exactly one per submission, whoever presses first (CO-3)."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("value in ('approved', 'returned')", name="value"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), unique=True)
    value: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(20))
    decided_by_name: Mapped[str] = mapped_column(String(200))

    submission: Mapped[Submission] = relationship()
