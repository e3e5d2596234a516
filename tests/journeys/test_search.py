"""A household is found from any page: by `/`, a few letters or characters, on the desk and on the phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import People

pytestmark = pytest.mark.journey
CLERK = "440513-fpb-jb"


def rows(page: Page) -> list[str]:
    return page.locator("#list-households tbody tr").all_inner_texts()


def test_the_box_in_the_header_finds_households_by_pinyin(people: People) -> None:
    page = people.desk(CLERK)
    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#global-search")).to_be_focused()
    page.keyboard.type("cw")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/registry/\?q=cw$"))
    expect(page.get_by_role("columnheader", name="符合的成员")).to_be_visible()
    assert rows(page)
    assert not barriers(page)
    assert not misfits(page)


def test_a_whole_number_is_sent_to_the_exact_search(people: People) -> None:
    page = people.phone(CLERK)
    page.goto("/registry/?q=15400000001")
    expect(page.get_by_text("搜索栏不接受完整的证件号码或电话")).to_be_visible()
    expect(page.locator("#households-q")).to_have_value("")
    assert not misfits(page)
