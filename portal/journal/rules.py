"""How the chain is hashed, how an entry is told, and how a mail's secret is derived. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

GLOBAL_CHAIN = "global"
BEGINNING = "0" * 64
"""The hash "before" the first entry of every chain."""

INTERNAL = "_internal"
"""A verb that ends so is never told to a supplier."""

FORGOTTEN = "(slettet)"


@dataclass(frozen=True)
class Personal:
    """A parameter that is a person's name or address: kept beside the chain, which holds only its salted hash (AD-6)."""

    value: str


@dataclass(frozen=True)
class ChainCheck:
    """How a chain was found. `broken_at` is the number of the first entry that does not hold, None when all do."""

    chain: str
    count: int
    broken_at: int | None = None

    @property
    def holds(self) -> bool:
        return self.broken_at is None


# ---------------------------------------------------------------- the chain


def plain(value: Any) -> Any:
    """`value` as what JSON can say: dates and instants in ISO form (UTC), enums by value, decimals as text, sets in order."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def instant(moment: datetime) -> str:
    """UTC with all six digits of the microseconds, exactly as saved."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(body: Mapping[str, Any]) -> bytes:
    """One way to write a body: sorted JSON, no spaces, UTF-8. Raises TypeError or ValueError on what JSON cannot say."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def entry_hash(prev_hash: str, seq: int, body: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash, the number and the canonical body, as 64 hex digits."""
    return hashlib.sha256(prev_hash.encode() + b"\n" + str(seq).encode() + b"\n" + canonical(body)).hexdigest()


def salted_hash(salt: str, value: str) -> str:
    return hashlib.sha256(f"{salt}\n{value}".encode()).hexdigest()


def check_chain(chain: str, links: Iterable[tuple[int, str, str, Mapping[str, Any]]]) -> ChainCheck:
    """Walk (seq, prev_hash, hash, body) in order of seq and find the first that does not hold."""
    before, count = BEGINNING, 0
    for seq, prev_hash, found, body in links:
        count += 1
        if seq != count or prev_hash != before or found != entry_hash(prev_hash, seq, body):
            return ChainCheck(chain, count, broken_at=seq)
        before = found
    return ChainCheck(chain, count)


# ---------------------------------------------------------------- secrets that only a mail shows


def derived_secret(key: str, purpose: str, about: str) -> bytes:
    """32 bytes that follow from the application's key, so that no table holds them: `about` is the id of a row."""
    return hmac.new(key.encode(), f"kravsjekk:{purpose}:{about}".encode(), hashlib.sha256).digest()


def derived_token(key: str, purpose: str, about: str) -> str:
    """192 bits of a derived secret, safe in an address."""
    return base64.urlsafe_b64encode(derived_secret(key, purpose, about)[:24]).decode()


def derived_code(key: str, purpose: str, about: str) -> str:
    """Six digits of a derived secret."""
    return f"{int.from_bytes(derived_secret(key, purpose, about)[:8], 'big') % 1_000_000:06d}"


# ---------------------------------------------------------------- telling


Format = Callable[[Any], str]

_sentences: dict[str, str] = {}


def register_sentences(sentences: Mapping[str, str]) -> None:
    """Give verbs their bokmål sentences: `{who}` is the person, the other names in braces are the entry's parameters.

    A parameter that may be absent gives an empty text. Raises ValueError when a verb already has another sentence.
    """
    for verb, told in sentences.items():
        if _sentences.setdefault(verb, told) != told:
            raise ValueError(f"the verb {verb} has two sentences")


def knows(verb: str) -> bool:
    return verb in _sentences


def is_internal(verb: str) -> bool:
    return verb.endswith(INTERNAL)


def sentence(verb: str, params: Mapping[str, Any], who: str) -> str:
    """What happened, in bokmål. A verb without words is shown as it is, never hidden."""
    told = _sentences.get(verb)
    if told is None:
        return f"{who}: {verb}"
    return told.format_map(_Shown({name: _shown(value) for name, value in params.items()} | {"who": who})).strip()


class _Shown(dict[str, str]):
    def __missing__(self, _name: str) -> str:
        return ""


MONTHS = ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"
    return str(value)


register_sentences(
    {
        "notice.failed": "E-posten «{template}» kom ikke fram: {reason}",
    }
)
