"""What is asked, what is missing, what is late: plain values in, plain values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from portal.foundation.clock import parse_local
from portal.reporting.rules import (
    BankQuestion,
    Filled,
    PinToAsk,
    estimated_minutes,
    is_due,
    is_late,
    is_locked,
    masked_address,
    missing,
    package_hash,
    parts_of,
    plan_questions,
    receipt_code,
    steps_of_party,
)

HALF_YEAR = (date(2025, 1, 1), date(2025, 6, 30))
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
COMPUTED = {"share_trips": frozenset({"vehicle_list"})}
TEXTS = {"vehicle_list": {"nb": "Kjøretøyliste"}, "charging_sessions": {"nb": "Ladelogg"}}
SHARE = BankQuestion("share_trips", "number", {"nb": "Hvor stor andel?"}, "percent", feeds="share_trips")


def plan(*pins: PinToAsk, period: tuple[date, date] = HALF_YEAR) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(q.code, q.part_from.isoformat(), q.pin_ids) for q in plan_questions(pins, period, COMPUTED, TEXTS) if q.kind != "explanation"]


def test_a_computed_metric_needs_a_file_and_no_typed_figure() -> None:
    assert plan(PinToAsk("a", "share_trips", (SHARE,), ("vehicle_list",))) == [("evidence:vehicle_list", "2025-01-01", ("a",))]


def test_a_step_inside_the_period_asks_for_the_figure_of_each_part() -> None:
    pin = PinToAsk("a", "share_trips", (SHARE,), ("vehicle_list",), splits=(date(2025, 7, 1),))
    assert plan(pin, period=YEAR) == [
        ("evidence:vehicle_list", "2025-01-01", ("a",)),
        ("share_trips", "2025-01-01", ("a",)),
        ("share_trips", "2025-07-01", ("a",)),
    ]


def test_a_metric_without_its_file_is_asked_for() -> None:
    assert plan(PinToAsk("a", "share_trips", (SHARE,))) == [("share_trips", "2025-01-01", ("a",))]


def test_one_file_and_one_question_serve_several_requirements() -> None:
    same = BankQuestion("drivers", "yesno", {"nb": "Er alle sjåfører med?"})
    pins = [PinToAsk(name, "other", (same,), ("vehicle_list",)) for name in ("a", "b")]
    assert plan(*pins) == [("evidence:vehicle_list", "2025-01-01", ("a", "b")), ("drivers", "2025-01-01", ("a", "b"))]


def test_a_question_that_is_no_figure_is_never_split() -> None:
    note = BankQuestion("note", "text", {"nb": "Hva er gjort?"})
    assert plan(PinToAsk("a", "m", (note,), splits=(date(2025, 3, 1),))) == [("note", "2025-01-01", ("a",))]


def test_a_charging_log_is_voluntary_beside_a_vehicle_list_and_required_alone() -> None:
    both = plan_questions([PinToAsk("a", "m", (), ("charging_sessions", "vehicle_list"))], HALF_YEAR, {}, TEXTS)
    assert [(q.evidence_kind, q.required) for q in both if q.kind == "evidence"] == [("vehicle_list", True), ("charging_sessions", False)]
    alone = plan_questions([PinToAsk("a", "m", (), ("charging_sessions",))], HALF_YEAR, {}, TEXTS)
    assert [(q.evidence_kind, q.required) for q in alone if q.kind == "evidence"] == [("charging_sessions", True)]


def test_every_requirement_may_be_explained_and_none_must_be() -> None:
    planned = plan_questions([PinToAsk("a", "m"), PinToAsk("b", "m")], HALF_YEAR, {}, TEXTS)
    assert [(q.code, q.required) for q in planned] == [("explanation:a", False), ("explanation:b", False)]


def test_parts_cover_the_period_without_gap_or_overlap() -> None:
    splits = [date(2025, 1, 1), date(2025, 3, 10), date(2025, 3, 10), date(2026, 1, 1)]
    assert parts_of(HALF_YEAR, splits) == [(date(2025, 1, 1), date(2025, 3, 9)), (date(2025, 3, 10), date(2025, 6, 30))]


AGREEMENT = (date(2023, 7, 1), date(2027, 6, 30))


@pytest.mark.parametrize(
    ("frequency", "period", "due"),
    [
        ("monthly", (date(2025, 2, 1), date(2025, 2, 28)), True),
        ("quarterly", (date(2025, 1, 1), date(2025, 3, 30)), False),
        ("quarterly", (date(2025, 1, 1), date(2025, 3, 31)), True),
        ("half_yearly", HALF_YEAR, True),
        ("annual", HALF_YEAR, False),
        ("annual", (date(2025, 7, 1), date(2025, 12, 31)), True),
        ("annual", (date(2027, 1, 1), date(2027, 6, 30)), True),  # the agreement ends, and its last cycle with it
        ("at_start", HALF_YEAR, False),
        ("at_start", (date(2023, 7, 1), date(2023, 12, 31)), True),
        ("on_change", HALF_YEAR, False),
    ],
)
def test_a_requirement_is_due_when_its_own_cycle_ends_in_the_period(frequency: str, period: tuple[date, date], due: bool) -> None:
    assert is_due(frequency, period, AGREEMENT) is due


@dataclass
class Step:
    role: str
    from_date: date
    value: float
    party_id: str | None = None


def test_a_partys_own_promise_replaces_the_common_one_from_its_first_day() -> None:
    steps = [
        Step("promise", date(2024, 1, 1), 50),
        Step("promise", date(2025, 1, 1), 60),
        Step("promise", date(2024, 7, 1), 72, "stodig"),
        Step("promise", date(2024, 7, 1), 65, "snarvei"),
        Step("minimum", date(2024, 1, 1), 40),
    ]
    assert [(s.role, s.value) for s in steps_of_party(steps, "stodig")] == [("minimum", 40), ("promise", 50), ("promise", 72)]
    assert [s.value for s in steps_of_party(steps, "nobody") if s.role == "promise"] == [50, 60]


def test_the_last_second_of_the_deadline_is_in_time_on_both_sides_of_summer_time() -> None:
    for day in (date(2026, 3, 29), date(2026, 8, 31), date(2026, 10, 25)):
        assert not is_late(day, parse_local(f"{day}T23:59:59"))
        assert is_late(day, parse_local(f"{day}T23:59:59").replace(microsecond=1))


def test_an_extended_deadline_keeps_a_closed_period_open_as_long() -> None:
    closes_on, noon = date(2026, 9, 30), parse_local("2026-10-05T12:00")
    assert is_locked(closes_on, date(2026, 8, 31), noon)
    assert not is_locked(closes_on, date(2026, 10, 5), noon)


@pytest.mark.parametrize(
    ("filled", "gap"),
    [
        (Filled("number", True), "no_answer"),
        (Filled("number", True, has_value=True), ""),
        (Filled("number", True, problem="unclear_number"), "unreadable"),
        (Filled("number", True, problem="unclear_number", cannot_because="Vi måler ikke dette."), ""),
        (Filled("yesno", True, cannot_because="Vet ikke"), "no_answer"),
        (Filled("text", False), ""),
        (Filled("evidence", True), "no_file"),
        (Filled("evidence", False), ""),
        (Filled("evidence", True, file_states=("checking",)), ""),  # submitting never waits for a reading
        (Filled("evidence", True, file_states=("needs_mapping",)), ""),
        (Filled("evidence", True, file_states=("refused",)), "file_refused"),
        (Filled("evidence", True, file_states=("refused", "ready")), ""),
        (Filled("evidence", True, cannot_because="Bilen er solgt."), ""),
        (Filled("evidence", True, cannot_because="   "), "no_file"),
        (Filled("explanation", False), ""),
    ],
)
def test_only_what_is_missing_keeps_a_report_back(filled: Filled, gap: str) -> None:
    assert missing(filled) == gap


def test_minutes_are_whole_fives_and_never_none() -> None:
    assert estimated_minutes([]) == 5
    assert estimated_minutes(["evidence", "number"]) == 10


def test_the_same_package_has_the_same_hash_whatever_the_order_of_its_keys() -> None:
    assert package_hash({"a": 1, "b": [1, "æ"]}) == package_hash({"b": [1, "æ"], "a": 1})
    assert package_hash({"a": 1}) != package_hash({"a": 2})
    assert receipt_code("3f2a91bc" + "0" * 56) == "3F2A-91BC"


def test_an_invitation_never_tells_the_whole_address() -> None:
    assert masked_address("marit@stodig.example") == "m•••@stodig.example"
    assert masked_address("") == masked_address("marit") == ""
