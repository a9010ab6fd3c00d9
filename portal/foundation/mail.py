"""How mail leaves: over SMTP, or into a mailbox folder that the demo shows on a page, or into a list in tests.

A mailer sends one finished message and tells the truth about it: it returns when the next server has taken
responsibility, and otherwise raises `MailUnavailable` (try again later) or `MailRefused` (never will). It does not queue
or retry; the outbox does (`journal`), so that a decision never fails because the mail server is down.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, make_msgid, parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app

from portal.foundation import clock

if TYPE_CHECKING:
    from portal.foundation.config import Settings

Encryption = Literal["starttls", "tls", "none"]
TIMEOUT = 10.0  # seconds for each step of the conversation with the mail server

_EXTENSION = "kravsjekk.mail"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PORTS: dict[Encryption, int] = {"starttls": 587, "tls": 465, "none": 25}


class MailError(Exception):
    """The message was not taken over; the subclass says whether it is worth trying again."""


class MailUnavailable(MailError):
    """The mail server did not answer, or asked us to come back: the same message may succeed later."""


class MailRefused(MailError):
    """The mail server refused this message or this recipient for good."""


class Mailer(Protocol):
    """A way out for mail."""

    def send(self, message: EmailMessage) -> None:
        """Hand over one message with To, Subject and a body; From, Date and Message-ID are filled in when missing.

        Sending a message with the same Message-ID twice is harmless: mail is at-least-once.
        Raises MailUnavailable or MailRefused.
        """


class SmtpMailer:
    """Real mail. Encrypted with STARTTLS unless told otherwise; a password never travels unencrypted over a network."""

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        sender: str,
        username: str = "",
        password: str = "",
        encryption: Encryption = "starttls",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if username and encryption == "none" and host not in _LOOPBACK:
            raise ValueError("a user name and password over an unencrypted connection: use starttls or smtps://")
        self.host = host
        self.port = port or _PORTS[encryption]
        self.sender = sender
        self.encryption = encryption
        self._username = username
        self._password = password
        self._tls = tls or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        complete(message, self.sender)
        with self._connected() as server:
            try:
                refused = server.send_message(message)
                if refused:  # a notice has one recipient; where there are several, a partial refusal is still a refusal
                    raise smtplib.SMTPRecipientsRefused(refused)
            except smtplib.SMTPRecipientsRefused as error:
                answers = list(error.recipients.values())
                reason = "; ".join(f"{code} {_text(text)}" for code, text in answers)
                raise (MailRefused if all(code >= 500 for code, _ in answers) else MailUnavailable)(reason) from error
            except smtplib.SMTPResponseException as error:
                kind = MailRefused if error.smtp_code >= 500 else MailUnavailable
                raise kind(f"{error.smtp_code} {_text(error.smtp_error)}") from error
            except smtplib.SMTPNotSupportedError as error:
                raise MailRefused("the mail server takes no addresses with letters outside a-z") from error
            except (smtplib.SMTPException, OSError) as error:
                raise MailUnavailable(f"{type(error).__name__}: {error}") from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection that is ready to send. What goes wrong here (no answer, no STARTTLS, a certificate or password
        that is not accepted) is the set-up's fault and not the message's, so the mail waits until somebody mends it."""
        server: smtplib.SMTP | None = None
        try:
            if self.encryption == "tls":
                server = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=self._tls)
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
            if self.encryption == "starttls":
                server.starttls(context=self._tls)
            if self._username:
                server.login(self._username, self._password)
        except (smtplib.SMTPException, OSError) as error:
            if server is not None:
                server.close()
            reason = _text(error.smtp_error) if isinstance(error, smtplib.SMTPResponseException) else str(error)
            raise MailUnavailable(f"{type(error).__name__}: {reason}") from error
        with server:
            yield server


@dataclass(frozen=True)
class StoredMail:
    """A message in the demo's mailbox. `id` is safe in an address; `sent_at` is product time, aware, UTC."""

    id: str
    to: tuple[str, ...]
    subject: str
    sent_at: datetime
    text: str


class MailboxMailer:
    """Mail as files in a folder, shown on a page of the demo. Nothing leaves the machine."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self.folder = folder.absolute()
        self.sender = sender

    def send(self, message: EmailMessage) -> None:
        complete(message, self.sender)
        # The name follows from the Message-ID, so that a message sent twice lies here once.
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:20]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".{name}.{secrets.token_hex(8)}.part"
            part.write_bytes(message.as_bytes())
            os.replace(part, self.folder / f"{name}.eml")
        except OSError as error:
            raise MailUnavailable(f"{type(error).__name__}: {error}") from error

    def messages(self, to: str | None = None) -> list[StoredMail]:
        """What was sent, newest first; with `to`, only what went to that address (upper and lower case are the same)."""
        found = [mail for mail in self._all() if to is None or to.lower() in mail.to]
        return sorted(found, key=lambda mail: (mail.sent_at, mail.id), reverse=True)

    def message(self, id: str) -> StoredMail | None:
        """One message, or None when there is none with this id."""
        return next((mail for mail in self._all() if mail.id == id), None)

    def clear(self) -> None:
        """Empty the mailbox."""
        for path in self.folder.glob("*.eml"):
            path.unlink(missing_ok=True)

    def _all(self) -> Iterator[StoredMail]:
        for path in self.folder.glob("*.eml"):
            try:
                content = path.read_bytes()
            except FileNotFoundError:  # the mailbox was cleared meanwhile
                continue
            yield _as_stored(path.stem, message_from_bytes(content, policy=policy.default))


class ListMailer:
    """Mail into a list, for tests. Set `failure` to see what the portal does when mail is down."""

    def __init__(self, *, sender: str) -> None:
        self.sender = sender
        self.sent: list[EmailMessage] = []
        self.failure: MailError | None = None

    def send(self, message: EmailMessage) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(complete(message, self.sender))


def complete(message: EmailMessage, sender: str) -> EmailMessage:
    """Fill in the From, Date and Message-ID that are missing, and mark the message as sent by a machine (RFC 3834)."""
    if "From" not in message:
        message["From"] = sender
    if "Date" not in message:
        message["Date"] = format_datetime(clock.now())
    if "Message-ID" not in message:
        message["Message-ID"] = make_msgid(domain=parseaddr(str(message["From"]))[1].rpartition("@")[2] or None)
    if "Auto-Submitted" not in message:
        message["Auto-Submitted"] = "auto-generated"
    return message


def from_url(url: str, *, sender: str) -> Mailer:
    """The mailer that a setting names. `sender` is the From of messages that carry none.

    `smtp://user:password@host:587` speaks STARTTLS (`?starttls=no` switches it off, for a relay on this machine or a
    trusted network), `smtps://…:465` is encrypted from the first byte; special characters in the password are
    percent-encoded. `mailbox:FOLDER` keeps mail for a page, `list:` for a test.
    Raises ValueError, whose message says what is wrong and never repeats the password.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "mailbox":
        if not rest:
            raise ValueError("mailbox: needs a folder, for example mailbox:instance/mail")
        return MailboxMailer(Path(rest), sender=sender)
    if scheme == "list":
        return ListMailer(sender=sender)
    if scheme not in ("smtp", "smtps"):
        raise ValueError(f"unknown kind of mail {scheme!r}: use smtp://, smtps:// or mailbox:FOLDER")
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the port of the mail server is not a number; percent-encode special characters") from None
    if not parts.hostname:
        raise ValueError(f"{scheme}:// needs a host, for example {scheme}://user:password@mail.example.no")
    options = parse_qs(parts.query)
    starttls = options.pop("starttls", ["yes"])[-1]
    if options or starttls not in ("yes", "no"):
        raise ValueError("the only parameter of a mail URL is starttls=yes or starttls=no")
    encryption: Encryption = "tls" if scheme == "smtps" else "starttls" if starttls == "yes" else "none"
    return SmtpMailer(
        parts.hostname,
        port,
        sender=sender,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        encryption=encryption,
    )


def init(app: Flask, settings: Settings) -> None:
    """Open the way out that the settings name; `mailer()` answers with it inside this application."""
    app.extensions[_EXTENSION] = from_url(settings.mail_url, sender=settings.mail_from)


def mailer() -> Mailer:
    """The current application's mailer."""
    current: Mailer = current_app.extensions[_EXTENSION]
    return current


def _as_stored(id: str, message: EmailMessage) -> StoredMail:
    body = message.get_body(("plain",))
    sent_at = parsedate_to_datetime(message["Date"])
    return StoredMail(
        id=id,
        to=tuple(address.lower() for _, address in getaddresses(message.get_all("To", []))),
        subject=str(message["Subject"] or ""),
        sent_at=(sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)).astimezone(UTC),
        text=body.get_content() if body is not None else "",
    )


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
