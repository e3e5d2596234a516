import datetime as dt
import io
import re
import sys
import zipfile
from itertools import pairwise
from subprocess import run
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph as DocxParagraph
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.kernel.official import AttachmentPage, Heading, OfficialDocument, Paragraph, Run, Table, clean, write_docx
from shouwang.kernel.official.model import lines_of, one_line
from tests.kernel.official_samples import report

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The order the schema of ISO/IEC 29500-1 prescribes; Word calls a file with another order damaged.
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs "
    "overflowPunct autoSpaceDE autoSpaceDN snapToGrid spacing ind jc outlineLvl",
    "rPr": "rStyle rFonts b i color spacing w kern sz szCs lang",
    "tblPr": "tblStyle tblpPr tblOverlap tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tblBorders": "top left bottom right insideH insideV",
    "sectPr": "reference type pgSz pgMar cols titlePg docGrid",
}


def reopened(doc: OfficialDocument) -> Document:
    return docx.Document(io.BytesIO(write_docx(doc)))


def paragraph(document: Document, text: str) -> DocxParagraph:
    return next(item for item in document.paragraphs if text in item.text)


def style(item: DocxParagraph, path: str) -> Any:
    """The element at `path` in the paragraph itself or, failing that, in its style."""
    own = item._p.find(f"{W}pPr/{W}{path}")
    return own if own is not None else item.style.element.find(f"{W}pPr/{W}{path}")


def fonts(item: DocxParagraph) -> list[str]:
    return [r._r.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) for r in item.runs]


def test_page_is_a4_with_the_type_area_of_the_standard() -> None:
    section = reopened(report()).sections[0]
    lengths = [
        section.page_width,
        section.page_height,
        section.top_margin,
        section.left_margin,
        section.right_margin,
        section.bottom_margin,
    ]
    assert [round(length.mm) for length in lengths if length] == [210, 297, 37, 28, 26, 35]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


def test_body_has_exact_lines_two_characters_indent_and_compressed_spacing() -> None:
    document = reopened(report())
    body = paragraph(document, "现将有关情况")
    spacing, indent = style(body, "spacing"), style(body, "ind")
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("579", "exact")
    assert (indent.get(f"{W}firstLineChars"), indent.get(f"{W}firstLine")) == ("200", "630")
    look = body.style.element.find(f"{W}rPr")
    assert look.find(f"{W}spacing").get(f"{W}val") == "-5"
    assert look.find(f"{W}sz").get(f"{W}val") == "32"


def test_fonts_by_level_with_latin_font_and_hint_on_every_run() -> None:
    headings = [Heading(1, "一、甲"), Heading(2, "（一）乙", "文"), Heading(3, "1.丙"), Heading(4, "（1）丁")]
    document = reopened(report(body=headings))
    assert fonts(paragraph(document, "一、甲")) == ["黑体"]
    assert fonts(paragraph(document, "（一）乙")) == ["楷体_GB2312", "仿宋_GB2312"]
    assert fonts(paragraph(document, "1.丙")) == fonts(paragraph(document, "（1）丁")) == ["仿宋_GB2312"]
    assert fonts(paragraph(document, "情况的报告")) == ["方正小标宋简体"]
    assert fonts(paragraph(document, "签发人"))[-1] == "楷体_GB2312"
    for element in document.element.body.iter(f"{W}rFonts"):
        assert element.get(f"{W}hint") == "eastAsia"
        assert element.get(f"{W}ascii") == "Times New Roman"


def test_heading_that_runs_on_is_no_outline_entry_and_one_alone_stays_with_its_text() -> None:
    document = reopened(report())
    alone, running = paragraph(document, "一、影响分析"), paragraph(document, "（一）务工方面")
    assert style(alone, "outlineLvl").get(f"{W}val") == "0"
    assert alone.paragraph_format.keep_with_next
    assert style(running, "outlineLvl").get(f"{W}val") == "9"


def test_upward_number_line_has_one_character_left_and_the_signer_one_from_the_right() -> None:
    line = paragraph(reopened(report()), "云扶办报")
    assert line.text == "云扶办报〔2020〕3号\t签发人：张三"
    assert line.paragraph_format.left_indent == Pt(15.75)
    [stop] = line.paragraph_format.tab_stops
    assert stop.position is not None
    assert abs(Mm(156) - stop.position - Pt(15.75)) < Pt(0.1)


def test_downward_number_is_centred() -> None:
    line = paragraph(reopened(report(signer_upward=None)), "云扶办报")
    assert line.text == "云扶办报〔2020〕3号"
    assert line.alignment == 1


def test_red_head_and_rule_are_red_and_a_plain_report_has_neither() -> None:
    document = reopened(report())
    assert str(paragraph(document, "扶贫办文件").runs[0].font.color.rgb) == "FF0000"
    assert document.element.body.find(f".//{W}pBdr/{W}bottom").get(f"{W}color") == "FF0000"
    plain = reopened(report(red_head=None, doc_number=None, signer_upward=None))
    assert plain.paragraphs[0].text.startswith("云岭县扶贫办关于")
    assert plain.element.body.find(f".//{W}pBdr") is None


def test_head_stands_35_mm_below_the_top_however_many_labels_stand_above() -> None:
    for labels in ({}, {"copy_number": 7}, {"copy_number": 7, "secrecy": "内部", "urgency": "特急"}):
        document = reopened(report(**labels))
        above = document.paragraphs[: [item.text for item in document.paragraphs].index("云岭县扶贫办文件")]
        assert len(above) == len(labels) + 1
        gap = above[-1].paragraph_format.line_spacing
        assert isinstance(gap, int)
        assert abs(Pt(28.95) * len(labels) + gap - Mm(35)) < Pt(0.1)
    assert above[0].text == "000007"
    assert fonts(above[1]) == fonts(above[2]) == ["黑体"]


def test_attachment_list_hangs_under_the_first_character_of_the_name() -> None:
    document = reopened(report())
    first, second = paragraph(document, "附件：1.各镇"), paragraph(document, "2.滞销")
    for item in (first, second):
        layout = item.paragraph_format
        assert layout.left_indent == Pt(round((2 + 3 + 0.75) * 15.75 * 20) / 20)
        assert layout.keep_with_next
    assert (first.paragraph_format.first_line_indent, second.paragraph_format.first_line_indent) == (Pt(-59.05), Pt(-11.8))


def test_last_words_stay_with_the_signature() -> None:
    document = reopened(report())
    texts = [item.text for item in document.paragraphs]
    start, end = texts.index("特此报告。"), texts.index("2020年2月20日")
    assert all(item.paragraph_format.keep_with_next for item in document.paragraphs[start : end + 1])
    assert not paragraph(document, "（联系人").paragraph_format.keep_with_next
    long = paragraph(reopened(report(body=[Paragraph("甲"), Paragraph("字" * 400)])), "字字")
    assert not long.paragraph_format.keep_with_next  # LibreOffice would move all of it to the next page


def test_table_repeats_its_header_and_splits_no_row() -> None:
    table = reopened(report()).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["镇（街道）", "监测户数", "返岗率（%）"]
    assert [bool(row._tr.findall(f".//{W}tblHeader")) for row in table.rows] == [True, False, False]
    assert all(row._tr.findall(f".//{W}cantSplit") for row in table.rows)
    widths = [int(column.get(f"{W}w")) for column in table._tbl.tblGrid.gridCol_lst]
    assert sum(widths) == 8844


def test_wide_table_is_set_in_size_5() -> None:
    table = reopened(report(body=[Table(list("甲乙丙丁戊己庚"), [list("1234567")])])).tables[0]
    assert table.rows[1].cells[0].paragraphs[0].runs[0].font.size == Pt(10.5)


def test_columns_align_as_told() -> None:
    table = reopened(report(body=[Table(["甲", "乙"], [["1", "2"]], alignment=["left", "right"])])).tables[0]
    assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells] == [0, 2]


def test_touching_tables_stay_two() -> None:
    table = Table(["甲"], [["1"]])
    document = reopened(report(body=[table, table], attachments=[], attachment_pages=[AttachmentPage("附表", [table])]))
    assert len(document.tables) == 3
    names = [child.tag for child in document.element.body]
    assert not any(before == after == qn("w:tbl") for before, after in pairwise(names))


def test_joint_seals_stand_side_by_side_with_the_date_under_the_last() -> None:
    document = reopened(report(sealed=True, signature=["甲局", "乙局", "丙局", "丁局"]))
    rows = next(table for table in document.tables if "甲局" in table.rows[0].cells[0].text).rows
    assert [[cell.text for cell in row.cells] for row in rows] == [["甲局", "乙局", "丙局"], ["", "", "丁局\n2020年2月20日"]]
    assert all(abs((row.height or 0) - Mm(46)) < Pt(0.1) for row in rows)


def test_imprint_stands_in_a_box_at_the_foot_of_the_last_page_between_rules() -> None:
    document = reopened(report())
    holder = document.paragraphs[-1]
    assert holder.paragraph_format.line_spacing == Pt(22 * 2 + 3)
    boxes = list(holder._p.iter(f"{W}txbxContent"))
    assert len(boxes) == 2  # for readers since 2010 and for older ones
    for box in boxes:
        table = DocxTable(box[0], document)
        assert [row.cells[0].text for row in table.rows] == ["抄送：县委办公室，县政府办公室。", "云岭县扶贫办\t2020年2月20日印发"]
        borders = {border.tag.removeprefix(W): border.get(f"{W}sz") for border in table._tbl.tblPr.find(f"{W}tblBorders")}
        assert borders == {"top": "8", "bottom": "8", "insideH": "6"}
    bare = reopened(report(copies_to=[], printing_office=None, printing_date=None))
    assert not list(bare.element.body.iter(f"{W}txbxContent"))


@pytest.mark.parametrize(("copies", "lines"), [("甲" * 20, 2), ("甲" * 40, 3), ("甲" * 60, 4)])
def test_room_kept_for_the_imprint_grows_with_its_lines(copies: str, lines: int) -> None:
    assert reopened(report(copies_to=[copies])).paragraphs[-1].paragraph_format.line_spacing == Pt(22 * lines + 3)


def test_attachment_begins_a_page_with_its_label() -> None:
    label = paragraph(reopened(report()), "附件1")
    assert label.text == "附件1"
    assert label.paragraph_format.page_break_before
    assert fonts(label) == ["黑体"]


def test_page_numbers_are_right_on_odd_and_left_on_even_pages() -> None:
    document = reopened(report())
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        [item] = footer.paragraphs
        assert item._p.find(f"{W}pPr/{W}ind").get(f"{W}{side}") == "280"
        assert item._p.find(f"{W}pPr/{W}jc").get(f"{W}val") == side
        assert item._p.find(f".//{W}instrText").text == " PAGE "
        assert item.text == "— 1 —"


def test_mark_stands_in_both_headers() -> None:
    section = reopened(report(demo=True)).sections[0]
    assert section.header.paragraphs[0].text == section.even_page_header.paragraphs[0].text == "演示数据"
    assert reopened(report()).sections[0].header.paragraphs[0].text == ""


def test_properties_carry_no_clock() -> None:
    properties = reopened(report()).core_properties
    assert (properties.title, properties.author) == ("云岭县扶贫办关于新冠肺炎疫情对脱贫攻坚影响情况的报告", "云岭县扶贫办")
    assert properties.created == properties.modified == dt.datetime(2020, 2, 20, tzinfo=dt.UTC)
    assert len(reopened(report(title="长" * 300 + "报告")).core_properties.title) == 255


def test_equal_documents_give_equal_bytes() -> None:
    package = write_docx(report())
    assert package == write_docx(report())
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(package)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_date_without_format_is_refused() -> None:
    with pytest.raises(ValueError, match="没有可用的公文格式"):
        write_docx(report(date=dt.date(2010, 1, 1)))


@pytest.mark.parametrize("sealed", [True, False])
def test_elements_stand_in_schema_order(sealed: bool) -> None:
    doc = report(sealed=sealed, signature=["甲局", "乙局"], red_head="汕头市龙湖区扶贫工作领导小组办公室文件", copy_number=1, demo=True)
    package = zipfile.ZipFile(io.BytesIO(write_docx(doc)))
    parts = [name for name in package.namelist() if re.fullmatch(r"word/(document|styles|header\d|footer\d)\.xml", name)]
    assert len(parts) == 6
    for part in parts:
        root = docx.oxml.parser.parse_xml(package.read(part))
        for element in root.iter(*(W + name for name in ORDERS)):
            if part == "word/styles.xml" and "公文" not in str(element.getparent().get(f"{W}styleId")):
                continue  # the template's own styles
            order = ORDERS[element.tag.removeprefix(W)].split()
            places = [order.index(re.sub("(header|footer)R", "r", child.tag.removeprefix(W))) for child in element]
            assert places == sorted(places), (part, [child.tag for child in element])


def test_settings_stand_in_schema_order() -> None:
    root = docx.oxml.parser.parse_xml(zipfile.ZipFile(io.BytesIO(write_docx(report()))).read("word/settings.xml"))
    names = [child.tag.removeprefix(W) for child in root]
    order = "zoom defaultTabStop evenAndOddHeaders drawingGridHorizontalSpacing characterSpacingControl hdrShapeDefaults footnotePr endnotePr compat"
    present = [name for name in order.split() if name in names]
    assert [name for name in names if name in present] == present


def _everything(document: Document) -> list[str]:
    """Lines of all paragraphs and cells in reading order, the title's own line breaks taken out."""
    lines = []
    for child in document.element.body.iterchildren():
        if child.tag == qn("w:p"):
            lines.append(DocxParagraph(child, document).text)
        elif child.tag == qn("w:tbl"):
            lines += [cell.text for row in DocxTable(child, document).rows for cell in row.cells]
    return lines


ANY = st.text(alphabet=st.characters(exclude_categories=[]), max_size=60)


def _squeezed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_any_text_in_any_block_survives(text: str) -> None:
    blocks = [Heading(1, f"一{text}"), Paragraph(["甲", Run(text, text)]), Table([f"头{text}"], [[f"格{text}"]], caption=f"表{text}")]
    doc = OfficialDocument(
        title=f"题{text}", body=blocks, attachment_pages=[AttachmentPage("附", blocks)], notes=f"注{text}", signature=[f"署{text}"]
    )
    found = _everything(reopened(doc))
    assert _squeezed(found[0]) == _squeezed(clean(f"题{text}"))
    body = ["".join(run.text for run in line) for line in lines_of(f"甲{text}")]
    expected = [one_line(f"一{text}"), *body, one_line(f"表{text}"), clean(f"头{text}"), clean(f"格{text}")]
    assert found[1 : 1 + len(expected)] == expected
    assert found[-len(expected) :] == expected
    assert one_line(f"署{text}") in found
    assert f"（{one_line(f'注{text}')}）" in found


def test_package_loads_python_docx_only_when_it_writes() -> None:
    program = "import sys, shouwang.kernel.official; sys.exit('docx' in sys.modules or 'django' in sys.modules)"
    assert run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603 - our own interpreter and program
