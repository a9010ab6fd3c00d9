"""A page as a program can use it: its words, its links and its forms with what they would send, without any script."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

NO_END = {"input", "img", "br", "meta", "link", "hr"}
SILENT = {"script", "style", "title"}


@dataclass
class Form:
    """`fields`: what the browser would send as it stands. `buttons`: label → (name, value, address of its own or "")."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)  # the label's words → the field's name
    options: dict[str, dict[str, str]] = field(default_factory=dict)  # field → the option's words → its value
    buttons: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def named(self, label: str) -> str:
        """The name of the field whose label begins with these words. Raises LookupError."""
        for words, name in self.labels.items():
            if words.startswith(label):
                return name
        raise LookupError(f"{label!r} is none of {sorted(self.labels)}")


class Page(HTMLParser):
    """Parses at once. `words` is the text of <main> with single spaces."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self._said: list[str] = []
        self._ids: dict[str, tuple[Form, str]] = {}
        self._labels: list[tuple[str, str]] = []
        self._text: list[list[str]] = []
        self.feed(html)
        self.words = tidy(" ".join(self._said))
        for target, words in self._labels:
            if target in self._ids:
                form, name = self._ids[target]
                form.labels.setdefault(words, name)

    @property
    def _form(self) -> Form | None:
        return self.forms[-1] if self.forms and any(tag == "form" for tag, _attrs in self._open) else None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(urljoin(self.address, given.get("action") or ""), (given.get("method") or "get").lower()))
        form = self._form if tag != "form" else self.forms[-1]
        name = given.get("name") or ""
        if form is not None and tag in ("input", "textarea", "select") and name:
            self._field(form, tag, name, given)
        if tag == "option" and form is not None and ("selected" in given or self._select not in form.fields):
            form.fields[self._select] = given.get("value") or ""
        if tag not in NO_END:
            self._open.append((tag, given))
            self._text.append([])

    def _field(self, form: Form, tag: str, name: str, given: dict[str, str | None]) -> None:
        if given.get("id"):
            self._ids[given["id"] or ""] = (form, name)
        kind = given.get("type") or "text"
        if kind in ("radio", "checkbox"):
            value = given.get("value") or "on"
            form.options.setdefault(name, {})[given.get("id") or ""] = value
            if "checked" in given:
                form.fields[name] = value
        elif tag == "input" and kind not in ("file", "submit"):
            form.fields[name] = given.get("value") or ""

    @property
    def _select(self) -> str:
        return next((given.get("name") or "" for tag, given in reversed(self._open) if tag == "select"), "")

    def handle_data(self, data: str) -> None:
        if any(tag in SILENT for tag, _attrs in self._open):
            return
        if any(tag == "main" for tag, _attrs in self._open):
            self._said.append(data)
        for text in self._text:
            text.append(data)

    def handle_endtag(self, tag: str) -> None:
        while any(opened == tag for opened, _attrs in self._open):
            closed, given = self._open.pop()
            raw = "".join(self._text.pop())
            self._close(closed, given, raw)
            if closed == tag:
                return

    def _close(self, tag: str, given: dict[str, str | None], raw: str) -> None:
        words = tidy(raw)
        form = self._form
        if tag == "a" and given.get("href"):
            self.links.append((tidy(given.get("aria-label") or "") or words, urljoin(self.address, given["href"] or "")))
        elif tag == "label" and given.get("for"):
            self._labels.append((given["for"] or "", words))
        elif form is not None and tag == "textarea" and given.get("name"):
            form.fields[given["name"] or ""] = raw.removeprefix("\n")
        elif form is not None and tag == "option":
            form.options.setdefault(self._select, {})[words] = given.get("value") or ""
        elif form is not None and tag == "button":
            form.buttons[words] = (given.get("name") or "", given.get("value") or "", given.get("formaction") or "")

    def form_with(self, button: str) -> Form:
        for form in self.forms:
            if button in form.buttons:
                return form
        raise LookupError(f"no form with {button!r}; there are {[list(form.buttons) for form in self.forms]}")

    def link(self, words: str) -> str:
        """The address of the first link whose text begins with these words. Raises LookupError."""
        for text, address in self.links:
            if text.startswith(words):
                return address
        raise LookupError(f"no link {words!r} among {[text for text, _address in self.links]}")


def tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace(" ,", ",").strip()
