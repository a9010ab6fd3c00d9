"""Two people decide in the same moment, on two real connections: one decision, and the other is told who and when (CO-3)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from sqlalchemy import func, select

from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import Conflict
from portal.journal import access as journal_access
from portal.reporting import access as reporting_access
from portal.reporting.models import Submission
from portal.review import access, service
from portal.review.models import Decision
from tests.review.cases import NEW_DEADLINE, REVIEW_DAY, Case
from tests.verification.test_words import plain
from tests.visitors import Visitor

Deed = Callable[[Case, Actor, Submission], object]


def approve(case: Case, actor: Actor, submission: Submission) -> object:
    return service.approve(actor, submission)


def send_back(case: Case, actor: Actor, submission: Submission) -> object:
    return service.return_to_supplier(actor, submission, {case.asked_id(): "Hva mangler?"}, due_on=NEW_DEADLINE)


@pytest.mark.parametrize("second", [approve, send_back])
@pytest.mark.parametrize("first", [approve, send_back])
def test_the_second_waits_for_the_first_and_is_told(case: Case, first: Deed, second: Deed) -> None:
    case.is_ruled()
    decided, begun = Event(), Event()

    def the_first() -> None:
        with case.app.app_context(), clock.at(REVIEW_DAY), unit_of_work():
            first(case, case.controller, reporting_access.submission_for(case.controller, case.submission_id))
            decided.set()
            assert begun.wait(30)

    def the_second() -> str:
        assert decided.wait(30)
        begun.set()
        with case.app.app_context(), clock.at("2026-08-18T10:03"):
            with pytest.raises(Conflict) as told, unit_of_work():
                second(case, case.deputy, reporting_access.submission_for(case.deputy, case.submission_id))
            return plain(told.value.message)

    with ThreadPoolExecutor(2) as both:
        one, other = both.submit(the_first), both.submit(the_second)
        one.result(60)
        message = other.result(60)
    assert "av Controller Nidvik 18. august 2026 kl. 10.02." in message
    with case.at():
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 1
        assert case.submission().questionnaire.state == {approve: "approved", send_back: "returned"}[first]


def test_two_browsers_that_press_at_once_make_one_decision(case: Case) -> None:
    case.is_ruled()
    visitors = [Visitor(case.app, case.controller), Visitor(case.app, case.deputy)]
    tokens = [visitor.token for visitor in visitors]
    ready = Barrier(2)

    def press(visitor: Visitor, token: str) -> tuple[int, str]:
        ready.wait(30)
        with clock.at(REVIEW_DAY):
            answer = visitor.client.post(f"{case.address}/godkjenn", data={"submission": case.submission_id}, headers={"X-CSRFToken": token})
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(press, visitors, tokens))
    assert [status for status, _body in answers] == [303, 409]
    assert "Rapporten er allerede godkjent av" in answers[1][1] and f'href="{case.address}"' in answers[1][1]


def test_two_rulings_in_the_same_moment_leave_one_and_both_are_in_the_log(case: Case) -> None:
    ready = Barrier(2)

    def decide(actor: Actor, value: str) -> None:
        ready.wait(30)
        with case.app.app_context(), clock.at(REVIEW_DAY), unit_of_work():
            service.rule(actor, reporting_access.submission_for(actor, case.submission_id), pin_id, value, "Se notat.")

    with case.at():
        pin_id = case.pin_id()
    with ThreadPoolExecutor(2) as both:
        list(both.map(decide, [case.controller, case.deputy], ["not_met", "cannot_decide"]))
    with case.at():
        assert access.rulings_of(case.submission())[pin_id].value in ("not_met", "cannot_decide")
        told = journal_access.history(case.controller, subject=("questionnaire", case.questionnaire_id))
        assert sum(entry.verb == "requirement.ruled" for entry in told) == 2
