"""A file has been read: what is recorded of it, in one transaction, and what happens to its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portal.evidence.models import Blob, Evidence, EvidenceVersion, Finding, Reading
from portal.evidence.parsing import PARSER
from portal.evidence.rules import EvidenceState, Level, Outcome, state_after
from portal.evidence.rules import Finding as Told
from portal.foundation import clock, jobs
from portal.foundation.actor import SYSTEM, Actor
from portal.foundation.db import db
from portal.foundation.errors import NotAllowed, WrongState
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.journal import service as journal


@dataclass(frozen=True)
class FileToRead:
    """What the worker needs to know while no transaction is open. `period`: the dates the file is said to be about."""

    version_id: str
    file_name: str
    kind: str
    key: str
    sha256: str
    size: int
    period: tuple[date, date] | None
    blob_key: str


def file_to_read(version_id: str, reading_id: str) -> FileToRead | None:
    """The file behind a job, or None when there is nothing left to do: read by an earlier try, or no longer wanted."""
    version = db.session.get(EvidenceVersion, version_id)
    if version is None or version.state != EvidenceState.CHECKING or db.session.get(Reading, reading_id) is not None:
        return None
    evidence = version.evidence
    has_period = evidence.applies_from is not None and evidence.applies_to is not None
    return FileToRead(
        version_id=version.id,
        file_name=version.file_name,
        kind=evidence.kind,
        key=version.blob.storage_key if version.blob else version.quarantine_key or "",
        sha256=version.sha256 or "",
        size=version.size or 0,
        period=(evidence.applies_from, evidence.applies_to) if has_period else None,  # type: ignore[arg-type]
        blob_key=f"supplier/{evidence.supplier_id}/{version.sha256}",
    )


def record_reading(
    version_id: str,
    reading_id: str,
    told: dict[str, Any],
    *,
    rows_key: str | None = None,
    blob_key: str | None = None,
    mapping: dict[str, str] | None = None,
) -> bool:
    """Write down what the reader said (`parsing`'s reading), with its findings, and move the file to the state it leads to.

    `blob_key`: where the bytes lie now that they were found safe; None when they were refused. False, and nothing
    changed, when an earlier try has done it already.
    """
    version = db.session.get(EvidenceVersion, version_id, populate_existing=True, with_for_update={"of": EvidenceVersion})
    if version is None or version.state != EvidenceState.CHECKING or db.session.get(Reading, reading_id) is not None:
        return False
    outcome = Outcome(told["outcome"])
    last = db.session.scalar(select(func.max(Reading.no)).where(Reading.evidence_version_id == version.id))
    db.session.add(
        Reading(
            id=reading_id,
            evidence_version_id=version.id,
            no=(last or 0) + 1,
            parser=told["parser"]["name"],
            parser_version=told["parser"]["version"],
            mapping=mapping,
            outcome=outcome.value,
            table=told.get("table"),
            figures=told.get("figures") or {},
            facts=told.get("facts") or {},
            rows_key=rows_key,
            read_at=clock.now(),
        )
    )
    db.session.flush()
    db.session.add_all(
        _finding(reading_id, position, Told.from_json(record)) for position, record in enumerate(told.get("findings") or [])
    )
    if blob_key is not None:
        version.blob_id = _blob(version, blob_key).id
    version.state = state_after(outcome).value
    db.session.flush()
    journal.record(
        SYSTEM,
        "evidence.read" if outcome is not Outcome.REJECTED else "evidence.refused",
        buyer_id=None,
        subject=("evidence", version.evidence_id),
        outcome=outcome.value,
        reading=reading_id,
        sha256=version.sha256,
    )
    return True


def answer_questions(actor: Actor, evidence: Evidence, reading: Reading, answers: dict[str, str]) -> None:
    """Have the file read again with the supplier's answers (the reader's own keys, see `access.questions_of`).

    Raises NotAllowed for others than the supplier's people, and WrongState when nothing is asked any more.
    """
    if evidence.supplier_id != actor.organisation_id or not actor.may("contributor", "submitter"):
        raise NotAllowed(_("Bare den som svarer for leverandøren, kan svare på spørsmål om filen."))
    version = db.session.get(EvidenceVersion, reading.evidence_version_id, populate_existing=True, with_for_update={"of": EvidenceVersion})
    if version is None or version.state != EvidenceState.NEEDS_MAPPING:
        raise WrongState(_("Filen er lest på nytt siden denne siden ble åpnet. Last siden på nytt."))
    version.state = EvidenceState.CHECKING.value
    db.session.flush()
    journal.record(actor, "evidence.explained", buyer_id=None, subject=("evidence", evidence.id), reading=reading.id)
    jobs.enqueue("evidence.read", version_id=version.id, reading_id=new_id(), mapping={**(reading.mapping or {}), **answers})


def give_up(version_id: str, reading_id: str) -> None:
    """The file could not be read in any number of tries, and not because of what is in it. The supplier is told so."""
    failed = Told(Level.ERROR, "reading_stopped")
    told = {"outcome": Outcome.REJECTED.value, "parser": PARSER, "findings": [failed.as_json()]}
    record_reading(version_id, reading_id, told)


def let_quarantine_go(version_id: str, key: str) -> None:
    """The bytes under `key` have left quarantine: forget the key, unless the file has been sent again meanwhile."""
    version = db.session.get(EvidenceVersion, version_id, populate_existing=True, with_for_update={"of": EvidenceVersion})
    if version is not None and version.quarantine_key == key and version.state not in WAITING:
        version.quarantine_key = None
        db.session.flush()


WAITING = (EvidenceState.RECEIVING, EvidenceState.CHECKING)
"""States in which the bytes in quarantine are still needed."""


def _finding(reading_id: str, position: int, told: Told) -> Finding:
    return Finding(
        reading_id=reading_id,
        position=position,
        level=told.level.value,
        code=told.code,
        params=told.params,
        sheet=told.sheet,
        row=told.row,
        rows=list(told.rows) if told.rows is not None else None,
        column=told.column,
        found=told.found,
    )


def _blob(version: EvidenceVersion, key: str) -> Blob:
    """The supplier's one row for these bytes; two files with the same bytes share it."""
    supplier_id = version.evidence.supplier_id
    blob = db.session.scalar(select(Blob).where(Blob.supplier_id == supplier_id, Blob.sha256 == version.sha256))
    if blob is None:
        blob = Blob(supplier_id=supplier_id, sha256=version.sha256, size=version.size, storage_key=key, stored_at=clock.now())
        db.session.add(blob)
        db.session.flush()
    return blob
