"""Every page of every role, on the desk and on the phone: fits, says what it is, has no barrier and no complaint of the browser."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import DESK, PHONE, People

pytestmark = pytest.mark.journey

ROLES = (
    "4405-fpb-jb", "4405-fpb-ld", "4405-nyj-jb", "4405-nyj-ld", "440513-fpb-jb", "440513-fpb-ld", "440513100-zf-jb", "440513100-zf-ld",
    "440513100001-cw", "demo", "admin-system", "admin-security", "admin-audit",
)  # fmt: skip
FILES = re.compile(r"/(?:docx|document|export|template)/|^/attachments/")
# These look different for everyone who has something to do on them; any other page is the same page for all.
OWN = re.compile(r"^/$|/dispatch/(?:tasks|reports|requests)/N/$")
LEAST = {"4405-fpb-jb": 40, "440513-fpb-jb": 35, "440513100-zf-jb": 20, "440513100001-cw": 10, "admin-system": 6}


def kind(path: str) -> str:
    """The page behind an address, whichever record it shows."""
    return re.sub(r"\d+", "N", re.sub(r"/figures/[a-z_.]+/", "/figures/F/", urlsplit(path).path))


@pytest.fixture(scope="module")
def examined() -> set[str]:
    """Kinds of pages that axe has seen."""
    return set()


@pytest.mark.parametrize("user", ROLES)
def test_pages_of(user: str, staff: People, examined: set[str]) -> None:
    page, found, seen = staff.desk(user), [], set()
    waiting = deque(["/"])
    while waiting:
        path = waiting.popleft()
        if (name := kind(path)) in seen:
            continue
        seen.add(name)
        page.goto(path)
        key = f"{user if OWN.search(name) else ''}{name}"
        found += misfits(page) if key in examined else look(page, own=bool(OWN.search(name)))
        examined.add(key)
        waiting += [link for link in links(page) if kind(link) not in seen]
    assert not found, "\n".join(found)
    assert len(seen) >= LEAST.get(user, 2), sorted(seen)


def look(page: Page, *, own: bool) -> list[str]:
    """What is wrong with the page at both sizes. Colours are the same at both: what the phone alone shows stands on everyone's own pages."""
    found = []
    for size, contrast in ((PHONE, own), (DESK, True)):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
        found += misfits(page) + barriers(page, contrast=contrast)
    return found


def links(page: Page) -> list[str]:
    """Addresses of our own pages that the page leads to; files are fetched elsewhere."""
    hrefs: list[str] = page.eval_on_selector_all("a[href^='/']", "links => links.map(a => a.getAttribute('href').split('#')[0])")
    return [h for h in hrefs if not FILES.search(h)]
