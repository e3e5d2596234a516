"""The grammar of deadlines, phrase by phrase, against Friday 14 February 2020 where nothing else is said."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.calendar import national
from shouwang.ledgers.dispatch.reading.deadlines import find, parse_phrase
from shouwang.ledgers.dispatch.reading.text import fold

BASE = dt.date(2020, 2, 14)


def said(phrase: str, base: dt.date = BASE) -> tuple[str | None, str | None, str | None]:
    answer = parse_phrase(phrase, base)
    return (answer.due.isoformat() if answer.due else None, answer.time, answer.recurrence)


@pytest.mark.parametrize(
    ("phrase", "due"),
    [
        ("2月20日前", "2020-02-20"),
        ("2月20日之前", "2020-02-20"),
        ("2月20日以前", "2020-02-20"),
        ("2月20日（含）前", "2020-02-20"),
        ("2 月 20 日 前", "2020-02-20"),
        ("２月２０日前", "2020-02-20"),
        ("2020年2月底", "2020-02-29"),
        ("二〇二〇年六月三十日", "2020-06-30"),
        ("二○二○年三月底前", "2020-03-31"),
        ("2020-03-05前", "2020-03-05"),
        ("2020.3.5前", "2020-03-05"),
        ("3.15前", "2020-03-15"),
        ("3/5前", "2020-03-05"),
        ("2020年3月5前", "2020-03-05"),
        ("3月中", "2020-03-20"),
        ("年中", "2020-06-30"),
        ("下月初", "2020-03-10"),
        ("十四五期末", "2025-12-31"),
        ("2020年2月20日（星期四）前", "2020-02-20"),
        ("本周四（2月20日）前", "2020-02-20"),
        ("“五一”节前", "2020-04-30"),
        ("国庆前", "2020-09-30"),
        ("“三八”妇女节前", "2020-03-08"),
        ("两日内", "2020-02-16"),
        ("两个季度内", "2020-08-14"),
        ("3个自然月内", "2020-05-14"),
        ("5日（工作日）内", "2020-02-21"),
        ("5个工作日（含）内", "2020-02-21"),
        ("收到此件后5个工作日内", "2020-02-21"),
        ("《办法》印发之日起3个月内", "2020-05-14"),
        ("1月10日前", "2021-01-10"),
        ("20日前", "2020-02-20"),
        ("10日前", "2020-03-10"),
        ("本月20日前", "2020-02-20"),
        ("下月5日前", "2020-03-05"),
        ("本月底前", "2020-02-29"),
        ("月底前", "2020-02-29"),
        ("月内", "2020-02-29"),
        ("下月底前", "2020-03-31"),
        ("3月初", "2020-03-10"),
        ("3月上旬", "2020-03-10"),
        ("3月中旬", "2020-03-20"),
        ("2月下旬", "2020-02-29"),
        ("上半年内", "2020-06-30"),
        ("下半年", "2020-12-31"),
        ("二季度", "2020-06-30"),
        ("第一季度末", "2020-03-31"),
        ("2021年一季度", "2021-03-31"),
        ("季度末前", "2020-03-31"),
        ("下季度末", "2020-06-30"),
        ("年底前", "2020-12-31"),
        ("年内", "2020-12-31"),
        ("2020年年底前", "2020-12-31"),
        ("明年3月底前", "2021-03-31"),
        ("今明两年", "2021-12-31"),
        ("到2020年底", "2020-12-31"),
        ("到2022年", "2022-12-31"),
        ("“十三五”末", "2020-12-31"),
        ("3个工作日内", "2020-02-19"),
        ("三个工作日内", "2020-02-19"),
        ("收到本通知之日起15日内", "2020-02-29"),
        ("接到通知3日内", "2020-02-17"),
        ("印发之日起1个月内", "2020-03-14"),
        ("自发文之日起30日内", "2020-03-15"),
        ("本通知印发后两周内", "2020-02-28"),
        ("一周内", "2020-02-21"),
        ("半个月内", "2020-02-29"),
        ("半年内", "2020-08-14"),
        ("一年内", "2021-02-14"),
        ("24小时内", "2020-02-15"),
        ("48小时之内", "2020-02-16"),
        ("30分钟内", "2020-02-14"),
        ("本周内", "2020-02-16"),
        ("周末前", "2020-02-16"),
        ("周五前", "2020-02-14"),
        ("周一前", "2020-02-17"),
        ("下周三下班前", "2020-02-19"),
        ("下下周一", "2020-02-24"),
        ("后天", "2020-02-16"),
        ("次日", "2020-02-15"),
        ("国庆节前", "2020-09-30"),
        ("春节前", "2021-02-10"),
        ("春节假期前", "2021-02-10"),
        ("五一前", "2020-04-30"),
        ("元旦前", "2020-12-31"),
        ("中秋节前", "2020-09-30"),
        ("节前", "2020-04-03"),
        ("七一前", "2020-07-01"),
        ("国家扶贫日前", "2020-10-17"),
        ("即日起至2月29日", "2020-02-29"),
        ("从即日起到月底", "2020-02-29"),
        ("2月17日至2月28日", "2020-02-28"),
        ("3月1日—10日", "2020-03-10"),
        ("2019年12月20日至1月10日", "2020-01-10"),
        ("截至3月1日", "2020-03-01"),
        ("截止日期为2020年3月9日", "2020-03-09"),
        ("不迟于3月5日", "2020-03-05"),
        ("最迟于2月25日", "2020-02-25"),
        ("延长至2020年3月31日", "2020-03-31"),
        ("3月10日前提交", "2020-03-10"),
    ],
)
def test_due_day(phrase: str, due: str) -> None:
    assert said(phrase) == (due, None, None)


@pytest.mark.parametrize(
    ("phrase", "due", "time"),
    [
        ("明日12时前", "2020-02-15", "12:00"),
        ("6月30日24时", "2020-06-30", "24:00"),
        ("2月17日(星期一)上午9:00前", "2020-02-17", "09:00"),
        ("2月17日（下周一）下午3点半前", "2020-02-17", "15:30"),
        ("2月20日17:30前", "2020-02-20", "17:30"),
        ("2月20日中午12点前", "2020-02-20", "12:00"),
        ("2月20日中午前", "2020-02-20", "12:00"),
        ("2月20日晚上8点前", "2020-02-20", "20:00"),
        ("今日下午18:00时前", "2020-02-14", "18:00"),
        ("3月31日23:59", "2020-03-31", "23:59"),
        ("17时前", "2020-02-14", "17:00"),
        ("今晚8点前", "2020-02-14", "20:00"),
        ("明早9点前", "2020-02-15", "09:00"),
        ("2月20日十七时前", "2020-02-20", "17:00"),
        ("2月20日零时前", "2020-02-20", "00:00"),
        ("2月20日晚12点前", "2020-02-20", "24:00"),
        ("2月20日（星期四）下午17:00前", "2020-02-20", "17:00"),
        ("2月20日下班前", "2020-02-20", None),
        ("2月20日25时前", "2020-02-20", None),
    ],
)
def test_hour(phrase: str, due: str, time: str | None) -> None:
    assert said(phrase) == (due, time, None)


@pytest.mark.parametrize(
    ("phrase", "rule"),
    [
        ("每周五", "FREQ=WEEKLY;BYDAY=FR"),
        ("每周一、周四下班前", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("每周至少一次", "FREQ=WEEKLY;BYDAY=SU"),
        ("每两周", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
        ("每隔一周", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
        ("每月5日前", "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("每月10日、25日前", "FREQ=MONTHLY;BYMONTHDAY=10,25"),
        ("每月底前", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("每月上旬", "FREQ=MONTHLY;BYMONTHDAY=10"),
        ("每月最后一个工作日前", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"),
        ("每月前5个工作日内", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5"),
        ("按月", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("每旬", "FREQ=MONTHLY;BYMONTHDAY=10,20,-1"),
        ("每季度末", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"),
        ("每季度不少于1期", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"),
        ("每季度末月25日前", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25"),
        ("每季度首月10日前", "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=10"),
        ("每季度结束后10日内", "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=10"),
        ("每季度结束后5个工作日内", "FREQ=YEARLY;BYMONTH=1,4,7,10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5"),
        ("季后15日内", "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=15"),
        ("年度终了后10日内", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=10"),
        ("每半年", "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1"),
        ("每年2月底前", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
        ("每年1月31日前", "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31"),
        ("每年6月底和12月底前", "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1"),
        ("每年年底前", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31"),
        ("每年第一季度", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-1"),
        ("每季度最后一个月25日前", "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25"),
        ("每周星期四", "FREQ=WEEKLY;BYDAY=TH"),
        ("一周一报", "FREQ=WEEKLY;BYDAY=SU"),
        ("一月一报", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("两周一次", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
        ("半年一次", "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1"),
        ("严格执行周报制度", "FREQ=WEEKLY;BYDAY=SU"),
        ("每个工作日", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ],
)
def test_recurrence(phrase: str, rule: str) -> None:
    assert said(phrase) == (None, None, rule)


def test_a_recurrence_keeps_its_hour() -> None:
    assert said("每日17时前") == (None, "17:00", "FREQ=DAILY")


def test_the_next_month_may_be_meant_once_or_every_time() -> None:
    assert said("次月5日前") == ("2020-03-05", None, "FREQ=MONTHLY;BYMONTHDAY=5")
    assert said("每月结束后于次月5日前")[0] is None


@pytest.mark.parametrize(
    "phrase",
    [
        "收到批复后10日内",
        "收到反馈意见之日起5个工作日内",
        "收到补助资金的60日内",
        "文件出台3日内",
        "年度计划下达30日内",
        "压缩至90个工作日以内",
        "验收合格后5个工作日内",
        "资金下达后30日内",
        "公示结束后3日内",
        "会前3日内",
        "自2020年3月1日起施行",
        "2月10日以后",
        "不早于3月10日24时",
        "近14天内",
        "疫情期间",
        "尽快",
        "近期",
        "及时",
        "",
        "通知",
    ],
)
def test_says_no_day(phrase: str) -> None:
    assert said(phrase) == (None, None, None)


@pytest.mark.parametrize("phrase", ["2月30日前", "13月5日前", "2020年6月31日", "4月31日17时前"])
def test_a_date_that_cannot_be_is_flagged(phrase: str) -> None:
    answer = parse_phrase(phrase, BASE)
    assert (answer.due, answer.time, answer.problem) == (None, None, "不存在的日期")


def test_working_days_jump_the_extended_spring_festival_and_make_up_days() -> None:
    assert said("3个工作日内", dt.date(2020, 1, 22))[0] == "2020-02-04"
    assert said("5个工作日内", dt.date(2020, 9, 28))[0] == "2020-10-12"


def test_the_month_after_this_one_and_the_next_leap_day() -> None:
    assert said("15日前", dt.date(2020, 12, 20))[0] == "2021-01-15"
    assert said("2月29日前", dt.date(2019, 12, 1))[0] == "2020-02-29"
    assert said("上半年", dt.date(2020, 8, 1))[0] == "2021-06-30"


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        ("这三项工作分别于4月25日、5月25日、6月25日前上报", ["2020-04-25", "2020-05-25", "2020-06-25"]),
        ("于3月5日、15日和25日前报送", ["2020-03-05", "2020-03-15", "2020-03-25"]),
        ("2021年3月底、6月底前", ["2021-03-31", "2021-06-30"]),
        ("3月15日、2月30日前", ["2020-03-15", None]),
    ],
)
def test_dates_in_a_row_share_their_limit(sentence: str, due: list[str | None]) -> None:
    found = find(fold(sentence), BASE, national())
    assert {d.role for d in found} == {"limit"}
    assert [d.due.isoformat() if d.due else None for d in found] == due


def test_dates_after_a_yearly_or_monthly_one_recur_with_it() -> None:
    yearly = find("每年5月25日前报送春耕情况;8月10日前报送夏季情况;11月底前报送秋季情况", BASE, national())
    assert [d.recurrence for d in yearly] == [
        "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=25",
        "FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=10",
        "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=-1",
    ]
    monthly = find("每月5日前报送报表,20日前报送信息", BASE, national())
    assert [d.recurrence for d in monthly] == ["FREQ=MONTHLY;BYMONTHDAY=5", "FREQ=MONTHLY;BYMONTHDAY=20"]
    once = find("每年2月底前报送总结,首次报送于3月6日前完成", BASE, national())
    assert [(d.recurrence is None, d.due) for d in once] == [(False, None), (True, dt.date(2020, 3, 6))]


def test_titles_and_numbers_are_not_searched() -> None:
    assert find("根据《关于2019年底前完成整改的通知》(粤农〔2019〕3号)要求", BASE, national()) == []


def test_offsets_point_into_the_text() -> None:
    sentence = "请于　２０２０ 年二月二十日前，报送。"
    (deadline,) = find(fold(sentence), BASE, national(), offset=7)
    assert sentence[deadline.start - 7 : deadline.end - 7] == "２０２０ 年二月二十日前"


@given(st.dates(dt.date(2004, 1, 1), dt.date(2026, 9, 1)), st.integers(1, 40))
def test_a_deadline_of_working_days_is_a_working_day(base: dt.date, n: int) -> None:
    due = parse_phrase(f"{n}个工作日内", base).due
    assert due is not None
    assert national().is_working(due)
    assert national().working_days_between(base, due) == n


@given(st.dates(dt.date(2004, 1, 1), dt.date(2030, 1, 1)), st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)))
def test_a_day_without_a_year_is_never_past(base: dt.date, day: dt.date) -> None:
    due = parse_phrase(f"{day.month}月{day.day}日前", base).due
    assert due is None or (due >= base and (due.month, due.day) == (day.month, day.day))
    assert due is not None or (day.month, day.day) == (2, 29)


@given(
    st.text(alphabet="年月日前内底末旬周期每第一二三十0123456789个工作至到、（）:上下半季度春节起 ", max_size=40),
    st.dates(dt.date(2004, 1, 1), dt.date(2030, 1, 1)),
)
def test_no_phrase_breaks_the_grammar(phrase: str, base: dt.date) -> None:
    flat = fold(phrase)
    for deadline in find(flat, base, national()):
        assert deadline.phrase == flat[deadline.start : deadline.end]
    parse_phrase(phrase, base)
