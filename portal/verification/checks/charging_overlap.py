"""Consecutive sessions of one user where the first ends after the second has begun (decision 30)."""

from __future__ import annotations

from portal.verification.checks.findings import Check, Flag
from portal.verification.metrics.facts import Facts, Span


def look(facts: Facts, span: Span) -> tuple[Flag, ...]:
    """One question with the number of overlaps, over all logs."""
    count = sum(log.overlaps or 0 for log in facts.logs)
    sessions = sum(log.sessions for log in facts.logs)
    return (Flag("sessions_overlap", {"count": count, "sessions": sessions}),) if count else ()


CHECK = Check("charging_overlap", "charging_sessions", look)
