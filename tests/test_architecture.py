"""The rules of direction, held by reading the source. Each failure says what to do.

The picture: requirement → agreement → round → questionnaire → answers + evidence → checks → review → deviation → statistics.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.areas import AREAS

PROJECT = Path(__file__).resolve().parents[1]
PORTAL = PROJECT / "portal"
FILES = sorted(PORTAL.rglob("*.py"))

PURE_PACKAGES = ("evidence.parsing", "evidence.kinds", "verification.metrics", "verification.checks")
PURE_FILES = ("rules", "answers")
IMPURE_LIBRARIES = {"flask", "flask_babel", "flask_wtf", "flask_sqlalchemy", "sqlalchemy", "wtforms", "boto3", "botocore"}
AREA_FILES = {
    "__init__", "rules", "models", "access", "service", "forms", "tasks", "documents",
    "supplier_views", "staff_views", "public_views",
}  # fmt: skip
SPECIAL_FILES = {"reporting": {"answers"}, "evidence": {"parsing", "kinds"}, "verification": {"checks", "metrics"}, "catalogue": {"standard"}}
FORBIDDEN_NAMES = re.compile(r"(?i)(^|_)(common|core|utils?|helpers?|misc|manager|base)($|_)")
LONGEST_FILE = 450  # "past about 400 lines a file becomes a package of the same name, split by noun"


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PORTAL).with_suffix("").parts)


def area_of(module: str) -> str | None:
    first = module.split(".")[0]
    return first if first in AREAS else None


def is_pure(module: str) -> bool:
    parts = module.split(".")
    return module.startswith(PURE_PACKAGES) or (len(parts) > 1 and parts[1] in PURE_FILES)


def is_view(module: str) -> bool:
    return any(part.endswith("_views") for part in module.split("."))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module by its full name, and the line it stands on. `from portal.x import y` counts as portal.x.y too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} uses a relative import. Write the whole name: the room should be visible."
            yield node.module or "", node.lineno
            for alias in node.names:
                if (PROJECT / (node.module or "").replace(".", "/") / f"{alias.name}.py").exists():
                    yield f"{node.module}.{alias.name}", node.lineno


def portal_imports(path: Path) -> Iterator[tuple[str, int]]:
    for module, line in imports(path):
        if module.startswith("portal."):
            yield module.removeprefix("portal."), line


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_upstream_only(path: Path) -> None:
    mine = name_of(path)
    area = area_of(mine)
    if area is None or is_view(mine):
        return
    upstream = AREAS[: AREAS.index(area) + 1]
    for module, line in portal_imports(path):
        other = area_of(module)
        if other is None or other in upstream or is_pure(module):
            continue
        # `from portal.review import rules` names the package first and the pure module second
        if "." not in module and any(m.startswith(f"{module}.") and is_pure(m) for m, at in portal_imports(path) if at == line):
            continue
        pytest.fail(
            f"portal/{path.relative_to(PORTAL)}:{line} ({area}) imports {module}, which lies downstream. Backwards is a call made by the "
            f"later area; forwards a stage pulls with catch_up(). Move the code to {other}, or pass the value in."
        )


@pytest.mark.parametrize("path", [p for p in FILES if name_of(p).startswith("foundation")], ids=name_of)
def test_foundation_imports_no_area(path: Path) -> None:
    for module, line in portal_imports(path):
        assert area_of(module) is None, f"{path.name}:{line} imports {module}. Foundation knows no domain: let the factory pass it in."


@pytest.mark.parametrize("path", [p for p in FILES if is_pure(name_of(p))], ids=name_of)
def test_pure_files_know_no_framework(path: Path) -> None:
    for module, line in imports(path):
        assert module.split(".")[0] not in IMPURE_LIBRARIES, f"{name_of(path)}:{line} imports {module}. A pure file takes plain values; move this to service or access."
        if module.startswith("portal."):
            inside = module.removeprefix("portal.")
            allowed = is_pure(inside) or inside in ("foundation.errors", "foundation") or "." not in inside or inside in ("foundation.clock",)
            assert allowed, f"{name_of(path)}:{line} imports {module}. Pure files may import pure files and foundation.errors only."


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_views_are_leaves(path: Path) -> None:
    if name_of(path) in ("areas",):
        return
    for module, line in portal_imports(path):
        assert not is_view(module), f"{name_of(path)}:{line} imports the view {module}. Only the factory does: move what you need to service or access."


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_service_and_access_see_the_session(path: Path) -> None:
    mine = name_of(path)
    area = area_of(mine)
    if area is None or mine.split(".")[1:2] in (["service"], ["access"], ["models"]):
        return
    for module, line in imports(path):
        assert module not in ("sqlalchemy", "sqlalchemy.orm"), f"{mine}:{line} imports {module}. Ask through access, change through service."
    if "tasks" in mine.split("."):
        return  # a job handler runs outside a request and opens its own unit of work
    source = path.read_text(encoding="utf-8")
    assert "db.session" not in source, f"{mine} uses db.session. Only service and access see it."


@pytest.mark.parametrize("path", [p for p in FILES if "service" in name_of(p).split(".")], ids=name_of)
def test_services_flush_and_never_commit(path: Path) -> None:
    if name_of(path).startswith("evidence."):
        return  # evidence.service.receive is the one named exception with two transactions (decision 25)
    assert ".commit()" not in path.read_text(encoding="utf-8"), f"{name_of(path)} commits. The central hook in foundation.web does."


@pytest.mark.parametrize("path", [p for p in FILES if is_view(name_of(p))], ids=name_of)
def test_views_load_through_access_only(path: Path) -> None:
    """AC-1: a handler never loads by id on its own."""
    source = path.read_text(encoding="utf-8")
    for forbidden in ("db.session", ".query(", "select("):
        assert forbidden not in source, f"{name_of(path)} contains {forbidden!r}. Load through the area's access, which starts from the actor."


def test_relations_point_upstream() -> None:
    from portal.areas import import_models
    from portal.foundation.db import db

    import_models()
    for mapper in db.Model.registry.mappers:
        mine = area_of(mapper.class_.__module__.removeprefix("portal."))
        for relation in mapper.relationships:
            other = area_of(relation.mapper.class_.__module__.removeprefix("portal."))
            if mine and other:
                assert AREAS.index(other) <= AREAS.index(mine), f"{mapper.class_.__name__}.{relation.key} points downstream. Ask {other}.access instead."


def test_folders_are_the_river() -> None:
    folders = {p.name for p in PORTAL.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders == {*AREAS, "foundation", "demo"}, "A folder in portal/ is an area of the river (add it to AREAS), foundation or demo."


@pytest.mark.parametrize("area", AREAS)
def test_an_area_has_the_usual_rooms_and_says_what_it_is_for(area: str) -> None:
    docstring = ast.get_docstring(ast.parse((PORTAL / area / "__init__.py").read_text(encoding="utf-8")))
    assert docstring and len(docstring) > 120, f"portal/{area}/__init__.py: say what the area is for, its invariants, and why it is as it is."
    rooms = {p.stem for p in (PORTAL / area).iterdir() if p.name != "__pycache__"}
    extra = rooms - AREA_FILES - SPECIAL_FILES.get(area, set())
    assert not extra, f"portal/{area} has {sorted(extra)}. An area has these files only: {sorted(AREA_FILES)}. Which of them does it belong to?"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_names_say_what_is_inside(path: Path) -> None:
    for part in path.relative_to(PORTAL).with_suffix("").parts:
        assert not FORBIDDEN_NAMES.search(part), f"{path.relative_to(PORTAL)}: «{part}» says nothing. Name the noun it holds."


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_outgrows_one_head(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE, f"{path.relative_to(PORTAL)} has {lines} lines. Make it a package of the same name, split by noun."


def test_the_median_file_is_small() -> None:
    lengths = sorted(path.read_text(encoding="utf-8").count("\n") for path in FILES if path.name != "__init__.py")
    assert lengths[len(lengths) // 2] <= 200


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_only_the_clock_asks_the_time(path: Path) -> None:
    if name_of(path) in ("foundation.clock", "foundation.ids", "foundation.jobs"):
        return
    source = path.read_text(encoding="utf-8")
    found = re.search(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time)\(", source)
    assert not found, f"{name_of(path)} calls {found and found[0]}. Ask foundation.clock, so that tests and the demo can set the day."


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_markup_is_trusted_nowhere_but_where_it_is_made(path: Path) -> None:
    """XS-2: Markup only in the allow-list."""
    allowed = {"statistics.documents"}  # the chart's SVG, drawn by us from numbers and escaped labels
    if name_of(path) in allowed:
        return
    assert not re.search(r"\bMarkup\(", path.read_text(encoding="utf-8")), f"{name_of(path)} makes trusted markup. Let a template escape it."


def test_templates_hold_no_script_and_no_trusted_text() -> None:
    """XS-1, XS-2: nothing inline, nothing marked safe outside the one chart."""
    for path in sorted((PROJECT / "templates").rglob("*.html")):
        source = path.read_text(encoding="utf-8")
        where = path.relative_to(PROJECT)
        assert not re.search(r"<script(?![^>]*\bsrc=)", source), f"{where}: inline script. Put it in static/portal.js."
        assert not re.search(r"\s(on[a-z]+|style|hx-on[:a-z-]*)=", source), f"{where}: inline handler or style, the content policy refuses it."
        assert "|safe" not in source.replace(" ", "") or where.parts[1:] == ("statistics", "index.html"), f"{where}: |safe. Let it be escaped."


def test_a_partial_includes_its_own_area_or_one_upstream() -> None:
    """A page may include any area's partials. A partial may include its own and, like a record, look upstream: the files at a
    question are shown by evidence's own partial, inside reporting's. Downstream would turn the river."""
    for path in sorted((PROJECT / "templates").rglob("_*.html")):
        area = path.parent.name
        for included in re.findall(r"{%-?\s*include\s+[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8")):
            other = included.split("/")[0]
            upstream = area in AREAS and other in AREAS and AREAS.index(other) < AREAS.index(area)
            assert other == area or upstream, f"{path.relative_to(PROJECT)} includes {included}, which lies downstream: let the page include it."
