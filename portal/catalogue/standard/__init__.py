"""The product's own standard requirements, read from the YAML beside this file.

`requirements()` is the whole catalogue as plain values; `portal.catalogue.service.install_standard` makes them a
municipality's. The file is ours and trusted, so a mistake in it is a programming error: it raises ValueError or KeyError.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from portal.catalogue.rules import (
    DEMANDS,
    Binding,
    Category,
    Clause,
    Frequency,
    Operator,
    QuestionWording,
    StandardRequirement,
    Step,
    Unit,
    Wording,
    question_of,
)

SOURCE = Path(__file__).with_name("requirements.yaml")


@cache
def requirements() -> tuple[StandardRequirement, ...]:
    """All standard requirements, in the order of the file."""
    written = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    further = {code: QuestionWording(code, "yesno", {"nb": text}) for code, text in written["questions"].items()}
    return tuple(StandardRequirement(row["code"], Category(row["category"]), _wording(row, further)) for row in written["requirements"])


def _wording(row: dict[str, Any], further: dict[str, QuestionWording]) -> Wording:
    metric, unit = row["metric"], Unit(row["metric"]["unit"])
    if unknown := set(row["evidence"]) - DEMANDS.keys():
        raise ValueError(f"{row['code']} asks for unknown evidence: {sorted(unknown)}")
    return Wording(
        title=row["title"],
        text={"nb": row["text"]},
        clause=Clause(row["clause"]),
        binding=Binding(row["binding"]),
        metric_name=metric["name"],
        metric_definition=row["definition"],
        operator=Operator(metric["operator"]),
        unit=unit,
        frequency=Frequency(row["frequency"]),
        usual_severity=row["severity"],
        severity_note=row["severity_note"],
        controlled_by=row.get("controlled_by", "supplier"),
        pinnable=row.get("pinnable", True),
        checks=tuple(row["checks"]),
        step_basis=row["step_basis"],
        basis=row["basis"],
        steps=tuple(Step(day, float(value)) for day, value in sorted(row["steps"].items())),
        questions=(question_of(metric["name"], unit, row["question"]), *(further[code] for code in row.get("more_questions", ()))),
        demands=tuple(row["evidence"]),
    )
