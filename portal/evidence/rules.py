"""The words of the evidence area: outcomes, states, levels and findings. Pure.

A finding is a code with parameters; its words are made when somebody reads it (`parsing/messages.py`), so that the
wording may improve, and other languages follow, without touching what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.journal.rules import register_sentences

QUOTE_LENGTH = 40
"""Characters of a cell, header or file name that a message may quote. The rest is cut: it is somebody else's text."""


class Outcome(StrEnum):
    """What became of one reading of a file."""

    ACCEPTED = "accepted"  # nobody needs to act
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"  # the supplier explains or corrects, figures stand meanwhile
    NEEDS_MAPPING = "needs_mapping"  # the supplier says which column or format is meant
    REJECTED = "rejected"  # the supplier sends another file


class Level(StrEnum):
    """How heavy a finding is. On screen: stopper · må forklares · tips."""

    ERROR = "error"  # the row, or the file, is left out
    WARNING = "warning"  # counted, but the supplier is asked
    HINT = "hint"  # good to know, nobody needs to act


class ScanState(StrEnum):
    """What the virus scanner has said about the bytes."""

    CLEAN = "clean"  # nobody acts
    INFECTED = "infected"  # the bytes are deleted, the supplier is told
    NOT_SCANNED = "not_scanned"  # shown as such to staff, never called clean


class EvidenceState(StrEnum):
    """Where a piece of evidence stands (decision 25)."""

    RECEIVING = "receiving"  # the portal stores the bytes
    CHECKING = "checking"  # the worker guards and reads
    NEEDS_MAPPING = "needs_mapping"  # the supplier answers what is meant
    READY = "ready"  # may be cited
    REFUSED = "refused"  # the bytes are gone, the row keeps the reason

    def may_become(self, other: EvidenceState) -> bool:
        """Whether the state machine allows the move. Staying put is no move, and so not allowed."""
        return other in MOVES[self]


MOVES: dict[EvidenceState, frozenset[EvidenceState]] = {
    EvidenceState.RECEIVING: frozenset({EvidenceState.CHECKING, EvidenceState.REFUSED}),
    EvidenceState.CHECKING: frozenset({EvidenceState.NEEDS_MAPPING, EvidenceState.READY, EvidenceState.REFUSED}),
    # An answered mapping, or a new version of the file, is read again.
    EvidenceState.NEEDS_MAPPING: frozenset({EvidenceState.CHECKING, EvidenceState.REFUSED}),
    EvidenceState.READY: frozenset({EvidenceState.CHECKING}),
    EvidenceState.REFUSED: frozenset({EvidenceState.RECEIVING, EvidenceState.CHECKING}),
}


def state_after(outcome: Outcome) -> EvidenceState:
    """The state that a finished reading leads to."""
    return {
        Outcome.ACCEPTED: EvidenceState.READY,
        Outcome.ACCEPTED_WITH_WARNINGS: EvidenceState.READY,
        Outcome.NEEDS_MAPPING: EvidenceState.NEEDS_MAPPING,
        Outcome.REJECTED: EvidenceState.REFUSED,
    }[outcome]


def shortened(text: str, length: int = QUOTE_LENGTH) -> str:
    """`text` on one line and at most `length` characters, the cut marked with an ellipsis.

    Control characters go too: a quoted cell must not be able to move the cursor of a terminal.
    """
    line = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


@dataclass(frozen=True)
class Finding:
    """One thing to tell about a file.

    `row` is the row number as the user sees it in a spreadsheet (the first is 1); findings that repeat carry `rows`
    instead. `column` is the heading found in the file, `found` the cell as it stood, both at most 40 characters.
    """

    level: Level
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    sheet: str | None = None
    row: int | None = None
    rows: tuple[int, ...] | None = None
    column: str | None = None
    found: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The finding as plain JSON values; `from_json` gives it back unchanged."""
        return {
            "level": self.level.value,
            "code": self.code,
            "params": self.params,
            "sheet": self.sheet,
            "row": self.row,
            "rows": list(self.rows) if self.rows is not None else None,
            "column": self.column,
            "found": self.found,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Finding:
        """A finding from what `as_json` wrote. Raises KeyError or ValueError on anything else."""
        rows = record.get("rows")
        return cls(
            level=Level(record["level"]),
            code=record["code"],
            params=dict(record.get("params") or {}),
            sheet=record.get("sheet"),
            row=record.get("row"),
            rows=tuple(rows) if rows is not None else None,
            column=record.get("column"),
            found=record.get("found"),
        )


register_sentences(
    {
        "evidence.received": "{who} sendte inn en fil",
        "evidence.explained": "{who} svarte på hva som er ment i filen",
        "evidence.read": "Filen ble lest",
        "evidence.refused": "Filen kunne ikke leses, og ble ikke beholdt",
    }
)
