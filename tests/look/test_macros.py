"""The macros of ui.html, and what holds for every template: own icons, own styles, nothing inline."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.look.gallery import PROJECT, Site, make_gallery

TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return make_gallery(Site())


@pytest.fixture
def render(gallery: Flask) -> Callable[..., str]:
    def render(source: str, **values: Any) -> str:
        with gallery.test_request_context():
            return gallery.jinja_env.from_string(source).render(values)

    return render


class Elements(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def first(self, tag: str) -> dict[str, str | None]:
        return next(attributes for name, attributes in self.found if name == tag)


def test_a_field_ties_its_label_help_and_error_together(render: Callable[..., str]) -> None:
    html = render('{{ ui.field("antall", "Turer", "x", help="Tell alle", error="Skriv et tall", required=True) }}')
    field = Elements(html).first("input")
    assert field["aria-describedby"] == "antall-help antall-error"
    assert field["aria-invalid"] == "true" and field["aria-required"] == "true"
    assert 'for="antall"' in html and 'id="antall-help"' in html and 'id="antall-error"' in html


def test_what_was_typed_is_shown_as_text_never_as_markup(render: Callable[..., str]) -> None:
    nasty = '"><script>alert(1)</script>'
    html = render(
        '{{ ui.field("a", t, t, help=t, error=t) }}{{ ui.textarea("b", t, t) }}{{ ui.radios("c", t, [(t, t, t)], t) }}'
        "{{ ui.tag(t) }}{{ ui.alert('info', t, t) }}{{ ui.timeline([(t, t, t, t)]) }}{{ ui.definition_list([(t, t)]) }}"
        "{{ ui.error_summary({t: t}) }}{{ ui.verdict(t, t) }}{{ ui.breadcrumbs([(t, t), (t, None)]) }}",
        t=nasty,
    )
    assert "<script" not in html


def test_every_link_of_an_error_summary_leads_to_its_field(render: Callable[..., str]) -> None:
    html = render(
        '{{ ui.error_summary({"svar.12": "a", "valg": "b", "fil": "c", "lest": "d"}) }}{{ ui.field("svar.12", "A") }}'
        '{{ ui.radios("valg", "B", [("1", "Ja")]) }}{{ ui.file_drop("fil", "C") }}{{ ui.checkbox("lest", "D") }}'
    )
    ids = {attributes["id"] for _tag, attributes in Elements(html).found if "id" in attributes}
    links = [str(attributes["href"]) for tag, attributes in Elements(html).found if tag == "a"]
    assert len(links) == 4 and all(link.removeprefix("#") in ids for link in links)


def test_a_number_is_chosen_in_a_list_of_texts(render: Callable[..., str]) -> None:
    html = render('{{ ui.select("a", "A", [(1, "en"), (2, "to")], "2") }}{{ ui.radios("b", "B", [("1", "Ja")], 1) }}')
    assert '<option value="2" selected>' in html and 'value="1" checked' in html


@pytest.mark.parametrize("outcome", ["met", "below_minimum", "below_promise", "waived", "not_relevant", "cannot_decide", "waiting", "missing"])
def test_a_verdict_has_a_word_and_a_sign_never_colour_alone(render: Callable[..., str], outcome: str) -> None:
    html = render("{{ ui.verdict(outcome) }}", outcome=outcome)
    word = re.sub(r"<[^>]*>", "", html).strip()
    assert "<svg" in html and word and word != outcome


def test_an_empty_value_is_an_empty_field_not_the_word_none(render: Callable[..., str]) -> None:
    assert "None" not in render('{{ ui.field("a", "A", None) }}{{ ui.textarea("b", "B", None) }}{{ ui.date_field("c", "C", None) }}')


def test_every_icon_that_is_asked_for_exists() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (PROJECT / "static" / "icons.svg").read_text(encoding="utf-8")))
    asked: dict[str, Path] = {}
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        for name in re.findall(r"""icon\(["']([\w-]+)["']\)|icon_name=["']([\w-]+)["']""", source):
            asked["".join(name)] = path
    assert {name: path.name for name, path in asked.items() if name not in drawn} == {}


def test_every_class_in_a_template_has_a_style() -> None:
    sheets = [*(PROJECT / "static").glob("*.css"), *(PROJECT / "static" / "vendor").glob("*.css")]
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)))
    unknown = {}
    for path in TEMPLATES:
        for names in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8")):
            # a name that is put together by the template (`field--{{ width }}`) cannot be looked up
            plain = re.sub(r"{[{%].*?[%}]}", "?", names).split()
            unknown.update({name: path.name for name in plain if "?" not in name and name not in styled})
    assert unknown == {}, "add the style to static/pages.css, or use a macro of ui.html"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PROJECT / "templates")))
def test_a_template_has_no_inline_script_style_or_handler(path: Path) -> None:
    for tag, attributes in Elements(path.read_text(encoding="utf-8")).found:
        assert tag != "style" and (tag != "script" or attributes.get("src")), f"{path.name} has an inline <{tag}>"
        forbidden = {name for name in attributes if name == "style" or name.startswith(("on", "hx-on", "hx-vars"))}
        assert not forbidden, f"{path.name}: <{tag}> has {forbidden}"
        assert not any((value or "").startswith(("js:", "javascript:")) for value in attributes.values()), path.name


def test_the_front_end_lock_holds_exact_versions_with_hashes_and_no_addresses() -> None:
    lock = (PROJECT / "package-lock.json").read_text(encoding="utf-8")
    manifest = (PROJECT / "package.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock and lock.count('"integrity": "sha512-') == lock.count('"node_modules/')
    assert re.findall(r'": "([^"]*)"', manifest.split('"dependencies"')[1]) == ["1.22.0", "5.3.0", "2.0.11", "0.8.0"]
