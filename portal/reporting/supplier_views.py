"""The supplier's reports: what is asked, the questionnaire, files to it, sending in, and the receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

from flask import Response, flash, g, request

from portal.deviations import access as deviation_access
from portal.evidence import access as evidence_access
from portal.foundation import clock, web
from portal.foundation.actor import Actor
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.i18n import _
from portal.reporting import access, documents, service
from portal.reporting.access import Contents
from portal.reporting.forms import typed_answers
from portal.reporting.models import Questionnaire
from portal.reporting.rules import QuestionnaireState, is_locked
from portal.verification import access as verification_access
from portal.verification.rules import Assessment

views = web.supplier_views("reporting")

SAVED = "answer-saved"  # the regions that depend on the answers listen for this event
PAST_SHOWN = 20


@views.get("/")
def index() -> Response:
    """What is asked of me, until when, how long it takes; then what comes, what waits, and what is finished."""
    actor = web.current_actor()
    every = access.questionnaires_of(actor)
    now = clock.now()
    mine = [q for q in every if QuestionnaireState(q.state).is_with_supplier]
    to_do = [q for q in mine if not is_locked(q.round.closes_on, q.due_on, now)]
    past = [q for q in every if q.state == QuestionnaireState.APPROVED] + [q for q in mine if q not in to_do]
    pages = max(1, -(-len(past) // PAST_SHOWN))
    page = min(max(request.args.get("side", 1, type=int), 1), pages)
    return web.page(
        "reporting/index.html",
        to_do=sorted(to_do, key=lambda q: (q.state != QuestionnaireState.RETURNED, q.due_on, q.id)),
        minutes=access.minutes_of(to_do),
        planned=access.planned_rounds_of(actor),
        waiting=[q for q in every if q.state == QuestionnaireState.SUBMITTED],
        past=past[(page - 1) * PAST_SHOWN : page * PAST_SHOWN],
        page=page,
        pages=pages,
        deviations=deviation_access.waiting_for_supplier(actor),
        today=clock.today(),
    )


@views.get("/rapporter/<questionnaire_id>")
def questionnaire(questionnaire_id: str) -> Response:
    """The questionnaire. `?vist=` names the question a region is asked for; `?mangler=1` sums up what is missing."""
    found = access.questionnaire_for(web.current_actor(), questionnaire_id)
    if not QuestionnaireState(found.state).is_with_supplier:
        return web.see_other("supplier.reporting.receipt", questionnaire_id=found.id)
    contents = access.contents_of(found)
    return _shown(found, contents, shown_id=request.args.get("vist", ""))


@views.post("/rapporter/<questionnaire_id>/svar")
@web.repeatable
def save(questionnaire_id: str) -> Response:
    """Keep what was typed, as it was typed: one field when it is left, or all of them without script (decision 11)."""
    found = access.questionnaire_for(web.current_actor(), questionnaire_id)
    service.save_answers(web.current_actor(), found, typed_answers(request.form))
    if not request.args.get("vist"):
        flash(_("Svarene er lagret."), "success")
    return web.see_other("supplier.reporting.questionnaire", questionnaire_id=found.id, vist=request.args.get("vist"))


@views.post("/rapporter/<questionnaire_id>/dokumentasjon/<asked_id>")
@web.accepts_files(25)
def upload(questionnaire_id: str, asked_id: str) -> Response:
    """Receive a file and cite it where it was asked for. What is wrong with it is told there, and nothing of it is kept."""
    actor = web.current_actor()
    found = access.questionnaire_for(actor, questionnaire_id)
    asked = access.contents_of(found).entry(asked_id).asked
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid({"file": _("Velg en fil først.")})
        receipt = service.receive_and_cite(actor, asked, stream=sent.stream, file_name=sent.filename)
    except Invalid as invalid:
        found = access.questionnaire_for(actor, questionnaire_id)
        message = next(iter(invalid.errors.values()), invalid.message)
        return _shown(found, access.contents_of(found), status=422, shown_id=asked_id, errors={asked_id: message})
    if receipt.is_repeat:
        flash(_("Denne filen har dere sendt inn før. Her er det vi leste av den."), "info")
    return _back_to(questionnaire_id, asked_id)


@views.post("/rapporter/<questionnaire_id>/dokumentasjon/<asked_id>/bruk")
def reuse(questionnaire_id: str, asked_id: str) -> Response:
    """Cite a file that the supplier sent in before."""
    actor = web.current_actor()
    access.contents_of(access.questionnaire_for(actor, questionnaire_id)).entry(asked_id)
    if chosen := request.form.get("evidence", ""):
        service.cite(actor, access.asked_for(actor, asked_id), evidence_access.evidence_for(actor, chosen))
    return _back_to(questionnaire_id, asked_id)


@views.post("/rapporter/<questionnaire_id>/dokumentasjon/<asked_id>/<evidence_id>/fjern")
def remove(questionnaire_id: str, asked_id: str, evidence_id: str) -> Response:
    """Take a file out of the report; it stays in the library."""
    actor = web.current_actor()
    access.contents_of(access.questionnaire_for(actor, questionnaire_id)).entry(asked_id)
    service.uncite(actor, access.asked_for(actor, asked_id), evidence_access.evidence_for(actor, evidence_id))
    return _back_to(questionnaire_id, asked_id)


@views.post("/rapporter/<questionnaire_id>/send-inn")
def submit(questionnaire_id: str) -> Response:
    """Keep everything that stands in the form, then send in. What is missing is told on the page, and nothing is lost."""
    actor = web.current_actor()
    found = access.questionnaire_for(actor, questionnaire_id)
    if found.state == QuestionnaireState.SUBMITTED:
        return web.see_other("supplier.reporting.receipt", questionnaire_id=found.id)
    service.save_answers(actor, found, typed_answers(request.form))
    try:
        service.submit(actor, found, received_at=g.received_at)
    except Invalid:
        return web.see_other("supplier.reporting.questionnaire", questionnaire_id=found.id, mangler=1)
    return web.see_other("supplier.reporting.receipt", questionnaire_id=found.id)


@views.get("/rapporter/<questionnaire_id>/kvittering")
def receipt(questionnaire_id: str) -> Response:
    """What was sent in last, when, by whom, and the verdicts as they stand."""
    found = access.questionnaire_for(web.current_actor(), questionnaire_id)
    return _receipt(found, access.latest_submission(found).id)


@views.get("/rapporter/<questionnaire_id>/innsendt/<submission_id>")
def submission(questionnaire_id: str, submission_id: str) -> Response:
    """An earlier submission, as it was."""
    return _receipt(access.questionnaire_for(web.current_actor(), questionnaire_id), submission_id)


def _receipt(found: Questionnaire, submission_id: str) -> Response:
    sent = access.submissions_of(found)
    chosen = next((one for one in sent if one.id == submission_id), None)
    if chosen is None:
        raise NotFound()
    return web.page(
        "reporting/receipt.html",
        questionnaire=found,
        submission=chosen,
        submissions=sent,
        package=chosen.package,
        assessment=verification_access.of_submission(chosen),
        returned={again.asked_id: again.comment for again in access.returned_of(chosen)},
        units=documents.UNITS,
        day=date.fromisoformat,
    )


def _shown(
    found: Questionnaire, contents: Contents, *, status: int = 200, shown_id: str = "", errors: dict[str, str] | None = None
) -> Response:
    actor = web.current_actor()
    entry = contents.entry(shown_id) if shown_id else None
    response = web.page(
        "reporting/questionnaire.html",
        status,
        **documents.questionnaire_page(found.round, contents, due_on=found.due_on),
        questionnaire=found,
        editable=not is_locked(found.round.closes_on, found.due_on, clock.now()),
        entry=entry,
        errors=errors or {},
        gaps_told=bool(request.args.get("mangler")),
        assess=lambda: _verdicts(actor, found, contents),
        shelf=cache(lambda: evidence_access.library_of(actor)),
        may_submit=actor.may("submitter"),
    )
    if entry is not None and not entry.is_waiting:
        response.headers["HX-Trigger"] = SAVED
    return response


def _verdicts(actor: Actor, found: Questionnaire, contents: Contents) -> Assessment:
    """The verdicts as the draft stands; after a return only those of the requirements that were asked about again."""
    assessment = verification_access.live(actor, found, access.package_of(found, contents))
    shown = {pin.id for entry in contents.shown for pin in entry.asked.pins}
    return replace(assessment, verdicts=tuple(verdict for verdict in assessment.verdicts if verdict.pin_id in shown))


def _back_to(questionnaire_id: str, asked_id: str) -> Response:
    """To the question, wherever on the page it is."""
    return web.see_other("supplier.reporting.questionnaire", questionnaire_id=questionnaire_id, vist=asked_id, _anchor=f"sporsmal-{asked_id}")
