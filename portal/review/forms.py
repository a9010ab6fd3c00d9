"""What is typed on a case, as plain values. The service decides what may be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.evidence.forms import parse_day
from portal.foundation.errors import Invalid
from portal.foundation.i18n import _

COMMENT = "comment-"
"""Prefix of the field with a question's comment; the question's id follows."""


@dataclass(frozen=True)
class Return:
    """What is asked again: question id → comment, the internal note, and the new deadline."""

    comments: dict[str, str]
    internal_note: str
    due_on: date


def typed_return(fields: Mapping[str, str]) -> Return:
    """The form «Vi trenger mer fra dere». Only questions with a comment are returned. Raises Invalid by field."""
    comments = {name.removeprefix(COMMENT): text.strip() for name, text in fields.items() if name.startswith(COMMENT) and text.strip()}
    due_on = parse_day(fields.get("due_on", ""))
    errors = {}
    if not comments:
        errors["comments"] = _("Skriv hva dere trenger ved minst ett spørsmål.")
    if due_on is None:
        errors["due_on"] = _("Skriv datoen slik: 31.08.2026.")
    if errors or due_on is None:
        raise Invalid(errors)
    return Return(comments, fields.get("internal_note", ""), due_on)
