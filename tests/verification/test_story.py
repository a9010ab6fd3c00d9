"""The taxi firms of the demo's story, recomputed: the verdicts must be the ones it tells."""

from __future__ import annotations

import pytest

from portal.demo.fleets import PERIODS
from portal.verification.rules import Outcome, Step
from portal.verification.rules.material import Dispensation
from tests.verification.samples import (
    COUNTY_EXEMPTION,
    FLEETS,
    KWH_STEPS,
    MAXI_STEPS,
    SHARE_STEPS,
    SNARVEI_PROMISES,
    STODIG_PROMISES,
    WAIVER,
    a_file,
    a_list,
    judged_on,
    log_of,
    promises,
    span_of,
    vehicles_of,
)
from tests.verification.samples import date as day

TRIPS = "share_trips_zero_emission"


def on_trips(firm: str, period: str, promised: tuple[Step, ...], waivers: tuple[Dispensation, ...] = ()):
    listed = a_list(*vehicles_of(FLEETS[firm](period)))
    return judged_on(listed, TRIPS, span_of(period), steps=SHARE_STEPS + promised, dispensations=waivers)


@pytest.mark.parametrize(
    ("period", "clean", "every", "percent", "minimum", "promise", "outcome"),
    [
        ("H2 2024", 7128, 9869, 72.2, 70, 72, Outcome.MET),
        ("H1 2025", 7578, 9823, 77.1, 70, 77, Outcome.MET),
        ("H2 2025", 7587, 9777, 77.6, 100, 100, Outcome.WAIVED),
        ("H1 2026", 8001, 9871, 81.1, 100, 100, Outcome.BELOW_MINIMUM),
    ],
)
def test_stodig_comes_out_as_the_story_tells(period, clean, every, percent, minimum, promise, outcome) -> None:
    part = on_trips("stodig", period, STODIG_PROMISES, (WAIVER,))
    assert (part.numerator, part.denominator) == (clean, every)
    assert round(part.value, 1) == percent
    assert (part.minimum, part.promise, part.outcome) == (minimum, promise, outcome)


def test_the_four_cars_of_stodig_that_drove_the_rest_are_named_with_their_trips() -> None:
    part = on_trips("stodig", "H1 2026", STODIG_PROMISES, (WAIVER,))
    assert [(share.plate, share.trips) for share in part.plates] == [("QD10019", 458), ("QD10020", 511), ("QD10021", 424), ("QD10022", 477)]
    assert part.minimum_from == day(2025, 7, 1)


def test_the_waiver_of_stodig_says_who_gave_it_and_then_that_it_is_over() -> None:
    waived = on_trips("stodig", "H2 2025", STODIG_PROMISES, (WAIVER,))
    assert waived.reason("waiver").params["approver"] == "Steinar Lund"
    over = on_trips("stodig", "H1 2026", STODIG_PROMISES, (WAIVER,))
    assert over.reason("waiver_over").params["to"] == "2025-12-31"


def test_the_countys_exemption_is_shown_and_changes_no_verdict() -> None:
    part = on_trips("stodig", "H1 2026", STODIG_PROMISES, (COUNTY_EXEMPTION,))
    assert part.outcome is Outcome.BELOW_MINIMUM
    assert part.reason("exemption_noted").params["plates"] == ["QD10020"]


@pytest.mark.parametrize(("period", "clean", "every"), [("H2 2024", 16, 22), ("H1 2025", 17, 22), ("H2 2025", 17, 22), ("H1 2026", 18, 22)])
def test_the_share_of_stodigs_cars_is_the_storys(period: str, clean: int, every: int) -> None:
    part = judged_on(a_list(*vehicles_of(FLEETS["stodig"](period))), "share_vehicles_zero_emission", span_of(period))
    assert (part.numerator, part.denominator) == (clean, every)


def test_stodigs_maxi_cars_meet_the_minimum_and_miss_the_promise() -> None:
    listed = a_list(*vehicles_of(FLEETS["stodig"]("H1 2026")))
    part = judged_on(listed, "share_maxi_zero_emission", span_of("H1 2026"), steps=MAXI_STEPS + promises((day(2026, 1, 1), 70)))
    assert (part.numerator, part.denominator, part.value) == (3, 6, 50)
    assert (part.minimum, part.promise, part.outcome) == (50, 70, Outcome.BELOW_PROMISE)


def test_stodigs_maxi_cars_were_covered_by_the_waiver_the_half_year_before() -> None:
    listed = a_list(*vehicles_of(FLEETS["stodig"]("H2 2025")))
    part = judged_on(listed, "share_maxi_zero_emission", span_of("H2 2025"), steps=MAXI_STEPS, dispensations=(WAIVER,))
    assert (part.numerator, part.denominator, part.outcome) == (2, 6, Outcome.WAIVED)


@pytest.mark.parametrize("period", PERIODS)
def test_snarvei_has_no_maxi_cars_and_that_is_not_relevant_rather_than_nothing_of_nothing(period: str) -> None:
    part = judged_on(a_list(*vehicles_of(FLEETS["snarvei"](period))), "share_maxi_zero_emission", span_of(period), steps=MAXI_STEPS)
    assert (part.numerator, part.denominator, part.value, part.outcome) == (0, 0, None, Outcome.NOT_RELEVANT)


@pytest.mark.parametrize("period", PERIODS)
def test_every_electric_car_of_stodig_has_its_kwh_also_the_two_that_only_charge_in_public(period: str) -> None:
    cars, span = FLEETS["stodig"](period), span_of(period)
    log = a_file("charging_sessions", log=log_of(cars, span))
    part = judged_on([a_list(*vehicles_of(cars)), log], "kwh_reported_share", span, steps=KWH_STEPS)
    assert (part.value, part.outcome) == (100, Outcome.MET)
    assert part.method_counts["declared"] == 2
    assert part.method == "declared"


@pytest.mark.parametrize(
    ("period", "clean", "every", "percent", "outcome"),
    [
        ("H2 2024", 3665, 5055, 72.5, Outcome.MET),
        ("H1 2025", 3905, 4997, 78.1, Outcome.MET),
        ("H2 2025", 5059, 5059, 100, Outcome.MET),
    ],
)
def test_snarvei_comes_out_as_it_declares(period: str, clean: int, every: int, percent: float, outcome: Outcome) -> None:
    part = on_trips("snarvei", period, SNARVEI_PROMISES)
    assert (part.numerator, part.denominator, round(part.value, 1), part.outcome) == (clean, every, percent, outcome)


def test_snarveis_car_with_a_diesel_plate_is_declared_only_and_is_asked_about() -> None:
    part = on_trips("snarvei", "H2 2025", SNARVEI_PROMISES)
    car = next(car for car in FLEETS["snarvei"]("H2 2025") if car.plate == "QD 31207")
    assert part.method_counts == {"indicated": 5059 - car.trips, "declared": car.trips}
    assert part.method == "declared"


def test_snarveis_car_without_a_single_charge_is_named_with_its_months() -> None:
    cars, span = FLEETS["snarvei"]("H1 2025"), span_of("H1 2025")
    log = a_file("charging_sessions", log=log_of(cars, span))
    part = judged_on([a_list(*vehicles_of(cars)), log], "kwh_reported_share", span, steps=KWH_STEPS)
    assert (part.numerator, part.denominator, part.outcome) == (10, 11, Outcome.BELOW_MINIMUM)
    assert [(share.plate, len(share.months)) for share in part.plates] == [("EQ20411", 6)]
