"""What changed between two submissions, and when a ruling needs a reason."""

from __future__ import annotations

from typing import Any

from portal.review.rules import RulingValue, changes, fleet_change, needs_reason
from portal.verification.metrics import Vehicle


def a_question(id: str = "q", raw: str = "", because: str = "", files: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    return {
        "id": id,
        "text": f"Spørsmål {id}",
        "answer": {"raw": raw, "cannot_because": because} if raw or because else None,
        "citations": [{"evidence_id": name, "sha256": sha, "file_name": name} for name, sha in files],
    }


def a_package(*questions: dict[str, Any]) -> dict[str, Any]:
    return {"asked": list(questions)}


def test_only_questions_that_differ_are_told() -> None:
    found = changes(a_package(a_question("a", "1"), a_question("b", "2")), a_package(a_question("a", "1"), a_question("b", "3")))
    assert [(change.asked_id, change.removed, change.added) for change in found] == [("b", ("2",), ("3",))]


def test_a_first_answer_is_added_and_a_reason_given_up_is_removed() -> None:
    (change,) = changes(a_package(a_question(because="Finnes ikke")), a_package(a_question(raw="100")))
    assert (change.removed, change.added) == (("Finnes ikke",), ("100",))


def test_a_new_file_under_the_same_name_is_a_change() -> None:
    (change,) = changes(a_package(a_question(files=(("liste.xlsx", "1"),))), a_package(a_question(files=(("liste.xlsx", "2"),))))
    assert (change.removed, change.added) == (("liste.xlsx",), ("liste.xlsx",))


def test_the_same_file_again_is_no_change() -> None:
    package = a_package(a_question(files=(("liste.xlsx", "1"),)))
    assert changes(package, package) == ()


def test_vehicles_removed_added_and_changed_are_told_apart() -> None:
    before = [Vehicle("EQ10001", "electric", trips=10), Vehicle("QD10002", "electric"), Vehicle("QD10003", "diesel")]
    after = [Vehicle("EQ10001", "electric", trips=12), Vehicle("QD10002", "diesel"), Vehicle("EQ10003", "electric")]
    found = fleet_change(before, after)
    assert (found.removed, found.added) == (("QD10003",), ("EQ10003",))
    assert [(one.plate, one.field, one.before, one.after) for one in found.changed] == [
        ("EQ10001", "trips", 10, 12),
        ("QD10002", "fuel", "electric", "diesel"),
    ]
    assert not fleet_change(before, before)


def test_only_a_ruling_that_departs_from_the_proposal_needs_a_reason() -> None:
    assert needs_reason(RulingValue.MET, "not_met")
    assert not needs_reason(RulingValue.NOT_MET, "not_met")
