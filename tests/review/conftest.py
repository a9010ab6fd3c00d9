"""The report that these tests look at: built once a run, since reading its files takes seconds, and then copied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from portal.foundation.config import Settings
from tests.databases import Contents
from tests.review.cases import Case, a_case


@pytest.fixture
def case(app: Flask, settings: Settings, _cases: list[tuple[Case, Contents]]) -> Case:
    """A report with one diesel car of five, sent in and verified."""
    folder = Path(settings.storage_url.removeprefix("folder:"))
    if not _cases:
        _cases.append((a_case(app), Contents.of(app, folder)))
    else:
        _cases[0][1].lay(app, folder)
    return replace(_cases[0][0])  # a test may move its case on to a second submission


@pytest.fixture(scope="session")
def _cases() -> list[tuple[Case, Contents]]:
    return []
