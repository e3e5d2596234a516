import datetime as dt
from typing import Any

import pytest

from shouwang.kernel.official import AttachmentPage, Heading, OfficialDocument, Paragraph, check
from tests.kernel.official_samples import report


def test_report_in_order_has_no_finding() -> None:
    assert check(report()) == []


def _body(*blocks: Heading | Paragraph) -> list[Heading | Paragraph]:
    return [*blocks, Paragraph("特此报告。")]


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"signer_upward": None}, "报告是上行文，缺签发人"),
        ({"title": "关于甲的通知"}, "签发人只用于上行文，本文文种为通知"),
        ({"title": "关于甲的情况"}, "末尾没有文种"),
        ({"title": "关于甲的报告。"}, "标题末尾的“。”应删去"),
        ({"title": " "}, "标题为空"),
        ({"doc_number": "云扶办报[2020]03号"}, "发文字号“云扶办报[2020]03号”不合规范"),
        ({"doc_number": "云扶办报〔2020〕第3号"}, "不加“第”字"),
        ({"doc_number": "云扶办报〔2019〕3号"}, "发文字号的年份2019与成文日期的年份2020不一致"),
        ({"main_recipients": []}, "缺主送机关"),
        ({"signature": [" "]}, "缺发文机关署名"),
        ({"date": None}, "缺成文日期"),
        ({"body": []}, "正文没有段落"),
        ({"body": [Paragraph("情况如下。")]}, "正文末尾缺“特此报告。”"),
        ({"body": _body(Paragraph("妥否，请批示。"))}, "正文第1段出现请示用语“妥否，请批示”"),
        ({"body": _body(Paragraph("恳请市里给予资金支持。"))}, "请示用语“请市里给予资金支持”"),
        ({"body": _body(Heading(1, "二、甲"))}, "标题“二、甲”的序号不连续，按次序应为“一”"),
        ({"body": _body(Heading(1, "一、甲"), Heading(1, "三、乙"))}, "按次序应为“二”"),
        ({"body": _body(Heading(2, "（一）甲"))}, "标题“（一）甲”跳级，它前面没有第1级标题"),
        ({"body": _body(Heading(1, "（一）甲"))}, "第1级标题“（一）甲”的序号不合规范"),
        ({"attachments": ["各镇情况表。", "滞销农产品清单"]}, "第1个附件名称末尾的“。”应删去"),
        ({"attachments": ["甲", "滞销农产品清单"]}, "附件说明第1项“甲”与附件标题“各镇情况表”不一致"),
        ({"attachments": ["各镇情况表"]}, "正文后附有2个附件，附件说明只列1个"),
    ],
)
def test_finding_names_place_and_fault(changes: dict[str, Any], finding: str) -> None:
    assert finding in "\n".join(check(report(**changes)))


@pytest.mark.parametrize(
    "text",
    [
        "根据《关于妥否请批示的请示》办理。",
        "已帮助32户申请贷款，银行给予支持。",
        "逐户了解可否返岗。",
        "经请示市扶贫办同意，已提请审批。",
        "建议适当延长还款期限。",
    ],
)
def test_wording_that_asks_for_nothing_is_left_alone(text: str) -> None:
    assert check(report(body=_body(Paragraph(text)))) == []


def test_sub_headings_count_anew_under_each_heading() -> None:
    body = _body(
        Heading(1, "一、甲"),
        Heading(2, "（一）子"),
        Heading(2, "（二）丑"),
        Heading(1, "二、乙"),
        Heading(2, "（一）寅"),
        Heading(3, "1.卯"),
        Heading(4, "（1）辰"),
    )
    assert check(report(body=body)) == []


def test_request_goes_to_one_recipient() -> None:
    findings = check(report(title="关于甲的请示", main_recipients=["市扶贫办", "市财政局"]))
    assert findings == ["请示主送2个机关，原则上只主送一个上级机关，其余请改为抄送。"]


def test_notice_needs_neither_signer_nor_closing_words() -> None:
    assert check(report(title="关于甲的通知", signer_upward=None, body=[Paragraph("请各镇抓好落实。")])) == []


def test_length_in_2020_is_ten_pages_and_unverified() -> None:
    full = report(body=_body(Paragraph("字" * 6155)))
    assert check(full) == []
    [finding] = check(report(body=_body(Paragraph("字" * 6156))))
    assert "正文约6161字，超过10页（约6160字）" in finding
    assert "待核实" in finding
    assert "请压减约1字" in finding


def test_length_from_2024_depends_on_the_kind_of_task() -> None:
    long = report(date=dt.date(2025, 9, 1), doc_number=None, body=_body(Paragraph("字" * 4500)))
    assert "超过4000字" in check(long)[0]
    assert check(long, brevity="general") == []
    assert "超过5000字" in check(report(date=None, body=_body(Paragraph("字" * 5500))), brevity="general")[1]


def test_no_length_rule_before_2019() -> None:
    assert check(report(date=dt.date(2019, 3, 10), doc_number=None, body=_body(Paragraph("字" * 9000)))) == []


def test_single_attachment_page_without_list_is_fine() -> None:
    assert check(report(attachments=[], attachment_pages=[AttachmentPage("甲表")])) == []


def test_bare_draft_gets_every_missing_part() -> None:
    assert len(check(OfficialDocument(title="关于甲的报告"))) == 6
