"""The worker records what has been sent in since last time, one short transaction a report."""

from __future__ import annotations

from portal.foundation.db import unit_of_work
from portal.foundation.jobs import every, task
from portal.verification import access, service


@every(5)
@task("verification.catch_up", own_transactions=True)
def catch_up() -> None:
    """Nothing to do costs one reading statement and no write lock."""
    for submission_id in access.unrecorded():
        with unit_of_work():
            submission = access.submission_to_record(submission_id)
            if submission is not None:
                service.record(submission)
