"""No fødselsnummer gets in. The numbers are synthetic (month + 80), or published test values."""

from __future__ import annotations

import json

import polars as pl
import pytest

from portal.evidence.parsing import identity
from tests.evidence.conftest import ReadText
from tests.evidence.make_files import ACCOUNT_NUMBER, SYNTHETIC_IDENTITY


@pytest.mark.parametrize("text", [SYNTHETIC_IDENTITY, "159086 12318", "159086-12318", "Kari 15908612318, løyve 7", "159086.12318", "15108695088"])
def test_an_identity_number_is_found_wherever_it_stands(text: str) -> None:
    assert identity.holds_identity_number(text)


@pytest.mark.parametrize("text", [ACCOUNT_NUMBER, "988077917", "15908612319", "115908612318", "1590861231", "00000000000", "4791234567", "WVWZZZ1KZAW123456"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not identity.holds_identity_number(text)


def test_a_numeric_cell_that_lost_its_leading_zero_is_found() -> None:
    number = next(
        f"0{day}8101{individual:03}{check:02}"
        for day in range(1, 10) for individual in range(1000) for check in range(100)
        if identity.is_identity_number(f"0{day}8101{individual:03}{check:02}")
    )  # fmt: skip
    assert identity.rows_with_identity_numbers(pl.DataFrame({"c0": ["Navn", number.lstrip("0")]})) == [2]


def test_a_column_of_account_numbers_of_which_one_passes_is_not_refused() -> None:
    cells = [ACCOUNT_NUMBER] * 30 + [SYNTHETIC_IDENTITY]
    assert identity.rows_with_identity_numbers(pl.DataFrame({"c0": cells})) == []
    assert identity.rows_with_identity_numbers(pl.DataFrame({"c0": [SYNTHETIC_IDENTITY] * 30})) == list(range(1, 31))


def test_the_answer_names_the_rows_and_never_the_number(read_text: ReadText) -> None:
    reading = read_text("vehicle_list", "Reg.nr;Drivstoff;Sjåfør", "EQ 10001;El;Kari", f"EQ 10002;El;{SYNTHETIC_IDENTITY}", name=f"{SYNTHETIC_IDENTITY}.csv")
    assert reading["outcome"] == "rejected"
    assert [(finding["code"], finding["row"]) for finding in reading["findings"]] == [("identity_number_in_name", None), ("identity_number", 3)]
    assert SYNTHETIC_IDENTITY not in json.dumps(reading)
