"""Tables of agreements: the contract, its parties and people, the requirements pinned to it and what was promised."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.catalogue.models import RequirementVersion
from portal.foundation.db import UtcDateTime, db
from portal.foundation.ids import new_id
from portal.identity.models import Organisation, Person


class Agreement(db.Model):
    """A contract of one municipality. The signed text binds; this is its register card."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("buyer_id", "number"),
        CheckConstraint("state in ('draft', 'running', 'ended')", name="state"),
        CheckConstraint("ends_on >= starts_on", name="period"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    buyer_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))  # agreements.rules.AgreementKind
    category: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    option_on: Mapped[date | None]  # the day an option must be decided
    option_note: Mapped[str] = mapped_column(default="")
    annual_value_nok: Mapped[int | None]  # kroner a year excluding VAT, stated by the adviser
    unit: Mapped[str] = mapped_column(String(120), default="")
    case_number: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    buyer: Mapped[Organisation] = relationship()
    __mapper_args__ = {"version_id_col": version}


class Party(db.Model):
    """A supplier in an agreement; a parallel framework has several. A subcontractor points at its `parent`."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("agreement_id", "organisation_id"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("party.id"))
    role: Mapped[str] = mapped_column(String(16), default="supplier")  # supplier | subcontractor
    contact_name: Mapped[str] = mapped_column(String(200), default="")
    contact_email: Mapped[str] = mapped_column(String(320), default="")

    agreement: Mapped[Agreement] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class Assignment(db.Model):
    """A person's duty on an agreement: controller, deputy, contract_manager, adviser or owner, within dates."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("agreement_id", "person_id", "duty"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    duty: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(lazy="joined")


class Pin(db.Model):
    """A requirement as agreed. A standard one points at its version; an own wording holds its text, and it binds as it stands.

    Without a `clause_reference` it is voluntary and can never become a deviation (decision 37). Changing a pin makes a new
    one that supersedes it.
    """

    __tablename__ = "pin"

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"), index=True)
    requirement_version_id: Mapped[str | None] = mapped_column(ForeignKey("requirement_version.id"), index=True)
    own_title: Mapped[str] = mapped_column(String(200), default="")
    own_text: Mapped[str] = mapped_column(default="")
    position: Mapped[int]
    frequency: Mapped[str] = mapped_column(String(12))
    clause_reference: Mapped[str] = mapped_column(String(40), default="")
    sanction_text: Mapped[str] = mapped_column(default="")
    notice_days: Mapped[int | None]
    supersedes_id: Mapped[str | None] = mapped_column(ForeignKey("pin.id"))
    pinned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    pinned_by: Mapped[str] = mapped_column(String(20))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    agreement: Mapped[Agreement] = relationship()
    requirement_version: Mapped[RequirementVersion | None] = relationship(lazy="joined")
    agreed_steps: Mapped[list[AgreedStep]] = relationship(order_by="AgreedStep.from_date", lazy="selectin")
    dispensations: Mapped[list[Dispensation]] = relationship(order_by="Dispensation.from_date", lazy="selectin")


class AgreedStep(db.Model):
    """A threshold (minimum) or a promise as agreed, from a date; for one party where the framework is parallel."""

    __tablename__ = "agreed_step"
    __table_args__ = (
        UniqueConstraint("pin_id", "party_id", "role", "from_date"),
        CheckConstraint("role in ('minimum', 'promise')", name="role"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    pin_id: Mapped[str] = mapped_column(ForeignKey("pin.id"), index=True)
    party_id: Mapped[str | None] = mapped_column(ForeignKey("party.id"))
    role: Mapped[str] = mapped_column(String(10))
    from_date: Mapped[date]
    value: Mapped[float] = mapped_column(Numeric(14, 4, asdecimal=False))
    source: Mapped[str] = mapped_column(String(200), default="")


class Dispensation(db.Model):
    """A statutory exemption (the county's) or a contract waiver (the municipality's own): one never gives the other (decision 38)."""

    __tablename__ = "dispensation"
    __table_args__ = (CheckConstraint("kind in ('statutory_exemption', 'contract_waiver')", name="kind"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    pin_id: Mapped[str] = mapped_column(ForeignKey("pin.id"), index=True)
    party_id: Mapped[str | None] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[str] = mapped_column(String(24))
    from_date: Mapped[date]
    to_date: Mapped[date]
    plates: Mapped[str] = mapped_column(default="")  # the vehicles it covers, separated by spaces; empty = all
    reason: Mapped[str]
    approver: Mapped[str] = mapped_column(String(200))
