"""What is asked when, what is missing, and who acts next. Pure: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from portal.foundation.clock import end_of_day
from portal.journal.rules import register_sentences
from portal.reporting.answers import KINDS


class QuestionnaireState(StrEnum):
    """Where a questionnaire stands; the comment says who acts next."""

    OPEN = "open"  # the supplier answers
    SUBMITTED = "submitted"  # the municipality reviews
    RETURNED = "returned"  # the supplier answers what she was asked again
    APPROVED = "approved"  # nobody

    @property
    def is_with_supplier(self) -> bool:
        return self in (QuestionnaireState.OPEN, QuestionnaireState.RETURNED)


MOVES: dict[QuestionnaireState, frozenset[QuestionnaireState]] = {
    QuestionnaireState.OPEN: frozenset({QuestionnaireState.SUBMITTED}),
    QuestionnaireState.SUBMITTED: frozenset({QuestionnaireState.RETURNED, QuestionnaireState.APPROVED}),
    QuestionnaireState.RETURNED: frozenset({QuestionnaireState.SUBMITTED}),
    QuestionnaireState.APPROVED: frozenset(),
}


class RoundState(StrEnum):
    """Where a round stands; the comment says who acts next."""

    PLANNED = "planned"  # the municipality opens it
    OPEN = "open"  # the suppliers report
    CLOSED = "closed"  # nobody


OWN_WORDING = "own_wording"
"""What the question of a requirement in the agreement's own words feeds: it has no metric, so a yes or a no is asked for."""

ONE_FILE = frozenset({"vehicle_list"})
"""Kinds where one file is the whole truth about a period: a new one takes the place of the old one in the report."""

VOLUNTARY = frozenset({"charging_sessions"})
"""Kinds that nobody must send when another kind also answers for the requirement (decision 42: a log is voluntary)."""

PERIOD_ENDS = {
    "monthly": range(1, 13),
    "quarterly": (3, 6, 9, 12),
    "half_yearly": (6, 12),
    "annual": (12,),
}


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True)
class BankQuestion:
    """A question of the bank, as the catalogue has it. `feeds` is the metric the answer is, if any."""

    code: str
    kind: str
    texts: Mapping[str, str]
    unit: str = ""
    help: Mapping[str, str] = field(default_factory=dict)
    feeds: str = ""


@dataclass(frozen=True)
class PinToAsk:
    """A pinned requirement as the plan needs it. `kinds`: readers' kinds it demands; `splits`: days inside the period
    where its threshold or the party's promise steps."""

    pin_id: str
    metric: str
    questions: tuple[BankQuestion, ...] = ()
    kinds: tuple[str, ...] = ()
    splits: tuple[date, ...] = ()


@dataclass(frozen=True)
class PlannedQuestion:
    """One question to ask, for a part of the period, on behalf of one or several pins."""

    code: str
    kind: str
    texts: Mapping[str, str]
    part_from: date
    part_to: date
    pin_ids: tuple[str, ...]
    unit: str = ""
    help: Mapping[str, str] = field(default_factory=dict)
    feeds: str = ""
    evidence_kind: str = ""
    required: bool = True


EXPLANATION = {"nb": "Forklaring, hvis dere vil", "nn": "Forklaring, om de vil", "en": "Explanation, if you like"}


def plan_questions(
    pins: Sequence[PinToAsk],
    period: tuple[date, date],
    computed: Mapping[str, frozenset[str]],
    evidence_texts: Mapping[str, Mapping[str, str]],
) -> list[PlannedQuestion]:
    """What to ask about `period` (both dates included) for these pins, in order: files, questions, explanations.

    A question is asked once per code, and a file once per kind, however many pins they serve. A metric in `computed` (by
    the evidence kinds it is computed from) needs no typed figure, unless the period straddles a step of that pin: a file
    about the whole period cannot be split, so the figure is asked for each part (decisions 19–21).
    """
    files: dict[str, list[PinToAsk]] = {}
    typed: dict[str, tuple[BankQuestion, list[PinToAsk]]] = {}
    for pin in pins:
        sources = computed.get(pin.metric, frozenset())
        can_compute = bool(sources & set(pin.kinds))
        kinds = [*pin.kinds, *sorted(sources - set(pin.kinds))] if can_compute else list(pin.kinds)
        for kind in kinds:
            files.setdefault(kind, []).append(pin)
        for question in pin.questions:
            if can_compute and question.feeds == pin.metric and not pin.splits:
                continue
            typed.setdefault(question.code, (question, []))[1].append(pin)
    start, end = period
    planned = []
    for kind, served in sorted(files.items(), key=lambda pair: pair[0] in VOLUNTARY):
        is_voluntary = kind in VOLUNTARY and all(has_other_file(files, pin, kind) for pin in served)
        planned.append(
            PlannedQuestion(
                code=f"evidence:{kind}",
                kind="evidence",
                texts=evidence_texts.get(kind, {"nb": kind}),
                part_from=start,
                part_to=end,
                pin_ids=tuple(pin.pin_id for pin in served),
                evidence_kind=kind,
                required=not is_voluntary,
            )
        )
    for question, served in typed.values():
        splits = sorted({day for pin in served for day in pin.splits}) if question.feeds else []
        for part_from, part_to in parts_of(period, splits):
            planned.append(
                PlannedQuestion(
                    code=question.code,
                    kind=question.kind,
                    texts=question.texts,
                    part_from=part_from,
                    part_to=part_to,
                    pin_ids=tuple(pin.pin_id for pin in served),
                    unit=question.unit,
                    help=question.help,
                    feeds=question.feeds,
                )
            )
    for pin in pins:
        planned.append(PlannedQuestion(f"explanation:{pin.pin_id}", "explanation", EXPLANATION, start, end, (pin.pin_id,), required=False))
    return planned


def has_other_file(files: Mapping[str, list[PinToAsk]], pin: PinToAsk, kind: str) -> bool:
    """Whether this pin also asks for a file of another kind."""
    return any(pin in served for other, served in files.items() if other != kind)


def parts_of(period: tuple[date, date], splits: Iterable[date]) -> list[tuple[date, date]]:
    """The period cut at each split day (which begins a new part). Days outside it, and its first day, cut nothing."""
    start, end = period
    begins = [start, *sorted({day for day in splits if start < day <= end})]
    return [(begin, (begins[index + 1] - timedelta(days=1)) if index + 1 < len(begins) else end) for index, begin in enumerate(begins)]


def is_due(frequency: str, period: tuple[date, date], agreement: tuple[date, date]) -> bool:
    """Whether a requirement's own cycle ends within the period (decision 21). Cycles follow the calendar, and the last one
    ends with the agreement. What is reported at start is due in the period where the agreement starts; what is reported on
    change is never due in a round."""
    start, end = period
    begins_on, ends_on = agreement
    if frequency == "at_start":
        return start <= begins_on <= end
    if frequency == "on_change":
        return False
    if start <= ends_on <= end:
        return True
    ends = PERIOD_ENDS.get(frequency, ())
    return any(start <= day <= end for year in range(start.year, end.year + 1) for month in ends if (day := _last_day(year, month)))


def _last_day(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def estimated_minutes(kinds: Iterable[str]) -> int:
    """How long a questionnaire takes, in whole five minutes. Own estimate: five minutes a file, two a number, one a yes or no."""
    total = sum(KINDS[kind].minutes for kind in kinds)
    return max(5, -(-total // 5) * 5)


def masked_address(email: str) -> str:
    """`m•••@firma.no`: enough for the right person to know her own, for nobody to learn it. "" for no address."""
    name, at, domain = email.strip().partition("@")
    return f"{name[:1]}•••@{domain}" if at and name and domain else ""


class AgreedStep(Protocol):
    """A row of agreements: a minimum or a promise from a date, for one party or for all."""

    role: str
    party_id: str | None
    from_date: date
    value: float


Step = TypeVar("Step", bound=AgreedStep)


def steps_of_party(steps: Iterable[Step], party_id: str) -> list[Step]:
    """The steps that hold for one party, oldest first: from its own first step on, its own ones replace the common ones."""
    ours: list[Step] = []
    steps = list(steps)
    for role in ("minimum", "promise"):
        own = [step for step in steps if step.role == role and step.party_id == party_id]
        first = min((step.from_date for step in own), default=None)
        shared = [step for step in steps if step.role == role and step.party_id is None and (first is None or step.from_date < first)]
        ours += sorted([*shared, *own], key=lambda step: step.from_date)
    return ours


# ---------------------------------------------------------------- deadlines


def is_late(due_on: date, at: datetime) -> bool:
    """Whether an instant lies after the end of the local day of the deadline (DE-1)."""
    return at > end_of_day(due_on)


def is_locked(closes_on: date, due_on: date, at: datetime) -> bool:
    """Whether nothing can be written any more. A deadline extended beyond the closing keeps it open as long."""
    return at > end_of_day(max(closes_on, due_on))


# ---------------------------------------------------------------- what is written, and what is missing


@dataclass(frozen=True)
class Typed:
    """What stood in the fields of one question. None: the field was not sent, and what is stored stands.

    `base_version`: the version of the answer that the page was made from, None when it had none.
    """

    raw: str | None = None
    cannot_because: str | None = None
    base_version: int | None = None


@dataclass(frozen=True)
class Filled:
    """What stands at one question: does the typed text mean something, why can it not be had, and the states of its files."""

    kind: str
    required: bool
    has_value: bool = False
    problem: str = ""
    cannot_because: str = ""
    file_states: tuple[str, ...] = ()


def missing(filled: Filled) -> str:
    """Why this question keeps the report from being sent in, as a code; "" when it does not.

    A file that is still being read counts as sent: submitting never waits for a reading (decision 22).
    """
    if filled.cannot_because.strip() and KINDS[filled.kind].may_be_unavailable:
        return ""
    if filled.kind == "evidence":
        if any(state != "refused" for state in filled.file_states):
            return ""
        return ("file_refused" if filled.file_states else "no_file") if filled.required else ""
    if filled.has_value:
        return ""
    if filled.problem:
        return "unreadable"
    return "no_answer" if filled.required else ""


# ---------------------------------------------------------------- the package


def canonical(package: Mapping[str, Any]) -> bytes:
    """One way to write a package: sorted JSON without spaces, in UTF-8."""
    return json.dumps(package, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def package_hash(package: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical package, as 64 hex digits."""
    return hashlib.sha256(canonical(package)).hexdigest()


def receipt_code(sha256: str) -> str:
    """The start of the package's SHA-256, as people read it out: `3F2A-91BC`."""
    return f"{sha256[:4]}-{sha256[4:8]}".upper()


register_sentences(
    {
        "round.planned": "{who} planla rapportering for {label}",
        "round.opened": "{who} åpnet rapporteringen for {label}: {count} skjema, frist {due_on}",
        "report.cited": "{who} la ved «{file_name}»",
        "report.uncited": "{who} tok bort «{file_name}» fra rapporten",
        "report.replaced": "{who} byttet ut «{file_name}» med en nyere fil",
        "report.submitted": "{who} sendte inn rapporten ({no}. innsending, kvittering {receipt})",
        "report.reopened": "{who} ba om mer fra leverandøren, med frist {due_on}",
        "report.approved": "{who} godkjente rapporten",
    }
)
