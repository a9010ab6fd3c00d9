"""The answer of `flask evidence check`: a reading with its findings in words, as JSON or as text for people."""

from __future__ import annotations

from typing import Any

from portal.evidence.kinds import KINDS
from portal.evidence.parsing.messages import kind_name, number, render
from portal.evidence.rules import Finding, Level, Outcome

LEVELS = {Level.ERROR: "Stopper", Level.WARNING: "Må forklares", Level.HINT: "Tips"}
OUTCOMES = {
    Outcome.ACCEPTED: "Filen kan brukes.",
    Outcome.ACCEPTED_WITH_WARNINGS: "Filen kan brukes. Noe må forklares eller rettes.",
    Outcome.NEEDS_MAPPING: "Vi trenger et svar før filen kan leses.",
    Outcome.REJECTED: "Filen kan ikke leses ennå.",
}
ROWS_SHOWN = 8
FIGURES = {
    "sessions": "Ladeøkter", "sum_kwh": "kWh", "first_start": "Første start", "last_end": "Siste slutt", "without_end": "Uten sluttid",
    "overlaps": "Overlapp", "over_72h": "Tilkoblet over 72 timer", "outside_period": "Utenfor perioden",
    "period_sessions": "Ladeøkter i perioden", "period_kwh": "kWh i perioden", "unique_vehicles": "Kjøretøy",
    "valid_plates": "Med vanlig registreringsnummer", "zero_emission": "Nullutslipp", "sum_trips": "Turer", "sum_km": "Km totalt",
    "sum_km_buyer": "Km for kommunen", "sum_kwh_declared": "kWh oppgitt",
}
"""Names of figures on screen; a figure without one is shown as a table, or not at all, here."""


def as_answer(reading: dict[str, Any], locale: str = "nb") -> dict[str, Any]:
    """The JSON object that `kinds/answer.schema.json` describes."""
    return {
        "outcome": reading["outcome"],
        "file": reading["file"],
        "parser": reading["parser"],
        "kind": reading["kind"],
        "table": reading["table"],
        "figures": reading["figures"],
        "findings": [_finding(Finding.from_json(record), locale) for record in reading["findings"]],
    }


def _finding(finding: Finding, locale: str) -> dict[str, Any]:
    message, fix = render(finding, locale)
    told: dict[str, Any] = {"level": finding.level.value, "code": finding.code, "sheet": finding.sheet}
    if finding.rows is not None:
        told["rows"] = list(finding.rows)
    else:
        told["row"] = finding.row
    return {**told, "column": finding.column, "found": finding.found, "message": message, "fix": fix}


def as_text(answer: dict[str, Any]) -> str:
    """The answer for a person at a terminal, in bokmål."""
    name = kind_name(answer["kind"]).capitalize() if answer["kind"] in KINDS else answer["kind"]
    lines = [f"{answer['file']['name']} · {name}", OUTCOMES[Outcome(answer["outcome"])]]
    table = answer["table"]
    if table and table["rows"] is not None:
        used = f", {number(table['rows_used'])} regnet med" if table["rows_used"] is not None else ""
        lines += ["", f"{number(table['rows'])} rader lest{used}. Overskrifter på rad {table['header_row']}."]
    for figure, value in (answer["figures"] or {}).items():
        if figure in FIGURES and value is not None:
            lines.append(f"  {FIGURES[figure]}: {_shown(value)}")
    for figure, heading in (("by_month", "kWh per måned (etter starttid)"), ("by_fuel", "Kjøretøy per drivstoff")):
        if breakdown := (answer["figures"] or {}).get(figure):
            lines.append(f"  {heading}:")
            lines += [f"    {key}: {number(value)}" for key, value in breakdown.items() if value]
    for level in Level:
        for finding in answer["findings"]:
            if finding["level"] == level:
                lines += ["", f"{LEVELS[level]}: {finding['message']}{_where(finding)}", f"  {finding['fix']}"]
    return "\n".join(lines)


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        day, _, clock = value.partition("T")
        year, month, date = day.split("-")
        return f"{int(date)}.{int(month)}.{year}" + (f" kl. {clock[:5].replace(':', '.')}" if clock else "")
    return number(value)


def _where(finding: dict[str, Any]) -> str:
    places = []
    if finding["sheet"]:
        places.append(f"ark «{finding['sheet']}»")
    if rows := finding.get("rows"):
        more = f" og {len(rows) - ROWS_SHOWN} til" if len(rows) > ROWS_SHOWN else ""
        places.append("rad " + ", ".join(map(str, rows[:ROWS_SHOWN])) + more)
    elif finding.get("row"):
        places.append(f"rad {finding['row']}")
    if finding["column"]:
        places.append(f"kolonne «{finding['column']}»")
    if finding["found"]:
        places.append(f"fant «{finding['found']}»")
    return f" ({', '.join(places)})" if places else ""
