"""Tables of reporting: rounds, questionnaires with their copied questions, answers, citations, frozen submissions, returns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.agreements.models import Agreement, Party, Pin
from portal.evidence.models import Evidence, Reading
from portal.foundation.db import Json, UtcDateTime, db
from portal.foundation.ids import new_id


class Round(db.Model):
    """One reporting period of one agreement: two local dates and a label, never an enum (decision 8)."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("agreement_id", "period_from", "period_to"),
        CheckConstraint("state in ('planned', 'open', 'closed')", name="state"),
        CheckConstraint("period_to >= period_from", name="period"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"), index=True)
    period_from: Mapped[date]
    period_to: Mapped[date]
    label: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10), default="planned")
    opens_on: Mapped[date]
    due_on: Mapped[date]  # kl. 23.59.59 Europe/Oslo; marks late
    closes_on: Mapped[date]  # kl. 23.59.59 Europe/Oslo; locks
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by: Mapped[str | None] = mapped_column(String(20))

    agreement: Mapped[Agreement] = relationship(lazy="joined")


class Questionnaire(db.Model):
    """What one party is asked for one period. States: reporting.rules.QuestionnaireState."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        UniqueConstraint("round_id", "party_id"),
        CheckConstraint("state in ('open', 'submitted', 'returned', 'approved')", name="state"),
        Index("ix_questionnaire_state", "state"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    party_id: Mapped[str] = mapped_column(ForeignKey("party.id"), index=True)
    buyer_id: Mapped[str] = mapped_column(String(20), index=True)  # the municipality and the supplier, copied so that
    supplier_id: Mapped[str] = mapped_column(String(20), index=True)  # every load can start from the actor
    state: Mapped[str] = mapped_column(String(10), default="open")
    due_on: Mapped[date]  # the round's, or the extended one
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    round: Mapped[Round] = relationship(lazy="joined")
    party: Mapped[Party] = relationship(lazy="joined")
    __mapper_args__ = {"version_id_col": version}


class Asked(db.Model):
    """One question as it was asked: a copy that no later catalogue edit moves. Serves one or several pins."""

    __tablename__ = "asked"
    __table_args__ = (UniqueConstraint("questionnaire_id", "code", "part_from"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaire.id"), index=True)
    code: Mapped[str] = mapped_column(String(80))  # bank code, "evidence:<kind>" or "explanation:<pin>"
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))  # number | yesno | text | evidence | explanation
    unit: Mapped[str] = mapped_column(String(20), default="")
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    help: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    feeds: Mapped[str] = mapped_column(String(60), default="")
    evidence_kind: Mapped[str] = mapped_column(String(40), default="")
    required: Mapped[bool] = mapped_column(default=True)
    part_from: Mapped[date]  # the part of the period it is about (a period is split where a threshold steps)
    part_to: Mapped[date]

    questionnaire: Mapped[Questionnaire] = relationship()
    pins: Mapped[list[Pin]] = relationship(secondary="asked_pin", lazy="selectin", order_by=Pin.position)


class AskedPin(db.Model):
    """Which pinned requirements a question serves."""

    __tablename__ = "asked_pin"

    asked_id: Mapped[str] = mapped_column(ForeignKey("asked.id"), primary_key=True)
    pin_id: Mapped[str] = mapped_column(ForeignKey("pin.id"), primary_key=True)


class Answer(db.Model):
    """The newest answer, kept as typed, also when invalid. `value` is what the typed text means, absent when it means nothing yet."""

    __tablename__ = "answer"

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    asked_id: Mapped[str] = mapped_column(ForeignKey("asked.id"), unique=True)
    raw: Mapped[str] = mapped_column(default="")
    value: Mapped[Any | None] = mapped_column(Json)
    problem: Mapped[str] = mapped_column(String(40), default="")  # code of reporting.answers, "" when valid
    cannot_because: Mapped[str] = mapped_column(default="")  # "Kan ikke skaffes, fordi …" (decision 42)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(String(20))
    saved_by_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    asked: Mapped[Asked] = relationship()
    __mapper_args__ = {"version_id_col": version}


class AnswerRevision(db.Model):
    """Every text an answer has had (decision 17: autosaves are revisions, not journal entries)."""

    __tablename__ = "answer_revision"
    __table_args__ = (UniqueConstraint("answer_id", "no"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    answer_id: Mapped[str] = mapped_column(ForeignKey("answer.id"), index=True)
    no: Mapped[int]
    raw: Mapped[str]
    cannot_because: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_name: Mapped[str] = mapped_column(String(200))


class Citation(db.Model):
    """Evidence that an evidence question points at. A draft follows the newest reading; a submission freezes which one."""

    __tablename__ = "citation"
    __table_args__ = (UniqueConstraint("asked_id", "evidence_id"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    asked_id: Mapped[str] = mapped_column(ForeignKey("asked.id"), index=True)
    evidence_id: Mapped[str] = mapped_column(ForeignKey("evidence.id"), index=True)
    cited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cited_by_name: Mapped[str] = mapped_column(String(200))

    asked: Mapped[Asked] = relationship()
    evidence: Mapped[Evidence] = relationship(lazy="joined")


class Submission(db.Model):
    """What was sent in, frozen as a package with its sha-256; numbered 1, 2, … per questionnaire."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("questionnaire_id", "no"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaire.id"), index=True)
    no: Mapped[int]
    package: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(12))  # short code shown to the supplier
    late: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by: Mapped[str] = mapped_column(String(20))
    submitted_by_name: Mapped[str] = mapped_column(String(200))

    questionnaire: Mapped[Questionnaire] = relationship(lazy="joined")


class SubmittedReading(db.Model):
    """Which readings a submission froze: real foreign keys beside the package, so that a cited file cannot vanish unseen."""

    __tablename__ = "submitted_reading"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    asked_id: Mapped[str] = mapped_column(ForeignKey("asked.id"), primary_key=True)
    reading_id: Mapped[str] = mapped_column(ForeignKey("reading.id"), primary_key=True)

    reading: Mapped[Reading] = relationship()


class ReturnedAsked(db.Model):
    """A question opened again after a submission ("Vi trenger mer fra dere"), for the requirement it was returned for."""

    __tablename__ = "returned_asked"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    asked_id: Mapped[str] = mapped_column(ForeignKey("asked.id"), primary_key=True)
    comment: Mapped[str]
    due_on: Mapped[date]
    returned_at: Mapped[datetime] = mapped_column(UtcDateTime)

    asked: Mapped[Asked] = relationship()
