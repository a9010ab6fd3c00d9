"""Who may see which evidence: a supplier its own, and nobody anything else's.

A municipality sees a file only when a submission cites it; `reporting.access.evidence_cited_for` decides that, and hands
the reading on to `findings_of`, `rows_of` and `open_cited_file` here.
"""

from portal.evidence.access.figures import Coverage, ShownBreakdown, ShownFigure, breakdowns_of, coverage_of, figures_of
from portal.evidence.access.files import (
    Shelved,
    evidence_for,
    library_of,
    newest_reading,
    newest_version,
    open_cited_file,
    open_file,
)
from portal.evidence.access.questions import Question, questions_of
from portal.evidence.access.readings import (
    ToldFinding,
    column_labels,
    columns_of,
    findings_of,
    findings_of_many,
    level_counts,
    number_labels,
    rows_of,
)

__all__ = [
    "Coverage",
    "Question",
    "Shelved",
    "ShownBreakdown",
    "ShownFigure",
    "ToldFinding",
    "breakdowns_of",
    "column_labels",
    "columns_of",
    "coverage_of",
    "evidence_for",
    "figures_of",
    "findings_of",
    "findings_of_many",
    "level_counts",
    "library_of",
    "newest_reading",
    "newest_version",
    "number_labels",
    "open_cited_file",
    "open_file",
    "questions_of",
    "rows_of",
]
