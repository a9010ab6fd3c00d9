"""The words of the catalogue and the plain shape of a requirement. Pure: no framework, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from portal.journal.rules import register_sentences

register_sentences(
    {
        "requirement.standard_installed": "{who} la inn {count} standardkrav i katalogen",
        "requirement.drafted": "{who} laget utkast til {code}, versjon {no}",
        "requirement.published": "{who} publiserte {code}, versjon {no}",
    }
)


class Clause(StrEnum):
    """Where in the competition or the contract a requirement stands (decision 18)."""

    QUALIFICATION = "qualification"
    SPECIFICATION = "specification"
    AWARD_CRITERION = "award_criterion"
    CONTRACT_CLAUSE = "contract_clause"

    @property
    def label(self) -> str:
        return _CLAUSES[self]


_CLAUSES = {
    Clause.QUALIFICATION: "kvalifikasjonskrav",
    Clause.SPECIFICATION: "kravspesifikasjon",
    Clause.AWARD_CRITERION: "tildelingskriterium",
    Clause.CONTRACT_CLAUSE: "kontraktsvilkår",
}


class Binding(StrEnum):
    """What binds the supplier: the municipality's minimum, or what was offered."""

    MINIMUM = "minimum"
    OFFERED = "offered"


class Category(StrEnum):
    """What is bought. Requirements and agreements use the same categories."""

    GOODS_TRANSPORT = "goods_transport"
    SERVICE_TRANSPORT = "service_transport"
    TAXI = "taxi"
    SCHOOL_PATIENT_BUS = "school_patient_bus"
    FOOD_DAIRY = "food_dairy"
    CONSTRUCTION = "construction"
    TEXTILES = "textiles"
    FURNITURE = "furniture"
    ICT = "ict"
    BANK = "bank"
    EVENT_CATERING = "event_catering"
    TRAVEL = "travel"
    EMS = "ems"

    @property
    def label(self) -> str:
        return _CATEGORIES[self]


_CATEGORIES = {
    Category.GOODS_TRANSPORT: "Varetransport",
    Category.SERVICE_TRANSPORT: "Transport i tjenester",
    Category.TAXI: "Drosje",
    Category.SCHOOL_PATIENT_BUS: "Skyss og buss",
    Category.FOOD_DAIRY: "Mat og meieri",
    Category.CONSTRUCTION: "Bygg og anlegg",
    Category.TEXTILES: "Tekstiler",
    Category.FURNITURE: "Møbler",
    Category.ICT: "IKT",
    Category.BANK: "Bank",
    Category.EVENT_CATERING: "Arrangement og møtemat",
    Category.TRAVEL: "Reiser",
    Category.EMS: "Miljøledelse og felles krav",
}


class Unit(StrEnum):
    """The unit of a metric, a threshold and a promise."""

    PERCENT = "percent"
    COUNT = "count"
    DAYS = "days"
    KG = "kg"
    LITRE = "litre"
    KWH = "kWh"
    KGCO2E = "kgCO2e"
    PER_WEEK = "per_week"
    YEARS = "years"
    GRAMS_PER_MEAL = "grams_per_meal"
    NOK = "NOK"
    BOOLEAN = "boolean"  # 1 = in place

    @property
    def label(self) -> str:
        return _UNITS[self]


_UNITS = {
    Unit.PERCENT: "%",
    Unit.COUNT: "stk.",
    Unit.DAYS: "dager",
    Unit.KG: "kg",
    Unit.LITRE: "liter",
    Unit.KWH: "kWh",
    Unit.KGCO2E: "kg CO₂e",
    Unit.PER_WEEK: "per uke",
    Unit.YEARS: "år",
    Unit.GRAMS_PER_MEAL: "gram per porsjon",
    Unit.NOK: "kr",
    Unit.BOOLEAN: "",
}


class Frequency(StrEnum):
    """How often a requirement is reported."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    ANNUAL = "annual"
    AT_START = "at_start"
    ON_CHANGE = "on_change"

    @property
    def label(self) -> str:
        return _FREQUENCIES[self]


_FREQUENCIES = {
    Frequency.MONTHLY: "hver måned",
    Frequency.QUARTERLY: "hvert kvartal",
    Frequency.HALF_YEARLY: "hvert halvår",
    Frequency.ANNUAL: "hvert år",
    Frequency.AT_START: "ved oppstart",
    Frequency.ON_CHANGE: "ved endring",
}


class Operator(StrEnum):
    """How a figure is held against its threshold."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUALS = "=="
    EXISTS = "exists"  # evidence exists and is valid
    REPORTED = "reported"  # the figure is reported; there is no threshold


CONTROLLED_BY = {"supplier": "leverandøren", "municipality": "kommunen", "shared": "leverandøren og kommunen sammen"}

DEMANDS = {
    "vehicle_list": "Kjøretøyliste",
    "transport_report": "Transportrapport",
    "charging_sessions": "Ladedata",
    "fuel_invoice": "Drivstoffaktura",
    "biogas_proof": "Bevis for biogass",
    "biofuel_declaration": "Bærekraftserklæring for biodrivstoff",
    "ems_certificate": "Sertifikat for miljøledelse",
    "ems_description": "Beskrivelse av miljøledelse",
    "ecolabel_certificate": "Lisens for miljømerke",
    "purchase_statistics": "Innkjøpsstatistikk",
    "volume_report": "Volumrapport",
    "epd": "Miljøvaredeklarasjon (EPD)",
    "test_report": "Testrapport",
    "waste_report": "Avfallsrapport",
    "machine_list": "Maskinliste",
    "policy_document": "Policy, strategi eller klimaregnskap",
    "loan_register": "Låneoversikt",
    "photo": "Bilde",
    "self_declaration": "Egenerklæring",
}
"""What a requirement may want to see, in the catalogue's own words (glossary §5)."""

READER_KINDS = {"vehicle_list": "vehicle_list", "charging_sessions": "charging_sessions"}
"""Demand → the kind the reader reads it as. Demands that are not here are not read by machine yet (decision 28)."""


KEEPERS = ("adviser", "controller", "admin")
"""The roles that keep the catalogue."""


class HasStep(Protocol):
    """A threshold from a date: `Step` here, rows of the database elsewhere."""

    @property
    def from_date(self) -> date: ...
    @property
    def value(self) -> float: ...


AnyStep = TypeVar("AnyStep", bound=HasStep)


@dataclass(frozen=True)
class Step:
    """The minimum from `from_date` until the next step, in the metric's unit."""

    from_date: date
    value: float


@dataclass(frozen=True)
class QuestionWording:
    """A question of the bank: `kind` number or yesno; `feeds` is the metric it answers, if any."""

    code: str
    kind: str
    texts: dict[str, str]
    unit: str = ""
    feeds: str = ""


@dataclass(frozen=True)
class Wording:
    """Everything a version says. `dataclasses.replace` makes the next version from the last one's."""

    title: dict[str, str]
    text: dict[str, str]
    clause: Clause
    binding: Binding
    metric_name: str
    metric_definition: str
    operator: Operator
    unit: Unit
    frequency: Frequency
    usual_severity: str
    severity_note: str = ""
    controlled_by: str = "supplier"
    pinnable: bool = True
    checks: tuple[str, ...] = ()
    step_basis: str = ""
    basis: str = ""
    steps: tuple[Step, ...] = ()
    questions: tuple[QuestionWording, ...] = ()
    demands: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandardRequirement:
    """One of the product's own requirements: its code, its category and what it says."""

    code: str
    category: Category
    wording: Wording


def question_of(metric_name: str, unit: Unit, text: str) -> QuestionWording:
    """The one question every requirement yields from its own metric (decision 19): a number with its unit, or yes/no."""
    if unit is Unit.BOOLEAN:
        return QuestionWording(metric_name, "yesno", {"nb": text}, feeds=metric_name)
    return QuestionWording(metric_name, "number", {"nb": text}, unit=unit.value, feeds=metric_name)


def step_on(steps: Iterable[AnyStep], day: date) -> AnyStep | None:
    """The step in force on `day`, or None before the first one."""
    return max((step for step in steps if step.from_date <= day), key=lambda step: step.from_date, default=None)


def steps_in(steps: Sequence[AnyStep], from_date: date, to_date: date) -> list[AnyStep]:
    """The steps in force on some day from `from_date` to `to_date` (both included), oldest first."""
    first = step_on(steps, from_date)
    later = [step for step in steps if from_date < step.from_date <= to_date]
    return ([first] if first is not None else []) + sorted(later, key=lambda step: step.from_date)
