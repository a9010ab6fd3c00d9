"""Organisation numbers, addresses and dates, on plain values."""

from __future__ import annotations

from datetime import date

import pytest

from portal.identity.rules import (
    ASK_WINDOW,
    LINK_LIFE,
    Role,
    bare_orgnr,
    is_active,
    normal_email,
    roles_for,
    unknown_roles,
    valid_orgnr,
)


@pytest.mark.parametrize("orgnr", ["942110464", "500010010", "500010029", "974760673"])
def test_a_number_with_the_right_check_digit_is_valid(orgnr: str) -> None:
    assert valid_orgnr(orgnr)


@pytest.mark.parametrize("orgnr", ["942110465", "94211046", "9421104644", "", "abcdefghi", "942 110 464", "５０００１００１０"])
def test_anything_else_is_not(orgnr: str) -> None:
    assert not valid_orgnr(orgnr)


def test_a_number_is_taken_as_people_write_it() -> None:
    assert bare_orgnr("NO 942 110 464 MVA") == bare_orgnr("942\u00a0110\u00a0464") == "942110464"


@pytest.mark.parametrize(("typed", "kept"), [(" Ola@Firma.NO ", "ola@firma.no"), ("ola", ""), ("ola@firma", ""), ("a@b.no, c@d.no", ""), ("a@b.no\nBcc: c@d.no", ""), ("", ""), ("x" * 300 + "@b.no", "")])
def test_an_address_is_one_address_or_none(typed: str, kept: str) -> None:
    assert normal_email(typed) == kept


def test_a_membership_holds_on_its_first_and_its_last_day() -> None:
    first, last = date(2026, 1, 1), date(2026, 6, 30)
    assert [is_active(first, last, day) for day in (date(2025, 12, 31), first, last, date(2026, 7, 1))] == [False, True, True, False]
    assert is_active(None, None, first)


def test_a_supplier_has_no_municipal_roles_and_the_other_way_round() -> None:
    assert unknown_roles("supplier", ["submitter", "controller"]) == ["controller"]
    assert unknown_roles("buyer", ["submitter", "controller"]) == ["submitter"]
    assert roles_for("buyer") | roles_for("supplier") == set(Role)


def test_the_links_that_a_stranger_asked_for_outlive_the_limit_that_he_filled() -> None:
    assert LINK_LIFE > ASK_WINDOW
