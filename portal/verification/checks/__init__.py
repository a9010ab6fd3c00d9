"""The checks, one per file, under the names in the requirements. Those not built yet are done by a person (decision 32)."""

from collections.abc import Collection, Iterable

from portal.verification.checks import (
    charging_missing_end,
    charging_outside_period,
    charging_over_72h,
    charging_overlap,
    duplicate_plate,
    fuel_matches_register,
    plate_format,
)
from portal.verification.checks.findings import Check, CheckResult, CheckState, Flag
from portal.verification.metrics.facts import Facts, Span

CHECKS: dict[str, Check] = {
    module.CHECK.name: module.CHECK
    for module in (
        plate_format,
        fuel_matches_register,
        duplicate_plate,
        charging_missing_end,
        charging_overlap,
        charging_over_72h,
        charging_outside_period,
    )
}
ACCOMPANYING = ("charging_over_72h", "charging_outside_period")
"""Looked at whenever a requirement has their kind of evidence, though no requirement names them."""


def checked(names: Iterable[str], facts: Facts, span: Span, kinds: Collection[str]) -> tuple[CheckResult, ...]:
    """Every named check, in order, and those that accompany the kinds of evidence at hand (`kinds`: read files only)."""
    wanted = dict.fromkeys([*names, *(name for name in ACCOMPANYING if CHECKS[name].reads in kinds)])
    return tuple(_one(name, facts, span, kinds) for name in wanted)


def _one(name: str, facts: Facts, span: Span, kinds: Collection[str]) -> CheckResult:
    check = CHECKS.get(name)
    if check is None:
        return CheckResult(name, CheckState.MANUAL)
    if check.reads not in kinds:
        return CheckResult(name, CheckState.NOTHING)
    flags = check.look(facts, span)
    return CheckResult(name, CheckState.ASKS if any(flag.asks for flag in flags) else CheckState.CLEAR, flags)


__all__ = ["ACCOMPANYING", "CHECKS", "Check", "CheckResult", "CheckState", "Flag", "checked"]
