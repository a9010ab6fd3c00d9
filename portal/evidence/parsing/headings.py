"""Which row is the header, and which column is which.

Headings are matched by what they say, never by where they stand, and a tie is not broken by a guess: which column is
meant is asked (policy decision 5). Only for names and places, where one identification is as good as another, the
order of the declared synonyms decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from portal.evidence.kinds import KINDS
from portal.evidence.kinds.declaration import Column, Kind, Reads

_BRACKETS = re.compile(r"[(\[{].*?[)\]}]")
_WORDS = re.compile(r"[^0-9a-zæøåäöüé%]+")
_TRAILING = frozenset({"i", "in", "lokal", "local", "utc", "gmt", "nok", "kr", "dd", "mm", "åååå"})
_INTERCHANGEABLE = (Reads.TEXT, Reads.PLATE, Reads.DURATION, Reads.YES_NO)


def folded(text: str) -> str:
    """A heading without case, spaces and punctuation: `Start_plugin` → `startplugin`."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    return [word for word in _WORDS.split(unicodedata.normalize("NFKC", text).casefold()) if word]


@cache
def _known(kind: str) -> dict[str, tuple[tuple[str, int], ...]]:
    """Folded synonym → the columns of the kind it may mean, each with its place among that column's synonyms."""
    known: dict[str, list[tuple[str, int]]] = {}
    for column in KINDS[kind].columns:
        for place, synonym in enumerate((*column.synonyms, *column.label.values())):
            meanings = known.setdefault(folded(synonym), [])
            if column.name not in (name for name, _ in meanings):
                meanings.append((column.name, place))
    return {key: tuple(meanings) for key, meanings in known.items()}


@cache
def _units(kind: str) -> frozenset[str]:
    return frozenset(unit for column in KINDS[kind].columns for unit in column.units)


def unit_in(heading: str, column: Column) -> str | None:
    """The unit that a heading names, if it is one the column knows: `Energi (Wh)` → `wh`."""
    named = [word for word in _words(heading) if word in column.units]
    return named[-1] if named else None


def says_utc(heading: str) -> bool:
    """Whether a heading says that its times are UTC."""
    return bool({"utc", "gmt"} & set(_words(heading)))


def meanings_of(heading: str, kind: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    """What a heading may mean: how exactly it matches (0 is best), and (column, place among its synonyms) pairs."""
    words = _words(heading)
    bare = _words(_BRACKETS.sub(" ", heading))
    shorter = list(bare)
    while len(shorter) > 1 and (shorter[-1] in _TRAILING or shorter[-1] in _units(kind)):
        shorter.pop()
    for tier, attempt in enumerate((words, bare, shorter)):
        if meanings := _known(kind).get("".join(attempt)):
            return tier, meanings
    return 3, ()


@dataclass(frozen=True)
class Header:
    """A header row. `row` is as the user sees it; `columns` maps canonical names to column indexes.

    `unclear` names columns that several headings may mean: {canonical: headings}.
    """

    row: int
    headings: tuple[str, ...]
    columns: dict[str, int] = field(default_factory=dict)
    unclear: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def heading(self, name: str) -> str | None:
        """The heading found for a canonical column."""
        return self.headings[self.columns[name]] if name in self.columns else None

    def missing(self, kind: Kind) -> tuple[Column, ...]:
        """Required columns that no heading means."""
        return tuple(
            column for column in kind.required if column.name not in self.columns and column.name not in self.unclear
        )


def header_in(top: Iterable[list[str]], kind: Kind, mapping: Mapping[str, str]) -> Header | None:
    """The best header row among the first rows, or None when no row means anything for this kind.

    The row that gives most of the required columns wins, then most columns, then the first. Two rows together are one
    header when that says more than either alone. `mapping` is what the supplier has answered, {canonical: heading}, and
    goes before any synonym.
    """
    rows = list(top)
    best: tuple[tuple[int, int], Header] | None = None
    pairs = [(number, _joined(upper, lower, kind)) for number, (upper, lower) in enumerate(pairwise(rows), start=2)]
    for number, cells in [*enumerate(rows, start=1), *pairs]:
        header = _match(number, cells, kind, mapping)
        found = len(header.columns) + len(header.unclear)
        fitness = (len(kind.required) - len(header.missing(kind)), found)
        if found and (best is None or fitness > best[0]):
            best = (fitness, header)
    return best[1] if best else None


def _joined(upper: list[str], lower: list[str], kind: Kind) -> list[str]:
    """Two rows as one header: "Kjørelengde" over "totalt" is "Kjørelengde totalt". A merged cell covers those after it."""
    joined, group = [], ""
    for over, under in zip(upper, lower, strict=True):
        group = over or (group if under else "")
        attempts = (f"{group} {under}".strip(), under or over)
        joined.append(next((text for text in attempts if meanings_of(text, kind.code)[1]), under or over))
    return joined


def _match(number: int, cells: list[str], kind: Kind, mapping: Mapping[str, str]) -> Header:
    headings = tuple(cells)
    chosen = {
        name: next((index for index, text in enumerate(headings) if folded(text) == folded(heading)), None)
        for name, heading in mapping.items()
    }
    columns = {name: index for name, index in chosen.items() if index is not None}
    claims: dict[str, list[tuple[int, int, int]]] = {}
    undecided: list[tuple[int, int, tuple[tuple[str, int], ...]]] = []
    for index, heading in enumerate(headings):
        if not heading or index in columns.values():
            continue
        tier, meanings = meanings_of(heading, kind.code)
        meanings = tuple(meaning for meaning in meanings if meaning[0] not in columns)
        if len(meanings) == 1:
            claims.setdefault(meanings[0][0], []).append((tier, meanings[0][1], index))
        elif meanings:
            undecided.append((index, tier, meanings))
    for index, tier, meanings in undecided:
        # A heading with two meanings takes the first that no other heading claims: beside "Dato", "Start" is a clock.
        name, place = next((meaning for meaning in meanings if meaning[0] not in claims), meanings[0])
        claims.setdefault(name, []).append((tier, place, index))
    unclear: dict[str, tuple[str, ...]] = {}
    for name, candidates in claims.items():
        candidates.sort()
        equal = [candidate for candidate in candidates if candidate[0] == candidates[0][0]]
        column = kind.column(name)
        if len(equal) > 1 and (column.required or column.reads not in _INTERCHANGEABLE):
            unclear[name] = tuple(headings[index] for _, _, index in equal)
        else:
            columns[name] = candidates[0][2]
    return Header(number, headings, columns, unclear)


def kind_that_fits(top: Iterable[list[str]], other_than: str) -> Kind | None:
    """Another kind whose every required column has a heading here: a file in the wrong place says so."""
    rows = list(top)
    for code, kind in KINDS.items():
        if code == other_than:
            continue
        header = header_in(rows, kind, {})
        if header and not header.missing(kind) and not header.unclear:
            return kind
    return None
