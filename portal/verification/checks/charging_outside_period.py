"""Does the log reach outside the reporting period? Energy of other months is not counted, and the supplier is told."""

from __future__ import annotations

from portal.verification.checks.findings import Check, Flag
from portal.verification.metrics.facts import Facts, Number, Span


def look(facts: Facts, span: Span) -> tuple[Flag, ...]:
    """One flag with the first start, the last end and the kWh of months outside.

    A session over the turn of the period is ordinary, so days outside without a month outside only give a hint.
    """
    firsts = [log.first_start for log in facts.logs if log.first_start]
    lasts = [log.last_end or log.first_start for log in facts.logs if log.last_end or log.first_start]
    if not firsts or (min(firsts) >= span.first and max(day for day in lasts if day) <= span.last):
        return ()
    inside = set(span.months())
    outside: Number = sum(kwh for log in facts.logs for month, kwh in (log.by_month or {}).items() if month not in inside)
    params = {
        "first": min(firsts).isoformat(),
        "last": max(day for day in lasts if day).isoformat(),
        "kwh": round(outside, 2),
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
    }
    return (Flag("sessions_outside", params, asks=bool(outside)),)


CHECK = Check("charging_outside_period", "charging_sessions", look)
