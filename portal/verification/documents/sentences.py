"""One sentence, or three, about a verdict: the figure, the threshold with its date, and who drove the rest."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from portal.evidence.kinds.plates import shown
from portal.foundation.i18n import FIXED, MONTHS, _, format_date, format_number, list_words
from portal.verification.rules import Outcome, PartVerdict

MOST_PLATES = 12
"""More than this are counted and not named: the page has them all in a table."""

UNDECIDED = (Outcome.MISSING, Outcome.WAITING, Outcome.CANNOT_DECIDE)


def sentence(part: PartVerdict, *, with_plates: bool = True) -> str:
    """«81 % av turene (8 001 av 9 871). Kravet er 100 % fra 1. juli 2025. Disse fire bilene kjørte resten: QD 10019, …»

    An outcome without a figure says only what the threshold is; the reasons say the rest. `with_plates` False counts the
    vehicles and names none (for staff who may see figures but no rows).
    """
    told = [_figure(part), _thresholds(part)]
    if part.outcome in (Outcome.BELOW_MINIMUM, Outcome.BELOW_PROMISE, Outcome.WAIVED):
        told.append(_rest(part, with_plates))
    return " ".join(sentence for sentence in told if sentence)


def plate(written: str) -> str:
    """`QD10019` as QD 10019, not to be broken over two lines."""
    return shown(written).replace(" ", FIXED)


def share_words(value: Fraction, thresholds: list[float], unit: str = "percent") -> str:
    """A figure with as many decimals as it needs to stand on the right side of every threshold.

    81.06 with a threshold of 100 is 81 %; 99.96 is 99,96 % and never 100 %; within one percentage point of a threshold
    there is always a decimal.
    """
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    limits = [Decimal(str(limit)) for limit in thresholds] + ([Decimal(0), Decimal(100)] if unit == "percent" else [])
    near = any(limit != exact and abs(limit - exact) < 1 for limit in limits)
    for decimals in range(1 if near or unit != "percent" else 0, 7):
        rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
        if all((rounded > limit) == (exact > limit) and (rounded < limit) == (exact < limit) for limit in limits):
            break
    return amount(float(rounded), unit, decimals=max(decimals, 2))


def amount(value: float | None, unit: str, *, decimals: int = 2) -> str:
    """A value with its unit: 81 %, 1,8 per uke, 4 år, ja. At most `decimals`, trailing zeros dropped."""
    if value is None:
        return "–"
    number = format_number(value) if decimals <= 2 else format_number(value, decimals).rstrip("0").rstrip(",")
    match unit:
        case "percent":
            return f"{number}{FIXED}%"
        case "boolean":
            return _("ja") if value else _("nei")
        case "NOK":
            return f"{format_number(value)}{FIXED}kr"
        case "per_week":
            return _("%(number)s per uke", number=number)
        case "years":
            return _("%(number)s år", number=number)
        case "days":
            return _("%(number)s dager", number=number)
        case "litre":
            return _("%(number)s liter", number=number)
        case "grams_per_meal":
            return _("%(number)s gram per porsjon", number=number)
        case "kWh" | "kg":
            return f"{number}{FIXED}{unit}"
        case "kgCO2e":
            return f"{number}{FIXED}kg{FIXED}CO₂e"
    return number


def month_list(months: list[str] | tuple[str, ...]) -> str:
    """`2026-01`, `2026-02` as januar og februar 2026."""
    by_year: dict[str, list[str]] = {}
    for month in months:
        year, number = month.split("-")
        by_year.setdefault(year, []).append(MONTHS["nb"][int(number) - 1])
    return list_words([f"{list_words(names)} {year}" for year, names in by_year.items()])


def _figure(part: PartVerdict) -> str:
    if part.value is None or part.outcome in UNDECIDED:
        return ""
    if part.numerator is None or part.denominator is None:
        if part.unit == "boolean":
            return _("Svaret er ja.") if part.value else _("Svaret er nei.")
        return _("%(amount)s er oppgitt.", amount=amount(part.value, part.unit, decimals=6))  # their own figure, as it was stated
    thresholds = [limit for limit in (part.minimum, part.promise) if limit is not None]
    exact = Fraction(str(part.numerator)) * 100 / Fraction(str(part.denominator))
    figures = {
        "share": share_words(exact, thresholds),
        "count": format_number(part.numerator),
        "all": format_number(part.denominator),
    }
    match part.metric:
        case "share_trips_zero_emission":
            return _("%(share)s av turene (%(count)s av %(all)s).", **figures)
        case "share_maxi_zero_emission":
            return _("%(share)s av storbilene og rullestolbilene (%(count)s av %(all)s).", **figures)
        case "kwh_reported_share":
            return _("%(share)s av elbilene har kWh for hver måned (%(count)s av %(all)s).", **figures)
    return _("%(share)s av bilene (%(count)s av %(all)s).", **figures)


def _thresholds(part: PartVerdict) -> str:
    if part.unit == "boolean" or part.operator in ("exists", "reported"):
        return ""
    told = []
    if part.minimum is not None:
        told.append(_limit(part, _("Kravet"), part.minimum, part.minimum_from))
    if part.promise is not None and (part.promise, part.promise_from) != (part.minimum, part.minimum_from):
        told.append(_limit(part, _("Løftet"), part.promise, part.promise_from))
    return " ".join(told)


def _limit(part: PartVerdict, what: str, limit: float, since: date | None) -> str:
    words = {"what": what, "limit": amount(limit, part.unit), "day": format_date(since)}
    is_all = part.unit == "percent" and limit >= 100
    if part.operator == "<=":
        return _("%(what)s er høyst %(limit)s fra %(day)s.", **words)
    if part.operator == ">=" and not is_all:
        return _("%(what)s er minst %(limit)s fra %(day)s.", **words)
    return _("%(what)s er %(limit)s fra %(day)s.", **words)


def _rest(part: PartVerdict, with_plates: bool) -> str:
    """The vehicles that pull the figure down, by name when they are few."""
    count = len(part.plates)
    if not count:
        return ""
    one = count == 1
    named = with_plates and count <= MOST_PLATES
    match part.metric:
        case "share_trips_zero_emission":
            did = _("kjørte resten")
        case "kwh_reported_share":
            did = _("mangler kWh")
        case _:
            did = _("er ikke nullutslipp")
    if named:
        plates = ", ".join(plate(share.plate) for share in part.plates)
        words = {"count": _count(count), "did": did, "plates": plates}
        return _("Denne bilen %(did)s: %(plates)s.", **words) if one else _("Disse %(count)s bilene %(did)s: %(plates)s.", **words)
    words = {"count": _count(count).capitalize(), "did": did}
    return _("Én bil %(did)s.", **words) if one else _("%(count)s biler %(did)s.", **words)


def _count(number: int) -> str:
    """Numbers up to twelve in words."""
    words = (_("to"), _("tre"), _("fire"), _("fem"), _("seks"), _("sju"), _("åtte"), _("ni"), _("ti"), _("elleve"), _("tolv"))
    return words[number - 2] if 2 <= number <= 12 else format_number(number)
