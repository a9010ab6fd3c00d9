"""A live portal with its clock on the story's day, and the people of Nidvik."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.foundation import clock
from tests.journeys import nidvik as world
from tests.journeys.live import LivePortal, served


@pytest.fixture
def story_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Product time hangs on the same kind of anchor as in the demo, for every thread; the story's plates mean something."""
    monkeypatch.setattr(clock, "_anchor_file", tmp_path / "clock.json")
    monkeypatch.setattr(clock, "_anchor_read", None)
    monkeypatch.setenv("KRAVSJEKK_PLATE_SERIES", "demo")
    clock.set_anchor(clock.parse_local(world.TODAY))


@pytest.fixture
def nidvik(app: Flask, story_clock: None) -> world.Nidvik:
    return world.build(app)


@pytest.fixture
def live(app: Flask, story_clock: None) -> Iterator[LivePortal]:
    with served(app) as portal:
        yield portal
