"""The supplier's side: what is asked, answer with a plan, send evidence that it is done."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, flash, request

from portal.deviations import access, documents, forms, service
from portal.deviations.models import Deviation
from portal.deviations.rules import PlanTest, may_answer, may_send_evidence
from portal.evidence import access as evidence_access
from portal.evidence import service as evidence
from portal.evidence.forms import parse_day
from portal.foundation import clock, web
from portal.foundation.errors import Invalid
from portal.foundation.i18n import _

views = web.supplier_views("deviations")

ACCEPTED = ".xlsx,.xls,.ods,.csv,.txt"
FINDINGS_SHOWN = 20


@views.get("/avvik")
def index() -> Response:
    actor = web.current_actor()
    show = "closed" if request.args.get("vis") == "closed" else "open"
    return web.page(
        "deviations/supplier_index.html",
        deviations=access.deviations_of(actor, show=show),
        show=show,
        counts=access.count_deviations(actor),
        today=clock.today(),
        words=documents,
    )


@views.get("/avvik/<deviation_id>")
def deviation(deviation_id: str) -> Response:
    return _shown(access.deviation_for(web.current_actor(), deviation_id))


@views.post("/avvik/<deviation_id>/svar")
def respond(deviation_id: str) -> Response:
    actor = web.current_actor()
    found = access.deviation_for(actor, deviation_id)
    try:
        errors: dict[str, str] = {}
        done_by = None
        try:
            done_by = forms.required_day(request.form, "done_by")
        except Invalid as invalid:
            errors = invalid.errors
        cause, action = request.form.get("cause", ""), request.form.get("action", "")
        if done_by is None:
            raise Invalid({**_empty(cause=cause, action=action), **errors})
        service.respond(actor, found, cause=cause, action=action, done_by=done_by, seen=forms.seen_version(request.form))
    except Invalid as invalid:
        return _shown(found, invalid.errors, request.form)
    flash(_("Svaret er sendt til kommunen."), "success")
    return web.see_other("supplier.deviations.deviation", deviation_id=found.id)


@views.post("/avvik/<deviation_id>/dokumentasjon")
@web.accepts_files(25)
def send_evidence(deviation_id: str) -> Response:
    """Take a vehicle list in as evidence for this deviation. One that could not count here is refused before it is stored."""
    actor = web.current_actor()
    found = access.deviation_for(actor, deviation_id)
    sent = request.files.get("file")
    written = request.form.get("applies_on", "").strip()
    day = parse_day(written) if written else clock.today()
    try:
        errors = {}
        if day is None:
            errors["applies_on"] = _("Skriv dagen lista gjelder slik: 31.08.2026.")
        if sent is None or not sent.filename:
            errors["file"] = _("Velg en fil først.")
        if errors or sent is None:
            raise Invalid(errors)
        service.refuse_unfit(actor, found, kind="vehicle_list", applies_on=day)
        received = evidence.receive(actor, kind="vehicle_list", stream=sent.stream, file_name=sent.filename or "", applies_from=day, applies_to=day)
        service.attach_evidence(actor, found, received)
    except Invalid as invalid:
        return _shown(found, invalid.errors, request.form)
    flash(_("Filen er mottatt og leses nå. Kommunen ser den her."), "success")
    return web.see_other("supplier.deviations.deviation", deviation_id=found.id)


def _empty(**typed: str) -> dict[str, str]:
    missing = {"cause": _("Skriv kort hva som er årsaken."), "action": _("Skriv hva dere gjør for å rette det.")}
    return {field: missing[field] for field, text in typed.items() if not text.strip()}


def _is_waiting(found: Deviation, proof: access.Proof) -> bool:
    """Whether the page should look again in a moment: the file is being read, or is read and not tested yet."""
    if proof.version.state in ("receiving", "checking"):
        return True
    return found.state == "plan_accepted" and found.plan_test is not None and proof.version.state == "ready" and proof.outcome is None


def _shown(found: Deviation, errors: dict[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    actor = web.current_actor()
    proofs = access.evidence_of(found)
    return web.page(
        "deviations/supplier_deviation.html",
        422 if errors else 200,
        deviation=found,
        entries=access.entries_of(actor, found),
        proofs=proofs,
        is_reading=any(_is_waiting(found, proof) for proof in proofs),
        findings_of=lambda reading: evidence_access.findings_of(reading, limit=FINDINGS_SHOWN) if reading else [],
        test=PlanTest.from_json(found.plan_test) if found.plan_test else None,
        may_answer=may_answer(found.state) and actor.may("submitter"),
        may_send_evidence=may_send_evidence(found.state),
        ball=documents.ball(found, actor, clock.today()),
        errors=errors or {},
        typed=typed or {},
        today=clock.today(),
        accept=ACCEPTED,
        words=documents,
    )
