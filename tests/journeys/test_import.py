"""The import desk as a town clerk uses it: template, upload, errors, the own workbook back, confirmation, search, withdrawal."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from shouwang.kernel.privacy.normal import check_character
from tests.journeys.checks import barriers, misfits
from tests.journeys.people import DESK, PHONE, People
from tests.kernel.imports.files import xlsx

pytestmark = pytest.mark.journey
HEADER = ["户编号", "村（社区）", "姓名", "与户主关系", "证件号码", "健康状况"]


def number(birth: str, order: int) -> str:
    body = f"440513{birth}{order:03d}"
    return body + check_character(body)


def test_workbook_in_errors_out_and_back_in(staff: People, tmp_path: Path) -> None:
    page = staff.desk("440513100-zf-jb")
    page.goto("/imports/")
    with page.expect_download() as template:
        page.get_by_role("link", name="下载模板").first.click()
    assert template.value.suggested_filename == "户和成员导入模板_2020-02.xlsx"
    rows = [
        ["海门镇户档案采集表"],
        HEADER,
        ["44051310000188801", "和睦居委会", "陈试大河", "户主", number("19700101", 881), "健康"],
        ["44051310000188801", None, "林试小溪", "妻子", number("19720303", 882), "良好"],
        ["44051310000188802", "和睦居委会", "郑试一", "户主", number("19800505", 883), "身体尚可"],
    ]
    file = tmp_path / "户档案.xlsx"
    file.write_bytes(xlsx(rows))
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="上传并预检").first.click()
    expect(page.get_by_role("heading", name="预检结果")).to_be_visible()
    expect(page.locator("#import")).to_contain_text("第 2 行识别为表头")
    expect(page.locator("#import tbody tr")).to_have_count(1)
    expect(page.locator("#import tbody")).to_contain_text("健康状况“身体尚可”：不在可选值内")
    found = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the same shape
        found += misfits(page) + barriers(page)
    assert found == []
    with page.expect_download() as marked:
        page.get_by_role("button", name="下载标错文件").click()
    assert marked.value.suggested_filename == "户档案_标错.xlsx"
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("#import")).to_contain_text("已导入：新增 1 户")
    page.goto("/registry/?q=陈试大河")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto("/imports/")
    page.get_by_role("link", name="户档案.xlsx").first.click()
    page.get_by_label("撤回理由").fill("传错了文件")
    page.get_by_role("button", name="撤回导入").click()
    expect(page.locator("#import")).to_contain_text("本次导入已撤回")
    page.goto("/registry/?q=陈试大河")
    expect(page.get_by_text("筛选无结果")).to_be_visible()


def test_file_that_is_no_workbook_says_so_and_writes_nothing(staff: People, tmp_path: Path) -> None:
    page = staff.desk("440513100-zf-jb")
    page.goto("/imports/")
    file = tmp_path / "坏.xlsx"
    file.write_bytes(b"PK\x03\x04 not a workbook at all")
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="上传并预检").first.click()
    expect(page.get_by_role("heading", name="这个文件没有预检成功，没有写入任何内容")).to_be_visible()


def test_unknown_headers_are_assigned_by_hand(staff: People, tmp_path: Path) -> None:
    page = staff.desk("440513100-zf-jb")
    page.goto("/imports/")
    file = tmp_path / "上级.xlsx"
    file.write_bytes(xlsx([["农户代号", "所在地", "名字"], ["44051310000188809", "和睦居委会", "吴试"]]))
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name="上传并预检").first.click()
    expect(page.get_by_role("link", name="指定列对应")).to_have_css("color", "rgb(255, 255, 255)")  # white on blue, not red
    page.get_by_role("link", name="指定列对应").click()
    page.get_by_label("“农户代号”对应的栏目").select_option(label="户编号")
    page.get_by_label("“所在地”对应的栏目").select_option(label="村（社区）")
    page.get_by_label("“名字”对应的栏目").select_option(label="姓名")
    page.get_by_role("button", name="保存并重新预检").click()
    expect(page.locator("#import tbody")).to_contain_text("新增成员须填写")
