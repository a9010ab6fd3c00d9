"""The sentences people read: never rounded up, plain, and accusing nobody."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from flask import Flask

from portal.foundation.i18n import FIXED, THIN
from portal.verification import checks, documents, metrics, rules
from portal.verification.checks import Flag
from portal.verification.documents import check_name, flag_words, reason_words, sentence, share_words
from portal.verification.documents.reasons import CODES
from portal.verification.metrics import Reason
from portal.verification.rules import Step
from tests.verification.samples import (
    FLEETS,
    MAXI_STEPS,
    SHARE_STEPS,
    a_file,
    a_list,
    declared,
    judged_on,
    promises,
    span_of,
    vehicle,
    vehicles_of,
)

pytestmark = pytest.mark.usefixtures("context")


def plain(words: str) -> str:
    return words.replace(FIXED, " ").replace(THIN, " ")


def test_the_sentence_of_the_story(context: Flask) -> None:
    listed = a_list(*vehicles_of(FLEETS["stodig"]("H1 2026")))
    part = judged_on(listed, span=span_of("H1 2026"), steps=SHARE_STEPS + promises((date(2025, 7, 1), 100)))
    assert plain(sentence(part)) == (
        "81 % av turene (8 001 av 9 871). Kravet er 100 % fra 1. juli 2025. Disse fire bilene kjørte resten: QD 10019, QD 10020, QD 10021, QD 10022."
    )


def test_without_the_right_to_see_rows_the_vehicles_are_counted_and_not_named() -> None:
    part = judged_on(a_list(vehicle(), vehicle("QD10002", "diesel"), vehicle("QD10003", "diesel")))
    assert plain(sentence(part, with_plates=False)).endswith("To biler kjørte resten.")
    assert "QD" not in sentence(part, with_plates=False)


def test_a_promise_above_the_minimum_is_told_beside_it() -> None:
    listed = a_list(*vehicles_of(FLEETS["stodig"]("H1 2026")))
    part = judged_on(listed, "share_maxi_zero_emission", span_of("H1 2026"), steps=MAXI_STEPS + promises((date(2026, 1, 1), 70)))
    assert plain(sentence(part)).startswith(
        "50 % av storbilene og rullestolbilene (3 av 6). Kravet er minst 50 % fra 1. juli 2025. Løftet er minst 70 % fra 1. januar 2026."
    )


def test_many_vehicles_are_counted_and_left_to_the_table() -> None:
    many = [vehicle(f"QD{10100 + n}", "diesel") for n in range(13)]
    assert plain(sentence(judged_on(a_list(vehicle(), *many)))).endswith("13 biler kjørte resten.")


def test_a_stated_figure_is_repeated_as_it_was_stated() -> None:
    part = declared(97.3, steps=(Step("minimum", date(2025, 1, 1), 100),))
    assert plain(sentence(part)) == "97,3 % er oppgitt. Kravet er 100 % fra 1. januar 2025."


def test_at_most_is_said_so_and_units_follow() -> None:
    part = declared(1.8, operator="<=", unit="per_week", steps=(Step("minimum", date(2024, 7, 1), 2),))
    assert plain(sentence(part)) == "1,8 per uke er oppgitt. Kravet er høyst 2 per uke fra 1. juli 2024."


def test_a_yes_is_a_sentence() -> None:
    assert sentence(declared(True, operator="exists", unit="boolean", steps=())) == "Svaret er ja."


def test_an_undecided_requirement_tells_its_threshold_only() -> None:
    assert plain(sentence(judged_on(a_file(state="refused")))) == "Kravet er 100 % fra 1. juli 2025."


@pytest.mark.parametrize(
    ("value", "thresholds", "written"),
    [
        ("81.0556", [100], "81 %"),
        ("99.6", [100], "99,6 %"),
        ("99.96", [100], "99,96 %"),
        ("99.9996", [100], "99,9996 %"),
        ("100", [100], "100 %"),
        ("69.97", [70], "69,97 %"),
        ("70.04", [70], "70,04 %"),
        ("77.145", [70, 77], "77,1 %"),
        ("0.02", [70], "0,02 %"),
        ("0", [70], "0 %"),
        ("50", [50, 70], "50 %"),
    ],
)
def test_a_share_is_never_rounded_over_a_threshold(value: str, thresholds: list[float], written: str) -> None:
    assert plain(share_words(Fraction(value), thresholds)) == written


def sources(*packages: object) -> str:
    files = [file for package in packages for file in Path(package.__file__).parent.rglob("*.py")]  # type: ignore[attr-defined]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


PARAMS = {
    "kind": "vehicle_list", "files": ["liste.xlsx"], "because": "x", "problem": "x", "plates": ["QD10002"], "approver": "Steinar Lund",
    "from": "2025-07-01", "to": "2025-12-31", "fuel": "electric", "count": 2, "sessions": 10, "hours": 72, "kwh": 1.5,
    "first": "2025-12-01", "last": "2026-06-30",
}  # fmt: skip


def test_every_reason_that_can_be_given_has_words() -> None:
    given = set(re.findall(r'Reason\(\s*"(\w+)"', sources(metrics, rules))) | {
        "own_wording", "not_asked", "file_asks", "file_unreadable", "other_dates", "waiver", "waiver_too_narrow", "waiver_not_whole_part", "waiver_over",
    }  # fmt: skip
    assert given == CODES
    for code in CODES:
        assert reason_words(Reason(code, PARAMS)).endswith((".", "x"))


def test_every_flag_that_can_be_raised_has_words_that_accuse_nobody() -> None:
    given = set(re.findall(r'Flag\(\s*"(\w+)"', sources(checks)))
    assert len(given) == 8
    for code in given:
        words = flag_words(Flag(code, PARAMS, ("QD31207",)))
        assert words and not re.search(r"(?i)juks|løgn|falsk|mislighold|brudd|avvis|feil\b", words)


def test_a_check_without_words_is_shown_by_its_own_name() -> None:
    assert check_name("plate_format") == "form på registreringsnummer"
    assert check_name("a_new_check") == "a_new_check"


def test_months_are_listed_by_year() -> None:
    assert documents.month_list(("2025-12", "2026-01", "2026-02")) == "desember 2025 og januar og februar 2026"
