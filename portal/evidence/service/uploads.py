"""A file comes in: the one place with two transactions (decision 25), so that no byte is half kept and none is lost.

    1. rows in state *receiving*, with the key the bytes will have         committed
    2. the bytes to quarantine under that key, checked by their SHA-256    outside any transaction
    3. state *checking*, the journal entry and the job that reads          the caller's transaction; only then acknowledged

A process that dies after 1 or 2 leaves a row that the sweep completes or drops. The same file sent again while it is
still there (a double click, a second try) finds that row under the supplier's lock and finishes it: never two of one.
"""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import IO

from sqlalchemy import select

from portal.evidence import kinds
from portal.evidence.models import Evidence, EvidenceVersion, Reading
from portal.evidence.parsing import guard, identity, limits, messages
from portal.evidence.rules import EvidenceState, Finding, Level
from portal.foundation import clock, faults, i18n, jobs
from portal.foundation.actor import Actor
from portal.foundation.db import begin_writing, db
from portal.foundation.errors import Invalid, NotAllowed
from portal.foundation.i18n import _
from portal.foundation.ids import new_id
from portal.foundation.storage import StorageError, storage
from portal.identity.models import Organisation
from portal.journal import service as journal

log = logging.getLogger("kravsjekk.evidence")

CHUNK = 1024 * 1024
LONGEST_NAME = 200


@dataclass(frozen=True)
class Receipt:
    """What a sent file became. `is_repeat`: the supplier had already sent the same bytes for the same days."""

    evidence: Evidence
    version: EvidenceVersion
    is_repeat: bool


def receive(
    actor: Actor,
    *,
    kind: str,
    stream: IO[bytes],
    file_name: str,
    applies_from: date | None = None,
    applies_to: date | None = None,
) -> Evidence:
    """`receive_file` for callers that do not need to know whether the file had come before."""
    return receive_file(
        actor, kind=kind, stream=stream, file_name=file_name, applies_from=applies_from, applies_to=applies_to
    ).evidence


def receive_file(
    actor: Actor,
    *,
    kind: str,
    stream: IO[bytes],
    file_name: str,
    applies_from: date | None = None,
    applies_to: date | None = None,
) -> Receipt:
    """Take a file in and have it read. **Commits what the caller's transaction holds**, so call it before other changes.

    `stream` is a seekable binary file, read from its beginning. `applies_from`, `applies_to`: the local dates that the
    file is about, both included; the same date twice is "as of". The bytes are read against that period.
    Raises NotAllowed for anybody but the supplier's own people, and Invalid, with everything as before, when the file is
    empty, too large or of a type that is not taken, when its day has not been yet, or when it could not be stored.
    """
    if not actor.is_supplier or not actor.may("contributor", "submitter"):
        raise NotAllowed(_("Bare den som svarer for leverandøren, kan laste opp dokumentasjon."))
    _refuse_other_kinds(kind)
    _refuse_future(applies_from, applies_to)
    name = shown_name(file_name)
    size, sha256, start = _measure(stream)
    _refuse_at_the_door(file_name, size, start)

    version_id, is_repeat = _open_row(actor, kind, name, size, sha256, applies_from, applies_to)
    if not is_repeat:
        key = db.session.get_one(EvidenceVersion, version_id).quarantine_key or ""
        db.session.commit()
        faults.reach("evidence.after_row")
        _store(version_id, key, stream, sha256)
        faults.reach("evidence.after_put")
        begin_writing()
        _acknowledge(actor, version_id)
        faults.reach("evidence.before_acknowledged")
    version = db.session.get_one(EvidenceVersion, version_id)
    return Receipt(version.evidence, version, is_repeat)


def shown_name(file_name: str) -> str:
    """The name without folders and control characters, in NFC, at most 200 characters; a fødselsnummer in it is masked."""
    last = PurePosixPath(unicodedata.normalize("NFC", file_name).replace("\\", "/")).name
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    path = PurePosixPath(identity.masked(plain) or _("uten navn"))
    suffix = path.suffix[:20]
    return path.stem[: LONGEST_NAME - len(suffix)] + suffix


def _refuse_other_kinds(kind: str) -> None:
    if kind not in kinds.KINDS:
        raise Invalid({"kind": _("Velg hva slags dokumentasjon filen er.")})


def _refuse_future(applies_from: date | None, applies_to: date | None) -> None:
    """A day that has not been proves nothing. A period that has begun may end later."""
    day = applies_from or applies_to
    if day is not None and day > clock.today():
        raise Invalid({"applies_on": _("Lista kan ikke gjelde en dag som ikke har vært ennå. Velg i dag eller en tidligere dag.")})
    if applies_from is not None and applies_to is not None and applies_to < applies_from:
        raise Invalid({"applies_on": _("Perioden slutter før den begynner. Rett datoene.")})


def _measure(stream: IO[bytes]) -> tuple[int, str, bytes]:
    """Size, SHA-256 and the first bytes, without holding the file in memory; the stream stands at its beginning again."""
    digest = hashlib.sha256()
    size = 0
    start = b""
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        start = start or chunk[:4096]
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return size, digest.hexdigest(), start


def _refuse_at_the_door(name: str, size: int, start: bytes) -> None:
    """What can be said without opening the file is said at once, and nothing is kept; the guard decides the rest."""
    extension = guard.extension_of(name)
    if guard.looks_like(start) == "heic":
        extension = "heic"
    refusal: Finding | None = None
    if identity.holds_identity_number(name):
        refusal = Finding(Level.ERROR, "identity_number_in_name")
    elif extension in ("heic", "heif"):
        refusal = Finding(Level.ERROR, "heic")
    elif extension in ("xlsm", "xltm", "xlsb", "xlam"):
        refusal = Finding(Level.ERROR, "macros", {"extension": extension})
    elif extension not in guard.TABLES:
        refusal = Finding(Level.ERROR, "type_not_allowed", {"extension": extension[:12]})
    elif size == 0:
        refusal = Finding(Level.ERROR, "file_empty")
    elif size > limits.MOST_BYTES:
        refusal = Finding(
            Level.ERROR, "file_too_large", {"mb": round(size / limits.MB, 1), "most_mb": limits.MOST_BYTES // limits.MB}
        )
    if refusal is not None:
        message, fix = messages.render(refusal, i18n.locale())
        raise Invalid({"file": f"{message} {fix}".strip()})


def _open_row(
    actor: Actor, kind: str, name: str, size: int, sha256: str, applies_from: date | None, applies_to: date | None
) -> tuple[str, bool]:
    """The version this file is, and whether it had already come in whole. The supplier's row is the lock (ID-2)."""
    begin_writing()
    db.session.execute(select(Organisation.id).where(Organisation.id == actor.organisation_id).with_for_update(key_share=True))
    same = (
        select(EvidenceVersion)
        .join(Evidence, Evidence.id == EvidenceVersion.evidence_id)
        .where(
            Evidence.supplier_id == actor.organisation_id,
            Evidence.kind == kind,
            Evidence.applies_from.is_not_distinct_from(applies_from),
            Evidence.applies_to.is_not_distinct_from(applies_to),
            Evidence.erased_at.is_(None),
            EvidenceVersion.sha256 == sha256,
        )
        .order_by(EvidenceVersion.id)
        .limit(1)
        # a twin of this upload may just now be acknowledging the row: wait for it, and see what it became
        .with_for_update(of=EvidenceVersion)
        .execution_options(populate_existing=True)
    )
    version = db.session.scalar(same)
    if version is None:
        evidence = Evidence(
            supplier_id=actor.organisation_id,
            kind=kind,
            title=name,
            applies_from=applies_from,
            applies_to=applies_to,
            created_at=clock.now(),
        )
        db.session.add(evidence)
        db.session.flush()
        id = new_id()
        version = EvidenceVersion(id=id, evidence_id=evidence.id, no=1, file_name=name, size=size, sha256=sha256, quarantine_key=f"quarantine/{id}")
        db.session.add(version)
    elif version.state == EvidenceState.REFUSED:
        # Its bytes are gone or going: a key of its own, so that whoever still deletes the old ones misses these.
        version.quarantine_key = f"quarantine/{version.id}-{new_id()}"
    elif version.state != EvidenceState.RECEIVING:
        return version.id, True
    version.state = EvidenceState.RECEIVING.value
    version.received_at = clock.now()
    version.received_by = actor.person_id
    version.received_by_name = actor.name
    db.session.flush()
    return version.id, False


def _store(version_id: str, key: str, stream: IO[bytes], sha256: str) -> None:
    """The bytes, to quarantine. When the store refuses them the row goes too: nothing is half kept."""
    try:
        storage().put(key, stream, sha256=sha256)
    except StorageError as error:
        log.error("version %s was not stored: %s", version_id, error)
        begin_writing()
        forget(version_id)
        db.session.commit()
        raise Invalid(
            {"file": _("Vi fikk ikke lagret filen akkurat nå, og har ikke beholdt noe av den. Prøv igjen om litt.")}
        ) from error


def _acknowledge(actor: Actor, version_id: str) -> None:
    version = db.session.get(EvidenceVersion, version_id, populate_existing=True, with_for_update={"of": EvidenceVersion})
    if version is None:  # it took more than an hour, and the sweep has dropped the row
        raise Invalid({"file": _("Opplastingen tok for lang tid. Prøv igjen.")})
    if version.state == EvidenceState.RECEIVING:
        start_reading(actor, version)


def start_reading(actor: Actor, version: EvidenceVersion) -> None:
    """The bytes are in place: from here on the worker owns the file, and its job cannot be lost."""
    version.state = EvidenceState.CHECKING.value
    db.session.flush()
    journal.record(
        actor,
        "evidence.received",
        buyer_id=None,
        subject=("evidence", version.evidence_id),
        kind=version.evidence.kind,
        sha256=version.sha256,
    )
    # The reading's id is chosen here, so that every try of the job writes the same object keys (ID-4).
    jobs.enqueue("evidence.read", version_id=version.id, reading_id=new_id())


def forget(version_id: str) -> None:
    """Take back a version whose bytes never arrived, and its evidence when it has no other."""
    version = db.session.get(EvidenceVersion, version_id, populate_existing=True, with_for_update={"of": EvidenceVersion})
    if version is None or version.state != EvidenceState.RECEIVING:
        return
    if has_readings(version.id):  # it had been refused before, and is so again
        version.state = EvidenceState.REFUSED.value
        db.session.flush()
        return
    evidence = version.evidence
    db.session.delete(version)
    db.session.flush()
    others = select(EvidenceVersion.id).where(EvidenceVersion.evidence_id == evidence.id)
    if db.session.scalar(others.limit(1)) is None:
        db.session.delete(evidence)
        db.session.flush()


def has_readings(version_id: str) -> bool:
    return db.session.scalar(select(Reading.id).where(Reading.evidence_version_id == version_id).limit(1)) is not None
