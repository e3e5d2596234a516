"""The person's own workbook handed back: red where it is wrong, the words at the right, all else as it was."""

import datetime as dt
import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks import mark, read
from tests.kernel.workbooks import makers

HEADINGS = ["姓名", "证件号码", "出生日期", "人数"]
ROWS = [["王建国", "440500190001010000", dt.date(1980, 1, 2), 3.0], ["李", "0044", None, 2.0], ["张", "x", dt.date(1990, 1, 1), None]]
ERRORS = {3: {1: "证件号码须为 18 位", 2: "出生日期必填"}, 4: {3: "人数必填"}}
WORDS = {3: "证件号码须为 18 位；出生日期必填", 4: "人数必填"}
RED = "FFFF7B7B"


def rich() -> bytes:
    """A workbook with all a careful clerk puts into one."""

    def draw(book, sheet):
        title = book.add_format({"bold": True, "bg_color": "#FFFF00"})
        text, day = (
            book.add_format({"num_format": "@", "bg_color": "#DDEBF7"}),
            book.add_format({"num_format": "yyyy年m月d日", "border": 1}),
        )
        sheet.write_row(0, 0, HEADINGS, title)
        for y, (name, number, born, count) in enumerate(ROWS, 1):
            sheet.write_string(y, 0, name)
            sheet.write_string(y, 1, number, text)
            sheet.write_datetime(y, 2, born, day) if born else sheet.write_blank(y, 2, None, day)
            if count is not None:
                sheet.write_number(y, 3, count)
        sheet.write_formula(6, 3, "=SUM(D2:D4)", None, 5)
        sheet.merge_range(8, 0, 9, 1, "合并")
        sheet.data_validation(1, 3, 99, 3, {"validate": "integer", "criteria": ">", "value": 0})
        sheet.conditional_format(1, 0, 9, 0, {"type": "duplicate", "format": title})
        sheet.write_comment(0, 1, "18 位")
        sheet.set_column(4, 16_383, None, None, {"hidden": True})
        sheet.set_column(2, 2, 18, day)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, 3, 3)
        book.add_worksheet("另一张").write_string(0, 0, "不动")

    return makers.book(draw)


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {n: archive.read(n) for n in archive.namelist()}


def look(content: bytes, reference: str, sheet: str = "xl/worksheets/sheet1.xml") -> tuple[str, str, bool]:
    """Number format code, ground colour and whether it is forced text, of a cell."""
    parts = {n: d.decode() for n, d in members(content).items() if n.endswith(".xml")}
    cell = re.search(rf'<c r="{reference}"([^>]*)>', parts[sheet])
    style = re.search(r's="(\d+)"', cell[1]) if cell else None
    xf = re.findall(r"<xf [^>]*>", parts["xl/styles.xml"].split("<cellXfs")[1])[int(style[1]) if style else 0]
    fill = re.findall(r"<fill>.*?</fill>", parts["xl/styles.xml"], re.S)[int(re.search(r'fillId="(\d+)"', xf)[1])]
    codes = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', parts["xl/styles.xml"]))
    code, ground = re.search(r'numFmtId="(\d+)"', xf)[1], re.search(r'fgColor rgb="(\w+)"', fill)
    return codes.get(code, code), ground[1] if ground else "", 'quotePrefix="1"' in xf


def test_wrong_cells_are_red_and_keep_their_number_format():
    marked = mark(rich(), "数据", ERRORS)
    assert [look(marked, r) for r in ("B3", "C3", "D4")] == [("@", RED, False), ("yyyy年m月d日", RED, False), ("0", RED, False)]
    assert [look(marked, r)[1] for r in ("B2", "B4", "A3", "C4")] == ["FFDDEBF7", "FFDDEBF7", "", ""]


def test_words_stand_in_a_column_of_their_own():
    sheet = read(mark(rich(), "数据", ERRORS), "表").sheets[0]
    assert [row[:5] for row in sheet.rows][:4] == [
        [*HEADINGS, "错误说明"], [*ROWS[0], None], [*ROWS[1], WORDS[3]], [*ROWS[2], WORDS[4]],
    ]  # fmt: skip


def test_column_of_words_is_seen_though_columns_beside_it_are_hidden():
    sheet = members(mark(rich(), "数据", ERRORS))["xl/worksheets/sheet1.xml"].decode()
    columns = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]*?(hidden)?[^>]*?/>', sheet)
    assert [(low, high) for low, high, _ in columns] == [("3", "3"), ("5", "5"), ("6", "16384")]
    assert 4 not in read(mark(rich(), "数据", ERRORS), "表").sheets[0].hidden_columns
    assert '<dimension ref="A1:E10"' in sheet


def test_everything_else_stays_byte_for_byte():
    content = rich()
    before, after = members(content), members(mark(content, "数据", ERRORS))
    assert before.keys() == after.keys()
    assert {n for n in before if before[n] != after[n]} == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    old, new = (d["xl/worksheets/sheet1.xml"].decode().partition("</sheetData>")[2] for d in (before, after))
    assert old == new
    for kept in ("<f>SUM(D2:D4)</f>", "<mergeCell ref=", "<dataValidation ", "<conditionalFormatting", "<legacyDrawing"):
        assert kept in after["xl/worksheets/sheet1.xml"].decode()


def test_second_marking_replaces_the_first():
    once = mark(rich(), "数据", ERRORS)
    assert members(mark(once, "数据", ERRORS)) == members(once)
    other = mark(once, "数据", {2: {0: "查无此人"}})
    rows = [row[:6] for row in read(other, "表").sheets[0].rows][:4]
    assert [row[4] for row in rows] == ["错误说明", "查无此人", None, None]
    assert [look(other, r)[1] for r in ("A2", "B3", "C3", "D4")] == [RED, "FFDDEBF7", "", ""]


def test_marking_without_errors_takes_the_marks_away():
    cleared = mark(mark(rich(), "数据", ERRORS), "数据", {})
    assert [list(r) for r in read(cleared, "表").sheets[0].rows] == [list(r) for r in read(rich(), "表").sheets[0].rows]
    assert [look(cleared, r)[1] for r in ("B3", "C3", "D4")] == ["FFDDEBF7", "", ""]


def test_status_and_note_join_the_words():
    marked = mark(
        rich(), "数据", {3: {0: "甲", 1: "乙"}}, notes={3: "丙", 4: "疑似重复"}, statuses={2: "新增", 3: "错误"}, note_column="导入结果"
    )
    assert [row[4] for row in read(marked, "表").sheets[0].rows][:4] == ["导入结果", "【新增】", "【错误】甲；乙；丙", "疑似重复"]


def test_row_and_cell_that_are_not_there_are_made():
    marked = mark(rich(), "数据", {6: {2: "缺行"}, 500: {1: "表尾"}})
    sheet = read(marked, "表").sheets[0]
    assert (sheet.rows[5][4], sheet.rows[499][4], len(sheet.rows)) == ("缺行", "表尾", 500)
    assert look(marked, "C6") == (look(marked, "C3")[0], RED, False)  # the format of the column


def test_words_that_look_like_formulas_stay_text():
    marked = mark(rich(), "数据", {3: {0: '=cmd|"/C calc"!A0 <&> _x0041_ \x00尾'}})
    assert read(marked, "表").sheets[0].rows[2][4] == '=cmd|"/C calc"!A0 <&> _x0041_ 尾'
    assert look(marked, "E3") == ("49", "", True)
    assert b"<f>" not in re.search(rb'<c r="E3".*?</c>', members(marked)["xl/worksheets/sheet1.xml"])[0]


def test_heading_below_a_title_is_named():
    def draw(_book, sheet):
        sheet.merge_range(0, 0, 0, 1, "登记表")
        sheet.write_row(1, 0, ["姓名", "人数"])
        sheet.write_row(2, 0, ["王", 1])
        sheet.write_string(2, 5, "远处")

    for content in (makers.book(draw), mark(makers.book(draw), "数据", {3: {0: "旧"}}, header_row=2)):
        rows = list(read(mark(content, "数据", {3: {0: "新"}}, header_row=2), "表").sheets[0].rows)
        assert [row[6:] for row in rows] == [[None], ["错误说明"], ["新"]]
        assert rows[2][5] == "远处"


def test_earlier_words_saved_as_shared_strings_are_known():
    once = members(mark(rich(), "数据", ERRORS))
    strings = once["xl/sharedStrings.xml"].decode()
    count = strings.count("<si>")
    once["xl/sharedStrings.xml"] = strings.replace("</sst>", "<si><t>错误说明</t></si></sst>").encode()
    sheet = once["xl/worksheets/sheet1.xml"].decode()
    once["xl/worksheets/sheet1.xml"] = re.sub(
        r'<c r="E1" s="(\d+)" t="inlineStr">.*?</c>', rf'<c r="E1" s="\1" t="s"><v>{count}</v></c>', sheet
    ).encode()
    rows = list(read(mark(makers.packed(once), "数据", {2: {0: "新"}}), "表").sheets[0].rows)
    assert [row[4] for row in rows][:4] == ["错误说明", "新", None, None]


@pytest.mark.parametrize(
    "rows",
    [
        "<row><c><v>1</v></c><c t='str'><v>a</v></c></row>",
        "<x:row r='1'><x:c r='A1'><x:v>1</x:v></x:c><x:c r='B1' t='str'><x:v>a</x:v></x:c></x:row>",
    ],
)
def test_unusual_xml_is_marked_too(rows):
    p = "x:" if "x:" in rows else ""
    content = makers.by_hand(f'<{p}worksheet xmlns{":x" if p else ""}="{makers.MAIN}"><{p}sheetData>{rows}</{p}sheetData></{p}worksheet>')
    assert list(read(mark(content, "表", {1: {1: "不对"}, 2: {0: "缺"}}, header_row=1), "表").sheets[0].rows) == [
        [1.0, "a", "错误说明：不对"],
        [None, None, "缺"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_text_file_comes_back_as_a_workbook(encoding):
    marked = mark("姓名,证件号码\n=王,0044\n".encode(encoding), "表1", {2: {1: "须为 18 位"}, 5: {0: "必填"}})
    assert list(read(marked, "表").sheets[0].rows) == [
        ["姓名", "证件号码", "错误说明"],
        ["=王", "0044", "须为 18 位"],
        [None] * 3,
        [None] * 3,
        [None, None, "必填"],
    ]
    assert look(marked, "B2") == ("@", RED, True)
    assert [row[2:] for row in read(mark(marked, "表1", {2: {0: "改"}}), "表").sheets[0].rows][:2] == [["错误说明"], ["改"]]


@pytest.mark.parametrize("content", [rich(), b"a,b\n"])
def test_sheet_that_is_not_there_is_refused(content):
    with pytest.raises(Refused, match="没有工作表“没有”"):
        mark(content, "没有", ERRORS)


@given(
    st.lists(
        st.lists(
            st.one_of(st.none(), st.text("甲乙=<&x1 ", min_size=1), st.integers(0, 99), st.dates(dt.date(1950, 1, 1))),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=6,
    ),
    st.dictionaries(st.integers(1, 9), st.dictionaries(st.integers(0, 4), st.text("丙丁=&<_x0041_", max_size=9), max_size=3), max_size=4),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_marking_twice_is_marking_once_and_keeps_every_cell(rows, errors):
    content = makers.of_rows([["甲", "乙", "丙"], *rows])
    once = mark(content, "数据", errors)
    assert members(mark(once, "数据", errors)) == members(once)
    before, after = (read(c, "表").sheets[0].rows for c in (content, once))
    assert [row[:3] for row in after][: len(before)] == list(before)


@pytest.fixture(scope="module")
def office() -> str:
    found = shutil.which("soffice")
    if found is None or not (Path(found).resolve().parent / "libsclo.so").exists():  # Writer alone opens no workbook
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("LibreOffice Calc is not installed, no workbook can be opened: apt-get install libreoffice-calc-nogui")
    return str(found)


def converted(office: str, folder: Path, content: bytes, ending: str, to: str) -> bytes:
    """The file as LibreOffice opens and saves it."""
    source = folder / f"in.{ending}"
    source.write_bytes(content)
    command = [
        office,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        to,
        "--outdir",
        str(folder / to),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - the program found above, our own file
    return (folder / to / f"in.{to}").read_bytes()


@pytest.mark.document
def test_marked_workbook_goes_through_libreoffice_and_back(office, tmp_path):
    saved = converted(office, tmp_path, mark(rich(), "数据", ERRORS), "xlsx", "xlsx")
    sheet = read(saved, "表").sheets[0]
    assert [row[:5] for row in sheet.rows][:4] == [[*HEADINGS, "错误说明"], [*ROWS[0], None], [*ROWS[1], WORDS[3]], [*ROWS[2], WORDS[4]]]
    assert (sheet.merged, sheet.formulas, sheet.rows[6][3]) == (((8, 0, 9, 1),), True, 5.0)
    again = mark(saved, "数据", {2: {0: "查无此人"}})
    assert [row[4] for row in read(again, "表").sheets[0].rows][:4] == ["错误说明", "查无此人", None, None]
    assert look(again, "A2")[1] == RED
    assert RED not in [look(again, r)[1] for r in ("B3", "C3", "D4")]


@pytest.mark.document
def test_old_workbook_is_read_and_comes_back_as_a_new_one(office, tmp_path):
    old = converted(office, tmp_path, rich(), "xlsx", "xls")
    book = read(old, "表.xls")
    assert (book.kind, [s.name for s in book.sheets], book.sheets[0].merged) == ("xls", ["数据", "另一张"], ((8, 0, 9, 1),))
    assert list(book.sheets[0].rows)[:4] == [HEADINGS, *ROWS]
    marked = mark(old, "数据", ERRORS)
    assert list(read(marked, "表").sheets[0].rows)[:4] == [
        [*HEADINGS, "错误说明"],
        [*ROWS[0], None],
        [*ROWS[1], WORDS[3]],
        [*ROWS[2], WORDS[4]],
    ]
    for cut in (600, len(old) // 2, len(old) - 700):
        with pytest.raises(Refused, match="文件无法读取"):
            read(old[:cut], "表.xls")
