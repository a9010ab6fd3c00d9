"""Files made from evidence: the complete list of findings as a workbook."""

from __future__ import annotations

import io

import xlsxwriter

from portal.evidence.access import ToldFinding
from portal.foundation.i18n import _


def findings_workbook(findings: list[ToldFinding]) -> bytes:
    """Every finding, one line per row it is about, as xlsx.

    Cells are written as text: what a supplier's file says can never become a formula here.
    """
    out = io.BytesIO()
    words = {"error": _("stopper"), "warning": _("må forklares"), "hint": _("tips")}
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("Merknader"))
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        headings = (_("Nivå"), _("Ark"), _("Rad"), _("Kolonne"), _("Står i filen"), _("Hva det er"), _("Hva dere kan gjøre"))
        for column, (heading, width) in enumerate(zip(headings, (14, 16, 8, 22, 24, 60, 60), strict=True)):
            sheet.write_string(0, column, heading, bold)
            sheet.set_column(column, column, width, wrapped)
        line = 1
        for finding in findings:
            for row, found in finding.cells or ((None, finding.found),):
                cells = (words[finding.level], finding.sheet, None, finding.column, found, finding.message, finding.fix)
                for column, cell in enumerate(cells):
                    sheet.write_string(line, column, cell or "")
                if row is not None:
                    sheet.write_number(line, 2, row)
                line += 1
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(line - 1, 1), len(headings) - 1)
    return out.getvalue()
