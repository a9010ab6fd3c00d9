"""Who may see which report, and everything that is read of one.

`questionnaires`: lists and single loads, which start from the actor. `contents`: what stands in one questionnaire, in a
constant number of statements. `packages`: the same as the plain values that are frozen and judged. `submissions`: what was
sent in, and who may open what it cites.
"""

from portal.reporting.access.contents import (
    CitedFile,
    Contents,
    Entry,
    answers_of,
    asked_for,
    asked_of,
    citations_of,
    contents_of,
    editable_asked,
    gap_words,
    problem_words,
)
from portal.reporting.access.packages import package_of, planned_contents, planned_for
from portal.reporting.access.questionnaires import (
    NextUp,
    invitation_for,
    minutes_of,
    next_deadline_after,
    planned_rounds_of,
    questionnaire_for,
    questionnaires_of,
    questionnaires_of_agreement,
    round_for,
    rounds_of,
)
from portal.reporting.access.submissions import (
    awaiting_review,
    evidence_cited_for,
    latest_submission,
    returned_of,
    submission_for,
    submissions_of,
)

__all__ = [
    "CitedFile",
    "Contents",
    "Entry",
    "NextUp",
    "answers_of",
    "asked_for",
    "asked_of",
    "awaiting_review",
    "citations_of",
    "contents_of",
    "editable_asked",
    "evidence_cited_for",
    "gap_words",
    "invitation_for",
    "latest_submission",
    "minutes_of",
    "next_deadline_after",
    "package_of",
    "planned_contents",
    "planned_for",
    "planned_rounds_of",
    "problem_words",
    "questionnaire_for",
    "questionnaires_of",
    "questionnaires_of_agreement",
    "returned_of",
    "round_for",
    "rounds_of",
    "submission_for",
    "submissions_of",
]
