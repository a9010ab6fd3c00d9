"""Numbers as people write them, and no guess where two readings are possible."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.evidence.parsing.numbers import read_numbers, without_unit


def read(*texts: str | None, **how: str) -> list[float | None]:
    return read_numbers(pl.Series(texts, dtype=pl.String), None, **how).values.to_list()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("12,5", 12.5), ("12.5", 12.5), ("0,125", 0.125), ("1 234,5", 1234.5), ("1\u00a0234", 1234), ("1\u202f234\u202f567", 1234567),
        ("1.234,56", 1234.56), ("1,234.56", 1234.56), ("1.234.567", 1234567), ("−3,5", -3.5), ("+4", 4), (",5", 0.5), ("1e3", 1000), ("1'234.5", 1234.5), ("12,3456", 12.3456),
    ],
)  # fmt: skip
def test_a_number_is_read(text: str, value: float) -> None:
    assert read(text) == [value]


@pytest.mark.parametrize("text", ["abc", "12 34", "1,2,3", "1.2.3", "--1", "12,5,", "1 2345", "12:30", "٣"])
def test_what_is_no_number_is_named_and_not_guessed(text: str) -> None:
    result = read_numbers(pl.Series([text, "1,5"]), None)
    assert result.values.to_list() == [None, 1.5]
    assert result.bad.to_list() == [True, False]


def test_a_lone_ambiguous_cell_is_left_out() -> None:
    result = read_numbers(pl.Series(["1.234", "12"]), None)
    assert (result.values.to_list(), result.unclear.to_list(), result.ask) == ([None, 12], [True, False], False)


def test_a_column_that_only_has_ambiguous_cells_is_asked_about() -> None:
    assert read_numbers(pl.Series(["1.234", "2.345"]), None).ask
    assert read_numbers(pl.Series(["1,234"]), None).ask


def test_the_rest_of_the_column_shows_what_a_mark_means() -> None:
    assert read("1,234", "12,5") == [1.234, 12.5]
    assert read("1.234", "1.234,5") == [1234, 1234.5]
    assert read("1.234", "12,5") == [None, 12.5]


def test_the_supplier_s_answer_settles_it() -> None:
    assert read("1.234", "2.345", decimal_mark="comma") == [1234, 2345]
    assert read("1.234", "2.345", decimal_mark="point") == [1.234, 2.345]


def test_a_workbook_s_own_numbers_need_no_reading() -> None:
    result = read_numbers(pl.Series(["1.234", "5"]), pl.Series([1.234, 5.0]))
    assert result.values.to_list() == [1.234, 5.0]
    assert not result.unclear.any()


def test_a_unit_behind_the_number_is_taken_off() -> None:
    number, unit = without_unit(pl.Series(["12,3 kWh", "5", "7 Wh", None]), ("kwh", "wh"))
    assert number.to_list() == ["12,3", "5", "7", None]
    assert unit.to_list() == ["kwh", None, "wh", None]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20), st.sampled_from([",", "."]))
def test_two_decimals_come_back_as_they_were_written(cents: list[int], mark: str) -> None:
    texts = [f"{'-' if number < 0 else ''}{abs(number) // 100}{mark}{abs(number) % 100:02}" for number in cents]
    assert read(*texts) == [pytest.approx(number / 100) for number in cents]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=10))
def test_any_text_is_a_number_or_named_or_empty(texts: list[str]) -> None:
    result = read_numbers(pl.Series(texts, dtype=pl.String), None)
    for value, bad, unclear in zip(result.values, result.bad, result.unclear, strict=True):
        assert [value is not None, bad, unclear].count(True) == 1
