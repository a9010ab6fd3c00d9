"""Flask commands. Thin: each parses its arguments, calls the code that does the work, and prints what came of it."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from portal.foundation.config import Settings
from portal.foundation.db import unit_of_work
from portal.foundation.errors import PortalError

evidence = AppGroup("evidence", help="Dokumentasjon: les og kontroller filer.")
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@evidence.command("check", with_appcontext=False)
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, help="Hva slags tabell filen er, for eksempel charging_sessions.")
@click.option("--from", "first", type=_DAY, help="Første dag i perioden (åååå-mm-dd).")
@click.option("--to", "last", type=_DAY, help="Siste dag i perioden, regnet med.")
@click.option("--as", "as_name", help="Kontroller filen som om den het dette.")
@click.option("--json", "as_json", is_flag=True, help="Skriv svaret som ett JSON-objekt.")
def check(
    path: Path, kind: str, first: datetime | None, last: datetime | None, as_name: str | None, as_json: bool
) -> None:
    """Kontroller en fil slik portalen gjør det, uten å logge inn eller lagre noe.

    Avslutter med 0 når filen kan brukes, 1 når den ikke kan leses ennå, og 2 ved feil bruk.
    """
    from portal.evidence.parsing import command, report

    try:
        answer, code = command.check_file(
            path, kind, first.date() if first else None, last.date() if last else None, as_name
        )
    except command.WrongUse as wrong:
        raise click.UsageError(str(wrong)) from None
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else report.as_text(answer))
    sys.exit(code)


config = AppGroup("config", help="Innstillingene portalen er startet med.")


@config.command("check")
def check_settings() -> None:
    """Si hva som er galt med innstillingene, og hvorfor. Avslutter med 1 når de ikke kan brukes i drift.

    I drift (KRAVSJEKK_MODE=production) starter portalen ikke med slike innstillinger, så da svarer selve starten.
    """
    settings: Settings = current_app.extensions["settings"]
    click.echo(f"KRAVSJEKK_MODE {settings.mode}, {settings.base_url}, {'SQLite' if settings.is_sqlite else 'PostgreSQL'}")
    if found := settings.problems():
        click.echo("I drift ville portalen ikke startet:" if settings.mode != "production" else "Portalen kan ikke brukes slik:")
        for problem in found:
            click.echo(f"- {problem}")
        sys.exit(1)
    click.echo("Innstillingene kan brukes i drift.")


@click.command("admin-link")
@click.argument("email")
@click.option("--name", required=True, help="Navnet på den som skal administrere.")
@click.option("--organisation-number", "orgnr", required=True, help="Kommunens organisasjonsnummer, ni siffer.")
@click.option("--organisation", "organisation_name", required=True, help="Kommunens navn.")
@with_appcontext
def admin_link(email: str, name: str, orgnr: str, organisation_name: str) -> None:
    """Registrer kommunen og den første som administrerer den, og skriv ut en lenke som virker én gang."""
    from portal.identity import service

    try:
        with unit_of_work():
            membership = service.first_administrator(email=email, name=name, orgnr=orgnr, organisation_name=organisation_name)
            token = service.token_of(service.make_link(membership.person.email))
    except PortalError as refused:
        raise click.ClickException(refused.message) from None
    settings: Settings = current_app.extensions["settings"]
    click.echo(f"{settings.base_url}/logg-inn/{token}")


journal = AppGroup("journal", help="Hendelsesloggen.")


@journal.command("check")
def check_journal() -> None:
    """Gå gjennom hver kjede i hendelsesloggen fra begynnelsen. Avslutter med 1 når en av dem er brutt."""
    from portal.journal import access

    checks = access.check_chains()
    for chain in checks:
        click.echo(f"{chain.chain}: {chain.count} hendelser, " + ("hel" if chain.holds else f"BRUTT ved nummer {chain.broken_at}"))
    if not all(chain.holds for chain in checks):
        sys.exit(1)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (evidence, config, journal, admin_link):
        app.cli.add_command(command)
