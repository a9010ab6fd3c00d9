"""The story's own sums, recomputed from its formulas. Every plate is invented (the letter Q)."""

from __future__ import annotations

from datetime import date

import polars
import pytest

from portal.demo import fleets
from portal.evidence.parsing.child import read_in_child

STODIG = {  # period: electric cars, their trips, all trips, kWh
    "H2 2024": (16, 7128, 9869, 97_320),
    "H1 2025": (17, 7578, 9823, 108_010),
    "H2 2025": (17, 7587, 9777, 103_613),
    "H1 2026": (18, 8001, 9871, 114_964),
}
SNARVEI = {"H2 2024": (10, 3665, 5055), "H1 2025": (11, 3905, 4997), "H2 2025": (14, 5059, 5059)}


@pytest.mark.parametrize("period", STODIG)
def test_stodigs_cars_add_up_as_the_story_tells(period: str) -> None:
    cars = fleets.stodig(period)
    electric = [car for car in cars if car.fuel == "El"]
    told = (len(electric), sum(car.trips for car in electric), sum(car.trips for car in cars), sum(car.kwh or 0 for car in electric))
    assert told == STODIG[period] and len(cars) == 22


@pytest.mark.parametrize("period", SNARVEI)
def test_snarveis_declared_cars_add_up_as_the_story_tells(period: str) -> None:
    cars = fleets.snarvei(period)
    electric = [car for car in cars if car.fuel == "El"]
    assert (len(electric), sum(car.trips for car in electric), sum(car.trips for car in cars)) == SNARVEI[period]


def test_the_four_cars_that_drove_the_rest() -> None:
    rest = {car.plate: car.trips for car in fleets.stodig("H1 2026") if car.fuel != "El"}
    assert rest == {"QD 10019": 458, "QD 10020": 511, "QD 10021": 424, "QD 10022": 477}


def test_on_1_october_2026_every_car_is_electric_with_the_same_digits() -> None:
    cars = fleets.stodig_on_1_october_2026()
    assert {car.fuel for car in cars} == {"El"}
    assert [car.plate[3:] for car in cars] == [car.plate[3:] for car in fleets.stodig("H1 2026")]


def test_half_of_the_large_cars_are_electric_in_june_2026() -> None:
    large = [car for car in fleets.stodig("H1 2026") if car.maxi]
    assert (sum(car.fuel == "El" for car in large), len(large)) == (3, 6)


@pytest.mark.parametrize("period", STODIG)
def test_the_charging_log_holds_exactly_the_energy_that_is_not_declared(period: str, tmp_path, monkeypatch) -> None:  # noqa: ANN001
    cars = fleets.stodig(period)
    path = tmp_path / "ladelogg.csv"
    path.write_bytes(fleets.charging_log(cars, period, seed=1))
    reading = read_in_child(path, name="ladelogg.csv", kind="charging_sessions", period=fleets.PERIOD_DATES[period])
    assert reading["figures"]["sum_kwh"] == sum(car.kwh for car in cars if car.kwh and not car.declared_only)
    assert (reading["figures"]["overlaps"], reading["figures"]["without_end"], reading["outcome"]) == (0, 0, "accepted")


def test_the_workbook_has_its_header_on_line_4_and_a_total_row(tmp_path, monkeypatch) -> None:  # noqa: ANN001
    monkeypatch.setenv("KRAVSJEKK_PLATE_SERIES", "demo")
    path = tmp_path / "Bilpark Stødig 1H26.xlsx"
    path.write_bytes(fleets.vehicle_workbook("Bilpark", fleets.stodig("H1 2026")))
    rows = tmp_path / "rows.parquet"
    reading = read_in_child(path, name=path.name, kind="vehicle_list", rows_to=rows)
    assert reading["table"]["header_row"] == 4 and reading["table"]["rows_used"] == 22
    assert reading["figures"]["zero_emission"] == 18 and reading["figures"]["sum_trips"] == 9871
    assert polars.read_parquet(rows)["_row"].to_list() == list(range(5, 27))
    assert [finding["code"] for finding in reading["findings"]] == ["total_row"]


def test_periods_follow_each_other() -> None:
    assert [fleets.PERIOD_DATES[period][0] for period in fleets.PERIODS] == [date(2024, 7, 1), date(2025, 1, 1), date(2025, 7, 1), date(2026, 1, 1)]
