"""The vehicle list (kjøretøyliste): one row per vehicle used on an agreement, with its fuel and, if wanted, its use.

The headings of kriterieveiviseren's report layout (facts.md §3.1) are among the synonyms, also the column that mixes
car type and plate. Rules: the same plate with the same fuel is one vehicle and is mentioned; with different fuels it
counts nowhere (decision 31). The plate's prefix is a hint about the fuel and never changes what was declared.
"""

from __future__ import annotations

import polars as pl

from portal.evidence.kinds import plates
from portal.evidence.kinds.declaration import Breakdown, Column, Figure, Kind, Listing, Reads, RowRule, Step
from portal.evidence.kinds.fuels import FUELS, WRITTEN, ZERO_EMISSION
from portal.evidence.rules import Level

_KM = {"km": 1.0, "mil": 10.0}

_EURO = {
    text: str(number)
    for number, roman in enumerate(("I", "II", "III", "IV", "V", "VI"), start=1)
    for text in (
        str(number), roman, f"euro {number}", f"euro {roman}", f"euroklasse {number}", f"euroklasse {roman}",
        f"{number}L", f"{number}T", f"euro-{number}", f"euro-{roman}",
    )
} | {text: "6" for text in ("6b", "6c", "6d", "6d-temp", "euro 6b", "euro 6c", "euro 6d", "euro 6d-temp", "euro 6d-isc-fcm", "euro 6e", "VI-C", "VI-D", "VI-E", "euro VI-D", "euro VI-E")} | {
    text: "0" for text in ("0", "el", "nullutslipp", "-", "ikke relevant", "ikkje relevant", "n/a", "elektrisk", "ingen")
} | {"EEV": "EEV", "ETE": "EEV"}

_OWNERS = {
    **dict.fromkeys(
        ("eier", "egen", "eigen", "egne", "egen bil", "eid", "leverandør", "leverandøren", "selv", "own", "owner", "owned", "eigar"),
        "own",
    ),
    **dict.fromkeys(
        ("underleverandør", "ul", "underlev", "under-leverandør", "innleid", "leid", "leie", "underleverandørar", "subcontractor", "hired", "rented"),
        "subcontractor",
    ),
}


def _sum(column: str) -> pl.Expr:
    """The sum of what was filled in; null when nothing was."""
    return pl.when(pl.col(column).count() > 0).then(pl.col(column).sum().round(3))


_SAME_ROW = ("plate", "fuel", "trips", "km_total", "km_buyer", "from", "to", "kwh_declared")

VEHICLE_LIST = Kind(
    code="vehicle_list",
    name={"nb": "Kjøretøyliste", "nn": "Køyretøyliste", "en": "Vehicle list"},
    help={
        "nb": "Én rad per kjøretøy, med registreringsnummer og drivstoff. Turer og kilometer tas med når avtalen spør om det.",
        "nn": "Éi rad per køyretøy, med registreringsnummer og drivstoff. Turar og kilometer er med når avtalen spør om det.",
        "en": "One row per vehicle, with plate number and fuel. Trips and kilometres when the agreement asks for them.",
    },
    columns=(
        Column(
            "plate", Reads.PLATE,
            {"nb": "Registreringsnummer", "nn": "Registreringsnummer", "en": "Plate number"},
            (
                "registreringsnummer", "reg.nr", "regnr", "reg nr.", "regnummer", "kjennemerke", "kjenneteikn", "kjennetegn",
                "bilnummer", "skilt", "skiltnummer", "skiltnr", "bilskilt", "biltype/reg.nr", "kjøretøy/reg.nr", "type/reg.nr",
                "kjøretøyets registreringsnummer", "køyretøy reg.nr", "bilens regnr", "registreringsnr", "registrerings nr",
                "plate", "plate number", "plate no", "license plate", "licence plate", "license plate number",
                "registration", "registration number", "reg no", "reg. no.", "registration no", "vehicle registration",
                "number plate", "vehicle plate", "vrn",
            ),
            required=True,
        ),
        Column(
            "fuel", Reads.CHOICE,
            {"nb": "Drivstoff", "nn": "Drivstoff", "en": "Fuel"},
            (
                "drivstoff", "type drivstoff", "drivstofftype", "drivstoffstype", "drivstoff type", "drivlinje", "energibærer",
                "energiberar", "energikilde", "energikjelde", "framdrift", "fremdrift", "drivmiddel", "motortype", "teknologi",
                "drivstoffkode", "drivstoff/energi", "energitype", "drift", "drivstoff/energibærer",
                "fuel", "fuel type", "type of fuel", "energy carrier", "energy source", "powertrain", "propulsion", "energy",
            ),
            required=True, values=WRITTEN, otherwise="other", examples="el, biogass, HVO, diesel, ladbar hybrid",
        ),
        Column(
            "trips", Reads.NUMBER,
            {"nb": "Turer", "nn": "Turar", "en": "Trips"},
            (
                "turer", "turar", "antall turer", "tal på turar", "talet på turar", "antall oppdrag", "oppdrag", "leveranser", "leveransar",
                "antall leveranser", "antall kjøreoppdrag", "kjøreoppdrag", "turer for kommunen", "turer i perioden", "trips", "number of trips",
                "deliveries", "number of deliveries", "no of trips", "assignments", "jobs",
            ),
            unit="turer", lowest=0,
        ),
        Column(
            "km_total", Reads.NUMBER,
            {"nb": "Km totalt", "nn": "Km totalt", "en": "Km in total"},
            (
                "km totalt", "km", "totalt km", "km kjørt", "kjørte km", "kjørte kilometer", "kilometer", "antall km",
                "kjørelengde", "kjørelengde totalt", "kilometer totalt", "total kjørelengde", "sum km", "køyrde km", "km køyrt", "tal på km", "køyrelengd",
                "km i perioden", "kjørelengde i perioden", "kjørte km totalt", "km total", "km i alt", "utkjørt distanse", "distanse",
                "total km", "distance", "kilometres", "kilometers", "km driven", "mileage", "driven km", "total distance", "mil", "vkm",
            ),
            unit="km", units=_KM, lowest=0,
        ),
        Column(
            "km_buyer", Reads.NUMBER,
            {"nb": "Km for kommunen", "nn": "Km for kommunen", "en": "Km for the municipality"},
            (
                "km for kommunen", "kilometer for kommunen", "kjørelengde for kommunen", "km kommunen", "kjørte km for kommunen", "km for oppdragsgiver",
                "km på oppdrag", "km i oppdrag", "km på avtalen", "km for oppdragsgivar", "km på avtala", "kommunale km", "km for municipality",
                "km for the municipality", "km for buyer", "contract km", "km on contract",
            ),
            unit="km", units=_KM, lowest=0,
        ),
        Column(
            "vehicle_type", Reads.TEXT,
            {"nb": "Biltype", "nn": "Biltype", "en": "Vehicle type"},
            (
                "biltype", "kjøretøytype", "type kjøretøy", "type", "bilmerke", "merke", "modell", "merke og modell", "bil", "merke/modell",
                "kjøretøy", "køyretøy", "køyretøytype", "kjøretøygruppe", "vehicle type", "vehicle", "model", "make", "make and model",
            ),
        ),
        Column(
            "euro_class", Reads.CHOICE,
            {"nb": "Euroklasse", "nn": "Euroklasse", "en": "Euro class"},
            ("euroklasse", "euro-klasse", "euro", "utslippsklasse", "utsleppsklasse", "eurokrav", "avgassklasse", "avgasskode", "euro class", "euro standard", "emission class", "emission standard"),
            values=_EURO,
        ),
        Column(
            "seats", Reads.NUMBER,
            {"nb": "Seter", "nn": "Sete", "en": "Seats"},
            ("seter", "sete", "sitteplasser", "sitjeplassar", "antall seter", "antall sitteplasser", "plasser", "passasjerplasser", "passasjerseter", "tal på sete", "seats", "number of seats"),
            unit="seter", lowest=0,
        ),
        Column(
            "maxi", Reads.YES_NO,
            {"nb": "Maxi eller rullestolbil", "nn": "Maxi eller rullestolbil", "en": "Maxi or wheelchair car"},
            (
                "maxi", "storbil", "maxitaxi", "rullestolbil", "rullestol", "rullestoltilpasset", "storbil/rullestol",
                "maxi/rullestol", "maxi eller rullestol", "storbil eller rullestolbil", "rullestolplass", "rullestoltilpassa", "wheelchair",
                "wheelchair accessible", "wav", "tilpasset rullestol", "maxi/rullestolbil",
            ),
        ),
        Column(
            "owner", Reads.CHOICE,
            {"nb": "Eier", "nn": "Eigar", "en": "Owner"},
            (
                "eier", "eigar", "eid av", "eier/underleverandør", "underleverandør", "eierforhold", "leverandør", "løyvehaver",
                "løyvehavar", "transportør", "selskap", "firma", "owner", "operator", "subcontractor", "owned by", "company",
            ),
            values=_OWNERS, open_values=True,
        ),
        Column(
            "used", Reads.YES_NO,
            {"nb": "Brukt for kommunen", "nn": "Brukt for kommunen", "en": "Used for the municipality"},
            ("brukt for kommunen", "brukt", "brukt på avtalen", "i bruk for kommunen", "brukes for kommunen", "brukt på avtala", "used", "used for the municipality", "in use"),
        ),
        Column(
            "from", Reads.DATE,
            {"nb": "Fra dato", "nn": "Frå dato", "en": "From"},
            ("fra", "frå", "fra dato", "frå dato", "fra og med", "gyldig fra", "i bruk fra", "tatt i bruk", "startdato", "teke i bruk", "from", "from date", "valid from", "in use from", "start date"),
        ),
        Column(
            "to", Reads.DATE,
            {"nb": "Til dato", "nn": "Til dato", "en": "To"},
            ("til", "til dato", "til og med", "gyldig til", "i bruk til", "tatt ut", "tatt ut av bruk", "sluttdato", "teke ut av bruk", "to", "to date", "valid to", "in use until", "end date", "until"),
        ),
        Column(
            "replaces", Reads.PLATE,
            {"nb": "Erstatter", "nn": "Erstattar", "en": "Replaces"},
            ("erstatter", "erstattar", "erstatter bil", "erstatter reg.nr", "erstatning for", "reservebil for", "replaces", "replacement for"),
        ),
        Column(
            "kwh_declared", Reads.NUMBER,
            {"nb": "kWh oppgitt", "nn": "kWh oppgitt", "en": "kWh declared"},
            (
                "kwh oppgitt", "oppgitt kwh", "kwh", "ladet kwh", "ladd kwh", "strømforbruk", "straumforbruk", "strøm", "lading", "lada kwh",
                "energi", "energiforbruk", "kwh ladet", "kwh lada", "kwh i perioden", "declared kwh", "kwh declared", "charged kwh", "energy kwh",
            ),
            unit="kWh", units={"kwh": 1.0, "wh": 0.001, "mwh": 1000.0}, lowest=0,
        ),
    ),
    steps=(
        Step(
            {
                "indicated": plates.indicated_of(pl.col("plate"), pl.col("_demo_plates")),
                "fuels_of_plate": pl.col("fuel").n_unique().over("plate"),
            },
            (RowRule("plate_with_two_fuels", Level.ERROR, pl.col("fuels_of_plate") > 1, column="plate", drop=True, apart=True),),
        ),
        Step(
            {},
            (
                RowRule(
                    "vehicle_repeated", Level.WARNING,
                    pl.struct(_SAME_ROW).is_first_distinct().not_(), column="plate", drop=True, apart=True,
                ),
            ),
        ),
        Step(
            {"rows_of_plate": pl.len().over("plate")},
            (
                RowRule("plate_on_several_rows", Level.WARNING, pl.col("rows_of_plate") > 1, column="plate", apart=True),
                RowRule("plate_personal", Level.WARNING, plates.is_personal_of(pl.col("plate")), column="plate"),
                RowRule(
                    "plate_letters", Level.WARNING,
                    plates.is_unusual_of(pl.col("plate"), pl.col("_demo_plates")), column="plate",
                ),
                RowRule(
                    "gas_without_origin", Level.HINT,
                    (pl.col("fuel") == "natural_gas") & pl.col("fuel_text").str.to_lowercase().is_in(["gass", "gas"]),
                    column="fuel",
                ),
                RowRule(
                    "buyer_km_above_total", Level.WARNING, pl.col("km_buyer") > pl.col("km_total"),
                    column="km_buyer", needs=("km_buyer", "km_total"),
                ),
                RowRule(
                    "to_before_from", Level.WARNING, pl.col("to") < pl.col("from"), column="to", needs=("from", "to"),
                ),
                RowRule(
                    "not_in_period", Level.WARNING,
                    (pl.col("from") > pl.col("_period_to")) | (pl.col("to") < pl.col("_period_from")), column="plate",
                ),
            ),
        ),
    ),
    figures=(
        Figure("unique_vehicles", pl.col("plate").n_unique()),
        Figure("valid_plates", pl.col("plate").filter(pl.col("plate").str.contains(plates.ORDINARY)).n_unique()),
        Figure("zero_emission", pl.col("plate").filter(pl.col("fuel").is_in(ZERO_EMISSION)).n_unique()),
        Breakdown("by_fuel", ("fuel",), pl.col("plate").n_unique(), always=FUELS),
        Figure("sum_trips", _sum("trips"), needs=("trips",)),
        Figure("sum_km", _sum("km_total"), needs=("km_total",)),
        Figure("sum_km_buyer", _sum("km_buyer"), needs=("km_buyer",)),
        Figure("sum_kwh_declared", _sum("kwh_declared"), needs=("kwh_declared",)),
    ),
    facts=(
        Listing(
            "vehicles",
            {
                "row": "_row", "plate": "plate", "fuel": "fuel", "indicated": "indicated", "trips": "trips",
                "km_total": "km_total", "km_buyer": "km_buyer", "maxi": "maxi", "euro": "euro_class", "owner": "owner",
                "from": "from", "to": "to", "replaces": "replaces", "used": "used", "kwh_declared": "kwh_declared",
            },
        ),
    ),
    totals=("trips", "km_total", "km_buyer", "kwh_declared"),
)
