"""The shape of what is typed about evidence."""

from __future__ import annotations

from datetime import date, datetime

from wtforms import Field, Form, RadioField, StringField, validators

from portal.evidence.kinds import KINDS
from portal.foundation.i18n import _

AS_OF = ("vehicle_list",)
"""Kinds that tell how things are on one day; the others carry their own dates in every row."""

WRITTEN_AS = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y")


def parse_day(written: str) -> date | None:
    """The date in `31.08.2026` (also 31.8.26, 2026-08-31, 31/8/2026), or None when it is no date."""
    for form in WRITTEN_AS:
        try:
            return datetime.strptime(written.strip(), form).date()
        except ValueError:
            continue
    return None


class UploadForm(Form):
    """Which kind of evidence a file is, and the day it is about. The file itself is taken from `request.files`."""

    kind = RadioField(choices=list(KINDS), validate_choice=False, default="vehicle_list")
    applies_on = StringField(filters=[lambda written: (written or "").strip()])
    next = StringField()

    def validate_kind(self, field: Field) -> None:
        if field.data not in KINDS:
            raise validators.ValidationError(_("Velg hva slags dokumentasjon filen er."))

    def validate_applies_on(self, field: Field) -> None:
        if self.kind.data in AS_OF and field.data and parse_day(field.data) is None:
            raise validators.ValidationError(_("Skriv dagen lista gjelder slik: 31.08.2026."))

    def day(self, today: date) -> date | None:
        """The day that the evidence is about; None for kinds whose rows carry their own dates."""
        if self.kind.data not in AS_OF:
            return None
        return parse_day(self.applies_on.data) if self.applies_on.data else today

    def first_errors(self) -> dict[str, str]:
        """One message per field, as the error summary takes them."""
        return {name: str(messages[0]) for name, messages in self.errors.items()}
