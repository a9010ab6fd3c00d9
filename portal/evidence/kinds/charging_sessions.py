"""Charging sessions (ladedata): one row per session, from a charging operator's or a garage's own export.

Headings: facts.md §9 (the Trondheim file, Zaptec, Easee, evcc, OCPI, a German operator, Tesla, ev.energy). Rules are
decision 30: an overlap is two *consecutive* sessions of one user, sorted by start, the first ending after the second
began; a session without an end opens none. kWh per month go by the local month of the *start*; membership of a period
goes by the end, else the start, both ends included. A session without an end counts, since its kWh is measured.
"""

from __future__ import annotations

import polars as pl

from portal.evidence.kinds.declaration import Breakdown, Column, Figure, Kind, Reads, RowRule, Step
from portal.evidence.rules import Level

LONG_HOURS = 72
"""Plugged in longer than this is asked about (facts.md §10)."""
MOST_KILOWATT = 350
"""More average power than a fast charger gives (facts.md §10)."""
MOST_KWH = 1000
"""More than the largest battery of a lorry or a bus: the number is probably Wh."""
DURATION_TOLERANCE_HOURS = 0.03
"""Rounding to the minute at both ends gives 0.033 h at most; the Trondheim file keeps within this but for its source errors."""

_kwh = pl.col("kwh")
_hours = pl.col("hours")
_wall_hours = (pl.col("end") - pl.col("start")).dt.total_seconds() / 3600
_ended = pl.coalesce("end", "start").dt.date()
_outside = ((_ended < pl.col("_period_from")) | (_ended > pl.col("_period_to"))).fill_null(False)
_period = pl.col("_period_from").is_not_null()
_without_end = pl.col("end_utc").is_null()
_overlaps = (pl.col("previous_end") > pl.col("start_utc")).fill_null(False)
_long = (_hours > LONG_HOURS).fill_null(False)
_total = _kwh.sum().round(3)
_SAME_SESSION = ("session_id", "user", "vehicle", "charger", "location", "start_utc", "end_utc", "kwh")

CHARGING_SESSIONS = Kind(
    code="charging_sessions",
    name={"nb": "Ladelogg", "nn": "Ladelogg", "en": "Charging log"},
    help={
        "nb": "Én rad per ladeøkt, med starttid og kWh. Ta gjerne med sluttid og hvilken bil som ladet. Bruk filen slik ladeoperatøren gir den.",
        "nn": "Éi rad per ladeøkt, med starttid og kWh. Ta gjerne med sluttid og kva bil som lada. Bruk fila slik ladeoperatøren gir henne.",
        "en": "One row per session, with start time and kWh. End time and the car are welcome. Send the file as the charging operator gives it.",
    },
    columns=(
        Column(
            "start", Reads.TIME,
            {"nb": "Start", "nn": "Start", "en": "Start"},
            (
                "start", "starttid", "starttidspunkt", "start tid", "start dato", "startdato", "start ladeøkt", "ladestart", "fra", "frå", "startet", "starta",
                "påbegynt", "oppstart", "start lading", "tilkoblet", "tilkopla", "innplugget", "dato", "tidspunkt", "dato og tid", "fra tid", "frå tid",
                "start_plugin", "start time", "start_time", "started", "start date", "from", "session start", "session start time",
                "sessionStart", "StartDateTime", "start_date_time", "chargeStartDateTime", "start datetime", "created", "gestartet",
                "start timestamp", "startTimestamp", "plug in", "plugin time", "plugged in", "connected", "start charging", "charging start", "begin", "date",
                "startTime", "session started", "charge start", "starttid (lokal)", "start time (local)", "start (local time)", "start (lokal tid)",
            ),
            required=True, clock="start_clock",
        ),
        Column(
            "kwh", Reads.NUMBER,
            {"nb": "Energi (kWh)", "nn": "Energi (kWh)", "en": "Energy (kWh)"},
            (
                "kwh", "energi", "energi kwh", "forbruk", "forbruk kwh", "antall kwh", "ladet", "ladet kwh", "lada", "lada kwh", "ladet energi", "lada energi",
                "energiforbruk", "energimengde", "energimengd", "strømforbruk", "straumforbruk", "levert energi", "sum kwh", "mengde", "total kwh", "strøm", "straum",
                "el_kwh", "el kwh", "energy", "energy kwh", "total_energy", "total energy", "sessionEnergy", "session energy", "consumption", "consumption kwh",
                "energy delivered", "estimated energy delivered", "delivered energy", "charged energy", "energy charged", "energy used",
                "verbrauch", "energy consumed", "kwh delivered", "wh", "usage", "energy wh", "levert kwh", "ladet mengde",
            ),
            required=True, unit="kWh", units={"kwh": 1.0, "wh": 0.001, "mwh": 1000.0}, doubtful_above=400, lowest=0,
        ),
        Column(
            "end", Reads.TIME,
            {"nb": "Slutt", "nn": "Slutt", "en": "End"},
            (
                "slutt", "sluttid", "sluttidspunkt", "slutt tid", "slutt dato", "sluttdato", "slutt ladeøkt", "ladeslutt", "til", "stopp", "stopptid", "stopptidspunkt",
                "avsluttet", "avslutta", "ferdig", "ferdigladet", "slutt lading", "frakoblet", "fråkopla", "utplugget", "til tid", "stoppet",
                "end_plugout", "end", "end time", "end_time", "ended", "end date", "to", "stop", "stop time", "session end", "session end time",
                "session finish time", "sessionEnd", "EndDateTime", "end_date_time", "chargeStopDateTime", "finished", "finish", "beendet",
                "stop timestamp", "stopTimestamp", "plug out", "plugout time", "unplugged", "disconnected", "stopped", "charging end", "end charging", "endTime", "charge end",
                "sluttid (lokal)", "end time (local)", "end (local time)", "slutt (lokal tid)",
            ),
            clock="end_clock",
        ),
        Column(
            "start_clock", Reads.TEXT,
            {"nb": "Klokkeslett start", "nn": "Klokkeslett start", "en": "Start time of day"},
            ("start", "klokkeslett start", "start klokkeslett", "startklokkeslett", "kl start", "start kl", "klokkeslett", "klokka", "starttid", "start time", "time", "tid", "fra kl", "frå kl"),
        ),
        Column(
            "end_clock", Reads.TEXT,
            {"nb": "Klokkeslett slutt", "nn": "Klokkeslett slutt", "en": "End time of day"},
            ("slutt", "end", "klokkeslett slutt", "slutt klokkeslett", "sluttklokkeslett", "kl slutt", "slutt kl", "sluttid", "end time", "til kl", "stopptid"),
        ),
        Column(
            "vehicle", Reads.PLATE,
            {"nb": "Kjøretøy", "nn": "Køyretøy", "en": "Vehicle"},
            (
                "registreringsnummer", "reg.nr", "regnr", "reg nr", "kjennemerke", "skilt", "bilnummer", "bilskilt", "kjenneteikn",
                "plate", "license plate", "licence plate", "registration number", "plate number", "number plate", "vehicle registration",
                "kjøretøy", "køyretøy", "bil", "vehicle", "car", "car id", "vehicle id",
            ),
        ),
        Column(
            "user", Reads.TEXT,
            {"nb": "Bruker", "nn": "Brukar", "en": "User"},
            (
                "bruker", "brukar", "bruker id", "brukar id", "brukernavn", "brukarnamn", "ladebrikke", "brikke", "kort", "rfid", "tag", "key_id", "easee_key", "ladekort",
                "brikkenummer", "nøkkel", "id-brikke", "user_id", "user", "user name", "username", "UserId", "UserFullName", "UserUserName", "TokenName", "token name", "id tag", "idTag",
                "identifier", "card", "driver", "sjåfør", "rfid tag", "key", "cdr_token.uid", "uid",
            ),
        ),
        Column(
            "charger", Reads.TEXT,
            {"nb": "Lader", "nn": "Ladar", "en": "Charger"},
            (
                "lader", "ladar", "ladepunkt", "ladestasjon", "ladeboks", "uttak", "lader id", "ladepunkt id", "ladernavn", "ladarnamn",
                "charger", "charger name", "charger_name", "ChargerId", "DeviceName", "DeviceId", "charging point", "charge point", "charging station",
                "chargepoint", "ladepunkt-id", "evse id", "evse_id", "evse", "connector", "station", "outlet",
            ),
        ),
        Column(
            "location", Reads.TEXT,
            {"nb": "Sted", "nn": "Stad", "en": "Location"},
            (
                "sted", "stad", "garasje", "adresse", "anlegg", "lokasjon", "depot", "parkeringshus", "plassering", "garage", "garage_id", "address", "location", "site", "installation",
                "siteLocationName", "installasjon",
            ),
        ),
        Column(
            "session_id", Reads.TEXT,
            {"nb": "Økt-id", "nn": "Økt-id", "en": "Session id"},
            (
                "session_id", "session id", "økt", "økt id", "øktnummer", "økt nr", "ladeøkt", "ladeøkt id", "ladeøkt nr", "transaksjon", "transaksjons id", "id", "SessionId", "charge id",
                "transaction id", "transactionId", "Ladevorgangs-ID", "session", "session number", "løpenummer", "nr",
            ),
        ),
        Column(
            "duration", Reads.DURATION,
            {"nb": "Varighet", "nn": "Lengd", "en": "Duration"},
            (
                "varighet", "varigheit", "lengde", "lengd", "tilkoblet tid", "tilkopla tid", "tid tilkoblet", "øktens varighet", "oppgitt varighet",
                "duration", "duration_hours", "session duration", "duration hours", "plug-in duration", "plugged in duration", "connected time",
                "parking time", "total_time", "varighet (timer)", "varighet (minutter)",
            ),
            unit="t",
            units={
                **dict.fromkeys(("h", "t", "hour", "hours", "timer", "timar"), 1.0),
                **dict.fromkeys(("min", "minutt", "minutter", "minutes", "minuten"), 1 / 60),
                **dict.fromkeys(("s", "sek", "sekund", "sekunder", "sec", "seconds"), 1 / 3600),
            },
        ),
    ),
    steps=(
        Step(
            {
                "hours": (pl.col("end_utc") - pl.col("start_utc")).dt.total_seconds() / 3600,
                "month": pl.col("start").dt.strftime("%Y-%m"),
                "who": pl.coalesce("user", "vehicle"),
                "what": pl.coalesce("user", "vehicle", "charger"),
            },
            (
                RowRule("end_before_start", Level.ERROR, pl.col("hours") < 0, column="end", drop=True, needs=("end",)),
                RowRule(
                    "session_repeated", Level.WARNING,
                    (pl.col("session_id").is_not_null() | pl.col("what").is_not_null())
                    & pl.struct(_SAME_SESSION).is_first_distinct().not_(),
                    column="start", drop=True,
                ),
            ),
        ),
        Step(
            {
                "same_id": pl.when(pl.col("session_id").is_not_null()).then(pl.len().over("session_id")),
                "previous_end": pl.when(pl.col("who").is_not_null()).then(
                    pl.col("end_utc").shift(1).over("who", order_by=["start_utc", "_row"])
                ),
            },
            (
                RowRule("session_id_reused", Level.WARNING, pl.col("same_id") > 1, column="session_id"),
                RowRule("without_end", Level.WARNING, _without_end, column="end", needs=("end",)),
                RowRule("overlap", Level.WARNING, _overlaps, column="start"),
                RowRule("over_72h", Level.WARNING, _long, column="end", needs=("end",)),
                RowRule("power_unlikely", Level.WARNING, _kwh > _hours * MOST_KILOWATT + 0.5, column="kwh", needs=("end",)),
                RowRule("energy_unlikely", Level.WARNING, _kwh > MOST_KWH, column="kwh"),
                RowRule("energy_zero", Level.HINT, _kwh == 0, column="kwh"),
                RowRule(
                    "duration_differs", Level.HINT,
                    # A source that forgets the clock change is not asked about it.
                    ((_hours - pl.col("duration")).abs() > DURATION_TOLERANCE_HOURS)
                    & ((_wall_hours - pl.col("duration")).abs() > DURATION_TOLERANCE_HOURS),
                    column="duration",
                    needs=("end", "duration"),
                ),
                RowRule("outside_period", Level.WARNING, _outside, column="end"),
            ),
        ),
    ),
    figures=(
        Figure("sessions", pl.len()),
        Figure("sum_kwh", _total),
        Figure("first_start", pl.col("start").min()),
        Figure("last_end", pl.col("end").max(), needs=("end",)),
        Breakdown("by_month", ("month",), _total),
        Breakdown("sessions_by_month", ("month",), pl.len()),
        Figure("without_end", _without_end.sum(), needs=("end",)),
        Figure("overlaps", pl.when(pl.col("who").count() > 0).then(_overlaps.sum()), needs=("end",)),
        Figure("over_72h", _long.sum(), needs=("end",)),
        Figure("outside_period", pl.when(_period.any()).then(_outside.sum())),
        Figure("period_sessions", pl.when(_period.any()).then(_outside.not_().sum())),
        Figure("period_kwh", pl.when(_period.any()).then(_kwh.filter(_outside.not_()).sum().round(3))),
    ),
    facts=(
        Figure("sessions", pl.len()),
        Figure("sum_kwh", _total),
        Figure("first_start", pl.col("start").min()),
        Figure("last_end", pl.col("end").max(), needs=("end",)),
        Breakdown("by_month", ("month",), _total),
        Breakdown("by_vehicle", ("vehicle", "month"), _total),
    ),
    totals=("kwh",),
)
