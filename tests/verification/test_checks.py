"""The checks: what each asks about, what it leaves in peace, and that it says so when a person must look."""

from __future__ import annotations

from datetime import date

from portal.verification.checks import CHECKS, CheckState, checked
from portal.verification.metrics import ChargingLog, Facts, Vehicle
from portal.verification.rules import Demand
from tests.verification.samples import H1_2026, a_file, a_list, a_pin, judged, vehicle


def flags(name: str, *vehicles: Vehicle, logs: tuple[ChargingLog, ...] = ()):
    return CHECKS[name].look(Facts(vehicles, logs), H1_2026)


def test_a_personal_plate_is_asked_about_by_name() -> None:
    (flag,) = flags("plate_format", vehicle("EQ10001"), vehicle("TAXI1"))
    assert (flag.plates, flag.asks) == (("TAXI1",), True)


def test_a_plate_that_hints_at_another_fuel_is_asked_about_in_both_directions() -> None:
    (electric,) = flags("fuel_matches_register", vehicle("QD31207", "electric"))
    (diesel,) = flags("fuel_matches_register", vehicle("EQ10001", "diesel"))
    assert (electric.plates, electric.params["fuel"]) == (("QD31207",), "electric")
    assert (diesel.plates, diesel.params["fuel"]) == (("EQ10001",), "diesel")


def test_agreeing_and_personal_plates_are_left_in_peace() -> None:
    assert not flags("fuel_matches_register", vehicle("EQ10001"), vehicle("QD10002", "diesel"), vehicle("TAXI1"), vehicle("GQ40401", "biogas"))


def test_gas_in_a_car_with_an_ordinary_plate_is_left_in_peace() -> None:
    assert not flags("fuel_matches_register", vehicle("QD10002", "natural_gas"))


def test_the_same_plate_twice_is_a_hint_and_with_two_fuels_a_question() -> None:
    (hint,) = flags("duplicate_plate", vehicle("EQ10001"), vehicle("EQ10001"))
    (question,) = flags("duplicate_plate", vehicle("EQ10001"), vehicle("EQ10001", "diesel"))
    assert (hint.code, hint.asks) == ("several_rows", False)
    assert (question.code, question.asks) == ("two_fuels", True)


def test_sessions_without_an_end_and_overlaps_are_counted_over_all_logs() -> None:
    logs = (ChargingLog(sessions=10, without_end=3, overlaps=1), ChargingLog(sessions=5, without_end=1))
    assert flags("charging_missing_end", logs=logs)[0].params == {"count": 4, "sessions": 15}
    assert flags("charging_overlap", logs=logs)[0].params == {"count": 1, "sessions": 15}


def test_a_log_without_a_column_for_ends_is_not_asked_about_ends() -> None:
    assert not flags("charging_missing_end", logs=(ChargingLog(sessions=10),))


def test_a_car_left_plugged_in_is_a_hint_and_no_question() -> None:
    (flag,) = flags("charging_over_72h", logs=(ChargingLog(sessions=10, over_72h=2),))
    assert not flag.asks


def test_energy_of_months_outside_the_period_is_asked_about() -> None:
    log = ChargingLog(sessions=2, first_start=date(2025, 12, 2), last_end=date(2026, 6, 30), by_month={"2025-12": 120.5, "2026-01": 10})
    (flag,) = flags("charging_outside_period", logs=(log,))
    assert (flag.params["kwh"], flag.asks) == (120.5, True)


def test_a_session_over_the_turn_of_the_period_needs_no_answer() -> None:
    log = ChargingLog(sessions=2, first_start=date(2026, 1, 1), last_end=date(2026, 7, 1), by_month={"2026-06": 10})
    (flag,) = flags("charging_outside_period", logs=(log,))
    assert not flag.asks


def test_a_log_inside_the_period_is_clear() -> None:
    assert not flags("charging_outside_period", logs=(ChargingLog(sessions=1, first_start=date(2026, 1, 1), last_end=date(2026, 6, 30)),))


def test_a_check_that_is_not_built_is_done_by_a_person_under_its_own_name() -> None:
    (result,) = checked(["taxi_use_code"], Facts(), H1_2026, {"vehicle_list"})
    assert (result.name, result.state) == ("taxi_use_code", CheckState.MANUAL)


def test_a_check_without_its_kind_of_file_had_nothing_to_look_at() -> None:
    (result,) = checked(["plate_format"], Facts(), H1_2026, set())
    assert result.state is CheckState.NOTHING


def test_the_charging_checks_that_no_requirement_names_are_made_wherever_there_is_a_log() -> None:
    demands = (Demand("charging_sessions", (a_file("charging_sessions", log=ChargingLog()),)),)
    names = [check.name for check in judged(a_pin("kwh_reported_share", demands=demands, checks=("charging_overlap",))).checks]
    assert names == ["charging_overlap", "charging_over_72h", "charging_outside_period"]


def test_an_unread_file_is_not_checked() -> None:
    demands = (Demand("vehicle_list", (a_file(state="refused"),)),)
    verdict = judged(a_pin(demands=demands, checks=("plate_format",)))
    assert [check.state for check in verdict.checks] == [CheckState.NOTHING]


def test_a_question_never_changes_a_verdict() -> None:
    listed = a_list(vehicle("QD31207", "electric"))
    verdict = judged(a_pin(demands=(Demand("vehicle_list", (listed,)),), checks=("fuel_matches_register",)))
    assert verdict.checks[0].state is CheckState.ASKS
    assert verdict.outcome.value == "met"
