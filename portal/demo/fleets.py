"""The taxi fleets of the story as rows, and the files the firms would send: workbooks and charging logs. Deterministic.

The formulas are the story's own; a test recomputes every sum it tells.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import xlsxwriter

PERIODS = ("H2 2024", "H1 2025", "H2 2025", "H1 2026")
PERIOD_DATES = {
    "H2 2024": (date(2024, 7, 1), date(2024, 12, 31)),
    "H1 2025": (date(2025, 1, 1), date(2025, 6, 30)),
    "H2 2025": (date(2025, 7, 1), date(2025, 12, 31)),
    "H1 2026": (date(2026, 1, 1), date(2026, 6, 30)),
}
KWH_PER_KM = {"H1": 0.20, "H2": 0.19}
STODIG_MAXI = frozenset({15, 16, 18, 19, 20, 21})
STODIG_PUBLIC_CHARGING = frozenset({4, 9})  # receipts only: their energy is declared, not logged


@dataclass(frozen=True)
class Car:
    number: int
    plate: str
    fuel: str  # as the firm writes it: El or Diesel
    trips: int
    km_total: int
    maxi: bool
    kwh: int | None  # what the charging data hold for it in the period; None = no electricity
    declared_only: bool = False


def stodig(period: str) -> list[Car]:
    """22 cars. n 17 becomes electric in H1 2025, n 18 in H1 2026; n 19–22 are still diesel on 30 June 2026."""
    p = PERIODS.index(period)
    cars = []
    for n in range(1, 23):
        electric = n <= 16 or (n == 17 and p >= 1) or (n == 18 and p >= 3)
        km = 28000 + (737 * n + 311 * p) % 9000
        cars.append(
            Car(
                number=n,
                plate=f"{'EQ' if electric else 'QD'} {10000 + n}",
                fuel="El" if electric else "Diesel",
                trips=380 + (53 * n + 17 * p) % 140,
                km_total=km,
                maxi=n in STODIG_MAXI,
                kwh=round(km * KWH_PER_KM[period[:2]]) if electric else None,
                declared_only=electric and n in STODIG_PUBLIC_CHARGING,
            )
        )
    return cars


def stodig_on_1_october_2026() -> list[Car]:
    """The list as of 1 October 2026: the last four cars are replaced by electric ones with the same digits."""
    return [Car(c.number, f"EQ {10000 + c.number}", "El", 0, 0, c.maxi, None) for c in stodig("H1 2026")]


def snarvei(period: str, *, admitted: bool = False) -> list[Car]:
    """14 cars. The declared fuel; `admitted` is the list sent again on 26 February 2026, with n 12 as diesel."""
    p = PERIODS.index(period)
    cars = []
    for n in range(1, 15):
        electric = n <= 10 or (n == 11 and p >= 1) or (n in (12, 13, 14) and p >= 2)
        plate = "QD 31207" if n == 12 else f"{'EQ' if electric else 'QD'} {20400 + n}"
        fuel = "El" if electric and not (n == 12 and admitted) else "Diesel"
        km = 30000 + (613 * n + 271 * p) % 8000
        kwh: int | None = None
        if n <= 10:
            kwh = round(km * KWH_PER_KM[period[:2]])
        elif n in (13, 14) and electric:
            kwh = round(km * 0.07)
        cars.append(Car(n, plate, fuel, 300 + (47 * n + 13 * p) % 120, km, False, kwh))
    return cars


# ---------------------------------------------------------------- files


def vehicle_workbook(title: str, cars: Iterable[Car], *, as_of: str = "", with_trips: bool = True) -> bytes:
    """An XLSX as a fleet manager makes it: title lines, the header on line 4, one car a line, a total row."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Bilpark")
    bold, head, total = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 1}), book.add_format({"bold": True, "top": 1})
    sheet.write(0, 0, title, bold)
    sheet.write(1, 0, as_of or "Kjøretøy brukt på avtalen i perioden. Oppdiktede kjennemerker.")
    cars = list(cars)
    headers = ["Løyve", "Registreringsnummer", "Drivstoff", "Storbil/rullestol"]
    if with_trips:
        headers += ["Turer", "Km totalt", "kWh oppgitt"]
    for column, header in enumerate(headers):
        sheet.write(3, column, header, head)
    for line, car in enumerate(cars, start=4):
        sheet.write_row(line, 0, [car.number, car.plate, car.fuel, "Ja" if car.maxi else "Nei"])
        if with_trips:
            sheet.write_row(line, 4, [car.trips, car.km_total])
            if car.declared_only:
                sheet.write(line, 6, car.kwh)
    if with_trips:
        last = len(cars) + 4
        sheet.write(last, 0, "Sum", total)
        sheet.write(last, 4, sum(car.trips for car in cars), total)
        sheet.write(last, 5, sum(car.km_total for car in cars), total)
    sheet.set_column(0, 0, 9)
    sheet.set_column(1, 6, 20)
    book.close()
    return stream.getvalue()


def plain_vehicle_workbook(title: str, rows: Iterable[tuple[str, str, str, str]]) -> bytes:
    """(plate, fuel, Euro class, owner) a line."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Kjøretøy")
    sheet.write(0, 0, title)
    sheet.write_row(2, 0, ["Registreringsnummer", "Drivstoff", "Euro-klasse", "Eier/underleverandør"])
    for line, row in enumerate(rows, start=3):
        sheet.write_row(line, 0, row)
    sheet.set_column(0, 3, 24)
    book.close()
    return stream.getvalue()


SESSIONS_A_MONTH = 20
DST_NIGHT = {"H1 2025": datetime(2025, 3, 29, 23, 10), "H1 2026": datetime(2026, 3, 28, 23, 10), "H2 2024": datetime(2024, 10, 26, 23, 10), "H2 2025": datetime(2025, 10, 25, 23, 10)}


def charging_log(cars: Iterable[Car], period: str, seed: int) -> bytes:
    """A CSV with semicolons and decimal commas, local times; each car's energy adds up to its kWh for the half-year.

    One session stands over the night when the clocks change.
    """
    chance = random.Random(seed)
    start, _end = PERIOD_DATES[period]
    months = [date(start.year, start.month + step, 1) for step in range(6)]
    lines: list[tuple[datetime, datetime, Car, int]] = []
    for car in cars:
        if not car.kwh or car.declared_only:
            continue
        count = SESSIONS_A_MONTH * len(months)
        shares = [chance.uniform(0.6, 1.4) for _ in range(count)]
        cents = [int(car.kwh * 100 * share / sum(shares)) for share in shares]
        cents[-1] += car.kwh * 100 - sum(cents)
        for index, amount in enumerate(cents):
            month = months[index // SESSIONS_A_MONTH]
            day = 1 + int(index % SESSIONS_A_MONTH * 1.4)  # at most one session a day, so no car charges twice at once
            plugged = datetime(month.year, month.month, day, 17 + chance.randrange(5), chance.randrange(60))
            if car.number == 1 and plugged.date() >= DST_NIGHT[period].date() and not any(line[0] == DST_NIGHT[period] for line in lines):
                plugged = DST_NIGHT[period]
            hours = min(max(amount / 100 / 11 + chance.uniform(0.2, 1.5), 0.5), 13)
            lines.append((plugged, plugged + timedelta(minutes=round(hours * 60)), car, amount))
    lines.sort(key=lambda line: (line[0], line[2].number))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Start", "Slutt", "Registreringsnummer", "Ladepunkt", "Energi (kWh)"])
    for plugged, unplugged, car, amount in lines:
        writer.writerow([f"{plugged:%d.%m.%Y %H:%M}", f"{unplugged:%d.%m.%Y %H:%M}", car.plate, f"Depot {car.number}", f"{amount / 100:.2f}".replace(".", ",")])
    return text.getvalue().encode("utf-8-sig")
