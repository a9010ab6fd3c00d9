"""The shape of what is typed about a deviation. Dates as people write them (31.08.2026), numbers with a comma."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.evidence.forms import parse_day
from portal.foundation.errors import Invalid
from portal.foundation.i18n import _


def required_day(typed: Mapping[str, str], field: str) -> date:
    """Raises Invalid when it is missing or no date."""
    day = parse_day(typed.get(field, ""))
    if day is None:
        raise Invalid({field: _("Skriv datoen slik: 31.08.2026.")})
    return day


def optional_day(typed: Mapping[str, str], field: str) -> date | None:
    """None when nothing is typed. Raises Invalid when it is no date."""
    return required_day(typed, field) if typed.get(field, "").strip() else None


def seen_version(typed: Mapping[str, str]) -> int | None:
    """The version that the page was drawn from."""
    written = typed.get("version", "")
    return int(written) if written.isascii() and written.isdigit() else None


def plan_test(typed: Mapping[str, str]) -> dict[str, Any] | None:
    """The test as chosen; None when a person shall judge. Raises Invalid."""
    if typed.get("metric") == "person":
        return None
    errors: dict[str, str] = {}
    if not typed.get("metric"):
        errors["metric"] = _("Velg hva den nye lista skal vise.")
    as_of = parse_day(typed.get("as_of", ""))
    if as_of is None:
        errors["as_of"] = _("Skriv datoen slik: 31.08.2026.")
    try:
        value = float(typed.get("value", "").replace("%", "").replace(",", ".").strip())
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        errors["value"] = _("Skriv et tall fra 0 til 100.")
    if errors or as_of is None:
        raise Invalid(errors)
    return {"kind": "vehicle_list", "metric": typed["metric"], "operator": ">=", "value": value, "as_of": as_of.isoformat()}
