"""Kontroll: the queue, the case, and what the controller does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Response, flash, g, request, send_file

from portal.deviations import access as deviation_access
from portal.evidence import access as evidence_access
from portal.foundation import clock, web
from portal.foundation.actor import Actor
from portal.foundation.errors import Invalid
from portal.foundation.i18n import _
from portal.journal import access as journal_access
from portal.reporting.models import Submission
from portal.review import access, forms, service
from portal.review.rules import RulingValue

views = web.staff_views("review")

ROWS_PER_PAGE = 50
HISTORY_SHOWN = 30
RETURN_DAYS = 14
"""How long a supplier gets when a question is returned, unless the controller says otherwise."""


@views.get("/kontroll")
def queue() -> Response:
    """The reports that wait, with how each requirement came out."""
    show = request.args.get("vis", "venter")
    show = show if show in access.QUEUES else "venter"
    page = max(request.args.get("side", 1, type=int), 1)
    rows, count = access.queue(web.current_actor(), show, page)
    return web.page("review/queue.html", rows=rows, count=count, show=show, page=page, pages=max(1, -(-count // access.PER_PAGE)))


@views.get("/kontroll/<questionnaire_id>")
def case(questionnaire_id: str) -> Response:
    """One report with verdicts, answers, evidence, what was agreed and what changed. `?innsending=1` shows an earlier one."""
    return _case(questionnaire_id)


@views.post("/kontroll/<questionnaire_id>/krav/<pin_id>")
def rule(questionnaire_id: str, pin_id: str) -> Response:
    """Decide about one requirement."""

    def deed(actor: Actor, submission: Submission, typed: Mapping[str, str]) -> None:
        service.rule(actor, submission, pin_id, typed.get("value", ""), typed.get("reason", ""))

    return _take_step(questionnaire_id, deed, field=f"{{}}-{pin_id}", anchor=f"krav-{pin_id}")


@views.post("/kontroll/<questionnaire_id>/forslag")
def rule_as_proposed(questionnaire_id: str) -> Response:
    """Take the proposals for the requirements that have no ruling yet."""

    def deed(actor: Actor, submission: Submission, _typed: Mapping[str, str]) -> None:
        count = len(service.rule_as_proposed(actor, submission))
        flash(_("%(count)s krav er vurdert som foreslått.", count=count), "success")

    return _take_step(questionnaire_id, deed, anchor="avgjor")


@views.post("/kontroll/<questionnaire_id>/retur")
def return_to_supplier(questionnaire_id: str) -> Response:
    """«Vi trenger mer fra dere»."""

    def deed(actor: Actor, submission: Submission, typed: Mapping[str, str]) -> None:
        asked = forms.typed_return(typed)
        service.return_to_supplier(actor, submission, asked.comments, internal_note=asked.internal_note, due_on=asked.due_on)
        flash(_("Rapporten er sendt tilbake. Leverandøren får e-post om det dere trenger."), "success")

    return _take_step(questionnaire_id, deed)


@views.post("/kontroll/<questionnaire_id>/godkjenn")
def approve(questionnaire_id: str) -> Response:
    """Approve the whole report."""

    def deed(actor: Actor, submission: Submission, _typed: Mapping[str, str]) -> None:
        service.approve(actor, submission)
        flash(_("Rapporten er godkjent. Avtalens krav gjelder fortsatt."), "success")

    return _take_step(questionnaire_id, deed)


@views.post("/kontroll/<questionnaire_id>/notat")
def remark(questionnaire_id: str) -> Response:
    """An internal note, about the report or one requirement."""

    def deed(actor: Actor, submission: Submission, typed: Mapping[str, str]) -> None:
        service.remark(actor, submission, text=typed.get("text", ""), pin_id=typed.get("pin") or None)

    return _take_step(questionnaire_id, deed, anchor="notater")


@views.get("/kontroll/<questionnaire_id>/dokumentasjon/<reading_id>")
def evidence(questionnaire_id: str, reading_id: str) -> Response:
    """What was read of a cited file, with the rows behind the figures; for those with a duty on the agreement."""
    actor = web.current_actor()
    questionnaire, reading = access.cited_reading(actor, questionnaire_id, reading_id)
    page = max(request.args.get("side", 1, type=int), 1)
    columns, rows, total = evidence_access.rows_of(reading, page=page, per_page=ROWS_PER_PAGE)
    g.trace_subject = f"reading:{reading.id}"
    return web.page(
        "review/evidence.html",
        questionnaire=questionnaire,
        reading=reading,
        version=reading.evidence_version,
        findings=evidence_access.findings_of(reading),
        figures=evidence_access.figures_of(reading),
        columns=columns,
        rows=rows,
        total=total,
        page=page,
        pages=max(1, -(-total // ROWS_PER_PAGE)),
    )


@views.get("/kontroll/<questionnaire_id>/dokumentasjon/<reading_id>/fil")
def evidence_file(questionnaire_id: str, reading_id: str) -> Response:
    """The file as it was sent, as a download and never shown in the browser (DL-1)."""
    actor = web.current_actor()
    _questionnaire, reading = access.cited_reading(actor, questionnaire_id, reading_id)
    g.trace_subject = f"reading:{reading.id}"
    return send_file(
        evidence_access.open_cited_file(actor, reading),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=reading.evidence_version.file_name,
        etag=False,
    )


# ---------------------------------------------------------------- shared by the views above


def _case(questionnaire_id: str, errors: Mapping[str, str] | None = None) -> Response:
    """The page; with `errors` it was not stored, and what was typed stands there still."""
    actor = web.current_actor()
    shown = access.case_for(actor, questionnaire_id, request.args.get("innsending", type=int))
    return web.page(
        "review/case.html",
        422 if errors else 200,
        case=shown,
        may_raise=deviation_access.may_act(actor, shown.questionnaire.round.agreement),
        errors=errors or {},
        typed=request.form if errors else {},
        rulings=list(RulingValue),
        ruling_labels={ruling.value: ruling.label for ruling in RulingValue},
        due_on=clock.today() + timedelta(days=RETURN_DAYS),
        history=journal_access.history(actor, subject=("questionnaire", questionnaire_id), limit=HISTORY_SHOWN),
    )


def _take_step(
    questionnaire_id: str, deed: Callable[[Actor, Submission, Mapping[str, str]], None], *, field: str = "{}", anchor: str | None = None
) -> Response:
    """Do something to the submission that the form was about, and go back to the case. `field`: how the page names a field."""
    actor = web.current_actor()
    submission = access.submission_in_case(actor, questionnaire_id, request.form.get("submission", ""))
    try:
        deed(actor, submission, request.form)
    except Invalid as invalid:
        return _case(questionnaire_id, {field.format(name): message for name, message in invalid.errors.items()})
    return web.see_other("staff.review.case", questionnaire_id=questionnaire_id, _anchor=anchor)

