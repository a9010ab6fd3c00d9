"""The recorded outcome of verification: one row per check, metric and verdict of a submission. Frozen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agreements.models import Pin
from portal.foundation.db import Json, UtcDateTime, db
from portal.foundation.ids import new_id
from portal.reporting.models import Submission


class Result(db.Model):
    """`kind` = verdict (name = the metric; one row per part of the period) or flag (name = the check; its flags in details, `no` keeps the order)."""

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("submission_id", "pin_id", "kind", "name", "part_from", "no"),
        CheckConstraint("kind in ('verdict', 'flag')", name="kind"),
        Index("ix_result_name", "name"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), index=True)
    pin_id: Mapped[str] = mapped_column(ForeignKey("pin.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60))
    no: Mapped[int] = mapped_column(default=1)
    rules_version: Mapped[str] = mapped_column(String(20))
    part_from: Mapped[date]
    part_to: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(20))  # verification.rules.Outcome, or checks.CheckState
    value: Mapped[float | None] = mapped_column(Numeric(18, 6, asdecimal=False))
    unit: Mapped[str] = mapped_column(String(20), default="")
    numerator: Mapped[float | None] = mapped_column(Numeric(18, 6, asdecimal=False))
    denominator: Mapped[float | None] = mapped_column(Numeric(18, 6, asdecimal=False))
    minimum: Mapped[float | None] = mapped_column(Numeric(18, 6, asdecimal=False))
    promise: Mapped[float | None] = mapped_column(Numeric(18, 6, asdecimal=False))
    method: Mapped[str] = mapped_column(String(12), default="")  # confirmed | indicated | declared | measured | estimated
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # reasons, plates, counts per method, lineage
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    submission: Mapped[Submission] = relationship()
    pin: Mapped[Pin] = relationship()
