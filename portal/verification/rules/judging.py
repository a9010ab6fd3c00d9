"""The one function behind every verdict, live and recorded: `judge`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from portal.verification.checks import checked
from portal.verification.metrics import METRICS
from portal.verification.metrics.count import Counted, Metric, Reason
from portal.verification.metrics.declared import stated
from portal.verification.metrics.facts import Number, Span
from portal.verification.rules.material import Declared, Demand, Dispensation, File, Material, PinMaterial, facts_of
from portal.verification.rules.thresholds import holds, in_force, parts_of, recorded_value, share
from portal.verification.rules.verdicts import Assessment, Outcome, PartVerdict, PinVerdict

RULES_VERSION = "1"
"""Written beside every recorded verdict. Raise it when the same material would be judged otherwise."""

OWN_WORDING = "own_wording"
"""The metric name of a requirement without one: an own text of the contract, which a person judges."""

UNREAD = ("receiving", "checking")

Recount = Callable[[frozenset[str]], Counted]
"""The metric counted again without some vehicles."""


def judge(material: Material) -> Assessment:
    """Every requirement's verdict and checks. Depends on `material` alone, not on the time or on who asks."""
    return Assessment(tuple(_pin(pin, material.period) for pin in material.pins))


def _pin(pin: PinMaterial, period: Span) -> PinVerdict:
    files = tuple(file for demand in pin.demands for file in demand.files)
    read = tuple(file for file in files if file.state == "ready")
    kinds = {file.kind for file in read}
    return PinVerdict(
        pin_id=pin.id,
        code=pin.code,
        title=pin.title,
        metric=pin.metric or OWN_WORDING,
        operator=pin.operator,
        clause=pin.clause,
        controlled_by=pin.controlled_by,
        parts=_parts(pin, period, files),
        checks=checked(pin.checks, facts_of(read, period), period, kinds),
        readings=tuple(dict.fromkeys(file.reading_id for file in read if file.reading_id)),
    )


def _parts(pin: PinMaterial, period: Span, files: tuple[File, ...]) -> tuple[PartVerdict, ...]:
    if pin.declared:
        ordered = sorted(pin.declared, key=lambda declared: declared.span.first)
        return tuple(_declared(pin, declared) for declared in ordered)
    metric = METRICS.get(pin.metric)
    if metric is None:
        code = "own_wording" if not pin.metric else "not_asked"
        return (replace(_empty(pin, period), reasons=(Reason(code),)),)
    spans = parts_of(period, pin.steps)
    return tuple(_computed(pin, metric, span, files, whole=len(spans) == 1) for span in spans)


# ---------------------------------------------------------------- declared


def _declared(pin: PinMaterial, declared: Declared) -> PartVerdict:
    part = _empty(pin, declared.span)
    if declared.cannot_because:
        return replace(part, outcome=Outcome.CANNOT_DECIDE, reasons=(Reason("cannot_provide", {"because": declared.cannot_because}),))
    if declared.problem:
        return replace(part, outcome=Outcome.CANNOT_DECIDE, reasons=(Reason("answer_unclear", {"problem": declared.problem}),))
    value = stated(declared.value)
    if value is None:
        return replace(part, outcome=Outcome.MISSING, reasons=(Reason("no_answer"),))
    figures = replace(part, value=recorded_value(Fraction(str(value))), method="declared")
    return _compared(pin, figures, Fraction(str(value)))


# ---------------------------------------------------------------- computed


def _computed(pin: PinMaterial, metric: Metric, span: Span, files: tuple[File, ...], *, whole: bool) -> PartVerdict:
    part = _empty(pin, span)
    stop = _being_read(pin, metric) or next(filter(None, (_lacking(pin, kind, span) for kind in sorted(metric.needs))), None)
    if stop is not None:
        return replace(part, outcome=stop.outcome, reasons=stop.reasons)
    if not whole and not metric.by_dates:
        return replace(part, outcome=Outcome.CANNOT_DECIDE, reasons=(Reason("not_by_part"),))
    facts = facts_of(tuple(file for file in files if file.state == "ready"), span)
    counted = metric.count(facts, span)
    if counted.problem is not None:
        return replace(part, outcome=Outcome.CANNOT_DECIDE, reasons=(counted.problem,))
    stop = next(filter(None, (_lacking(pin, kind, span) for kind in sorted(metric.reads - metric.needs))), None)
    if stop is not None and counted.plates:  # what is lacking could be in the other file
        return replace(part, outcome=stop.outcome, reasons=stop.reasons, plates=counted.plates)
    part = replace(
        part,
        numerator=counted.numerator,
        denominator=counted.denominator,
        method_counts=counted.counts,
        method=_weakest(counted.counts),
        plates=counted.plates,
        reasons=counted.notes,
    )
    if not counted.denominator:
        if not facts.vehicles:
            return replace(part, outcome=Outcome.CANNOT_DECIDE, reasons=(*part.reasons, Reason("no_vehicles")))
        return replace(part, outcome=Outcome.NOT_RELEVANT, reasons=(*part.reasons, Reason("nothing_to_count")))
    value = _share(counted)
    return _compared(pin, replace(part, value=recorded_value(value)), value, lambda plates: metric.count(facts.without(plates), span))


@dataclass(frozen=True)
class _Stop:
    outcome: Outcome
    reasons: tuple[Reason, ...]


def _being_read(pin: PinMaterial, metric: Metric) -> _Stop | None:
    kinds = sorted({file.kind for demand in pin.demands for file in demand.files if file.state in UNREAD and file.kind in metric.reads})
    return _Stop(Outcome.WAITING, (Reason("being_read", {"kind": kinds[0]}),)) if kinds else None


def _lacking(pin: PinMaterial, kind: str, span: Span) -> _Stop | None:
    """Why there is no usable file of `kind`, None when there is one."""
    demands = [demand for demand in pin.demands if demand.kind == kind]
    files = [file for demand in demands for file in demand.files]
    if any(file.state == "ready" and span.overlaps(file.applies_from, file.applies_to) for file in files):
        return None
    return _without(kind, demands, files)


def _without(kind: str, demands: list[Demand], files: list[File]) -> _Stop:
    """No usable file of a needed kind: unreadable, about other dates, not to be had, or simply not there."""
    for state, code in (("needs_mapping", "file_asks"), ("refused", "file_unreadable"), ("ready", "other_dates")):
        names = [file.file_name for file in files if file.state == state]
        if names:
            return _Stop(Outcome.CANNOT_DECIDE, (Reason(code, {"kind": kind, "files": names}),))
    because = next((demand.cannot_because for demand in demands if demand.cannot_because), "")
    if because:
        return _Stop(Outcome.CANNOT_DECIDE, (Reason("cannot_provide", {"kind": kind, "because": because}),))
    return _Stop(Outcome.MISSING, (Reason("no_file", {"kind": kind}),))


# ---------------------------------------------------------------- thresholds and waivers


def _empty(pin: PinMaterial, span: Span) -> PartVerdict:
    """The part with its thresholds, before anything is counted."""
    minimum, promise = in_force(pin.steps, "minimum", span.first), in_force(pin.steps, "promise", span.first)
    return PartVerdict(
        part_from=span.first,
        part_to=span.last,
        outcome=Outcome.CANNOT_DECIDE,
        metric=pin.metric or OWN_WORDING,
        operator=pin.operator,
        unit=pin.unit,
        minimum=minimum.value if minimum else None,
        minimum_from=minimum.first_day if minimum else None,
        promise=promise.value if promise else None,
        promise_from=promise.first_day if promise else None,
    )


def _compared(pin: PinMaterial, part: PartVerdict, value: Fraction, recount: Recount | None = None) -> PartVerdict:
    """The part with its outcome. `recount(plates)` counts again without some vehicles, where vehicles are what is counted."""
    if pin.operator == "reported":
        return replace(part, outcome=Outcome.MET)
    if pin.operator == "exists":
        return replace(part, outcome=Outcome.MET if holds(value, "exists", 1) else Outcome.BELOW_MINIMUM)
    if part.minimum is None and part.promise is None:
        later = min((step.first_day for step in pin.steps if step.role == "minimum"), default=None)
        reason = Reason("not_in_force", {"from": later.isoformat()}) if later else Reason("no_threshold")
        return replace(part, outcome=Outcome.NOT_RELEVANT if later else Outcome.CANNOT_DECIDE, reasons=(*part.reasons, reason))
    outcome = _against(part, pin.operator, value)
    if outcome is Outcome.MET:
        return replace(part, outcome=outcome)
    return _waived(pin, replace(part, outcome=outcome), recount)


def _against(part: PartVerdict, operator: str, value: Fraction) -> Outcome:
    if part.minimum is not None and not holds(value, operator, part.minimum):
        return Outcome.BELOW_MINIMUM
    if part.promise is not None and not holds(value, operator, part.promise):
        return Outcome.BELOW_PROMISE
    return Outcome.MET


def _waived(pin: PinMaterial, part: PartVerdict, recount: Recount | None) -> PartVerdict:
    """The municipality's own waiver lifts a verdict when what is left without the vehicles it covers keeps the thresholds.

    It must cover the whole part. One that has run out, or covers too little, is told; so is another authority's
    exemption, which never stands in for it (decision 38).
    """
    span = Span(part.part_from, part.part_to)
    reasons = list(part.reasons)
    for given in pin.dispensations:
        if given.kind == "statutory_exemption" and span.overlaps(given.first_day, given.last_day):
            reasons.append(Reason("exemption_noted", _told(given)))
    waivers = [given for given in pin.dispensations if given.kind == "contract_waiver" and given.first_day <= span.last]
    covering = [given for given in waivers if span.lies_within(given.first_day, given.last_day)]
    if covering:
        lifted = _lifted(pin, part, covering, recount)
        code = "waiver" if lifted else "waiver_too_narrow"
        reasons += [Reason(code, _told(given)) for given in covering]
        return replace(part, outcome=Outcome.WAIVED if lifted else part.outcome, reasons=tuple(reasons))
    for given in waivers:
        code = "waiver_not_whole_part" if span.overlaps(given.first_day, given.last_day) else "waiver_over"
        reasons.append(Reason(code, _told(given)))
    return replace(part, reasons=tuple(reasons))


def _lifted(pin: PinMaterial, part: PartVerdict, covering: list[Dispensation], recount: Recount | None) -> bool:
    if any(not given.plates for given in covering):
        return True
    if recount is None:
        return False  # a declared figure cannot be counted again without some of the vehicles
    rest = recount(frozenset().union(*(given.plates for given in covering)))
    return not rest.denominator or _against(part, pin.operator, _share(rest)) is Outcome.MET


def _told(given: Dispensation) -> dict[str, object]:
    return {
        "from": given.first_day.isoformat(),
        "to": given.last_day.isoformat(),
        "plates": sorted(given.plates),
        "approver": given.approver,
    }


def _share(counted: Counted) -> Fraction:
    return share(counted.numerator or 0, counted.denominator or 1)


def _weakest(counts: dict[str, Number]) -> str:
    """A figure is known no better than its least known part."""
    return next((method for method in ("declared", "indicated", "measured", "confirmed") if method in counts), "declared")
