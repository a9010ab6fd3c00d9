"""The worker's part of signing in."""

from __future__ import annotations

from portal.foundation.jobs import task
from portal.identity import service


@task("identity.send_link")
def send_link(request_id: str, email: str, next: str) -> None:
    """Send a one-time link to an address that has access; an unknown one gets none, and nobody can tell."""
    service.send_link(request_id, email, next)
