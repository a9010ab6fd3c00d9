"""The municipality's side: raise, send, take a stand on the plan, see the proof, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from flask import Response, flash, g, request

from portal.agreements import access as agreements
from portal.deviations import access, documents, forms, service
from portal.deviations.models import Deviation
from portal.deviations.rules import (
    SEVERITY_LABELS,
    EntryKind,
    PlanTest,
    State,
    buyers_date,
    may_move,
    notice_clock,
)
from portal.evidence import access as evidence
from portal.foundation import clock, web
from portal.foundation.actor import Actor
from portal.foundation.errors import Invalid, NotAllowed
from portal.foundation.i18n import _
from portal.journal import access as journal
from portal.reporting import access as reporting
from portal.verification import access as verification
from portal.verification import documents as verdicts

views = web.staff_views("deviations")

SHOWN = ("open", "ours", "theirs", "late", "closed")
ROWS_PER_PAGE = 50


@views.get("/avvik")
def index() -> Response:
    """One page of the municipality's deviations; what is due first stands at the top."""
    actor = web.current_actor()
    show = request.args.get("vis", "open")
    show = show if show in SHOWN else "open"
    page = max(request.args.get("side", 1, type=int), 1)
    counts = access.count_deviations(actor)
    return web.page(
        "deviations/index.html",
        deviations=access.deviations_of(actor, show=show, page=page),
        show=show,
        counts=counts,
        page=page,
        pages=max(1, -(-counts[show] // access.PER_PAGE)),
        today=clock.today(),
        words=documents,
    )


@views.get("/avvik/nytt")
def new() -> Response:
    """The form for a new deviation, filled in from the verdict of the report (`?rapport=…&krav=…`)."""
    return _new_page({}, {})


@views.post("/avvik/nytt")
def raise_deviation() -> Response:
    actor = web.current_actor()
    questionnaire = reporting.questionnaire_for(actor, request.args.get("rapport", ""))
    pin = agreements.pin_for(actor, questionnaire.party.agreement_id, request.args.get("krav", ""))
    typed = request.form
    try:
        made = service.raise_deviation(
            actor,
            submission=reporting.latest_submission(questionnaire),
            pin=pin,
            severity=typed.get("severity", ""),
            facts=typed.get("facts", ""),
            due_on=forms.required_day(typed, "due_on"),
            internal_note=typed.get("internal_note", ""),
            facts_known_on=forms.optional_day(typed, "facts_known_on"),
        )
    except Invalid as invalid:
        return _new_page(invalid.errors, typed)
    flash(_("Utkastet %(number)s er lagret. Leverandøren ser det ikke før du sender det.", number=made.number), "success")
    return web.see_other("staff.deviations.deviation", deviation_id=made.id)


@views.get("/avvik/<deviation_id>")
def deviation(deviation_id: str) -> Response:
    return _shown(access.deviation_for(web.current_actor(), deviation_id))


@views.post("/avvik/<deviation_id>/utkast")
def change_draft(deviation_id: str) -> Response:
    """Save the draft, and send it when the other button was pressed."""

    def deed(actor: Actor, found: Deviation, typed: Mapping[str, str]) -> str:
        service.change_draft(
            actor,
            found,
            severity=typed.get("severity", ""),
            facts=typed.get("facts", ""),
            due_on=forms.required_day(typed, "due_on"),
            internal_note=typed.get("internal_note", ""),
            seen=forms.seen_version(typed),
        )
        if typed.get("deed") != "send":
            return _("Utkastet er lagret.")
        service.send(actor, found)
        return _("Avviket er sendt til leverandøren.")

    return _take_step(deviation_id, deed)


@views.post("/avvik/<deviation_id>/plan")
def accept_plan(deviation_id: str) -> Response:
    def deed(actor: Actor, found: Deviation, typed: Mapping[str, str]) -> str:
        test = forms.plan_test(typed)
        service.accept_plan(actor, found, plan_test=test, due_on=forms.optional_day(typed, "proof_due_on"), seen=forms.seen_version(typed))
        return _("Planen er godtatt. Leverandøren får beskjed.")

    return _take_step(deviation_id, deed)


@views.post("/avvik/<deviation_id>/ny-plan")
def reject_plan(deviation_id: str) -> Response:
    def deed(actor: Actor, found: Deviation, typed: Mapping[str, str]) -> str:
        service.reject_plan(actor, found, reason=typed.get("reason", ""), due_on=forms.required_day(typed, "due_on"), seen=forms.seen_version(typed))
        return _("Leverandøren er bedt om en ny plan.")

    return _take_step(deviation_id, deed)


@views.post("/avvik/<deviation_id>/loft")
def escalate(deviation_id: str) -> Response:
    def deed(actor: Actor, found: Deviation, typed: Mapping[str, str]) -> str:
        try:
            service.escalate(actor, found, typed.get("escalation", ""), seen=forms.seen_version(typed))
        except Invalid as invalid:
            raise Invalid({"escalation": invalid.message}) from None
        return _("Avviket er løftet til avtaleeier.")

    return _take_step(deviation_id, deed)


@views.post("/avvik/<deviation_id>/lukk")
def close(deviation_id: str) -> Response:
    def deed(actor: Actor, found: Deviation, typed: Mapping[str, str]) -> str:
        try:
            service.close(actor, found, reason=typed.get("closing", ""), seen=forms.seen_version(typed))
        except Invalid as invalid:
            raise Invalid({"closing": invalid.message}) from None
        return _("Avviket er lukket. Avtalens krav gjelder fortsatt.")

    return _take_step(deviation_id, deed)


@views.post("/avvik/<deviation_id>/notat")
def add_note(deviation_id: str) -> Response:
    def deed(actor: Actor, found: Deviation, typed: Mapping[str, str]) -> str:
        service.add_note(actor, found, typed.get("note", ""))
        return _("Notatet er lagret. Leverandøren ser det ikke.")

    return _take_step(deviation_id, deed)


@views.get("/avvik/<deviation_id>/dokumentasjon/<reading_id>")
def rows(deviation_id: str, reading_id: str) -> Response:
    """The rows behind a proof, for those with a duty on the agreement and for auditors."""
    actor = web.current_actor()
    found = access.deviation_for(actor, deviation_id)
    proof = access.proof_for(actor, found, reading_id)
    assert proof.reading is not None
    g.trace_subject = f"reading:{proof.reading.id}"
    page = max(request.args.get("side", 1, type=int), 1)
    headings, cells, total = evidence.rows_of(proof.reading, page, ROWS_PER_PAGE)
    return web.page(
        "deviations/rows.html",
        deviation=found,
        proof=proof,
        headings=headings,
        rows=cells,
        total=total,
        page=page,
        pages=max(1, -(-total // ROWS_PER_PAGE)),
        findings=evidence.findings_of(proof.reading, limit=50),
        figures=evidence.figures_of(proof.reading),
        words=documents,
    )


Deed = Callable[[Actor, Deviation, Mapping[str, str]], str]


def _take_step(deviation_id: str, deed: Deed) -> Response:
    """Do one thing and say what was done; what could not be stored is shown again, with everything typed."""
    actor = web.current_actor()
    found = access.deviation_for(actor, deviation_id)
    try:
        told = deed(actor, found, request.form)
    except Invalid as invalid:
        return _shown(access.deviation_for(actor, deviation_id), invalid.errors, request.form)
    flash(told, "success")
    return web.see_other("staff.deviations.deviation", deviation_id=found.id)


def _shown(found: Deviation, errors: dict[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    actor, today = web.current_actor(), clock.today()
    entries = access.entries_of(actor, found)
    answer = next((entry for entry in reversed(entries) if entry.kind == EntryKind.ANSWERED), None)
    powers = access.powers_of(actor, found)
    return web.page(
        "deviations/deviation.html",
        422 if errors else 200,
        deviation=found,
        entries=entries,
        proofs=access.evidence_of(found),
        answer=answer,
        test=PlanTest.from_json(found.plan_test) if found.plan_test else None,
        may_act=powers.may_act,
        may_open_evidence=powers.may_open_evidence,
        may_move=lambda then: may_move(found.state, State(then)),
        ball=documents.ball(found, actor, today),
        notice=notice_clock(found.facts_known_on, found.pin.notice_days, today),
        notices=journal.notices_about(actor, ("deviation", found.id)),
        severities=list(SEVERITY_LABELS.items()),
        suggested_as_of=date.fromisoformat(answer.params["done_by"]) if answer else None,
        suggested_due_on=buyers_date(today),
        errors=errors or {},
        typed=typed or {},
        today=today,
        words=documents,
    )


def _new_page(errors: dict[str, str], typed: Mapping[str, str]) -> Response:
    actor = web.current_actor()
    questionnaire = reporting.questionnaire_for(actor, request.args.get("rapport", ""))
    pin = agreements.pin_for(actor, questionnaire.party.agreement_id, request.args.get("krav", ""))
    if not access.may_act(actor, pin.agreement):
        raise NotAllowed(_("Bare kontrolløren, stedfortrederen eller kontraktsforvalteren på avtalen kan opprette avvik."))
    submission = reporting.latest_submission(questionnaire)
    assessment = verification.recorded(submission)
    verdict = next((found for found in assessment.verdicts if found.pin_id == pin.id), None) if assessment else None
    found_out = " ".join(verdicts.sentence(part) for part in verdict.parts) if verdict else ""
    return web.page(
        "deviations/new.html",
        422 if errors else 200,
        questionnaire=questionnaire,
        pin=pin,
        facts=found_out,
        severities=list(SEVERITY_LABELS.items()),
        usual=pin.requirement_version.usual_severity if pin.requirement_version else "minor",
        suggested_due_on=buyers_date(clock.today()),
        others=access.deviations_about(actor, [submission.id]),
        errors=errors,
        typed=typed,
        today=clock.today(),
        words=documents,
    )
