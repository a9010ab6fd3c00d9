"""The corpus: every sample with its right answer. Grouped as good, awkward, asked about, and hostile."""

from __future__ import annotations

from datetime import date

from tests.evidence import make_files as make
from tests.evidence.make_files import Sample

VEHICLES = make.vehicle_rows()
SESSIONS = make.session_rows()
KWH = make.sum_kwh(SESSIONS)
KM = sum(row[3] for row in VEHICLES)
TRIPS = sum(row[2] for row in VEHICLES)
Q = frozenset({"plate_letters"})
"""Outside the demo, invented plates are asked about."""


def _vehicles(name: str, write: object, *codes: str, outcome: str = "accepted_with_warnings", letters: bool = True, **figures: object) -> Sample:
    return Sample(name, "vehicle_list", write, outcome, frozenset(codes) | (Q if letters and outcome.startswith("acc") else frozenset()), tuple(figures.items()))  # type: ignore[arg-type]


def _sessions(name: str, write: object, *codes: str, outcome: str = "accepted", period: tuple[date, date] | None = None, **figures: object) -> Sample:
    return Sample(name, "charging_sessions", write, outcome, frozenset(codes), tuple(figures.items()), period)  # type: ignore[arg-type]


def _rows(*lines: str, header: str = "Start;Slutt;kWh;Bruker") -> object:
    return make.text("\n".join((header, *lines)) + "\n")


def _cars(*lines: str, header: str = "Reg.nr;Drivstoff;Km totalt") -> object:
    return make.text("\n".join((header, *lines)) + "\n")


_plain = make.session_csv(SESSIONS)
_native = [["Starttid", "Sluttid", "Energi (kWh)", "Registreringsnummer"], *[list(row) for row in SESSIONS]]

GOOD = [
    _vehicles("biler.xlsx", make.sheets(("Biler", [make.VEHICLE_HEADER, *VEHICLES])), unique_vehicles=12, sum_km=KM, sum_trips=TRIPS, zero_emission=7),
    _vehicles("biler.csv", make.text("\n".join(";".join(map(str, row)) for row in [make.VEHICLE_HEADER, *VEHICLES])), unique_vehicles=12, sum_km=KM),
    _vehicles("biler.ods", make.raw(make.ods(0)), unique_vehicles=2, sum_km=None),
    _vehicles("vehicles.csv", _cars("EQ 10001,Electric,1200", "QD 10002,Plug-in hybrid,900.5", header="License plate,Fuel type,Distance (km)"), sum_km=2100.5),
    _vehicles("nynorsk.csv", _cars("EQ 10001;Straum;12", header="Kjenneteikn;Energiberar;Køyrde km"), sum_km=12, zero_emission=1),
    _sessions("ladelogg.csv", make.text(_plain), sessions=40, sum_kwh=KWH, overlaps=0, without_end=0),
    _sessions("ladelogg.txt", make.text(make.session_csv(SESSIONS, delimiter="\t", header="Start\tSlutt\tkWh\tReg.nr"), "utf-16"), sum_kwh=KWH),
    _sessions("bom.csv", make.text(_plain, "utf-8-sig"), sum_kwh=KWH),
    _sessions("cp1252.csv", make.text(_plain.replace("Reg.nr", "Kjøretøy"), "cp1252"), sum_kwh=KWH),
    _sessions("utf16be.csv", make.raw(_plain.encode("utf-16-be")), sum_kwh=KWH),
    _sessions("komma.csv", make.text(make.session_csv(SESSIONS, delimiter=",", header="Start,End,Energy (kWh),Vehicle", stamp="%Y-%m-%d %H:%M", mark=".")), sum_kwh=KWH),
    _sessions("mac.csv", make.text(_plain, newline="\r"), sum_kwh=KWH, sessions=40),
    _sessions("excel.csv", make.text("sep=,\n" + make.session_csv(SESSIONS, delimiter=",", mark=".", header="Start,Slutt,kWh,Reg.nr")), sum_kwh=KWH),
    _sessions("sitat.csv", make.text('Start;Slutt;kWh;Bruker\n01.02.2026 10:00;01.02.2026 12:00;"5,5";"Kari\nNordmann; A"\n02.02.2026 10:00;02.02.2026 12:00;4,5 kWh;b\n'), sum_kwh=10),
    _sessions("wh.csv", make.text("Start;Energi (Wh)\n01.02.2026 10:00;12500\n02.02.2026 10:00;7500\n"), sum_kwh=20, last_end=None, without_end=None, overlaps=None),
    _sessions("ladelogg.xlsx", make.sheets(("Ladeøkter", _native)), sum_kwh=KWH, sessions=40, first_start="2026-01-05T17:00:00"),
    _sessions("evcc.csv", make.text("Created,Finished,Charging point,Identifier,Vehicle,Odometer (km),Meter start (kWh),Meter stop (kWh),Energy (kWh),Charge duration,Solar (%),Cost,Price/kWh\n2026-02-01 10:00:00,2026-02-01 12:30:00,Garasje,,EQ10001,1000,5.5,17.75,12.25,1h30m0s,0,1.5,0.12\n"), sum_kwh=12.25),
    _sessions("zaptec.csv", make.text("Id,DeviceId,StartDateTime,EndDateTime,Energy,UserFullName,ChargerId,DeviceName\na1,Z1,2026-02-01T10:00:00.000Z,2026-02-01T12:30:00.000Z,12.25,Kari,c1,Plass 1\n"), sum_kwh=12.25, first_start="2026-02-01T11:00:00"),
    _sessions("easee.csv", make.text("chargerId,sessionId,sessionStart,sessionEnd,sessionEnergy,chargeDurationInSeconds\nEH1,1,2026-02-01T10:00:00+01:00,2026-02-01T12:00:00+01:00,10.5,7000\n"), sum_kwh=10.5, first_start="2026-02-01T10:00:00"),
    _sessions("tysk.csv", make.text('Ladevorgangs-ID;Gestartet;"Gestartet (UTC)";Beendet;"Beendet (UTC)";Ladepunkt-ID;"Ladedauer (in Minuten)";"Verbrauch (kWh)"\n1;01.02.2026 10:00;01.02.2026 09:00;01.02.2026 12:00;01.02.2026 11:00;L1;90;10,5\n'), sum_kwh=10.5, first_start="2026-02-01T10:00:00"),
]

AWKWARD = [
    _vehicles(
        "logo.xlsx",
        make.sheets(("Bilpark", [["Stødig Taxisentral SA (fiktiv)"], ["1. halvår 2026"], [], make.VEHICLE_HEADER, *VEHICLES[:6], [], *VEHICLES[6:], ["Sum", None, TRIPS, KM], ["Tallene er hentet fra sentralens system."]]), ("Skjult", [["Reg.nr", "Drivstoff"], ["QD 99999", "Diesel"]]), ("Notater", [["Husk å ringe"]]), hidden=["Skjult"]),
        "total_row", "note_row", "hidden_sheet", "sheet_not_read", unique_vehicles=12, sum_km=KM,
    ),
    _vehicles("sum.xlsx", make.sheets(("Biler", [make.VEHICLE_HEADER, *VEHICLES, ["Totalt", None, TRIPS, KM + 1000]])), "total_row", "total_differs", sum_km=KM),
    _vehicles("blandet.csv", _cars("Komprimator/GQ23487;Biogass;12", "Tesla (EQ 10001);El;13", header="Biltype/Reg.Nr;Type drivstoff;Km kjørt"), "plate_split", unique_vehicles=2, sum_km=25),
    _vehicles("to_overskrifter.xlsx", make.sheets(("Forside", [["Rapport for 2025"]]), ("Transport", [["Transportrapport"], ["Kjøretøy", None, "Kjørelengde", None], ["Biltype/Reg.Nr", "Type drivstoff", "totalt", "for kommunen"], ["Komprimator/GQ40109", "Biogass", 900, 300], ["EQ 40101", "El", 100, 50]])), "plate_split", "sheet_not_read", unique_vehicles=2, sum_km=1000, sum_km_buyer=350),
    _vehicles("doble.csv", _cars("EQ 10001;El;12", "eq-10001;EL;12", "EQ10002;El;5", "EQ10002;El;7"), "vehicle_repeated", "plate_on_several_rows", unique_vehicles=2, sum_km=24),
    _vehicles("to_drivstoff.csv", _cars("EQ 10001;El;12", "EQ10001;Diesel;13", "QD10002;Diesel;5"), "plate_with_two_fuels", unique_vehicles=1, sum_km=5, zero_emission=0),
    _vehicles("personlig.csv", _cars("KARI;El;12", "EQ10001;El;1", "SUM;El;3"), "plate_personal", unique_vehicles=3, valid_plates=1),
    _vehicles("ulesbar.csv", _cars("EQ 10001 EQ 10002;El;12", "???!;El;1", ";El;1", "EQ10003;;2", "EQ10004;El;1"), "plate_unreadable", "value_missing", unique_vehicles=1),
    _vehicles("rart_drivstoff.csv", _cars("EQ10001;Elektrsk;12", "GQ10002;Gass;3"), "value_unknown", "gas_without_origin", zero_emission=0, sum_km=15),
    _vehicles("datoer.csv", _cars("EQ10001;El;01.07.2026;01.06.2026;x;kanskje;9", "QD10002;Diesel;31.02.2026;;nei;;6", header="Reg.nr;Drivstoff;Fra;Til;Maxi;Brukt for kommunen;Euroklasse"), "to_before_from", "time_unreadable", "value_unreadable"),
    Sample("utenfor.csv", "vehicle_list", _cars("EQ10001;El;01.09.2026", "QD10002;Diesel;01.01.2026", header="Reg.nr;Drivstoff;Fra"), "accepted_with_warnings", Q | {"not_in_period"}, (("unique_vehicles", 2),), (date(2026, 1, 1), date(2026, 6, 30))),  # type: ignore[arg-type]
    _vehicles("km.csv", _cars("EQ10001;El;100;200", "QD10002;Diesel;-5;1", header="Reg.nr;Drivstoff;Km totalt;Km for kommunen"), "buyer_km_above_total", "number_too_low", sum_km=100, sum_km_buyer=201),
    _vehicles("en_uklar.csv", _cars("EQ10001;El;1.234", "EQ10002;El;950", "Totalt 2 biler;;2184"), "number_unclear", "total_row", "total_differs", unique_vehicles=1, sum_km=950),
    _vehicles("formler.xlsx", make.formula_without_value, "formulas_without_value", sum_km=500),
    _sessions("ladelogg_tid.csv", make.text("Startdato;Starttid;Sluttid;kWh\n01.02.2026;22:15;06:30;12,5\n02.02.2026;08:00;09:30;7,5\n"), sum_kwh=20, first_start="2026-02-01T22:15:00", last_end="2026-02-02T09:30:00"),
    _sessions("uten_slutt.csv", _rows("01.02.2026 10:00;NA;5,5;a", "02.02.2026 10:00;02.02.2026 11:00;4,5;a"), "without_end", outcome="accepted_with_warnings", sum_kwh=10, without_end=1),
    _sessions("overlapp.csv", _rows("01.02.2026 10:00;01.02.2026 14:00;5,5;a", "01.02.2026 12:00;01.02.2026 13:00;4,5;a", "01.02.2026 12:30;01.02.2026 13:00;1,5;b"), "overlap", outcome="accepted_with_warnings", overlaps=1),
    _sessions("lenge.csv", _rows("01.02.2026 10:00;05.02.2026 10:01;5,5;a"), "over_72h", outcome="accepted_with_warnings", over_72h=1),
    _sessions("baklengs.csv", _rows("01.02.2026 10:00;01.02.2026 09:00;5,5;a", "02.02.2026 10:00;02.02.2026 11:00;4,5;a"), "end_before_start", outcome="accepted_with_warnings", sum_kwh=4.5),
    _sessions("dobbel.csv", _rows("1;01.02.2026 10:00;01.02.2026 11:00;5,5;a", "1;01.02.2026 10:00;01.02.2026 11:00;5,5;a", "2;03.02.2026 10:00;03.02.2026 11:00;1,5;a", "2;04.02.2026 10:00;04.02.2026 11:00;1,5;a", header="Økt-id;Start;Slutt;kWh;Bruker"), "session_repeated", "session_id_reused", outcome="accepted_with_warnings", sessions=3, sum_kwh=8.5),
    _sessions("effekt.csv", _rows("01.02.2026 10:00;01.02.2026 10:10;90,5;a", "02.02.2026 10:00;02.02.2026 11:00;0;a"), "power_unlikely", "energy_zero", outcome="accepted_with_warnings", sum_kwh=90.5),
    _sessions("wattimer.csv", make.text("Start;Energi\n01.02.2026 10:00;12500\n02.02.2026 10:00;75\n03.02.2026 10:00;7\n"), "energy_unlikely", outcome="accepted_with_warnings", sum_kwh=12582),
    _sessions("varighet.csv", _rows("01.02.2026 10:00;01.02.2026 12:00;9,5;4,25", header="Start;Slutt;kWh;Varighet (timer)"), "duration_differs", sum_kwh=9.5),
    _sessions("periode.csv", _rows("31.12.2025 23:00;01.01.2026 02:00;5,5;a", "30.06.2026 23:00;01.07.2026 01:00;4,5;a"), "outside_period", outcome="accepted_with_warnings", period=(date(2026, 1, 1), date(2026, 6, 30)), outside_period=1, sessions=2, period_sessions=1, period_kwh=5.5, by_month={"2025-12": 5.5, "2026-06": 4.5}),
    _sessions("ulesbar.csv", _rows("01.02.2026 10:00;01.02.2026 12:00;mye;a", "i går;01.02.2026 12:00;4,5;a", "01.02.0014 10:00;;4,5;a", "03.02.2026 10:00;03.02.2026 12:00;1,5;a", "03.02.2026 15:00;03.02.2026 16:00;;a", "04.02.2026 15:00;04.02.2026 16:00;-3,5;a"), "number_unreadable", "time_unreadable", "year_unlikely", "value_missing", "number_too_low", outcome="accepted_with_warnings", sum_kwh=1.5),
    _sessions("enkelt_uklart.csv", _rows("01.02.2026 10:00;01.02.2026 12:00;1.234;a", "02.02.2026 10:00;02.02.2026 12:00;12,5;a"), "number_unclear", outcome="accepted_with_warnings", sum_kwh=12.5),
    _sessions("enkel_dato.csv", make.text("Start;kWh\n03/04/2026 10:00;5,5\n2026-02-01 10:00;4,5\n"), "time_unclear", outcome="accepted_with_warnings", sum_kwh=4.5),
    _sessions("bred.csv", make.text("Start,Energy,User\n2026-02-01 10:00,12,5,a\n2026-02-02 10:00,7,a\n2026-02-03 10:00,8,a\n"), "row_too_wide", outcome="accepted_with_warnings", sum_kwh=15),
    _sessions("gjentatt.csv", _rows("01.02.2026 10:00;01.02.2026 12:00;5,5;a", "Start;Slutt;kWh;Bruker", "02.02.2026 10:00;02.02.2026 12:00;4,5;a"), "header_repeated", sum_kwh=10),
    _sessions("datoer.csv", make.text("Dato;kWh\n01.02.2026;5,5\n02.02.2026;4,5\n"), "dates_without_time", sum_kwh=10),
    _sessions("tall.xlsx", make.sheets(("Ark", [["Start", "kWh"], [46054.5, 5.5], [46055.25, 4.5]])), "dates_as_numbers", sum_kwh=10, first_start="2026-02-01T12:00:00"),
    _sessions("sommertid.csv", _rows("29.03.2026 02:30;29.03.2026 04:00;5,5;a"), "time_skipped", outcome="accepted_with_warnings", sum_kwh=5.5),
    _sessions("sum.csv", _rows("01.02.2026 10:00;01.02.2026 12:00;5,5;a", "02.02.2026 10:00;02.02.2026 12:00;4,5;a", "Totalt;;10,0;"), "total_row", sum_kwh=10),
    _sessions("konto.csv", _rows(*(f"0{day}.02.2026 10:00;0{day}.02.2026 12:00;5,5;{make.ACCOUNT_NUMBER}" for day in range(1, 5))), sum_kwh=22),
]

ASKED = [
    _sessions("uklare_tall.csv", _rows("01.02.2026 10:00;01.02.2026 12:00;1.234;a", "02.02.2026 10:00;02.02.2026 12:00;2.345;a"), "decimal_mark_unclear", "number_unclear", outcome="needs_mapping"),
    _sessions("uklare_datoer.csv", make.text("Start;kWh\n03/04/2026 10:00;5,5\n05/06/2026 10:00;4,5\n"), "date_order_unclear", "time_unclear", outcome="needs_mapping"),
    _vehicles("uklare_km.csv", _cars("EQ10001;El;1.234", "EQ10002;El;2.345"), "decimal_mark_unclear", "number_unclear", outcome="needs_mapping"),
    _sessions("uklar_enhet.csv", make.text("Start;Energi\n01.02.2026 10:00;12500\n02.02.2026 10:00;7500\n"), "unit_unclear", outcome="needs_mapping"),
    _sessions("mangler.csv", make.text("Start;Slutt;Pris\n01.02.2026 10:00;01.02.2026 12:00;5,5\n"), "column_missing", outcome="needs_mapping"),
    _sessions("to_kolonner.csv", make.text("Start;Energi;Forbruk\n01.02.2026 10:00;5,5;6,5\n"), "column_unclear", outcome="needs_mapping"),
    _vehicles("to_ark.xlsx", make.sheets(("Januar", [make.VEHICLE_HEADER, *VEHICLES]), ("Februar", [make.VEHICLE_HEADER, *VEHICLES])), "several_sheets", outcome="needs_mapping"),
    _vehicles("ukjent.csv", make.text("Alfa;Beta\n1;2\n"), "no_header", outcome="needs_mapping"),
]

REFUSED = [
    _vehicles("feil_sted.csv", make.text(_plain), "wrong_kind", outcome="rejected"),
    _sessions("tom.csv", make.raw(b""), "file_empty", outcome="rejected"),
    _sessions("blank.csv", make.raw(b"\r\n \r\n"), "file_empty", outcome="rejected"),
    _vehicles("tall.csv", make.text("1;2\n3;4\n"), "no_header", outcome="rejected"),
    _vehicles("tomt_ark.xlsx", make.sheets(("Ark", [])), "file_empty", outcome="rejected"),
    _vehicles("skjult.xlsx", make.sheets(("Ark", []), ("Skjult", [make.VEHICLE_HEADER, *VEHICLES]), hidden=["Skjult"]), "no_visible_cells", "hidden_sheet", outcome="rejected"),
    _sessions("bare_overskrift.csv", make.text("Start;kWh\n"), "no_rows", outcome="rejected"),
    _sessions("ubrukelig.csv", make.text("Start;kWh\ni går;5,5\n"), "no_usable_rows", "time_unreadable", outcome="rejected"),
    _sessions("binær.csv", make.raw(b"Start;kWh\n\x00\x01\x02\x03" + bytes(range(32)) * 3), "not_text", outcome="rejected"),
    _sessions("anførsel.csv", make.raw(b'Start;kWh\n"01.02.2026;5\n02.02.2026;6\n'), "quotes_open", outcome="rejected"),
    _sessions("personnummer.csv", _rows(f"01.02.2026 10:00;01.02.2026 12:00;5,5;{make.SYNTHETIC_IDENTITY}"), "identity_number", outcome="rejected"),
    _vehicles("personnummer.xlsx", make.sheets(("Biler", [make.VEHICLE_HEADER, *VEHICLES]), ("Skjult", [["x", 15908612318]]), hidden=["Skjult"]), "identity_number", outcome="rejected"),
    _vehicles(f"biler {make.SYNTHETIC_IDENTITY}.csv", _cars("EQ10001;El;1"), "identity_number_in_name", outcome="rejected"),
    _vehicles("mange_kolonner.csv", make.text(";".join("abc" for _ in range(600)) + "\n"), "too_many_columns", outcome="rejected"),
    _vehicles("bilde.heic", make.raw(b"\x00\x00\x00\x18ftypheic" + bytes(50)), "heic", outcome="rejected"),
    _vehicles("makro.xlsm", make.raw(make.package({"x": b"y"})), "macros", outcome="rejected"),
    _vehicles("arkiv.zip", make.raw(make.package({"x": b"y"})), "type_not_allowed", outcome="rejected"),
    _vehicles("uten_type", make.raw(b"Reg.nr;Drivstoff\n"), "type_not_allowed", outcome="rejected"),
    _vehicles("brev.xlsx", make.raw(make.package({"word/document.xml": b"<a/>"})), "content_mismatch", outcome="rejected"),
    _vehicles("skjermbilde.csv", make.raw(b"\x89PNG\r\n\x1a\n" + bytes(50)), "content_mismatch", outcome="rejected"),
    _vehicles("nettside.xls", make.raw(b"<html><table><tr><td>Reg.nr</td></tr></table></html>"), "content_mismatch", outcome="rejected"),
]

HOSTILE = [
    _vehicles("bombe.xlsx", lambda path: path.write_bytes(make.bomb()), "package_ratio", outcome="rejected"),
    _vehicles("stor.xlsx", lambda path: path.write_bytes(make.many_moderate_parts()), "package_inflated", outcome="rejected"),
    _vehicles("deler.xlsx", lambda path: path.write_bytes(make.package({f"d{number}": b"" for number in range(2_001)})), "package_members", outcome="rejected"),
    _vehicles("overlapp.xlsx", make.raw(make.overlapping()), "package_overlap", outcome="rejected"),
    _vehicles("løgn.xlsx", make.raw(make.lying_about_size()), "package_damaged", outcome="rejected"),
    _vehicles("sti.xlsx", make.raw(make.package({"../../etc/passwd": b"x", "xl/workbook.xml": b"<a/>"})), "package_path", outcome="rejected"),
    _vehicles("kryptert.xlsx", make.raw(make.encrypted_flag()), "password_protected", outcome="rejected"),
    _vehicles("passord.xlsx", make.raw(make.ole("EncryptionInfo", "EncryptedPackage")), "password_protected", outcome="rejected"),
    _vehicles("makro.xls", make.raw(make.ole("Workbook", "_VBA_PROJECT_CUR")), "macros", outcome="rejected"),
    _vehicles("vba.xlsx", make.raw(make.package({**make.workbook_parts(make.sheet_xml({"A1": "x"})), "xl/vbaProject.bin": b"x"})), "macros", outcome="rejected"),
    _vehicles("entiteter.xlsx", make.raw(make.entities("utf-8")), "package_entities", outcome="rejected"),
    _vehicles("entiteter16.xlsx", make.raw(make.entities("utf-16")), "package_entities", outcome="rejected"),
    _vehicles("hjørne.xlsx", make.raw(make.package(make.workbook_parts(make.sheet_xml({"A1": "Reg.nr", "XFD1048576": "x"})))), "far_corner", outcome="rejected"),
    _vehicles("hjørne.ods", make.raw(make.ods(5_000_000)), "far_corner", outcome="rejected"),
    _vehicles("halv.xlsx", lambda path: path.write_bytes(make.package(make.workbook_parts(make.sheet_xml({"A1": "x"})))[:400]), "package_damaged", outcome="rejected"),
    _vehicles("halv.xls", make.raw(make.ole("Workbook")), "package_damaged", outcome="rejected"),
]

SAMPLES = [*GOOD, *AWKWARD, *ASKED, *REFUSED, *HOSTILE]

