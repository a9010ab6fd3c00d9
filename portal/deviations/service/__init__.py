"""What changes a deviation: the municipality's side (`following`), the supplier's (`answering`) and the proof (`proving`)."""

from portal.deviations.service.answering import attach_evidence, refuse_unfit, respond
from portal.deviations.service.following import (
    accept_plan,
    add_note,
    change_draft,
    close,
    escalate,
    raise_deviation,
    reject_plan,
    send,
)
from portal.deviations.service.proving import catch_up

__all__ = [
    "accept_plan",
    "add_note",
    "attach_evidence",
    "catch_up",
    "change_draft",
    "close",
    "escalate",
    "raise_deviation",
    "refuse_unfit",
    "reject_plan",
    "respond",
    "send",
]
