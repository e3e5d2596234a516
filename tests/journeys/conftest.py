"""Servers and browser of the journeys."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.installation import build, served
from tests.journeys.people import People

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


# Two cores may be shared with other test runs: an answer is waited for, never assumed.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not on this machine: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def empty_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city with offices, officers and households, before any notice."""
    return build(tmp_path_factory.mktemp("empty") / "city", work=False)


@pytest.fixture(scope="session")
def working_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city in the middle of its work."""
    return build(tmp_path_factory.mktemp("working") / "city", work=True)


@pytest.fixture(scope="module")
def empty_site(empty_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on the city before any notice, the module's own."""
    with served(empty_city, tmp_path_factory.mktemp("served") / "city") as address:
        yield address


@pytest.fixture(scope="module")
def working_site(working_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on the city at work, the module's own."""
    with served(working_city, tmp_path_factory.mktemp("served") / "city") as address:
        yield address


@pytest.fixture
def people(chromium: Browser, empty_site: str) -> Iterator[People]:
    """The people of the city before any notice."""
    cast = People(chromium, empty_site)
    yield cast
    cast.close()


@pytest.fixture
def staff(chromium: Browser, working_site: str) -> Iterator[People]:
    """The people of the city at work."""
    cast = People(chromium, working_site)
    yield cast
    cast.close()
