"""Waiting for another process without guessing how long it takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST = 60.0  # seconds after which something is broken, on the slowest machine


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Return as soon as `happened()` is true. Raises AssertionError when it never becomes so."""
    deadline = time.monotonic() + LONGEST
    while not happened():
        assert time.monotonic() < deadline, f"waited {LONGEST:.0f} s in vain for {what}"
        threading.Event().wait(0.01)
