"""States, clocks and the plan's test, on plain values."""

from __future__ import annotations

from datetime import date

import pytest

from portal.deviations.rules import (
    PlanTest,
    ProofOutcome,
    Severity,
    State,
    evaluate,
    holder,
    is_overdue,
    may_move,
    next_number,
    notice_clock,
    proof_date,
)

OCTOBER = date(2026, 10, 1)


def a_test(**changed: object) -> PlanTest:
    return PlanTest(**{"kind": "vehicle_list", "metric": "share_vehicles_zero_emission", "operator": ">=", "value": 100, "as_of": OCTOBER, **changed})  # type: ignore[arg-type]


def cars(electric: int, diesel: int = 0, **more: object) -> dict[str, object]:
    rows = [{"row": n, "plate": f"EQ{10000 + n}", "fuel": "electric"} for n in range(1, electric + 1)]
    rows += [{"row": n, "plate": f"QD{10000 + n}", "fuel": "diesel"} for n in range(electric + 1, electric + diesel + 1)]
    return {"vehicles": [{**row, **more} for row in rows]}


def codes(outcome: ProofOutcome) -> list[str]:
    return [reason.code for reason in outcome.reasons]


def test_a_list_where_every_car_is_zero_emission_passes_with_the_figures_as_reason() -> None:
    outcome = evaluate(a_test(), cars(22), OCTOBER)
    assert outcome.passed is True
    assert codes(outcome) == ["counted", "test"]
    assert outcome.reasons[0].params["numerator"] == outcome.reasons[0].params["denominator"] == 22


def test_one_diesel_car_fails_and_is_named() -> None:
    outcome = evaluate(a_test(), cars(21, 1), OCTOBER)
    assert outcome.passed is False
    assert outcome.reasons[-1].params == {"plates": ["QD10022"]}


def test_no_rounding_makes_a_share_just_below_into_a_pass() -> None:
    assert evaluate(a_test(), cars(2999, 1), OCTOBER).passed is False
    assert evaluate(a_test(value=99.9), cars(2999, 1), OCTOBER).passed is True
    assert evaluate(a_test(value=80), cars(4, 1), OCTOBER).passed is True


def test_a_list_from_before_the_plans_date_shows_nothing() -> None:
    outcome = evaluate(a_test(), cars(22), date(2026, 9, 30))
    assert outcome.passed is False
    assert codes(outcome) == ["too_early"]
    assert evaluate(a_test(), cars(22), None).passed is False


def test_a_list_from_after_the_plans_date_counts() -> None:
    assert evaluate(a_test(), cars(22), date(2026, 10, 20)).passed is True


def test_a_person_must_look_when_rows_could_not_be_read() -> None:
    outcome = evaluate(a_test(), cars(22), OCTOBER, stopped_rows=2)
    assert outcome.passed is None
    assert "stopped_rows" in codes(outcome)


def test_a_plate_with_two_fuels_never_counts_towards_a_pass() -> None:
    facts = cars(3)
    facts["vehicles"].append({"row": 9, "plate": "EQ10001", "fuel": "diesel"})  # type: ignore[attr-defined]
    outcome = evaluate(a_test(), facts, OCTOBER)
    assert outcome.passed is None
    assert "two_fuels" in codes(outcome)


def test_an_empty_list_proves_nothing() -> None:
    outcome = evaluate(a_test(), {"vehicles": []}, OCTOBER)
    assert outcome.passed is None
    assert codes(outcome) == ["nothing_to_count"]


def test_a_fleet_that_has_shrunk_is_told_about_and_not_held_against_anybody() -> None:
    outcome = evaluate(a_test(), cars(18), OCTOBER, vehicles_before=22)
    assert outcome.passed is True
    assert outcome.reasons[-1].params == {"before": 22, "now": 18}


def test_a_car_that_has_been_taken_out_before_the_day_does_not_count() -> None:
    facts = cars(4)
    facts["vehicles"].append({"row": 9, "plate": "QD10009", "fuel": "diesel", "to": "2026-09-30"})  # type: ignore[attr-defined]
    assert evaluate(a_test(), facts, OCTOBER).passed is True


def test_another_kind_of_file_is_no_proof() -> None:
    assert codes(evaluate(a_test(), cars(22), OCTOBER, kind="charging_sessions")) == ["other_kind"]


def test_an_outcome_survives_being_stored() -> None:
    outcome = evaluate(a_test(), cars(21, 1), OCTOBER)
    assert ProofOutcome.from_json(outcome.as_json()) == outcome
    assert PlanTest.from_json(a_test().as_json()) == a_test()


@pytest.mark.parametrize(("changed", "problem"), [({"metric": "share_trips_zero_emission"}, "unknown_metric"), ({"value": 101}, "value_out_of_range"), ({"operator": "=="}, "unknown_operator"), ({"kind": "document"}, "unknown_kind"), ({}, "")])
def test_only_what_a_list_of_one_day_can_answer_is_a_test(changed: dict[str, object], problem: str) -> None:
    assert a_test(**changed).problem() == problem


def test_somebody_holds_the_ball_until_it_is_closed() -> None:
    assert {state: holder(state) for state in State} == {
        State.DRAFT: "buyer",
        State.SENT: "supplier",
        State.ANSWERED: "buyer",
        State.PLAN_ACCEPTED: "supplier",
        State.PROVEN: "buyer",
        State.ESCALATED: "buyer",
        State.CLOSED: "nobody",
    }


def test_every_open_state_can_be_closed_and_nothing_is_reopened() -> None:
    assert all(may_move(state, State.CLOSED) for state in State if state is not State.CLOSED)
    assert not any(may_move("closed", state) for state in State)
    assert not may_move("draft", State.ANSWERED)
    assert not may_move("sent", State.PLAN_ACCEPTED)


def test_the_notice_clock_counts_from_the_day_the_facts_were_known() -> None:
    clock = notice_clock(date(2026, 3, 12), 14, date(2026, 3, 16))
    assert clock is not None
    assert (clock.day_no, clock.last_day, clock.has_run_out) == (4, date(2026, 3, 26), False)
    late = notice_clock(date(2026, 3, 12), 14, date(2026, 3, 27))
    assert late is not None and late.has_run_out
    assert notice_clock(date(2026, 3, 12), None, date(2026, 3, 27)) is None


def test_the_proof_is_due_two_weeks_after_the_plans_date_and_never_in_the_past() -> None:
    assert proof_date(date(2026, 10, 1), date(2026, 8, 27)) == date(2026, 10, 15)
    assert proof_date(date(2026, 3, 1), date(2026, 8, 27)) == date(2026, 9, 10)


def test_a_day_is_not_over_until_it_is_over() -> None:
    assert not is_overdue(date(2026, 9, 1), date(2026, 9, 1))
    assert is_overdue(date(2026, 9, 1), date(2026, 9, 2))
    assert not is_overdue(None, date(2026, 9, 2))


def test_numbers_run_through_the_year() -> None:
    assert next_number(2026, None) == "AV-2026-001"
    assert next_number(2026, "AV-2026-003") == "AV-2026-004"
    assert next_number(2026, "AV-2026-999") == "AV-2026-1000"


def test_vesentlig_is_no_word_of_ours() -> None:
    assert set(Severity) == {"minor", "significant", "serious"}
