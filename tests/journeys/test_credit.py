"""The county's clerk with the bank's file: differences, a run checked by a second person, posting, the payment file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.people import DESK, PHONE, People
from tests.kernel.imports.files import xlsx

pytestmark = pytest.mark.journey
CLERK, LEADER = "440514-fpb-jb", "440514-fpb-ld"


def looked_at(page: Page) -> list[str]:
    found = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
        found += misfits(page) + barriers(page)
    return found


def contract(page: Page) -> str:
    """The contract number of the county's first loan that bore interest in the last quarter of 2019."""
    page.goto("/credit/?owing=1&released_on_to=2019-09-01&maturity_from=2020-04-01")
    page.locator("tbody tr a.nm").first.click()
    found = page.locator("dt:text-is('合同号') + dd").inner_text().strip()
    assert found.startswith("YS")
    return found


def test_from_the_bank_s_file_to_the_payment_file(staff: People, tmp_path: Path) -> None:
    page = staff.desk(CLERK)
    number = contract(page)
    faults = looked_at(page)
    file = tmp_path / "银行贴息数.xlsx"
    heads = ["借据号", "结息日", "本期利息", "本期贴息", "贷款余额"]
    file.write_bytes(xlsx([heads, [number, "2019-12-20", "0.01", "0.01", "20000"], ["没有这份", "2019-12-20", "1", "1", "1"]]))
    page.goto("/imports/")
    form = page.locator("form[action*='credit.bank']")
    form.locator("input[type=file]").set_input_files(file)
    form.get_by_role("button", name="上传并预检").click()
    expect(page.get_by_role("heading", name="预检结果")).to_be_visible()
    expect(page.locator("#import")).to_contain_text("台账中没有这份合同的已放款贷款")
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("#import")).to_contain_text("已导入")
    page.goto("/credit/figures/?state=differs")
    page.locator("tbody tr a.nm").first.click()
    expect(page.locator(".main")).to_contain_text("有差异")
    page.get_by_role("link", name="处理差异").click()
    page.get_by_label("差异原因和处理").fill("银行少计，已答复更正")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".main")).to_contain_text("差异已处理")
    _run(staff, page)
    assert faults == []


def _run(staff: People, page: Page) -> None:
    """Reckon (or take what the demonstration has reckoned), check, post; the file is not to be had before."""
    page.goto("/credit/runs/?state=computed")
    page.locator("tbody tr a.nm").first.click()
    expect(page.get_by_text("您是计算人，复核须由另一人办理。")).to_be_visible()
    address = page.url
    leader = staff.desk(LEADER)
    leader.goto(address)
    leader.get_by_role("button", name="复核无误").click()
    expect(leader.locator("h1")).to_contain_text("待公示")
    page.goto(address)
    page.get_by_role("button", name="开始公示").click()
    expect(page.locator("h1")).to_contain_text("公示中")
    page.get_by_role("button", name="公示期满，送财政拨付").click()
    expect(page.get_by_text("公示自 2020-02-17 起，不少于 5 天")).to_be_visible()
    page.get_by_role("link", name="公示表（可打印）").click()
    expect(page.locator("tbody tr").first).to_contain_text("**")
    paid = staff.desk("440513-fpb-jb")
    paid.goto("/credit/runs/?state=paid")
    paid.locator("tbody tr a.nm").first.click()
    with paid.expect_download() as got:
        paid.get_by_role("button", name="下载拨付文件").click()
    assert got.value.suggested_filename == "贴息拨付_潮阳区_20190921_20191221.xlsx"
