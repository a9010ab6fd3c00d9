"""Random public ids: short, time-ordered, safe in an address."""

from __future__ import annotations

import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
LENGTH = 20


def new_id() -> str:
    """20 characters: 35 bits of seconds (so ids sort by age, until year 3058) and 65 random bits."""
    number = (int(time.time()) << 65) | secrets.randbits(65)
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(LENGTH - 1, -1, -1))


def looks_like_id(text: str) -> bool:
    return len(text) == LENGTH and all(character in ALPHABET for character in text)
