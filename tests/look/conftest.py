"""The gallery site in the background and a real browser (`chromium`, shared by all tests) in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.look.gallery import Site, make_gallery, running


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    with running(make_gallery(site)) as address:
        yield address
        site.released.set()


@pytest.fixture(params=[1280, 375], ids=["wide", "phone"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """The gallery, opened. A script error or a policy violation on the console fails the test."""
    context = chromium.new_context(viewport={"width": 375, "height": 800})
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(address)
    yield page
    context.close()
    assert complaints == []
