"""The metrics, one per file. `COMPUTED` tells reporting which need no typed number, since evidence gives them."""

from portal.verification.metrics import (
    kwh_reported_share,
    share_maxi_zero_emission,
    share_trips_zero_emission,
    share_vehicles_zero_emission,
)
from portal.verification.metrics.count import Counted, Metric, PlateShare, Reason
from portal.verification.metrics.facts import ChargingLog, Facts, Span, Vehicle

METRICS: dict[str, Metric] = {
    module.METRIC.name: module.METRIC
    for module in (share_trips_zero_emission, share_vehicles_zero_emission, share_maxi_zero_emission, kwh_reported_share)
}
COMPUTED: dict[str, frozenset[str]] = {name: metric.reads for name, metric in METRICS.items()}
"""Metric name → the kinds of evidence it is computed from. Any other metric is declared."""

__all__ = ["COMPUTED", "METRICS", "ChargingLog", "Counted", "Facts", "Metric", "PlateShare", "Reason", "Span", "Vehicle"]
