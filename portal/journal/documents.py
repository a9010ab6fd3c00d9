"""The mails: templates/mail/<template>.txt, whose first line is the subject ("Emne: …")."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask import current_app, render_template

from portal.foundation.config import Settings
from portal.foundation.i18n import format_date
from portal.journal.models import Notice
from portal.journal.rules import derived_code, derived_token

SUBJECT = "Emne:"


def letter(notice: Notice) -> EmailMessage:
    """The mail of a notice, ready to send. Its Message-ID follows from the notice, so that sending twice is harmless.

    Parameters are JSON, so a date is told with `day(…)`. Addresses are permanent (decision 14). A one-time secret is derived here, from the application's key and the id of
    what it opens: `one_time_token(purpose, id)` and `one_time_code(purpose, id)`.
    Raises ValueError when the template has no subject line.
    """
    settings: Settings = current_app.extensions["settings"]
    text = render_template(
        f"mail/{notice.template}.txt",
        base_url=settings.base_url,
        day=lambda written: format_date(date.fromisoformat(written)),
        one_time_token=lambda purpose, about: derived_token(settings.secret_key, purpose, about),
        one_time_code=lambda purpose, about: derived_code(settings.secret_key, purpose, about),
        **notice.params,
    )
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith(SUBJECT):
        raise ValueError(f"mail/{notice.template}.txt must begin with «{SUBJECT} …»")
    message = EmailMessage()
    message["To"] = notice.to_email
    message["Subject"] = " ".join(first.removeprefix(SUBJECT).split())
    message["Message-ID"] = f"<{notice.id}@{urlsplit(settings.base_url).hostname or 'kravsjekk'}>"
    message.set_content(body.strip() + "\n")
    return message
