"""What the verdicts are: live for a draft, recorded for what was sent in. One loader feeds both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased, undefer

from portal.evidence.models import EvidenceVersion, Reading
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import NotFound
from portal.reporting import access as reporting_access
from portal.reporting.models import Questionnaire, Submission
from portal.verification.checks import CheckResult, CheckState, Flag
from portal.verification.models import Result
from portal.verification.rules import Assessment, Material, Outcome, PinVerdict, judge
from portal.verification.rules.material import FileKey, ReadFile, material_from
from portal.verification.rules.verdicts import part_from, pin_from

UNSETTLED = ("receiving", "checking", "needs_mapping")
"""States of a file that may still become readable: a package that cites one follows it until it is read (decision 22)."""

AT_A_TIME = 200


def live(actor: Actor, questionnaire: Questionnaire, package: Mapping[str, Any] | None = None) -> Assessment:
    """The verdicts of a draft as it stands, for the supplier it belongs to. Raises NotFound for everybody else.

    `package`: what reporting.access.package_of gave, when the caller has it already.
    """
    if not actor.is_supplier or questionnaire.supplier_id != actor.organisation_id:
        raise NotFound()
    return judge(material_of(package if package is not None else reporting_access.package_of(questionnaire)))


def of_submission(submission: Submission) -> Assessment:
    """The recorded verdicts of a submission that the caller has loaded, or the same made now while files are still read."""
    return recorded(submission) or judge(material_of(submission.package))


def recorded(submission: Submission) -> Assessment | None:
    """The verdicts frozen with a submission, from its result rows; None before they are recorded. One statement."""
    rows = db.session.scalars(select(Result).where(Result.submission_id == submission.id)).all()
    return _assessment(rows, submission.package) if rows else None


def verdicts_of(submissions: Iterable[Submission]) -> dict[str, list[tuple[str, Outcome]]]:
    """Submission id → (requirement code, outcome) of each recorded verdict part, for a list. One statement."""
    found: defaultdict[str, list[tuple[str, Outcome]]] = defaultdict(list)
    wanted = select(Result.submission_id, Result.details, Result.outcome).where(
        Result.submission_id.in_([submission.id for submission in submissions]), Result.kind == "verdict"
    )
    for submission_id, details, outcome in db.session.execute(wanted.order_by(Result.part_from)):
        found[submission_id].append((details["pin"]["code"], Outcome(outcome)))
    return found


def questions_of(submissions: Iterable[Submission]) -> dict[str, int]:
    """Submission id → how many checks ask something, for a list. One statement."""
    wanted = (
        select(Result.submission_id, func.count(func.distinct(Result.name)))
        .where(Result.submission_id.in_([submission.id for submission in submissions]), Result.kind == "flag")
        .where(Result.outcome == CheckState.ASKS.value)
        .group_by(Result.submission_id)
    )
    return {submission_id: count for submission_id, count in db.session.execute(wanted)}


def is_settled(package: Mapping[str, Any]) -> bool:
    """Whether every file that a frozen package cites has been read to an end, so that its verdicts can be recorded."""
    return all(file.state not in UNSETTLED for file in _followed(package).values())


def unrecorded() -> list[str]:
    """Ids of submissions without results, the oldest first: what `service.catch_up` has to answer."""
    wanted = select(Submission.id).where(~exists().where(Result.submission_id == Submission.id))
    return list(db.session.scalars(wanted.order_by(Submission.submitted_at, Submission.id).limit(AT_A_TIME)))


def submission_to_record(submission_id: str) -> Submission | None:
    """For the worker, which acts for nobody."""
    return db.session.get(Submission, submission_id)


# ---------------------------------------------------------------- the one loader


def material_of(package: Mapping[str, Any]) -> Material:
    """A package with the facts of the readings it cites: what `rules.judge` reads. At most two statements."""
    settled = [citation for citation in _citations(package) if not _follows(citation)]
    ids = {citation["reading_id"] for citation in settled}
    readings: dict[str, Reading] = {}
    if ids:
        wanted = select(Reading).options(undefer(Reading.facts)).where(Reading.id.in_(ids))
        readings = {reading.id: reading for reading in db.session.scalars(wanted)}
    files: dict[FileKey, ReadFile] = {}
    for citation in settled:
        reading = readings[citation["reading_id"]]
        files[_key(citation)] = ReadFile(citation["state"], reading.id, reading.facts or {}, reading.figures or {})
    return material_from(package, {**files, **_followed(package)})


def _followed(package: Mapping[str, Any]) -> dict[FileKey, ReadFile]:
    """The files that were not read to an end when the package was made, as they stand now: by their very bytes."""
    following = [citation for citation in _citations(package) if _follows(citation)]
    if not following:
        return {}
    later = aliased(Reading)
    newest = select(func.max(later.no)).where(later.evidence_version_id == EvidenceVersion.id).correlate(EvidenceVersion).scalar_subquery()
    rows = db.session.execute(
        select(EvidenceVersion.evidence_id, EvidenceVersion.sha256, EvidenceVersion.state, Reading)
        .outerjoin(Reading, (Reading.evidence_version_id == EvidenceVersion.id) & (Reading.no == newest))
        .options(undefer(Reading.facts))
        .where(EvidenceVersion.evidence_id.in_({citation["evidence_id"] for citation in following}))
        .order_by(EvidenceVersion.no)
    ).all()
    files: dict[FileKey, ReadFile] = {}
    for citation in following:
        files[_key(citation)] = ReadFile(citation["state"])
        for evidence_id, sha256, state, reading in rows:
            # A file that is still being received has no hash yet, neither here nor in the package.
            if evidence_id != citation["evidence_id"] or citation["sha256"] not in (None, sha256):
                continue
            read = state not in ("receiving", "checking") and reading is not None
            files[_key(citation)] = ReadFile(state, reading.id, reading.facts or {}, reading.figures or {}) if read else ReadFile(state)
    return files


def _citations(package: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for asked in package["asked"]:
        yield from asked["citations"]


def _follows(citation: Mapping[str, Any]) -> bool:
    return citation["reading_id"] is None or citation["state"] in UNSETTLED


def _key(citation: Mapping[str, Any]) -> FileKey:
    return citation["evidence_id"], citation["reading_id"]


# ---------------------------------------------------------------- back from the rows


def _assessment(rows: Iterable[Result], package: Mapping[str, Any]) -> Assessment:
    by_pin: defaultdict[str, list[Result]] = defaultdict(list)
    for row in rows:
        by_pin[row.pin_id].append(row)
    order = [pin["id"] for pin in package["pins"]]
    return Assessment(tuple(_verdict(pin_id, by_pin[pin_id]) for pin_id in order if pin_id in by_pin), recorded=True)


def _verdict(pin_id: str, rows: list[Result]) -> PinVerdict:
    verdicts = sorted((row for row in rows if row.kind == "verdict"), key=lambda row: row.part_from)
    flags = sorted((row for row in rows if row.kind == "flag"), key=lambda row: row.no)
    parts = tuple(
        part_from(
            row.details,
            part_from=row.part_from,
            part_to=row.part_to,
            outcome=Outcome(row.outcome),
            value=row.value,
            unit=row.unit,
            numerator=row.numerator,
            denominator=row.denominator,
            minimum=row.minimum,
            promise=row.promise,
            method=row.method,
        )
        for row in verdicts
    )
    checks = tuple(
        CheckResult(row.name, CheckState(row.outcome), tuple(Flag.from_json(flag) for flag in row.details["flags"])) for row in flags
    )
    return pin_from(pin_id, verdicts[0].details, parts, checks)
