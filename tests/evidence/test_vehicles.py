"""Plates, fuels and what a vehicle list adds up to. Plates are invented: no ordinary plate has a Q."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.evidence.kinds import plates
from portal.evidence.kinds.fuels import FUELS, LABELS, WRITTEN
from portal.evidence.parsing.headings import folded
from tests.evidence.conftest import ReadText, codes_of

HEADER = "Reg.nr;Drivstoff"


@pytest.mark.parametrize(
    ("written", "fuel"),
    [
        ("El", "electric"), ("ELEKTRISK", "electric"), ("straum", "electric"), ("Battery electric", "electric"), ("5", "electric"),
        ("Hydrogen", "hydrogen"), ("Biogass", "biogas"), ("CBG", "biogas"), ("Naturgass", "natural_gas"), ("CNG", "natural_gas"),
        ("HVO100", "hvo"), ("HVO 100", "hvo"), ("B100", "biodiesel"), ("Diesel", "diesel"), ("Bensin", "petrol"),
        ("Ladbar hybrid", "plugin_hybrid"), ("Plug-in hybrid", "plugin_hybrid"), ("PHEV", "plugin_hybrid"), ("El/bensin", "plugin_hybrid"),
        ("Hybrid", "hybrid"), ("Ikke-ladbar hybrid", "hybrid"), ("LPG", "other"), ("damp", "other"),
    ],
)  # fmt: skip
def test_a_fuel_is_recognised_in_bokmål_nynorsk_and_english(written: str, fuel: str, read_text: ReadText) -> None:
    figures = read_text("vehicle_list", HEADER, f"EQ 10001;{written}")["figures"]
    assert {name for name, count in figures["by_fuel"].items() if count} == {fuel}


def test_no_way_of_writing_a_fuel_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for text, fuel in WRITTEN.items():
        meanings.setdefault(folded(text), set()).add(fuel)
    assert {text: fuels for text, fuels in meanings.items() if len(fuels) > 1} == {}
    assert set(LABELS) == set(FUELS) == set(WRITTEN.values())


@pytest.mark.parametrize("written", ["EQ 10001", "eq10001", "EQ-10001", "EQ\u00a010001", " eq 10001 ", "Volvo/EQ10001", "Maxi (EQ 10001)"])
def test_a_plate_is_normalised(written: str, read_text: ReadText) -> None:
    vehicles = read_text("vehicle_list", HEADER, f"{written};El")["facts"]["vehicles"]
    assert [vehicle["plate"] for vehicle in vehicles] == ["EQ10001"]


@settings(max_examples=150, deadline=None)
@given(st.from_regex(r"\A[A-Z]{2}[1-9][0-9]{3,4}\Z"), st.sampled_from(["", " ", "-", "\u00a0"]))
def test_an_ordinary_plate_survives_being_written_and_shown(plate: str, gap: str) -> None:
    written = (plate[:2] + gap + plate[2:]).lower()
    assert plates.normalised(written) == plate
    assert plates.normalised(plates.shown(plate)) == plate


def test_the_prefix_indicates_and_the_invented_series_only_in_the_demo() -> None:
    assert [plates.indicated(plate, demo=False) for plate in ("EK39085", "HY10001", "GA23487", "AB12345", "EQ10001", "KARI")] == ["electric", "hydrogen", "gas", None, None, None]
    assert [plates.indicated(plate, demo=True) for plate in ("EQ10001", "HQ10001", "GQ10001", "QD10001")] == ["electric", "hydrogen", "gas", None]
    frame = pl.DataFrame({"plate": ["EK39085", "EQ10001", "QD10001", "KARI"]})
    for demo in (False, True):
        shown = frame.select(plates.indicated_of(pl.col("plate"), pl.lit(demo))).to_series().to_list()
        assert shown == [plates.indicated(plate, demo=demo) for plate in frame["plate"]]


def test_invented_plates_are_asked_about_outside_the_demo(read_text: ReadText, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes_of(read_text("vehicle_list", HEADER, "EQ 10001;El")) == {"plate_letters"}
    monkeypatch.setenv(plates.ENVIRONMENT, "demo")
    reading = read_text("vehicle_list", HEADER, "EQ 10001;El")
    assert reading["outcome"] == "accepted"
    assert reading["facts"]["vehicles"][0]["indicated"] == "electric"


def test_facts_carry_every_column_and_null_for_what_is_not_in_the_file(read_text: ReadText) -> None:
    reading = read_text(
        "vehicle_list",
        "Reg.nr;Drivstoff;Turer;Km totalt;Maxi;Euroklasse;Eier;Fra;Erstatter;Brukt for kommunen",
        "EQ 10001;El;458;28000,5;ja;Euro VI;Underleverandør;01.02.2026;QD 10009;x",
    )
    assert reading["facts"]["vehicles"] == [
        {
            "row": 2, "plate": "EQ10001", "fuel": "electric", "indicated": None, "trips": 458, "km_total": 28000.5, "km_buyer": None,
            "maxi": True, "euro": "6", "owner": "subcontractor", "from": "2026-02-01", "to": None, "replaces": "QD10009", "used": True,
            "kwh_declared": None,
        }
    ]  # fmt: skip
    assert reading["figures"]["sum_trips"] == 458
    assert reading["figures"]["sum_km_buyer"] is None


def test_a_mil_is_ten_kilometres(read_text: ReadText) -> None:
    assert read_text("vehicle_list", HEADER + ";Kjørelengde (mil)", "EQ 10001;El;12")["figures"]["sum_km"] == 120


def test_rows_are_named_as_the_user_sees_them(read_text: ReadText) -> None:
    reading = read_text("vehicle_list", "Bilpark 2026", "", HEADER, "EQ 10001;El", "", ";El")
    finding = next(finding for finding in reading["findings"] if finding["code"] == "value_missing")
    assert reading["table"]["header_row"] == 3
    assert (finding["row"], finding["column"]) == (6, "Reg.nr")


def test_a_long_cell_is_quoted_short(read_text: ReadText) -> None:
    reading = read_text("vehicle_list", HEADER, "EQ 10001;" + "x" * 200, "EQ 10002;El")
    found = next(finding["found"] for finding in reading["findings"] if finding["code"] == "value_unknown")
    assert len(found) == 40 and found.endswith("…")


def test_the_same_finding_on_many_rows_is_told_once(read_text: ReadText) -> None:
    reading = read_text("vehicle_list", HEADER, *(f"EQ {10001 + number};damp" for number in range(9)))
    finding = next(finding for finding in reading["findings"] if finding["code"] == "value_unknown")
    assert (finding["row"], finding["rows"], finding["found"]) == (None, list(range(2, 11)), "damp")


def test_the_supplier_s_mapping_goes_before_any_synonym(read_text: ReadText) -> None:
    lines = ("Vogn;Hva den går på", "EQ 10001;El")
    assert read_text("vehicle_list", *lines)["outcome"] == "needs_mapping"
    answered = read_text("vehicle_list", *lines, mapping={"plate": "Vogn", "fuel": "Hva den går på"})
    assert answered["figures"]["unique_vehicles"] == 1


def test_stored_rows_have_the_canonical_columns(read_text: ReadText, tmp_path: Path) -> None:
    rows = tmp_path / "rows.parquet"
    read_text("vehicle_list", HEADER, "EQ 10001;El", "QD 10002;Diesel", rows_to=rows)
    stored = pl.read_parquet(rows)
    assert stored["_row"].to_list() == [2, 3]
    assert stored["fuel"].to_list() == ["electric", "diesel"]


def test_kwh_by_vehicle_and_month_for_the_checks(read_text: ReadText) -> None:
    reading = read_text(
        "charging_sessions", "Start;Slutt;kWh;Bil", "31.01.2026 23:00;01.02.2026 04:00;10;EQ 10001",
        "02.02.2026 23:00;03.02.2026 04:00;20;eq10001", "02.02.2026 20:00;02.02.2026 22:00;5;EQ10002",
        period=(date(2026, 1, 1), date(2026, 1, 31)),
    )  # fmt: skip
    assert reading["facts"]["by_vehicle"] == {"EQ10001": {"2026-01": 10, "2026-02": 20}, "EQ10002": {"2026-02": 5}}
    assert (reading["figures"]["sum_kwh"], reading["figures"]["period_kwh"]) == (35, 0)
