"""What `judge` reads: a package (drafted or frozen) and the facts of the readings it cites, as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.evidence.kinds.plates import normalised
from portal.verification.metrics.facts import ChargingLog, Facts, Span, Vehicle


@dataclass(frozen=True)
class Step:
    """A minimum or a promise from a date until the next step of the same role, in the metric's unit."""

    role: str
    first_day: date
    value: float


@dataclass(frozen=True)
class Dispensation:
    """`contract_waiver` (the municipality's) or `statutory_exemption` (another authority's). No plates: all vehicles."""

    kind: str
    first_day: date
    last_day: date
    plates: frozenset[str]
    approver: str = ""


@dataclass(frozen=True)
class File:
    """A cited file. `state`: evidence.rules.EvidenceState. Facts are those of its reading, none before it is read."""

    kind: str
    state: str
    file_name: str = ""
    reading_id: str | None = None
    applies_from: date | None = None
    applies_to: date | None = None
    vehicles: tuple[Vehicle, ...] = ()
    log: ChargingLog | None = None


@dataclass(frozen=True)
class Demand:
    """One question for evidence: the files cited, or why it cannot be had."""

    kind: str
    files: tuple[File, ...] = ()
    cannot_because: str = ""


@dataclass(frozen=True)
class Declared:
    """One question for a figure, about one part of the period. `value` None: not answered, or `problem` says why not understood."""

    span: Span
    value: Any | None = None
    problem: str = ""
    cannot_because: str = ""


@dataclass(frozen=True)
class PinMaterial:
    """One pinned requirement with everything that was answered for it."""

    id: str
    code: str
    title: Mapping[str, str]
    metric: str
    unit: str
    operator: str
    clause: str = ""
    controlled_by: str = "supplier"
    steps: tuple[Step, ...] = ()
    dispensations: tuple[Dispensation, ...] = ()
    checks: tuple[str, ...] = ()
    demands: tuple[Demand, ...] = ()
    declared: tuple[Declared, ...] = ()


@dataclass(frozen=True)
class Material:
    """A whole report: the period, and its requirements in order."""

    period: Span
    pins: tuple[PinMaterial, ...]


@dataclass(frozen=True)
class ReadFile:
    """What is known of one cited file now: its state, and what its reading says."""

    state: str
    reading_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)


FileKey = tuple[str, str | None]
"""(evidence id, reading id): how a package names a cited file."""


def material_from(package: Mapping[str, Any], files: Mapping[FileKey, ReadFile]) -> Material:
    """A package of `reporting` and what its files say, as material. Raises KeyError when the package lacks something."""
    period = Span(_day(package["period"]["from"]), _day(package["period"]["to"]))
    return Material(period, tuple(_pin(pin, package["asked"], files, period) for pin in package["pins"]))


def plates_in(written: Any) -> frozenset[str]:
    """The plates in `QD10018, QD 10019`, or in a list of such, normalised."""
    text = written if isinstance(written, str) else " ".join(written or ())
    ordinary = r"[A-Za-z]{2}[ \u00a0-]?[0-9]{4,5}\b"
    found = re.findall(ordinary, text)
    return frozenset(normalised(plate) for plate in [*found, *re.sub(ordinary, " ", text).replace(",", " ").replace(";", " ").split()])


def _pin(pin: Mapping[str, Any], asked: list[dict[str, Any]], files: Mapping[FileKey, ReadFile], period: Span) -> PinMaterial:
    mine = [question for question in asked if pin["id"] in question["pins"]]
    metric = pin["metric"] or {}
    name = metric.get("name") or ""
    return PinMaterial(
        id=pin["id"],
        code=pin.get("code") or "",
        title=_texts(pin["title"]),
        metric=name,
        unit=metric.get("unit") or "",
        operator=pin.get("operator") or "",
        clause=pin.get("clause_reference") or "",
        controlled_by=pin.get("controlled_by") or "supplier",
        steps=tuple(Step(step["role"], _day(step["from"]), float(step["value"])) for step in pin["steps"]),
        dispensations=tuple(
            Dispensation(given["kind"], _day(given["from"]), _day(given["to"]), plates_in(given["plates"]), given.get("approver") or "")
            for given in pin["dispensations"]
        ),
        checks=tuple(pin.get("checks") or ()),
        demands=tuple(_demand(question, files) for question in mine if question["kind"] == "evidence"),
        declared=tuple(
            _declared(question, period)
            for question in mine
            if question["kind"] in ("number", "yesno") and (question.get("feeds") or "") == name
        ),
    )


def _demand(question: Mapping[str, Any], files: Mapping[FileKey, ReadFile]) -> Demand:
    answer = question.get("answer") or {}
    return Demand(
        kind=question["evidence_kind"],
        files=tuple(_file(citation, files) for citation in question.get("citations") or ()),
        cannot_because=answer.get("cannot_because") or "",
    )


def _file(citation: Mapping[str, Any], files: Mapping[FileKey, ReadFile]) -> File:
    told = files.get((citation["evidence_id"], citation["reading_id"])) or ReadFile(citation["state"])
    kind = citation["kind"]
    readable = told.state == "ready"
    return File(
        kind=kind,
        state=told.state,
        file_name=citation["file_name"],
        reading_id=told.reading_id,
        applies_from=_day_or_none(citation.get("applies_from")),
        applies_to=_day_or_none(citation.get("applies_to")),
        vehicles=tuple(Vehicle.from_fact(fact) for fact in told.facts.get("vehicles") or ()) if readable else (),
        log=ChargingLog.from_reading(dict(told.facts), dict(told.figures)) if readable and kind == "charging_sessions" else None,
    )


def _declared(question: Mapping[str, Any], period: Span) -> Declared:
    answer = question.get("answer") or {}
    part = question.get("part") or {}
    span = Span(_day_or_none(part.get("from")) or period.first, _day_or_none(part.get("to")) or period.last)
    problem = answer.get("problem") or ""
    value = None if problem else answer.get("value")
    return Declared(span, value, problem, answer.get("cannot_because") or "")


def _texts(title: Any) -> Mapping[str, str]:
    return {"nb": title} if isinstance(title, str) else dict(title or {})


def _day(text: str | date) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def _day_or_none(text: str | date | None) -> date | None:
    return _day(text) if text else None


def facts_of(files: tuple[File, ...], span: Span) -> Facts:
    """The rows of those files that are about `span` at all, taken together."""
    about = [file for file in files if span.overlaps(file.applies_from, file.applies_to)]
    return Facts(
        vehicles=tuple(vehicle for file in about for vehicle in file.vehicles),
        logs=tuple(file.log for file in about if file.log is not None),
    )
