"""A town lists a backlog by phone, the plan finds it a buyer, and one tap orders."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import People, said

pytestmark = pytest.mark.journey
TOWN = "440513100-zf-jb"


def test_a_backlog_is_listed_matched_and_ordered(staff: People) -> None:
    page = staff.phone(TOWN)
    page.goto("/produce/new/")
    page.get_by_label("品种").select_option(label="青榄")
    page.get_by_label("滞销量").fill("500公斤300斤")
    page.get_by_label("最迟可售日").fill("2020-03-10")
    page.get_by_label("所在村（社区）").select_option(label="海门镇 和睦居委会")
    page.get_by_label("主体类型").select_option(label="带贫合作社")
    page.get_by_label("主体名称").fill("和睦果农")
    page.get_by_label("意向价（元/公斤）").fill("8.60")
    page.get_by_label("最低价（元/公斤）").fill("7.00")
    with staff.allow(422):
        page.get_by_role("button", name="保存").click()
        expect(page.locator("main")).to_contain_text("混用了不同单位")
    page.get_by_label("滞销量").fill("2000斤")
    page.get_by_role("button", name="保存").click()
    said(page, "批次编号")
    expect(page.locator("main")).to_contain_text("1,000公斤")
    assert not misfits(page) + barriers(page)
    desk = staff.desk(TOWN)
    desk.goto("/produce/matching/?product=olive")
    assert not misfits(desk) + barriers(desk)
    desk.get_by_role("button", name="下单 青榄").first.click()
    said(desk, "已登记")
    desk.get_by_role("link", name="产品卡").click()
    expect(desk.locator("article")).to_contain_text("青榄")
    assert not misfits(desk) + barriers(desk)
