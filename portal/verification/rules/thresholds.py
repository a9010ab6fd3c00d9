"""Which minimum and promise are in force on a day, where a period is split, and whether a figure holds them. Exact fractions."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

from portal.verification.metrics.facts import Number, Span
from portal.verification.rules.material import Step

SCALE = 10**6
"""A recorded value has six decimals."""


def in_force(steps: tuple[Step, ...], role: str, day: date) -> Step | None:
    """The newest step of `role` that has begun on `day`."""
    begun = [step for step in steps if step.role == role and step.first_day <= day]
    return max(begun, key=lambda step: step.first_day, default=None)


def parts_of(period: Span, steps: tuple[Step, ...]) -> tuple[Span, ...]:
    """The period, split at every step that begins inside it (decision 21)."""
    cuts = sorted({step.first_day for step in steps if period.first < step.first_day <= period.last})
    starts = [period.first, *cuts]
    ends = [*(cut - timedelta(days=1) for cut in cuts), period.last]
    return tuple(Span(first, last) for first, last in zip(starts, ends, strict=True))


def exact(number: Number) -> Fraction:
    """A number as it is written, so that 0.1 is a tenth."""
    return Fraction(str(number))


def share(numerator: Number, denominator: Number) -> Fraction:
    """Percent, exact. `denominator` is not 0."""
    return exact(numerator) * 100 / exact(denominator)


def recorded_value(value: Fraction) -> float:
    """Six decimals, cut: 99.9999996 stays below 100."""
    return math.floor(value * SCALE) / SCALE


def holds(value: Fraction, operator: str, threshold: float) -> bool:
    """Whether an exact value keeps a threshold. `exists` wants a yes (1); `reported` only that there is a figure."""
    limit = exact(threshold)
    match operator:
        case ">=":
            return value >= limit
        case "<=":
            return value <= limit
        case "==":
            return value == limit
        case "exists":
            return value >= 1
        case "reported":
            return True
    raise ValueError(f"unknown operator {operator!r}")
