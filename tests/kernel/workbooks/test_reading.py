"""Workbooks as they are read: cells exactly as stored, by row and column as the person sees them."""

import datetime as dt
import io
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks import LIMITS, ErrorCell, Kind, Limits, child, kind, read
from shouwang.kernel.workbooks.reading import _answer
from tests.kernel.workbooks import makers


def rows(content: bytes) -> list[list]:
    return list(read(content, "表.xlsx").sheets[0].rows)


def test_cells_keep_kind_and_text():
    day, moment = dt.date(2020, 1, 2), dt.datetime.fromisoformat("2020-01-02 03:04:05")
    values = ["  00123 x\n", "440582199001011234", 4.40582199001011e17, 12.0, True, day, moment, None, "末"]
    (found,) = rows(makers.of_rows([values]))
    assert found == values
    assert [kind(c) for c in found] == [
        Kind.TEXT, Kind.TEXT, Kind.NUMBER, Kind.NUMBER, Kind.BOOL, Kind.DATE, Kind.DATE, Kind.EMPTY, Kind.TEXT,
    ]  # fmt: skip


def test_rows_are_numbered_as_seen_and_start_at_column_a():
    sheet = read(makers.of_rows([["甲", None], [None, None], [None, "乙"]], at=(4, 2)), "表.xlsx").sheets[0]
    assert (sheet.first_row, list(sheet.rows)) == (5, [[None, None, "甲", None], [None] * 4, [None, None, None, "乙"]])
    assert sheet.rows[-1] == sheet.rows[2] == [None, None, None, "乙"]
    assert sheet.rows[:2] == list(sheet.rows)[:2]
    assert len(sheet.rows) == 3
    with pytest.raises(IndexError):
        sheet.rows[3]


def test_sheet_facts_are_told():
    def draw(book, sheet):
        sheet.write_row(0, 0, ["甲", "乙", "丙", "丁"])
        sheet.merge_range(1, 1, 2, 3, "合并")
        sheet.set_column(1, 2, None, None, {"hidden": True})
        book.add_worksheet("二").write_formula(0, 0, "=1+1", None, 2)
        book.worksheets()[1].hide()

    first, second = read(makers.book(draw), "表.xlsx").sheets
    assert (first.name, first.hidden, first.merged, first.hidden_columns, first.formulas) == ("数据", False, ((1, 1, 2, 3),), {1, 2}, False)
    assert (second.name, second.hidden, second.formulas, list(second.rows)) == ("二", True, True, [[2.0]])


def test_failed_formula_is_an_error_and_typed_text_is_not():
    def draw(_book, sheet):
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_string(1, 2, "#N/A")
        sheet.write_formula(3, 4, "=NA()", None, "#N/A")

    found = rows(makers.book(draw))
    assert found[0] == [None, ErrorCell("#DIV/0!"), "#N/A", None, None]
    assert [kind(c) for c in found[0][1:3]] == [Kind.ERROR, Kind.TEXT]
    assert found[2] == [None, None, None, None, "#N/A"]
    assert kind(found[2][4]) is Kind.ERROR


@pytest.mark.parametrize("code", [14, 27, 31, 57, 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@", "yyyy年m月"])
def test_date_style_makes_a_day(code):
    content = makers.book(lambda book, sheet: sheet.write_number(0, 0, 43831, book.add_format({"num_format": code})))
    assert rows(content) == [[dt.date(2020, 1, 1)]]


@pytest.mark.parametrize("code", ["0.00", '#,##0"元"', 'General"度"', "@"])
def test_other_style_leaves_the_number(code):
    content = makers.book(lambda book, sheet: sheet.write_number(0, 0, 43831, book.add_format({"num_format": code})))
    assert rows(content) == [[43831.0]]


def test_days_of_1904_are_counted_from_there():
    content = makers.book(lambda book, sheet: sheet.write_number(0, 0, 42369, book.add_format({"num_format": 14})))
    members = {
        n: makers.zipfile.ZipFile(makers.io.BytesIO(content)).read(n) for n in makers.zipfile.ZipFile(makers.io.BytesIO(content)).namelist()
    }
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
    assert rows(makers.packed(members)) == [[dt.date(2020, 1, 1)]]


def test_time_without_a_day_is_text_as_shown():
    def draw(book, sheet):
        sheet.write_number(0, 0, 0.35625, book.add_format({"num_format": "hh:mm"}))
        sheet.write_number(0, 1, 1.5, book.add_format({"num_format": "[h]:mm"}))

    assert rows(makers.book(draw)) == [["08:33:00", "36:00:00"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_text_file_is_read_in_every_usual_encoding(encoding, sign):
    text = (
        sign.join(["姓名", "证件号码", "备注"])
        + "\r\n"
        + sign.join(["王建国", "0440", '"一,二\n三;""四"""'])
        + "\r\n"
        + sign.join(["李", "", ""])
        + "\r\n"
    )
    found = read(text.encode(encoding), "表.csv")
    assert found.kind == "csv"
    assert list(found.sheets[0].rows) == [["姓名", "证件号码", "备注"], ["王建国", "0440", '一,二\n三;"四"'], ["李", None, None]]


def test_sheet_longer_than_one_piece_is_read_whole():
    values = [[f"户{n}", n / 8, None if n % 3 else "x"] for n in range(1_203)]
    assert rows(makers.of_rows(values)) == values


@pytest.mark.parametrize("numbered", [True, False])
def test_sheet_parsed_in_several_pieces_is_the_same(numbered, monkeypatch):
    monkeypatch.setattr(child, "CHUNK", 1)  # as little as is read at a time: 1 MB
    xml = "".join(
        f'<row r="{n}">{makers.text(f"A{n}", f"户{n}")}<c r="C{n}"><v>{n}</v></c></row>' if numbered else f"<row><c><v>{n}</v></c></row>"
        for n in range(1, 70_001)
    )
    out = io.BytesIO()
    child.take_apart(makers.by_hand(xml), child.Answer(out, LIMITS), LIMITS)
    sheet = _answer(io.BytesIO(out.getvalue()), LIMITS).sheets[0]
    assert len(sheet.rows.pieces) >= 70_000 / child.PIECE
    assert list(sheet.rows) == [[f"户{n}", None, float(n)] if numbered else [float(n)] for n in range(1, 70_001)]


def test_empty_workbook_has_no_rows():
    sheet = read(makers.of_rows([]), "表.xlsx").sheets[0]
    assert (len(sheet.rows), list(sheet.rows), sheet.first_row) == (0, [], 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "文件“表.xlsx”是空的"), (b" \r\n", "是空的"), (b"a,b\n" * 600, "超过 0 MB 的上限")],
)
def test_empty_and_large_files_are_refused(content, words):
    with pytest.raises(Refused, match=words):
        read(content, "表.xlsx", limits=Limits(content=2_000))


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), min_size=1, max_size=20).filter(
        lambda t: "_x" not in t
    ),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(float),
    st.booleans(),
    st.dates(dt.date(1900, 3, 1), dt.date(2200, 1, 1)),
    st.builds(dt.datetime.combine, st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)), st.times().map(lambda t: t.replace(microsecond=0))),
)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read(values):
    found = read(makers.of_rows(values), "表.xlsx").sheets[0]
    padded = [row[: found.rows.width] for row in values[found.first_row - 1 :][: len(found.rows)]]
    assert all(cell is None for row in values[: found.first_row - 1] + values[found.first_row - 1 + len(found.rows) :] for cell in row)
    assert all(_same(a, b) for x, y in zip(found.rows, padded, strict=True) for a, b in zip(x, y, strict=True))


def _same(read_: object, written: object) -> bool:
    if isinstance(written, dt.datetime) and written.time() == dt.time():
        return read_ == written.date()
    if isinstance(written, float) and not isinstance(written, bool):
        return isinstance(read_, float) and math.isclose(read_, written, rel_tol=1e-14)
    return type(read_) is type(written) and read_ == written
