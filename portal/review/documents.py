"""Words that only a case needs."""

from __future__ import annotations

from fractions import Fraction

from portal.evidence.kinds.fuels import LABELS
from portal.foundation.i18n import _, format_number, text
from portal.review.rules import VehicleChange
from portal.verification.documents import share_words
from portal.verification.rules import PartVerdict


def changed_value(change: VehicleChange, when: str) -> str:
    """What stood (`before`) or stands (`after`) about a vehicle, in words."""
    value = change.before if when == "before" else change.after
    if value is None:
        return _("ikke oppgitt")
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if isinstance(value, int | float):
        return format_number(value)
    return text(LABELS.get(value, {})) or str(value)


def shown_value(part: PartVerdict) -> str:
    """A part's figure, never rounded over its thresholds."""
    thresholds = [limit for limit in (part.minimum, part.promise) if limit is not None]
    return share_words(Fraction(str(part.value or 0)), thresholds, part.unit)


FILTERS = {"changed_value": changed_value, "shown_value": shown_value}
