"""Checks and what they ask, in words that accuse nobody: «Dette ser uvanlig ut. Kan dere forklare eller rette?»"""

from __future__ import annotations

from datetime import date
from functools import cache

from portal.evidence.kinds.fuels import LABELS
from portal.foundation.i18n import FIXED, _, format_date, format_number, list_words, locale, text
from portal.verification.checks import Flag
from portal.verification.documents.sentences import plate


def flag_words(flag: Flag, *, with_plates: bool = True) -> str:
    """What looks unusual, with the vehicles by name. Raises KeyError for an unknown code."""
    plates = list_words([plate(each) for each in flag.plates]) if with_plates else _("%(count)s biler", count=len(flag.plates))
    params = flag.params
    match flag.code:
        case "plate_form":
            return _("%(plates)s har ikke vanlig form for registreringsnummer. Er det riktig skrevet?", plates=plates)
        case "prefix_disagrees":
            fuel = text(LABELS.get(params["fuel"], {})) or params["fuel"]
            return _("%(plates)s står med drivstoff %(fuel)s, men bokstavene i kjennemerket tyder på noe annet. Bokstavene er bare et hint.", plates=plates, fuel=fuel)
        case "two_fuels":
            return _("%(plates)s står på flere rader med ulike drivstoff. Hva er riktig?", plates=plates)
        case "several_rows":
            return _("%(plates)s står på flere rader med samme drivstoff. Bilen er regnet én gang, og turene er lagt sammen.", plates=plates)
        case "sessions_without_end":
            return _("%(count)s av %(sessions)s ladeøkter mangler sluttid. Energien er regnet med.", count=_number(params, "count"), sessions=_number(params, "sessions"))
        case "sessions_overlap":
            return _("%(count)s av %(sessions)s ladeøkter begynner før den forrige til samme bruker er slutt.", count=_number(params, "count"), sessions=_number(params, "sessions"))
        case "sessions_long":
            return _("%(count)s ladeøkter varte i mer enn %(hours)s timer.", count=_number(params, "count"), hours=params["hours"])
        case "sessions_outside":
            span = {"first": _day(params["first"]), "last": _day(params["last"])}
            if params["kwh"]:
                return _("Ladeloggen går fra %(first)s til %(last)s. %(kwh)s ligger i måneder utenfor perioden og er ikke regnet med.", kwh=f"{format_number(params['kwh'])}{FIXED}kWh", **span)
            return _("Ladeloggen går fra %(first)s til %(last)s, litt utenfor perioden.", **span)
    raise KeyError(flag.code)


def check_name(name: str) -> str:
    """What a check looks at, in a few words. A check without words is shown by its own name, never hidden."""
    return _names(locale()).get(name, name)


@cache
def _names(_language: str) -> dict[str, str]:
    """Every check's words in the reader's language, gathered once: a page names a hundred checks."""
    return {
        "plate_format": _("form på registreringsnummer"),
        "fuel_matches_register": _("drivstoff mot kjennemerke (bare et hint, registeret er ikke spurt)"),
        "duplicate_plate": _("samme bil på flere rader"),
        "charging_missing_end": _("ladeøkter uten sluttid"),
        "charging_overlap": _("ladeøkter som overlapper"),
        "charging_over_72h": _("ladeøkter over 72 timer"),
        "charging_outside_period": _("ladeøkter utenfor perioden"),
        "vehicle_registered": _("kjøretøyet finnes i registeret"),
        "deregistered_vehicle": _("avregistrerte kjøretøy"),
        "vehicle_class_from_register": _("kjøretøyklasse i registeret"),
        "euro_class_from_register": _("euroklasse i registeret"),
        "seats_from_register": _("seter i registeret"),
        "taxi_use_code": _("registrert som drosje"),
        "charging_plausible": _("lading mot kjørte kilometer"),
        "charging_power_plausible": _("ladeeffekt"),
        "kwh_per_km_plausible": _("kWh per kilometer"),
        "consumption_per_km_plausible": _("forbruk per kilometer"),
        "biogas_needs_proof": _("bevis for biogass"),
        "fuel_product_recognised": _("drivstoffprodukt"),
        "fuel_mix_change_flag": _("endret drivstoff siden forrige periode"),
        "feedstock_blocklist": _("råstoff i biodrivstoff"),
        "year_on_year_jump": _("store endringer fra år til år"),
        "deliveries_count_vs_orders": _("leveranser mot bestillinger"),
        "offer_vs_actual": _("tilbudt mot faktisk"),
        "personal_data_scan": _("personopplysninger i filene"),
        "certificate_expiry": _("sertifikatets gyldighet"),
        "certificate_holder_orgnr": _("hvem sertifikatet gjelder"),
        "licence_number_present": _("lisensnummer"),
        "epd_expiry": _("gyldighet for miljøvaredeklarasjon"),
        "epd_number_format": _("nummer på miljøvaredeklarasjon"),
        "document_date": _("dokumentets dato"),
        "document_year": _("dokumentets år"),
        "orgnr_mod11": _("organisasjonsnummer"),
        "orgnr_in_brreg": _("foretaket i Enhetsregisteret"),
        "bankrupt_flag": _("konkurs i Enhetsregisteret"),
        "rows_sum_to_total": _("radene mot summen"),
        "shares_sum_to_100": _("andelene blir 100 % til sammen"),
        "fractions_sum_to_total": _("avfallstypene mot summen"),
        "categories_sum": _("gruppene mot summen"),
        "amount_sum": _("beløpene mot summen"),
        "unit_conversion_kg_litre": _("omregning mellom kg og liter"),
        "litres_to_kwh": _("omregning fra liter til kWh"),
        "factor_year_matches": _("år på utslippsfaktor"),
        "outlier_per_meal": _("uvanlige tall per porsjon"),
        "outlier_share": _("uvanlige andeler"),
        "machine_hours_plausible": _("maskintimer"),
        "stage_vs_model_year": _("maskintrinn mot årsmodell"),
        "iata_code_known": _("flyplasskoder"),
        "distance_great_circle": _("flyavstander"),
        "deadline_passed": _("frister"),
        "order_date_after_decision": _("bestillingsdato"),
        "amount_within_cap": _("beløp innenfor rammen"),
        "duplicate_application_address": _("samme adresse i flere søknader"),
    }


def _number(params: dict[str, object], name: str) -> str:
    value = params[name]
    return format_number(value if isinstance(value, int | float) else None)


def _day(iso: str) -> str:
    return format_date(date.fromisoformat(iso))
