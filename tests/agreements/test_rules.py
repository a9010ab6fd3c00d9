"""Thresholds and promises by date, and what is typed in the forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.agreements import forms
from portal.agreements.rules import (
    AgreementKind,
    AgreementState,
    DispensationKind,
    Duty,
    can_be_promised,
    clean_plates,
    is_weaker,
    may_move,
    splits,
    value_on,
)
from portal.foundation.errors import Invalid


@dataclass(frozen=True)
class Step:
    role: str
    from_date: date
    value: float
    party_id: str | None = None


MAXI = [
    Step("minimum", date(2025, 7, 1), 50),
    Step("minimum", date(2027, 1, 1), 100),
    Step("promise", date(2026, 1, 1), 70, "stodig"),
    Step("promise", date(2024, 7, 1), 55),
]


@pytest.mark.parametrize(
    ("role", "day", "party", "value"),
    [
        ("minimum", date(2025, 6, 30), None, None),
        ("minimum", date(2025, 7, 1), None, 50),
        ("minimum", date(2027, 1, 1), "stodig", 100),
        ("promise", date(2025, 12, 31), "stodig", 55),
        ("promise", date(2026, 1, 1), "stodig", 70),
        ("promise", date(2026, 1, 1), "snarvei", 55),
        ("promise", date(2026, 1, 1), None, 55),
        ("promise", date(2024, 1, 1), "stodig", None),
    ],
)
def test_a_partys_own_step_wins_over_the_common_one(role: str, day: date, party: str | None, value: float | None) -> None:
    assert value_on(MAXI, role, day, party) == value


def test_a_partys_older_own_step_wins_over_a_newer_common_one() -> None:
    steps = [Step("promise", date(2024, 1, 1), 80, "stodig"), Step("promise", date(2025, 1, 1), 60)]
    assert value_on(steps, "promise", date(2026, 1, 1), "stodig") == 80


def test_a_period_is_split_where_a_threshold_or_a_promise_steps_inside_it() -> None:
    assert splits(MAXI, date(2025, 1, 1), date(2025, 12, 31), "stodig") == [date(2025, 7, 1)]
    assert splits(MAXI, date(2025, 7, 1), date(2026, 6, 30), "stodig") == [date(2026, 1, 1)]
    assert splits(MAXI, date(2025, 7, 1), date(2026, 6, 30), "snarvei") == []
    assert splits(MAXI, date(2025, 7, 1), date(2026, 6, 30)) == [date(2026, 1, 1)], "without a party, anybody's change counts"


def test_a_step_on_the_first_day_or_to_the_same_value_does_not_split() -> None:
    assert splits(MAXI, date(2025, 7, 1), date(2025, 12, 31)) == []
    same = [Step("minimum", date(2024, 1, 1), 70), Step("minimum", date(2025, 1, 1), 70)]
    assert splits(same, date(2024, 7, 1), date(2025, 6, 30)) == []


STEPS = st.lists(st.builds(Step, st.sampled_from(["minimum", "promise"]), st.dates(date(2024, 1, 1), date(2025, 12, 31)), st.integers(0, 3), st.sampled_from([None, "a", "b"])), max_size=8)


@settings(max_examples=60)
@given(STEPS, st.sampled_from(["a", "b"]))
def test_inside_a_part_nothing_changes(steps: list[Step], party: str) -> None:
    unique = list({(step.role, step.from_date, step.party_id): step for step in steps}.values())
    start, end = date(2024, 7, 1), date(2025, 6, 30)
    starts = [start, *splits(unique, start, end, party)]
    for first, following in zip(starts, [*starts[1:], end + timedelta(days=1)], strict=True):
        for role in ("minimum", "promise"):
            values = {value_on(unique, role, first + timedelta(days=offset), party) for offset in range((following - first).days)}
            assert len(values) == 1


@pytest.mark.parametrize(
    ("promise", "minimum", "operator", "weaker"), [(70, 50, ">=", False), (50, 50, ">=", False), (49.9, 50, ">=", True), (14, 14, "<=", False), (10, 14, "<=", False), (15, 14, "<=", True)]
)
def test_a_promise_is_weaker_when_it_asks_less(promise: float, minimum: float, operator: str, weaker: bool) -> None:
    assert is_weaker(promise, minimum, operator) is weaker


def test_only_figures_with_a_direction_can_be_promised() -> None:
    assert can_be_promised(">=", "percent") and can_be_promised("<=", "days")
    assert not can_be_promised("exists", "boolean") and not can_be_promised("==", "boolean") and not can_be_promised("reported", "kg")


def test_an_agreement_moves_forward_only() -> None:
    moves = {(now, then) for now in AgreementState for then in AgreementState if may_move(now, then)}
    assert moves == {("draft", "running"), ("running", "ended")}


def test_every_word_has_a_label() -> None:
    assert all(word.label for words in (AgreementKind, Duty, DispensationKind) for word in words)


@pytest.mark.parametrize(
    ("written", "clean"),
    [("ek 39085, QD10019", "EK39085 QD10019"), ("QD10018 QD10018", "QD10018"), ("QD\u00a010018;EQ-20401", "QD10018 EQ20401"), ("  ", ""), ("TAXI7", "TAXI7")],
)
def test_plates_are_kept_without_spaces_and_once(written: str, clean: str) -> None:
    assert clean_plates(written) == clean


# ---------------------------------------------------------------- what is typed


@pytest.mark.parametrize("written", ["31.08.2026", "31.8.2026", "31/8/2026", "2026-08-31"])
def test_a_date_is_read_as_people_write_it(written: str) -> None:
    assert forms.parse_day(written) == date(2026, 8, 31)


@pytest.mark.parametrize("written", ["31.02.2026", "8.2026", "i morgen", "31.8.26", "2026-13-01", "٣١.٠٨.٢٠٢٦x"])
def test_what_is_no_date_is_not_guessed(written: str) -> None:
    assert forms.parse_day(written) is None


@pytest.mark.parametrize(("written", "number"), [("70", 70), ("72,5", 72.5), ("72.5", 72.5), ("70 %", 70), ("1 200,5", 1200.5), ("9\u202f200\u202f000", 9200000), ("0", 0), ("\u22125", -5)])
def test_a_number_is_read_the_norwegian_way(written: str, number: float) -> None:
    assert forms.parse_number(written) == number


@pytest.mark.parametrize("written", ["1.200", "sytti", "70 prosent", "1,2,3", "1e3", "nan", "inf", "", "12 34"])
def test_a_number_with_two_readings_or_none_is_not_guessed(written: str) -> None:
    assert forms.parse_number(written) is None


@pytest.mark.parametrize("written", ["9 200 000", "9.200.000", "9200000 kr", "9200000,-"])
def test_whole_kroner_are_read_with_their_separators(written: str) -> None:
    typed = forms.Typed({"kr": written})
    assert typed.whole("kr") == 9_200_000 and not typed.errors


@pytest.mark.parametrize("written", ["9,2 mill", "9.2", "-5", "²"])
def test_what_is_not_whole_kroner_is_told_at_the_field(written: str) -> None:
    typed = forms.Typed({"kr": written})
    assert typed.whole("kr") is None and "kr" in typed.errors


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_no_text_makes_the_readers_fail(written: str) -> None:
    typed = forms.Typed({"a": written})
    typed.day("a"), typed.number("a"), typed.whole("a")
    assert set(typed.errors) <= {"a"}


def test_a_line_with_only_a_date_is_no_promise_and_all_faults_are_told_at_once() -> None:
    fields = {"day-0": "01.07.2026", "value-0": "", "day-1": "", "value-1": "80", "day-2": "01.01.2027", "value-2": "mye", "day-3": "01.01.2028", "value-3": "90"}
    typed = forms.Typed(fields)
    lines = forms.read_promises(typed, forms.promise_rows([], date(2026, 7, 1), fields))
    assert [(line.number, line.step) for line in lines] == [(3, (date(2028, 1, 1), 90))]
    with pytest.raises(Invalid) as refused:
        typed.done()
    assert set(refused.value.errors) == {"day-1", "value-2"}


def test_the_lines_have_the_thresholds_dates_but_never_before_the_agreement_and_room_for_more() -> None:
    rows = forms.promise_rows([(date(2025, 7, 1), 50), (date(2027, 1, 1), 100)], date(2026, 7, 1), None)
    assert [(row.day, row.minimum) for row in rows] == [("01.07.2026", 50), ("01.01.2027", 100), ("", None), ("", None)]


def test_the_services_message_stands_at_the_line_it_was_typed_in() -> None:
    lines = [forms.PromiseLine(0, (date(2026, 7, 1), 40)), forms.PromiseLine(3, (date(2028, 1, 1), 30))]
    assert forms.place_errors({"promises.1": "for lavt", "change": "mangler"}, lines) == {"value-3": "for lavt", "change": "mangler"}
