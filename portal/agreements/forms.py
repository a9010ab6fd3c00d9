"""What is typed in the forms of agreements, as plain values. Nothing here knows the world: the service decides what may be stored.

`Typed` reads one form and gathers a message per field; `done()` raises them together, so that a person sees all at once.
Dates are written 31.08.2026, numbers the Norwegian way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.foundation.errors import Invalid
from portal.foundation.i18n import _

PROMISE_ROWS = 4
"""The fewest lines for promises in a form; there is always one more than the known thresholds."""

_GROUPED = re.compile(r"^-?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?$")
_TWO_READINGS = re.compile(r"^[1-9]\d{0,2}\.\d{3}$")


class Typed:
    """The typed texts of one form, read field by field. A field that cannot be read is None and has its message in `errors`."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.errors: dict[str, str] = {}

    def text(self, name: str, longest: int = 4000, *, required: str = "") -> str:
        """Trimmed text. `required` is the message when it is empty."""
        written = self.fields.get(name, "").strip()
        if not written and required:
            self.errors[name] = required
        elif len(written) > longest:
            self.errors[name] = _("Teksten er for lang. Grensen er %(longest)s tegn.", longest=longest)
        return written

    def day(self, name: str, *, required: str = "") -> date | None:
        """A date as people write it."""
        written = self.text(name, 40, required=required)
        if not written:
            return None
        day = parse_day(written)
        if day is None:
            self.errors[name] = _("Skriv datoen slik: 31.08.2026")
        return day

    def number(self, name: str) -> float | None:
        written = self.text(name, 40)
        if not written:
            return None
        number = parse_number(written)
        if number is None:
            self.errors[name] = _("Skriv et tall, med komma foran desimaler. For eksempel 72,5")
        return number

    def whole(self, name: str) -> int | None:
        """A whole number; thousands may be separated by spaces or points, «kr» may follow."""
        written = re.sub(r"(?i)\s*kr\.?$|,-$", "", self.text(name, 40)).strip()
        if not written:
            return None
        digits = re.sub(r"[ \u00a0\u202f]|\.(?=\d{3}(?:\D|$))", "", written)
        if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
            self.errors[name] = _("Skriv et helt tall, for eksempel 9 200 000")
            return None
        return int(digits)

    def done(self) -> None:
        """Raises Invalid with every message, when there is any."""
        if self.errors:
            raise Invalid(self.errors)


def parse_day(written: str) -> date | None:
    """31.08.2026, 31.8.2026, 31/8/2026 or 2026-08-31."""
    if found := re.match(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})$", written):
        day, month, year = map(int, found.groups())
    elif found := re.match(r"^(\d{4})-(\d{2})-(\d{2})$", written):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_number(written: str) -> float | None:
    """72,5 · 72.5 · 1 200,5 · 70 %. `1.200` has two readings and is asked about, never guessed."""
    bare = re.sub(r"\s*%$", "", written.strip()).replace("\u2212", "-")
    if _GROUPED.match(bare):
        bare = re.sub(r"[ \u00a0\u202f]", "", bare)
    if _TWO_READINGS.match(bare) or not re.match(r"^-?\d{1,12}(?:[.,]\d{1,4})?$", bare, re.ASCII):
        return None
    return float(bare.replace(",", "."))


@dataclass(frozen=True)
class PromiseRow:
    """One line of the promise table: what is typed, and the minimum it is held against (None where there is none)."""

    number: int
    day: str
    value: str
    minimum: float | None = None

    @property
    def day_field(self) -> str:
        return f"day-{self.number}"

    @property
    def value_field(self) -> str:
        return f"value-{self.number}"


@dataclass(frozen=True)
class PromiseLine:
    """A promise as read from one line: the line's number in the form, and the step (from, value)."""

    number: int
    step: tuple[date, float]


def promise_rows(thresholds: Sequence[tuple[date, float]], starts_on: date, fields: Mapping[str, str] | None) -> list[PromiseRow]:
    """The lines to show: one for each known threshold with its date filled in, then empty ones. Typed text is kept."""
    rows = []
    for number in range(max(PROMISE_ROWS, len(thresholds) + 1)):
        day, minimum = thresholds[number] if number < len(thresholds) else (None, None)
        row = PromiseRow(number, f"{max(day, starts_on):%d.%m.%Y}" if day else "", "", minimum)
        if fields is not None:
            row = PromiseRow(number, fields.get(row.day_field, "").strip(), fields.get(row.value_field, "").strip(), minimum)
        rows.append(row)
    return rows


def read_promises(typed: Typed, rows: Sequence[PromiseRow]) -> list[PromiseLine]:
    """The lines that hold a value. A line with only a date is no promise."""
    read = []
    for row in rows:
        value = typed.number(row.value_field)
        if not row.value:
            continue
        day = typed.day(row.day_field, required=_("Skriv fra hvilken dag løftet gjelder."))
        if day is not None and value is not None:
            read.append(PromiseLine(row.number, (day, value)))
    return read


def place_errors(errors: Mapping[str, str], lines: Sequence[PromiseLine]) -> dict[str, str]:
    """The service's `promises.<index>` moved to the value field of the line that was typed in."""
    placed = {}
    for key, message in errors.items():
        name, _dot, index = key.partition(".")
        line = lines[int(index)].number if name == "promises" and int(index) < len(lines) else 0
        placed[f"value-{line}" if name == "promises" else key] = message
    return placed


def read_card(typed: Typed) -> dict[str, Any]:
    """The register card of an agreement, as `service.create_agreement` takes it. Raises Invalid."""
    card = {
        "number": typed.text("number", 40, required=_("Skriv avtalenummeret.")),
        "title": typed.text("title", 200, required=_("Skriv hva avtalen gjelder.")),
        "kind": typed.text("kind", required=_("Velg hva slags avtale det er.")),
        "category": typed.text("category", required=_("Velg hva som kjøpes.")),
        "starts_on": typed.day("starts_on", required=_("Skriv første dag i avtalen.")),
        "ends_on": typed.day("ends_on", required=_("Skriv siste dag i avtalen.")),
        "annual_value_nok": typed.whole("annual_value_nok"),
        "unit": typed.text("unit", 120),
        "case_number": typed.text("case_number", 40),
        "option_on": typed.day("option_on"),
        "option_note": typed.text("option_note", 500),
    }
    typed.done()
    return card


def read_contact(typed: Typed) -> dict[str, str]:
    """Who at the supplier gets the invitations. Raises Invalid."""
    contact = {"contact_name": typed.text("contact_name", 200), "contact_email": typed.text("contact_email", 320)}
    typed.done()
    return contact


def read_assignment(typed: Typed) -> tuple[str, str, date | None, date | None]:
    """Person id, duty, first and last day. Raises Invalid."""
    person = typed.text("person", required=_("Velg en person."))
    duty = typed.text("duty", required=_("Velg en oppgave."))
    starts_on, ends_on = typed.day("starts_on"), typed.day("ends_on")
    typed.done()
    return person, duty, starts_on, ends_on


def read_terms(typed: Typed) -> dict[str, Any]:
    """What every pinned requirement has: clause, how often, sanction, notice, and the change agreement where one is needed. Raises Invalid."""
    terms = {
        "clause_reference": typed.text("clause_reference", 40),
        "frequency": typed.text("frequency"),
        "sanction_text": typed.text("sanction_text", 1000),
        "notice_days": typed.whole("notice_days"),
        "change": typed.text("change", 500),
    }
    typed.done()
    return terms


def read_dispensation(typed: Typed) -> dict[str, Any]:
    """A dispensation as `service.grant_dispensation` takes it. Raises Invalid."""
    granted = {
        "kind": typed.text("kind", required=_("Velg hva slags unntak det er.")),
        "from_date": typed.day("from_date", required=_("Skriv første dag unntaket gjelder.")),
        "to_date": typed.day("to_date", required=_("Skriv siste dag unntaket gjelder.")),
        "plates": typed.text("plates"),
        "reason": typed.text("reason", required=_("Skriv hvorfor unntaket er gitt.")),
        "approver": typed.text("approver", 200, required=_("Skriv hvem som har godkjent unntaket.")),
    }
    typed.done()
    return granted
