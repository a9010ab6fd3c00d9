"""Agreements: the register card of a contract, who is in it, which requirements it holds the supplier to, and what was promised.

The signed text binds (decision 37). A pin is a requirement *as agreed*: it points at one published version (or holds the
contract's own wording) and carries its own thresholds and promises by date, so a later edit of the catalogue never moves an
agreement. A threshold counts only when it stands among the pin's agreed steps. A pin without a clause is voluntary.

Pins are changed freely while the agreement is a draft. In a running agreement a pin is added or replaced only with a recorded
change agreement (document, date, ground), and the old pin stays under the new one that supersedes it.

A promise is never weaker than the minimum on the day it starts from; where a later minimum passes it, both apply and the
stricter decides. In a parallel framework a party's own steps win over the common ones.

Roles are per organisation, duties per agreement (decision 5): anybody in the municipality may read, people with a role that
runs agreements may change them, and only the assigned controller or deputy decides on a supplier's report.
"""
