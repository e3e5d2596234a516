"""The thread in a real browser: a notice in, duties out, work, reports up, the whole city's report, and those who are late chased."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.journeys.checks import barriers, misfits
from tests.journeys.files import pdf_scan
from tests.journeys.people import People, said

pytestmark = pytest.mark.journey

NOTICE = Path(__file__).parents[1] / "data" / "notices" / "notice.txt"
CITY, LEADER, FARMING = "4405-fpb-jb", "4405-fpb-ld", "4405-nyj-jb"
DISTRICT, SECOND, HEAD, TOWN = "440513-fpb-jb", "440513-fpb-jb2", "440513-fpb-ld", "440513100-zf-jb"
TITLE = "关于做好新冠肺炎疫情防控期间脱贫攻坚工作的通知"
SPRING = "做好春耕备耕工作"
INSTRUCTION = "同意拟办意见。对挂牌督战镇村贫困劳动力就业情况，请逐村过筛。"
ADVICE = "建议统一协调春耕农资运输通行证"


def test_from_a_notice_to_the_citys_report(people: People, tmp_path: Path) -> None:
    notice = upload_and_check(people.desk(CITY))
    slip(people, notice)
    issue(people.desk(CITY), notice)
    town_works(people, tmp_path)
    district_reports(people, tmp_path)
    department_reports_nothing(people)
    city_receives(people)
    advice_is_answered(people)
    whole_city(people, tmp_path)
    the_late_are_chased(people)


def duty(page: Page, words: str) -> Locator:
    """The card of the standing duty that begins with these words."""
    return page.locator("article.duty:not(.off)").filter(has=page.locator("p", has_text=re.compile(f"^{re.escape(words)}")))


def upload_and_check(page: Page) -> str:
    """Upload the real notice, see what was read, correct, merge, set aside, bind, finish; returns the notice's address."""
    page.get_by_role("link", name="登记来文").click()
    page.locator("input[type=file]").set_input_files(NOTICE)
    page.get_by_role("button", name="上传并识别").click()
    expect(page).to_have_url(re.compile(r"/check/$"))
    notice = page.url.removesuffix("check/")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator(".read .hl")).to_have_count(5 + 6)
    expect(page.locator(".ph .sub")).to_contain_text("一级标题 5 个、二级标题 6 个")
    expect(page.locator(".ph .sub")).to_contain_text("其中有期限 1 条")
    expect(duty(page, "各地各部门要于2月20日前")).to_contain_text("期限 2020-02-20 23:59")
    before = page.locator("article.duty:not(.off)").count()
    assert not misfits(page) + barriers(page)

    spring = duty(page, SPRING)
    spring.get_by_role("link", name=re.compile("修改")).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_label("任务内容")).to_be_visible()
    assert not barriers(page)
    drawer.get_by_label("任务内容").fill(f"{SPRING}，确保不误农时。")
    drawer.get_by_label("办理期限").first.fill("2020-02-28")
    drawer.get_by_role("button", name="保存").click()
    expect(duty(page, f"{SPRING}，确保不误农时。")).to_contain_text("期限 2020-02-28 23:59")

    for words in ("加强心理干预和疏导", "有针对性做好人文关怀"):
        duty(page, words).get_by_role("checkbox").check()
    page.get_by_role("button", name="合并所选").click()
    said(page, "已合并为第")
    expect(duty(page, "加强心理干预和疏导；有针对性做好人文关怀")).to_have_count(1)

    duty(page, "要坚定信心决心").get_by_role("button", name=re.compile("不作任务")).click()
    expect(page.locator("article.off").filter(has_text="要坚定信心决心")).to_contain_text("不作任务")

    duty(page, "抓紧完成剩余脱贫任务").get_by_role("link", name=re.compile("修改")).click()
    drawer.get_by_label("关联指标").select_option(label="未脱贫户数（户）")
    drawer.get_by_label("目标值").fill("0")
    drawer.get_by_role("button", name="保存").click()
    expect(duty(page, "抓紧完成剩余脱贫任务")).to_contain_text("关联指标：未脱贫户数")

    page.locator("summary", has_text="批量设期限").click()
    page.get_by_label("办理期限，日期").fill("2020-03-31")
    page.get_by_role("button", name="设定期限").click()
    said(page, "请先勾选任务")
    page.locator("summary", has_text="批量设期限").click()
    page.get_by_label("办理期限，日期").fill("2020-03-31")
    page.get_by_label("全部未定期限的条目").check()
    page.get_by_role("button", name="设定期限").click()
    said(page, "条任务设定期限")
    expect(duty(page, "加强心理干预和疏导")).to_contain_text("期限 2020-03-31 23:59")
    expect(duty(page, SPRING)).to_contain_text("期限 2020-02-28 23:59")

    expect(page.locator("article.duty:not(.off)")).to_have_count(before - 2)
    page.get_by_role("button", name="校核完成，去交办").click()
    expect(page).to_have_url(re.compile(r"/issue/$"))
    return notice


def slip(people: People, notice: str) -> None:
    """拟办, 批示, and the 批示 a duty with one tap."""
    clerk, leader = people.desk(CITY), people.desk(LEADER)
    clerk.goto(f"{notice}slip/")
    clerk.get_by_label("拟办意见").fill("拟转各区（县）、成员单位贯彻落实。")
    clerk.get_by_role("button", name="保存拟办意见").click()
    expect(clerk.locator(".slip")).to_contain_text("拟转各区（县）、成员单位贯彻落实。")

    leader.goto("/")
    leader.get_by_role("link", name=re.compile(f"批示《{TITLE}》")).click()
    leader.get_by_label("批示", exact=True).fill(INSTRUCTION)
    leader.get_by_role("button", name="批示", exact=True).click()
    expect(leader.locator(".slip")).to_contain_text(INSTRUCTION)

    clerk.reload()
    clerk.get_by_role("button", name="转为任务").click()
    said(clerk, "批示已转为第")
    expect(clerk.locator("th.wrap").filter(has_text=INSTRUCTION)).to_have_count(1)


def issue(page: Page, notice: str) -> None:
    """Confirm what is proposed; every district and the departments have their tasks, the districts' reports are begun."""
    page.goto(f"{notice}issue/")
    row = page.locator("tr").filter(has_text=SPRING)
    expect(row.get_by_role("checkbox", name=re.compile("潮阳区 ?牵头"))).to_be_checked()
    row.get_by_text("选择部门").click()
    assert not misfits(page) + barriers(page)
    row.get_by_role("group", name=re.compile("配合部门")).get_by_text("市财政局").click()
    page.get_by_role("button", name="确认交办").click()
    said(page, "已交办")
    board = page.get_by_role("region", name="各单位进度").locator("tbody tr")
    expect(board).to_have_count(7 + 10)
    expect(board.filter(has_text="潮阳区扶贫办").locator("td").first).not_to_have_text("0")
    expect(page.get_by_role("link", name=f"关于贯彻落实《{TITLE}》情况的报告")).to_be_visible()


def open_task(page: Page, words: str) -> None:
    """Open the own task about these words from the list of tasks."""
    page.goto("/dispatch/tasks/")
    page.get_by_label("关键词").fill(words)
    page.get_by_role("button", name="查询").click()
    page.get_by_role("table").get_by_role("link", name=re.compile(words)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def town_works(people: People, tmp_path: Path) -> None:
    """District and department acknowledge, the district passes on, the town works, each level checks the one below."""
    city, district, town, farming = people.desk(CITY), people.desk(DISTRICT), people.desk(TOWN), people.desk(FARMING)
    open_task(farming, SPRING)
    farming.get_by_role("button", name="签收").click()
    said(farming, "已签收")

    open_task(district, SPRING)
    district.get_by_role("button", name="签收").click()
    proof = tmp_path / "spring.pdf"
    pdf_scan(proof, "种苗农资到位情况")
    district.get_by_role("textbox", name=re.compile("^登记进展")).fill("已组织种苗、农资供应。")
    district.get_by_label(re.compile("佐证材料")).set_input_files(proof)
    district.get_by_role("button", name="登记进展").click()
    said(district, "进展已登记")
    expect(district.get_by_role("link", name="spring.pdf")).to_be_visible()
    district.get_by_text("选择下级单位转办").click()
    district.get_by_label("海门镇").check()
    district.get_by_role("button", name="转办", exact=True).click()
    said(district, "已转办 1 个下级单位")

    town.goto("/worklist/")
    town.get_by_role("link", name=re.compile(f"签收任务：{SPRING}")).click()
    town.get_by_role("button", name="签收").click()
    town.get_by_role("textbox", name=re.compile("^登记进展")).fill("各村种苗已发放到户。")
    town.get_by_role("button", name="登记进展").click()
    said(town, "进展已登记")
    town.get_by_role("button", name="提交审核").click()
    said(town, "已提交潮阳区扶贫办审核")

    district.goto("/worklist/")
    district.get_by_role("link", name=re.compile("审核海门镇办理结果")).click()
    district.get_by_role("button", name="审核销号").click()
    said(district, "已销号")
    open_task(district, SPRING)
    district.get_by_label(re.compile("办理结果")).fill("全区种苗、农资供应到位。")
    district.get_by_role("button", name="提交审核").click()
    said(district, "已提交市扶贫办审核")

    city.goto("/worklist/")
    review = re.compile("审核潮阳区扶贫办办理结果")
    city.get_by_role("link", name=review).click()
    city.get_by_text("退回", exact=True).click()
    city.get_by_role("button", name="材料不全，请补充佐证。").click()
    city.get_by_role("button", name="确认退回").click()
    said(city, "承办单位会收到消息")
    district.reload()
    expect(district.locator("main")).to_contain_text("材料不全，请补充佐证。")
    district.get_by_role("button", name="提交审核").click()
    city.goto("/worklist/")
    city.get_by_role("link", name=review).click()
    expect(city.locator("main")).to_contain_text("退回次数")
    city.get_by_role("button", name="审核销号").click()
    said(city, "已销号")


def open_report(page: Page) -> None:
    """Open the own report from the work list."""
    page.goto("/worklist/")
    page.get_by_role("link", name=re.compile(f"：关于贯彻落实《{TITLE}》情况的报告")).first.click()
    expect(page.get_by_role("list", name="办理进度")).to_be_visible()


def sign_through(drafter: Page, checker: Page, leader: Page, scan: Path | None) -> None:
    """送核稿, 核稿, 签发, and unless it is a zero report 编号 and 用印; then 报送."""
    drafter.get_by_role("button", name="送核稿").click()
    said(drafter, "已办理")
    checker.goto(drafter.url)
    checker.get_by_role("button", name="核稿通过，送签发").click()
    said(checker, "核稿通过")
    leader.goto(drafter.url)
    leader.get_by_role("button", name="签发", exact=True).click()
    said(leader, "已签发，正文锁定")
    drafter.reload()
    if scan:
        drafter.get_by_role("button", name="编号").click()
        drafter.get_by_label(re.compile("用印扫描件")).set_input_files(scan)
        drafter.get_by_role("button", name="登记用印件").click()
        said(drafter, "用印扫描件已登记")
    drafter.once("dialog", lambda d: d.accept())
    drafter.get_by_role("button", name="报送", exact=True).click()
    expect(drafter.locator("main")).to_contain_text("已报送，由上级单位办理")


def district_reports(people: People, tmp_path: Path) -> None:
    """The draft is there; words are the officer's, numbers the system's; checked, signed, numbered, sealed, sent."""
    drafter = people.desk(DISTRICT)
    open_report(drafter)
    expect(drafter.locator(".auto")).to_contain_text("项自动带出")
    drafter.get_by_role("button", name="刷新数据").click()
    expect(drafter.locator("#part-measures").get_by_role("textbox")).to_have_value(re.compile("种苗、农资供应"))
    impact = drafter.locator("#part-impact")
    words = impact.get_by_role("textbox").input_value()
    assert "【建档立卡户数】" in words
    impact.get_by_role("textbox").fill(f"{words}\n（六）其他影响。部分镇物流尚未恢复。")
    impact.get_by_role("button", name="保存这一部分").click()
    said(drafter, "已保存")
    paper = drafter.locator(".od")
    expect(paper).to_contain_text("部分镇物流尚未恢复")
    expect(paper).to_contain_text(re.compile(r"在册建档立卡户\d+户"))
    expect(drafter.locator("#part-impact")).to_contain_text("已修改")
    drafter.get_by_label("建议内容").fill(ADVICE)
    drafter.get_by_role("button", name="加一条").click()
    expect(paper).to_contain_text(ADVICE)
    scan = tmp_path / "sealed.pdf"
    pdf_scan(scan, "用印件")
    sign_through(drafter, people.desk(SECOND), people.desk(HEAD), scan)
    expect(drafter.locator("h1 + .sub")).to_contain_text(re.compile(r"潮?阳?.*〔2020〕1号"))
    expect(drafter.get_by_role("link", name="sealed.pdf")).to_be_visible()


def department_reports_nothing(people: People) -> None:
    """零报告 is an answer of its own, signed by the leader."""
    clerk, leader = people.desk(FARMING), people.desk("4405-nyj-ld")
    open_report(clerk)
    clerk.once("dialog", lambda d: d.accept())
    clerk.get_by_role("button", name="改为零报告").click()
    expect(clerk.locator(".od")).to_contain_text("特作零报告")
    sign_through(clerk, leader, leader, None)


def city_receives(people: People) -> None:
    """Received and missing at a glance; one accepted, one returned, sent again and accepted."""
    city, clerk, leader = people.desk(CITY), people.desk(FARMING), people.desk("4405-nyj-ld")
    city.goto("/dispatch/requests/")
    city.get_by_role("link", name=re.compile(TITLE)).click()
    expect(figure(city, "应报")).to_contain_text("17")
    expect(figure(city, "已报")).to_contain_text("2")
    expect(figure(city, "未报")).to_contain_text("15")
    board = city.url
    row = city.get_by_role("row").filter(has_text="潮阳区扶贫办")
    expect(row).to_contain_text("已报送，待接收")
    row.get_by_role("link", name="审阅").click()
    city.get_by_role("button", name="接收").click()
    said(city, "已接收潮阳区扶贫办的报告")
    expect(city.get_by_role("row").filter(has_text="潮阳区扶贫办")).to_contain_text("已接收")

    city.get_by_role("row").filter(has_text="市农业农村局").get_by_role("link", name="审阅").click()
    city.get_by_text("退回", exact=True).first.click()
    city.get_by_label("退回理由").fill("请补充春耕备耕情况后再报。")
    city.locator("form").filter(has=city.get_by_label("退回理由")).get_by_role("button", name="退回").click()
    said(city, "已退回，报送单位会收到消息")
    expect(city.get_by_role("row").filter(has_text="市农业农村局")).to_contain_text("已退回")
    expect(figure(city, "退回未补报")).to_contain_text("1")

    open_report(clerk)
    expect(clerk.locator("main")).to_contain_text("请补充春耕备耕情况后再报。")
    sign_through(clerk, leader, leader, None)
    city.goto(board)
    city.get_by_role("row").filter(has_text="市农业农村局").get_by_role("link", name="审阅").click()
    city.get_by_role("button", name="接收").click()
    expect(figure(city, "已接收")).to_contain_text("2")


def figure(page: Page, label: str) -> Locator:
    """The key figure of that name."""
    return page.locator(".kpi").filter(has=page.get_by_text(label, exact=True))


def advice_is_answered(people: People) -> None:
    """The accepted report's 建议 gets a department, the department replies, the district is told."""
    city, farming, district = people.desk(CITY), people.desk(FARMING), people.desk(DISTRICT)
    city.goto("/worklist/")
    city.get_by_role("link", name=re.compile(f"分办潮阳区扶贫办建议：{ADVICE}")).click()
    city.get_by_label("责任部门").select_option(label="市农业农村局")
    city.get_by_role("button", name="分办").click()
    expect(city.locator("main")).to_contain_text("待答复")
    farming.goto("/worklist/")
    farming.get_by_role("link", name=re.compile(f"答复潮阳区扶贫办建议：{ADVICE}")).click()
    farming.get_by_label("答复内容").fill("已与交通运输部门协调，通行证由市级统一办理。")
    farming.get_by_role("button", name="答复").click()
    said(farming, "已答复")
    district.goto("/inbox/")
    expect(district.locator("main")).to_contain_text(f"市农业农村局答复建议：{ADVICE}")


def whole_city(people: People, tmp_path: Path) -> None:
    """The consolidated report, and the district's document as a file that holds what it must and prints on pages."""
    city, district = people.desk(CITY), people.desk(DISTRICT)
    city.goto("/dispatch/requests/")
    city.get_by_role("link", name=re.compile(TITLE)).click()
    city.get_by_role("button", name="生成汇总报告").click()
    said(city, "汇总稿已生成")
    paper = city.locator(".od")
    for words in ("应报送报告17份", "已接收2份", "零报告1份（市农业农村局）", "尚未报送15份"):
        expect(paper).to_contain_text(words)
    expect(paper).to_contain_text(ADVICE)

    district.goto("/dispatch/reports/")
    district.get_by_role("table").get_by_role("link", name=re.compile(TITLE)).click()
    with district.expect_download() as waiting:
        district.get_by_role("link", name="下载 .docx").click()
    check_document(waiting.value, tmp_path)


def check_document(download: Download, tmp_path: Path) -> None:
    """The .docx opens, holds title, number and signer, and prints on two pages or more."""
    from docx import Document

    file = tmp_path / "report.docx"
    download.save_as(file)
    assert download.suggested_filename.endswith(".docx")
    assert "潮阳区扶贫办" in download.suggested_filename
    document = Document(str(file))
    text = "\n".join(p.text for p in document.paragraphs) + "\n".join(c.text for t in document.tables for r in t.rows for c in r.cells)
    assert TITLE in text.replace("\n", "")
    assert re.search(r"〔2020〕1号", text)
    assert "签发人" in text
    assert ADVICE in text
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip(
            "LibreOffice is not on this machine, the document was not printed: apt-get install libreoffice-writer-nogui poppler-utils"
        )
    command = [
        soffice,
        f"-env:UserInstallation=file://{tmp_path}/office",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(file),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own file
    import pdfplumber

    with pdfplumber.open(file.with_suffix(".pdf")) as pdf:
        assert len(pdf.pages) >= 2


def the_late_are_chased(people: People) -> None:
    """Day by day the lights turn, reminders and chasing go out, and a 通报 is drafted, not sent."""
    demo, city = people.desk("demo"), people.desk(CITY)
    late = people.desk("440523-fpb-jb")
    late.goto("/")
    expect(late.locator("main")).not_to_contain_text("已超期 1 天")
    for day in ("2020-02-18", "2020-02-19", "2020-02-20", "2020-02-21", "2020-02-22", "2020-02-23", "2020-02-24"):
        demo.goto("/")
        demo.get_by_role("button", name="推进到下一天").click()
        said(demo, f"演示日期已推进到 {day}")
    late.goto("/worklist/?light=overdue")
    expect(late.locator("main .st-r").first).to_contain_text("已超期")
    late.goto("/inbox/")
    expect(late.locator("main")).to_contain_text("提醒")
    expect(late.locator("main")).to_contain_text("催办")

    city.goto("/")
    city.get_by_role("link", name=TITLE, exact=True).click()
    expect(city.locator(".alert-r")).to_contain_text("项任务已超期")
    city.get_by_role("button", name="拟写通报稿").click()
    expect(city.locator(".ph")).to_contain_text("代拟稿，待签发")
    assert not misfits(city) + barriers(city)
    expect(city.get_by_label("正文")).to_have_value(re.compile("南澳县扶贫开发领导小组：逾期"))
    expect(city.locator("main")).to_contain_text("系统只生成代拟稿，不会自动发送")
    late.goto("/inbox/")
    expect(late.locator("main")).not_to_contain_text("通报")
