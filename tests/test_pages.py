"""Every template compiles, every region that htmx swaps has its block, and pages stand without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", PAGES)
def test_the_template_compiles(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", [name for name in PAGES if not name.split("/")[-1].startswith("_") and name not in ("layout.html", "ui.html")])
def test_every_region_that_is_swapped_has_its_block(app: Flask, name: str) -> None:
    """hx-target="#answer-…" asks `page()` for the block `answer` of the page that answers; here: of this page or a page of its area."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    area = name.split("/")[0]
    blocks = {block for page in PAGES if page.split("/")[0] == area for block in app.jinja_env.get_template(page).blocks}
    for target in re.findall(r'hx-target="#([a-z_]+)', source):
        assert target.rstrip("_") in blocks, f"{name} swaps #{target}, but no page of {area} has a block of that name"


@pytest.mark.parametrize("name", PAGES)
def test_every_post_form_carries_the_token_and_a_key(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    for form in re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", source, re.S | re.I):
        assert "form_token()" in form, f"{name}: a form without ui.form_token(): {form[:120]}"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_depends_on_javascript(name: str) -> None:
    """Every element that htmx makes act is a link, a form or a field that acts without it too; or it is the part of a form that
    saves itself (data-autosave), and the form has its own button."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    for tag, attributes in re.findall(r"<(\w+)\b([^>]*\bhx-(?:post|put|patch|delete)=[^>]*)>", source):
        saves_itself = "data-autosave" in attributes and re.search(r"<form\b[^>]*method=\"post\"", source)
        assert tag in ("form", "input", "textarea", "select", "button", "fieldset") or saves_itself, f"{name}: <{tag}> posts only with JavaScript"
