"""Flask commands. Thin: each parses its arguments, calls the code that does the work, and prints what came of it."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

evidence = AppGroup("evidence", help="Dokumentasjon: les og kontroller filer.")
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@evidence.command("check", with_appcontext=False)
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, help="Hva slags tabell fila er, for eksempel charging_sessions.")
@click.option("--from", "first", type=_DAY, help="Første dag i perioden (åååå-mm-dd).")
@click.option("--to", "last", type=_DAY, help="Siste dag i perioden, regnet med.")
@click.option("--as", "as_name", help="Kontroller fila som om den het dette.")
@click.option("--json", "as_json", is_flag=True, help="Skriv svaret som ett JSON-objekt.")
def check(
    path: Path, kind: str, first: datetime | None, last: datetime | None, as_name: str | None, as_json: bool
) -> None:
    """Kontroller en fil slik portalen gjør det, uten å logge inn eller lagre noe.

    Avslutter med 0 når fila kan brukes, 1 når den ikke kan leses ennå, og 2 ved feil bruk.
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


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(evidence)
