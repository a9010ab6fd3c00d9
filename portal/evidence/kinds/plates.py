"""Norwegian registration numbers (kjennemerker): normalising, and what a plate indicates about the fuel.

Sources: facts.md §5 (nrk.no, elbil.no). The prefix is only a hint: an electric car may carry an older or a personal
plate, and GA does not prove biogas. So a plate never confirms anything, and odd letters are asked about, not refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import polars as pl

ORDINARY = r"^[A-Z]{2}[1-9][0-9]{3,4}$"
PERSONAL = r"^[A-ZÆØÅ0-9]{2,7}$"
WITHIN = r"(?:^|[^A-ZÆØÅ0-9])([A-Z]{2})[ \-\x{00a0}\x{202f}]?([1-9][0-9]{3,4})(?:[^A-ZÆØÅ0-9]|$)"
"""A plate inside a longer cell, as in "Komprimator/GA23487" (the report layout of kriterieveiviseren)."""
UNUSUAL = r"^(?:[A-Z]?[IMOQW]|G[B-Z]|[A-Z]G)"
"""Letters that the ordinary series do not use: G (except GA), I, M, O, Q, W."""

SERIES: Mapping[str, str] = {
    **dict.fromkeys(("EL", "EK", "EV", "EB", "EC", "ED", "EE", "EF", "EH", "EJ", "EN"), "electric"),
    "HY": "hydrogen",
    "GA": "gas",
}
DEMO_SERIES: Mapping[str, str] = {"EQ": "electric", "HQ": "hydrogen", "GQ": "gas", "QD": "combustion"}
"""Invented series for the demo and the tests; no ordinary plate has a Q."""

ENVIRONMENT = "KRAVSJEKK_PLATE_SERIES"


def demo_series_count() -> bool:
    """Whether invented series indicate a fuel here: only where the environment says `demo`."""
    return os.environ.get(ENVIRONMENT) == "demo"


def normalised(written: str) -> str:
    """`ek 39085`, `EK-39085` → `EK39085`: upper case without spaces and hyphens."""
    return re.sub(r"[\s\-\u2010-\u2013\u00a0\u202f]", "", written).upper()


def is_ordinary(plate: str) -> bool:
    """Whether a normalised plate has the ordinary form: two letters and four or five digits."""
    return re.match(ORDINARY, plate) is not None


def shown(plate: str) -> str:
    """A normalised plate as people write it: `EK 39085`. Personal plates stay as they are."""
    return f"{plate[:2]} {plate[2:]}" if is_ordinary(plate) else plate


def indicated(plate: str, *, demo: bool | None = None) -> str | None:
    """What the prefix of a normalised plate indicates: `electric`, `hydrogen`, `gas` or None."""
    if not is_ordinary(plate):
        return None
    invented = demo_series_count() if demo is None else demo
    known = {**SERIES, **DEMO_SERIES} if invented else SERIES
    hint = known.get(plate[:2])
    return None if hint == "combustion" else hint


def indicated_of(plate: pl.Expr, demo: pl.Expr) -> pl.Expr:
    """`indicated` for a whole column; `demo` is a Boolean column."""

    def hints(series: Mapping[str, Any]) -> pl.Expr:
        fuels = {prefix: fuel for prefix, fuel in series.items() if fuel != "combustion"}
        return plate.str.slice(0, 2).replace_strict(fuels, default=None, return_dtype=pl.String)

    hint = pl.when(demo).then(hints({**SERIES, **DEMO_SERIES})).otherwise(hints(SERIES))
    return pl.when(plate.str.contains(ORDINARY)).then(hint)


def is_personal_of(plate: pl.Expr) -> pl.Expr:
    """Whether a column's plates do not have the ordinary form (Boolean)."""
    return plate.str.contains(ORDINARY).not_()


def is_unusual_of(plate: pl.Expr, demo: pl.Expr) -> pl.Expr:
    """Whether an ordinary-looking plate has letters that no ordinary series uses (Boolean)."""
    invented = demo & plate.str.slice(0, 2).is_in(list(DEMO_SERIES))
    return plate.str.contains(ORDINARY) & plate.str.contains(UNUSUAL) & invented.not_()
