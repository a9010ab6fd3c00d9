"""What a typed text means: numbers the Norwegian way, never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.foundation.i18n import format_number
from portal.reporting import answers
from portal.reporting.answers import KINDS, MESSAGES, Parsed, parse


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("87 493,28", 87493.28),
        ("87\u202f493,28", 87493.28),
        ("87\u00a0493,28 kWh", 87493.28),
        ("87493.28", 87493.28),
        ("87.493,28", 87493.28),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567),
        ("0.345", 0.345),
        ("12,345", 12.345),
        ("  9 ", 9),
        ("0", 0),
        ("1 000 000", 1_000_000),
    ],
)
def test_numbers_are_read_as_norwegians_write_them(typed: str, value: float) -> None:
    assert parse("number", "kWh", typed) == Parsed(value)


@pytest.mark.parametrize(
    ("typed", "unit", "problem"),
    [
        ("12.345", "kg", "unclear_number"),
        ("1.234", "percent", "unclear_number"),
        ("omtrent 80", "percent", "not_a_number"),
        ("12 34", "kg", "not_a_number"),
        ("1e5", "kg", "not_a_number"),
        ("٣", "kg", "not_a_number"),
        ("½", "kg", "not_a_number"),
        ("100,1", "percent", "above_range"),
        ("-1", "kg", "below_range"),
        ("\u22121", "kg", "below_range"),
        ("1,5", "count", "not_whole"),
        ("9" * 41, "kg", "too_long"),
        ("9" * 20, "kg", "above_range"),
    ],
)
def test_a_number_that_cannot_be_understood_is_asked_about(typed: str, unit: str, problem: str) -> None:
    assert parse("number", unit, typed) == Parsed(None, problem)


def test_nothing_typed_is_no_answer_and_no_problem() -> None:
    assert {parse(kind, "", "  \n") for kind in KINDS} == {Parsed()}


def test_yes_and_no() -> None:
    assert (parse("yesno", "", "ja").value, parse("yesno", "", "Nei").value) == (True, False)
    assert parse("yesno", "", "kanskje").problem == "not_yes_or_no"


def test_text_is_kept_in_one_form_and_refuses_what_cannot_be_seen() -> None:
    assert parse("text", "", "A\u030as\r\nto").value == "Ås\nto"
    assert parse("text", "", "snu\u202e").problem == "control_characters"
    assert parse("text", "", "pling\x07").problem == "control_characters"
    assert parse("text", "", "tab\tog\nlinje").problem == ""
    assert parse("text", "", "x" * 4001).problem == "too_long"


def test_what_is_stored_fits_any_database() -> None:
    assert answers.storable("a\x00b") == "a\ufffdb"
    assert len(answers.storable("x" * 30_000)) == answers.LONGEST_TYPED


@pytest.mark.parametrize("problem", MESSAGES)
def test_every_problem_says_what_is_wrong_with_all_its_parameters(problem: str) -> None:
    message, params = answers.message("number", "percent", problem)
    assert "%(" not in message % params


@given(st.decimals(min_value=Decimal(0), max_value=Decimal(10**9), places=2))
@settings(max_examples=60, deadline=None)
def test_every_number_we_write_can_be_read_back(number: Decimal) -> None:
    assert parse("number", "kg", format_number(number)).value == float(number)


@given(st.text(max_size=60))
@settings(max_examples=80, deadline=None)
def test_no_text_breaks_the_reading_of_any_kind(typed: str) -> None:
    for kind in KINDS:
        parsed = parse(kind, "percent", typed)
        assert parsed.value is None or not parsed.problem
