"""Somebody with a browser that knows no script: reads pages, follows links, fills in forms and presses buttons."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from portal.foundation.actor import Actor
from tests.journeys.pages import Form, Page, tidy
from tests.visitors import Visitor

File = tuple[str, bytes]


class Walker:
    """Uses the bare client: no header that a script would send. `page` is what she looks at, `status` how it was answered."""

    def __init__(self, app: Flask, actor: Actor | None = None) -> None:
        self.client = Visitor(app, actor).client
        self.page = Page("", "/")
        self.status = 0

    def opens(self, address: str) -> Page:
        return self._shown(self.client.get(_path(address), follow_redirects=True))

    def follows(self, link: str) -> Page:
        return self.opens(self.page.link(link))

    def reads(self, *texts: str) -> None:
        for text in texts:
            assert tidy(text) in self.page.words, f"{text!r} is not in:\n{self.page.words}"

    def presses(self, button: str, form: Form | None = None, /, *, file: File | None = None, **typed: str) -> Page:
        """Press a button; `typed` by the fields' names. What is not typed is sent as it stands in the form."""
        form = form or self.page.form_with(button)
        return self._shown(self.sends(form, button, file=file, **typed))

    def fills(self, button: str, labelled: dict[str, str], *, file: File | None = None) -> Page:
        """The same with the words that stand at the fields; a choice is named by its own words."""
        form = self.page.form_with(button)
        typed = {}
        for label, text in labelled.items():
            name = form.named(label)
            typed[name] = form.options.get(name, {}).get(text, text)
        return self._shown(self.sends(form, button, file=file, **typed))

    def sends(self, form: Form, button: str, *, file: File | None = None, follow: bool = True, **typed: str) -> TestResponse:
        name, value, own = form.buttons[button]
        fields = {**form.fields, **({name: value} if name else {}), **typed}
        address = _path(own or form.action)
        if form.method == "get":
            return self.client.get(address, query_string=fields, follow_redirects=follow)
        body = {**fields, **({"file": (io.BytesIO(file[1]), file[0])} if file else {})}
        return self.client.post(address, data=body, content_type="multipart/form-data" if file else None, follow_redirects=follow)

    def _shown(self, answer: TestResponse) -> Page:
        assert answer.status_code < 500, answer.text
        self.status = answer.status_code
        self.page = Page(answer.text, answer.request.path)
        return self.page


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
