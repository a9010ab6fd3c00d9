"""How an agreement is prioritised. Pure: plain facts in, a score with its reasons out.

Three of the five inputs of the full model are in use (emission 0.35, risk 0.20, time 0.15 of the proposal in the project's
facts, § 16); the weights are scaled so that they add up to 1. The model is a proposal, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

WEIGHTS = {"emission": 0.50, "risk": 0.29, "time": 0.21}  # 0.35 : 0.20 : 0.15

# How emission-heavy a krone is, by category, 0–1. Own judgement (proposal): transport and construction burn fuel.
INTENSITY = {
    "construction": 1.0,
    "school_patient_bus": 0.95,
    "goods_transport": 0.9,
    "service_transport": 0.85,
    "taxi": 0.85,
    "food_dairy": 0.65,
    "travel": 0.8,
    "event_catering": 0.6,
    "textiles": 0.5,
    "furniture": 0.5,
    "ict": 0.5,
    "ems": 0.4,
    "bank": 0.3,
}
FULL_VALUE_NOK = 15_000_000  # kroner a year from which the value counts fully
DAYS_A_YEAR = 365


@dataclass(frozen=True)
class Reason:
    """A reason in code and parameters; rendered by the page."""

    code: str
    params: dict[str, object]


@dataclass(frozen=True)
class AgreementFacts:
    """What the score is made from. Days are counted from today; None means there is none."""

    category: str
    annual_value_nok: int | None
    days_to_end: int
    days_to_option: int | None
    reports_expected: int
    reports_missing: int
    reports_late: int
    below_minimum: int
    below_promise: int
    open_deviations: int
    serious_deviations: int
    closed_deviations: int


@dataclass(frozen=True)
class Priority:
    """0–100 in all, the three inputs 0–100 each, and why."""

    score: float
    emission: float
    risk: float
    time: float
    reasons: tuple[Reason, ...]


def prioritise(facts: AgreementFacts) -> Priority:
    emission, emission_reasons = _emission(facts)
    risk, risk_reasons = _risk(facts)
    time, time_reasons = _time(facts)
    score = WEIGHTS["emission"] * emission + WEIGHTS["risk"] * risk + WEIGHTS["time"] * time
    return Priority(round(score, 1), emission, risk, time, (*risk_reasons, *time_reasons, *emission_reasons))


def _emission(facts: AgreementFacts) -> tuple[float, list[Reason]]:
    intensity = INTENSITY.get(facts.category, 0.5)
    if facts.annual_value_nok is None:
        return round(50 * intensity), [Reason("value_unknown", {})]
    value = min(facts.annual_value_nok / FULL_VALUE_NOK, 1.0)
    level = "high" if intensity >= 0.85 else "medium" if intensity >= 0.6 else "low"
    return round(100 * value**0.5 * intensity), [Reason("value", {"nok": facts.annual_value_nok, "intensity": level})]


def _risk(facts: AgreementFacts) -> tuple[float, list[Reason]]:
    reasons = []
    points = 0.0
    if facts.serious_deviations:
        points += 60
        reasons.append(Reason("serious_deviation", {"count": facts.serious_deviations}))
    elif facts.open_deviations:
        points += 40
        reasons.append(Reason("open_deviation", {"count": facts.open_deviations}))
    if facts.reports_missing:
        points += 25
        reasons.append(Reason("report_missing", {"count": facts.reports_missing}))
    if facts.below_minimum:
        points += 25
        reasons.append(Reason("below_minimum", {"count": facts.below_minimum}))
    elif facts.below_promise:
        points += 15
        reasons.append(Reason("below_promise", {"count": facts.below_promise}))
    if facts.reports_late:
        points += 10
        reasons.append(Reason("report_late", {"count": facts.reports_late}))
    if facts.closed_deviations:
        points += 5
        reasons.append(Reason("past_deviation", {"count": facts.closed_deviations}))
    if facts.reports_expected == 0:
        points += 20
        reasons.append(Reason("never_reported", {}))
    return min(points, 100), reasons


def _time(facts: AgreementFacts) -> tuple[float, list[Reason]]:
    if facts.days_to_option is not None and 0 <= facts.days_to_option <= 90:
        return 100, [Reason("option_soon", {"days": facts.days_to_option})]
    if facts.days_to_end <= 0:
        return 0, [Reason("ended", {})]
    if facts.days_to_end <= 180:
        return 70, [Reason("ends_soon", {"days": facts.days_to_end})]
    years = facts.days_to_end / DAYS_A_YEAR
    if years >= 2:
        return 80, [Reason("much_time_left", {"years": round(years, 1)})]
    return 50, [Reason("some_time_left", {"months": round(facts.days_to_end / 30.4)})]


@dataclass(frozen=True)
class DayLine:
    """One line of Min dag: what, how many, where to press, and the day its clock runs out (None when no clock runs)."""

    code: str
    count: int
    endpoint: str
    params: dict[str, object]
    due_on: date | None = None
    first: str = ""  # the name of the most urgent one
    minutes: int | None = None


MOST_LINES = 5


def choose_lines(lines: list[DayLine]) -> list[DayLine]:
    """The five most urgent lines: those whose clock runs out first, then those without a clock."""
    alive = [line for line in lines if line.count]
    return sorted(alive, key=lambda line: (line.due_on is None, line.due_on or date.max))[:MOST_LINES]
