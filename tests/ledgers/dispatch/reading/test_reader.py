"""The notice of 14 February 2020, row by row, and what holds for every text."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.ledgers.dispatch.reading import Duty, NoticeReading, ReadingError, read_file, read_notice
from shouwang.ledgers.dispatch.reading.text import clean

DATA = Path(__file__).parents[3] / "data" / "notices"


@pytest.fixture(scope="module")
def notice() -> NoticeReading:
    return read_file(DATA / "notice.txt", today=dt.date(2020, 2, 17))


# One line per row of the table of duties: clause, words that name it, the ledger it belongs to.
ROWS = [
    ("一", "坚持如期全面完成脱贫攻坚任务不动摇", "dispatch"),
    ("二", "密切跟踪分析疫情对脱贫攻坚的影响", "impact"),
    ("二", "分类施策", "impact"),
    ("二（一）", "摸清贫困劳动力的基本情况", "employment"),
    ("二（一）", "优先组织贫困劳动力返程返岗和外出务工", "employment"),
    ("二（一）", "挂牌督战区镇村贫困劳动力就业", "employment"),
    ("二（一）", "抓住重大项目建设和企业复工复产的时机", "employment"),
    ("二（一）", "扶贫车间", "employment"),
    ("二（一）", "公益岗位", "employment"),
    ("二（二）", "春耕备耕", "produce"),
    ("二（二）", "切实防止农产品积压", "produce"),
    ("二（二）", "扶贫小额信贷", "credit"),
    ("二（三）", "尽早开工复工", "projects"),
    ("二（三）", "备工备料", "projects"),
    ("二（三）", "以工代赈", "projects"),
    ("三", "《广东省2020年扶贫工作要点》", "dispatch"),
    ("三（一）", "挂牌督战实施方案", "supervision"),
    ("三（二）", "问题整改工作", "rectification"),
    ("三（二）", "剩余脱贫任务", "rectification"),
    ("三（一）", "按期全面脱贫退出", "registry"),
    ("三（三）", "防止返贫监测和帮扶机制", "monitoring"),
    ("三（三）", "动态监测", "monitoring"),
    ("四", "防控知识宣传", "publicity"),
    ("四", "驻村工作队", "publicity"),
    ("四", "政策解读", "publicity"),
    ("四", "舆情应对", "publicity"),
    ("四", "生动事例", "publicity"),
    ("五", "检验干部", "care"),
    ("五", "为基层减负", "dispatch"),
    ("五", "心理干预", "care"),
    ("五", "关心基层扶贫干部", "care"),
    ("末", "报送市扶贫办", "dispatch"),
]


@pytest.mark.parametrize(("clause", "words", "ledger"), ROWS, ids=[words for _, words, _ in ROWS])
def test_every_row_of_the_table_is_a_duty_of_its_clause_and_ledger(notice: NoticeReading, clause: str, words: str, ledger: str) -> None:
    found = [d for d in notice.duties if words in d.text]
    assert [(d.clause, ledger in d.ledgers) for d in found] == [(clause, True)]


def test_the_report_duty(notice: NoticeReading) -> None:
    report = next(d for d in notice.duties if d.due)
    assert (report.kind, report.by, report.to, report.due_text) == ("report", "recipient", "市扶贫办", "2月20日前")
    assert report.deliverables == ("贯彻落实本通知的情况",)
    assert report.parts == ("对疫情影响分析", "采取的应对举措", "相关建议")


def test_stray_words_and_healed_page_breaks_stay_verbatim(notice: NoticeReading) -> None:
    assert "新冠肺炎疫情防控 and 脱贫攻坚" in notice.text
    assert any("一手抓疫情防控，一手抓脱贫攻坚" in d.text for d in notice.duties)
    assert any("适当延长受疫情影响" in d.text for d in notice.duties)


def test_the_documents_it_names(notice: NoticeReading) -> None:
    assert "广东省2020年扶贫工作要点" in notice.cited_titles
    assert notice.cited_numbers == ()


def test_background_is_no_duty(notice: NoticeReading) -> None:
    texts = "".join(d.text for d in notice.duties)
    assert "决战脱贫攻坚之年" not in texts
    assert "现就做好疫情防控期间脱贫攻坚工作有关事项通知如下" not in texts


def test_json_has_the_keys_of_the_contract(notice: NoticeReading) -> None:
    out = json.loads(json.dumps(notice.to_json(), ensure_ascii=False))
    assert {"title", "doc_number", "issuers", "recipients", "signed_date", "contacts", "attachments", "headings", "duties"} <= set(out)
    assert {"cited_numbers", "warnings", "clauses"} <= set(out)
    keys = {"text", "clause", "kind", "by", "to", "due", "due_text", "recurrence", "deliverables", "time", "ledger", "start", "end"}
    assert all(keys <= set(duty) for duty in out["duties"])
    assert out["signed_date"] == "2020-02-14"
    assert {"name", "phones", "emails"} <= set(out["contacts"][0])
    assert {"level", "number", "text"} <= set(out["headings"][0])


def test_clauses_cover_the_duties_of_their_path(notice: NoticeReading) -> None:
    for duty in notice.duties:
        assert any(c.path == duty.clause and c.start <= duty.start and duty.end <= c.end for c in notice.clauses)
    assert [c.path for c in notice.clauses if c.level == 1] == ["一", "二", "三", "四", "五"]


def test_a_date_in_the_future_is_warned_of() -> None:
    reading = read_file(DATA / "notice.txt", today=dt.date(2020, 2, 1))
    assert any("晚于今天" in warning for warning in reading.warnings)


@pytest.mark.parametrize("text", ["", "  \n\u3000\n", "\ufeff"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(ReadingError) as refused:
        read_notice(text, today=None)
    assert refused.value.code == "empty"


def test_a_text_that_is_no_notice_is_refused_with_the_remedy() -> None:
    with pytest.raises(ReadingError, match="不像公文通知") as refused:
        read_notice("今天天气很好。\n我们去公园玩吧。\n晚饭吃鱼。", today=None)
    assert refused.value.code == "not_a_notice"


def holds(reading: NoticeReading) -> None:
    """What must be true of every reading: offsets slice, dates are possible, what is dated says why."""
    for duty in reading.duties:
        assert reading.text[duty.start : duty.end] == duty.text
        assert duty.text.strip()
        assert (duty.due is None and duty.recurrence is None) or duty.due_text
        assert duty.ledgers[0] == duty.ledger
        _inside_a_clause(reading, duty)
    for clause in reading.clauses:
        assert reading.text[clause.start : clause.end] == clause.text
    for heading in reading.headings:
        assert heading.text in reading.text[heading.start : heading.end]
    json.dumps(reading.to_json())


def _inside_a_clause(reading: NoticeReading, duty: Duty) -> None:
    assert any(c.start <= duty.start and duty.end <= c.end for c in reading.clauses)


@pytest.mark.parametrize("path", sorted(DATA.glob("*.txt")), ids=lambda p: p.name)
def test_offsets_hold_in_every_sample(path: Path) -> None:
    holds(read_file(path, today=None))


_WORDS = """
各区（县）扶贫办： 关于做好工作的通知 汕农扶组〔2020〕3号 一、总体要求 （一）目标。 1.抓好落实。 请于2月20日前 报市扶贫办 ， 。 ； ： 附件：1.表 2.台账 附件1
联系人：张三，电话：0754-88880000 汕头市扶贫开发办公室 （代章） 2020年2月14日 二〇二〇年二月三十日 每月5日前 3个工作日内 现将《方案》印发给你们 转发
（财政部牵头，2020年6月底前完成） —— “ ” 《 》 ( ) ① é
"""
_PIECES = st.sampled_from([*str.split(_WORDS), "\n", " ", "\u3000", "\t", "\r\n", "\f"])


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=6), max_size=60).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reading = read_notice(text, today=None)
    except ReadingError:
        return
    holds(reading)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more_than_once(text: str) -> None:
    once = clean(text)
    assert all(line == line.strip() and line for line in once.split("\n")) or once == ""
    visible = [c for c in once if not c.isspace()]
    assert len(visible) <= len([c for c in text if not c.isspace()])


def test_sixteen_kilobytes_are_read_within_fifty_milliseconds() -> None:
    text = (DATA / "08.txt").read_text("utf-8")
    assert len(text.encode()) > 16_000
    read_notice(text, today=None)
    spans = []
    for _ in range(5):
        start = time.process_time()
        read_notice(text, today=None)
        spans.append(time.process_time() - start)
    assert min(spans) <= 0.05
