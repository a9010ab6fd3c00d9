"""The figures of a reading, for showing: each with its unit, what it counts, and how well it is known.

Which figures a kind has is declared in `kinds/`; here they get their words. A figure that is not in the file is left
out, never shown as 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.evidence.kinds import fuels
from portal.evidence.models import Reading
from portal.foundation.i18n import FIXED, MONTHS, _, format_date, format_number, format_percent, list_words, text

DECLARED = "declared"
MEASURED = "measured"


@dataclass(frozen=True)
class ShownFigure:
    """One large number: `value` already written the Norwegian way, its `unit` apart, `method` as in ui.method_tag."""

    name: str
    label: str
    value: str
    unit: str
    note: str
    method: str


@dataclass(frozen=True)
class ShownBreakdown:
    """A figure per key, as a small table; every number cell is already written."""

    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Coverage:
    """Which days the file is about. `contents`: what its rows span; `said`: what the supplier said it is about.

    `empty_months`: months of the said period in which the file has nothing, in words.
    """

    contents: str
    said: str
    empty_months: str


def figures_of(reading: Reading) -> list[ShownFigure]:
    """The main figures, the most telling first; empty for a reading that gave none."""
    have = reading.figures or {}
    if "unique_vehicles" in have:
        return _vehicles(have)
    return _sessions(have) if "sessions" in have else []


def breakdowns_of(reading: Reading) -> list[ShownBreakdown]:
    """The figures that are split: vehicles by fuel, or energy and sessions by month."""
    have = reading.figures or {}
    tables = []
    if by_fuel := {fuel: count for fuel, count in (have.get("by_fuel") or {}).items() if count}:
        total = sum(by_fuel.values())
        tables.append(
            ShownBreakdown(
                "by_fuel",
                _("Biler etter drivstoff"),
                (_("Drivstoff"), _("Biler"), _("Andel")),
                tuple(
                    (text(fuels.LABELS.get(fuel, {})) or fuel, format_number(by_fuel[fuel]), format_percent(100 * by_fuel[fuel] / total))
                    for fuel in sorted(by_fuel, key=lambda fuel: (-by_fuel[fuel], fuel))
                ),
            )
        )
    if by_month := have.get("by_month"):
        sessions = have.get("sessions_by_month") or {}
        tables.append(
            ShownBreakdown(
                "by_month",
                _("Energi per måned, etter når økta startet"),
                (_("Måned"), _("kWh"), _("Økter")),
                tuple((month_name(month), format_number(kwh, 2), format_number(sessions.get(month))) for month, kwh in by_month.items()),
            )
        )
    return tables


def coverage_of(reading: Reading, period: tuple[date, date] | None = None) -> Coverage:
    """The days the file is about, against `period` or else what the supplier said when sending it."""
    evidence = reading.evidence_version.evidence
    have = reading.figures or {}
    first, last = period or (evidence.applies_from, evidence.applies_to)
    said = ""
    if first is not None and last is not None:
        said = format_date(first) if first == last else _("%(first)s – %(last)s", first=format_date(first), last=format_date(last))
    contents = ""
    if begins := have.get("first_start"):
        ends = have.get("last_end") or begins
        contents = _(
            "%(first)s – %(last)s",
            first=format_date(datetime.fromisoformat(begins).date()),
            last=format_date(datetime.fromisoformat(ends).date()),
        )
    empty = []
    if first is not None and last is not None and have.get("by_month"):
        empty = [month_name(month) for month in _months(first, last) if month not in have["by_month"]]
    return Coverage(contents, said, list_words(empty))


def month_name(month: str) -> str:
    """`2019-01` → januar 2019."""
    year, number = month.split("-")
    return f"{MONTHS['nb'][int(number) - 1]} {year}"


def _vehicles(have: dict[str, float]) -> list[ShownFigure]:
    vehicles = have["unique_vehicles"]
    free = have.get("zero_emission") or 0
    shown = [
        ShownFigure("unique_vehicles", _("Biler"), format_number(vehicles), "", _("ulike registreringsnumre"), DECLARED),
    ]
    if vehicles:
        share = _("%(free)s av %(all)s biler går på el eller hydrogen", free=format_number(free), all=format_number(vehicles))
        shown.append(ShownFigure("zero_emission", _("Nullutslippsbiler"), format_percent(100 * free / vehicles), "", share, DECLARED))
    for name, label, unit in (
        ("sum_trips", _("Turer"), ""),
        ("sum_km", _("Kjørt totalt"), "km"),
        ("sum_km_buyer", _("Kjørt for kommunen"), "km"),
        ("sum_kwh_declared", _("Strøm"), "kWh"),
    ):
        if have.get(name) is not None:
            shown.append(ShownFigure(name, label, format_number(have[name]), unit, _("summen av alle rader som er brukt"), DECLARED))
    return shown


def _sessions(have: dict[str, float]) -> list[ShownFigure]:
    shown = [
        ShownFigure("sessions", _("Ladeøkter"), format_number(have["sessions"]), "", _("alle rader som er brukt"), MEASURED),
        ShownFigure("sum_kwh", _("Energi"), format_number(have.get("sum_kwh")), "kWh", _("også økter uten sluttid"), MEASURED),
    ]
    if have.get("period_sessions") is not None:
        note = _("%(kwh)s i økter som sluttet i perioden", kwh=f"{format_number(have.get('period_kwh'))}{FIXED}kWh")
        shown.append(ShownFigure("period_sessions", _("Økter i perioden"), format_number(have["period_sessions"]), "", note, MEASURED))
    for name, label, note in (
        ("without_end", _("Uten sluttid"), _("energien er regnet med")),
        ("overlaps", _("Overlapper"), _("startet før den forrige til samme bruker var slutt")),
        ("over_72h", _("Over 72 timer"), _("tilkoblet lenger enn tre døgn")),
    ):
        if have.get(name):
            shown.append(ShownFigure(name, label, format_number(have[name]), "", note, MEASURED))
    return shown


def _months(first: date, last: date) -> list[str]:
    year, month = first.year, first.month
    months = []
    while (year, month) <= (last.year, last.month):
        months.append(f"{year}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return months
