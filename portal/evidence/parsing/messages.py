"""Findings in words: what is wrong, and what to do. Code + parameters → bokmål.

Plain and kind; a finding is a question or a piece of advice, never an accusation (glossary §1). Quotes from a file come
between « and » so that nobody takes them for our words; pages escape them like any other text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.evidence.kinds import KINDS
from portal.evidence.rules import Finding

_SEEMS = {
    "zip": "en zip-fil", "ole": "et eldre Office-dokument", "pdf": "en PDF", "png": "et bilde (PNG)", "jpeg": "et bilde (JPEG)",
    "gif": "et bilde (GIF)", "tiff": "et bilde (TIFF)", "heic": "et bilde (HEIC)", "video": "en video", "html": "en nettside (HTML)",
    "xml": "en XML-fil", "rtf": "et tekstdokument (RTF)", "gzip": "en pakket fil", "rar": "en pakket fil", "7z": "en pakket fil",
    "docx": "et Word-dokument", "xls": "en eldre Excel-fil (.xls)", "xlsx": "en Excel-fil (.xlsx)", "xlsb": "en binær Excel-fil (.xlsb)",
    "ods": "et OpenDocument-regneark (.ods)", "text": "ren tekst", "parquet": "en Parquet-fil", "sqlite": "en database", "program": "et program",
}
_SAVE_AS = "Åpne filen i regnearkprogrammet, lagre den som Excel-arbeidsbok (.xlsx) eller CSV og last opp på nytt."
_UNPACK = "Pakk ut og last opp regnearket for seg, som Excel (.xlsx) eller CSV."
_ADVICE = {
    "zip": _UNPACK, "rar": _UNPACK, "7z": _UNPACK, "gz": _UNPACK,
    "docx": "Kopier tabellen over i et regneark, lagre det som Excel (.xlsx) og last opp på nytt.",
    "doc": "Kopier tabellen over i et regneark, lagre det som Excel (.xlsx) og last opp på nytt.",
    "pdf": "Be om eksporten som Excel (.xlsx) eller CSV der dere hentet PDF-en, og last opp den.",
    "jpg": "Last opp selve tabellen som Excel (.xlsx) eller CSV. Et bilde kan ikke leses som tall.",
    "jpeg": "Last opp selve tabellen som Excel (.xlsx) eller CSV. Et bilde kan ikke leses som tall.",
    "png": "Last opp selve tabellen som Excel (.xlsx) eller CSV. Et bilde kan ikke leses som tall.",
    "numbers": "Velg Eksporter til → Excel i Numbers, og last opp den filen.",
    "json": "Hent eksporten som Excel (.xlsx) eller CSV, og last opp den.",
}
_REST_ROWS = "Raden er ikke regnet med."


def number(value: float, decimals: int | None = None) -> str:
    """87493.28 → `87 493,28` (with no-break spaces)."""
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 2
    return f"{value:,.{decimals}f}".replace(",", "\u00a0").replace(".", ",")


def kind_name(code: str) -> str:
    """The name of a kind inside a sentence."""
    return KINDS[code].name["nb"].lower() if code in KINDS else code


Words = tuple[str | Callable[[dict[str, Any]], str], str | Callable[[dict[str, Any]], str]]


def _listed(texts: list[str]) -> str:
    quoted = [f"«{text}»" for text in texts]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " og " + quoted[-1]


def _rows(one: str, several: str) -> Callable[[dict[str, Any]], str]:
    return lambda p: one.format_map(p) if p["n"] == 1 else several.format_map(p)


NB: dict[str, Words] = {
    # The file as a whole
    "file_empty": ("Filen er tom.", "Kontroller at eksporten ble ferdig, og last opp filen på nytt."),
    "file_too_large": ("Filen er {mb} MB. Grensen er {most_mb} MB.", "Del filen, for eksempel én fil per måned, eller lagre den som CSV."),
    "type_not_allowed": (
        lambda p: f"Filer av typen .{p['extension']} kan ikke leses som tabell." if p["extension"] else "Filnavnet mangler filtype, som .xlsx eller .csv.",
        lambda p: _ADVICE.get(p["extension"], _SAVE_AS),
    ),
    "heic": ("HEIC-bilder kan ikke leses.", "Lagre bildet som JPG og last opp på nytt. Tabeller lastes opp som Excel (.xlsx) eller CSV."),
    "macros": ("Filen inneholder, eller er laget for, makroer. Slike filer tas ikke imot.", "Velg Lagre som → Excel-arbeidsbok (.xlsx), uten makroer, og last opp den."),
    "content_mismatch": (
        lambda p: f"Filen heter .{p['extension']}, men innholdet ser ut som {_SEEMS.get(p['seems'], 'noe annet')}.", _SAVE_AS,
    ),
    "password_protected": ("Filen er beskyttet med passord og kan ikke åpnes.", "Fjern passordet i regnearkprogrammet (Fil → Info → Beskytt arbeidsbok), lagre og last opp på nytt."),
    "package_damaged": ("Filen er skadet og kan ikke åpnes.", "Åpne den i regnearkprogrammet, lagre en ny kopi og last opp den. Går ikke det, hent eksporten på nytt."),
    "package_members": ("Filen består av {members} deler. Grensen er {most}.", _SAVE_AS),
    "package_inflated": ("Filen er mer enn {most_mb} MB når den pakkes ut.", "Del filen, for eksempel én fil per måned, og last opp delene."),
    "package_ratio": ("Filen er pakket på en måte som ikke tas imot.", _SAVE_AS),
    "package_overlap": ("Filen er pakket på en måte som ikke tas imot.", _SAVE_AS),
    "package_path": ("Filen har deler med filstier som ikke tas imot.", _SAVE_AS),
    "package_entities": ("Filen inneholder henvisninger som ikke tas imot.", _SAVE_AS),
    "far_corner": (
        "Et ark har innhold helt ute i {cell}, langt fra resten av tabellen.",
        "Slett innholdet i den cella (trykk Ctrl+End for å finne den), lagre og last opp på nytt.",
    ),
    "too_many_cells": (lambda p: f"Et ark har for mange celler. Grensen er {number(p['most'])}.", "Ta bort kolonner og ark som ikke trengs, eller lagre tabellen som CSV."),
    "too_many_rows": (lambda p: f"Tabellen har {number(p['rows'])} rader. Grensen er {number(p['most'])}.", "Del filen, for eksempel én fil per måned."),
    "too_many_columns": ("Tabellen har {columns} kolonner. Grensen er {most}.", "Ta bort kolonnene som ikke trengs, og last opp på nytt."),
    "not_text": ("Filen er ikke lesbar tekst.", "Lagre den som CSV (UTF-8) eller Excel (.xlsx) og last opp på nytt."),
    "quotes_open": ("Et anførselstegn (\") åpnes i filen uten å lukkes, så radene kan ikke skilles fra hverandre.", "Lagre tabellen som Excel (.xlsx), eller hent eksporten på nytt."),
    "reading_took_too_long": ("Det tok for lang tid å lese filen.", "Del filen, for eksempel én fil per måned, og last opp delene."),
    "reading_too_heavy": ("Filen er for stor til å leses.", "Ta bort ark og kolonner som ikke trengs, del filen, eller lagre tabellen som CSV."),
    "reading_stopped": ("Filen kunne ikke leses. Den er trolig skadet.", _SAVE_AS),
    "identity_number": (
        _rows("Raden inneholder det som ser ut som et fødselsnummer. Filen er ikke lagret.", "{n} rader inneholder det som ser ut som fødselsnummer. Filen er ikke lagret."),
        "Fjern kolonnen, eller numrene, og last opp resten.",
    ),
    "identity_number_in_name": ("Filnavnet inneholder det som ser ut som et fødselsnummer. Filen er ikke lagret.", "Gi filen et annet navn og last opp på nytt."),
    # Sheets and headings
    "no_visible_cells": ("Alle arkene med innhold er skjult.", "Vis arket som skal leses (høyreklikk på en arkfane → Vis), lagre og last opp på nytt."),
    "hidden_sheet": ("Arket er skjult og er ikke lest.", "Skal det være med, vis arket, lagre og last opp på nytt."),
    "sheet_not_read": ("Arket ser ikke ut som denne tabellen og er ikke lest.", "Ingenting, hvis arket ikke skal være med."),
    "several_sheets": (lambda p: f"Flere ark kan være tabellen: {_listed(p['sheets'])}.", "Velg hvilket ark som gjelder, eller samle radene i ett ark."),
    "no_header": (lambda p: f"Finner ingen rad med overskrifter som passer for {kind_name(p['kind'])}.", "Legg en rad med overskrifter over tabellen. Siden viser hvilke overskrifter som kjennes igjen."),
    "wrong_kind": (lambda p: f"Dette ser ut som {kind_name(p['seems'])}, ikke {kind_name(p['expected'])}.", "Last opp filen der den hører til, eller velg en annen fil her."),
    "column_missing": ("Finner ikke kolonnen for {label}.", "Si hvilken kolonne det er, eller gi den overskriften «{label}» og last opp på nytt."),
    "column_unclear": (lambda p: f"Flere kolonner kan være {p['label']}: {_listed(p['headings'])}.", "Si hvilken av dem som gjelder, eller ta bort den andre."),
    "formulas_without_value": (
        lambda p: f"{number(p['cells'])} celler har en formel uten lagret svar og leses som tomme.",
        "Åpne filen i regnearkprogrammet, lagre den så formlene regnes ut, og last opp på nytt.",
    ),
    "no_rows": ("Under overskriftene er det ingen rader.", "Kontroller at eksporten gjelder riktig periode, og last opp på nytt."),
    "no_usable_rows": ("Ingen av de {rows} radene kunne regnes med.", "Rett det som står om radene, og last opp på nytt."),
    # Columns that are asked about
    "decimal_mark_unclear": ("I denne kolonnen kan «{example}» leses på to måter: som desimaltall og som tusener.", "Si om komma eller punktum er desimaltegn her."),
    "date_order_unclear": ("I denne kolonnen kan «{example}» leses med dagen eller måneden først.", "Si om dagen eller måneden står først her."),
    "unit_unclear": (lambda p: f"Tallene er høye (midterste verdi {number(p['median'])}), og overskriften sier ikke hvilken enhet de har.", "Si om tallene er kWh eller Wh."),
    "dates_as_numbers": ("{cells} datoer står som tall, slik regneark lagrer dem. De er lest som datoer.", "Kontroller at datoene under er riktige."),
    "dates_without_time": ("Kolonnen har datoer uten klokkeslett.", "Ta med klokkeslett hvis eksporten har det; da kan overlapp og varighet vurderes."),
    "plate_split": ("{cells} celler inneholder mer enn registreringsnummeret. Nummeret er plukket ut.", "Ingenting, hvis numrene er riktige."),
    # Rows that are no rows
    "total_row": (_rows("Raden er en sum og er ikke regnet med.", "{n} rader er summer og er ikke regnet med."), "Ingenting."),
    "note_row": (_rows("Raden er en merknad og er ikke regnet med.", "{n} rader er merknader og er ikke regnet med."), "Ingenting."),
    "header_repeated": (_rows("Overskriften er gjentatt på raden og hoppet over.", "Overskriften er gjentatt på {n} rader og hoppet over."), "Ingenting."),
    "total_differs": (lambda p: f"Sumraden sier {number(p['stated'])}, men radene over blir {number(p['added'])} til sammen.", "Kontroller at ingen rader mangler, og at summen er riktig."),
    # Cells
    "value_missing": (_rows("Raden mangler {label} og er ikke regnet med.", "{n} rader mangler {label} og er ikke regnet med."), "Fyll ut og last opp på nytt."),
    "number_unreadable": (_rows("Kan ikke leses som et tall og er ikke regnet med.", "{n} celler kan ikke leses som tall og er ikke regnet med."), "Skriv tallet med sifre, for eksempel 1234,5."),
    "number_unclear": (_rows("Tallet kan leses på to måter: som desimaltall eller som tusener. Raden er ikke regnet med.", "{n} tall kan leses på to måter: som desimaltall eller som tusener. Radene er ikke regnet med."), "Skriv tusener uten skilletegn (1234) og desimaltall med høyst to desimaler (1,23)."),
    "number_too_low": (_rows("Tallet er mindre enn null og er ikke regnet med.", "{n} tall er mindre enn null og er ikke regnet med."), "Rett tallet og last opp på nytt."),
    "time_unreadable": (_rows("Kan ikke leses som dato og klokkeslett.", "{n} celler kan ikke leses som dato og klokkeslett."), "Skriv for eksempel 31.12.2025 14.05."),
    "time_unclear": (_rows("Datoen kan leses med dagen eller måneden først. Raden er ikke regnet med.", "{n} datoer kan leses med dagen eller måneden først. Radene er ikke regnet med."), "Skriv datoen som 31.12.2025."),
    "year_unlikely": (_rows("Årstallet ser ikke riktig ut.", "{n} årstall ser ikke riktige ut."), "Rett datoen, for eksempel 2014 i stedet for 0014."),
    "time_skipped": (_rows("Klokkeslettet finnes ikke: klokka ble stilt fram denne natta. Det er lest som vintertid.", "{n} klokkeslett finnes ikke: klokka ble stilt fram den natta. De er lest som vintertid."), "Kontroller tida, eller bruk eksporten med tidssone."),
    "row_too_wide": (
        _rows("Raden har flere felt enn overskriften ({fields}) og er ikke regnet med.", "{n} rader har flere felt enn overskriften ({fields}) og er ikke regnet med."),
        "Bruk semikolon som skilletegn når tallene har desimalkomma, eller lagre som Excel (.xlsx).",
    ),
    "plate_unreadable": (_rows("Kan ikke leses som registreringsnummer. " + _REST_ROWS, "{n} celler kan ikke leses som registreringsnummer. Radene er ikke regnet med."), "Skriv registreringsnummeret, for eksempel AB 12345, og bare ett i hver celle."),
    "value_unreadable": (_rows("Verdien kjennes ikke igjen i denne kolonnen og er sett bort fra.", "{n} verdier kjennes ikke igjen i denne kolonnen og er sett bort fra."), "Rett verdien, eller la cella stå tom."),
    "value_unknown": (
        _rows("{label} kjennes ikke igjen. Raden er regnet som «annet».", "{label} kjennes ikke igjen på {n} rader. De er regnet som «annet»."),
        "Skriv for eksempel {examples}.",
    ),
    # Vehicle lists
    "plate_with_two_fuels": (_rows("Registreringsnummeret står med flere drivstoff og er ikke regnet med.", "Registreringsnumre står med flere drivstoff ({n} rader) og er ikke regnet med."), "La hver bil stå med ett drivstoff. Er en bil byttet, har den nye sitt eget nummer."),
    "vehicle_repeated": (_rows("Raden er lik en tidligere rad. Bilen er regnet én gang.", "{n} rader er like tidligere rader. Hver bil er regnet én gang."), "Ta bort de doble radene hvis de ikke skal være der."),
    "plate_on_several_rows": (_rows("Bilen står på flere rader. Den er regnet som én bil.", "Bilen står på {n} rader. Den er regnet som én bil, og turer og km er lagt sammen."), "Kontroller at radene gjelder ulike perioder eller oppdrag."),
    "plate_personal": (_rows("Dette ligner et personlig kjennemerke.", "{n} kjennemerker ligner personlige kjennemerker."), "Skriv det ordinære registreringsnummeret fra vognkortet hvis dere har det."),
    "plate_letters": (_rows("Bokstavene brukes ikke i vanlige norske registreringsnumre.", "{n} registreringsnumre har bokstaver som ikke brukes i vanlige norske numre."), "Kontroller mot vognkortet."),
    "gas_without_origin": (_rows("«Gass» er regnet som naturgass.", "{n} rader sier bare «gass» og er regnet som naturgass."), "Skriv biogass hvis bilen går på biogass. Da trengs dokumentasjon for perioden."),
    "buyer_km_above_total": (_rows("Km for kommunen er høyere enn km totalt.", "{n} rader har flere km for kommunen enn totalt."), "Kontroller de to tallene."),
    "to_before_from": (_rows("Til-datoen er før fra-datoen.", "{n} rader har en til-dato før fra-datoen."), "Rett datoene."),
    "not_in_period": (_rows("Bilen var ikke i bruk i perioden, etter datoene på raden.", "{n} biler var ikke i bruk i perioden, etter datoene på radene."), "Kontroller datoene, eller ta bort radene."),
    # Charging sessions
    "end_before_start": (_rows("Økta slutter før den starter og er ikke regnet med.", "{n} økter slutter før de starter og er ikke regnet med."), "Rett tidene, eller hent eksporten på nytt."),
    "session_repeated": (_rows("Økta står i filen før og er regnet én gang.", "{n} økter står i filen fra før og er regnet én gang."), "Ingenting, hvis eksporten ble hentet dobbelt."),
    "session_id_reused": (_rows("Øktnummeret står på flere rader med ulikt innhold. Alle er regnet med.", "Øktnumre står på flere rader med ulikt innhold ({n} rader). Alle er regnet med."), "Kontroller at økter ikke er delt eller rettet i ettertid."),
    "without_end": (_rows("Økta mangler sluttid. Energien er regnet med.", "{n} økter mangler sluttid. Energien er regnet med."), "Forklar kort hvorfor, eller hent eksporten på nytt når øktene er avsluttet."),
    "overlap": (_rows("Økta starter før den forrige til samme bruker var slutt.", "{n} økter starter før den forrige til samme bruker var slutt."), "Forklar kort, for eksempel at to biler deler brikke."),
    "over_72h": (_rows("Bilen sto tilkoblet i mer enn 72 timer.", "{n} ganger sto bilen tilkoblet i mer enn 72 timer."), "Ingenting, hvis bilen sto parkert. Forklar gjerne kort."),
    "power_unlikely": (_rows("Energien er høyere enn en lader kan gi på den tida.", "{n} økter har mer energi enn en lader kan gi på den tida."), "Kontroller om tallet er Wh, eller om tidene er riktige."),
    "energy_unlikely": (_rows("Energien er høyere enn en bil kan ta imot i én økt.", "{n} økter har mer energi enn en bil kan ta imot i én økt."), "Kontroller om tallet er Wh."),
    "energy_zero": (_rows("Økta har 0 kWh.", "{n} økter har 0 kWh."), "Ingenting."),
    "duration_differs": (_rows("Oppgitt varighet stemmer ikke med start og slutt.", "For {n} økter stemmer ikke oppgitt varighet med start og slutt."), "Ingenting. Start og slutt er brukt."),
    "outside_period": (
        _rows("Økta er utenfor perioden (etter sluttid, ellers starttid). Den er med i tallene for filen, men teller ikke i perioden.", "{n} økter er utenfor perioden (etter sluttid, ellers starttid). De er med i tallene for filen, men teller ikke i perioden."),
        "Ingenting, hvis filen dekker mer enn perioden.",
    ),
}


class _Params(dict[str, Any]):
    """Parameters of a finding; one that an older reading did not record is left out of the sentence."""

    def __missing__(self, name: str) -> str:
        return "…"


def render(finding: Finding, locale: str = "nb") -> tuple[str, str]:
    """The finding as (what it is, what to do). Bokmål in every locale until the others are translated.

    Raises KeyError for an unknown code: the codes are a closed list, also in the JSON Schema.
    """
    message, fix = NB[finding.code]
    params = _Params(finding.params, n=len(finding.rows) if finding.rows is not None else 1)
    return _said(message, params), _said(fix, params)


def _said(words: str | Callable[[dict[str, Any]], str], params: dict[str, Any]) -> str:
    return words(params) if callable(words) else words.format_map(params)
