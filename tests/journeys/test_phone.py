"""A town's clerk with a phone: takes the task, writes what was done, with a thumb."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import PHONE, People, said

pytestmark = pytest.mark.journey

DISTRICT, TOWN = "440513-fpb-jb", "440513100-zf-jb"
THUMB = 44


def test_the_town_works_by_phone(staff: People) -> None:
    pass_on(staff.desk(DISTRICT))
    page = staff.phone(TOWN)
    page.goto("/worklist/")
    page.get_by_role("link", name=re.compile("签收任务：")).first.click()
    pressed(page, "签收")
    said(page, "已签收")
    page.get_by_role("textbox", name=re.compile("^登记进展")).fill("已电话联系各村，返岗意愿摸排完毕。")
    pressed(page, "登记进展")
    said(page, "进展已登记")
    expect(page.locator("main")).to_contain_text("已电话联系各村，返岗意愿摸排完毕。")
    assert not misfits(page) + barriers(page)
    page.get_by_role("link", name="打开菜单").or_(page.get_by_role("button", name="打开菜单")).tap()
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu).to_be_in_viewport()
    menu.get_by_role("link", name="我的待办").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办")


def pass_on(page: Page) -> None:
    """The district gives a task it works on to the town."""
    page.goto("/dispatch/tasks/?state=acknowledged&page=1")
    page.locator("tbody a").first.click()
    page.get_by_text("选择下级单位转办").click()
    page.get_by_label("海门镇").check()
    page.get_by_role("button", name="转办", exact=True).click()
    said(page, "已转办 1 个下级单位")


def pressed(page: Page, name: str) -> None:
    """The button is under the thumb: at the foot of the screen, high enough, as wide as the screen nearly."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_in_viewport()
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= THUMB
    assert box["width"] >= 0.8 * PHONE["width"]
    assert box["y"] > PHONE["height"] / 2
    button.tap()
