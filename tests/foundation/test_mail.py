"""Mail over a real SMTP server on the loopback address, into the demo's mailbox, and into a list."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from portal.foundation import clock
from portal.foundation.mail import (
    ListMailer,
    MailboxMailer,
    MailRefused,
    MailUnavailable,
    SmtpMailer,
    from_url,
)

SENDER = "Kravsjekk <ikke-svar@kravsjekk.example>"


def a_message(
    to: str = "kari@taxi.example", subject: str = "Rapport for 1. halvår", text: str = "Hei!\n"
) -> EmailMessage:
    message = EmailMessage()
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
    return message


class Inbox:
    """What the server took, and what it answers instead when told to."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.encrypted: list[bool] = []

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if answer := self.answers.get("DATA"):
            return answer
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


@contextmanager
def running(inbox: Inbox, **options: Any) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, made for this run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of the test's mail server, and is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(
        [*command.split(), "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def encryption(certificate: tuple[Path, Path]) -> dict[str, Any]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return {"tls_context": context, "require_starttls": True}


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


class TestSmtp:
    def test_a_message_arrives_with_everything_a_message_needs(self, inbox: Inbox) -> None:
        with running(inbox) as port, clock.at("2026-08-17T09:00"):
            SmtpMailer("127.0.0.1", port, sender=SENDER, encryption="none").send(
                a_message(text="Frist 1. september.\n")
            )
        (arrived,) = inbox.messages
        assert arrived["To"] == "kari@taxi.example"
        assert arrived["From"] == SENDER
        assert arrived["Subject"] == "Rapport for 1. halvår"
        assert arrived["Date"].datetime == clock.parse_local("2026-08-17T09:00")
        assert arrived["Message-ID"].endswith("@kravsjekk.example>")
        assert arrived["Auto-Submitted"] == "auto-generated"
        assert arrived.get_content().splitlines() == ["Frist 1. september."]

    def test_what_the_caller_filled_in_is_kept(self, inbox: Inbox) -> None:
        message = a_message()
        message["From"] = "Kommunen <post@kommune.example>"
        message["Message-ID"] = "<varsel-17@kravsjekk.example>"
        with running(inbox) as port:
            SmtpMailer("127.0.0.1", port, sender=SENDER, encryption="none").send(message)
        assert inbox.messages[0]["From"] == "Kommunen <post@kommune.example>"
        assert inbox.messages[0]["Message-ID"] == "<varsel-17@kravsjekk.example>"

    def test_a_message_travels_encrypted_and_signed_in(
        self, inbox: Inbox, encryption: dict[str, Any], trusting: ssl.SSLContext
    ) -> None:
        tried = []

        def admit(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
            assert isinstance(given, LoginPassword)
            tried.append((given.login, given.password))
            return AuthResult(success=given.password == b"hem:lig", handled=False)

        with running(inbox, authenticator=admit, auth_required=True, **encryption) as port:
            login = {"username": "portal", "tls": trusting, "sender": SENDER}
            SmtpMailer("127.0.0.1", port, password="hem:lig", **login).send(a_message())
            with pytest.raises(MailUnavailable, match="Authentication"):
                SmtpMailer("127.0.0.1", port, password="feil", **login).send(a_message())
        assert inbox.encrypted == [True]
        assert set(tried) == {(b"portal", b"hem:lig"), (b"portal", b"feil")}

    def test_mail_does_not_fall_back_to_plain_text(self, inbox: Inbox) -> None:
        with running(inbox) as port, pytest.raises(MailUnavailable, match="STARTTLS"):
            SmtpMailer("127.0.0.1", port, sender=SENDER).send(a_message())
        assert inbox.messages == []

    def test_a_certificate_nobody_vouches_for_is_not_accepted(self, inbox: Inbox, encryption: dict[str, Any]) -> None:
        with running(inbox, **encryption) as port, pytest.raises(MailUnavailable, match="certificate"):
            SmtpMailer("127.0.0.1", port, sender=SENDER).send(a_message())
        assert inbox.messages == []

    def test_a_recipient_that_does_not_exist_is_refused_for_good(self, inbox: Inbox) -> None:
        inbox.answers["kari@taxi.example"] = "550 5.1.1 No such user"
        with running(inbox) as port, pytest.raises(MailRefused, match="No such user"):
            SmtpMailer("127.0.0.1", port, sender=SENDER, encryption="none").send(a_message())

    def test_a_recipient_refused_among_others_is_told(self, inbox: Inbox) -> None:
        inbox.answers["borte@taxi.example"] = "550 5.1.1 No such user"
        with running(inbox) as port, pytest.raises(MailRefused):
            mailer = SmtpMailer("127.0.0.1", port, sender=SENDER, encryption="none")
            mailer.send(a_message(to="kari@taxi.example, borte@taxi.example"))

    @pytest.mark.parametrize("where", ["kari@taxi.example", "DATA"])
    def test_a_server_that_asks_us_to_come_back_is_unavailable(self, inbox: Inbox, where: str) -> None:
        inbox.answers[where] = "451 4.7.1 Try again later"
        with running(inbox) as port, pytest.raises(MailUnavailable, match="Try again"):
            SmtpMailer("127.0.0.1", port, sender=SENDER, encryption="none").send(a_message())

    def test_a_message_the_server_will_not_have_is_refused(self, inbox: Inbox) -> None:
        inbox.answers["DATA"] = "554 5.7.1 Looks like spam"
        with running(inbox) as port, pytest.raises(MailRefused, match="spam"):
            SmtpMailer("127.0.0.1", port, sender=SENDER, encryption="none").send(a_message())

    def test_a_server_that_is_down_is_unavailable(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with pytest.raises(MailUnavailable, match="refused"):
            SmtpMailer("127.0.0.1", port, sender=SENDER, encryption="none").send(a_message())

    def test_a_line_break_cannot_smuggle_in_a_header(self) -> None:
        with pytest.raises(ValueError, match="linefeed"):
            a_message(subject="Hei\nBcc: alle@example.com")


class TestMailbox:
    @pytest.fixture
    def mailbox(self, tmp_path: Path) -> MailboxMailer:
        return MailboxMailer(tmp_path / "mail", sender=SENDER)

    def test_mail_is_read_back_as_it_was_sent(self, mailbox: MailboxMailer) -> None:
        text = "Hei, Kåre!\nÅpne https://kravsjekk.example/rapporter/01j2?lang=nb&x=" + "y" * 120 + "\n"
        with clock.at("2026-08-17T09:00"):
            mailbox.send(a_message(to='"Kåre Ås" <Kare@Taxi.example>', text=text))
        (mail,) = mailbox.messages()
        assert mail.to == ("kare@taxi.example",)
        assert mail.subject == "Rapport for 1. halvår"
        assert mail.sent_at == clock.parse_local("2026-08-17T09:00")
        assert mail.text == text
        assert mailbox.message(mail.id) == mail

    def test_the_newest_comes_first_and_each_reader_sees_their_own(self, mailbox: MailboxMailer) -> None:
        for hour, to in ((9, "kari@taxi.example"), (11, "ola@kommune.example"), (10, "kari@taxi.example")):
            with clock.at(f"2026-08-17T{hour:02}:00"):
                mailbox.send(a_message(to=to, subject=f"Kl. {hour}"))
        assert [mail.subject for mail in mailbox.messages()] == ["Kl. 11", "Kl. 10", "Kl. 9"]
        assert [mail.subject for mail in mailbox.messages("KARI@taxi.example")] == ["Kl. 10", "Kl. 9"]

    def test_a_message_sent_twice_lies_there_once(self, mailbox: MailboxMailer) -> None:
        message = a_message()
        mailbox.send(message)
        mailbox.send(message)
        assert len(mailbox.messages()) == 1

    def test_an_empty_mailbox_has_no_messages(self, mailbox: MailboxMailer) -> None:
        assert mailbox.messages() == []
        assert mailbox.message("0123456789abcdef0123") is None
        mailbox.send(a_message())
        mailbox.clear()
        assert mailbox.messages() == []

    def test_a_mailbox_that_cannot_be_written_is_unavailable(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("a file where the folder should be")
        with pytest.raises(MailUnavailable):
            MailboxMailer(tmp_path / "mail", sender=SENDER).send(a_message())


class TestList:
    def test_sent_mail_lies_in_the_list_until_mail_is_down(self) -> None:
        mailer = ListMailer(sender=SENDER)
        mailer.send(a_message())
        assert [str(message["Subject"]) for message in mailer.sent] == ["Rapport for 1. halvår"]
        mailer.failure = MailUnavailable("down")
        with pytest.raises(MailUnavailable):
            mailer.send(a_message())
        assert len(mailer.sent) == 1


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("smtp://mail.example.no", ("mail.example.no", 587, "starttls")),
            ("smtp://mail.example.no:2525", ("mail.example.no", 2525, "starttls")),
            ("smtp://relay:25?starttls=no", ("relay", 25, "none")),
            ("smtp://relay?starttls=no", ("relay", 25, "none")),
            ("smtps://mail.example.no", ("mail.example.no", 465, "tls")),
        ],
    )
    def test_a_mail_server(self, url: str, expected: tuple[str, int, str]) -> None:
        mailer = from_url(url, sender=SENDER)
        assert isinstance(mailer, SmtpMailer)
        assert (mailer.host, mailer.port, mailer.encryption) == expected

    def test_special_characters_in_the_password_are_decoded(self) -> None:
        mailer = from_url("smtp://portal%40example.no:p%40ss%3A%2Ford@mail.example.no", sender=SENDER)
        assert isinstance(mailer, SmtpMailer)
        assert (mailer._username, mailer._password) == ("portal@example.no", "p@ss:/ord")

    def test_a_mailbox_and_a_list(self, tmp_path: Path) -> None:
        mailbox = from_url(f"mailbox:{tmp_path}/mail", sender=SENDER)
        assert isinstance(mailbox, MailboxMailer)
        assert mailbox.folder == tmp_path / "mail"
        assert isinstance(from_url("list:", sender=SENDER), ListMailer)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "mailbox:",
            "smtp://",
            "imap://hemmelig@mail.example.no",
            "smtp://user:hemmelig/42@mail.example.no",
            "smtp://user:hemmelig@mail.example.no?starttls=maybe",
            "smtp://user:hemmelig@mail.example.no?tls=1",
            "smtp://user:hemmelig@mail.example.no?starttls=no",
        ],
    )
    def test_a_wrong_url_is_refused_without_repeating_the_password(self, url: str) -> None:
        with pytest.raises(ValueError) as refused:
            from_url(url, sender=SENDER)
        assert "hemmelig" not in str(refused.value)
