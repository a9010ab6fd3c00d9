"""Times as exports write them, and the instants they mean on the two nights when the clock is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.evidence.parsing.times import does_not_exist, read_times, resolved, resolved_end
from tests.evidence.conftest import ReadText, codes_of

OSLO = ZoneInfo("Europe/Oslo")
MOMENT = datetime(2018, 12, 21, 10, 20)


def read(*texts: str | None, **how: object) -> list[datetime | None]:
    return read_times(pl.Series(texts, dtype=pl.String), **how).values.to_list()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "21.12.2018 10:20", "21.12.2018 10.20", "21.12.18 10:20:00", "2018-12-21 10:20", "2018-12-21T10:20:00", "2018-12-21T10:20:00.123", "21/12/2018 10:20", "21-12-2018 10:20",
        "2018/12/21 10:20", "21. desember 2018 kl. 10.20", "21. des 2018 10:20", "21 Dec 2018 10:20", "Dec 21, 2018 10:20 AM", "12/21/2018 10:20 AM", "21.12.2018 kl. 10:20", "2018-12-21T09:20:00Z",
        "2018-12-21 09:20:00 UTC", "2018-12-21T10:20:00+01:00", "2018-12-21T04:20:00-0500", "Fri, 21 Dec 2018 09:20:00 GMT", "20181221T092000Z", " 21.12.2018\u00a010:20 ",
    ],
)  # fmt: skip
def test_a_time_is_read_as_local_time(text: str) -> None:
    assert read(text) == [MOMENT]


@pytest.mark.parametrize("text", ["31.02.2018 10:20", "21.13.2018", "25:00", "21.12.2018 25:00", "21.12.2018 10:61", "i går", "2018", "10:20:99"])
def test_what_is_no_time_is_named(text: str) -> None:
    result = read_times(pl.Series([text]))
    assert result.values.to_list() == [None]
    assert result.bad.to_list() == [True]


def test_midnight_may_be_written_as_twenty_four() -> None:
    assert read("31.12.2025 24:00") == [datetime(2026, 1, 1)]


def test_a_year_written_wrongly_is_flagged_and_not_taken() -> None:
    result = read_times(pl.Series(["21.12.0014 10:20"]))
    assert result.values.to_list() == [None]
    assert result.unlikely.to_list() == [True]


def test_the_column_shows_the_order_of_day_and_month() -> None:
    assert read("01/02/2026", "13/02/2026")[0] == datetime(2026, 2, 1)
    assert read("01/02/2026", "02/13/2026")[0] == datetime(2026, 1, 2)
    assert read("01.02.2026")[0] == datetime(2026, 2, 1)


def test_an_open_order_is_asked_about_and_the_answer_settles_it() -> None:
    assert read_times(pl.Series(["01/02/2026", "03/04/2026"])).ask
    assert read("01/02/2026", "03/04/2026", order="dmy")[0] == datetime(2026, 2, 1)
    assert read("01/02/2026", "03/04/2026", order="mdy")[0] == datetime(2026, 1, 2)


def _instants(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    frame = pl.DataFrame({"start": [start], "end": [end]}).with_columns(s=resolved(pl.col("start")))
    frame = frame.with_columns(e=resolved_end(pl.col("end"), pl.col("s")))
    return frame["s"].item(), frame["e"].item()


def test_in_the_autumn_night_the_first_pass_is_meant() -> None:
    start, end = _instants(datetime(2025, 10, 26, 2, 10), datetime(2025, 10, 26, 2, 40))
    assert (start, end) == (datetime(2025, 10, 26, 0, 10, tzinfo=UTC), datetime(2025, 10, 26, 0, 40, tzinfo=UTC))


def test_an_end_that_would_precede_its_start_is_in_the_second_pass() -> None:
    start, end = _instants(datetime(2025, 10, 26, 2, 40), datetime(2025, 10, 26, 2, 10))
    assert end - start == timedelta(minutes=30)


def test_a_session_over_the_whole_autumn_night_is_an_hour_longer_than_the_clock_says() -> None:
    start, end = _instants(datetime(2025, 10, 25, 22), datetime(2025, 10, 26, 6))
    assert end - start == timedelta(hours=9)


def test_a_session_over_the_spring_night_is_an_hour_shorter() -> None:
    start, end = _instants(datetime(2026, 3, 28, 22), datetime(2026, 3, 29, 6))
    assert end - start == timedelta(hours=7)


def test_an_hour_that_the_spring_night_skips_is_read_as_winter_time_and_told() -> None:
    frame = pl.DataFrame({"t": [datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 3, 30)]})
    frame = frame.with_columns(utc=resolved(pl.col("t")), skipped=does_not_exist(pl.col("t")))
    assert frame["utc"].to_list() == [datetime(2026, 3, 29, 1, 30, tzinfo=UTC)] * 2
    assert frame["skipped"].to_list() == [True, False]


@settings(max_examples=200, deadline=None)
@given(st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31)), st.sampled_from(["%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S"]))
def test_any_time_comes_back_and_resolves_as_the_zone_database_says(moment: datetime, form: str) -> None:
    moment = moment.replace(microsecond=0)
    assert read(moment.strftime(form)) == [moment]
    instant = pl.DataFrame({"t": [moment]}).select(resolved(pl.col("t"))).item()
    assert instant == moment.replace(tzinfo=OSLO).astimezone(UTC)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=10))
def test_any_text_is_read_or_named(texts: list[str]) -> None:
    result = read_times(pl.Series(texts, dtype=pl.String))
    for value, clock, bad, unclear, unlikely in zip(result.values, result.clock, result.bad, result.unclear, result.unlikely, strict=True):
        assert [value is not None, clock is not None, bad, unclear, unlikely].count(True) == 1


def test_a_heading_that_says_utc_moves_the_times(read_text: ReadText) -> None:
    reading = read_text("charging_sessions", "Start (UTC);kWh", "2026-07-01 10:00;5,5")
    assert reading["figures"]["first_start"] == "2026-07-01T12:00:00"


def test_kwh_go_by_the_local_month_of_the_start(read_text: ReadText) -> None:
    reading = read_text("charging_sessions", "Start;kWh", "2026-06-30T22:30:00Z;5,5")
    assert reading["figures"]["by_month"] == {"2026-07": 5.5}


def test_the_answer_about_dates_is_used(read_text: ReadText) -> None:
    lines = ("Start;kWh", "03/04/2026 10:00;5,5", "05/06/2026 10:00;4,5")
    assert read_text("charging_sessions", *lines)["outcome"] == "needs_mapping"
    answered = read_text("charging_sessions", *lines, mapping={"date_order": "dmy"})
    assert (answered["figures"]["by_month"], codes_of(answered)) == ({"2026-04": 5.5, "2026-06": 4.5}, set())
