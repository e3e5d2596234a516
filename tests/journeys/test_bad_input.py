"""Bad input: a clear word in Chinese, nothing half done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.files import pdf_scan, plain
from tests.journeys.people import People, said, sign_in

pytestmark = pytest.mark.journey

DATA = Path(__file__).parents[1] / "data" / "notices"
CITY, DISTRICT, SECOND = "4405-fpb-jb", "440513-fpb-jb", "440513-fpb-jb2"
TITLE = "关于做好新冠肺炎疫情防控期间脱贫攻坚工作的通知"
ANOTHER = """潮汕市扶贫工作示例文件
示扶办〔2020〕{number}号
关于做好示例工作的通知
各区（县）扶贫开发领导小组：
现就示例工作通知如下：
一、做好排查
要逐户排查{what}，2月25日前报送市扶贫办。
市扶贫开发办公室
2020年2月17日
"""


def upload(page: Page, file: Path) -> None:
    page.goto("/dispatch/notices/upload/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传并识别").click()


def refused(page: Page, words: str) -> None:
    """The upload page says why, and there is still only the notice of the city at work."""
    expect(page.locator(".alert-r")).to_contain_text(words)
    expect(page.get_by_role("button", name="上传并识别")).to_be_visible()
    page.goto("/dispatch/notices/?page=1")
    expect(page.locator("tbody tr")).to_have_count(1)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("买菜.txt", "今天天气很好。\n买菜清单：白菜两斤、萝卜三斤。\n" * 20, "不像公文通知"),
        ("空.txt", "", "文件是空的（0 字节）"),
        ("表.xls", "不是表格", "不支持这种文件"),
        ("图.png", "\x89PNG\r\n\x1a\n\x00\x00\x00", "不支持这种文件"),
    ],
)
def test_what_is_no_notice(name: str, content: str, words: str, staff: People, tmp_path: Path) -> None:
    page = staff.desk(CITY)
    with staff.allow(422):
        upload(page, plain(tmp_path / name, content))
        refused(page, words)


def test_a_scan_without_text(staff: People, tmp_path: Path) -> None:
    page = staff.desk(CITY)
    with staff.allow(422):
        upload(page, pdf_scan(tmp_path / "扫描件.pdf", "通知"))
        refused(page, "没有可读取的文字，可能是扫描件")


def test_a_file_over_the_limit(staff: People, tmp_path: Path) -> None:
    page, file = staff.desk(CITY), tmp_path / "大.txt"
    file.write_bytes(b"x" * 21 * 1024 * 1024)
    upload(page, file)
    expect(page.locator(".alert-r")).to_contain_text(re.compile(r"“大\.txt”有 21\.0 MB，超过 20 MB 上限"))
    # A browser that does not ask is told by the server.
    page.goto("/dispatch/notices/upload/")
    page.eval_on_selector("input[type=file]", "input => input.removeAttribute('data-limit')")
    page.locator("input[type=file]").set_input_files(file)
    with staff.allow(422, 413):
        page.get_by_role("button", name="上传并识别").click()
        said(page, "文件“大.txt”过大（约 21 MB），超过 20 MB 的上限，没有接收")
    page.goto("/dispatch/notices/?page=1")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_same_notice_twice(staff: People) -> None:
    page = staff.desk(CITY)
    with staff.allow(422):
        upload(page, DATA / "notice.txt")
        expect(page.locator(".alert-r")).to_contain_text("文号“汕农扶组〔2020〕3号”已于 2020-02-14 登记")
    page.get_by_role("link", name="打开已登记的来文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def test_two_notices_with_one_number(staff: People, tmp_path: Path) -> None:
    page = staff.desk(CITY)
    upload(page, plain(tmp_path / "一.txt", ANOTHER.format(number=7, what="收入")))
    expect(page).to_have_url(re.compile(r"/check/$"))
    check = page.url
    with staff.allow(422):
        upload(page, plain(tmp_path / "二.txt", ANOTHER.format(number=7, what="住房")))
        expect(page.locator(".alert-r")).to_contain_text("文号“示扶办〔2020〕7号”已于 2020-02-17 登记")
    an_impossible_date(staff, page, check)
    a_double_press(page, check)
    page.goto(check.removesuffix("check/"))
    page.locator("summary", has_text="撤回").click()
    page.get_by_label("理由").fill("练习")
    page.get_by_role("button", name="撤回").click()
    said(page, "来文已撤回，文号可重新登记")


def an_impossible_date(staff: People, page: Page, check: str) -> None:
    """2020-02-30 is told so at its field; what was typed stays; nothing is changed."""
    page.goto(check)
    page.goto(str(page.get_by_role("link", name=re.compile("修改第")).first.get_attribute("href")))
    day = page.locator("[name=due_at_0]")
    day.evaluate("input => { input.type = 'text'; }")
    day.fill("2020-02-30")
    page.get_by_label("任务内容").fill("要逐户排查，已改。")
    with staff.allow(422):
        page.get_by_role("button", name="保存").click()
        expect(page.locator(".alert-r")).to_contain_text("日期不存在")
    expect(page.get_by_label("任务内容")).to_have_value("要逐户排查，已改。")
    page.goto(check)
    expect(page.locator("article.duty", has_text="已改")).to_have_count(0)


def a_double_press(page: Page, check: str) -> None:
    """A double click writes once; two requests of one operation at the same moment too; going back does not send again."""
    page.goto(check)
    before = page.locator("article.duty").count()
    page.get_by_role("link", name="增补任务").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("任务内容").fill("增补的任务。")
    drawer.get_by_role("button", name="保存").dblclick()
    expect(page.locator("article.duty", has_text="增补的任务。")).to_have_count(1)
    expect(page.locator("article.duty")).to_have_count(before + 1)

    page.goto(f"{check.removesuffix('check/')}duties/add/")
    form = {name: page.locator(f"main [name={name}]").input_value() for name in ("csrfmiddlewaretoken", "op_id", "kind", "by")}
    twice = """([url, form]) => Promise.all([1, 2].map(() => fetch(url, {method: 'POST', body: new URLSearchParams(form)}).then(r => r.status)))"""
    assert page.evaluate(twice, [page.url, {**form, "text": "同时提交的任务。"}]) == [200, 200]
    page.goto(check)
    expect(page.locator("article.duty", has_text="同时提交的任务。")).to_have_count(1)

    page.get_by_role("link", name=re.compile("修改第")).first.click()
    drawer.get_by_label("条款").fill("一")
    drawer.get_by_role("button", name="保存").click()
    said(page, "已保存")
    page.go_back()
    page.wait_for_load_state()
    page.goto(check)
    expect(page.locator("article.duty")).to_have_count(before + 2)


def test_back_after_a_signed_receipt(staff: People) -> None:
    page = staff.desk("440523-fpb-jb")
    page.goto("/dispatch/tasks/?state=issued")
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="签收").click()
    said(page, "已签收")
    page.go_back()
    expect(page.locator(".ph")).to_contain_text("办理中")
    expect(page.get_by_role("button", name="签收")).to_have_count(0)


def test_report_text_after_its_lock(staff: People) -> None:
    """Two people have the draft open; one sends it to be checked, the other's words are refused and nothing is lost of what was sent."""
    first, second = staff.desk(DISTRICT), staff.desk(SECOND)
    for page in (first, second):
        page.goto("/dispatch/reports/?state=drafting&page=1")
        page.locator("tbody a").first.click()
        expect(page.locator("#part-impact")).to_be_visible()
    first.get_by_role("button", name="送核稿").click()
    said(first, "已办理")
    late = second.locator("#part-impact")
    late.get_by_role("textbox").fill("迟到的文字。")
    late.get_by_role("button", name="保存这一部分").click()
    said(second, "正文已锁定")
    expect(second.locator(".od")).not_to_contain_text("迟到的文字。")
    expect(second.locator("main")).to_contain_text("当前环节：核稿")


def test_a_user_without_scope(staff: People) -> None:
    admin = staff.desk("admin-security")
    admin.goto("/admin/users/?q=440513101-zf-ld")
    admin.locator("tbody a").first.click()
    admin.locator("summary", has_text="收回").click()
    admin.get_by_label("收回理由").fill("岗位调整")
    admin.get_by_role("button", name="确认收回").click()
    said(admin, "已收回角色")
    page = staff.desk("440513101-zf-ld")
    expect(page.locator("main")).to_contain_text("您的账号还没有分配角色和区划，暂时看不到业务内容")
    with staff.allow(403):
        page.goto("/dispatch/tasks/")
        expect(page.locator("main")).to_contain_text("您的账号尚未分配任何角色和区划")


def test_a_name_is_locked_after_wrong_passwords(staff: People) -> None:
    page = staff.window()
    page.goto("/sign-in/")
    with staff.allow(422, 429):
        for _ in range(4):
            page.get_by_label("用户名").fill("440514-fpb-jb")
            page.get_by_label("密码").fill("Wrong-2020-00")
            page.get_by_role("button", name="登录", exact=True).click()
            expect(page.locator(".alert-r")).to_contain_text("用户名或密码")
            page.goto("/sign-in/")
        page.get_by_label("用户名").fill("440514-fpb-jb")
        page.get_by_label("密码").fill("Wrong-2020-00")
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.locator(".alert-r")).to_contain_text(re.compile(r"该用户名已锁定 \d+ 分钟"))
        # Offices share one address: a colleague still comes in.
        page.goto("/sign-in/")
    sign_in(page, "440514-fpb-ld")
    expect(page.get_by_role("heading", level=1)).to_contain_text("工作台")
    page.context.close()
