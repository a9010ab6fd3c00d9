"""What every test can ask for: a fresh database, the application, the clock.

KRAVSJEKK_TEST_DATABASE=postgresql runs the same tests on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from portal import create_app
from portal.foundation import mail, storage
from portal.foundation.config import Settings
from portal.foundation.db import db
from tests.databases import Contents, Database, for_tests
from tests.seaweedfs import SeaweedServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.strangers import Town

def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what meets a database is run again: the engine is the same to a pure rule and to a browser."""
    if os.environ.get("KRAVSJEKK_TEST_DATABASE") != "postgresql":
        return
    chosen, left = [], []
    for item in items:
        meets_it = "database" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("browser")
        (chosen if meets_it else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = chosen


CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    """The run's one database server or file; `app` makes it fresh for each test."""
    chosen = for_tests()
    try:
        yield chosen
    finally:
        chosen.close()


@pytest.fixture(scope="session")
def settings(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The test settings: files in a folder, mail in a list (`mailer().sent`)."""
    instance = tmp_path_factory.mktemp("instance")
    return Settings(
        mode="test",
        secret_key="a key that only the tests know, long enough",
        base_url="http://localhost",
        database_url=database.url,
        storage_url=f"folder:{instance / 'files'}",
        mail_url="list:",
        instance_dir=instance,
    )


@pytest.fixture(scope="session")
def _portal(database: Database, settings: Settings) -> Iterator[Flask]:
    """Built once a run, since building takes a hundred times longer than a fresh database."""
    portal = create_app(settings)
    database.create(portal)
    yield portal
    with portal.app_context():
        db.engine.dispose()


@pytest.fixture
def app(_portal: Flask, database: Database, settings: Settings) -> Iterator[Flask]:
    """The whole application on an empty database, with no files and no mail.

    No context is pushed, so that every request of a test client gets its own session, as in real life.
    """
    database.refresh(_portal)
    shutil.rmtree(_files_of(settings), ignore_errors=True)
    storage.init(_portal, settings)
    mail.init(_portal, settings)
    config = dict(_portal.config)
    yield _portal
    _portal.config.clear()
    _portal.config.update(config)


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """`app` with its context pushed, for tests that call services directly (they flush; the test commits)."""
    with app.app_context():
        yield app


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """A real S3 server with one bucket, for the tests that ask for it."""
    with SeaweedServer(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One real browser for the run (there can be only one playwright in a process); each test opens contexts of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def town(app: Flask, settings: Settings, _towns: list[tuple[Town, Contents]]) -> Town:
    """Two municipalities and three suppliers, each with a whole chain from agreement to deviation. Built once a run, then copied."""
    if not _towns:
        from tests.strangers import build_town

        _towns.append((build_town(app), Contents.of(app, _files_of(settings))))
        return _towns[0][0]
    built, contents = _towns[0]
    contents.lay(app, _files_of(settings))
    return built


@pytest.fixture(scope="session")
def _towns() -> list[tuple[Town, Contents]]:
    return []


def _files_of(settings: Settings) -> Path:
    return Path(settings.storage_url.removeprefix("folder:"))
