"""Installing, drafting and publishing; what is published stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from portal.catalogue import access, service
from portal.catalogue.models import EvidenceDemand, RequirementStep, RequirementVersion
from portal.catalogue.rules import QuestionWording, Step
from portal.foundation.db import db, unit_of_work
from portal.foundation.errors import NotAllowed, NotFound, WrongState
from portal.journal import access as journal_access
from tests.catalogue.town import a_town


def test_the_standard_requirements_are_installed_once(context: Flask) -> None:
    town = a_town()
    with unit_of_work():
        assert service.install_standard(town.adviser) == []
    assert len(access.published(town.id)) == 46
    told = [entry.sentence for entry in journal_access.history(town.adviser, subject=("catalogue", town.id))]
    assert told == ["Adviser Nidvik la inn 46 standardkrav i katalogen"]


def test_one_question_of_the_bank_serves_two_requirements(context: Flask) -> None:
    town = a_town()
    first, second = (access.version_for(town.id, code) for code in ("TRV-01", "TRV-06"))
    shared = {asked.question_id for asked in first.questions} & {asked.question_id for asked in second.questions}
    assert len(shared) == 1


def test_only_the_two_readable_demands_have_a_reader_kind(context: Flask) -> None:
    town = a_town()
    kinds = {demand.demand: demand.kind for demand in access.version_for(town.id, "DRO-01").demands}
    assert kinds == {"vehicle_list": "vehicle_list", "transport_report": "", "charging_sessions": "charging_sessions"}


@pytest.mark.parametrize("who", ["reader", "supplier"])
def test_a_reader_and_a_supplier_cannot_keep_the_catalogue(context: Flask, who: str) -> None:
    town = a_town(with_catalogue=False)
    with pytest.raises(NotAllowed), unit_of_work():
        service.install_standard(getattr(town, who))


def test_a_new_version_is_drafted_published_and_leaves_the_old_one(context: Flask) -> None:
    town = a_town()
    old = access.version_for(town.id, "DRO-03")
    wording = replace(access.wording_of(old), steps=(Step(date(2026, 1, 1), 60), Step(date(2027, 1, 1), 100)))
    with unit_of_work():
        drafted = service.draft(town.adviser, old.requirement, wording)
        assert access.version_for(town.id, "DRO-03").no == 1, "a draft is not public"
        service.publish(town.adviser, drafted)
    newest = access.version_for(town.id, "dro-03")
    assert newest.no == 2 and [step.value for step in newest.steps] == [60, 100]
    assert [step.value for step in access.version_for(town.id, "DRO-03", 1).steps] == [10, 50, 100]
    assert [version.no for version in access.versions_of(newest.requirement)] == [2, 1]
    assert newest.questions[0].question_id == old.questions[0].question_id, "the same question is not written twice"


def test_a_changed_question_is_a_new_one_under_the_same_code(context: Flask) -> None:
    town = a_town()
    old = access.version_for(town.id, "DRO-03")
    asked = old.questions[0].question
    changed = QuestionWording(asked.code, asked.kind, {"nb": "Hvor mange prosent?"}, asked.unit, asked.feeds)
    with unit_of_work():
        version = service.publish(town.adviser, service.draft(town.adviser, old.requirement, replace(access.wording_of(old), questions=(changed,))))
    assert (version.questions[0].question.code, version.questions[0].question.no) == (asked.code, 2)
    assert access.version_for(town.id, "DRO-03", 1).questions[0].question.no == 1


def test_a_version_is_published_once(context: Flask) -> None:
    town = a_town()
    with pytest.raises(WrongState), unit_of_work():
        service.publish(town.adviser, access.version_for(town.id, "DRO-03"))


def _reword(version: RequirementVersion) -> None:
    version.title = {"nb": "Noe annet"}


def _withdraw(version: RequirementVersion) -> None:
    version.state = "draft"


def _move_a_step(version: RequirementVersion) -> None:
    version.steps[0].value = 1


def _add_a_step(version: RequirementVersion) -> None:
    version.steps.append(RequirementStep(from_date=date(2030, 1, 1), value=1))


def _add_a_step_behind_its_back(version: RequirementVersion) -> None:
    db.session.add(RequirementStep(version_id=version.id, from_date=date(2030, 1, 1), value=1))


def _drop_a_demand(version: RequirementVersion) -> None:
    db.session.delete(version.demands[0])


def _add_a_demand(version: RequirementVersion) -> None:
    db.session.add(EvidenceDemand(version_id=version.id, demand="photo", position=9))


def _reword_the_question(version: RequirementVersion) -> None:
    version.questions[0].question.texts = {"nb": "Noe annet?"}


@pytest.mark.parametrize(
    "change", [_reword, _withdraw, _move_a_step, _add_a_step, _add_a_step_behind_its_back, _drop_a_demand, _add_a_demand, _reword_the_question]
)
def test_what_is_published_never_changes(context: Flask, change: Callable[[RequirementVersion], None]) -> None:
    town = a_town()
    with pytest.raises(WrongState), unit_of_work():
        change(access.version_for(town.id, "DRO-03"))
    assert [step.value for step in access.version_for(town.id, "DRO-03").steps] == [10, 50, 100]


def test_another_municipality_neither_sees_nor_changes_the_catalogue(context: Flask) -> None:
    town = a_town()
    version = access.version_for(town.id, "DRO-03")
    assert access.published(town.neighbour) == []
    with pytest.raises(NotFound):
        access.version_to_pin(town.neighbour, version.id)
    with pytest.raises(NotFound), unit_of_work():
        service.draft(town.neighbour, version.requirement, access.wording_of(version))


def test_search_finds_words_in_any_order_and_case(context: Flask) -> None:
    town = a_town()
    found = {version.requirement.code for version in access.published(town.id, q="ØKOLOGISKE andel")}
    assert found == {"MAT-01"}
    assert [version.requirement.code for version in access.published(town.id, category="bank")] == ["BNK-01", "BNK-02", "BNK-03"]
    assert access.published(town.id, q="romskip") == []
