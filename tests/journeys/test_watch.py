"""From a worker's phone to the county's decision: a lead, the check, the people's vote, the sheet on the wall, town, county."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import People, said

pytestmark = pytest.mark.journey
WORKER, OFFICE = "440513100001-cw", "4405-fpb-jb"
PDF = {
    "name": "授权承诺书.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
}


def test_a_lead_from_a_phone_is_checked_and_goes_to_the_vote(staff: People) -> None:
    page = staff.phone(WORKER)
    case = report(page)
    check(page, case)
    assert not misfits(page) + barriers(page)
    vote(page, case)
    sheet(page)


def test_the_county_puts_what_the_towns_passed_into_a_batch_and_decides(staff: People) -> None:
    page = staff.desk(OFFICE)
    page.goto("/monitoring/cases/?state=reviewed")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="组成审定批次").click()
    page.get_by_role("button", name="组批").click()
    said(page, "已组成批次")
    page.get_by_label("比对结果").fill("公安、市场监管、住建比对无异常")
    page.get_by_label("批复文号").fill("汕阳扶组〔2020〕19号")
    page.get_by_role("button", name="登记审定结果").click()
    said(page, "审定结果已登记")
    expect(page.locator("main")).to_contain_text("待落实帮扶")
    assert not misfits(page) + barriers(page)


def report(page: Page) -> str:
    """A lead about a household that has no case yet; returns the address of the case it opens."""
    page.goto("/registry/?registration=exited&page=1")
    found = page.locator("main a[href^='/registry/']").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    for number in dict.fromkeys(re.findall(r"/registry/(\d+)/", " ".join(found))):
        page.goto(f"/monitoring/households/{number}/")
        if "没有个案" in page.locator("main").inner_text():
            break
    page.get_by_role("link", name="登记线索").click()
    page.get_by_label("因务工就业不稳").check()
    page.get_by_role("button", name="不能返岗，工资收入中断").tap()
    page.get_by_role("button", name="登记线索").tap()
    said(page, "已建立个案")
    page.get_by_role("link", name="打开个案").click()
    return page.url


def check(page: Page, case: str) -> None:
    """The check by telephone with the paper that was signed."""
    page.goto(f"{case}check/")
    page.get_by_label("授权承诺书").set_input_files(PDF)  # type: ignore[arg-type]  # a file payload
    page.get_by_label("存在的问题").fill("工厂延迟复工，家中没有其他收入")
    page.get_by_label("无力应对").check()
    page.get_by_label("建议纳入").check()
    page.get_by_label("综合研判理由").fill("工资收入中断，没有存款，支出不减，难以自行应对。")
    page.get_by_role("button", name="提交核实").tap()
    said(page, "核实已登记")


def vote(page: Page, case: str) -> None:
    """The people's vote by telephone, over this household only."""
    page.goto(case)
    name = page.locator("h1").inner_text().removesuffix(" 家庭")
    page.get_by_role("link", name="登记民主评议").click()
    for box in page.locator("input[name=case]:checked").all():
        box.uncheck()
    row = page.locator("li", has_text=name).first
    row.locator("input[name=case]").check()
    row.get_by_role("textbox").fill("24")
    page.get_by_label("应到人数").fill("30")
    page.get_by_label("实到").fill("26")
    page.get_by_label("评议记录").fill("电话逐户征询，多数代表同意纳入监测。")
    page.get_by_role("button", name="登记评议").tap()
    said(page, "民主评议已登记")
    page.goto(case)
    expect(page.locator("main")).to_contain_text("待公示")


def sheet(page: Page) -> None:
    """On the wall hangs a masked name and the hotline, and no number of any kind."""
    page.get_by_role("link", name="登记公示").click()
    page.get_by_role("button", name="登记公示").tap()
    said(page, "公示已登记")
    page.get_by_role("link", name="公示表").click()
    text = page.locator("article").inner_text()
    assert "12317" in text
    assert "*" in text
    assert re.search(r"\d{11}", text) is None
"""The rule desk as two officers of a district use it: change a rule, dry run, second person, sweep, a lead that says why."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import DESK, PHONE, People

pytestmark = pytest.mark.journey


def test_rule_changed_tried_approved_swept_and_a_lead_explained(staff: People) -> None:
    clerk, leader = staff.desk("440513-fpb-jb"), staff.desk("440513-fpb-ld")
    clerk.goto("/monitoring/rules/")
    clerk.get_by_role("link", name="赡养负担重的低收入户").click()
    clerk.get_by_role("link", name="第 1 版").click()
    clerk.get_by_role("link", name="修改").click()
    clerk.get_by_label("规则名称").fill("人口多的低收入户")
    clerk.locator("[name=c0-percent]").fill("400")
    clerk.locator("[name=c1-value]").fill("9")
    clerk.locator("[name=c2-value]").fill("4")
    clerk.get_by_role("button", name="保存草稿").click()
    expect(clerk.get_by_text("规则已改，须重新试算")).to_be_visible()
    expect(clerk.get_by_role("button", name="提交审批")).to_be_disabled()
    clerk.get_by_role("button", name="试算").click()
    expect(clerk.get_by_role("region", name="按镇（街道）")).to_contain_text("潮阳区")
    found = []
    for size in (PHONE, DESK):
        clerk.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
        found += misfits(clerk) + barriers(clerk)
    clerk.get_by_role("button", name="提交审批").click()
    expect(clerk.locator("h1")).to_contain_text("待审批")
    leader.goto(clerk.url)
    leader.get_by_role("button", name="批准").click()
    expect(leader.locator("h1")).to_contain_text("已批准")
    clerk.goto("/monitoring/sweeps/")
    clerk.get_by_role("button", name="发起全量筛查").click()
    done = clerk.locator("h1").get_by_text("已完成")
    for _ in range(40):
        if done.is_visible():
            break
        clerk.wait_for_timeout(500)
        clerk.reload()
    expect(done).to_be_visible()
    clerk.get_by_role("link", name="人口多的低收入户").click()
    clerk.goto("/monitoring/leads/?rule=own_440513_1")
    clerk.locator("tbody a").first.click()
    expect(clerk.get_by_role("heading", name="为什么出现这条线索")).to_be_visible()
    expect(clerk.get_by_text("怎样就不会出现")).to_be_visible()
    for size in (PHONE, DESK):
        clerk.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
        found += misfits(clerk) + barriers(clerk)
    assert found == []
