"""The catalogue: a municipality's standard environmental requirements, public, versioned, with thresholds by date.

A requirement is a stable code (DRO-01); what it says stands in its versions. A published version never changes: the flush
itself refuses it (`models`), since agreements, questionnaires and letters point at it for years. A new wording is a new
version, and the agreements that pinned the old one keep the old one (decision 37).

Every requirement asks one question, made from its own metric (decision 19); the question's code is the metric's name, and the
same code on two requirements is asked once (decision 20). So one metric name has one definition and one unit throughout: the
source used `ecolabel_share_units` both for units and for models, here the second is `ecolabel_share_models`, and the two
counts of days have the unit `days`. Of the source's free-text questions only those with a plain yes or no are kept: the rest
repeat the evidence, or are what the explanation field is for. `standard/` holds our own requirements as plain YAML.

A requirement that cannot be pinned (a grant's conditions, a sanction clause) is shown here and never asked as a report.
"""
