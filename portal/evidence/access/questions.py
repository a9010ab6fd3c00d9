"""What the portal must ask before a file can be read: which column, which sheet, which way of writing (`needs_mapping`)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.evidence.access.readings import column_labels
from portal.evidence.models import Finding, Reading
from portal.evidence.rules import Outcome
from portal.foundation.db import db
from portal.foundation.i18n import _

UNITS = {"kwh": "kWh", "wh": "Wh", "mwh": "MWh", "km": "km", "mil": "mil"}


@dataclass(frozen=True)
class Question:
    """One thing to choose. `name` is the reader's own key for the answer, `options` are (answer, words)."""

    name: str
    legend: str
    options: tuple[tuple[str, str], ...]


def questions_of(reading: Reading) -> list[Question]:
    """What to ask about this reading, in the file's order. Empty when nothing is asked, or when no answer could help."""
    if reading.outcome != Outcome.NEEDS_MAPPING:
        return []
    labels = column_labels(reading.evidence_version.evidence.kind)
    asked: dict[str, Question] = {}
    for name, choices in ((reading.table or {}).get("candidates") or {}).items():
        legend = _("Hvilket ark skal leses?") if name == "sheet" else _("Hvilken kolonne er %(label)s?", label=labels.get(name, name))
        if choices:
            asked[name] = Question(name, legend, tuple((choice, choice) for choice in choices))
    unclear = select(Finding).where(Finding.reading_id == reading.id, Finding.code.endswith("_unclear"))
    for finding in db.session.scalars(unclear.order_by(Finding.position)):
        question = _about_writing(finding)
        if question is not None:
            asked.setdefault(question.name, question)
    return list(asked.values())


def _about_writing(finding: Finding) -> Question | None:
    column = finding.column or ""
    example = finding.params.get("example", "")
    match finding.code:
        case "decimal_mark_unclear":
            legend = _("Hvordan er tallene i «%(column)s» skrevet, for eksempel %(example)s?", column=column, example=example)
            return Question(
                "decimal_mark", legend, (("comma", _("Komma skiller desimaler: 12,5")), ("point", _("Punktum skiller desimaler: 12.5")))
            )
        case "date_order_unclear":
            legend = _("Hvordan er datoene i «%(column)s» skrevet, for eksempel %(example)s?", column=column, example=example)
            return Question("date_order", legend, (("dmy", _("Dagen først")), ("mdy", _("Måneden først"))))
        case "unit_unclear":
            legend = _("Hvilken enhet har tallene i «%(column)s»?", column=column)
            units = tuple((unit, UNITS.get(unit, unit)) for unit in finding.params.get("units", ()))
            return Question(f"unit:{finding.params.get('wanted', '')}", legend, units)
    return None
