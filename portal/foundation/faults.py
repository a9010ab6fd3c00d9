"""Points where the tests can pull the plug, to see that nothing acknowledged is lost and nothing is left half-done.

    faults.reach("evidence.after_row")

does nothing, except in test mode with KRAVSJEKK_FAULT naming that point: then the process ends there as if killed with -9
(no handler runs, no buffer is flushed, no transaction is closed). The variable is read once, at start, and no other mode
looks at it.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.foundation.config import Settings

VARIABLE = "KRAVSJEKK_FAULT"

_armed: str | None = None


def init(settings: Settings) -> None:
    """Arm the point that the environment names, in test mode only."""
    global _armed
    _armed = os.environ.get(VARIABLE) if settings.mode == "test" else None


def reach(point: str) -> None:
    """Die here if this is the armed point."""
    if point == _armed:
        os.kill(os.getpid(), signal.SIGKILL)
