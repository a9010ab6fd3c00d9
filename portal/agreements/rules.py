"""Thresholds and promises by date, duties and the life of an agreement. Pure: no framework, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from portal.catalogue.rules import Operator
from portal.journal.rules import register_sentences

register_sentences(
    {
        "agreement.created": "{who} opprettet avtalen {number} {title}",
        "agreement.party_added": "{who} la til {party} som leverandør",
        "agreement.contact_changed": "{who} endret kontaktpersonen hos {party}",
        "agreement.assigned": "{who} ga {person} oppgaven {duty}",
        "agreement.pinned": "{who} festet {requirement} til avtalen{change}",
        "agreement.unpinned": "{who} tok {requirement} ut av utkastet",
        "agreement.promised": "{who} førte løfte for {party} på {requirement}: {promises}",
        "agreement.dispensation_granted": "{who} førte {kind} for {requirement} fra {from_date} til {to_date}, godkjent av {approver}",
        "agreement.activated": "{who} satte avtalen i gang",
        "agreement.ended": "{who} avsluttet avtalen",
    }
)


class AgreementState(StrEnum):
    DRAFT = "draft"  # the adviser prepares it; the supplier does not see it
    RUNNING = "running"  # rounds are opened; the supplier reports
    ENDED = "ended"  # nobody; it can be read


MOVES = {AgreementState.DRAFT: {AgreementState.RUNNING}, AgreementState.RUNNING: {AgreementState.ENDED}, AgreementState.ENDED: set()}


def may_move(now: str, then: AgreementState) -> bool:
    return then in MOVES[AgreementState(now)]


class AgreementKind(StrEnum):
    """What kind of contract it is."""

    FRAMEWORK = "framework"
    PARALLEL_FRAMEWORK = "parallel_framework"  # several suppliers, each with its own promises
    JOINT = "joint"
    SERVICE = "service"
    WORKS = "works"
    PURCHASE = "purchase"
    BANK = "bank"

    @property
    def label(self) -> str:
        return _KINDS[self]


_KINDS = {
    AgreementKind.FRAMEWORK: "Rammeavtale",
    AgreementKind.PARALLEL_FRAMEWORK: "Parallell rammeavtale",
    AgreementKind.JOINT: "Samkjøpsavtale",
    AgreementKind.SERVICE: "Tjenesteavtale",
    AgreementKind.WORKS: "Bygge- og anleggskontrakt",
    AgreementKind.PURCHASE: "Enkeltkjøp",
    AgreementKind.BANK: "Bankavtale",
}


class Duty(StrEnum):
    """What a person does on one agreement."""

    CONTROLLER = "controller"  # decides on reports and deviations
    DEPUTY = "deputy"  # decides in the controller's place
    CONTRACT_MANAGER = "contract_manager"  # decides on deviations
    ADVISER = "adviser"
    OWNER = "owner"

    @property
    def label(self) -> str:
        return _DUTIES[self]


_DUTIES = {
    Duty.CONTROLLER: "Miljøkontrollør",
    Duty.DEPUTY: "Stedfortreder",
    Duty.CONTRACT_MANAGER: "Kontraktsforvalter",
    Duty.ADVISER: "Innkjøpsrådgiver",
    Duty.OWNER: "Avtaleeier",
}

DECIDING = frozenset({Duty.CONTROLLER.value, Duty.DEPUTY.value})
"""The duties that decide on a supplier's report."""

KEEPERS = ("adviser", "contract_manager", "controller", "admin")
"""The roles that may create and change agreements."""


class DispensationKind(StrEnum):
    """Two things that never give each other (decision 38)."""

    STATUTORY_EXEMPTION = "statutory_exemption"
    CONTRACT_WAIVER = "contract_waiver"

    @property
    def label(self) -> str:
        return _DISPENSATIONS[self]


_DISPENSATIONS = {
    DispensationKind.STATUTORY_EXEMPTION: "dispensasjon etter forskrift",
    DispensationKind.CONTRACT_WAIVER: "unntak fra avtalen",
}


class AgreedStepLike(Protocol):
    """A row of `agreed_step`, or a plain value of the same shape."""

    @property
    def role(self) -> str: ...
    @property
    def from_date(self) -> date: ...
    @property
    def value(self) -> float: ...
    @property
    def party_id(self) -> str | None: ...


AnyAgreedStep = TypeVar("AnyAgreedStep", bound=AgreedStepLike)


def step_on(steps: Iterable[AnyAgreedStep], role: str, day: date, party_id: str | None = None) -> AnyAgreedStep | None:
    """The step of `role` (minimum | promise) in force on `day`: the party's own newest wins over the common newest."""
    begun = [step for step in steps if step.role == role and step.from_date <= day]
    for owner in dict.fromkeys((party_id, None)):
        if own := [step for step in begun if step.party_id == owner]:
            return max(own, key=lambda step: step.from_date)
    return None


def value_on(steps: Iterable[AnyAgreedStep], role: str, day: date, party_id: str | None = None) -> float | None:
    """The threshold or promise in force on `day`, in the requirement's unit; None when there is none yet."""
    step = step_on(steps, role, day, party_id)
    return None if step is None else step.value


def splits(steps: Sequence[AnyAgreedStep], period_from: date, period_to: date, party_id: str | None = None) -> list[date]:
    """The days inside a period (after its first day) on which a threshold or a promise changes for a party.

    Each is the first day of a new part (decision 21). Without `party_id` a change for any party counts.
    """
    parties = {party_id} if party_id else {None, *(step.party_id for step in steps)}
    inside = sorted({step.from_date for step in steps if period_from < step.from_date <= period_to})
    return [day for day in inside if any(_changes(steps, day, party) for party in parties)]


def _changes(steps: Sequence[AnyAgreedStep], day: date, party_id: str | None) -> bool:
    eve = day - timedelta(days=1)
    return any(value_on(steps, role, eve, party_id) != value_on(steps, role, day, party_id) for role in ("minimum", "promise"))


def is_weaker(promise: float, minimum: float, operator: str) -> bool:
    """Whether a promise asks less than the minimum. Only thresholds with a direction can be promised beyond."""
    if operator == Operator.AT_LEAST:
        return promise < minimum
    if operator == Operator.AT_MOST:
        return promise > minimum
    return promise != minimum


def can_be_promised(operator: str, unit: str) -> bool:
    """Whether more than the minimum can be promised: a figure with a direction, not a yes or no."""
    return unit != "boolean" and operator in (Operator.AT_LEAST, Operator.AT_MOST)


def clean_plates(written: str) -> str:
    """`ek 39085, QD10019` → `EK39085 QD10019`: normalised, each once, separated by spaces."""
    closed = re.sub(r"\b([A-Za-z]{2})[ \u00a0\u202f-](\d{4,5})\b", r"\1\2", written)
    return " ".join(dict.fromkeys(plate.upper() for plate in re.split(r"[\s,;]+", closed) if plate))
