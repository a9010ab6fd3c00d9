"""Verification: what the evidence and the answers say about each pinned requirement.

The machine proposes, a person decides (`review`). One pure function, `rules.judge`, gives every verdict, and one loader,
`access.material_of`, gives it what it reads: the verdict a supplier sees while drafting is therefore the verdict that is
recorded when the report has been sent in. `Result` rows are never changed; a new submission gets its own.

Invariants:
- A share is compared as an exact fraction and never rounded up to a pass (decision 41).
- Confirmed by a register, indicated by the plate, declared by the supplier: three numbers, never added into one claim.
- What is absent is absent, not 0: a list without trips gives no share of trips, and 0 of 0 is "not relevant".
- Checks ask, they never block, and they never accuse. A check that is not built says that a person does it (decision 32).
- A contract waiver is the municipality's own; the county's exemption is shown and changes no verdict (decision 38).
"""
