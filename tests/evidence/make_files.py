"""Sample files for the reader's tests, made by code so that nothing binary is committed and every right answer is known.

`python -m tests.evidence.make_files FOLDER` writes them all. Plates are invented: they contain Q, which no ordinary
plate has. Identity numbers are synthetic (month + 80) and belong to nobody.
"""

from __future__ import annotations

import io
import random
import struct
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

SYNTHETIC_IDENTITY = "15908612318"
ACCOUNT_NUMBER = "12345678903"
FUELS = ("El", "El", "El", "Diesel", "Biogass", "HVO100", "Ladbar hybrid", "Hydrogen")


@dataclass(frozen=True)
class Sample:
    """A file and how it should be read: `outcome`, codes that must (and may) be found, and some figures."""

    name: str
    kind: str
    write: Callable[[Path], None]
    outcome: str
    codes: frozenset[str] = frozenset()
    figures: tuple[tuple[str, Any], ...] = ()
    period: tuple[date, date] | None = None


# Writers -------------------------------------------------------------------------------------------------------------


def text(content: str, encoding: str = "utf-8", newline: str = "\r\n") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content.replace("\n", newline).encode(encoding)) and None


def raw(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def sheets(*tables: tuple[str, Sequence[Sequence[Any]]], hidden: Iterable[str] = ()) -> Callable[[Path], None]:
    """A workbook with one sheet per (name, rows)."""

    def write(path: Path) -> None:
        with xlsxwriter.Workbook(path, {"default_date_format": "dd.mm.yyyy hh:mm"}) as book:
            for name, rows in tables:
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    for column, value in enumerate(row):
                        if value is not None:
                            sheet.write(number, column, value)
                if name in hidden:
                    sheet.hide()

    return write


def package(parts: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook_parts(sheet: bytes) -> dict[str, bytes]:
    """The least that makes a readable xlsx around the XML of one sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    offices = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'.encode(),
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" Type="{offices}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{offices}"><sheets><sheet name="Ark1" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" Type="{offices}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": sheet,
    }


def sheet_xml(cells: dict[str, str]) -> bytes:
    """A sheet with inline texts at the given places, each on a row of its own tag."""
    rows = "".join(
        f'<row><c r="{place}" t="inlineStr"><is><t>{value}</t></is></c></row>' for place, value in cells.items()
    )
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'.encode()


# Tables --------------------------------------------------------------------------------------------------------------


def vehicle_rows(seed: int = 7, count: int = 12) -> list[list[Any]]:
    """Vehicles with invented plates whose prefix goes with the fuel."""
    chance = random.Random(seed)
    prefix = {"El": "EQ", "Hydrogen": "HQ", "Biogass": "GQ"}
    rows: list[list[Any]] = []
    for number in range(count):
        fuel = FUELS[number % len(FUELS)]
        plate = f"{prefix.get(fuel, 'QD')} {10001 + number}"
        rows.append([plate, fuel, chance.randint(300, 500), chance.randint(20_000, 40_000)])
    return rows


VEHICLE_HEADER = ["Registreringsnummer", "Drivstoff", "Turer", "Km totalt"]


def session_rows(seed: int = 7, count: int = 40, start: datetime = datetime(2026, 1, 5, 17, 0)) -> list[tuple[datetime, datetime, float, str]]:
    """Sessions of four cars that do not overlap: start, end, kWh, plate."""
    chance = random.Random(seed)
    rows = []
    for number in range(count):
        car = number % 4
        begin = start + timedelta(days=number // 4 * 3, hours=car)
        rows.append((begin, begin + timedelta(hours=chance.randint(2, 9)), round(chance.uniform(5, 45), 2), f"EQ1000{car + 1}"))
    return rows


def session_csv(
    rows: Sequence[tuple[datetime, datetime, float, str]], *, header: str = "Start;Slutt;kWh;Reg.nr", delimiter: str = ";",
    stamp: str = "%d.%m.%Y %H:%M", mark: str = ",",
) -> str:
    lines = [header]
    for begin, end, kwh, plate in rows:
        amount = f"{kwh:.2f}".replace(".", mark)
        lines.append(delimiter.join((begin.strftime(stamp), end.strftime(stamp), amount, plate)))
    return "\n".join(lines) + "\n"


def sum_kwh(rows: Sequence[tuple[datetime, datetime, float, str]]) -> float:
    return round(sum(row[2] for row in rows), 3)


def like_trondheim(path: Path, sessions: int = 6_878, seed: int = 7) -> None:
    """A log of the size and the layout of the Trondheim file, for benchmarks where that file is not at hand."""
    chance = random.Random(seed)
    lines = ["session_ID;Garage_ID;User_ID;User_type;Shared_ID;Start_plugin;Start_plugin_hour;End_plugout;End_plugout_hour;El_kWh;Duration_hours;month_plugin;weekdays_plugin"]
    begin = datetime(2019, 1, 1)
    for number in range(1, sessions + 1):
        begin += timedelta(minutes=chance.randint(10, 160))
        minutes = chance.randint(30, 1500)
        end = begin + timedelta(minutes=minutes)
        user = chance.randint(1, 97)
        kwh, hours = f"{chance.uniform(1, 40):.2f}".replace(".", ","), f"{minutes / 60:.6f}".replace(".", ",")
        lines.append(
            f"{number};G{user % 24};G{user % 24}-{user};Private;NA;{begin:%d.%m.%Y %H:%M};{begin.hour};{end:%d.%m.%Y %H:%M};{end.hour};{kwh};{hours};{begin:%b};{begin:%A}"
        )
    path.write_bytes("\r\n".join(lines).encode() + b"\r\n")


# Hostile -------------------------------------------------------------------------------------------------------------


def bomb(megabytes: int = 300) -> bytes:
    """A package that unpacks to far more than the limit while it declares so honestly."""
    parts = workbook_parts(sheet_xml({"A1": "x"}))
    return package({**parts, "xl/media/image1.bin": bytes(megabytes * 1024 * 1024)})


def many_moderate_parts(megabytes: int = 210) -> bytes:
    """Each part within the ratio, all together above the unpacked limit."""
    chance = random.Random(7)
    block = chance.randbytes(8_000) + bytes(1024 * 1024 - 8_000)
    parts = {f"xl/media/image{number}.bin": block for number in range(megabytes)}
    return package({**workbook_parts(sheet_xml({"A1": "x"})), **parts})


def overlapping() -> bytes:
    """Two names for the same bytes (CVE-2024-0450)."""
    content = bytearray(package({"xl/workbook.xml": b"<a/>" * 100, "b": b"x"}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        directory = archive.start_dir
    entry = content[directory:].index(b"PK\x01\x02", 4) + directory
    struct.pack_into("<I", content, entry + 42, 0)  # the second part begins where the first does
    return bytes(content)


def lying_about_size() -> bytes:
    """A part that is larger than it says."""
    content = bytearray(package({**workbook_parts(sheet_xml({"A1": "x"})), "xl/big.bin": bytes(100_000)}))
    place = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, place + 24, 10)
    return bytes(content)


def encrypted_flag() -> bytes:
    content = bytearray(package(workbook_parts(sheet_xml({"A1": "x"}))))
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    return bytes(content)


def entities(encoding: str) -> bytes:
    bombs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    return package(workbook_parts(bombs.encode(encoding)))


def ole(*names: str) -> bytes:
    """An OLE container's first bytes, with names as its directory writes them."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + b"".join(name.encode("utf-16-le") + bytes(8) for name in names) + bytes(600)


def ods(rows_repeated: int) -> bytes:
    """An ods with one filled row after `rows_repeated` empty ones."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )

    def row(cells: Sequence[str]) -> str:
        return "<table:table-row>" + "".join(f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells) + "</table:table-row>"

    gap = f'<table:table-row table:number-rows-repeated="{rows_repeated}"><table:table-cell/></table:table-row>' if rows_repeated else ""
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet><table:table table:name="Biler">'
        f'{row(["Reg.nr", "Drivstoff"])}{row(["EQ 10001", "El"])}{gap}{row(["QD 10002", "Diesel"])}'
        f"</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return package({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode(), "META-INF/manifest.xml": manifest})


def formula_without_value(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Reg.nr", "Drivstoff", "Km"])
    book.active.append(["EQ 10001", "El", "=1000*2"])
    book.active.append(["QD 10002", "Diesel", 500])
    book.save(path)


if __name__ == "__main__":
    from tests.evidence.samples import SAMPLES

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for place, sample in enumerate(SAMPLES):
        sample.write(folder / f"{place:03}-{sample.name}")
