"""What a check answers. Its findings are questions to the supplier: suggestions, never deviations (glossary §1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.verification.metrics.facts import Facts, Span


class CheckState(StrEnum):
    """How a check came out."""

    CLEAR = "clear"  # nobody acts
    ASKS = "asks"  # the supplier explains or corrects, the controller sees it
    NOTHING = "nothing"  # there was nothing to look at
    MANUAL = "manual"  # a person does it: no code knows how yet (decision 32)


@dataclass(frozen=True)
class Flag:
    """Something that looks unusual: a code and parameters, and the vehicles it is about."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    plates: tuple[str, ...] = ()
    asks: bool = True
    """A question to the supplier; False is a hint that needs no answer."""

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": self.params, "plates": list(self.plates), "asks": self.asks}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Flag:
        return cls(record["code"], dict(record["params"]), tuple(record["plates"]), record["asks"])


@dataclass(frozen=True)
class CheckResult:
    """One check of one requirement."""

    name: str
    state: CheckState
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Check:
    """`name` as in the requirement; `reads` the evidence kind it looks at; `look` gives its flags."""

    name: str
    reads: str
    look: Callable[[Facts, Span], tuple[Flag, ...]]
