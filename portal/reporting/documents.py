"""What the pages of a questionnaire show: the same for the supplier who fills it in and for the controller who previews it."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.catalogue.rules import Frequency, Unit
from portal.evidence.kinds import KINDS
from portal.foundation import clock
from portal.reporting import access
from portal.reporting.access import Contents
from portal.reporting.answers import LONGEST_REASON
from portal.reporting.models import Round
from portal.reporting.rules import ONE_FILE, estimated_minutes

ACCEPTED = ".xlsx,.xls,.ods,.csv,.txt"


def questionnaire_page(period: Round, contents: Contents, *, due_on: date) -> dict[str, Any]:
    """The context of reporting/questionnaire.html, apart from what only a real questionnaire has."""
    shown = contents.shown
    required = [entry for entry in shown if entry.asked.required]
    return {
        "round": period,
        "agreement": period.agreement,
        "contents": contents,
        "files": [entry for entry in shown if entry.asked.kind == "evidence"],
        "questions": [entry for entry in shown if entry.asked.kind in ("number", "yesno", "text")],
        "explanations": [entry for entry in shown if entry.asked.kind == "explanation"],
        "required": len(required),
        "done": sum(not entry.gap for entry in required),
        "minutes": estimated_minutes(entry.asked.kind for entry in shown),
        "due_on": due_on,
        "today": clock.today(),
        "kinds": KINDS,
        "one_file": ONE_FILE,
        "accept": ACCEPTED,
        "units": UNITS,
        "frequencies": FREQUENCIES,
        "longest_reason": LONGEST_REASON,
        "problem_words": access.problem_words,
        "gap_words": access.gap_words,
    }


UNITS = {unit.value: unit.label for unit in Unit}
FREQUENCIES = {frequency.value: frequency.label for frequency in Frequency}
