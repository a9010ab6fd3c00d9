"""The kinds of answers in one table: what may be typed, what it means, how long it may be, and what is said when it means nothing.

Pure. What was typed is kept as it is, and `Parsed` says what it means (decision 11). A number with two readings is asked
about, never guessed (IV-2). A problem is a code; `message` gives its bokmål text with parameters, which the page translates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LONGEST_TYPED = 20_000
"""Characters that are stored of any answer, valid or not. More than this is no answer but a paste gone wrong."""

LONGEST_REASON = 1_000
LONGEST_TEXT = 4_000
LONGEST_NUMBER = 40
LARGEST_NUMBER = 1e15

BOUNDS: dict[str, tuple[float, float]] = {"percent": (0, 100)}
WHOLE = frozenset({"count"})
UNIT_WORDS = ("%", "prosent", "kwh", "kg co2e", "kg co₂e", "kgco2e", "kg", "liter", "litre", "l", "km", "kr", "nok", "stk", "stk.", "dager", "år", "gram", "g")

_SPACES = " \u00a0\u2009\u202f\u2007"
_PLAIN = re.compile(r"-?\d+")
_BY_SPACE = re.compile(rf"-?\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?:[.,]\d+)?")
_POINT_GROUPS = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d{1,3}(?:\.\d{3}){2,}")
_COMMA_GROUPS = re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d+|-?\d{1,3}(?:,\d{3}){2,}")
_COMMA = re.compile(r"-?\d*,\d+")
_POINT = re.compile(r"-?\d*\.\d+")
_UNCLEAR = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Parsed:
    """What a typed text means. `value` is None when nothing is typed or when `problem` (a code) says why it means nothing."""

    value: Any = None
    problem: str = ""


@dataclass(frozen=True)
class AnswerKind:
    """One kind of question. `may_be_unavailable`: the supplier may write why it cannot be had instead (decision 42)."""

    name: str
    parse: Callable[[str, str], Parsed]
    longest: int
    minutes: int
    example: str = ""
    may_be_unavailable: bool = False


def parse(kind: str, unit: str, raw: str) -> Parsed:
    """What `raw` means as an answer of `kind` in `unit`. Raises KeyError for a kind that does not exist."""
    found = KINDS[kind]
    typed = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not typed:
        return Parsed()
    if has_control_characters(typed):
        return Parsed(problem="control_characters")
    if len(typed) > found.longest:
        return Parsed(problem="too_long")
    return found.parse(typed, unit)


def has_control_characters(typed: str) -> bool:
    """Control characters other than line breaks and tabs, and marks that turn the direction of text (IV-4)."""
    return any((unicodedata.category(letter) == "Cc" and letter not in "\n\t") or letter in _BIDI for letter in typed)


def storable(typed: str) -> str:
    """The typed text as a database can hold it: a NUL, which PostgreSQL refuses, becomes U+FFFD."""
    return typed.replace("\x00", "\ufffd")[:LONGEST_TYPED]


def message(kind: str, unit: str, problem: str) -> tuple[str, dict[str, str]]:
    """The bokmål text of a problem, with its parameters: what is wrong, and how to write it."""
    low, high = BOUNDS.get(unit, (0, LARGEST_NUMBER))
    params = {"longest": str(KINDS[kind].longest), "low": f"{low:g}", "high": f"{high:g}", "example": KINDS[kind].example}
    return MESSAGES[problem], params


MESSAGES = {
    "not_a_number": "Dette kan vi ikke lese som et tall. Skriv bare tallet, for eksempel %(example)s.",
    "unclear_number": "Dette tallet kan leses på to måter. Skriv det med komma for desimaler (12,345) eller uten skilletegn for tusen (12345).",
    "below_range": "Tallet kan ikke være mindre enn %(low)s.",
    "above_range": "Tallet kan ikke være større enn %(high)s.",
    "not_whole": "Skriv et helt tall, uten desimaler.",
    "not_yes_or_no": "Velg ja eller nei.",
    "too_long": "Teksten er for lang. Det er plass til %(longest)s tegn.",
    "control_characters": "Teksten inneholder tegn som ikke kan vises. Skriv den på nytt, eller lim den inn som ren tekst.",
}


def _number(typed: str, unit: str) -> Parsed:
    written = _without_unit(typed.replace("\u2212", "-").replace("–", "-"))
    if _UNCLEAR.fullmatch(written):
        return Parsed(problem="unclear_number")
    if _BY_SPACE.fullmatch(written):
        written = re.sub(f"[{_SPACES}]", "", written).replace(",", ".")
    elif _POINT_GROUPS.fullmatch(written):
        written = written.replace(".", "").replace(",", ".")
    elif _COMMA_GROUPS.fullmatch(written):
        written = written.replace(",", "")
    elif _COMMA.fullmatch(written):
        written = written.replace(",", ".")
    elif not (_PLAIN.fullmatch(written) or _POINT.fullmatch(written)):
        return Parsed(problem="not_a_number")
    if not written.isascii():
        return Parsed(problem="not_a_number")
    value = float(written)
    low, high = BOUNDS.get(unit, (0, LARGEST_NUMBER))
    if value < low:
        return Parsed(problem="below_range")
    if value > high:
        return Parsed(problem="above_range")
    if unit in WHOLE and value != int(value):
        return Parsed(problem="not_whole")
    return Parsed(int(value) if value == int(value) else value)


def _without_unit(typed: str) -> str:
    lowered = typed.lower()
    for word in sorted(UNIT_WORDS, key=len, reverse=True):
        if lowered.endswith(word) and lowered[: -len(word)].rstrip(_SPACES)[-1:].isdigit():
            return typed[: -len(word)].rstrip(_SPACES)
    return typed


def _yes_or_no(typed: str, _unit: str) -> Parsed:
    answer = {"ja": True, "nei": False}.get(typed.lower())
    return Parsed(problem="not_yes_or_no") if answer is None else Parsed(answer)


def _text(typed: str, _unit: str) -> Parsed:
    return Parsed(typed)


KINDS: dict[str, AnswerKind] = {
    kind.name: kind
    for kind in (
        AnswerKind("number", _number, LONGEST_NUMBER, minutes=2, example="81,5", may_be_unavailable=True),
        AnswerKind("yesno", _yes_or_no, 10, minutes=1),
        AnswerKind("text", _text, LONGEST_TEXT, minutes=4),
        AnswerKind("evidence", _text, LONGEST_TEXT, minutes=5, may_be_unavailable=True),
        AnswerKind("explanation", _text, LONGEST_TEXT, minutes=0),
    )
}
