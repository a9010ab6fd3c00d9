"""Reading the Trondheim file (or one like it) as evidence, against plain `polars.read_csv` of the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import polars as pl

from portal.evidence.parsing.child import read_in_child
from portal.evidence.parsing.reading import read
from tests.evidence.make_files import like_trondheim

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "trondheim_ev_charging_2018_2020.csv"
TIMES = 7


def rows() -> list[str]:
    """One line per measurement: medians of several runs in one process, and the ratio between them."""
    with tempfile.TemporaryDirectory() as folder:
        file = REAL
        if not file.is_file():
            file = Path(folder) / "like_trondheim.csv"
            like_trondheim(file)
        kept = Path(folder) / "rows.parquet"
        plain = _median(lambda: pl.read_csv(file, separator=";", infer_schema=False))
        typed = _median(lambda: pl.read_csv(file, separator=";", decimal_comma=True, null_values="NA", infer_schema_length=None))
        inside = _median(lambda: read(file, name=file.name, kind="charging_sessions", rows_to=kept))
        whole = _median(lambda: read_in_child(file, name=file.name, kind="charging_sessions", rows_to=kept))
        start = _median(lambda: read_in_child(_tiny(folder), name="a.csv", kind="charging_sessions"))
    size = "the Trondheim file" if file == REAL else "a file like the Trondheim file"
    return [
        f"Reading {size}: {inside * 1000:.0f} ms, {inside / plain:.1f} × polars.read_csv as text ({plain * 1000:.1f} ms), {inside / typed:.1f} × typed ({typed * 1000:.1f} ms)",
        f"The same in its child process: {whole * 1000:.0f} ms, {whole / inside:.1f} × the reading alone; a file of one row takes {start * 1000:.0f} ms",
    ]


def _tiny(folder: str) -> Path:
    path = Path(folder) / "a.csv"
    path.write_text("Start;kWh\n01.02.2026 10:00;5,5\n", encoding="utf-8")
    return path


def _median(call: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES):
        began = perf_counter()
        call()
        spent.append(perf_counter() - began)
    return sorted(spent)[TIMES // 2]


if __name__ == "__main__":
    print("\n".join(rows()))
