"""Followup: what deserves the controller's day, and which agreements deserve following up first.

*Min dag* is five lines that each lead to the work. The *priority list* scores every running agreement 0–100 from three
inputs (emission, risk, time), keeps the inputs beside the result, and says the reason in words: a score nobody can explain
is a score nobody follows. Nothing is stored: the score is computed from upstream records when it is read, so it can never
disagree with them.
"""
