"""Frozen settings from the environment, every one with an embedded default.

Production refuses to start on settings that would be unsafe (`problems`), each with the reason and the remedy.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

Mode = Literal["demo", "test", "production"]
PROJECT_DIR = Path(__file__).resolve().parents[2]
KNOWN_KEYS = {"dev", "secret", "changeme", "change-me", "test", "kravsjekk", "development", "password"}
MEGABYTE = 1024 * 1024


class BadConfiguration(Exception):
    """Production settings that must not run; `problems` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(["Kravsjekk starter ikke med disse innstillingene:", *[f"- {p}" for p in problems]]))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """One value for the whole process. URLs name where things are kept; `instance_dir` is the embedded default."""

    mode: Mode = "demo"
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    database_url: str = ""
    storage_url: str = ""
    mail_url: str = ""
    mail_from: str = "Kravsjekk <ikke-svar@kravsjekk.example>"
    proxies: int | None = None
    project_dir: Path = PROJECT_DIR
    instance_dir: Path = PROJECT_DIR / "instance"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `KRAVSJEKK_*`. Unset means the embedded default: SQLite, a folder and a mailbox in `instance/<mode>/`."""

        def read(name: str, default: str = "") -> str:
            return environ.get(f"KRAVSJEKK_{name}", default).strip()

        mode = read("MODE", "demo")
        if mode not in ("demo", "test", "production"):
            raise BadConfiguration([f"KRAVSJEKK_MODE er «{mode}». Velg demo, test eller production."])
        instance = Path(read("INSTANCE_DIR", str(PROJECT_DIR / "instance"))) / mode
        proxies = read("PROXIES")
        settings = cls(
            mode=mode,  # type: ignore[arg-type]
            secret_key=read("SECRET_KEY"),
            base_url=read("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            database_url=read("DATABASE_URL") or f"sqlite:///{instance / 'kravsjekk.db'}",
            storage_url=read("STORAGE_URL") or f"folder:{instance / 'files'}",
            mail_url=read("MAIL_URL") or f"mailbox:{instance / 'mail'}",
            mail_from=read("MAIL_FROM", cls.mail_from),
            proxies=int(proxies) if proxies.isdigit() else None,
            instance_dir=instance,
        )
        return settings if settings.secret_key or mode == "production" else settings._with_own_key()

    def _with_own_key(self) -> Settings:
        """Demo and test without a key get a random one, kept in their instance folder so that sessions survive a restart."""
        kept = self.instance_dir / "secret-key"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_name(f"secret-key.{os.getpid()}")
            fresh.write_text(secrets.token_hex(32))
            fresh.chmod(0o600)
            with suppress(FileExistsError):
                os.link(fresh, kept)  # two processes starting at once agree on one key
            fresh.unlink()
        return replace(self, secret_key=kept.read_text())

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """The demo's cookie is never the real portal's; over https the `__Host-` prefix binds it to this host."""
        name = "kravsjekk" if self.mode == "production" else f"kravsjekk-{self.mode}"
        return f"__Host-{name}" if self.is_https else name

    def as_flask_config(self) -> dict[str, Any]:
        return {
            "SECRET_KEY": self.secret_key,
            "TESTING": self.mode == "test",
            "SESSION_COOKIE_NAME": self.cookie_name,
            "SESSION_COOKIE_SECURE": self.is_https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "WTF_CSRF_TIME_LIMIT": None,
            "WTF_CSRF_SSL_STRICT": False,
            "MAX_CONTENT_LENGTH": 2 * MEGABYTE,
            "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
            "MAX_FORM_PARTS": 1000,
            "SQLALCHEMY_DATABASE_URI": self.sqlalchemy_url,
            "BABEL_DEFAULT_LOCALE": "nb",
            "BABEL_DEFAULT_TIMEZONE": "Europe/Oslo",
            "TEMPLATES_AUTO_RELOAD": False,
        }

    @property
    def sqlalchemy_url(self) -> str:
        for prefix in ("postgresql://", "postgres://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    def refuse_if_unsafe(self) -> None:
        """Raises BadConfiguration in production when anything in `problems` is wrong."""
        if self.mode == "production" and (found := self.problems()):
            raise BadConfiguration(found)

    def problems(self) -> list[str]:
        """What is wrong with these settings for production, and what to do; empty when nothing is."""
        found = []
        if not self.secret_key:
            found.append("KRAVSJEKK_SECRET_KEY mangler. Lag en med: python3 -c 'import secrets; print(secrets.token_hex(32))'")
        elif self.secret_key.lower() in KNOWN_KEYS or len(set(self.secret_key)) < 8:
            found.append("KRAVSJEKK_SECRET_KEY er et kjent eller gjettbart ord. Lag en tilfeldig på minst 32 tegn.")
        elif len(self.secret_key) < 32:
            found.append(f"KRAVSJEKK_SECRET_KEY har {len(self.secret_key)} tegn. Den må ha minst 32.")
        if not self.is_https or not urlsplit(self.base_url).hostname:
            found.append(f"KRAVSJEKK_BASE_URL er «{self.base_url}». Den må være adressen folk bruker, og begynne med https://.")
        if os.environ.get("FLASK_DEBUG", "0") not in ("", "0", "false") or os.environ.get("FLASK_ENV") == "development":
            found.append("FLASK_DEBUG er på. Slå den av: feilsøkingssiden viser kildekode og hemmeligheter.")
        if "demo" in self.database_url:
            found.append("KRAVSJEKK_DATABASE_URL peker på en demodatabase. Bruk en egen database i drift.")
        if "demo" in self.storage_url:
            found.append("KRAVSJEKK_STORAGE_URL peker på demoens filer. Bruk et eget lager i drift.")
        if not self.mail_url.startswith(("smtp://", "smtps://")):
            found.append("KRAVSJEKK_MAIL_URL mangler. Sett den til smtp://bruker:passord@vert:587, ellers får ingen innlogging.")
        if self.storage_url.startswith("s3:") and not urlsplit(self.storage_url).netloc:
            found.append("KRAVSJEKK_STORAGE_URL mangler navnet på bøtta: s3://bøtte?endpoint_url=https://…")
        if self.proxies is None:
            found.append("KRAVSJEKK_PROXIES mangler. Oppgi hvor mange mellomtjenere som står foran (0 når ingen gjør det).")
        if self.is_sqlite and (path := Path(self.database_url.removeprefix("sqlite:///"))).exists() and path.stat().st_mode & 0o007:
            found.append(f"Alle på maskinen kan lese databasen {path.name}. Kjør: chmod o-rwx {path.name}")
        return found
