"""The shape of what is typed: a round's dates, and the fields of a questionnaire."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from wtforms import Form, StringField

from portal.evidence.forms import parse_day
from portal.foundation.i18n import _
from portal.reporting.rules import Typed

DAYS = ("period_from", "period_to", "opens_on", "due_on", "closes_on")


class RoundForm(Form):
    """A round to plan. Dates are typed as dd.mm.åååå; `days` gives them when all can be read."""

    label = StringField()
    period_from = StringField()
    period_to = StringField()
    opens_on = StringField()
    due_on = StringField()
    closes_on = StringField()

    @property
    def days(self) -> dict[str, date | None]:
        return {name: parse_day(self[name].data or "") for name in DAYS}

    @property
    def unreadable(self) -> dict[str, str]:
        """One message per date that cannot be read."""
        return {name: _("Skriv datoen slik: 31.08.2026.") for name, day in self.days.items() if day is None}


def suggested_round(today: date, last_period: tuple[date, date] | None, agreement: tuple[date, date]) -> dict[str, Any]:
    """What a new round will usually be: the half-year after the last one, else the one that ended last, within the agreement."""
    begins_on, ends_on = agreement
    if last_period is not None:
        start = last_period[1] + timedelta(days=1)
    else:
        start = max(date(today.year, 1, 1) if today.month > 6 else date(today.year - 1, 7, 1), begins_on)
    month = 6 if start.month <= 6 else 12
    end = min(date(start.year, month, calendar.monthrange(start.year, month)[1]), ends_on)
    opens_on = max(end + timedelta(days=1), today)
    due_on = opens_on + timedelta(days=28)
    return {
        "label": f"{1 if month == 6 else 2}. halvår {start.year}",
        "period_from": start,
        "period_to": end,
        "opens_on": opens_on,
        "due_on": due_on,
        "closes_on": due_on + timedelta(days=47),
    }


def typed_answers(fields: Mapping[str, str]) -> dict[str, Typed]:
    """The fields of a questionnaire by question: `answer.<id>`, `cannot.<id>` and the `version.<id>` they were made from."""
    ids = {name.partition(".")[2] for name in fields if name.startswith(("answer.", "cannot."))}
    typed = {}
    for asked_id in sorted(ids):
        version = fields.get(f"version.{asked_id}", "")
        typed[asked_id] = Typed(
            raw=fields.get(f"answer.{asked_id}"),
            cannot_because=fields.get(f"cannot.{asked_id}"),
            base_version=int(version) if version.isascii() and version.isdigit() else None,
        )
    return typed
