"""The supplier's shelf: sending files in, and seeing what was read of each."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

from flask import Response, flash, g, make_response, redirect, request, send_file, url_for

from portal.evidence import access, documents, service
from portal.evidence.forms import AS_OF, UploadForm
from portal.evidence.kinds import KINDS
from portal.evidence.models import Evidence, Reading
from portal.foundation import clock, web
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.i18n import _
from portal.foundation.storage import StorageError

log = logging.getLogger("kravsjekk.evidence")

views = web.supplier_views("evidence")

FINDINGS_SHOWN = 50
ROWS_PER_PAGE = 50
ROWS_NAMED = 12
HEADING_TROUBLE = ("no_header", "wrong_kind", "column_missing", "column_unclear")
ACCEPTED = ".xlsx,.xls,.ods,.csv,.txt"


@views.get("/dokumentasjon")
def index() -> Response:
    """The library, with the form to send a file in. `?slag=` chooses the kind beforehand."""
    chosen = request.args.get("slag", "")
    form = UploadForm(data={"kind": chosen if chosen in KINDS else "vehicle_list", "next": request.args.get("next", "")})
    return _library(form)


@views.post("/dokumentasjon")
@web.accepts_files(25)
def upload() -> Response:
    """Take a file in. What can be seen to be wrong at once is said at once, and nothing is kept of it."""
    form = UploadForm(request.form)
    sent = request.files.get("file")
    errors = {} if form.validate() else form.first_errors()
    if sent is None or not sent.filename:
        errors["file"] = _("Velg en fil først.")
    if errors or sent is None:
        return _library(form, errors)
    day = form.day(clock.today())
    try:
        receipt = service.receive_file(
            web.current_actor(),
            kind=form.kind.data,
            stream=sent.stream,
            file_name=sent.filename or "",
            applies_from=day,
            applies_to=day,
        )
    except Invalid as invalid:
        return _library(form, invalid.errors)
    if receipt.is_repeat:
        flash(_("Denne filen har dere sendt inn før. Her er det vi leste av den."), "info")
    here = url_for("supplier.evidence.evidence", evidence_id=receipt.evidence.id)
    return make_response(redirect(web.safe_next(form.next.data, here), 303))


@views.get("/dokumentasjon/<evidence_id>")
def evidence(evidence_id: str) -> Response:
    """What was read of one file. While it is checked the page asks again by itself."""
    return _shown(access.evidence_for(web.current_actor(), evidence_id))


@views.post("/dokumentasjon/<evidence_id>/svar")
def answer(evidence_id: str) -> Response:
    """The supplier says which column or way of writing is meant; the file is read again with that."""
    actor = web.current_actor()
    found = access.evidence_for(actor, evidence_id)
    reading = access.newest_reading(found)
    questions = access.questions_of(reading) if reading else []
    chosen = {question.name: request.form.get(question.name, "") for question in questions}
    unanswered = {
        question.name: _("Velg et svar: %(question)s", question=question.legend)
        for question in questions
        if chosen[question.name] not in dict(question.options)
    }
    if unanswered:
        return _shown(found, errors=unanswered, chosen=chosen)
    if reading is None or not questions:
        return web.see_other("supplier.evidence.evidence", evidence_id=found.id)
    service.answer_questions(actor, found, reading, chosen)
    return web.see_other("supplier.evidence.evidence", evidence_id=found.id)


@views.get("/dokumentasjon/<evidence_id>/fil")
def download(evidence_id: str) -> Response:
    """The supplier's own bytes, as an attachment under their own name, and never anything a browser would run (DL-1)."""
    actor = web.current_actor()
    version = access.newest_version(access.evidence_for(actor, evidence_id))
    g.trace_subject = f"file:{version.id}"
    return send_file(
        access.open_file(actor, version),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=version.file_name,
        etag=False,
    )


@views.get("/dokumentasjon/<evidence_id>/merknader.xlsx")
def findings(evidence_id: str) -> Response:
    """The complete list of findings (FU-7)."""
    found = access.evidence_for(web.current_actor(), evidence_id)
    reading = access.newest_reading(found)
    if reading is None:
        raise NotFound()
    return send_file(
        BytesIO(documents.findings_workbook(access.findings_of(reading))),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name=f"merknader-{found.id}.xlsx",
        etag=False,
    )


def _library(form: UploadForm, errors: dict[str, str] | None = None) -> Response:
    return web.page(
        "evidence/index.html",
        422 if errors else 200,
        form=form,
        errors=errors or {},
        kinds=list(KINDS.values()),
        as_of=AS_OF,
        accept=ACCEPTED,
        today=clock.today(),
        shelf=access.library_of(web.current_actor()),
    )


def _shown(evidence: Evidence, *, errors: dict[str, str] | None = None, chosen: dict[str, str] | None = None) -> Response:
    """The page of one file, in whatever state it is."""
    reading = access.newest_reading(evidence)
    return web.page(
        "evidence/evidence.html",
        422 if errors else 200,
        evidence=evidence,
        version=access.newest_version(evidence),
        reading=reading,
        kind=KINDS[evidence.kind],
        errors=errors or {},
        chosen=chosen or {},
        **(_what_was_read(reading) if reading else {"findings": []}),
    )


def _what_was_read(reading: Reading) -> dict[str, Any]:
    """Everything the page says about a reading. Findings beyond the first fifty only when they are asked for."""
    told = access.findings_of(reading)
    kind = reading.evidence_version.evidence.kind
    columns, absent = access.columns_of(reading)
    show_all = request.args.get("merknader") == "alle"
    page = request.args.get("side", 1, type=int)
    return {
        "findings": told if show_all else told[:FINDINGS_SHOWN],
        "findings_left": 0 if show_all else max(len(told) - FINDINGS_SHOWN, 0),
        "has_long_list": len(told) > FINDINGS_SHOWN or any(len(finding.cells) > ROWS_NAMED for finding in told),
        "heading_trouble": any(finding.code in HEADING_TROUBLE for finding in told),
        "to_explain": sum(finding.level == "warning" for finding in told),
        "figures": access.figures_of(reading),
        "breakdowns": access.breakdowns_of(reading),
        "coverage": access.coverage_of(reading),
        "columns": columns,
        "absent": absent,
        "numbers": access.number_labels(kind),
        "questions": access.questions_of(reading),
        "rows_named": ROWS_NAMED,
        "table": _rows(reading, max(page or 1, 1)),
    }


def _rows(reading: Reading, page: int) -> dict[str, Any]:
    """One page of the rows that count; a store that does not answer costs the rows, not the page."""
    try:
        headings, rows, total = access.rows_of(reading, page, ROWS_PER_PAGE)
    except StorageError as error:
        log.error("the rows of reading %s cannot be shown: %s", reading.id, error)
        return {"unavailable": True, "rows": [], "total": 0}
    pages = -(-total // ROWS_PER_PAGE)
    if page > pages and total:
        raise NotFound()
    return {"headings": headings, "rows": rows, "total": total, "page": page, "pages": pages, "unavailable": False}
