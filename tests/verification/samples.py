"""Material for verdicts, with good defaults, and the taxi fleets of the demo's story as vehicles. Plates are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.demo.fleets import PERIOD_DATES, Car, snarvei, stodig
from portal.verification.metrics import ChargingLog, Span, Vehicle
from portal.verification.rules import (
    Declared,
    Demand,
    Dispensation,
    File,
    Material,
    PartVerdict,
    PinMaterial,
    PinVerdict,
    Step,
    judge,
)
from portal.verification.rules.material import plates_in

INDICATED = {"EQ": "electric", "HQ": "hydrogen", "GQ": "gas"}
H1_2026 = Span(date(2026, 1, 1), date(2026, 6, 30))
SHARE_STEPS = (
    Step("minimum", date(2022, 1, 1), 20),
    Step("minimum", date(2023, 1, 1), 40),
    Step("minimum", date(2024, 1, 1), 70),
    Step("minimum", date(2025, 7, 1), 100),
)
MAXI_STEPS = (Step("minimum", date(2024, 1, 1), 10), Step("minimum", date(2025, 7, 1), 50), Step("minimum", date(2027, 1, 1), 100))
KWH_STEPS = (Step("minimum", date(2022, 1, 1), 80), Step("minimum", date(2024, 1, 1), 95))


def promises(*values: tuple[date, float]) -> tuple[Step, ...]:
    return tuple(Step("promise", day, value) for day, value in values)


STODIG_PROMISES = promises((date(2024, 7, 1), 72), (date(2025, 1, 1), 77), (date(2025, 7, 1), 100))
SNARVEI_PROMISES = promises((date(2024, 7, 1), 72), (date(2025, 1, 1), 78), (date(2025, 7, 1), 100))
WAIVER = Dispensation(
    "contract_waiver", date(2025, 7, 1), date(2025, 12, 31), plates_in("QD10018 QD10019 QD10020 QD10021 QD10022"), "Steinar Lund"
)
COUNTY_EXEMPTION = Dispensation(
    "statutory_exemption", date(2025, 7, 1), date(2026, 12, 31), plates_in("QD 10020"), "Midtfylket fylkeskommune (fiktiv)"
)


def vehicle(plate: str = "EQ10001", fuel: str = "electric", trips: int | None = 100, **changed: Any) -> Vehicle:
    return Vehicle(plate=plate, fuel=fuel, indicated=INDICATED.get(plate[:2]), trips=trips, **changed)


def vehicles_of(cars: list[Car]) -> tuple[Vehicle, ...]:
    """The story's cars as the reader gives them: the plate without a space, what its prefix indicates, typed kWh where no log has it."""
    return tuple(
        vehicle(
            car.plate.replace(" ", ""),
            "electric" if car.fuel == "El" else "diesel",
            car.trips,
            km_total=car.km_total,
            maxi=car.maxi,
            kwh_declared=car.kwh if car.declared_only else None,
        )
        for car in cars
    )


def log_of(cars: list[Car], span: Span) -> ChargingLog:
    """A log in which each car has charged every month."""
    months = list(span.months())
    by_vehicle = {c.plate.replace(" ", ""): dict.fromkeys(months, c.kwh / len(months)) for c in cars if c.kwh and not c.declared_only}
    return ChargingLog(sessions=len(by_vehicle) * len(months), by_vehicle=by_vehicle, first_start=span.first, last_end=span.last)


def a_file(kind: str = "vehicle_list", state: str = "ready", **changed: Any) -> File:
    return File(kind=kind, state=state, file_name=f"{kind}.xlsx", reading_id=f"reading of {kind}", **changed)


def a_list(*vehicles: Vehicle, **changed: Any) -> File:
    return a_file(vehicles=vehicles, **changed)


def a_pin(metric: str = "share_trips_zero_emission", **changed: Any) -> PinMaterial:
    usual: dict[str, Any] = {
        "id": "pin",
        "code": "DRO-01",
        "title": {"nb": "Nullutslipp på alle drosjeturer"},
        "unit": "percent",
        "operator": ">=",
        "clause": "4.1",
        "steps": SHARE_STEPS,
    }
    return PinMaterial(metric=metric, **{**usual, **changed})


def judged(pin: PinMaterial, span: Span = H1_2026) -> PinVerdict:
    return judge(Material(span, (pin,))).verdicts[0]


def judged_on(files: list[File] | File, metric: str = "share_trips_zero_emission", span: Span = H1_2026, **changed: Any) -> PartVerdict:
    """The one part of a requirement that is judged on some files."""
    files = [files] if isinstance(files, File) else files
    by_kind: dict[str, list[File]] = {}
    for file in files:
        by_kind.setdefault(file.kind, []).append(file)
    demands = tuple(Demand(kind, tuple(cited)) for kind, cited in by_kind.items())
    (part,) = judged(a_pin(metric, demands=demands, **changed), span).parts
    return part


def declared(value: Any = None, **changed: Any) -> PartVerdict:
    """The one part of a requirement that the supplier states."""
    answer = {key: changed.pop(key) for key in ("problem", "cannot_because") if key in changed}
    (part,) = judged(a_pin(changed.pop("metric", "stated_share"), declared=(Declared(H1_2026, value, **answer),), **changed)).parts
    return part


def span_of(period: str) -> Span:
    return Span(*PERIOD_DATES[period])


FLEETS = {"stodig": stodig, "snarvei": snarvei}
