"""How a chapter does things: each deed is one unit of work, done by its person, at its own date, through the real services."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Flask

from portal.agreements import access as agreement_access
from portal.agreements.models import Agreement, Pin
from portal.demo import fleets, world
from portal.deviations import service as deviations
from portal.deviations.models import Deviation
from portal.evidence import access as evidence_access
from portal.evidence import service as evidence
from portal.evidence.models import Evidence
from portal.foundation import clock, jobs
from portal.foundation.actor import Actor
from portal.foundation.db import unit_of_work
from portal.foundation.i18n import MONTHS
from portal.reporting import access as reporting_access
from portal.reporting import service as reporting
from portal.reporting.models import Asked, Questionnaire, Round
from portal.review import service as review
from portal.verification import service as verification

OPENING_DAY = date(2026, 8, 17)  # Monday, 09.00: the demo's today
NO_FILE = "Opplysningene står i transportrapporten som er sendt på e-post."


@dataclass
class Answers:
    """What a supplier answers: by metric (number or yes/no), files by evidence kind, explanations by requirement code."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    cannot: str = NO_FILE


class Telling:
    """Holds who is who while the story is told."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.actors: dict[str, Actor] = {}
        self.organisations: dict[str, Any] = {}
        self.agreements: dict[str, Agreement] = {}
        self.people: dict[str, Any] = {}
        self.cases: dict[str, Deviation] = {}

    # -------------------------------------------------------- deeds

    def plan(self, key: str, period: str, *, opens: str | None = None, due: str | None = None, closes: str | None = None) -> Round:
        start, end, label = _dates(period)
        agreement = self._agreement(key)
        opens_on = date.fromisoformat(opens) if opens else end + timedelta(days=1)
        due_on = date.fromisoformat(due) if due else end + timedelta(days=62 if (end - start).days > 60 else 15)
        closes_on = date.fromisoformat(closes) if closes else due_on + timedelta(days=47)
        with clock.at(f"{min(opens_on, OPENING_DAY) - timedelta(days=5)}T09:00"), unit_of_work():
            return reporting.plan_round(
                self.actors["ingrid"], agreement, period_from=max(start, agreement.starts_on), period_to=end, label=label, opens_on=opens_on, due_on=due_on, closes_on=closes_on
            )

    def open(self, key: str, period: str, *, opens: str | None = None, due: str | None = None) -> tuple[Round, dict[str, str]]:
        """Plan and open a round; returns the questionnaire ids by supplier key."""
        planned = self.plan(key, period, opens=opens, due=due)
        with clock.at(f"{planned.opens_on}T08:00"), unit_of_work():
            made = reporting.open_round(self.actors["ingrid"], planned)
            keys = {organisation.id: name for name, organisation in self.organisations.items()}
            return planned, {keys[questionnaire.supplier_id]: questionnaire.id for questionnaire in made}

    def report(self, questionnaire_id: str, answers: Answers, day: str) -> None:
        """Upload, answer, read, submit, verify: as the supplier's own signer, on that day."""
        signer = self._signer(questionnaire_id)
        with clock.at(f"{day}T13:10"):
            received = self._upload(signer, answers)
            with unit_of_work():
                self._answer(questionnaire_id, answers, signer, cited=received)
            with unit_of_work():
                reporting.submit(signer, reporting_access.questionnaire_for(signer, questionnaire_id))
            self.work()

    def work(self) -> None:
        """What the worker would do: readings, mail, verification."""
        jobs.run_all(self.app)
        with unit_of_work():
            verification.catch_up()
        jobs.run_all(self.app)

    def _upload(self, signer: Actor, answers: Answers) -> dict[str, Evidence]:
        received = {}
        for kind, (name, content) in answers.files.items():
            received[kind] = evidence.receive(signer, kind=kind, stream=io.BytesIO(content), file_name=name)
        jobs.run_all(self.app)
        return received

    def _answer(self, questionnaire_id: str, answers: Answers, signer: Actor, *, cited: dict[str, Evidence] | None = None, only: set[str] | None = None) -> None:
        questionnaire = reporting_access.questionnaire_for(signer, questionnaire_id)
        for asked in reporting_access.editable_asked(questionnaire):
            if only is not None and asked.feeds not in only:
                continue
            if asked.kind == "evidence":
                if cited and asked.evidence_kind in cited:
                    reporting.cite(signer, asked, evidence_access.evidence_for(signer, cited[asked.evidence_kind].id))
                elif not reporting_access.citations_of(questionnaire).get(asked.id):
                    reporting.save_answer(signer, asked, "", cannot_because=answers.cannot)
            elif asked.kind == "explanation":
                if text := next((answers.explanations[pin_code] for pin_code in _codes(asked) if pin_code in answers.explanations), ""):
                    reporting.save_answer(signer, asked, text)
            else:
                value = answers.values.get(asked.feeds)
                if isinstance(value, dict):
                    value = value.get(asked.part_from)
                reporting.save_answer(signer, asked, str(value) if value is not None else ("ja" if asked.kind == "yesno" else ""))

    def approve(self, questionnaire_id: str, day: str) -> None:
        """The controller rules as proposed on every requirement and approves."""
        controller = self.actors["ingrid"]
        with clock.at(f"{day}T11:20"), unit_of_work():
            submission = self._submission(questionnaire_id)
            review.rule_as_proposed(controller, submission, reason="Som foreslått.")
            review.approve(controller, submission)

    def raise_case(self, day: str, questionnaire_id: str, code: str, severity: str, facts: str, *, due: str, send: bool) -> Deviation:
        controller = self.actors["ingrid"]
        with clock.at(f"{day}T10:40"), unit_of_work():
            submission = self._submission(questionnaire_id)
            pin = self._pin(submission.questionnaire.round.agreement, code)
            case = deviations.raise_deviation(controller, submission=submission, pin=pin, severity=severity, facts=facts, due_on=date.fromisoformat(due))
            if send:
                deviations.send(controller, case)
            return case

    def answer_case(self, case: Deviation, person: str, day: str, cause: str, action: str, done_by: str) -> None:
        with clock.at(f"{day}T12:05"), unit_of_work():
            deviations.respond(self.actors[person], case, cause=cause, action=action, done_by=date.fromisoformat(done_by))

    def accept_plan(self, case: Deviation, day: str, *, as_of: str) -> None:
        with clock.at(f"{day}T14:00"), unit_of_work():
            deviations.accept_plan(
                self.actors["ingrid"], case,
                plan_test={"kind": "vehicle_list", "metric": "share_vehicles_zero_emission", "operator": ">=", "value": 100, "as_of": as_of},
            )  # fmt: skip

    def close_case(self, case: Deviation, day: str, reason: str) -> None:
        with clock.at(f"{day}T14:30"), unit_of_work():
            deviations.close(self.actors["ingrid"], case, reason=reason)

    # -------------------------------------------------------- finding things

    def _agreement(self, key: str) -> Agreement:
        return agreement_access.agreement_for(self.actors["ingrid"], self.agreements[key].id)

    def _party(self, key: str, supplier: str) -> Any:
        return next(p for p in agreement_access.parties_of(self._agreement(key)) if p.organisation_id == self.organisations[supplier].id)

    def _pin(self, agreement: Agreement, code: str) -> Pin:
        return next(p for p in agreement_access.pins_of(agreement) if p.requirement_version and p.requirement_version.requirement.code == code)

    def _signer(self, questionnaire_id: str) -> Actor:
        questionnaire = reporting_access.questionnaire_for(self.actors["ingrid"], questionnaire_id)
        key = next(name for name, organisation in self.organisations.items() if organisation.id == questionnaire.supplier_id)
        return self.actors[world.SIGNERS[key]]

    def _questionnaire(self, questionnaire_id: str) -> Questionnaire:
        return reporting_access.questionnaire_for(self.actors["ingrid"], questionnaire_id)

    def _submission(self, questionnaire_id: str) -> Any:
        return reporting_access.latest_submission(self._questionnaire(questionnaire_id))

    def _asked(self, questionnaire_id: str, kind: str, evidence_kind: str) -> Asked:
        return next(a for a in reporting_access.asked_of(self._questionnaire(questionnaire_id)) if a.kind == kind and a.evidence_kind == evidence_kind)

    def _asked_feeding(self, questionnaire_id: str, metric: str) -> Asked:
        return next(a for a in reporting_access.asked_of(self._questionnaire(questionnaire_id)) if a.feeds == metric)

    def _latest(self, key: str) -> str:
        """The newest questionnaire of an agreement that has been sent in."""
        sent = [q for q in reporting_access.questionnaires_of_agreement(self._agreement(key)) if q.submitted_at]
        return max(sent, key=lambda q: q.round.period_to).id


def _codes(asked: Asked) -> list[str]:
    return [pin.requirement_version.requirement.code for pin in asked.pins if pin.requirement_version]


def _dates(period: str) -> tuple[date, date, str]:
    """`H1 2026`, `2025` or `2026-02` as first day, last day and label."""
    if period in fleets.PERIOD_DATES:
        start, end = fleets.PERIOD_DATES[period]
        return start, end, f"{period[1]}. halvår {period[3:]}"
    if "-" in period:
        year, month = map(int, period.split("-"))
        start = date(year, month, 1)
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return start, end, f"{MONTHS['nb'][month - 1]} {year}"
    return date(int(period), 1, 1), date(int(period), 12, 31), period
