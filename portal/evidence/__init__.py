"""Evidence: what a supplier has sent in to show that the requirements are kept.

A file is received, guarded, read in a limited child process and decided about; nothing is silently gone. The chain is
evidence → version (the bytes) → reading (parser version, mapping, outcome, figures, rows) → finding, and what comes
later in the river cites a reading, never a file (decisions 25–33).

`rules`, `kinds` and `parsing` are pure: the same code reads a file in the portal, in the worker's child process and in
`flask evidence check`. This package imports nothing by itself, because the child must start fast.
"""
