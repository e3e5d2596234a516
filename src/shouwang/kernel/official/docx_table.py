"""Tables of the .docx: data tables, and the signatures under several seals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table as DocxTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from shouwang.kernel.official import model
from shouwang.kernel.official.docx_page import Style, Styles, add_gap, add_run, element, styled, twips
from shouwang.kernel.official.layout import Format, em_width

Look = dict[str, str | int]

_ALIGN = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
_LINE: Look = {"val": "single", "sz": 4, "space": 0, "color": "000000"}
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_HAIR = 0.7  # pt, the lowest line: what a page full of text leaves free
_SIGNATURES_A_ROW = 3  # seals of 45 mm side by side in a type area of 156 mm


def add_table(document: Document, table: model.Table, fmt: Format, styles: Styles) -> None:
    """A ruled table as wide as the type area; the header row repeats on every page, no row is split."""
    size = fmt.table_size_dense if len(table.header) >= fmt.table_dense_columns else fmt.table_size
    if caption := model.one_line(table.caption):
        paragraph = styled(document.add_paragraph(), styles.caption)
        add_run(paragraph, caption, styles.caption.font, fmt)
        paragraph.paragraph_format.keep_with_next = True
    else:
        part_from_table(document, styles)
    made = new_table(document, _column_widths(table, type_width(fmt)), dict.fromkeys(_SIDES, _LINE))
    header = add_row(made, "cantSplit", "tblHeader")
    for cell, text in zip(header.cells, table.header, strict=True):
        fill(cell, text, styles.table_head, size, fmt)
    for row in table.rows:
        added = add_row(made, "cantSplit")
        for column, (cell, content) in enumerate(zip(added.cells, row, strict=True)):
            fill(cell, content, styles.table, size, fmt).paragraph_format.alignment = _ALIGN[table.aligned(column)]


def last_paragraphs(document: Document) -> list[Paragraph]:
    """The paragraph that ends the text so far, or those of the last table row."""
    last = _last_element(document)
    if last is not None and last.tag == qn("w:tbl"):
        return [cell.paragraphs[0] for cell in document.tables[-1].rows[-1].cells]
    return document.paragraphs[-1:]


def add_joint_signature(document: Document, doc: model.OfficialDocument, fmt: Format, styles: Styles) -> None:
    """Names side by side, each with the room of one seal; the date stands under the last (GB/T 9704-2012 7.3.5.1)."""
    names = doc.signatories()
    part_from_table(document, styles)
    columns = min(_SIGNATURES_A_ROW, len(names))
    table = new_table(document, [type_width(fmt) // columns] * columns, {})
    for start in range(0, len(names), columns):
        in_row = names[start : start + columns]
        row = add_row(table, "cantSplit")
        row.height, row.height_rule = Mm(fmt.seal_room), WD_ROW_HEIGHT_RULE.AT_LEAST
        for cell, name in zip(row.cells[-len(in_row) :], in_row, strict=True):  # the last name stands on the right, where a date belongs
            paragraph = fill(cell, name, styles.signature, fmt.body_size, fmt)
            paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.paragraph_format.keep_with_next = start + columns < len(names)
    if doc.date:
        paragraph = styled(table.rows[-1].cells[-1].add_paragraph(), styles.signature)
        add_run(paragraph, model.format_date(doc.date), styles.signature.font, fmt)
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def type_width(fmt: Format) -> int:
    """Width of the type area in twips, whole."""
    return twips(fmt.width)


def _last_element(document: Document) -> BaseOxmlElement | None:
    """The last element of the text, which the section's properties follow."""
    elements: list[BaseOxmlElement] = [child for child in document.element.body if child.tag != qn("w:sectPr")]
    return elements[-1] if elements else None


def part_from_table(document: Document, styles: Styles) -> None:
    """Word joins two tables that touch."""
    last = _last_element(document)
    if last is not None and last.tag == qn("w:tbl"):
        add_gap(document, styles, _HAIR)


def new_table(document: Document, widths: Sequence[int], borders: dict[str, Look], *, cell_margin: int = 57) -> DocxTable:
    """A table without rows at the end of the text: fixed columns, centred; all lengths in twips."""
    table: DocxTable = document.add_table(rows=0, cols=len(widths))
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.set(qn("w:w"), str(width))
    properties = table._tbl.tblPr
    for child in list(properties):
        properties.remove(child)
    properties.append(element("tblW", w=sum(widths), type="dxa"))
    properties.append(element("jc", val="center"))
    properties.append(_children("tblBorders", [element(side, **look) for side, look in borders.items()]))
    properties.append(element("tblLayout", type="fixed"))
    sides = [element(side, w=cell_margin, type="dxa") for side in ("left", "right")]
    properties.append(_children("tblCellMar", sides))
    return table


def _children(tag: str, children: Iterable[BaseOxmlElement]) -> BaseOxmlElement:
    made = element(tag)
    for child in children:
        made.append(child)
    return made


def _column_widths(table: model.Table, total: int) -> list[int]:
    """Widths by the widest cell of each column, between 2 and 14 characters and one for the margins; the last takes what rounding leaves."""
    texts = [table.header, *([model.run_of(cell).text for cell in row] for row in table.rows)]
    widest = [1 + min(14.0, max(2.0, *(em_width(model.one_line(text)) for text in column))) for column in zip(*texts, strict=True)]
    widths = [int(total * width / sum(widest)) for width in widest]
    widths[-1] += total - sum(widths)
    return widths


def add_row(table: DocxTable, *rules: str) -> _Row:
    """A further row with flags such as cantSplit and tblHeader."""
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]  # python-docx 1.2 left this one method untyped
    properties = row._tr.get_or_add_trPr()
    for rule in rules:
        properties.append(element(rule))
    return row


def fill(cell: _Cell, content: model.Inline, style: Style, size: float, fmt: Format) -> Paragraph:
    """Put the text into an empty cell; `size` in pt where it is not the style's."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph: Paragraph = cell.paragraphs[0]
    styled(paragraph, style)
    made = add_run(paragraph, model.clean(model.run_of(content).text), style.font, fmt)
    if size != style.size:
        made.font.size = Pt(size)
    return paragraph
