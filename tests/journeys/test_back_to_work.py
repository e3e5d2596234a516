"""From the call on a phone to the bus: surveyed, matched, offered, taken, seated, listed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import People, said

pytestmark = pytest.mark.journey

CLERK = "440513-fpb-jb"


def test_a_worker_goes_back_to_work(people: People) -> None:
    surveyed(people.phone(CLERK))
    page = people.desk(CLERK)
    matched(page)
    taken(page)
    listed(page)


def surveyed(page: Page) -> None:
    """The next person to ring wants to go out and cannot."""
    page.goto("/employment/next/")
    page.get_by_label("想出未出").check()
    page.get_by_label("没有务工的原因").select_option(label="交通受阻")
    assert not misfits(page) + barriers(page)
    page.get_by_role("button", name="保存并下一人").tap()
    said(page, "摸底已保存")
    expect(page.get_by_role("heading", level=1)).to_contain_text("电话摸底")


def matched(page: Page) -> None:
    """A plan of the district, solved in the background, with what it proves."""
    page.goto("/employment/plans/new/")
    page.get_by_role("button", name="保存", exact=True).click()
    for _ in range(60):
        if page.get_by_text("正在后台测算").count() == 0:
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("main")).to_contain_text("已证明最优")
    assert not misfits(page) + barriers(page)
    page.get_by_role("button", name="向已安排的人推荐岗位").click()
    said(page, "已推荐")


def taken(page: Page) -> None:
    """The first of those asked says yes."""
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="接受", exact=True).click()
    said(page, "已登记接受")
    assert not misfits(page) + barriers(page)


def listed(page: Page) -> None:
    """The district's batch has a bus, and the bus its list."""
    page.goto("/employment/batches/?page=1")
    page.locator("tbody a").first.click()
    expect(page.locator("main")).to_contain_text("累计上界")
    assert not misfits(page) + barriers(page)
    page.get_by_role("region", name="班次").get_by_role("link").first.click()
    page.get_by_role("link", name=re.compile("乘车名单")).click()
    expect(page.get_by_role("img", name="班次二维码")).to_be_visible()
    expect(page.locator("main")).to_contain_text("联防联控批准文号")
    assert not misfits(page) + barriers(page)


def test_a_subsidy_that_the_bank_returned_is_paid_again(people: People) -> None:
    page = people.desk(CLERK)
    page.goto("/employment/subsidies/?state=paid")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="登记发放失败").click()
    page.get_by_label("银行退回的原因").select_option(value="closed")
    page.get_by_role("button", name="保存", exact=True).click()
    said(page, "发放失败已登记")
    expect(page.get_by_role("alert")).to_contain_text("须补：新开账户的存折（卡）复印件")
    assert not misfits(page) + barriers(page)
    put_right(people.phone(CLERK), page.url)
    page.reload()
    page.get_by_role("link", name="登记发放", exact=True).click()
    page.get_by_label("拨付凭证号").fill("2020-重发-1")
    page.get_by_role("button", name="保存", exact=True).click()
    said(page, "发放已登记")
    expect(page.locator("main")).to_contain_text("2020-重发-1")


def put_right(page: Page, address: str) -> None:
    """The paper has come."""
    page.goto(address)
    page.get_by_role("link", name="登记补正").tap()
    page.get_by_label("补正情况").fill("已交新开账户存折复印件")
    assert not misfits(page) + barriers(page)
    page.get_by_role("button", name="保存", exact=True).tap()
    said(page, "补正已登记")
