"""Language and the Norwegian way of writing numbers, dates and money. Bokmål is the source language of every string."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, gettext

from portal.foundation.clock import OSLO

LOCALES = ("nb", "nn", "en")
THIN = "\u202f"  # narrow no-break space between thousands
FIXED = "\u00a0"  # no-break space before units
MONTHS = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember".split(),
    "nn": "januar februar mars april mai juni juli august september oktober november desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}

_ = gettext


def init(app: Flask) -> None:
    Babel(app, locale_selector=locale)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.filters.update(
        date=format_date,
        short_date=format_short_date,
        datetime=format_datetime,
        clock=format_clock,
        number=format_number,
        percent=format_percent,
        money=format_money,
        text=text,
        bytes=format_bytes,
    )


def locale() -> str:
    """The actor's language, else the browser's (`no` means bokmål), else bokmål."""
    if not has_request_context():
        return "nb"
    actor = g.get("actor")
    if actor is not None:
        return actor.locale
    best = request.accept_languages.best_match(["nb", "no", "nn", "en"], default="nb")
    # Only bokmål is translated throughout yet; the other two are chosen explicitly, never by the browser alone.
    return "nb" if best != "nb" else best


def text(texts: dict[str, str] | None, language: str | None = None) -> str:
    """The requirement's or question's text in `language`, else bokmål, else whatever there is."""
    if not texts:
        return ""
    return texts.get(language or locale()) or texts.get("nb") or next(iter(texts.values()), "")


def format_date(day: date | datetime | None) -> str:
    """1. juli 2025 (an instant is shown as its date in Europe/Oslo)."""
    if day is None:
        return ""
    day = day.astimezone(OSLO) if isinstance(day, datetime) else day
    return f"{day.day}. {MONTHS['nb'][day.month - 1]} {day.year}"


def format_short_date(day: date | datetime | None) -> str:
    """1.7.2025."""
    if day is None:
        return ""
    day = day.astimezone(OSLO) if isinstance(day, datetime) else day
    return f"{day.day}.{day.month}.{day.year}"


def format_clock(moment: datetime | None) -> str:
    """14.05 in Europe/Oslo."""
    return "" if moment is None else f"{moment.astimezone(OSLO):%H.%M}"


def format_datetime(moment: datetime | None) -> str:
    """1. juli 2025 kl. 14.05 in Europe/Oslo."""
    return "" if moment is None else f"{format_date(moment)} kl. {format_clock(moment)}"


def format_number(number: float | int | Decimal | None, decimals: int | None = None) -> str:
    """87 493,28. Without `decimals`, up to two are shown and trailing zeros dropped. None gives an en dash."""
    if number is None:
        return "–"
    exact = Decimal(str(number))
    places = 2 if decimals is None else decimals
    written = f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}"
    whole, _dot, fraction = written.partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    if whole.lstrip("-") == "0" and not fraction.strip("0"):
        whole = "0"
    whole = whole.replace(",", THIN).replace("-", "\u2212")
    return f"{whole},{fraction}" if fraction else whole


def format_percent(share: float | None, decimals: int = 1) -> str:
    """81,1 % from 81.06. Never rounded up to a pass: 99.96 is 99,9 % (decision 41). None gives an en dash."""
    if share is None:
        return "–"
    scale = 10**decimals
    exact = Decimal(str(share))
    shown = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    if shown >= 100 > exact:
        shown = Decimal(math.floor(exact * scale)) / scale
    return f"{format_number(shown)}{FIXED}%"


def format_money(kroner: float | int | None) -> str:
    """84 300 kr, whole kroner."""
    return "–" if kroner is None else f"{format_number(kroner, 0)}{FIXED}kr"


def format_bytes(size: int | None) -> str:
    """656 kB, 2,1 MB (decimal units, as file managers show them)."""
    if size is None:
        return "–"
    if size < 1000:
        return f"{size}{FIXED}byte"
    if size < 1_000_000:
        return f"{format_number(size / 1000, 0)}{FIXED}kB"
    return f"{format_number(size / 1_000_000, 1)}{FIXED}MB"


def list_words(words: list[str] | tuple[Any, ...], joint: str | None = None) -> str:
    """a, b og c."""
    parts = [str(word) for word in words]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joint or _('og')} {parts[-1]}"
