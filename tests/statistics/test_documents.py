"""The chart of shares, as it is drawn for a screen and for a phone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from portal.statistics.access import SharePoint
from portal.statistics.documents import share_chart

PHONE = 340  # CSS pixels that a picture has on the narrowest phone


def points() -> list[SharePoint]:
    periods = [("2. halvår 2024", date(2024, 7, 1), date(2024, 12, 31)), ("1. halvår 2025", date(2025, 1, 1), date(2025, 6, 30))]
    return [
        SharePoint(start, end, label, supplier, "2023-014", "Drosjetjenester", share, share, 100, 70, "indicated", True)
        for label, start, end in periods
        for supplier, share in (("Stødig Taxisentral SA (fiktiv)", 72.7), ("Snarvei Drosje AS (fiktiv)", 71.4))
    ]


def width(svg: str) -> float:
    found = re.search(r'<svg[^>]*\bwidth="([\d.]+)"', svg)
    assert found is not None
    return float(found[1])


@pytest.mark.parametrize("narrow", [False, True])
def test_every_figure_and_supplier_is_in_the_chart(context: Flask, narrow: bool) -> None:
    svg = share_chart(points(), narrow=narrow)
    for told in ("72,7", "71,4", "Stødig Taxisentral SA", "Snarvei Drosje AS"):
        assert told in svg


def test_on_a_phone_the_whole_chart_fits_at_the_size_it_is_drawn(context: Flask) -> None:
    assert width(share_chart(points(), narrow=True)) <= PHONE < width(share_chart(points()))
