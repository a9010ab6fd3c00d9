"""Reading a sample in the test's own process: the guard lets nothing dangerous through to the parser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.evidence.parsing.reading import read

ReadText = Callable[..., dict[str, Any]]


@pytest.fixture
def read_text(tmp_path: Path) -> ReadText:
    """Read a text as a csv file: `read_text(kind, lines…, period=…, mapping=…)`."""

    def reader(
        kind: str, *lines: str, name: str = "fil.csv", period: tuple[date, date] | None = None,
        mapping: dict[str, str] | None = None, rows_to: Path | None = None,
    ) -> dict[str, Any]:
        path = tmp_path / "fil"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read(path, name=name, kind=kind, period=period, mapping=mapping, rows_to=rows_to)

    return reader


def codes_of(reading: dict[str, Any]) -> set[str]:
    """The codes of a reading's findings."""
    return {finding["code"] for finding in reading["findings"]}
