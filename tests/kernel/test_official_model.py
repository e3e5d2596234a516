import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.official import Heading, OfficialDocument, Run, Table, clean, format_date, format_doc_number, heading_number
from shouwang.kernel.official.model import attachment_lines, copies_line, lines_of, notes_line, recipients_line
from tests.kernel.official_samples import report


def test_clean_drops_what_xml_cannot_carry_and_keeps_line_ends() -> None:
    assert clean("甲\x00乙\x1b丙\ud800丁\ufffe") == "甲乙丙丁"
    assert clean("甲\r\n乙\r丙\x0b丁\x0c戊\u2028己\x85庚") == "甲\n乙\n丙\n丁\n戊\n己\n庚"
    assert clean("\t守望 \U00020bb7") == "\t守望 \U00020bb7"


@given(st.text())
def test_clean_is_idempotent_and_only_removes(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(ord(char) < 32 and char not in "\t\n" for char in cleaned)


def test_doc_number_has_full_year_in_brackets_without_leading_zero() -> None:
    assert format_doc_number(" 汕扶办报 ", 2020, 3) == "汕扶办报〔2020〕3号"


@pytest.mark.parametrize(("prefix", "year", "n", "word"), [(" ", 2020, 1, "代字"), ("汕", 20, 1, "年份"), ("汕", 2020, 0, "顺序号")])
def test_doc_number_refuses_what_is_none(prefix: str, year: int, n: int, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        format_doc_number(prefix, year, n)


def test_heading_numbers_by_level() -> None:
    assert [heading_number(level, 12) for level in (1, 2, 3, 4)] == ["十二、", "（十二）", "12.", "（12）"]
    assert [heading_number(1, n) for n in (1, 10, 20, 99)] == ["一、", "十、", "二十、", "九十九、"]
    with pytest.raises(ValueError, match="层次5"):
        heading_number(5, 1)


def test_date_has_no_leading_zeros() -> None:
    assert format_date(dt.date(2020, 2, 5)) == "2020年2月5日"


def test_lines_split_at_newlines_and_lose_hand_typed_indents() -> None:
    lines = list(lines_of(["　　甲", Run("12", "f"), "\n\n 　", Run("3", "g"), "\r\n乙"]))
    assert lines == [[Run("甲"), Run("12", "f")], [Run("3", "g")], [Run("乙")]]
    assert list(lines_of(" \n　")) == []


def test_heading_runs_into_its_text_after_one_full_stop() -> None:
    assert Heading(2, "（一）务工", "正文").parts() == ("（一）务工。", [[Run("正文")]])
    assert Heading(2, "（一）务工。", "正文").parts()[0] == "（一）务工。"
    assert Heading(1, "一、务工").parts() == ("一、务工", [])


def test_heading_level_outside_the_four_is_refused() -> None:
    with pytest.raises(ValueError, match="层次为5"):
        Heading(5, "五")


def test_table_names_the_row_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="第2行有1格，表头有2列"):
        Table(["甲", "乙"], [["1", "2"], ["3"]], caption="表")
    with pytest.raises(ValueError, match="没有表头"):
        Table([], [])
    with pytest.raises(ValueError, match="1个对齐方式"):
        Table(["甲", "乙"], [], alignment=["left"])


@pytest.mark.parametrize("secrecy", ["秘密", "机密★1年", " 绝密"])
def test_state_secrets_are_refused(secrecy: str) -> None:
    with pytest.raises(ValueError, match="涉密"):
        report(secrecy=secrecy)


def test_internal_marks_are_no_state_secret() -> None:
    assert report(secrecy="工作秘密").secrecy == "工作秘密"
    assert report(secrecy="内部").secrecy == "内部"


def test_copy_number_has_six_digits_at_most() -> None:
    with pytest.raises(ValueError, match="份号"):
        report(copy_number=1_000_000)


def test_single_lines_get_their_punctuation_once() -> None:
    doc = report(main_recipients=["市扶贫办", "市民政局："], copies_to=["甲", "乙。"], notes="（联系人：李四）")
    assert recipients_line(doc) == "市扶贫办、市民政局："
    assert copies_line(doc) == "甲，乙。"
    assert notes_line(doc) == "（联系人：李四）"
    bare = OfficialDocument(title="甲")
    assert (recipients_line(bare), copies_line(bare), notes_line(bare)) == ("", "", "")


def test_attachment_names_are_numbered_only_when_several_and_lose_end_punctuation() -> None:
    assert attachment_lines(report(attachments=["甲表。", "乙表；"])) == [("附件：1.", "甲表"), ("2.", "乙表")]
    assert attachment_lines(report(attachments=["甲表"])) == [("附件：", "甲表")]
    assert attachment_lines(report(attachments=[]))[0] == ("附件：1.", "各镇情况表")
    assert attachment_lines(OfficialDocument(title="甲")) == []


def test_attachment_label_has_a_number_only_when_several() -> None:
    assert report().attachment_label(1) == "附件2"
    assert report(attachments=["各镇情况表"]).attachment_label(0) == "附件"


def test_marks_join_demo_and_draft() -> None:
    assert report(demo=True, page_mark="征求意见稿").marks() == "演示数据　征求意见稿"
    assert report().marks() == ""
