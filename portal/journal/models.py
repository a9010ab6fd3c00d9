"""Tables of the journal: the hash chain, the personal values it must be able to forget, and the outbox of mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.db import Json, UtcDateTime, db
from portal.foundation.ids import new_id
from portal.journal import rules


class PersonalValue(db.Model):
    """A name or an address that an entry refers to. The chain holds only its salted hash, so erasing it breaks nothing (AD-6)."""

    __tablename__ = "personal_value"

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    salt: Mapped[str] = mapped_column(String(32))
    value: Mapped[str | None]


class JournalEntry(db.Model):
    """One thing that happened. Never edited, never deleted (triggers refuse it); `hash` covers every column and the hash before it."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        UniqueConstraint("chain", "prev_hash"),
        Index("ix_journal_entry_subject", "subject_kind", "subject_id"),
        Index("ix_journal_entry_agreement_id", "agreement_id"),
        Index("ix_journal_entry_actor_id", "actor_id"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    chain: Mapped[str] = mapped_column(String(20))  # a municipality's organisation id, or "global"
    seq: Mapped[int]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    verb: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(20))
    agreement_id: Mapped[str | None] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(20))
    actor_organisation: Mapped[str] = mapped_column(String(20))
    actor_name_id: Mapped[str | None] = mapped_column(ForeignKey("personal_value.id"))
    actor_name_hash: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(12))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    actor_name: Mapped[PersonalValue | None] = relationship(lazy="joined")

    @property
    def body(self) -> dict[str, Any]:
        """Every column that the hash covers; the name itself is not among them, only its salted hash."""
        return {
            "id": self.id,
            "chain": self.chain,
            "at": rules.instant(self.at),
            "verb": self.verb,
            "subject": [self.subject_kind, self.subject_id],
            "agreement": self.agreement_id,
            "actor": [self.actor_id, self.actor_organisation, self.actor_name_hash],
            "request": self.request_id,
            "params": self.params,
        }

    @property
    def who(self) -> str:
        """The name of whoever did it, as it was then; a neutral word once it has been erased."""
        return (self.actor_name.value if self.actor_name else None) or rules.FORGOTTEN

    @property
    def sentence(self) -> str:
        """What happened, in bokmål. Personal parameters are filled in by `access.history`."""
        known: dict[str, str] = getattr(self, "personal", {})
        params = {
            name: known.get(value["personal"], rules.FORGOTTEN) if isinstance(value, dict) and "personal" in value else value
            for name, value in self.params.items()
        }
        return rules.sentence(self.verb, params, self.who)


class Notice(db.Model):
    """A mail that shall leave once: written with what it tells about, sent afterwards by the worker."""

    __tablename__ = "notice"
    __table_args__ = (CheckConstraint("state in ('queued', 'sent', 'failed')", name="state"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=new_id)
    dedupe: Mapped[str] = mapped_column(String(160), unique=True)
    buyer_id: Mapped[str | None] = mapped_column(String(20), index=True)
    to_email: Mapped[str] = mapped_column(String(320))
    template: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(20), index=True)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None]


UNCHANGEABLE_SQLITE = tuple(
    f"""CREATE TRIGGER IF NOT EXISTS journal_entry_no_{deed} BEFORE {deed.upper()} ON journal_entry
BEGIN SELECT RAISE(ABORT, 'a journal entry is never changed or deleted'); END"""
    for deed in ("update", "delete")
)
UNCHANGEABLE_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION journal_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a journal entry is never changed or deleted'; END $$""",
    """CREATE OR REPLACE TRIGGER journal_entry_no_change BEFORE UPDATE OR DELETE ON journal_entry
FOR EACH ROW EXECUTE FUNCTION journal_entry_is_kept()""",
)
"""The statements that make the journal unchangeable (AD-5): run after the table is made, here and in the migrations."""

for _dialect, _statements in (("sqlite", UNCHANGEABLE_SQLITE), ("postgresql", UNCHANGEABLE_POSTGRESQL)):
    for _statement in _statements:
        event.listen(JournalEntry.__table__, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect))
