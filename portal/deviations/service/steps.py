"""How every step is taken: one at a time, in a state that allows it, written down twice (entry and journal), and told by mail."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from portal.deviations import access
from portal.deviations.models import Deviation, DeviationEntry
from portal.deviations.rules import EntryKind, State, may_move
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Conflict, Invalid, NotAllowed, WrongState
from portal.foundation.i18n import _, format_datetime
from portal.journal import service as journal
from portal.journal.rules import plain

LONGEST_TEXT = 4000


def take_turn(deviation: Deviation, seen: int | None, then: State | None, *, yours: str = "") -> None:
    """Hold the row until the transaction is over, and see that nobody came first.

    `seen` is the version that the page was drawn from (None: the caller has just loaded it), `then` the state that the step
    leads to. Raises Conflict with who and when, WrongState when the state does not allow the step.
    """
    db.session.execute(select(Deviation.id).where(Deviation.id == deviation.id).with_for_update())
    db.session.refresh(deviation)
    if seen is not None and seen != deviation.version:
        raise Conflict(_came_first(deviation), yours=yours or None)
    if then is not None and not may_move(deviation.state, then):
        raise WrongState(_came_first(deviation))


def only_for_deciders(actor: Actor, deviation: Deviation) -> None:
    if actor.organisation_id != deviation.buyer_id or not access.may_act(actor, deviation.pin.agreement):
        raise NotAllowed(_("Bare kontrolløren, stedfortrederen eller kontraktsforvalteren på avtalen kan gjøre dette."))


def add_entry(actor: Actor, deviation: Deviation, kind: EntryKind, *, internal: bool = False, **params: Any) -> DeviationEntry:
    """One more step. Flushes."""
    last = db.session.scalar(select(func.max(DeviationEntry.no)).where(DeviationEntry.deviation_id == deviation.id))
    entry = DeviationEntry(
        deviation_id=deviation.id,
        no=(last or 0) + 1,
        kind=kind.value,
        params=plain(params),
        internal=internal,
        at=clock.now(),
        by=actor.person_id,
        by_name=actor.name,
        by_organisation=actor.organisation_name,
    )
    db.session.add(entry)
    # Also a step that leaves the card as it was gives it a new version: whoever has the old page open is told.
    flag_modified(deviation, "state")
    db.session.flush()
    return entry


def record(actor: Actor, verb: str, deviation: Deviation, **params: Any) -> None:
    journal.record(
        actor,
        verb,
        buyer_id=deviation.buyer_id,
        subject=("deviation", deviation.id),
        agreement_id=deviation.pin.agreement_id,
        number=deviation.number,
        **params,
    )


def tell_supplier(deviation: Deviation, template: str, entry: DeviationEntry, **params: Any) -> None:
    _tell(access.supplier_addresses(deviation), "leverandor", deviation, template, entry, params)


def tell_municipality(deviation: Deviation, template: str, entry: DeviationEntry, **params: Any) -> None:
    _tell(access.controller_addresses(deviation), "kommune", deviation, template, entry, params)


def words(field: str, typed: str, missing: str) -> str:
    """What was typed, trimmed and in NFC. Raises Invalid for nothing, too much, or control characters."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").strip())
    if not text:
        raise Invalid({field: missing})
    return allowed(field, text)


def allowed(field: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Invalid({field: _("Teksten er på %(length)s tegn. Grensen er %(most)s.", length=len(text), most=LONGEST_TEXT)})
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in text):
        raise Invalid({field: _("Teksten har tegn som ikke kan lagres. Skriv den på nytt uten å lime inn.")})
    return text


def gathered(*checks: Any) -> None:
    """Run every check and raise one Invalid with all their messages."""
    errors: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except Invalid as invalid:
            errors |= invalid.errors
    if errors:
        raise Invalid(errors)


def _came_first(deviation: Deviation) -> str:
    last = access.last_entry(deviation)
    if last is None:
        return _("Avviket er endret siden du åpnet siden. Last siden på nytt.")
    return _(
        "%(who)s var her først, %(when)s. Last siden på nytt for å se hva som gjelder nå. Det du gjorde, er ikke lagret.",
        who=last.by_name,
        when=format_datetime(last.at),
    )


def _tell(addresses: list[str], door: str, deviation: Deviation, template: str, entry: DeviationEntry, params: dict[str, Any]) -> None:
    agreement = deviation.pin.agreement
    for address in addresses:
        journal.notify(
            address,
            template,
            dedupe=f"{template}:{deviation.id}:{entry.no}:{address}"[:160],
            buyer_id=deviation.buyer_id,
            subject=("deviation", deviation.id),
            path=f"/{door}/avvik/{deviation.id}",
            number=deviation.number,
            agreement=f"{agreement.number} {agreement.title}",
            municipality=agreement.buyer.name,
            supplier=deviation.party.organisation.name,
            **params,
        )
