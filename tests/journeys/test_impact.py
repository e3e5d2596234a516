"""A village officer telephones a household: what hit it, a measure that fits, and the work that comes of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import People, said

pytestmark = pytest.mark.journey
TOWN, CITY = "440513100-zf-jb", "4405-fpb-jb"


def test_a_call_becomes_an_impact_and_the_impact_a_task(staff: People) -> None:
    page = staff.phone(TOWN)
    page.goto("/impact/surveys/?surveyed=0")
    page.get_by_role("link", name="登记排查").first.click()
    page.get_by_label("还贷困难").check()
    page.get_by_label("原预计每月收入（元）").fill("3000")
    with staff.allow(422):
        page.get_by_role("button", name="保存排查").click()
        expect(page.locator("main")).to_contain_text("须同时填写")
    page.get_by_label("现在每月收入（元）").fill("1200")
    page.get_by_role("button", name="保存排查").click()
    said(page, "影响排查已登记")
    assert not misfits(page) + barriers(page)
    page.get_by_role("button", name="采取 办理小额信贷延长还款期限").click()
    said(page, "并列入待办")
    expect(page.locator("main")).to_contain_text("第二部分（二）：适当延长受疫情影响还款困难贫困户的还款期限")
    city = staff.desk(CITY)
    city.goto("/impact/")
    expect(city.get_by_role("link", name="影响排查覆盖率")).to_be_visible()
    city.goto("/impact/levels/")
    expect(city.locator("main")).to_contain_text("只作预览")
    assert not misfits(city) + barriers(city)
