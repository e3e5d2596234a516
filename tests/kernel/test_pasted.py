"""Tables pasted from a spreadsheet come in as they were typed, with every error named."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import Field, as_date, parse_tsv, read_table

BASE = dt.date(2020, 2, 17)
FIELDS = (
    Field("duty", "工作任务", aliases=("任务",), required=True, limit=20),
    Field("office", "责任单位", required=True),
    Field("due", "完成时限", aliases=("时限",), parse=lambda text: as_date(text, BASE)),
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("\r\n\t\r\n", []),
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ("a\tb\t\t\nc", [["a", "b", "", ""], ["c", "", "", ""]]),
        ('"第一行\n第二行"\tb', [["第一行\n第二行", "b"]]),
        ('"他说""好""\n走了"\tb\nc\td', [['他说"好"\n走了', "b"], ["c", "d"]]),
        ('"回头看"专项\tb', [['"回头看"专项', "b"]]),
        ('"回头看"\tb', [['"回头看"', "b"]]),
        ('"只有半边\tb\n丙"\td', [['"只有半边', "b"], ['丙"', "d"]]),
        ("\u3000甲 \t\xa0乙", [["甲", "乙"]]),
        ("a\rb", [["a"], ["b"]]),
        ("２０２０/２/２０\t001", [["２０２０/２/２０", "001"]]),
    ],
)
def test_cells_are_as_typed(text, rows):
    assert parse_tsv(text) == rows


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["C"]), max_size=6), min_size=3, max_size=3), max_size=6))
def test_what_a_spreadsheet_copies_is_what_is_read(table):
    table = [[cell.strip(" \u3000\xa0") for cell in row] for row in table]
    while table and not any(table[-1]):
        table.pop()
    assert parse_tsv("\r\n".join("\t".join(row) for row in table) + "\r\n") == table


@given(st.text(max_size=200))
def test_any_text_gives_a_rectangle(text):
    rows = parse_tsv(text)
    assert len({len(r) for r in rows}) <= 1


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2020/2/20", dt.date(2020, 2, 20)),
        ("2020-02-20", dt.date(2020, 2, 20)),
        ("2020-02-20 00:00:00", dt.date(2020, 2, 20)),
        ("2020.2.20", dt.date(2020, 2, 20)),
        ("2020年2月20日", dt.date(2020, 2, 20)),
        ("２０２０年２月２０日", dt.date(2020, 2, 20)),
        ("2020 年 2 月 20 日", dt.date(2020, 2, 20)),
        ("20200220", dt.date(2020, 2, 20)),
        ("2月20日", dt.date(2020, 2, 20)),
        ("2/20", dt.date(2020, 2, 20)),
        ("12月31日", dt.date(2019, 12, 31)),
        ("43881", dt.date(2020, 2, 20)),
        ("43881.0", dt.date(2020, 2, 20)),
        ("45000", dt.date(2023, 3, 15)),
        ("2月29日", dt.date(2020, 2, 29)),
        (" ", None),
    ],
)
def test_dates_in_every_form_people_type(said, day):
    assert as_date(said, BASE) == day


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("2020年2月30日", "没有这一天"),
        ("13月1日", "没有这一天"),
        ("尽快", "不是可识别的日期"),
        ("2月20日12时", "不是可识别的日期"),
        ("2020-02-20 12:00", "不是可识别的日期"),
        ("12", "不是可识别的日期"),
        ("99999", "不是可识别的日期"),
    ],
)
def test_what_is_no_date_is_refused_with_the_remedy(said, remedy):
    with pytest.raises(ValueError, match=remedy):
        as_date(said, BASE)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)))
def test_day_without_year_is_within_half_a_year_of_the_base(day):
    found = as_date(f"{day.month}月{day.day}日", day)
    assert found == day
    assert as_date(str((day - dt.date(1899, 12, 30)).days), BASE) == day


def test_header_gives_the_order_of_columns():
    lines, errors = read_table("时限\t责任单位（牵头）\t任务 *\n2月20日\t农业农村局\t统计春耕需求\n\n\t人社局\t摸排劳动力", FIELDS)
    assert errors == []
    assert [(n.row, n.values) for n in lines] == [
        (2, {"duty": "统计春耕需求", "office": "农业农村局", "due": dt.date(2020, 2, 20)}),
        (4, {"duty": "摸排劳动力", "office": "人社局", "due": None}),
    ]


def test_without_header_columns_stand_in_the_given_order():
    lines, errors = read_table("统计春耕需求\t农业农村局", FIELDS)
    assert (errors, lines[0].row, lines[0].values) == ([], 1, {"duty": "统计春耕需求", "office": "农业农村局", "due": None})


def test_every_error_names_row_field_value_and_remedy():
    lines, errors = read_table("任务\t责任单位\t时限\n" + "长" * 21 + "\t\t尽快\n甲\t乙\t2月20日", FIELDS)
    assert [e.words for e in errors] == [
        f"第 2 行“工作任务”的值“{'长' * 21}”：有 21 个字，最多 20 个字，请精简。",
        "第 2 行“责任单位”的值“”：必填项不能为空，请填写。",
        "第 2 行“完成时限”的值“尽快”：不是可识别的日期，请写成 2020-02-20 或 2月20日。",
    ]
    assert [line.row for line in lines] == [2, 3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n", "没有读到表格内容"),
        ("任务\t时限\n甲\t2月20日", "表头缺少必填列：责任单位"),
        ("甲\n" * 2001, "有 2,001 行 1 列，最多 2,000 行"),
        ("甲\t" * 60 + "乙", "1 行 61 列"),
    ],
)
def test_table_that_cannot_be_read_is_refused_in_words(text, words):
    with pytest.raises(Refused, match=words):
        read_table(text, FIELDS)
