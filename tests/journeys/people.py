"""Somebody at a screen: a browser context of her own, and a sharp eye on every page she comes to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from portal.foundation.actor import Actor
from tests.journeys.live import LivePortal, code_in
from tests.visitors import Visitor

SHOTS = os.environ.get("KRAVSJEKK_SHOTS")  # a folder for pictures of every page, for those who want to look


class Person:
    """Acts only through what can be seen on the page. `look` is called at every page: nothing may be wrong with it."""

    def __init__(self, portal: LivePortal, context: BrowserContext, name: str, width: int, scripted: bool) -> None:
        self.portal = portal
        self.context = context
        self.name = name
        self.width = width
        self.scripted = scripted
        self.seen: list[str] = []
        self.complaints: list[str] = []
        self.page = self._watched(context.new_page())

    def _watched(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", lambda message: self.complaints.append(message.text) if "Content Security Policy" in message.text else None)
        page.on("response", lambda answer: self.complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)
        return page

    # ---------------------------------------------------------------- going and looking

    def goes_to(self, path: str, name: str) -> None:
        self.page.goto(self.portal.address + path)
        self.look(name)

    def look(self, name: str) -> None:
        """The page has one heading, no violation of WCAG that axe can find, no sideways scroll and no error behind it."""
        page = self.page
        page.wait_for_load_state()
        expect(page.locator("h1")).to_have_count(1)
        if self.scripted:
            report = Axe().run(page)
            assert report.violations_count == 0, f"{self.name}, {name} ({page.url}): {report.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= self.width, f"{name} scrolls sideways"
        self.seen.append(name)
        assert self.complaints == [], f"{self.name}, {name}"
        if SHOTS:
            folder = Path(SHOTS)
            folder.mkdir(parents=True, exist_ok=True)
            mode = self.width if self.scripted else f"{self.width}-plain"
            page.screenshot(path=folder / f"{mode}-{self.name}-{len(self.seen):02}-{re.sub(r'[^a-zæøå0-9]+', '-', name.lower())}.png", full_page=True)

    def follows(self, link: str, name: str) -> None:
        """A link anywhere in the page, by its text."""
        self.page.get_by_role("main").get_by_role("link", name=link).first.click()
        self.look(name)

    def opens_menu(self, entry: str, name: str) -> None:
        """On a phone the menu has to be opened first."""
        if self.width < 768:
            self.page.get_by_role("button", name="Meny").click()
        self.page.get_by_role("navigation", name="Hovedmeny").get_by_role("link", name=entry, exact=True).click()
        self.look(name)

    # ---------------------------------------------------------------- doing

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def types(self, label: str, text: str, *, within: Locator | None = None) -> None:
        (within or self.main).get_by_label(label, exact=False).first.fill(text)

    def presses(self, button: str, name: str, *, within: Locator | None = None) -> None:
        (within or self.main).get_by_role("button", name=button, exact=True).first.click()
        self.look(name)

    def reads(self, text: str) -> None:
        """The text stands on the page; any kind of space counts as a space."""
        expect(self.main).to_contain_text(re.compile(r"\s+".join(map(re.escape, text.split()))))

    def sees_not(self, text: str) -> None:
        expect(self.main).not_to_contain_text(text)

    # ---------------------------------------------------------------- the way in

    def signs_in_with_code(self, address: str) -> None:
        self.goes_to("/logg-inn", "logg inn")
        self.types("E-postadresse", address)
        self.presses("Send meg en lenke", "sjekk e-posten")
        self.types("Kode med seks siffer", code_in(self.portal.letter_to(address, "Din innlogging")))
        self.presses("Logg inn", "inne")

    def is_signed_in(self, actor: Actor) -> None:
        """Past the sign-in, for tests of what comes after it."""
        visitor = Visitor(self.portal.app, actor)
        name = self.portal.app.config["SESSION_COOKIE_NAME"]
        cookie = visitor.client.get_cookie(name)
        assert cookie is not None
        self.context.add_cookies([{"name": name, "value": cookie.value, "url": self.portal.address}])


@contextmanager
def person(browser: Browser, portal: LivePortal, name: str, *, width: int = 1280, scripted: bool = True) -> Iterator[Person]:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripted, locale="nb-NO", timezone_id="Europe/Oslo")
    context.set_default_timeout(20_000)
    try:
        yield Person(portal, context, name, width, scripted)
    finally:
        context.close()
