"""The metric of every requirement that no recipe computes yet: the number, or yes or no, that the supplier stated (decision 19)."""

from __future__ import annotations

from typing import Any

from portal.verification.metrics.facts import Number


def stated(value: Any) -> Number | None:
    """A stored answer as a number: yes is 1 and no is 0. None when it is neither a number nor yes or no."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None
