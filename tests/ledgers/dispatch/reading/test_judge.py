"""Which dates of a sentence are deadlines, and whose: one notice of a city to its counties per sentence."""

from __future__ import annotations

import pytest

from shouwang.ledgers.dispatch.reading import Duty, read_notice


def read(sentence: str, to: str = "各县（市、区）扶贫办", by: str = "青川市扶贫开发办公室", on: str = "2020年3月10日") -> tuple[Duty, ...]:
    return read_notice(f"{to}：\n{sentence}\n{by}\n{on}\n", today=None).duties


def due(sentence: str) -> list[str]:
    return sorted(f"{d.due:%m-%d}" for d in read(sentence) if d.due and d.by != "issuer")


@pytest.mark.parametrize(
    "sentence",
    [
        "自2020年4月1日起施行，有效期至2023年3月31日。",
        "政策执行至2020年12月31日。",
        "本办法实施期限为2020年4月1日至2023年12月31日。",
        "定于3月20日上午9:00在市会议中心召开会议。",
        "培训时间为4月2日至4月5日。",
        "公示时间为2020年3月12日至3月18日。",
        "清明节4月4日至6日放假调休，共3天。",
        "企业不早于4月9日24时前复工。",
        "学校4月1日前不得开学。",
        "截至3月9日24时，全市累计排查1200户。",
        "2019年底前，全市已完成全部任务。",
        "对2020年6月30日前到期的贷款，可予延期。",
        "2020年6月底前在册的贫困户均可享受。",
        "根据3月5日全市会议精神，做好排查工作。",
        "省扶贫办将于4月底前开展抽查。",
        "近14天内无新增病例的地区，要全面复工。",
        "贷款期限3年以内，额度5万元以下。",
        "五年内不得再次申报。",
        "2020年1—2月份，全市完成投资10亿元。",
        "疫情期间（2020年1月23日至4月30日）减免租金。",
        "到2021年，基本建成长效机制。",
        "3月份工作总结要突出重点。",
    ],
)
def test_no_deadline(sentence: str) -> None:
    assert due(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("请于3月20日前报送。", ["03-20"]),
        ("3月20日将名单报我办。", ["03-20"]),
        ("于2020年8月15日报市扶贫办。", ["08-15"]),
        ("3月15日前提交方案。", ["03-15"]),
        ("请于本周五（3月13日）下班前报送。", ["03-13"]),
        ("于3月13日（本周五）17:30前报送。", ["03-13"]),
        ("3月12日至3月31日，各地组织自查。", ["03-31"]),
        ("即日起至3月31日，各地开展自查自纠。", ["03-31"]),
        ("申报时间：2020年3月12日至4月10日。", ["04-10"]),
        ("9月1日—9月10日为申报时间。", ["09-10"]),
        ("报名截止时间为4月8日17时。", ["04-08"]),
        ("网上申报时间延长至4月15日。", ["04-15"]),
        ("完成时限：2020年6月底。", ["06-30"]),
        ("力争上半年完成招标。", ["06-30"]),
        ("各地要在二季度完成验收。", ["06-30"]),
        ("到2020年底，全部完成整改。", ["12-31"]),
        ("争取在国庆节前全面完工。", ["09-30"]),
        ("各地要在2021年春节前将资金发放到位。", ["02-10"]),
        ("要在3个工作日内完成核查，5日内上报。", ["03-13", "03-15"]),
        ("请于3月底、4月底前分别报送。", ["03-31", "04-30"]),
        ("6月1日前、9月1日前分别开展一次排查。", ["06-01", "09-01"]),
        ("会议定于3月20日召开，请于3月18日前报名。", ["03-18"]),
        ("各县3月份的报表于4月3日前报送。", ["04-03"]),
        ("3月份工作总结于4月3日前报送。", ["04-03"]),
        ("2019年12月31日前建成的车间可享受政策，3月31日前组织申报。", ["03-31"]),
        ("申报截止日期为3月19日，请于3月19日17时前发送电子版。", ["03-19"]),
        ("请于3月20日前报送方案，并于3月20日前上传系统。", ["03-20"]),
        ("（2020年6月底前完成）", ["06-30"]),
        ("不晚于3月25日的时间内报我办。", ["03-25"]),
    ],
)
def test_deadline(sentence: str, days: list[str]) -> None:
    assert due(sentence) == days


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("各乡镇于3月15日前报县扶贫办，县扶贫办于3月18日前汇总报我办。", [("03-15", "next_tier"), ("03-18", "recipient")]),
        ("3月15日前，各乡镇完成全部录入。", [("03-15", "next_tier")]),
        ("县（市、区）扶贫办3月15日前完成审核。", [("03-15", "recipient")]),
        ("我办将于3月底前通报。", [("03-31", "issuer")]),
        ("3月底前，市扶贫办将组织抽查。", [("03-31", "issuer")]),
        ("市财政局、市扶贫办要在3月底前下达资金。", [("03-31", "issuer")]),
        ("申报单位请于3月20日前登录系统填报。", [("03-20", "next_tier")]),
        ("各地各部门要于3月20日前完成。", [("03-20", "recipient")]),
        ("驻村工作队要在3月20日前入户一遍。", [("03-20", "next_tier")]),
    ],
)
def test_whose_deadline(sentence: str, days: list[tuple[str, str]]) -> None:
    assert sorted((f"{d.due:%m-%d}", d.by) for d in read(sentence) if d.due) == days


@pytest.mark.parametrize(
    "sentence",
    [
        "收到批复后10日内上报。",
        "验收合格后，5个工作日内报我办备案。",
        "发现问题后2小时内报告市扶贫办。",
        "当日情况于次日10时前报送。",
        "名单公示7天无异议后3日内报我办。",
    ],
)
def test_a_deadline_without_a_day_keeps_its_words(sentence: str) -> None:
    (duty,) = read(sentence)
    assert (duty.due, duty.recurrence, duty.kind) == (None, None, "report")
    assert duty.due_text
    assert duty.due_text in sentence


def test_without_a_signature_date_the_year_comes_from_the_number_and_is_flagged() -> None:
    text = "青扶办〔2020〕3号\n各区扶贫办：\n一、请于3月15日前报送。\n二、请收到后3日内反馈。\n"
    reading = read_notice(text, today=None)
    assert [d.due.isoformat() if d.due else None for d in reading.duties] == ["2020-03-15", None]
    assert any("按2020年计算" in warning for warning in reading.warnings)


def test_without_any_year_nothing_is_guessed() -> None:
    reading = read_notice("关于报送总结的通知\n各区扶贫办：\n请于3月15日前报送。\n", today=None)
    assert [(d.due, d.due_text) for d in reading.duties] == [(None, "3月15日前")]


def test_ministries_are_recipients_of_a_notice_to_all_ministries() -> None:
    sentence = "市场监管总局要在2020年底前出台办法，各市（州）要于2021年3月底前落实，国务院办公厅将于2021年6月底前开展督查。"
    duties = read(sentence, to="各省、自治区、直辖市人民政府，国务院各部委、各直属机构", by="国务院办公厅")
    assert [(f"{d.due:%Y-%m-%d}", d.by) for d in duties if d.due] == [
        ("2020-12-31", "recipient"),
        ("2021-03-31", "next_tier"),
        ("2021-06-30", "issuer"),
    ]
