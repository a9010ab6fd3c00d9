"""The chart, drawn by Vega-Lite as SVG without script. Labels are values in a specification, never markup."""

from __future__ import annotations

from typing import Any

import vl_convert

from portal.foundation.i18n import _, format_number
from portal.statistics.access import SharePoint

COLOURS = ["#0b5c57", "#b4541a", "#3b4a9e", "#7a3b69", "#5c6b1f"]  # apart in hue and in lightness; shapes tell them apart too


def share_chart(points: list[SharePoint], *, narrow: bool = False) -> str:
    """SVG: one line per supplier over the periods, and the agreed minimum as a stepped dashed line. Percent, 0–100.

    `narrow` is drawn for a phone: the same figures and letters in less than half the width, the periods' names on several lines.
    """
    counted = [point for point in points if point.value is not None]
    suppliers = sorted({_short(point.supplier) for point in counted})
    periods = [label for _start, label in sorted({(point.period_from, point.label) for point in points})]
    values = [
        {"period": p.label, "share": p.value, "supplier": _short(p.supplier), "written": format_number(p.value, 1), "side": suppliers.index(_short(p.supplier)) % 2}
        for p in counted
    ]
    minimums = [{"period": label, "share": value} for label, value in {p.label: p.minimum for p in points if p.minimum is not None}.items()]
    x = {"field": "period", "type": "ordinal", "sort": periods, "scale": {"domain": periods}, "title": None, "axis": {"labelAngle": 0, "labelPadding": 8, "domainColor": "#7b857f", "ticks": False, **({"labelExpr": "split(datum.label, ' ')"} if narrow else {})}}
    y = {"field": "share", "type": "quantitative", "scale": {"domain": [0, 105]}, "title": _("Prosent av bilene"), "axis": {"gridColor": "#e3e2da", "values": [0, 20, 40, 60, 80, 100], "domain": False, "ticks": False}}
    colour = {"field": "supplier", "type": "nominal", "title": None, "scale": {"domain": suppliers, "range": COLOURS}, "legend": {"orient": "top", "symbolSize": 120, "labelLimit": 300, **({"columns": 1} if narrow else {})}}
    shape = {"field": "supplier", "type": "nominal", "title": None, "scale": {"domain": suppliers}, "legend": colour["legend"]}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": minimums},
            "mark": {"type": "line", "interpolate": "step", "strokeDash": [6, 5], "color": "#5b645f", "strokeWidth": 1.5},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"values": values},
            "mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 90, "filled": True}},
            "encoding": {"x": x, "y": y, "color": colour, "shape": shape},
        },
        # Every other supplier's figures stand below the point, so that close lines stay readable
        *(
            {
                "data": {"values": [value for value in values if value["side"] == side]},
                "mark": {"type": "text", "dy": 18 if side else -14, "fontSize": 12, "fontWeight": 600},
                "encoding": {"x": x, "y": y, "color": colour, "text": {"field": "written", "type": "nominal"}},
            }
            for side in (0, 1)
        ),
    ]
    text = {"labelFontSize": 13, "titleFontSize": 13, "labelColor": "#24302b", "titleColor": "#24302b", "titleFontWeight": 500}
    svg: str = vl_convert.vegalite_to_svg(
        {
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "width": 240 if narrow else 760,
            "height": 260 if narrow else 300,
            "padding": 4 if narrow else 12,
            "background": "transparent",
            "config": {"font": "Inter, Arial, sans-serif", "axis": text, "legend": {"labelFontSize": 13}, "view": {"stroke": None}},
            "layer": layers,
        }
    )
    return svg


def _short(name: str) -> str:
    return name.replace(" (fiktiv)", "")
