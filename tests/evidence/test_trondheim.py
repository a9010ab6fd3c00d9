"""The real file: 6,878 sessions from Trondheim, 2018–2020 (Sørensen et al. 2021, CC BY 4.0), read as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from portal.evidence.parsing.child import read_in_child

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "trondheim_ev_charging_2018_2020.csv"
PERIOD = (date(2018, 12, 1), date(2020, 1, 31))
KWH_BY_START_MONTH = {
    "2018-12": 151.1, "2019-01": 1230.0, "2019-02": 1528.4, "2019-03": 3539.8, "2019-04": 3175.9, "2019-05": 3451.7,
    "2019-06": 3819.4, "2019-07": 3324.0, "2019-08": 5626.9, "2019-09": 7507.1, "2019-10": 10821.1, "2019-11": 14092.0,
    "2019-12": 13672.4, "2020-01": 15553.5,
}

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="The Trondheim file lies in ../shared/data, which is not here.")


def test_the_real_file_gives_exactly_the_published_figures(tmp_path: Path) -> None:
    rows = tmp_path / "rows.parquet"

    reading = read_in_child(FILE, name=FILE.name, kind="charging_sessions", period=PERIOD, rows_to=rows)

    figures = reading["figures"]
    assert reading["outcome"] == "accepted_with_warnings"
    assert (figures["sessions"], figures["sum_kwh"]) == (6878, 87493.28)
    assert (figures["without_end"], figures["overlaps"], figures["over_72h"]) == (34, 18, 53)
    assert (figures["first_start"], figures["last_end"]) == ("2018-12-21T10:20:00", "2020-01-31T23:53:00")
    assert {month: pytest.approx(kwh, abs=0.051) for month, kwh in KWH_BY_START_MONTH.items()} == figures["by_month"]
    assert (reading["table"]["rows"], reading["table"]["rows_used"]) == (6878, 6878)
    stored = pl.read_parquet(rows)
    assert stored.height == 6878 and stored["_row"].to_list() == list(range(2, 6880))


def test_sessions_over_the_clock_change_have_their_true_length(tmp_path: Path) -> None:
    rows = tmp_path / "rows.parquet"
    reading = read_in_child(FILE, name=FILE.name, kind="charging_sessions", rows_to=rows)
    session = pl.read_parquet(rows).filter(pl.col("session_id") == "3145").row(0, named=True)
    assert (session["end"] - session["start"]).total_seconds() / 3600 == pytest.approx(90.37, abs=0.01)
    assert (session["end_utc"] - session["start_utc"]).total_seconds() / 3600 == pytest.approx(91.36, abs=0.01)
    source_errors = next(finding for finding in reading["findings"] if finding["code"] == "duration_differs")
    assert source_errors["rows"] == [1369, 1370, 1371, 1372, 1373]
