"""No fødselsnummer gets in: the detector of PD-1, for cells and file names.

Eleven digits, with a space, dot or hyphen in the middle or none, that hold a valid date (also D-, H- and synthetic
numbers: facts.md §7) and whose check digits agree. Numeric cells lose a leading zero, so a whole cell of ten digits is
tried with one. Account numbers pass now and then; a column full of eleven digits of which few pass is one of those.
"""

from __future__ import annotations

import re
from calendar import monthrange

import polars as pl

_CANDIDATE = re.compile(r"(?<!\d)(\d{6})[ .\-\u00a0\u202f]?(\d{5})(?!\d)")
_LOST_ZERO = re.compile(r"^\d{10}$")
_PREFILTER = r"\d{6}[ .\-\x{00a0}\x{202f}]?\d{5}|^\d{10}$"
_K1 = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_K2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_K1_REMAINDERS = frozenset({0, 1, 2, 3})
"""From 2032 the first check digit may leave these remainders (facts.md §7, medium)."""
_MONTH_OFFSETS = (0, 40, 65, 80)
MANY = 20
FEW_OF_MANY = 0.5


def is_identity_number(digits: str) -> bool:
    """Whether eleven digits are a fødselsnummer, D-number, H-number or a synthetic one."""
    if len(digits) != 11 or not digits.isdigit():
        return False
    numbers = [int(digit) for digit in digits]
    if sum(weight * number for weight, number in zip(_K1, numbers, strict=False)) % 11 not in _K1_REMAINDERS:
        return False
    if sum(weight * number for weight, number in zip(_K2, numbers, strict=True)) % 11:
        return False
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    day -= 40 if day > 40 else 0
    # A leap day counts when any century has it: 1900 has none, 2000 has.
    return any(
        1 <= month - offset <= 12 and 1 <= day <= monthrange(2000 + year, month - offset)[1] for offset in _MONTH_OFFSETS
    )


def holds_identity_number(text: str) -> bool:
    """Whether a text holds one anywhere."""
    if _LOST_ZERO.match(text) and is_identity_number("0" + text):
        return True
    return any(is_identity_number(first + last) for first, last in _CANDIDATE.findall(text))


def masked(text: str) -> str:
    """The text with every such number replaced, for file names that must be shown."""
    return _CANDIDATE.sub(lambda found: "***********" if is_identity_number(found[1] + found[2]) else found[0], text)


def rows_with_identity_numbers(cells: pl.DataFrame) -> list[int]:
    """The rows (the first is 1) of a table of text that hold an identity number, in order."""
    rows: set[int] = set()
    for column in cells:
        suspects = (
            pl.DataFrame({"cell": column}).with_row_index("row", offset=1).filter(pl.col("cell").str.contains(_PREFILTER))
        )
        if suspects.is_empty():
            continue
        hits = [row for row, cell in suspects.iter_rows() if holds_identity_number(cell)]
        if len(suspects) >= MANY and len(hits) < FEW_OF_MANY * len(suspects):
            continue
        rows.update(hits)
    return sorted(rows)
