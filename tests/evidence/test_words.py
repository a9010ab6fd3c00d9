"""Findings in words, the kinds' own texts, the states, and the command."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import evidence
from portal.evidence.kinds import KINDS
from portal.evidence.kinds.declaration import Kind
from portal.evidence.parsing.headings import folded
from portal.evidence.parsing.messages import NB, number, render
from portal.evidence.rules import MOVES, EvidenceState, Finding, Level, shortened
from tests.evidence import make_files as make
from tests.evidence.conftest import ReadText

HARSH = ("feil", "avvist", "ugyldig", "underkjent", "avvik", "mislighold", "juks")


@pytest.mark.parametrize("code", sorted(NB))
def test_every_code_has_a_message_and_a_fix_in_a_kind_tone(code: str) -> None:
    for words in NB[code]:
        if isinstance(words, str):
            assert words[0].isupper() or words[0] in "{«", words
            assert words.endswith((".", "?", ")")), words
            assert not any(harsh in words.lower().split() for harsh in HARSH), words


def test_a_finding_about_several_rows_says_how_many() -> None:
    assert render(Finding(Level.WARNING, "without_end", rows=(4, 5)))[0] == "2 økter mangler sluttid. Energien er regnet med."
    assert render(Finding(Level.WARNING, "without_end", row=4))[0] == "Økta mangler sluttid. Energien er regnet med."


def test_a_finding_recorded_by_an_older_reader_can_still_be_told() -> None:
    assert render(Finding(Level.WARNING, "value_unknown", row=4)) == ("… kjennes ikke igjen. Raden er regnet som «annet».", "Skriv for eksempel ….")


def test_numbers_are_written_the_norwegian_way() -> None:
    assert number(87493.28) == "87\u00a0493,28"
    assert number(6878) == "6\u00a0878"


def test_a_finding_survives_being_stored() -> None:
    finding = Finding(Level.HINT, "total_row", {"n": 1}, "Biler", None, (3, 4), "Sum", "x")
    assert Finding.from_json(json.loads(json.dumps(finding.as_json()))) == finding


def test_a_quote_is_cut_and_cannot_move_the_cursor() -> None:
    assert shortened("\x1b[2Ja\nb" + "x" * 50) == "[2Ja b" + "x" * 33 + "…"


def test_every_state_but_the_end_can_be_left_and_only_as_listed() -> None:
    assert set(MOVES) == set(EvidenceState)
    assert EvidenceState.CHECKING.may_become(EvidenceState.READY)
    assert not EvidenceState.RECEIVING.may_become(EvidenceState.READY)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_kind_has_its_texts_and_no_heading_means_two_required_columns(kind: Kind) -> None:
    for texts in (kind.name, kind.help, *(column.label for column in kind.columns)):
        assert set(texts) == {"nb", "nn", "en"} and all(texts.values())
    required = {column.name for column in kind.required}
    owners: dict[str, set[str]] = {}
    for column in kind.columns:
        for synonym in column.synonyms:
            owners.setdefault(folded(synonym), set()).add(column.name)
    assert [synonym for synonym, names in owners.items() if len(names & required) > 1] == []
    assert all(len(column.examples) <= 40 and bool(column.examples) == bool(column.otherwise) for column in kind.columns)
    assert all(set(synonym.lower()) & set(string.ascii_letters + "åøæ") for synonym in owners)


def test_a_file_with_the_portal_s_own_labels_is_recognised(read_text: ReadText) -> None:
    for language in ("nb", "nn", "en"):
        headings = [column.label[language] for column in KINDS["vehicle_list"].columns]
        reading = read_text("vehicle_list", ";".join(headings), "EQ 10001;El" + ";" * (len(headings) - 2))
        assert set(reading["table"]["columns"]) == {column.name for column in KINDS["vehicle_list"].columns}


def _check(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(evidence, ["check", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "ladelogg.csv"
    path.write_text(make.session_csv(make.session_rows()), encoding="utf-8")
    return str(path)


def test_the_command_prints_one_json_object_and_ends_with_zero(log: str) -> None:
    code, output = _check(log, "--kind", "charging_sessions", "--from", "2026-01-01", "--to", "2026-06-30", "--json")
    answer = json.loads(output)
    assert (code, answer["outcome"], answer["figures"]["sessions"]) == (0, "accepted", 40)
    assert answer["file"]["name"] == "ladelogg.csv"


def test_the_command_speaks_bokmål_without_json(log: str) -> None:
    code, output = _check(log, "--kind", "charging_sessions")
    assert code == 0
    assert "Filen kan brukes." in output and "Ladeøkter: 40" in output


def test_the_command_checks_under_another_name_and_ends_with_one_when_refused(log: str) -> None:
    code, output = _check(log, "--kind", "charging_sessions", "--as", "bilde.heic")
    assert code == 1
    assert "Lagre bildet som JPG og last opp på nytt." in output


@pytest.mark.parametrize("wrong", [["--kind", "no_such"], [], ["--kind", "charging_sessions", "--from", "2026-01-01"], ["--kind", "charging_sessions", "--from", "2026-02-01", "--to", "2026-01-01"]])
def test_wrong_use_ends_with_two(log: str, wrong: list[str]) -> None:
    assert _check(log, *wrong)[0] == 2
    assert _check("/no/such/file", "--kind", "charging_sessions")[0] == 2
