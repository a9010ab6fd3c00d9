"""The worker's part of the outbox. A mail server that is down is waited for; one that refuses is believed."""

from __future__ import annotations

from portal.foundation.db import db, unit_of_work
from portal.foundation.jobs import task
from portal.foundation.mail import MailRefused, MailUnavailable, mailer
from portal.journal import access, documents, service


def given_up(reason: str, *, notice_id: str) -> None:
    service.mark_failed(notice_id, reason)


@task("journal.send_notice", own_transactions=True, when_failed=given_up)
def send_notice(notice_id: str) -> None:
    """Send one notice. No transaction is open while the mail server is spoken to, which may take long."""
    notice = access.waiting_notice(notice_id)
    message = documents.letter(notice) if notice else None
    db.session.rollback()
    if message is None:
        return
    try:
        mailer().send(message)
    except MailUnavailable as error:
        with unit_of_work():
            service.mark_waiting(notice_id, str(error))
        raise
    except MailRefused as error:
        with unit_of_work():
            service.mark_failed(notice_id, str(error))
        return
    with unit_of_work():
        service.mark_sent(notice_id)
