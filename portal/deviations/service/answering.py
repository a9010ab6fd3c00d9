"""The supplier's steps: answer with cause and plan, and send evidence that it is done."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from portal.deviations.models import Deviation, DeviationEvidence
from portal.deviations.rules import EntryKind, PlanTest, State, applies_too_early, buyers_date, may_send_evidence
from portal.deviations.service.steps import add_entry, gathered, record, take_turn, tell_municipality, words
from portal.evidence import access as evidence_access
from portal.evidence.models import Evidence
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.foundation.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.foundation.i18n import _, format_date


def respond(actor: Actor, deviation: Deviation, *, cause: str, action: str, done_by: date, seen: int | None = None) -> None:
    """The supplier's answer: why it happened, what is done about it, and when that is finished (`done_by`).

    Answering binds the firm, so it takes the role submitter. Raises NotAllowed, Invalid, WrongState, Conflict.
    """
    if actor.organisation_id != deviation.supplier_id or not actor.may("submitter"):
        raise NotAllowed(_("Bare den som svarer for leverandøren, kan sende svaret. Be en kollega med ansvar om å gjøre det."))
    written: dict[str, str] = {}

    def check(field: str, typed: str, missing: str) -> None:
        written[field] = words(field, typed, missing)

    gathered(
        lambda: check("cause", cause, _("Skriv kort hva som er årsaken.")),
        lambda: check("action", action, _("Skriv hva dere gjør for å rette det.")),
    )
    take_turn(deviation, seen, State.ANSWERED, yours=action)
    deviation.state = State.ANSWERED.value
    deviation.due_on = buyers_date(clock.today())
    entry = add_entry(actor, deviation, EntryKind.ANSWERED, cause=written["cause"], action=written["action"], done_by=done_by)
    record(actor, "deviation.answered", deviation, done_by=done_by)
    tell_municipality(deviation, "deviation_answered", entry, done_by=done_by)


def refuse_unfit(actor: Actor, deviation: Deviation, *, kind: str, applies_on: date | None) -> None:
    """Raise before a file is taken in when it could not be evidence here, so that nothing is stored half-way.

    A list must be about the plan's date or later (Invalid on `applies_on`); the deviation must be open (WrongState).
    """
    if actor.organisation_id != deviation.supplier_id or not actor.may("submitter", "contributor"):
        raise NotAllowed(_("Bare leverandøren selv kan legge ved dokumentasjon."))
    if not may_send_evidence(deviation.state):
        raise WrongState(_("Avviket tar ikke imot dokumentasjon nå. Last siden på nytt for å se hva som gjelder."))
    if deviation.plan_test is None:
        return
    test = PlanTest.from_json(deviation.plan_test)
    if kind != test.kind:
        raise Invalid({"file": _("Planen skal vises med en kjøretøyliste.")})
    if applies_too_early(test, applies_on):
        raise Invalid(
            {"applies_on": _("Ny lista må gjelde planens dato eller senere: %(day)s eller etter.", day=format_date(test.as_of))}
        )


def attach_evidence(actor: Actor, deviation: Deviation, evidence: Evidence) -> DeviationEvidence:
    """Let a piece of the supplier's own evidence stand for this deviation. The same one again changes nothing.

    Raises as `refuse_unfit`, and NotFound for somebody else's evidence.
    """
    if evidence.supplier_id != actor.organisation_id:
        raise NotFound()
    same = (DeviationEvidence.deviation_id == deviation.id, DeviationEvidence.evidence_id == evidence.id)
    if (known := db.session.scalar(select(DeviationEvidence).where(*same))) is not None and actor.organisation_id == deviation.supplier_id:
        return known
    take_turn(deviation, None, None)
    refuse_unfit(actor, deviation, kind=evidence.kind, applies_on=evidence.applies_from)
    sent = DeviationEvidence(deviation_id=deviation.id, evidence=evidence, sent_at=clock.now())
    db.session.add(sent)
    version = evidence_access.newest_version(evidence)
    add_entry(actor, deviation, EntryKind.EVIDENCE, file_name=version.file_name, applies_on=evidence.applies_from)
    record(actor, "deviation.evidence_sent", deviation, evidence=evidence.id, sha256=version.sha256)
    return sent
