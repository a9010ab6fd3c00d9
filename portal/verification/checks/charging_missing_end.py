"""Sessions without an end: their energy is measured and counts, but how long they lasted is unknown."""

from __future__ import annotations

from portal.verification.checks.findings import Check, Flag
from portal.verification.metrics.facts import Facts, Span


def look(facts: Facts, span: Span) -> tuple[Flag, ...]:
    """One question with the number of sessions, over all logs."""
    count = sum(log.without_end or 0 for log in facts.logs)
    sessions = sum(log.sessions for log in facts.logs)
    return (Flag("sessions_without_end", {"count": count, "sessions": sessions}),) if count else ()


CHECK = Check("charging_missing_end", "charging_sessions", look)
