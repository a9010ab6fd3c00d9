"""Who acts: a frozen value that every service takes as its first argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Side = Literal["buyer", "supplier", "system"]


@dataclass(frozen=True)
class Actor:
    """A person acting for one organisation. The journal keeps the id and the name, without a foreign key."""

    person_id: str
    name: str
    email: str
    organisation_id: str
    organisation_name: str
    side: Side
    roles: frozenset[str] = field(default_factory=frozenset)
    locale: str = "nb"

    @property
    def is_staff(self) -> bool:
        return self.side == "buyer"

    @property
    def is_supplier(self) -> bool:
        return self.side == "supplier"

    @property
    def is_system(self) -> bool:
        return self.side == "system"

    def may(self, *roles: str) -> bool:
        """True when the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Actor("system", "Kravsjekk", "", "", "Kravsjekk", "system")
"""The portal itself: readings, proofs and reminders are journalled under this name."""
