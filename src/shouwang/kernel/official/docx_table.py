"""Tables of the .docx: data tables, the signatures under several seals, and 版记 at the foot of the last page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table as DocxTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from shouwang.kernel.official import model
from shouwang.kernel.official.docx_page import Style, Styles, add_gap, add_run, element, mm, twips
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
        paragraph = document.add_paragraph(style=styles.caption.name)
        add_run(paragraph, caption, styles.caption.font, fmt)
        paragraph.paragraph_format.keep_with_next = True
    else:
        _part_from_table(document, styles)
    made = _frame(document, _column_widths(table, _type_width(fmt)), dict.fromkeys(_SIDES, _LINE))
    header = _row(made, "cantSplit", "tblHeader")
    for cell, text in zip(header.cells, table.header, strict=True):
        _fill(cell, text, styles.table_head, size, fmt)
    for row in table.rows:
        added = _row(made, "cantSplit")
        for column, (cell, content) in enumerate(zip(added.cells, row, strict=True)):
            _fill(cell, content, styles.table, size, fmt).paragraph_format.alignment = _ALIGN[table.aligned(column)]


def last_paragraphs(document: Document) -> list[Paragraph]:
    """The paragraph that ends the text so far, or those of the last table row."""
    last = _last_element(document)
    if last is not None and last.tag == qn("w:tbl"):
        return [cell.paragraphs[0] for cell in document.tables[-1].rows[-1].cells]
    return document.paragraphs[-1:]


def add_joint_signature(document: Document, doc: model.OfficialDocument, fmt: Format, styles: Styles) -> None:
    """Names side by side, each with the room of one seal; the date stands under the last (GB/T 9704-2012 7.3.5.1)."""
    names = doc.signatories()
    _part_from_table(document, styles)
    columns = min(_SIGNATURES_A_ROW, len(names))
    table = _frame(document, [_type_width(fmt) // columns] * columns, {})
    for start in range(0, len(names), columns):
        row = _row(table, "cantSplit")
        row.height, row.height_rule = Mm(fmt.seal_room), WD_ROW_HEIGHT_RULE.AT_LEAST
        for cell, name in zip(row.cells, names[start : start + columns], strict=False):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            _fill(cell, name, styles.right, fmt.body_size, fmt).paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
            cell.paragraphs[0].paragraph_format.keep_with_next = start + columns < len(names)
    if doc.date:
        last = table.rows[-1].cells[(len(names) - 1) % columns]
        paragraph = last.add_paragraph(style=styles.right.name)
        add_run(paragraph, model.format_date(doc.date), styles.right.font, fmt)
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def add_imprint(document: Document, doc: model.OfficialDocument, fmt: Format, styles: Styles) -> None:
    """版记 between rules, the lowest on the lower edge of the last page's type area (GB/T 9704-2012 7.4)."""
    copies = model.copies_line(doc)
    office, printed = model.printing_line(doc)
    if not (copies or office or printed):
        return
    _part_from_table(document, styles)
    thick: Look = {**_LINE, "sz": round(mm(fmt.imprint_thick) * 8)}
    thin: Look = {**_LINE, "sz": round(mm(fmt.imprint_thin) * 8)}
    table = _frame(document, [_type_width(fmt)], {"top": thick, "bottom": thick, "insideH": thin}, floating_at=twips(mm(fmt.margin_left)))
    character = Pt(fmt.imprint_size)
    if copies:
        layout = _fill(_row(table, "cantSplit").cells[0], f"抄送：{copies}", styles.imprint, fmt.imprint_size, fmt).paragraph_format
        layout.left_indent, layout.first_line_indent, layout.right_indent = Pt(4 * fmt.imprint_size), Pt(-3 * fmt.imprint_size), character
    if office or printed:
        layout = _fill(_row(table, "cantSplit").cells[0], f"{office}\t{printed}", styles.imprint, fmt.imprint_size, fmt).paragraph_format
        layout.left_indent = character
        layout.tab_stops.add_tab_stop(Pt(_type_width(fmt) / 20 - fmt.imprint_size), WD_TAB_ALIGNMENT.RIGHT)
    add_gap(document, styles, _HAIR)  # a floating table hangs on the paragraph after it


def _type_width(fmt: Format) -> int:
    """Width of the type area in twips, whole."""
    return twips(mm(fmt.page_width - fmt.margin_left - fmt.margin_right))


def _last_element(document: Document) -> BaseOxmlElement | None:
    """The last element of the text, which the section's properties follow."""
    elements: list[BaseOxmlElement] = [child for child in document.element.body if child.tag != qn("w:sectPr")]
    return elements[-1] if elements else None


def _part_from_table(document: Document, styles: Styles) -> None:
    """Word joins two tables that touch."""
    last = _last_element(document)
    if last is not None and last.tag == qn("w:tbl"):
        add_gap(document, styles, _HAIR)


def _frame(document: Document, widths: Sequence[int], borders: dict[str, Look], *, floating_at: int = 0) -> DocxTable:
    """A table without rows: fixed columns (twips), centred; or at the foot of the page, `floating_at` twips from its left edge."""
    table: DocxTable = document.add_table(rows=0, cols=len(widths))
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.set(qn("w:w"), str(width))
    properties = table._tbl.tblPr
    for child in list(properties):
        properties.remove(child)
    if floating_at:
        # LibreOffice 7 leaves a table as wide as the type area where it is unless it is placed against the page's edge.
        place: Look = {"horzAnchor": "page", "tblpX": floating_at, "vertAnchor": "margin", "tblpYSpec": "bottom"}
        properties.append(element("tblpPr", leftFromText=0, rightFromText=0, **place))
        properties.append(element("tblOverlap", val="never"))
    properties.append(element("tblW", w=sum(widths), type="dxa"))
    if not floating_at:
        properties.append(element("jc", val="center"))
    properties.append(_children("tblBorders", [element(side, **look) for side, look in borders.items()]))
    properties.append(element("tblLayout", type="fixed"))
    margin = 0 if floating_at else 57
    properties.append(_children("tblCellMar", [element("left", w=margin, type="dxa"), element("right", w=margin, type="dxa")]))
    return table


def _children(tag: str, children: Iterable[BaseOxmlElement]) -> BaseOxmlElement:
    made = element(tag)
    for child in children:
        made.append(child)
    return made


def _column_widths(table: model.Table, total: int) -> list[int]:
    """Widths by the widest cell of each column, between 3 and 14 characters; the last takes what rounding leaves."""
    texts = [table.header, *([model.run_of(cell).text for cell in row] for row in table.rows)]
    widest = [min(14.0, max(3.0, *(em_width(model.one_line(text)) for text in column))) for column in zip(*texts, strict=True)]
    widths = [int(total * width / sum(widest)) for width in widest]
    widths[-1] += total - sum(widths)
    return widths


def _row(table: DocxTable, *rules: str) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]  # python-docx 1.2 left this one method untyped
    properties = row._tr.get_or_add_trPr()
    for rule in rules:
        properties.append(element(rule))
    return row


def _fill(cell: _Cell, content: model.Inline, style: Style, size: float, fmt: Format) -> Paragraph:
    paragraph: Paragraph = cell.paragraphs[0]
    paragraph.style = style.name
    made = add_run(paragraph, model.clean(model.run_of(content).text), style.font, fmt)
    if size != style.size:
        made.font.size = Pt(size)
    return paragraph
