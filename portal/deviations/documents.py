"""A deviation in words: who holds the ball, what each step was, and how the plan's test came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.agreements.models import Pin
from portal.deviations.models import Deviation, DeviationEntry
from portal.deviations.rules import (
    EntryKind,
    PlanTest,
    ProofOutcome,
    Reason,
    State,
    days_left,
    holder,
    is_overdue,
)
from portal.evidence.kinds.plates import shown as plate_shown
from portal.foundation.actor import Actor
from portal.foundation.i18n import _, format_date, format_number, format_percent, list_words, text


@dataclass(frozen=True)
class Ball:
    """Who acts now and until when. `tone` is the card's colour."""

    title: str
    text: str
    tone: str


def requirement_title(pin: Pin) -> str:
    """What a pinned requirement is called: its code and title, or its own title."""
    version = pin.requirement_version
    return f"{version.requirement.code} {text(version.title)}" if version else pin.own_title


def ball(deviation: Deviation, actor: Actor, today: date) -> Ball:
    """Who holds the ball, said to the one who reads: the supplier is *dere*, and so is the municipality's own staff."""
    state, who = State(deviation.state), holder(deviation.state)
    if who == "nobody":
        how = _("på nye tall") if deviation.closed_on_data else _("med begrunnelse")
        return Ball(_("Avviket er lukket %(how)s", how=how), _("Lukket %(day)s. Avtalens krav gjelder fortsatt.", day=format_date(deviation.closed_at)), "success")
    mine = who == ("supplier" if actor.is_supplier else "buyer")
    name = _("dere") if mine else (_("kommunen") if actor.is_supplier else deviation.party.organisation.name)
    if state is State.DRAFT:
        return Ball(_("Utkastet venter på dere"), _("Leverandøren ser det ikke før det er sendt. Svarfristen i utkastet er %(day)s.", day=format_date(deviation.due_on)), "info")
    what = {
        State.SENT: _("Svaret skal ha årsak, tiltak og dato."),
        State.ANSWERED: _("Planen skal vurderes: godtas den, eller trengs det mer?"),
        State.PLAN_ACCEPTED: _("Planen er godtatt. Nå gjenstår det å vise at den er gjennomført."),
        State.PROVEN: _("Ny dokumentasjon består planens prøve. Avviket kan lukkes."),
        State.ESCALATED: _("Avviket er løftet til avtaleeier, som avgjør hva som skjer videre."),
    }[state]
    title = _("Nå er det %(name)s som skal gjøre noe", name=name)
    return Ball(title, f"{what} {_until(deviation.due_on, today)}".strip(), "warning" if is_overdue(deviation.due_on, today) else "info" if mine else "tinted")


def _until(due_on: date | None, today: date) -> str:
    if due_on is None:
        return ""
    left = days_left(due_on, today)
    if left < 0:
        return _("Fristen var %(day)s, og klokka går fortsatt.", day=format_date(due_on))
    if left == 0:
        return _("Fristen er i dag.")
    if left == 1:
        return _("Fristen er i morgen, %(day)s.", day=format_date(due_on))
    return _("Fristen er %(day)s, om %(left)s dager.", day=format_date(due_on), left=left)


def holder_words(deviation: Deviation, actor: Actor) -> str:
    """One or two words for a table: who holds the ball."""
    who = holder(deviation.state)
    if who == "nobody":
        return _("ingen")
    if who == "supplier":
        return _("dere") if actor.is_supplier else _("leverandøren")
    return _("kommunen")


def entry_title(entry: DeviationEntry) -> str:
    """What the step was."""
    return {
        EntryKind.RAISED: _("Utkast opprettet"),
        EntryKind.SENT: _("Avviket ble sendt"),
        EntryKind.ANSWERED: _("Leverandøren svarte"),
        EntryKind.PLAN_ACCEPTED: _("Planen ble godtatt"),
        EntryKind.PLAN_NOT_ACCEPTED: _("Kommunen ba om ny plan"),
        EntryKind.EVIDENCE: _("Dokumentasjon lagt ved"),
        EntryKind.TESTED: _("Dokumentasjonen ble prøvd mot planen"),
        EntryKind.ESCALATED: _("Avviket ble løftet til avtaleeier"),
        EntryKind.CLOSED: _("Avviket ble lukket"),
        EntryKind.NOTE: _("Internt notat"),
    }[EntryKind(entry.kind)]


def entry_details(entry: DeviationEntry, *, with_plates: bool = True) -> list[str]:
    """The step's own words, one paragraph each. `with_plates` as for `proof_sentences`."""
    params, kind = entry.params, EntryKind(entry.kind)
    due = [_("Frist: %(day)s", day=_day(params["due_on"]))] if params.get("due_on") else []
    if kind is EntryKind.SENT:
        return [params["facts"], *due]
    if kind is EntryKind.ANSWERED:
        return [
            _("Årsak: %(text)s", text=params["cause"]),
            _("Tiltak: %(text)s", text=params["action"]),
            _("Ferdig: %(day)s", day=_day(params["done_by"])),
        ]
    if kind is EntryKind.PLAN_ACCEPTED:
        return [*([test_sentence(PlanTest.from_json(params["test"]))] if params.get("test") else []), *due]
    if kind is EntryKind.PLAN_NOT_ACCEPTED:
        return [params["reason"], *due]
    if kind is EntryKind.EVIDENCE:
        if params.get("applies_on"):
            return [_("%(file)s, gjelder %(day)s", file=params["file_name"], day=_day(params["applies_on"]))]
        return [str(params["file_name"])]
    if kind is EntryKind.TESTED:
        return proof_sentences(ProofOutcome.from_json(params), with_plates=with_plates)
    if kind is EntryKind.CLOSED:
        ground = _("Lukket på nye tall.") if params["on_data"] else _("Lukket med begrunnelse.")
        return [ground, *([params["reason"]] if params["reason"] else [])]
    if kind is EntryKind.NOTE:
        return [params["text"]]
    return due


def test_sentence(test: PlanTest) -> str:
    """The plan's test: what a new list must show, and from which day."""
    what = {
        "share_vehicles_zero_emission": _("av bilene på lista skal være nullutslipp"),
        "share_maxi_zero_emission": _("av storbilene og rullestolbilene på lista skal være nullutslipp"),
    }[test.metric]
    return _("Slik vises det: %(how_much)s %(what)s, på en kjøretøyliste som gjelder %(day)s eller senere.", how_much=_wanted(test.operator, test.value), what=what, day=format_date(test.as_of))


def proof_headline(outcome: ProofOutcome | None) -> str:
    if outcome is None:
        return _("Ikke prøvd ennå")
    if outcome.passed is None:
        return _("Må ses på av kommunen")
    return _("Består planens prøve") if outcome.passed else _("Består ikke planens prøve ennå")


def proof_sentences(outcome: ProofOutcome, *, with_plates: bool = True) -> list[str]:
    """Why the test came out as it did, the figure first. Without plates for staff who may see figures but no rows."""
    return [_reason(reason) for reason in outcome.reasons if with_plates or "plates" not in reason.params]


def _reason(reason: Reason) -> str:
    params = reason.params
    if reason.code == "counted":
        what = {
            "share_vehicles_zero_emission": _("biler er nullutslipp"),
            "share_maxi_zero_emission": _("storbiler og rullestolbiler er nullutslipp"),
        }[params["metric"]]
        return _("Lista per %(day)s: %(part)s av %(all)s %(what)s.", day=_day(params["applies_on"]), part=format_number(params["numerator"]), all=format_number(params["denominator"]), what=what)
    if reason.code == "test":
        return _("Planens prøve: %(how_much)s.", how_much=_wanted(params["operator"], params["value"]))
    if reason.code == "too_early":
        if not params["applies_on"]:
            return _("Lista sier ikke hvilken dag den gjelder. Den må gjelde %(day)s eller senere.", day=_day(params["as_of"]))
        return _("Lista gjelder %(day)s. Ny lista må gjelde planens dato eller senere: %(as_of)s.", day=_day(params["applies_on"]), as_of=_day(params["as_of"]))
    if reason.code == "remaining":
        return _("Ikke nullutslipp: %(plates)s.", plates=_plates(params))
    if reason.code == "two_fuels":
        return _("Står med to ulike drivstoff, og er ikke regnet med: %(plates)s.", plates=_plates(params))
    if reason.code == "stopped_rows":
        return _("%(rows)s opplysninger i filen kunne ikke leses, så kommunen må se på den.", rows=format_number(params["rows"]))
    if reason.code == "fewer_vehicles":
        return _("Lista har %(now)s biler. Lista i rapporten hadde %(before)s.", now=format_number(params["now"]), before=format_number(params["before"]))
    if reason.code == "nothing_to_count":
        return _("Lista har ingen biler som kan telles for denne prøven.")
    if reason.code == "other_kind":
        return _("Filen er ikke en kjøretøyliste.")
    return _("Filen kan ikke leses ennå. Last opp en ny.")


def _wanted(operator: str, value: float) -> str:
    share = format_percent(value)
    if operator == "<=":
        return _("høyst %(share)s", share=share)
    return share if value >= 100 else _("minst %(share)s", share=share)


def _plates(params: dict[str, Any]) -> str:
    return list_words([plate_shown(plate) for plate in params["plates"]])


def _day(written: str) -> str:
    return format_date(date.fromisoformat(written))
