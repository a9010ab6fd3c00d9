"""Tables of the catalogue: requirements, their immutable versions, threshold steps, the question bank, evidence demands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.foundation.db import Json, UtcDateTime, db
from portal.foundation.errors import WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.identity.models import Organisation


class Requirement(db.Model):
    """A requirement of one municipality under a stable code (DRO-01). What it says stands in its versions."""

    __tablename__ = "requirement"
    __table_args__ = (UniqueConstraint("buyer_id", "code"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    buyer_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    code: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(40))

    buyer: Mapped[Organisation] = relationship()


class RequirementVersion(db.Model):
    """The wording, metric and steps of a requirement at a time. Immutable once published."""

    __tablename__ = "requirement_version"
    __table_args__ = (
        UniqueConstraint("requirement_id", "no"),
        CheckConstraint("state in ('draft', 'published')", name="state"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    requirement_id: Mapped[str] = mapped_column(ForeignKey("requirement.id"), index=True)
    no: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    title: Mapped[dict[str, str]] = mapped_column(Json)
    text: Mapped[dict[str, str]] = mapped_column(Json)
    clause: Mapped[str] = mapped_column(String(24))  # catalogue.rules.Clause
    binding: Mapped[str] = mapped_column(String(10))  # minimum | offered
    metric_name: Mapped[str] = mapped_column(String(60))
    metric_definition: Mapped[str]
    operator: Mapped[str] = mapped_column(String(10))  # >= | <= | == | exists | reported
    unit: Mapped[str] = mapped_column(String(20))
    frequency: Mapped[str] = mapped_column(String(12))
    pinnable: Mapped[bool] = mapped_column(default=True)
    controlled_by: Mapped[str] = mapped_column(String(12), default="supplier")  # supplier | municipality | shared
    usual_severity: Mapped[str] = mapped_column(String(12))
    severity_note: Mapped[str] = mapped_column(default="")
    checks: Mapped[list[str]] = mapped_column(Json, default=list)
    step_basis: Mapped[str] = mapped_column(default="")
    basis: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)

    requirement: Mapped[Requirement] = relationship(lazy="joined")
    steps: Mapped[list[RequirementStep]] = relationship(order_by="RequirementStep.from_date", lazy="selectin", back_populates="requirement_version")
    questions: Mapped[list[VersionQuestion]] = relationship(order_by="VersionQuestion.position", lazy="selectin")
    demands: Mapped[list[EvidenceDemand]] = relationship(order_by="EvidenceDemand.position", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}


class RequirementStep(db.Model):
    """The minimum from a date until the next step (in the version's unit)."""

    __tablename__ = "requirement_step"
    __table_args__ = (UniqueConstraint("version_id", "from_date"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    version_id: Mapped[str] = mapped_column(ForeignKey("requirement_version.id"), index=True)
    from_date: Mapped[date]
    value: Mapped[float] = mapped_column(Numeric(14, 4, asdecimal=False))

    requirement_version: Mapped[RequirementVersion] = relationship(back_populates="steps")


class Question(db.Model):
    """One question of the bank. The same code on two requirements is asked once (decision 20)."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("buyer_id", "code", "no"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    buyer_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    code: Mapped[str] = mapped_column(String(80))
    no: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(12))  # reporting.answers: number | yesno | text
    unit: Mapped[str] = mapped_column(String(20), default="")
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    help: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    feeds: Mapped[str] = mapped_column(String(60), default="")  # the metric this answer is, if any


class VersionQuestion(db.Model):
    """Which questions a version asks, in order."""

    __tablename__ = "version_question"

    version_id: Mapped[str] = mapped_column(ForeignKey("requirement_version.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("question.id"), primary_key=True)
    position: Mapped[int]

    question: Mapped[Question] = relationship(lazy="joined")


class EvidenceDemand(db.Model):
    """What a version wants to see. `demand` is the catalogue's word, `kind` the reader's kind, or "" where none reads it yet."""

    __tablename__ = "evidence_demand"
    __table_args__ = (UniqueConstraint("version_id", "demand"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    version_id: Mapped[str] = mapped_column(ForeignKey("requirement_version.id"), index=True)
    demand: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40), default="")
    position: Mapped[int]


@event.listens_for(Session, "before_flush")
def _refuse_to_change_what_is_published(session: Session, _context: object, _instances: object) -> None:
    """A published version, its parts and any question of the bank never change, whoever tries (the catalogue's first invariant)."""
    edited = [row for row in session.dirty if session.is_modified(row)] + list(session.deleted)
    if any(isinstance(row, Question) or (isinstance(row, RequirementVersion) and _was_published(row)) for row in edited):
        raise WrongState(_("Publiserte krav og spørsmål endres ikke. Lag en ny versjon i stedet."))
    for row in (*session.new, *edited):
        if isinstance(row, RequirementStep | VersionQuestion | EvidenceDemand) and row.version_id is not None:
            with session.no_autoflush:
                owner = session.get(RequirementVersion, row.version_id)
            if owner is not None and _was_published(owner):
                raise WrongState(_("Publiserte krav og spørsmål endres ikke. Lag en ny versjon i stedet."))


def _was_published(version: RequirementVersion) -> bool:
    history: Any = inspect(version).attrs.state.history
    return "published" in (history.deleted or history.unchanged or ())
