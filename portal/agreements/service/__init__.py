"""The verbs of agreements, split by noun: `cards` (the agreement, its suppliers and people) and `pins` (what it asks)."""

from portal.agreements.service.cards import activate, add_party, assign, change_contact, create_agreement, end
from portal.agreements.service.pins import add_promises, grant_dispensation, pin, pin_own, unpin

__all__ = [
    "activate",
    "add_party",
    "add_promises",
    "assign",
    "change_contact",
    "create_agreement",
    "end",
    "grant_dispensation",
    "pin",
    "pin_own",
    "unpin",
]
