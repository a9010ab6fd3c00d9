"""The chain, the sentences and the derived secrets, on plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.journal import rules

BODY = {"verb": "x", "params": {"b": 1, "a": "å"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8
)


def a_chain(bodies: list[dict[str, object]]) -> list[tuple[int, str, str, dict[str, object]]]:
    links, before = [], rules.BEGINNING
    for seq, body in enumerate(bodies, start=1):
        found = rules.entry_hash(before, seq, body)
        links.append((seq, before, found, body))
        before = found
    return links


@given(st.lists(st.dictionaries(st.text(max_size=8), JSON, max_size=4), max_size=6))
def test_an_untouched_chain_holds(bodies: list[dict[str, object]]) -> None:
    assert rules.check_chain("x", a_chain(bodies)) == rules.ChainCheck("x", len(bodies))


@given(st.integers(0, 4))
def test_a_changed_body_breaks_the_chain_where_it_was_changed(place: int) -> None:
    links = a_chain([{"n": n} for n in range(5)])
    seq, before, found, _body = links[place]
    links[place] = (seq, before, found, {"n": "changed"})
    assert rules.check_chain("x", links).broken_at == place + 1


def test_a_missing_entry_breaks_the_chain() -> None:
    links = a_chain([{"n": n} for n in range(3)])
    assert rules.check_chain("x", [links[0], links[2]]).broken_at == 3


def test_canonical_bytes_do_not_depend_on_the_order_of_the_keys() -> None:
    assert rules.canonical({"a": 1, "b": 2}) == rules.canonical({"b": 2, "a": 1}) == b'{"a":1,"b":2}'


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError):
        rules.canonical({"a": float("nan")})
    with pytest.raises(TypeError):
        rules.canonical({"a": object()})


def test_parameters_become_plain() -> None:
    moment = datetime(2026, 8, 17, 7, 0, 0, 5, tzinfo=UTC)
    given_ = {"day": date(2026, 7, 1), "at": moment, "value": Decimal("81.10"), "plates": {"b", "a"}}
    assert rules.plain(given_) == {"day": "2026-07-01", "at": "2026-08-17T07:00:00.000005Z", "value": "81.10", "plates": ["a", "b"]}


def test_a_sentence_shows_dates_the_norwegian_way_and_forgives_what_is_absent() -> None:
    rules.register_sentences({"test.sent": "{who} sendte {what}, frist {due_on}{more}"})
    assert rules.sentence("test.sent", {"what": "to", "due_on": "2026-09-01"}, "Ingrid") == "Ingrid sendte to, frist 1. september 2026"


def test_a_parameter_is_never_a_format() -> None:
    rules.register_sentences({"test.quoted": "{who} skrev {text}"})
    assert rules.sentence("test.quoted", {"text": "{who.__class__}"}, "Ingrid") == "Ingrid skrev {who.__class__}"


def test_a_verb_without_words_is_shown_and_not_hidden() -> None:
    assert rules.sentence("test.unknown", {}, "Ingrid") == "Ingrid: test.unknown"


def test_a_verb_has_one_sentence() -> None:
    rules.register_sentences({"test.once": "a"})
    rules.register_sentences({"test.once": "a"})
    with pytest.raises(ValueError):
        rules.register_sentences({"test.once": "b"})


def test_derived_secrets_differ_by_purpose_by_row_and_by_key() -> None:
    tokens = {rules.derived_token(key, purpose, row) for key in ("k1", "k2") for purpose in ("a", "b") for row in ("1", "2")}
    assert len(tokens) == 8
    assert all(len(token) == 32 for token in tokens)


def test_a_code_is_always_six_digits() -> None:
    assert all(len(rules.derived_code("k", "code", str(n))) == 6 for n in range(200))
