"""The catalogue's words and the product's own requirements, without a database."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue import rules
from portal.catalogue.rules import Binding, Clause, Step, Unit, question_of, step_on, steps_in
from portal.catalogue.standard import requirements

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "domain" / "requirements.yaml"
BY_CODE = {standard.code: standard for standard in requirements()}

MAXI = [Step(date(2024, 1, 1), 10), Step(date(2025, 7, 1), 50), Step(date(2027, 1, 1), 100)]


def test_there_are_46_standard_requirements_and_two_cannot_be_pinned() -> None:
    assert len(BY_CODE) == len(requirements()) == 46
    assert {code for code, standard in BY_CODE.items() if not standard.wording.pinnable} == {"DRO-04", "MIL-05"}


def test_every_requirement_asks_one_question_made_from_its_own_metric() -> None:
    for standard in requirements():
        own = [asked for asked in standard.wording.questions if asked.feeds]
        assert [asked.code for asked in own] == [standard.wording.metric_name], standard.code
        assert own[0].kind == ("yesno" if standard.wording.unit is Unit.BOOLEAN else "number"), standard.code
        assert own[0].texts["nb"].endswith("?"), standard.code


def test_a_metric_name_never_has_two_meanings() -> None:
    meanings = defaultdict(set)
    for standard in requirements():
        wording = standard.wording
        meanings[wording.metric_name].add((wording.metric_definition, wording.unit, wording.questions[0].texts["nb"]))
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_the_same_further_question_is_the_same_on_every_requirement() -> None:
    shared = [asked for code in ("TRV-01", "TRV-06") for asked in BY_CODE[code].wording.questions if asked.code == "subcontractors_included"]
    assert len(shared) == 2 and shared[0] == shared[1]


def test_steps_rise_in_time_and_only_offers_may_be_without() -> None:
    for standard in requirements():
        days = [step.from_date for step in standard.wording.steps]
        assert days == sorted(set(days)), standard.code
        assert days or standard.wording.binding is Binding.OFFERED, standard.code


def test_clause_and_binding_follow_the_kind_of_requirement() -> None:
    assert BY_CODE["MIL-01"].wording.clause is Clause.QUALIFICATION
    assert BY_CODE["DRO-01"].wording.clause is Clause.SPECIFICATION
    assert BY_CODE["DRO-03"].wording.clause is Clause.CONTRACT_CLAUSE
    assert (BY_CODE["TRV-05"].wording.clause, BY_CODE["TRV-05"].wording.binding) == (Clause.AWARD_CRITERION, Binding.OFFERED)


def test_only_two_kinds_of_evidence_are_read_by_machine_yet() -> None:
    assert {kind for kind in rules.READER_KINDS.values()} == {"vehicle_list", "charging_sessions"}
    assert {demand for standard in requirements() for demand in standard.wording.demands} <= rules.DEMANDS.keys()


def test_every_word_of_the_catalogue_has_a_label() -> None:
    for words in (rules.Clause, rules.Category, rules.Frequency, rules.Unit):
        for word in words:
            assert isinstance(word.label, str)


@pytest.mark.skipif(not SOURCE.exists(), reason="the source of the requirements does not lie beside the project")
def test_the_requirements_say_what_their_source_says() -> None:
    for row in yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["requirements"]:
        wording = BY_CODE[row["code"]].wording
        assert wording.title["nb"] == row["title_no"] and wording.text["nb"] == row["text_no"], row["code"]
        assert [(step.from_date, step.value) for step in wording.steps] == [(s["from"], s["value"]) for s in row["steps"] if s["value"] != "offered"], row["code"]
        assert (wording.operator.value, wording.frequency.value, wording.usual_severity) == (row["operator"], row["reporting"], row["deviation"]["default"])
        assert list(wording.demands) == row["evidence"] and list(wording.checks) == row["auto_checks"], row["code"]
        assert wording.controlled_by == row.get("controlled_by", "supplier")


@pytest.mark.parametrize(
    ("day", "value"),
    [(date(2023, 12, 31), None), (date(2024, 1, 1), 10), (date(2025, 6, 30), 10), (date(2025, 7, 1), 50), (date(2026, 12, 31), 50), (date(2040, 1, 1), 100)],
)
def test_a_step_holds_from_its_day_until_the_next(day: date, value: float | None) -> None:
    step = step_on(MAXI, day)
    assert (step.value if step else None) == value


def test_the_steps_of_a_time_begin_with_the_one_in_force() -> None:
    assert [step.value for step in steps_in(MAXI, date(2026, 7, 1), date(2029, 6, 30))] == [50, 100]
    assert [step.value for step in steps_in(MAXI, date(2023, 1, 1), date(2024, 6, 30))] == [10]
    assert steps_in(MAXI, date(2020, 1, 1), date(2021, 1, 1)) == []


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@settings(max_examples=60)
@given(st.lists(DAYS, unique=True, max_size=6), DAYS, st.integers(0, 900))
def test_every_day_of_a_time_is_ruled_by_one_of_its_steps(days: list[date], start: date, length: int) -> None:
    steps = [Step(day, index) for index, day in enumerate(days)]
    end = start + timedelta(days=length)
    inside = steps_in(steps, start, end)
    for day in (start, start + timedelta(days=length // 2), end):
        assert step_on(steps, day) == step_on(inside, day)


def test_a_yes_or_no_metric_is_asked_as_such() -> None:
    assert question_of("policy_valid", Unit.BOOLEAN, "Er den på plass?").kind == "yesno"
    assert question_of("fossil_litres", Unit.LITRE, "Hvor mange liter?").unit == "litre"
