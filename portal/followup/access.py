"""What the start page and the priority list read: upstream records of the actor's own municipality, never anything else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from portal.agreements.models import Agreement, Assignment, Party, Pin
from portal.catalogue.models import RequirementVersion
from portal.deviations.models import Deviation
from portal.followup.rules import AgreementFacts, DayLine, Priority, choose_lines, prioritise
from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db
from portal.identity.models import Organisation
from portal.reporting.models import Questionnaire, Round, Submission
from portal.verification.models import Result

WITH_MUNICIPALITY = ("answered", "proven", "draft")  # states in which the municipality holds the ball
WITH_SUPPLIER = ("sent", "plan_accepted")
MINUTES_PER_REPORT = 10


def my_day(actor: Actor) -> list[DayLine]:
    """At most five lines for this person, today. Constant number of statements, whatever the number of agreements."""
    today = clock.today()
    lines = [
        _waiting_reports(actor),
        *_deviation_lines(actor),
        _rounds_to_open(actor),
        _overdue_reports(actor),
        _options(actor),
        _drafts(actor),
    ]
    return choose_lines([line for line in lines if line.due_on is None or (line.due_on - today).days <= 60])


def _mine(actor: Actor) -> list[ColumnElement[bool]]:
    """Restrict to agreements the actor has a duty on, when she has one; others see the municipality's."""
    if actor.may("controller", "deputy", "contract_manager", "adviser", "owner"):
        assigned = select(Assignment.agreement_id).where(Assignment.person_id == actor.person_id)
        return [Agreement.buyer_id == actor.organisation_id, Agreement.id.in_(assigned)]
    return [Agreement.buyer_id == actor.organisation_id]


def _waiting_reports(actor: Actor) -> DayLine:
    rows = db.session.execute(
        select(Organisation.name, Questionnaire.submitted_at)
        .join(Party, Party.organisation_id == Organisation.id)
        .join(Questionnaire, Questionnaire.party_id == Party.id)
        .join(Agreement, Agreement.id == Party.agreement_id)
        .where(*_mine(actor), Questionnaire.state == "submitted")
        .order_by(Questionnaire.submitted_at)
    ).all()
    return DayLine("reports_wait", len(rows), "staff.review.queue", {}, first=rows[0].name if rows else "", minutes=MINUTES_PER_REPORT * len(rows) or None)


def _deviation_lines(actor: Actor) -> list[DayLine]:
    rows = db.session.execute(
        select(Deviation.id, Deviation.number, Deviation.state, Deviation.due_on, Organisation.name)
        .join(Party, Party.id == Deviation.party_id)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .join(Agreement, Agreement.id == Party.agreement_id)
        .where(*_mine(actor), Deviation.state.in_((*WITH_MUNICIPALITY, *WITH_SUPPLIER)))
        .order_by(Deviation.due_on)
    ).all()
    today = clock.today()
    ours = [row for row in rows if row.state in WITH_MUNICIPALITY]
    late = [row for row in rows if row.state in WITH_SUPPLIER and row.due_on and row.due_on < today]
    return [_deviation_line("deviations_ours", ours), _deviation_line("deviations_late", late)]


def _deviation_line(code: str, rows: list[Any]) -> DayLine:
    first = rows[0] if rows else None
    where = ("staff.deviations.deviation", {"deviation_id": first.id}) if first and len(rows) == 1 else ("staff.deviations.index", {})
    return DayLine(code, len(rows), where[0], dict(where[1]), due_on=first.due_on if first else None, first=f"{first.number} {first.name}" if first else "")


def _rounds_to_open(actor: Actor) -> DayLine:
    rows = db.session.execute(
        select(Round.id, Round.label, Round.opens_on, Agreement.title)
        .join(Agreement, Agreement.id == Round.agreement_id)
        .where(*_mine(actor), Round.state == "planned", Round.opens_on <= clock.today())
        .order_by(Round.opens_on)
    ).all()
    one = ("staff.reporting.round", {"round_id": rows[0].id}) if rows else ("staff.agreements.index", {})
    return DayLine("rounds_to_open", len(rows), one[0], dict(one[1]), due_on=rows[0].opens_on if rows else None, first=f"{rows[0].title}, {rows[0].label}" if rows else "")


def _overdue_reports(actor: Actor) -> DayLine:
    rows = db.session.execute(
        select(Organisation.name, Questionnaire.due_on, Agreement.id)
        .join(Party, Party.organisation_id == Organisation.id)
        .join(Questionnaire, Questionnaire.party_id == Party.id)
        .join(Agreement, Agreement.id == Party.agreement_id)
        .where(*_mine(actor), Questionnaire.state.in_(("open", "returned")), Questionnaire.due_on < clock.today())
        .order_by(Questionnaire.due_on)
    ).all()
    return DayLine("reports_overdue", len(rows), "staff.review.queue", {}, due_on=rows[0].due_on if rows else None, first=rows[0].name if rows else "")


def _options(actor: Actor) -> DayLine:
    rows = db.session.execute(
        select(Agreement.id, Agreement.title, Agreement.option_on)
        .where(*_mine(actor), Agreement.state == "running", Agreement.option_on >= clock.today())
        .order_by(Agreement.option_on)
    ).all()
    soon = [row for row in rows if (row.option_on - clock.today()).days <= 60]
    params: dict[str, object] = {"agreement_id": soon[0].id} if soon else {}
    return DayLine("options", len(soon), "staff.agreements.agreement", params, due_on=soon[0].option_on if soon else None, first=soon[0].title if soon else "")


def _drafts(actor: Actor) -> DayLine:
    rows = db.session.execute(select(Agreement.id, Agreement.title).where(*_mine(actor), Agreement.state == "draft").order_by(Agreement.created_at)).all()
    params: dict[str, object] = {"agreement_id": rows[0].id} if rows else {}
    return DayLine("drafts", len(rows), "staff.agreements.agreement", params, first=rows[0].title if rows else "")


@dataclass(frozen=True)
class PrioritisedAgreement:
    agreement: Agreement
    suppliers: str
    priority: Priority


def priorities(actor: Actor) -> list[PrioritisedAgreement]:
    """Every running agreement of the actor's municipality, the highest score first. Six statements in all."""
    agreements = db.session.scalars(select(Agreement).where(Agreement.buyer_id == actor.organisation_id, Agreement.state == "running")).all()
    suppliers = _supplier_names(actor)
    reports = _report_counts(actor)
    outcomes = _outcome_counts(actor)
    deviations = _deviation_counts(actor)
    today = clock.today()
    rows = []
    for agreement in agreements:
        seen = reports.get(agreement.id, Counter())
        judged = outcomes.get(agreement.id, Counter())
        cases = deviations.get(agreement.id, Counter())
        facts = AgreementFacts(
            category=agreement.category,
            annual_value_nok=agreement.annual_value_nok,
            days_to_end=(agreement.ends_on - today).days,
            days_to_option=(agreement.option_on - today).days if agreement.option_on else None,
            reports_expected=seen["expected"],
            reports_missing=seen["missing"],
            reports_late=seen["late"],
            below_minimum=judged["below_minimum"],
            below_promise=judged["below_promise"],
            open_deviations=cases["open"],
            serious_deviations=cases["serious"],
            closed_deviations=cases["closed"],
        )
        rows.append(PrioritisedAgreement(agreement, suppliers.get(agreement.id, ""), prioritise(facts)))
    return sorted(rows, key=lambda row: (-row.priority.score, row.agreement.number))


def _supplier_names(actor: Actor) -> dict[str, str]:
    rows = db.session.execute(
        select(Party.agreement_id, Organisation.name)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .join(Agreement, Agreement.id == Party.agreement_id)
        .where(Agreement.buyer_id == actor.organisation_id, Party.role == "supplier")
        .order_by(Organisation.name)
    ).all()
    names: dict[str, list[str]] = {}
    for agreement_id, name in rows:
        names.setdefault(agreement_id, []).append(name)
    return {agreement_id: ", ".join(found) for agreement_id, found in names.items()}


def _report_counts(actor: Actor) -> dict[str, Counter[str]]:
    missing = case((Questionnaire.state.in_(("open", "returned")) & (Questionnaire.due_on < clock.today()), 1), else_=0)
    late = (
        select(func.count())
        .select_from(Submission)
        .where(Submission.questionnaire_id == Questionnaire.id, Submission.late.is_(True), Submission.no == 1)
        .correlate(Questionnaire)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Party.agreement_id, func.count(), func.sum(missing), func.sum(late))
        .join(Questionnaire, Questionnaire.party_id == Party.id)
        .where(Questionnaire.buyer_id == actor.organisation_id)
        .group_by(Party.agreement_id)
    ).all()
    return {agreement_id: Counter(expected=count, missing=int(absent or 0), late=int(tardy or 0)) for agreement_id, count, absent, tardy in rows}


def _outcome_counts(actor: Actor) -> dict[str, Counter[str]]:
    """Verdicts below the minimum or the promise in the newest period that each agreement has a verdict for.

    Requirements whose result the municipality controls, alone or with the supplier, say nothing about the supplier (decision 39).
    """
    newest = (
        select(Party.agreement_id, func.max(Result.part_to).label("newest"))
        .join(Questionnaire, Questionnaire.party_id == Party.id)
        .join(Submission, Submission.questionnaire_id == Questionnaire.id)
        .join(Result, Result.submission_id == Submission.id)
        .where(Questionnaire.buyer_id == actor.organisation_id, Result.kind == "verdict")
        .group_by(Party.agreement_id)
        .subquery()
    )
    last = select(Submission.questionnaire_id, func.max(Submission.no).label("no")).group_by(Submission.questionnaire_id).subquery()
    rows = db.session.execute(
        select(Party.agreement_id, Result.outcome, func.count())
        .join(Questionnaire, Questionnaire.party_id == Party.id)
        .join(Submission, Submission.questionnaire_id == Questionnaire.id)
        .join(last, (last.c.questionnaire_id == Submission.questionnaire_id) & (last.c.no == Submission.no))
        .join(Result, Result.submission_id == Submission.id)
        .join(newest, (newest.c.agreement_id == Party.agreement_id) & (newest.c.newest == Result.part_to))
        .join(Pin, Pin.id == Result.pin_id)
        .outerjoin(RequirementVersion, RequirementVersion.id == Pin.requirement_version_id)
        .where(Questionnaire.buyer_id == actor.organisation_id, Result.kind == "verdict")
        .where(or_(RequirementVersion.id.is_(None), RequirementVersion.controlled_by == "supplier"))
        .group_by(Party.agreement_id, Result.outcome)
    ).all()
    counts: dict[str, Counter[str]] = {}
    for agreement_id, outcome, count in rows:
        counts.setdefault(agreement_id, Counter())[outcome] += count
    return counts


def _deviation_counts(actor: Actor) -> dict[str, Counter[str]]:
    rows = db.session.execute(
        select(Party.agreement_id, Deviation.state, Deviation.severity, func.count())
        .join(Deviation, Deviation.party_id == Party.id)
        .where(Deviation.buyer_id == actor.organisation_id, Deviation.state != "draft")
        .group_by(Party.agreement_id, Deviation.state, Deviation.severity)
    ).all()
    counts: dict[str, Counter[str]] = {}
    for agreement_id, state, severity, count in rows:
        seen = counts.setdefault(agreement_id, Counter())
        seen["closed" if state == "closed" else "open"] += count
        if state != "closed" and severity == "serious":
            seen["serious"] += count
    return counts
