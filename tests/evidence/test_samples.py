"""The corpus: every file is read as its right answer says, and every answer keeps to the JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import portal.evidence.kinds
from portal.evidence.kinds import KINDS
from portal.evidence.parsing import guard, limits
from portal.evidence.parsing.child import read_in_child
from portal.evidence.parsing.messages import NB
from portal.evidence.parsing.reading import read
from portal.evidence.parsing.report import as_answer, as_text
from tests.evidence import make_files as make
from tests.evidence.conftest import ReadText, codes_of
from tests.evidence.make_files import Sample
from tests.evidence.samples import HOSTILE, SAMPLES

SCHEMA = json.loads(Path(portal.evidence.kinds.__file__).with_name("answer.schema.json").read_text(encoding="utf-8"))
SCHEMA_OF_ANSWERS = jsonschema.Draft202012Validator(SCHEMA)
BY_LIMITS = {"file_too_large", "too_many_rows", "too_many_cells"}
BY_THE_CHILD = {"reading_took_too_long", "reading_too_heavy", "reading_stopped"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.kind}-{sample.name}")
def test_a_file_of_the_corpus_is_read_as_it_should(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "file"
    sample.write(path)

    reading = read(path, name=sample.name, kind=sample.kind, period=sample.period)

    assert (reading["outcome"], codes_of(reading)) == (sample.outcome, set(sample.codes))
    figures = reading["figures"] or {}
    assert {name: figures.get(name) for name, _ in sample.figures} == dict(sample.figures)
    answer = as_answer(reading)
    SCHEMA_OF_ANSWERS.validate(answer)
    assert as_text(answer)
    assert make.SYNTHETIC_IDENTITY not in json.dumps(reading)


@pytest.mark.parametrize("sample", HOSTILE, ids=lambda sample: sample.name)
def test_a_hostile_file_is_refused_within_three_seconds(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "file"
    sample.write(path)

    reading = read_in_child(path, name=sample.name, kind=sample.kind, wall_seconds=3)

    assert codes_of(reading) == set(sample.codes)


def test_the_corpus_and_the_tests_of_limits_meet_every_code() -> None:
    met = {code for sample in SAMPLES for code in sample.codes}
    assert set(NB) == met | BY_LIMITS | BY_THE_CHILD


def test_the_schema_lists_every_code_and_every_column() -> None:
    assert set(SCHEMA["$defs"]["code"]["enum"]) == set(NB)
    assert set(SCHEMA["$defs"]["column"]["enum"]) == {column.name for kind in KINDS.values() for column in kind.columns}
    assert SCHEMA["properties"]["kind"]["enum"] == list(KINDS)
    for code, kind in KINDS.items():
        assert list(SCHEMA["$defs"][code]["properties"]) == [figure.name for figure in kind.figures]


def test_a_file_above_the_size_limit_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CSV_BYTES", 10)
    path = tmp_path / "file"
    path.write_text("Start;kWh\n01.02.2026;1\n")
    assert guard.inspect(path, "a.csv") == guard.Refused("file_too_large", {"mb": 0.0, "most_mb": 0})


def test_too_many_rows_are_refused(read_text: ReadText, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ROWS", 2)
    monkeypatch.setattr(limits, "HEADER_WITHIN", 1)
    reading = read_text("charging_sessions", "Start;kWh", *["01.02.2026 10:00;1"] * 5)
    assert (reading["outcome"], codes_of(reading)) == ("rejected", {"too_many_rows"})


def test_a_dense_sheet_above_the_cell_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_AREA", 8)
    path = tmp_path / "file"
    make.sheets(("Biler", [make.VEHICLE_HEADER, *make.vehicle_rows()]))(path)
    verdict = guard.inspect(path, "a.xlsx")
    assert isinstance(verdict, guard.Refused) and verdict.code == "too_many_cells"


def test_a_styled_but_empty_cell_in_the_last_corner_does_no_harm(tmp_path: Path) -> None:
    xml = make.sheet_xml({"A1": "Reg.nr"}).replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    path = tmp_path / "file"
    path.write_bytes(make.package(make.workbook_parts(xml)))
    assert guard.inspect(path, "a.xlsx") == guard.Accepted("xlsx")


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_the_used_range_is_found_whatever_the_xml_looks_like(prefix: str, tmp_path: Path) -> None:
    xml = make.sheet_xml({"A1": "a", "XFD1048576": "b"}).replace(b'"', b"'")
    for tag in (b"worksheet", b"sheetData", b"row", b"is", b"t", b"c"):
        xml = xml.replace(b"<" + tag + b">", b"<" + prefix.encode() + tag + b">").replace(b"<" + tag + b" ", b"<" + prefix.encode() + tag + b" ")
        xml = xml.replace(b"</" + tag + b">", b"</" + prefix.encode() + tag + b">")
    path = tmp_path / "file"
    path.write_bytes(make.package(make.workbook_parts(xml)))
    verdict = guard.inspect(path, "a.xlsx")
    assert isinstance(verdict, guard.Refused) and verdict.code == "far_corner"
    assert verdict.params["cell"] == "XFD1048576"
