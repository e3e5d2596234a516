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
