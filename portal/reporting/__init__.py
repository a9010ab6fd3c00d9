"""Reporting: what a supplier is asked for one period of one agreement, what she answers, and what she sends in.

A round is opened for a period; every party gets a questionnaire with **copies** of the questions, so that a later edit of
the catalogue never moves a running form. Answers are kept as typed, also when they mean nothing yet. Submitting freezes a
package (questions, answers, the very readings that were cited) under its SHA-256; submissions are numbered, and a return
opens only the questions it names. What blocks a submission is a missing answer, never a failed check and never a reading
that is not finished (decisions 8, 11, 17, 19–22, 42).

`answers` and `rules` are pure. Drafts are invisible to the municipality: staff see submissions.
"""
