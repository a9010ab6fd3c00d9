"""Deviations (avvik): a fact that does not match a requirement, followed until new figures show that it is put right.

Invariants
- A deviation is a fact and never a judgement; *mislighold* is a legal conclusion that this area does not draw. It rests on a
  clause of the agreement: a voluntary requirement can never become one (decision 37).
- Somebody always holds the ball, with a date (`rules.holder`, `due_on`). An unfit proof does not stop the clock.
- Entries are added, never edited. The supplier never sees a draft, an internal note or an internal entry.
- A plan says how it will be proven: a measurable test on a list as of the plan's date or later. `catch_up` pulls: evidence
  that has been read since then is tested by the portal, with its reasons; a person closes.
- What was found in a past period stays as it was; a remedy is a status per date, or the next period (decision 41).
- Sending a deviation here is asking kindly. A written notice under the contract is another thing, with its own clock from
  the day the facts were known (decision 40), which is shown to the municipality only.
"""
