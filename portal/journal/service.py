"""Write down what happened, and leave mail in the outbox. Both in the transaction of their cause; nothing here commits."""

from __future__ import annotations

import secrets
from datetime import UTC
from typing import Any

from flask import g, has_request_context
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.foundation import clock, jobs
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import db, is_sqlite
from portal.foundation.ids import new_id
from portal.journal import rules
from portal.journal.models import JournalEntry, Notice, PersonalValue


def record(
    actor: Actor,
    verb: str,
    *,
    buyer_id: str | None,
    subject: tuple[str, str],
    agreement_id: str | None = None,
    **params: Any,
) -> JournalEntry:
    """Add one entry to the municipality's chain (`buyer_id`), or to the global one (None).

    `subject` is (kind, id) of what it is about; `params` become JSON (dates in ISO form), and a `rules.Personal` among them
    is kept beside the chain. Flushes. The chain's head is read under SQLite's write lock or PostgreSQL's advisory lock, so
    that two processes never write the same number.
    """
    chain = buyer_id or rules.GLOBAL_CHAIN
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"journal:{chain}"))))
    head = db.session.execute(
        select(JournalEntry.seq, JournalEntry.hash).where(JournalEntry.chain == chain).order_by(JournalEntry.seq.desc()).limit(1)
    ).first()
    name = _name_of(actor)
    entry = JournalEntry(
        id=new_id(),
        chain=chain,
        seq=head.seq + 1 if head else 1,
        prev_hash=head.hash if head else rules.BEGINNING,
        at=clock.now().astimezone(UTC),
        verb=verb,
        subject_kind=subject[0],
        subject_id=subject[1],
        agreement_id=agreement_id,
        actor_id=actor.person_id,
        actor_organisation=actor.organisation_id,
        actor_name=name,
        actor_name_hash=rules.salted_hash(name.salt, actor.name),
        request_id=g.get("request_id") if has_request_context() else None,
        params={key: _kept(value) for key, value in params.items()},
    )
    entry.hash = rules.entry_hash(entry.prev_hash, entry.seq, entry.body)
    db.session.add(entry)
    db.session.flush()
    return entry


def notify(
    to_email: str,
    template: str,
    *,
    dedupe: str,
    buyer_id: str | None = None,
    subject: tuple[str, str] | None = None,
    **params: Any,
) -> Notice | None:
    """Leave a mail in the outbox: written with its cause, sent by the worker after the commit, once per `dedupe` key.

    `template` is templates/mail/<template>.txt, which gets `params`. Returns None when the key has been used, or when there
    is no address to send to (a missing contact is a task for people, not a failure).
    """
    if not to_email:
        return None
    notice = Notice(
        id=new_id(),
        dedupe=dedupe,
        buyer_id=buyer_id,
        to_email=to_email,
        template=template,
        params=rules.plain(params),
        subject_kind=subject[0] if subject else None,
        subject_id=subject[1] if subject else None,
        created_at=clock.now(),
    )
    if db.session.scalar(select(Notice.id).where(Notice.dedupe == dedupe)) is not None:
        return None
    try:
        with db.session.begin_nested():
            db.session.add(notice)
    except IntegrityError:  # another transaction took the key meanwhile
        return None
    jobs.enqueue("journal.send_notice", notice_id=notice.id)
    return notice


def mark_sent(notice_id: str) -> None:
    """The next mail server has taken responsibility."""
    sent = update(Notice).where(Notice.id == notice_id, Notice.state != "sent")
    db.session.execute(sent.values(state="sent", sent_at=clock.now(), last_error=None))


def mark_waiting(notice_id: str, reason: str) -> None:
    """Mail is down: the notice waits, and says why (DG-3)."""
    db.session.execute(update(Notice).where(Notice.id == notice_id, Notice.state == "queued").values(last_error=reason[:500]))


def mark_failed(notice_id: str, reason: str) -> None:
    """It will never arrive; the municipality sees it in its log, without the address."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.state == "sent":
        return
    notice.state, notice.last_error = "failed", reason[:500]
    about = (notice.subject_kind or "notice", notice.subject_id or notice.id)
    record(SYSTEM, "notice.failed", buyer_id=notice.buyer_id, subject=about, template=notice.template, reason=_without_address(reason, notice))


def _without_address(reason: str, notice: Notice) -> str:
    return reason.replace(notice.to_email, "…")[:200]


def _name_of(actor: Actor) -> PersonalValue:
    """The kept value of this person's present name: one row per name, however many entries she makes."""
    known = db.session.scalar(
        select(PersonalValue)
        .join(JournalEntry, JournalEntry.actor_name_id == PersonalValue.id)
        .where(JournalEntry.actor_id == actor.person_id, PersonalValue.value == actor.name)
        .limit(1)
    )
    return known or _keep(actor.name)


def _keep(value: str) -> PersonalValue:
    kept = PersonalValue(id=new_id(), salt=secrets.token_hex(16), value=value)
    db.session.add(kept)
    return kept


def _kept(value: Any) -> Any:
    if isinstance(value, rules.Personal):
        kept = _keep(value.value)
        return {"personal": kept.id, "hash": rules.salted_hash(kept.salt, value.value)}
    return rules.plain(value)
