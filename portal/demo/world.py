"""Who and what there is in Nidvik kommune (fiktiv): organisations, people, agreements with their pinned requirements. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

BUYER = ("500010010", "Nidvik kommune (fiktiv)")

SUPPLIERS = {
    "stodig": ("500010029", "Stødig Taxisentral SA (fiktiv)"),
    "snarvei": ("500010037", "Snarvei Drosje AS (fiktiv)"),
    "kantstein": ("500010045", "Kantstein Distribusjon AS (fiktiv)"),
    "rommekolle": ("500010053", "Rømmekolle Meieri SA (fiktiv)"),
    "gulrot": ("500010061", "Gulrot & Grønt Engros AS (fiktiv)"),
    "spett": ("500010088", "Spett & Spade Anlegg AS (fiktiv)"),
    "sparegrisen": ("500010096", "Sparebanken Sparegrisen (fiktiv)"),
    "omvei": ("500010118", "Omvei Skyss AS (fiktiv)"),
}

# key → (name, local part of the address, title, roles); addresses end in .example, which reaches nobody
STAFF = {
    "ingrid": ("Ingrid Solbakk", "ingrid", "miljøkontrollør", ["controller"]),
    "jonas": ("Jonas Myhr", "jonas", "stedfortreder for miljøkontrolløren", ["deputy"]),
    "berit": ("Berit Krogstad", "berit", "innkjøpsrådgiver", ["adviser"]),
    "amir": ("Amir Haddad", "amir", "innkjøpsrådgiver", ["adviser"]),
    "tone": ("Tone Vikan", "tone", "kontraktsforvalter", ["contract_manager"]),
    "steinar": ("Steinar Lund", "steinar", "avtaleeier, helse og velferd", ["owner"]),
    "siri": ("Siri Drift", "siri", "administrator", ["admin"]),
    "randi": ("Randi Hegge", "randi", "kommunerevisor", ["auditor"]),
    "paal": ("Pål Voll", "pal", "personvernombud", ["privacy"]),
}
SUPPLIER_PEOPLE = {
    "marit": ("stodig", "Marit Stødig", "marit@stodig.example", "daglig leder", ["submitter"]),
    "remi": ("snarvei", "Remi Snarvei", "remi@snarvei.example", "daglig leder", ["submitter"]),
    "olav": ("kantstein", "Olav Kant", "olav@kantstein.example", "flåteansvarlig", ["submitter"]),
    "sigrid": ("rommekolle", "Sigrid Rømme", "sigrid@rommekolle.example", "salg", ["submitter"]),
    "per": ("rommekolle", "Per Rømme", "per@rommekolle.example", "storkundeansvarlig", ["contributor"]),
    "gro": ("gulrot", "Gro Grønt", "gro@gulrot.example", "kvalitetsleder", ["submitter"]),
    "stig": ("spett", "Stig Spade", "stig@spett.example", "prosjektleder", ["submitter"]),
    "vilde": ("sparegrisen", "Vilde Spargris", "vilde@sparegrisen.example", "bærekraftsansvarlig", ["submitter"]),
    "odd": ("omvei", "Odd Omvei", "odd@omvei.example", "driftssjef", ["submitter"]),
}
SIGNERS = {"stodig": "marit", "snarvei": "remi", "kantstein": "olav", "rommekolle": "sigrid", "gulrot": "gro", "spett": "stig", "sparegrisen": "vilde", "omvei": "odd"}

NS_SANCTION = "Dagmulkt etter avtalens punkt 9.2, 1 promille av kontraktssummen per virkedag."
TAXI_SANCTION = "Bot etter avtalens punkt 9.3 ved uriktige opplysninger om kjøretøy."


@dataclass(frozen=True)
class Promised:
    """A promise of one supplier: (from, value) steps."""

    supplier: str
    steps: tuple[tuple[date, float], ...]


@dataclass(frozen=True)
class Pinned:
    """A standard requirement by code, or an own wording (`text`), with the clause of the contract it stands in."""

    code: str = ""
    clause: str = ""
    title: str = ""
    text: str = ""
    frequency: str | None = None
    promises: tuple[Promised, ...] = ()
    sanction: str = ""
    notice_days: int | None = None


@dataclass(frozen=True)
class AgreementCard:
    key: str
    number: str
    title: str
    kind: str
    category: str
    starts_on: date
    ends_on: date
    value_nok: int
    suppliers: tuple[str, ...]
    pinned: tuple[Pinned, ...]
    unit: str = "Innkjøpstjenesten"
    adviser: str = "berit"
    option_on: date | None = None
    option_note: str = ""
    ended: bool = False
    case_number: str = ""
    extra_duties: dict[str, str] = field(default_factory=dict)


def _own(title: str, text: str, clause: str) -> Pinned:
    return Pinned(title=title, text=text, clause=clause, frequency="annual")


D = date
AGREEMENTS = (
    AgreementCard(
        "drosje", "2023-014", "Drosjetjenester", "parallel_framework", "taxi", D(2023, 7, 1), D(2027, 6, 30), 9_200_000, ("stodig", "snarvei"),
        (
            Pinned("DRO-01", "4.1", sanction=TAXI_SANCTION, notice_days=14, promises=(
                Promised("stodig", ((D(2024, 7, 1), 72), (D(2025, 1, 1), 77), (D(2025, 7, 1), 100))),
                Promised("snarvei", ((D(2024, 7, 1), 72), (D(2025, 1, 1), 78), (D(2025, 7, 1), 100))),
            ), frequency="half_yearly"),
            Pinned("DRO-02", "4.2", frequency="half_yearly"),
            Pinned("DRO-03", "4.3", frequency="half_yearly", promises=(Promised("stodig", ((D(2026, 1, 1), 70),)),)),
            Pinned("DRO-05", "4.1", frequency="half_yearly"),
            Pinned("MIL-01", "3.4", frequency="annual"),
            Pinned("MIL-04", "6.1", frequency="on_change"),
        ),
        unit="Helse og velferd", option_note="Ingen opsjon igjen. Ny konkurranse forberedes.", case_number="2023/1142",
    ),
    AgreementCard(
        "varetransport", "2024-031", "Varetransport til kommunens enheter", "framework", "goods_transport", D(2024, 7, 1), D(2027, 6, 30), 14_500_000, ("kantstein",),
        (
            Pinned("TRV-01", "5.1"),
            Pinned("TRV-02", "5.2", frequency="half_yearly"),
            Pinned("TRV-04", "5.4"),
            Pinned("TRV-05", "5.5", promises=(Promised("kantstein", ((D(2024, 7, 1), 55), (D(2025, 1, 1), 70), (D(2026, 1, 1), 85))),)),
            Pinned("TRV-06", "5.6"),
            _own("Levering utenom rushtid", "Levering til skoler og barnehager skal skje før kl. 07.30 eller etter kl. 09.00.", "5.7"),
        ),
        option_on=D(2027, 1, 15), option_note="Ett år", case_number="2024/0310",
    ),
    AgreementCard(
        "meieri", "2022-009", "Meieriprodukter", "framework", "food_dairy", D(2022, 3, 1), D(2027, 2, 28), 7_800_000, ("rommekolle",),
        (Pinned("MAT-04", "4.1"), Pinned("MIL-03", "4.3"), _own("Lokal distribusjon", "Leverandøren bør samordne levering med andre meierileverandører der det er mulig.", "4.5")),
        adviser="amir", case_number="2022/0087",
    ),
    AgreementCard(
        "frukt", "2024-006", "Frukt, grønt og dagligvarer", "joint", "food_dairy", D(2024, 2, 1), D(2028, 1, 31), 21_000_000, ("gulrot",),
        (Pinned("MAT-01", "3.1"), Pinned("TRV-01", "3.2"), Pinned("MAT-03", "3.3"), Pinned("MIL-01", "2.4")),
        adviser="amir", case_number="2024/0061",
    ),
    AgreementCard(
        "catering", "2023-030", "Møtemat og catering", "framework", "event_catering", D(2023, 10, 1), D(2027, 9, 30), 2_400_000, ("gulrot",),
        (Pinned("ARR-01", "4.1", frequency="half_yearly"), Pinned("ARR-02", "4.2"), Pinned("MIL-03", "4.4"), _own("Drikkevann", "Vann skal serveres i mugge.", "4.5")),
        adviser="amir", case_number="2023/1655",
    ),
    AgreementCard(
        "skyss-gammel", "2019-027", "Tilrettelagt skyss til dagsenter", "service", "school_patient_bus", D(2019, 8, 1), D(2024, 7, 31), 11_000_000, ("omvei",),
        (
            _own("Euro VI og fornybart drivstoff", "Kjøretøy skal ha Euro VI og kunne gå på fornybart drivstoff.", "7.1"),
            _own("Opplæring i økonomisk kjøring", "Sjåførene skal ha fått opplæring i økonomisk kjøring.", "7.2"),
            _own("Tomgang", "Unødig tomgangskjøring skal unngås.", "7.3"),
            _own("Miljøsertifisering", "Leverandøren skal være miljøsertifisert.", "7.4"),
            _own("Årlig miljørapport", "Leverandøren skal levere miljørapport hvert år.", "7.5"),
        ),
        unit="Helse og velferd", ended=True, case_number="2019/0777",
    ),
    AgreementCard(
        "skyss", "2024-040", "Tilrettelagt skyss til dagsenter", "service", "school_patient_bus", D(2024, 8, 1), D(2028, 7, 31), 12_600_000, ("omvei",),
        (Pinned("SKY-01", "7.1", sanction=TAXI_SANCTION), Pinned("SKY-02", "7.2", frequency="half_yearly"), Pinned("TRV-02", "7.3", frequency="half_yearly"), Pinned("MIL-04", "8.1", frequency="half_yearly")),
        unit="Helse og velferd", option_on=D(2028, 1, 31), option_note="To år", case_number="2024/0402",
    ),
    AgreementCard(
        "solbakken", "2025-003", "Rehabilitering Solbakken skole", "service", "construction", D(2025, 2, 3), D(2026, 12, 18), 46_000_000, ("spett",),
        (
            Pinned("BYG-01", "12.1", sanction=NS_SANCTION, notice_days=14),
            Pinned("BYG-02", "12.2", sanction=NS_SANCTION, notice_days=14),
            Pinned("BYG-03", "12.3", frequency="annual"),
            Pinned("BYG-04", "12.4", frequency="monthly"),
        ),
        unit="Eiendom", case_number="2025/0033",
    ),
    AgreementCard(
        "masse", "2025-018", "Massetransport", "framework", "construction", D(2025, 5, 1), D(2027, 4, 30), 6_000_000, ("spett",),
        (Pinned("BYG-05", "5.1", frequency="half_yearly"), Pinned("TRV-02", "5.2", frequency="half_yearly")),
        unit="Eiendom", case_number="2025/0180",
    ),
    AgreementCard(
        "bank", "2020-002", "Banktjenester", "bank", "bank", D(2020, 1, 1), D(2027, 12, 31), 1_100_000, ("sparegrisen",),
        (
            Pinned("BNK-02", "6.1"),
            _own("Bærekraftspolicy", "Banken skal ha en policy for bærekraft som er vedtatt av styret.", "6.2"),
            _own("Utslipp fra porteføljen", "Banken skal redegjøre for utslipp fra egen portefølje.", "6.3"),
            _own("Møte om grønn finans", "Banken og kommunen møtes en gang i året om grønn finansiering.", "6.4"),
        ),
        unit="Økonomi", case_number="2020/0021",
    ),
    AgreementCard(
        "flytting", "2026-012", "Flyttetjenester", "service", "service_transport", D(2026, 7, 1), D(2029, 6, 30), 1_900_000, ("kantstein",),
        (Pinned("TJE-01", "4.1"), Pinned("TRV-06", "4.2"), Pinned("MIL-01", "3.2")),
        case_number="2026/0120",
    ),
    AgreementCard(
        "torrvarer", "2021-019", "Tørrvarer og kaffe", "framework", "food_dairy", D(2021, 12, 1), D(2026, 11, 30), 3_300_000, ("gulrot",),
        (
            Pinned("MAT-05", "3.1"),
            _own("Miljøbevissthet", "Leverandøren bør være miljøbevisst.", "3.2"),
            _own("Palmeolje", "Palmeolje bør unngås.", "3.3"),
            _own("Emballasje", "Emballasje bør være miljøvennlig.", "3.4"),
            _own("Transport", "Transporten bør være så miljøvennlig som mulig.", "3.5"),
        ),
        adviser="amir", option_on=D(2026, 9, 1), option_note="Ett år, må avgjøres 1. september 2026", case_number="2021/1904",
    ),
)  # fmt: skip


def kantstein_cars(*, renewed: bool) -> list[tuple[str, str, str, str]]:
    """(plate, fuel, Euro class, owner) of Kantstein and its three subcontractors, before and after 1 August 2025."""
    own = [(f"EQ {40100 + n}", "El", "", "Kantstein") for n in range(1, 9)] + [(f"GQ {40100 + n}", "Biogass", "Euro VI", "Kantstein") for n in (9, 10)]
    own += [(f"QD {40100 + n}", "Diesel", "Euro VI", "Kantstein") for n in (11, 12)] if not renewed else []
    tussmorke = [(f"EQ {40200 + n}", "El", "", "Tussmørke") for n in range(1, 5)]
    tussmorke += [(f"EQ {40200 + n}", "El", "", "Tussmørke") for n in (7, 8)] if renewed else [(f"QD {40200 + n}", "Diesel", "Euro VI", "Tussmørke") for n in (5, 6)]
    rest = [("EQ 40301", "El", "", "Ytre Vik"), ("GQ 40401", "Biogass", "Euro VI", "Hengeren"), ("GQ 40402", "Biogass", "Euro VI", "Hengeren")]
    rest += [("QD 40403", "Diesel", "Euro VI", "Hengeren"), ("QD 40404", "Diesel", "Euro V", "Hengeren")] if not renewed else []
    return own + tussmorke + rest


def gulrot_cars() -> list[tuple[str, str, str, str]]:
    return [(f"EQ {60100 + n}", "El", "", "Gulrot & Grønt") for n in range(1, 7)] + [("GQ 40401", "Biogass", "Euro VI", "Hengeren")]


def omvei_cars() -> list[tuple[str, str, str, str]]:
    return [(f"EQ {50100 + n}", "El", "", "Omvei") for n in range(1, 15)] + [(f"GQ {50200 + n}", "Biogass", "Euro VI", "Omvei") for n in range(1, 11)]
