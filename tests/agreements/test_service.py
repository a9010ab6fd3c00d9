"""Building an agreement by the real services, and who may see and do what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from portal.agreements import access, service
from portal.agreements.models import Pin
from portal.catalogue import access as catalogue_access
from portal.catalogue import service as catalogue
from portal.foundation import clock
from portal.foundation.db import unit_of_work
from portal.foundation.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.identity import access as identity_access
from portal.journal import access as journal_access
from tests.agreements.contracts import a_draft, a_running_agreement, with_supplier
from tests.catalogue.town import Town, a_town


@pytest.fixture
def town(context: Flask) -> Town:
    return a_town()


def pinned(town: Town, code: str, agreement: Any, **terms: Any) -> Pin:
    return service.pin(town.adviser, agreement, catalogue_access.version_for(town.id, code), **{"clause_reference": "4.3", **terms})


def steps(pin: Pin, role: str) -> list[tuple[date, float]]:
    return [(step.from_date, step.value) for step in pin.agreed_steps if step.role == role]


# ---------------------------------------------------------------- the card


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": " "}, "number"),
        ({"number": "x" * 41}, "number"),
        ({"title": ""}, "title"),
        ({"kind": "gift"}, "kind"),
        ({"category": "space"}, "category"),
        ({"ends_on": date(2026, 6, 30)}, "ends_on"),
        ({"option_on": date(2030, 1, 1)}, "option_on"),
        ({"annual_value_nok": -1}, "annual_value_nok"),
    ],
)
def test_a_card_that_cannot_be_is_refused_at_its_field(town: Town, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused, unit_of_work():
        a_draft(town.adviser, **changes)
    assert set(refused.value.errors) == {field}


def test_a_number_is_used_once_in_a_municipality_and_freely_in_another(town: Town) -> None:
    with unit_of_work():
        a_draft(town.adviser)
        a_draft(town.neighbour)
    with pytest.raises(Invalid), unit_of_work():
        a_draft(town.adviser)


@pytest.mark.parametrize("who", ["reader", "supplier"])
def test_a_reader_and_a_supplier_make_no_agreements(town: Town, who: str) -> None:
    with pytest.raises(NotAllowed), unit_of_work():
        a_draft(getattr(town, who))


# ---------------------------------------------------------------- pins and promises


def test_three_requirements_are_pinned_with_a_promise_above_the_minimum(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        for code in ("DRO-01", "DRO-05"):
            pinned(town, code, agreement)
        pinned(town, "DRO-03", agreement, promises=[(date(2026, 7, 1), 70)])
    pins = access.pins_of(agreement)
    assert [pin.requirement_version.requirement.code for pin in pins if pin.requirement_version] == ["DRO-01", "DRO-05", "DRO-03"]
    assert steps(pins[2], "minimum") == [(date(2025, 7, 1), 50), (date(2027, 1, 1), 100)], "the one in force at the start, and the later ones"
    assert steps(pins[2], "promise") == [(date(2026, 7, 1), 70)]
    assert pins[2].frequency == "annual", "the requirement's own, when nothing else is agreed"


def test_a_later_edition_of_the_catalogue_leaves_the_agreement_alone(town: Town) -> None:
    with unit_of_work():
        agreement = a_running_agreement(town)
    version = catalogue_access.version_for(town.id, "DRO-03")
    with unit_of_work():
        catalogue.publish(town.adviser, catalogue.draft(town.adviser, version.requirement, catalogue_access.wording_of(version)))
    assert access.pins_of(agreement)[0].requirement_version.no == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("promises", "index"),
    [
        ([(date(2026, 7, 1), 49)], 0),
        ([(date(2026, 7, 1), 70), (date(2027, 1, 1), 90)], 1),
        ([(date(2026, 7, 1), 101)], 0),
        ([(date(2026, 7, 1), -1)], 0),
        ([(date(2029, 7, 1), 100)], 0),
        ([(date(2026, 7, 1), 70), (date(2026, 7, 1), 80)], 1),
    ],
)
def test_a_promise_that_cannot_be_is_refused_at_its_line(town: Town, promises: list[tuple[date, float]], index: int) -> None:
    with pytest.raises(Invalid) as refused, unit_of_work():
        pinned(town, "DRO-03", a_draft(town.adviser), promises=promises)
    assert set(refused.value.errors) == {f"promises.{index}"}


def test_where_less_is_better_a_promise_may_be_lower_only(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        pin = pinned(town, "MIL-04", agreement, promises=[(date(2026, 7, 1), 7)])
    assert steps(pin, "promise") == [(date(2026, 7, 1), 7)]
    with pytest.raises(Invalid) as refused, unit_of_work():
        service.add_promises(town.adviser, pin, None, [(date(2027, 1, 1), 20)])
    assert "14 dager" in refused.value.errors["promises.0"]


def test_nothing_can_be_promised_beyond_a_yes_or_an_own_wording(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        own = service.pin_own(town.adviser, agreement, title="Vann", text="Vann skal serveres i mugge.", clause_reference="4.5", frequency="annual")
    with pytest.raises(Invalid), unit_of_work():
        pinned(town, "MIL-01", agreement, promises=[(date(2026, 7, 1), 1)])
    with pytest.raises(Invalid), unit_of_work():
        service.add_promises(town.adviser, own, None, [(date(2026, 7, 1), 1)])


def test_each_party_of_a_parallel_framework_has_its_own_promises(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        stodig, snarvei = with_supplier(town, agreement), with_supplier(town, agreement, town.stranger)
        pin = pinned(town, "DRO-03", agreement)
        service.add_promises(town.adviser, pin, stodig, [(date(2026, 7, 1), 70)])
        service.add_promises(town.adviser, pin, snarvei, [(date(2026, 7, 1), 60)])
    assert {(step.party_id, step.value) for step in pin.agreed_steps if step.role == "promise"} == {(stodig.id, 70), (snarvei.id, 60)}


def test_the_contracts_own_thresholds_replace_the_catalogues(town: Town) -> None:
    with unit_of_work():
        pin = pinned(town, "DRO-03", a_draft(town.adviser), minimums=[(date(2026, 7, 1), 55)])
    assert [(step.value, step.source) for step in pin.agreed_steps] == [(55, "avtalen")]


@pytest.mark.parametrize("code", ["DRO-04", "MIL-05"])
def test_a_grants_conditions_and_a_sanction_clause_cannot_be_pinned(town: Town, code: str) -> None:
    with pytest.raises(WrongState), unit_of_work():
        pinned(town, code, a_draft(town.adviser))


def test_a_requirement_is_pinned_once(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        pinned(town, "DRO-03", agreement)
    with pytest.raises(WrongState), unit_of_work():
        pinned(town, "DRO-03", agreement)


def test_a_draft_is_changed_freely_and_a_running_agreement_only_with_a_change_agreement(town: Town) -> None:
    with unit_of_work():
        draft = a_draft(town.adviser, number="2026-045")
        service.unpin(town.adviser, pinned(town, "DRO-03", draft))
        running = a_running_agreement(town)
    assert access.pins_of(draft) == []
    (old,) = access.pins_of(running)
    with pytest.raises(WrongState), unit_of_work():
        service.unpin(town.adviser, old)
    with pytest.raises(Invalid) as refused, unit_of_work():
        pinned(town, "DRO-01", running)
    assert set(refused.value.errors) == {"change"}
    with pytest.raises(Invalid), unit_of_work():
        service.add_promises(town.adviser, old, None, [(date(2026, 9, 1), 80)])
    with unit_of_work():
        new = pinned(town, "DRO-03", running, supersedes=old, change="Endringsavtale 1, 3. august 2026", minimums=[(date(2026, 9, 1), 60)])
    assert access.pins_of(running) == [new] and new.position == old.position
    assert "Endringsavtale 1, 3. august 2026" in journal_access.history(town.adviser, agreement_id=running.id)[0].sentence


def test_a_pin_without_a_clause_is_kept_as_voluntary(town: Town) -> None:
    with unit_of_work():
        assert pinned(town, "DRO-03", a_draft(town.adviser), clause_reference=" ").clause_reference == ""


def test_a_neighbours_requirement_cannot_be_pinned(town: Town) -> None:
    with unit_of_work():
        theirs = a_draft(town.neighbour)
    with pytest.raises(NotFound), unit_of_work():
        service.pin(town.neighbour, theirs, catalogue_access.version_for(town.id, "DRO-03"), clause_reference="")


# ---------------------------------------------------------------- dispensations


def test_a_dispensation_has_an_end_a_reason_and_an_approver(town: Town) -> None:
    with unit_of_work():
        (pin,) = access.pins_of(a_running_agreement(town))
        granted = service.grant_dispensation(
            town.adviser, pin, kind="contract_waiver", party=None, from_date=date(2026, 7, 1), to_date=date(2026, 12, 31),
            plates="qd 10018, QD10019", reason="Lang leveringstid", approver="Steinar Lund",
        )  # fmt: skip
    assert (granted.plates, pin.dispensations) == ("QD10018 QD10019", [granted])
    with pytest.raises(Invalid) as refused, unit_of_work():
        service.grant_dispensation(town.adviser, pin, kind="", party=None, from_date=date(2026, 7, 1), to_date=date(2026, 6, 1), plates="", reason=" ", approver="")
    assert set(refused.value.errors) == {"kind", "to_date", "reason", "approver"}


# ---------------------------------------------------------------- parties, people, life


def test_a_supplier_is_a_party_once_and_a_municipality_never(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        with_supplier(town, agreement)
    for organisation_id in (town.supplier.organisation_id, town.neighbour.organisation_id):
        with pytest.raises(Invalid), unit_of_work():
            service.add_party(town.adviser, agreement, identity_access.organisation(organisation_id))


def test_an_address_that_cannot_be_one_is_refused(town: Town) -> None:
    with unit_of_work():
        party = with_supplier(town, a_draft(town.adviser))
        service.change_contact(town.adviser, party, contact_name="Marit", contact_email=" Marit@Stodig.example ")
    assert party.contact_email == "marit@stodig.example"
    with pytest.raises(Invalid), unit_of_work():
        service.change_contact(town.adviser, party, contact_name="Marit", contact_email="marit")


def test_an_agreement_needs_a_supplier_and_a_requirement_to_run_and_runs_once(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
    with pytest.raises(WrongState), unit_of_work():
        service.activate(town.adviser, agreement)
    with unit_of_work():
        with_supplier(town, agreement)
    with pytest.raises(WrongState), unit_of_work():
        service.activate(town.adviser, agreement)
    with unit_of_work():
        pinned(town, "DRO-03", agreement)
        service.activate(town.adviser, agreement)
    with pytest.raises(WrongState), unit_of_work():
        service.activate(town.adviser, agreement)
    with unit_of_work():
        service.end(town.adviser, agreement)
    with pytest.raises(WrongState), unit_of_work():
        pinned(town, "DRO-01", agreement, change="Endringsavtale 2")


def test_only_the_assigned_controller_or_deputy_decides_and_only_within_the_dates(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        controller, reader = (identity_access.person_by_email(who.email) for who in (town.controller, town.reader))
        assert controller and reader
        service.assign(town.adviser, agreement, controller, "controller", date(2026, 7, 1), date(2026, 7, 31))
        service.assign(town.adviser, agreement, reader, "owner")
    with clock.at("2026-07-31T23:00"):
        assert access.may_decide(town.controller, agreement)
        assert access.duties_of(town.reader, agreement) == {"owner"} and not access.may_decide(town.reader, agreement)
    with clock.at("2026-08-01T00:00"):
        assert not access.may_decide(town.controller, agreement)
    with unit_of_work():
        service.assign(town.adviser, agreement, controller, "controller")
    assert len(access.assignments_of(agreement)) == 2, "given again, the dates are changed"
    assert access.may_decide(town.controller, agreement)
    assert not access.may_decide(town.neighbour, agreement) and not access.may_decide(town.supplier, agreement)


def test_a_duty_is_given_to_the_municipalitys_own_people(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
    outsider = identity_access.person_by_email(town.supplier.email)
    assert outsider
    with pytest.raises(Invalid), unit_of_work():
        service.assign(town.adviser, agreement, outsider, "controller")


# ---------------------------------------------------------------- who sees what


def test_a_supplier_sees_its_running_agreements_and_never_a_draft(town: Town) -> None:
    with unit_of_work():
        running = a_running_agreement(town)
        draft = a_draft(town.adviser, number="2026-050")
        with_supplier(town, draft)
    assert access.agreements_of(town.supplier) == [running]
    assert access.agreement_for(town.supplier, running.id) is running
    for who, agreement in ((town.supplier, draft), (town.stranger, running), (town.neighbour, running)):
        with pytest.raises(NotFound):
            access.agreement_for(who, agreement.id)


def test_a_neighbour_can_do_nothing_to_an_agreement(town: Town) -> None:
    with unit_of_work():
        agreement = a_running_agreement(town)
    (pin,), (party,) = access.pins_of(agreement), access.parties_of(agreement)
    controller = identity_access.person_by_email(town.controller.email)
    assert controller
    deeds = [
        lambda: with_supplier(Town(town.id, town.neighbour, town.neighbour, *[town.neighbour] * 2, town.supplier, town.stranger), agreement, town.stranger),
        lambda: service.change_contact(town.neighbour, party, contact_name="", contact_email=""),
        lambda: service.assign(town.neighbour, agreement, controller, "controller"),
        lambda: service.pin_own(town.neighbour, agreement, title="a", text="b", clause_reference="", frequency="annual"),
        lambda: service.add_promises(town.neighbour, pin, None, [(date(2026, 9, 1), 80)]),
        lambda: service.unpin(town.neighbour, pin),
        lambda: service.end(town.neighbour, agreement),
    ]
    for deed in deeds:
        with pytest.raises(NotFound), unit_of_work():
            deed()
    with pytest.raises(NotFound):
        access.pin_for(town.neighbour, agreement.id, pin.id)
    with pytest.raises(NotFound):
        access.party_for(town.stranger, agreement, party.id)


def test_agreements_are_found_by_number_title_and_supplier(town: Town) -> None:
    with unit_of_work():
        running = a_running_agreement(town)
        a_draft(town.adviser, number="2026-100_%", title="Økologisk mat")
    assert access.agreements_of(town.reader, q="stødig drosje") == [running]
    assert [found.title for found in access.agreements_of(town.reader, q="økologisk")] == ["Økologisk mat"]
    assert access.count_agreements(town.reader, q="100_%") == 1 and access.count_agreements(town.reader, q="2026_") == 0
    assert access.count_agreements(town.reader, state="running") == 1
    assert access.count_agreements(town.neighbour) == 0


def test_every_deed_is_told_in_the_history(town: Town) -> None:
    with unit_of_work():
        agreement = a_draft(town.adviser)
        party = with_supplier(town, agreement)
        pin = pinned(town, "DRO-03", agreement, promises=[(date(2026, 7, 1), 70)], party=party)
        service.activate(town.adviser, agreement)
        service.grant_dispensation(
            town.adviser, pin, kind="statutory_exemption", party=party, from_date=date(2026, 7, 1), to_date=date(2026, 12, 31), plates="", reason="Rullestolbil", approver="Fylket"
        )
    told = [entry.sentence for entry in journal_access.history(town.adviser, agreement_id=agreement.id)]
    assert told == [
        "Adviser Nidvik førte dispensasjon etter forskrift for DRO-03 fra 1. juli 2026 til 31. desember 2026, godkjent av Fylket",
        "Adviser Nidvik satte avtalen i gang",
        "Adviser Nidvik førte løfte for Stødig Taxisentral SA på DRO-03: 70\u00a0% fra 1. juli 2026",
        "Adviser Nidvik festet DRO-03 v1 til avtalen",
        "Adviser Nidvik la til Stødig Taxisentral SA som leverandør",
        "Adviser Nidvik opprettet avtalen 2026-044 Drosjetjenester",
    ]
