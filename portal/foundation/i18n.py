"""Language and the Norwegian way of writing numbers, dates and money. Bokmål is the source language of every string."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import flask_babel
from flask import Flask, g, has_request_context

from portal.foundation.clock import OSLO

LOCALES = ("nb", "nn", "en")
SOURCE = "nb"
THIN = "\u202f"  # narrow no-break space between thousands
FIXED = "\u00a0"  # no-break space before units
MONTHS = {
    "nb": ["januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"],
    "nn": ["januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}


def gettext(message: str, **params: Any) -> str:
    """The text in the reader's language, its %(name)s filled in.

    Bokmål is the source and needs no catalogue: looking for one, a thousand times a page, was most of a page's time.
    """
    told = message if locale() == SOURCE else flask_babel.gettext(message)
    return told % params if params else told


def ngettext(one: str, many: str, num: int, **params: Any) -> str:
    """The same for a text that depends on a number, which is `%(num)s` in it."""
    told = (one if num == 1 else many) if locale() == SOURCE else flask_babel.ngettext(one, many, num)
    return told % {"num": num, **params}


_ = gettext


def init(app: Flask) -> None:
    flask_babel.Babel(app, locale_selector=locale)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # The new style fills in the parameters itself, escaped, so these two get none.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: message if locale() == SOURCE else flask_babel.get_translations().ugettext(message),
        lambda one, many, num: (one if num == 1 else many) if locale() == SOURCE else flask_babel.get_translations().ungettext(one, many, num),
        newstyle=True,
    )
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
    """The actor's language, else bokmål: the other two are chosen by a person, never by a browser alone, since only bokmål
    is complete yet."""
    actor = g.get("actor") if has_request_context() else None
    return actor.locale if actor is not None else SOURCE


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
