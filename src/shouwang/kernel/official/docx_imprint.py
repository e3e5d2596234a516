"""版记 of the .docx: 抄送 and 印发 between rules, the lowest on the lower edge of the last page's type area (GB/T 9704-2012 7.4).

A text box placed against the bottom of the type area hangs on a paragraph as high as the box, which keeps the room free in the
text or goes on to the next page with it. A floating table would do the same in Word, but LibreOffice 7 tears data tables apart
that meet it.
"""

from __future__ import annotations

import math
from copy import deepcopy

from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt

from shouwang.kernel.official import model
from shouwang.kernel.official.docx_page import Styles, add_gap, mm
from shouwang.kernel.official.docx_table import Look, add_row, fill, new_table, part_from_table, type_width
from shouwang.kernel.official.layout import Format, em_width

_BOX = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1"
 allowOverlap="1"><wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="margin"><wp:posOffset>0</wp:posOffset></wp:positionH>
<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>
<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapNone/><wp:docPr id="1" name="版记"/>
<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>
<wps:txbx><w:txbxContent/></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr>
</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:rect filled="f" stroked="f" style="position:absolute;width:{width_pt}pt;height:{height_pt}pt;\
mso-position-horizontal-relative:margin;mso-position-vertical:bottom;mso-position-vertical-relative:margin;v-text-anchor:bottom">
<v:textbox inset="0,0,0,0"><w:txbxContent/></v:textbox></v:rect></w:pict></mc:Fallback></mc:AlternateContent></w:r>"""
_EMU = 12700  # English metric units in a point, the unit of drawings
_RULES = 3.0  # pt, the three rules together


def add_imprint(document: Document, doc: model.OfficialDocument, fmt: Format, styles: Styles) -> None:
    """Append 版记; nothing where there is neither 抄送 nor 印发."""
    copies, printing = model.copies_line(doc), model.printing_line(doc)
    if not copies and not any(printing):
        return
    part_from_table(document, styles)
    lines = _lines(copies, fmt) + any(printing)
    height = lines * styles.imprint.line + _RULES
    parts = [_table(document, copies, printing, fmt, styles), add_gap(document, styles, 0.7)._p]  # a box cannot end with a table
    holder = add_gap(document, styles, height)
    holder._p.append(_box(parts, fmt.width, height + styles.imprint.line))


def _lines(copies: str, fmt: Format) -> int:
    """Lines 抄送 will take, rather one too many: a line end may have to give up a character to the next."""
    if not copies:
        return 0
    per_line = int(fmt.width / fmt.imprint_size) - 3
    return 1 + math.ceil(max(0.0, em_width(f"抄送：{copies}") - per_line) / (per_line - 3))


def _table(document: Document, copies: str, printing: tuple[str, str], fmt: Format, styles: Styles) -> BaseOxmlElement:
    thick: Look = {"val": "single", "sz": round(mm(fmt.imprint_thick) * 8), "space": 0, "color": "000000"}
    thin: Look = {**thick, "sz": round(mm(fmt.imprint_thin) * 8)}
    table = new_table(document, [type_width(fmt)], {"top": thick, "bottom": thick, "insideH": thin}, cell_margin=0)
    size = fmt.imprint_size
    if copies:
        layout = fill(add_row(table).cells[0], f"抄送：{copies}", styles.imprint, size, fmt).paragraph_format
        layout.left_indent, layout.first_line_indent, layout.right_indent = Pt(4 * size), Pt(-3 * size), Pt(size)
    if any(printing):
        layout = fill(add_row(table).cells[0], "\t".join(printing), styles.imprint, size, fmt).paragraph_format
        layout.left_indent = Pt(size)
        layout.tab_stops.add_tab_stop(Pt(fmt.width - size), WD_TAB_ALIGNMENT.RIGHT)
    return table._tbl


def _box(parts: list[BaseOxmlElement], width: float, height: float) -> BaseOxmlElement:
    """A run with the parts moved into a box, twice: as Word 2010 and later draw it, and for older readers. Lengths in pt."""
    sizes = {"width": round(width * _EMU), "height": round(height * _EMU), "width_pt": round(width, 2), "height_pt": round(height, 2)}
    run: BaseOxmlElement = parse_xml(_BOX.format(**sizes))
    modern, older = run.iter("{*}txbxContent")
    older.extend(deepcopy(parts))
    modern.extend(parts)
    return run
