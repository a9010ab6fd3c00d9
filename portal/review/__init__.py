"""Review (kontroll): a person looks at what was sent in, rules on each requirement, and returns or approves the report.

The verdicts propose, the controller decides: a ruling that differs from the proposal needs a reason. A report that is not
good enough goes back with what is needed, question by question; it is never rejected. A submission gets exactly one
decision, whoever presses first, and the other is told who and when (CO-3): the unique key of `decision` sees to it, not
the order of two clicks. Only the agreement's controller or deputy decides; everybody in the municipality may read the
case, and those with a duty on the agreement also the rows behind the figures (decision 5).

Internal remarks stay in the municipality (decision 47). What the supplier is asked again is `reporting`'s record; here it
is kept beside it as a remark, so that a case reads as one conversation.
"""
