"""Import templates: what the person sees, what the file carries."""

import io
import re
import zipfile

import pytest

from shouwang.kernel.workbooks import Kind, TemplateField, mark, read, template, template_version
from tests.kernel.workbooks import makers

FIELDS = [
    TemplateField("证件号码", "18 位，末位 X 大写", True, width=22, example="440500190001010000", group="基本信息"),
    TemplateField("与户主关系", required=True, choices=["户主", "配偶", "子女"], group="基本信息"),
    TemplateField("所在村", choices=[f"第{n}村民委员会" for n in range(60)], group="地址"),
    TemplateField("出生日期", kind=Kind.DATE, group="地址"),
    TemplateField("是否低保", kind=Kind.BOOL),
    TemplateField("年收入（元）", "=以收入表为准", kind=Kind.NUMBER),
]


def made() -> bytes:
    out = io.BytesIO()
    template(FIELDS, title="户成员导入模板", version="2020-03-1", out=out)
    return out.getvalue()


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def test_first_sheet_has_only_the_headings():
    book = read(made(), "模板.xlsx")
    assert [(s.name, s.hidden) for s in book.sheets] == [("户成员导入模板", False), ("填写说明", False), ("选项", True)]
    assert list(book.sheets[0].rows) == [["证件号码*", "与户主关系*", "所在村", "出生日期", "是否低保", "年收入（元）"]]


def test_guide_tells_every_rule_and_the_version():
    rows = list(read(made(), "模板.xlsx").sheets[1].rows)
    assert rows[1][0] == "模板版本：2020-03-1"
    assert rows[5] == ["基本信息", "证件号码*", "必填。18 位，末位 X 大写。", None, "440500190001010000"]
    assert rows[6][2:4] == ["必填。从下拉列表中选择。", "户主、配偶、子女"]
    assert [r[2] for r in rows[8:]] == ["日期，如 2020-03-15。", "从下拉列表中选择。", "=以收入表为准。数字。"]


def test_headings_have_comments():
    comments = part(made(), "xl/comments1.xml")
    assert re.findall(r"<t[^>]*>([^<]+)</t>", comments)[0] == "必填。18 位，末位 X 大写。例：440500190001010000"


def test_text_columns_are_in_text_format_to_the_bottom():
    sheet, styles = part(made(), "xl/worksheets/sheet1.xml"), part(made(), "xl/styles.xml")
    xfs = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
    columns = [xfs[int(s)] for s in re.findall(r'<col min="\d+" max="\d+" [^>]*?style="(\d+)"', sheet)]
    assert columns[:2] == ["49", "49"]
    assert len(re.findall("<row ", sheet)) == 1


def test_short_list_stands_in_the_drop_down_and_a_long_one_on_the_hidden_sheet():
    sheet = part(made(), "xl/worksheets/sheet1.xml")
    assert re.findall(r'sqref="([A-Z0-9:]+)"><formula1>([^<]+)<', sheet) == [
        ("B2:B5001", '"户主,配偶,子女"'),
        ("C2:C5001", "选项!$C$1:$C$60"),
        ("E2:E5001", '"是,否"'),
    ]
    assert [r[2] for r in read(made(), "模板.xlsx").sheets[2].rows][::59] == ["第0村民委员会", "第59村民委员会"]


def test_version_is_found_after_marking_and_in_no_other_file():
    assert template_version(made()) == "2020-03-1"
    assert template_version(mark(made(), "户成员导入模板", {1: {0: "表头有误"}})) == "2020-03-1"
    assert [template_version(c) for c in (makers.of_rows([["x"]]), b"", b"a,b", made()[:-40])] == [None] * 4


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"])
def test_no_cell_is_a_formula(name):
    assert "<f>" not in part(made(), name)
