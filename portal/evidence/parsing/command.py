"""`flask evidence check` without Flask: check one file, and say with which code the command should end."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from portal.evidence.kinds import KINDS
from portal.evidence.parsing.child import read_in_child
from portal.evidence.parsing.report import as_answer
from portal.evidence.rules import Outcome

ACCEPTED, NOT_ACCEPTED, WRONG_USE = 0, 1, 2


class WrongUse(Exception):
    """The command was called in a way that cannot be answered; the message says how it should be."""


def check_file(
    path: Path, kind: str, first: date | None = None, last: date | None = None, as_name: str | None = None
) -> tuple[dict[str, Any], int]:
    """Read the file as the portal would, under `as_name` if given. `first` and `last` are inclusive.

    Returns the answer and the exit code (0 accepted, 1 needs_mapping or rejected). Raises WrongUse.
    """
    if kind not in KINDS:
        raise WrongUse(f"Ukjent type «{kind}». Velg en av: {', '.join(KINDS)}.")
    if not path.is_file():
        raise WrongUse(f"Finner ikke filen «{path}».")
    if (first is None) != (last is None):
        raise WrongUse("Oppgi både --from og --to, eller ingen av dem.")
    if first is not None and last is not None and last < first:
        raise WrongUse("--to er før --from.")
    period = (first, last) if first is not None and last is not None else None
    answer = as_answer(read_in_child(path, name=as_name or path.name, kind=kind, period=period))
    accepted = answer["outcome"] in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WARNINGS)
    return answer, ACCEPTED if accepted else NOT_ACCEPTED
