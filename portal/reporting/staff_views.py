"""Reporting as the municipality leads it: rounds are planned, previewed as the supplier will see them, and opened."""

from __future__ import annotations

from flask import Response, flash, request

from portal.agreements import access as agreement_access
from portal.agreements.models import Agreement
from portal.foundation import clock, web
from portal.foundation.errors import Invalid
from portal.foundation.i18n import ngettext
from portal.reporting import access, documents, service
from portal.reporting.forms import DAYS, RoundForm, suggested_round
from portal.reporting.models import Round
from portal.reporting.rules import RoundState, estimated_minutes

views = web.staff_views("reporting")


@views.get("/avtaler/<agreement_id>/runder")
def rounds(agreement_id: str) -> Response:
    """The agreement's periods, and a form to plan the next one, filled in with what is usual."""
    actor = web.current_actor()
    agreement = agreement_access.agreement_for(actor, agreement_id)
    every = access.rounds_of(agreement)
    last = (every[0].period_from, every[0].period_to) if every else None
    return _rounds(agreement, every, suggested_round(clock.today(), last, (agreement.starts_on, agreement.ends_on)))


@views.post("/avtaler/<agreement_id>/runder")
def plan(agreement_id: str) -> Response:
    actor = web.current_actor()
    agreement = agreement_access.agreement_for(actor, agreement_id)
    form = RoundForm(request.form)
    errors = form.unreadable
    if not errors:
        try:
            planned = service.plan_round(actor, agreement, label=form.label.data or "", **{name: day for name, day in form.days.items() if day})
            return web.see_other("staff.reporting.round", round_id=planned.id)
        except Invalid as invalid:
            errors = invalid.errors
    typed = {name: form[name].data for name in ("label", *DAYS)}
    return _rounds(agreement, access.rounds_of(agreement), typed, errors, 422)


@views.get("/runder/<round_id>")
def round(round_id: str) -> Response:
    """One period: who is asked, what is due and what is not, and how far each has come."""
    return _round(access.round_for(web.current_actor(), round_id))


@views.post("/runder/<round_id>/apne")
def open_round(round_id: str) -> Response:
    actor = web.current_actor()
    planned = access.round_for(actor, round_id)
    try:
        made = service.open_round(actor, planned)
    except Invalid as invalid:
        return _round(access.round_for(actor, round_id), invalid.errors, 422)
    flash(ngettext("Rapporteringen er åpnet, og leverandøren har fått invitasjonen.", "Rapporteringen er åpnet, og %(num)d leverandører har fått invitasjonen.", len(made)), "success")
    return web.see_other("staff.reporting.round", round_id=round_id)


@views.get("/runder/<round_id>/skjema/<party_id>")
def preview(round_id: str, party_id: str) -> Response:
    """The questionnaire as this supplier will see it, made from the pins as they are now. Nothing is stored."""
    actor = web.current_actor()
    planned = access.round_for(actor, round_id)
    party = agreement_access.party_for(actor, planned.agreement, party_id)
    contents = access.planned_contents(planned, party)
    return web.page(
        "reporting/questionnaire.html",
        **documents.questionnaire_page(planned, contents, due_on=planned.due_on),
        questionnaire=None,
        party=party,
        preview=True,
        editable=False,
        errors={},
        gaps_told=False,
    )


def _rounds(agreement: Agreement, every: list[Round], typed: dict[str, object], errors: dict[str, str] | None = None, status: int = 200) -> Response:
    may_lead = agreement_access.may_decide(web.current_actor(), agreement)
    return web.page("reporting/rounds.html", status, agreement=agreement, rounds=every, typed=typed, errors=errors or {}, may_lead=may_lead)


def _round(found: Round, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    actor = web.current_actor()
    agreement = found.agreement
    parties = [party for party in agreement_access.parties_of(agreement) if party.role == "supplier"]
    pins = agreement_access.pins_of(agreement)
    plans = {party.id: access.planned_for(found, party, pins) for party in parties}
    _questions, due, not_due = next(iter(plans.values()), ([], [], []))
    return web.page(
        "reporting/round.html",
        status,
        round=found,
        agreement=agreement,
        parties=parties,
        plans={party_id: (sum(q.kind != "explanation" for q in questions), estimated_minutes(q.kind for q in questions)) for party_id, (questions, _due, _not) in plans.items()},
        due=due,
        not_due=not_due,
        questionnaires={q.party_id: q for q in access.questionnaires_of_agreement(agreement) if q.round_id == found.id},
        may_lead=agreement_access.may_decide(actor, agreement),
        may_open=found.state == RoundState.PLANNED and agreement.state == "running",
        frequencies=documents.FREQUENCIES,
        errors=errors or {},
        today=clock.today(),
    )
