"""Sessions plugged in for more than 72 hours: usually a car left standing, sometimes an end that was never registered."""

from __future__ import annotations

from portal.evidence.kinds.charging_sessions import LONG_HOURS
from portal.verification.checks.findings import Check, Flag
from portal.verification.metrics.facts import Facts, Span


def look(facts: Facts, span: Span) -> tuple[Flag, ...]:
    """A hint with the number of sessions, over all logs; a car standing at home for a long weekend needs no answer."""
    count = sum(log.over_72h or 0 for log in facts.logs)
    return (Flag("sessions_long", {"count": count, "hours": LONG_HOURS}, asks=False),) if count else ()


CHECK = Check("charging_over_72h", "charging_sessions", look)
