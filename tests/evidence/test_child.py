"""The child process: limited, without secrets, and its death is an answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.evidence.parsing import child
from portal.evidence.parsing.child import read_in_child
from portal.evidence.parsing.reading import described
from tests.evidence import make_files as make
from tests.evidence.conftest import codes_of

PROJECT = Path(__file__).resolve().parents[2]


def test_the_child_reads_what_the_same_process_would(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(make.session_csv(make.session_rows()), encoding="utf-8")
    reading = read_in_child(path, name="a.csv", kind="charging_sessions", rows_to=tmp_path / "rows.parquet")
    assert reading["outcome"] == "accepted"
    assert (tmp_path / "rows.parquet").is_file()


def test_cells_that_hide_their_place_abort_the_child_and_not_us(tmp_path: Path) -> None:
    # Rows and columns of the far corner in two cells, neither of which names a far place: no guard sees it coming.
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>a</t></is></c></row>'
        b'<row r="1048576"><c t="inlineStr"><is><t>b</t></is></c></row></sheetData></worksheet>'
    )
    path = tmp_path / "evil.xlsx"
    path.write_bytes(make.package(make.workbook_parts(sheet)))

    reading = read_in_child(path, name="evil.xlsx", kind="vehicle_list", rows_to=tmp_path / "rows.parquet")

    assert (reading["outcome"], codes_of(reading)) == ("rejected", {"reading_too_heavy"})
    assert reading["file"] == described(path, "evil.xlsx")
    assert not (tmp_path / "rows.parquet").exists()


def test_a_child_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Start;kWh\n01.02.2026;1\n")
    reading = read_in_child(path, name="a.csv", kind="charging_sessions", wall_seconds=0.001)
    assert codes_of(reading) == {"reading_took_too_long"}


def test_a_child_that_ends_without_an_answer_is_a_rejected_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Start;kWh\n01.02.2026;1\n")
    reading = read_in_child(path, name="a.csv", kind="no_such_kind")
    assert codes_of(reading) == {"reading_stopped"}


def test_a_file_that_is_not_there_is_our_own_mistake(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_in_child(tmp_path / "none", name="a.csv", kind="charging_sessions")


def _in_a_limited_process(code: str) -> str:
    script = f"from portal.evidence.parsing import child; child._limit_yourself(); {code}"
    return subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.strip()


def test_the_child_has_its_limits_and_no_network() -> None:
    limits = _in_a_limited_process("import resource as r; print(r.getrlimit(r.RLIMIT_DATA)[1] >> 20, r.getrlimit(r.RLIMIT_CPU)[1], r.getrlimit(r.RLIMIT_AS)[1])")
    assert limits == "768 30 -1"
    tried = "import socket\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept PermissionError: print('no network')"
    assert _in_a_limited_process(f"exec({tried!r})") == "no network"


def test_secrets_do_not_reach_the_child() -> None:
    assert {"KRAVSJEKK_SECRET_KEY", "KRAVSJEKK_DATABASE_URL", "AWS_SECRET_ACCESS_KEY"}.isdisjoint(child._PASSED_ON)


def test_the_reader_starts_without_flask_and_the_database() -> None:
    code = "import sys, portal.evidence.parsing.reading; print([m for m in ('flask', 'sqlalchemy', 'boto3', 'wtforms') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True, env=dict(os.environ))
    assert shown.stdout.strip() == "[]"
