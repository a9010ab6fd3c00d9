"""Who may read the log: staff their own municipality's, a supplier what is about one thing that its own page has loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.journal import rules
from portal.journal.models import JournalEntry, Notice, PersonalValue


def history(
    actor: Actor,
    *,
    subject: tuple[str, str] | None = None,
    agreement_id: str | None = None,
    limit: int = 200,
) -> list[JournalEntry]:
    """What happened, newest first. `entry.who`, `entry.at` and `entry.sentence` are what a page shows.

    A supplier must name a subject that its own view has already loaded, and never sees internal verbs. Raises NotFound
    otherwise.
    """
    wanted = select(JournalEntry).order_by(JournalEntry.at.desc(), JournalEntry.seq.desc()).limit(limit)
    if subject is not None:
        wanted = wanted.where(JournalEntry.subject_kind == subject[0], JournalEntry.subject_id == subject[1])
    if agreement_id is not None:
        wanted = wanted.where(JournalEntry.agreement_id == agreement_id)
    if actor.is_staff:
        wanted = wanted.where(JournalEntry.chain == actor.organisation_id)
    elif actor.is_supplier:
        if subject is None:
            raise NotFound()
        wanted = wanted.where(~JournalEntry.verb.endswith(rules.INTERNAL, autoescape=True))
    entries = list(db.session.scalars(wanted))
    _fill_in_names(entries)
    return entries


def notices_about(actor: Actor, subject: tuple[str, str]) -> list[Notice]:
    """The mails about something, newest first, so that staff see «ikke sendt ennå» (DG-3). Staff only, own municipality."""
    if not actor.is_staff:
        raise NotFound()
    about = (Notice.subject_kind == subject[0], Notice.subject_id == subject[1], Notice.buyer_id == actor.organisation_id)
    return list(db.session.scalars(select(Notice).where(*about).order_by(Notice.created_at.desc())))


def waiting_notice(notice_id: str) -> Notice | None:
    """The notice to send now; None when it has been sent or given up. For the worker."""
    return db.session.scalar(select(Notice).where(Notice.id == notice_id, Notice.state == "queued"))


def check_chains() -> list[rules.ChainCheck]:
    """Walk every chain from its beginning. For the command line: it reads the whole journal."""
    chains = db.session.scalars(select(JournalEntry.chain).distinct().order_by(JournalEntry.chain)).all()
    return [rules.check_chain(chain, _links(chain)) for chain in chains]


def _links(chain: str) -> Iterator[tuple[int, str, str, Mapping[str, Any]]]:
    wanted = select(JournalEntry).where(JournalEntry.chain == chain).order_by(JournalEntry.seq)
    for entry in db.session.scalars(wanted.execution_options(yield_per=500)):
        yield entry.seq, entry.prev_hash, entry.hash, entry.body


def _fill_in_names(entries: list[JournalEntry]) -> None:
    wanted = {value["personal"] for entry in entries for value in entry.params.values() if isinstance(value, dict) and "personal" in value}
    found: dict[str, str] = {}
    if wanted:
        rows = db.session.execute(select(PersonalValue.id, PersonalValue.value).where(PersonalValue.id.in_(wanted)))
        found = {kept: value for kept, value in rows if value is not None}
    for entry in entries:
        entry.personal = found
