"""Record the verdicts of what was sent in: once per submission, when its files have been read."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from portal.foundation import clock
from portal.foundation.actor import SYSTEM
from portal.foundation.db import db
from portal.journal import service as journal
from portal.reporting.models import Submission
from portal.verification import access
from portal.verification.models import Result
from portal.verification.rules import RULES_VERSION, Assessment, Outcome, judge
from portal.verification.rules.verdicts import details_of


def record(submission: Submission, *, at_once: bool = False) -> bool:
    """Freeze the verdicts of a submission. False when it has them, or when one of its files is still being read or asks
    something; `at_once` (a controller decides now) records such a file as not decidable. Flushes.

    Two that record at the same time make one set of rows: the unique key lets one of them through.
    """
    if access.recorded(submission) is not None:
        return False
    package = submission.package
    if not at_once and not access.is_settled(package):
        return False
    assessment = judge(access.material_of(package))
    try:
        with db.session.begin_nested():
            db.session.add_all(_rows(submission, assessment))
    except IntegrityError:
        return False
    questionnaire = submission.questionnaire
    journal.record(
        SYSTEM,
        "report.verified",
        buyer_id=questionnaire.buyer_id,
        subject=("questionnaire", questionnaire.id),
        agreement_id=questionnaire.round.agreement_id,
        no=submission.no,
        rules=RULES_VERSION,
        met=assessment.count(Outcome.MET),
        requirements=len(assessment.verdicts),
    )
    return True


def catch_up() -> int:
    """Record every submission that can be and is not; returns how many. May be called at any time, by anybody."""
    count = 0
    for submission_id in access.unrecorded():
        submission = access.submission_to_record(submission_id)
        count += submission is not None and record(submission)
    return count


def _rows(submission: Submission, assessment: Assessment) -> list[Result]:
    recorded_at = clock.now()
    rows = []
    for verdict in assessment.verdicts:
        for part in verdict.parts:
            rows.append(
                Result(
                    submission_id=submission.id,
                    pin_id=verdict.pin_id,
                    kind="verdict",
                    name=verdict.metric,
                    rules_version=RULES_VERSION,
                    part_from=part.part_from,
                    part_to=part.part_to,
                    outcome=part.outcome.value,
                    value=part.value,
                    unit=part.unit,
                    numerator=part.numerator,
                    denominator=part.denominator,
                    minimum=part.minimum,
                    promise=part.promise,
                    method=part.method,
                    details=details_of(verdict, part),
                    recorded_at=recorded_at,
                )
            )
        whole_from, whole_to = verdict.parts[0].part_from, verdict.parts[-1].part_to
        for no, check in enumerate(verdict.checks, start=1):
            rows.append(
                Result(
                    submission_id=submission.id,
                    pin_id=verdict.pin_id,
                    kind="flag",
                    name=check.name,
                    no=no,
                    rules_version=RULES_VERSION,
                    part_from=whole_from,
                    part_to=whole_to,
                    outcome=check.state.value,
                    details={"flags": [flag.as_json() for flag in check.flags]},
                    recorded_at=recorded_at,
                )
            )
    return rows
