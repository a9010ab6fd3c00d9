"""Verdicts on small material: what counts, what is absent, what a threshold and a waiver do."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.verification.metrics import ChargingLog, Span
from portal.verification.rules import Demand, Dispensation, File, Material, Outcome, Step, judge, proposal
from portal.verification.rules.material import plates_in
from portal.verification.rules.thresholds import holds, in_force, parts_of, recorded_value, share
from portal.verification.rules.verdicts import details_of, part_from
from tests.verification.samples import (
    H1_2026,
    MAXI_STEPS,
    SHARE_STEPS,
    a_file,
    a_list,
    a_pin,
    declared,
    judged,
    judged_on,
    promises,
    vehicle,
)

ELECTRIC, DIESEL = vehicle("EQ10001"), vehicle("QD10002", "diesel")
MINIMUM_70 = (Step("minimum", date(2024, 1, 1), 70),)
VEHICLES, MAXI, KWH = "share_vehicles_zero_emission", "share_maxi_zero_emission", "kwh_reported_share"


# ---------------------------------------------------------------- what counts


def test_only_electric_and_hydrogen_drive_are_zero_emission() -> None:
    fuels = ("electric", "hydrogen", "biogas", "natural_gas", "hvo", "biodiesel", "diesel", "petrol", "plugin_hybrid", "hybrid", "other")
    part = judged_on(a_list(*(vehicle(f"QD{10000 + n}", fuel) for n, fuel in enumerate(fuels))), VEHICLES)
    assert (part.numerator, part.denominator) == (2, len(fuels))


def test_a_plate_on_two_rows_with_the_same_fuel_is_one_vehicle_with_the_trips_added() -> None:
    part = judged_on(a_list(vehicle(trips=60), vehicle(trips=40), DIESEL))
    assert (part.numerator, part.denominator) == (100, 200)


def test_a_plate_with_two_fuels_counts_nowhere_and_is_told() -> None:
    part = judged_on([a_list(vehicle("EQ10003"), ELECTRIC), a_list(vehicle("EQ10003", "diesel"))], VEHICLES)
    assert (part.numerator, part.denominator) == (1, 1)
    assert part.reason("two_fuels").params == {"plates": ["EQ10003"]}


def test_a_vehicle_outside_the_period_or_marked_as_not_used_does_not_count() -> None:
    gone = vehicle("QD10004", "diesel", last_day=date(2025, 12, 31))
    coming = vehicle("QD10005", "diesel", first_day=date(2026, 7, 1))
    unused = vehicle("QD10006", "diesel", trips=None, used=False)
    part = judged_on(a_list(ELECTRIC, gone, coming, unused), VEHICLES)
    assert (part.numerator, part.denominator) == (1, 1)


def test_a_list_about_other_dates_is_not_used_and_is_named() -> None:
    old = a_list(ELECTRIC, applies_from=date(2025, 12, 31), applies_to=date(2025, 12, 31))
    part = judged_on(old, VEHICLES)
    assert part.outcome is Outcome.CANNOT_DECIDE
    assert part.reason("other_dates").params["files"] == ["vehicle_list.xlsx"]


def test_confirmed_indicated_and_declared_are_three_numbers() -> None:
    part = judged_on(a_list(vehicle("EQ10001", trips=10), vehicle("QD10009", "electric", trips=5), vehicle("QD10002", "diesel", trips=1)))
    assert part.method_counts == {"indicated": 10, "declared": 5}
    assert part.method == "declared"


# ---------------------------------------------------------------- absent is not nothing


def test_a_list_without_trips_gives_no_share_of_trips() -> None:
    part = judged_on(a_list(vehicle(trips=None), vehicle("QD10002", "diesel", trips=None)))
    assert (part.outcome, part.value) == (Outcome.CANNOT_DECIDE, None)
    assert part.reason("no_trips_column")


def test_one_vehicle_without_trips_is_asked_about_and_never_counted_as_none() -> None:
    part = judged_on(a_list(ELECTRIC, vehicle("QD10002", "diesel", trips=None)))
    assert part.outcome is Outcome.CANNOT_DECIDE
    assert part.reason("trips_missing").params == {"plates": ["QD10002"]}


def test_a_list_that_does_not_say_which_cars_are_maxi_gives_no_share_of_them() -> None:
    part = judged_on(a_list(ELECTRIC), MAXI, steps=MAXI_STEPS)
    assert part.outcome is Outcome.CANNOT_DECIDE
    assert part.reason("no_maxi_column")


def test_nothing_uploaded_is_missing_and_a_reason_makes_it_undecidable() -> None:
    missing = judged(a_pin(demands=(Demand("vehicle_list"),))).parts[0]
    excused = judged(a_pin(demands=(Demand("vehicle_list", cannot_because="Systemet er nede."),))).parts[0]
    assert (missing.outcome, excused.outcome) == (Outcome.MISSING, Outcome.CANNOT_DECIDE)
    assert excused.reason("cannot_provide").params["because"] == "Systemet er nede."


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        ("receiving", Outcome.WAITING, "being_read"),
        ("checking", Outcome.WAITING, "being_read"),
        ("needs_mapping", Outcome.CANNOT_DECIDE, "file_asks"),
        ("refused", Outcome.CANNOT_DECIDE, "file_unreadable"),
    ],
)
def test_a_file_that_cannot_be_used_yet_says_why(state: str, outcome: Outcome, reason: str) -> None:
    part = judged_on(a_file(state=state))
    assert part.outcome is outcome
    assert part.reason(reason)


def test_a_newer_file_that_is_being_read_is_waited_for_although_an_older_one_is_ready() -> None:
    assert judged_on([a_list(ELECTRIC), a_file(state="checking")]).outcome is Outcome.WAITING


# ---------------------------------------------------------------- kWh


def test_a_car_needs_kwh_in_every_month_it_was_in_use() -> None:
    log = ChargingLog(by_vehicle={"EQ10001": dict.fromkeys(("2026-03", "2026-04", "2026-05", "2026-06"), 100.0)})
    all_year, from_march = vehicle("EQ10001"), vehicle("EQ10001", first_day=date(2026, 3, 10))
    steps = MINIMUM_70
    part = judged_on([a_list(all_year), a_file("charging_sessions", log=log)], KWH, steps=steps)
    assert part.plates[0].months == ("2026-01", "2026-02")
    assert judged_on([a_list(from_march), a_file("charging_sessions", log=log)], KWH, steps=steps).outcome is Outcome.MET


def test_kwh_typed_in_the_list_is_a_normal_answer_without_any_log() -> None:
    part = judged_on(a_list(vehicle(kwh_declared=6818)), KWH, steps=MINIMUM_70)
    assert (part.outcome, part.method_counts) == (Outcome.MET, {"declared": 1})


def test_electric_cars_without_kwh_lack_a_log_rather_than_fail() -> None:
    pin = a_pin(KWH, steps=MINIMUM_70, demands=(Demand("vehicle_list", (a_list(ELECTRIC),)), Demand("charging_sessions")))
    part = judged(pin).parts[0]
    assert part.outcome is Outcome.MISSING
    assert part.reason("no_file").params == {"kind": "charging_sessions"}


def test_a_firm_without_electric_cars_has_nothing_to_report_kwh_of() -> None:
    assert judged_on(a_list(DIESEL), KWH, steps=MINIMUM_70).outcome is Outcome.NOT_RELEVANT


# ---------------------------------------------------------------- thresholds


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_share_below_all_is_never_recorded_as_all(part: int, rest: int) -> None:
    exact = share(part, part + rest)
    assert recorded_value(exact) < 100
    assert not holds(exact, ">=", 100)


def test_almost_all_is_not_all() -> None:
    part = judged_on(a_list(vehicle(trips=99_999_999), vehicle("QD10002", "diesel", trips=1)))
    assert (part.outcome, part.value) == (Outcome.BELOW_MINIMUM, 99.999999)


def test_a_share_on_the_threshold_meets_it_whatever_floats_say() -> None:
    part = judged_on(a_list(vehicle(trips=7), vehicle("QD10002", "diesel", trips=3)), steps=MINIMUM_70)
    assert part.outcome is Outcome.MET


@pytest.mark.parametrize(
    ("operator", "value", "threshold", "kept"),
    [(">=", 70, 70, True), (">=", 69.9, 70, False), ("<=", 2, 2, True), ("<=", 2.1, 2, False), ("==", 1, 1, True), ("==", 0, 1, False)],
)
def test_each_operator_holds_a_value_against_its_threshold(operator: str, value: float, threshold: float, kept: bool) -> None:
    part = declared(value, operator=operator, unit="count", steps=(Step("minimum", date(2024, 1, 1), threshold),))
    assert part.outcome is (Outcome.MET if kept else Outcome.BELOW_MINIMUM)


def test_the_minimum_may_be_met_and_the_promise_missed() -> None:
    part = declared(82.6, steps=MINIMUM_70 + promises((date(2026, 1, 1), 85)))
    assert (part.outcome, part.minimum, part.promise) == (Outcome.BELOW_PROMISE, 70, 85)


def test_at_most_turns_a_promise_around() -> None:
    steps = (Step("minimum", date(2024, 1, 1), 3), *promises((date(2024, 1, 1), 2)))
    assert declared(2.5, operator="<=", unit="per_week", steps=steps).outcome is Outcome.BELOW_PROMISE


def test_a_requirement_that_is_not_in_force_yet_is_not_relevant() -> None:
    part = declared(10, steps=(Step("minimum", date(2027, 1, 1), 100),))
    assert part.outcome is Outcome.NOT_RELEVANT
    assert part.reason("not_in_force").params == {"from": "2027-01-01"}


def test_an_offered_level_binds_also_where_there_is_no_minimum() -> None:
    steps = promises((date(2026, 1, 1), 55))
    assert declared(54, steps=steps).outcome is Outcome.BELOW_PROMISE
    assert declared(55, steps=steps).outcome is Outcome.MET


def test_exists_wants_a_yes_and_reported_only_a_figure() -> None:
    assert declared(True, operator="exists", unit="boolean", steps=()).outcome is Outcome.MET
    assert declared(False, operator="exists", unit="boolean", steps=()).outcome is Outcome.BELOW_MINIMUM
    assert declared(0, operator="reported", unit="kg", steps=()).outcome is Outcome.MET


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        ({"value": None}, Outcome.MISSING, "no_answer"),
        ({"value": None, "problem": "ambiguous"}, Outcome.CANNOT_DECIDE, "answer_unclear"),
        ({"value": 100, "cannot_because": "Tallet finnes ikke."}, Outcome.CANNOT_DECIDE, "cannot_provide"),
    ],
)
def test_an_answer_that_is_no_figure_says_why(answer: dict, outcome: Outcome, reason: str) -> None:
    part = declared(**answer)
    assert part.outcome is outcome
    assert part.reason(reason)


def test_a_stated_figure_says_that_it_is_stated() -> None:
    assert declared(100).method == "declared"


def test_the_newest_step_that_has_begun_is_in_force() -> None:
    assert in_force(SHARE_STEPS, "minimum", date(2025, 6, 30)).value == 70
    assert in_force(SHARE_STEPS, "minimum", date(2025, 7, 1)).value == 100
    assert in_force(SHARE_STEPS, "promise", date(2025, 7, 1)) is None


def test_a_period_is_split_where_a_step_begins_inside_it() -> None:
    parts = parts_of(Span(date(2025, 1, 1), date(2025, 12, 31)), SHARE_STEPS)
    assert parts == (Span(date(2025, 1, 1), date(2025, 6, 30)), Span(date(2025, 7, 1), date(2025, 12, 31)))
    assert parts_of(H1_2026, SHARE_STEPS) == (H1_2026,)


def test_each_part_of_a_split_period_is_judged_by_its_own_threshold() -> None:
    changed = vehicle("QD10002", "diesel", last_day=date(2025, 6, 30)), vehicle("EQ10002", first_day=date(2025, 7, 1))
    pin = a_pin(VEHICLES, demands=(Demand("vehicle_list", (a_list(*(vehicle(f"EQ1010{n}") for n in range(3)), *changed),)),))
    verdict = judged(pin, Span(date(2025, 1, 1), date(2025, 12, 31)))
    assert [(part.numerator, part.denominator, part.minimum, part.outcome) for part in verdict.parts] == [
        (3, 4, 70, Outcome.MET),
        (4, 4, 100, Outcome.MET),
    ]


def test_trips_cannot_be_split_at_a_step_and_the_controller_is_told() -> None:
    verdict = judged(a_pin(demands=(Demand("vehicle_list", (a_list(ELECTRIC),)),)), Span(date(2025, 1, 1), date(2025, 12, 31)))
    assert {part.outcome for part in verdict.parts} == {Outcome.CANNOT_DECIDE}
    assert verdict.parts[0].reason("not_by_part")


# ---------------------------------------------------------------- waivers


def waiver(plates: str = "", first: date = date(2026, 1, 1), last: date = date(2026, 6, 30)) -> Dispensation:
    return Dispensation("contract_waiver", first, last, plates_in(plates), "Steinar Lund")


def test_a_waiver_of_some_vehicles_does_not_cover_the_others() -> None:
    listed = a_list(ELECTRIC, DIESEL, vehicle("QD10003", "diesel"))
    part = judged_on(listed, dispensations=(waiver("QD10002"),))
    assert part.outcome is Outcome.BELOW_MINIMUM
    assert part.reason("waiver_too_narrow")
    assert judged_on(listed, dispensations=(waiver("QD10002, QD 10003"),)).outcome is Outcome.WAIVED


def test_a_waiver_without_plates_covers_all() -> None:
    assert judged_on(a_list(DIESEL), dispensations=(waiver(),)).outcome is Outcome.WAIVED


def test_a_waiver_for_half_the_period_is_told_and_does_not_count() -> None:
    part = judged_on(a_list(ELECTRIC, DIESEL), dispensations=(waiver("QD10002", last=date(2026, 3, 31)),))
    assert part.outcome is Outcome.BELOW_MINIMUM
    assert part.reason("waiver_not_whole_part")


def test_a_waiver_that_is_not_needed_is_not_mentioned() -> None:
    part = judged_on(a_list(ELECTRIC), dispensations=(waiver("QD10002"),))
    assert (part.outcome, part.reasons) == (Outcome.MET, ())


def test_plates_of_a_waiver_may_be_written_as_people_write_them() -> None:
    assert plates_in("QD10018 QD 10019, qd-10020;TAXI1") == {"QD10018", "QD10019", "QD10020", "TAXI1"}
    assert plates_in(["QD 10018"]) == {"QD10018"}
    assert plates_in("") == plates_in(None) == frozenset()


# ---------------------------------------------------------------- a whole verdict


@pytest.mark.parametrize(
    ("files", "proposed"),
    [
        (a_list(ELECTRIC), "met"),
        (a_list(DIESEL), "not_met"),
        (a_list(vehicle("QD10002", "diesel", trips=0)), "exempt"),
        (a_file(state="refused"), "cannot_decide"),
        (a_file(state="checking"), "cannot_decide"),
    ],
)
def test_the_verdict_proposes_a_ruling(files: File, proposed: str) -> None:
    assert proposal(judged(a_pin(demands=(Demand("vehicle_list", (files,)),)))) == proposed


def test_a_waiver_proposes_an_exemption() -> None:
    pin = a_pin(demands=(Demand("vehicle_list", (a_list(DIESEL),)),), dispensations=(waiver(),))
    assert proposal(judged(pin)) == "exempt"


def test_a_part_survives_being_written_down() -> None:
    verdict = judged(a_pin(demands=(Demand("vehicle_list", (a_list(ELECTRIC, DIESEL),)),), dispensations=(waiver("QD10003"),)))
    (part,) = verdict.parts
    figures = {
        name: getattr(part, name)
        for name in ("part_from", "part_to", "outcome", "value", "unit", "numerator", "denominator", "minimum", "promise", "method")
    }
    assert part_from(details_of(verdict, part), **figures) == part


def test_the_same_material_gives_the_same_assessment() -> None:
    material = Material(H1_2026, (a_pin(demands=(Demand("vehicle_list", (a_list(ELECTRIC, DIESEL),)),)),))
    assert judge(material) == judge(material)
