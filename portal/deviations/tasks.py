"""The worker's part: new evidence is tested within seconds of being read."""

from __future__ import annotations

from portal.deviations import service
from portal.foundation.jobs import every, task


@every(5)
@task("deviations.catch_up")
def catch_up() -> None:
    service.catch_up()
