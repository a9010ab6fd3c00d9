"""Why a verdict is as it is, in plain words: what stands in the way, and what can be done about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.evidence.kinds import KINDS
from portal.foundation.i18n import _, format_date, list_words, text
from portal.verification.documents.sentences import plate
from portal.verification.metrics import Reason


def reason_words(reason: Reason, *, with_plates: bool = True) -> str:
    """The reason as a sentence or two. `with_plates` False names no vehicle. Raises KeyError for an unknown code."""
    return _WORDS[reason.code](_Told(reason.params, with_plates))


class _Told:
    """A reason's parameters, written."""

    def __init__(self, params: dict[str, Any], with_plates: bool) -> None:
        self._params = params
        self._with_plates = with_plates

    def __getitem__(self, name: str) -> str:
        return str(self._params.get(name) or "")

    @property
    def kind(self) -> str:
        kind = KINDS.get(self["kind"])
        return text(dict(kind.name)).lower() if kind else _("dokumentasjonen")

    @property
    def files(self) -> str:
        return list_words([f"«{name}»" for name in self._params.get("files") or ()])

    @property
    def plates(self) -> str:
        plates = self._params.get("plates") or []
        if not plates:
            return _("alle bilene")
        return list_words([plate(each) for each in plates]) if self._with_plates else _("%(count)s biler", count=len(plates))

    def day(self, name: str) -> str:
        return format_date(date.fromisoformat(self[name]))


_WORDS = {
    "no_answer": lambda told: _("Spørsmålet er ikke besvart ennå."),
    "answer_unclear": lambda told: _("Svaret kan ikke leses ennå."),
    "cannot_provide": lambda told: _("Kan ikke skaffes, fordi: %(because)s", because=told["because"]),
    "own_wording": lambda told: _("Dette kravet har avtalens egne ord og vurderes av kontrolløren."),
    "not_asked": lambda told: _("Måltallet er ikke spurt om i denne perioden. Kontrolløren vurderer kravet."),
    "being_read": lambda told: _("Vi leser filen (%(kind)s). Resultatet kommer om litt.", kind=told.kind),
    "file_asks": lambda told: _("Vi må spørre om noe før %(files)s kan brukes. Svar på spørsmålet på filens side.", files=told.files),
    "file_unreadable": lambda told: _("%(files)s kan ikke leses ennå. Last opp en fil som kan leses.", files=told.files),
    "other_dates": lambda told: _("%(files)s gjelder andre datoer enn perioden. Last opp en fil for perioden.", files=told.files),
    "no_file": lambda told: _("Last opp fil: %(kind)s.", kind=told.kind),
    "no_trips_column": lambda told: _("Kjøretøylista har ingen kolonne med turer. Legg til «Turer» og last opp lista på nytt."),
    "trips_missing": lambda told: _("Disse bilene mangler tall på turer: %(plates)s. Skriv 0 der bilen ikke har kjørt.", plates=told.plates),
    "no_maxi_column": lambda told: _("Kjøretøylista sier ikke hvilke biler som er storbil eller rullestolbil. Legg til en kolonne med ja eller nei."),
    "maxi_untold": lambda told: _("Lista sier ikke om disse er storbil eller rullestolbil, så de er ikke regnet med: %(plates)s.", plates=told.plates),
    "two_fuels": lambda told: _("Disse bilene står med to ulike drivstoff og er ikke regnet med: %(plates)s.", plates=told.plates),
    "not_by_part": lambda told: _("Kravet endrer seg inne i perioden, og turene i lista kan ikke deles på datoer. Kontrolløren vurderer kravet."),
    "no_vehicles": lambda told: _("Lista har ingen biler som var i bruk i perioden."),
    "nothing_to_count": lambda told: _("Ingen biler på lista er av det slaget kravet gjelder (0 av 0)."),
    "not_in_force": lambda told: _("Kravet begynner å gjelde %(day)s.", day=told.day("from")),
    "no_threshold": lambda told: _("Avtalen har ingen grense for dette kravet. Kontrolløren vurderer det."),
    "exemption_noted": lambda told: _(
        "%(approver)s har gitt fritak for %(plates)s til %(day)s. Det er noe annet enn et unntak fra avtalen, og endrer ikke resultatet.",
        approver=told["approver"], plates=told.plates, day=told.day("to"),
    ),
    "waiver": lambda told: _(
        "Kommunen har gitt unntak for %(plates)s fra %(first)s til %(last)s, godkjent av %(approver)s.",
        plates=told.plates, first=told.day("from"), last=told.day("to"), approver=told["approver"],
    ),
    "waiver_too_narrow": lambda told: _(
        "Kommunens unntak til %(last)s gjelder %(plates)s. Uten dem er kravet likevel ikke nådd.", plates=told.plates, last=told.day("to")
    ),
    "waiver_not_whole_part": lambda told: _(
        "Kommunens unntak for %(plates)s gjelder bare fra %(first)s til %(last)s, ikke hele perioden.",
        plates=told.plates, first=told.day("from"), last=told.day("to"),
    ),
    "waiver_over": lambda told: _("Kommunens unntak for %(plates)s gikk ut %(last)s.", plates=told.plates, last=told.day("to")),
}  # fmt: skip

CODES = frozenset(_WORDS)
"""Every reason that has words."""
