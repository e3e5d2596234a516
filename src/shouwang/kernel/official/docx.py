"""The words of an official document set into a .docx (GB/T 9704-2012), part by part in reading order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from shouwang.kernel.official import docx_imprint, docx_table, model
from shouwang.kernel.official.docx_page import RED, Style, add_gap, add_run, element, mm, new_document, styled, styles_of
from shouwang.kernel.official.layout import em_width, format_on, head_size, joint_sealed, place_signature
from shouwang.kernel.official.title import balance_title


def write(doc: model.OfficialDocument) -> bytes:
    """See `shouwang.kernel.official.write_docx`."""
    writer = _Writer(doc)
    writer.head()
    writer.title(doc.title)
    writer.main_text()
    for index, page in enumerate(doc.attachment_pages):
        writer.annex(index, page)
    docx_imprint.add_imprint(writer.document, doc, writer.fmt, writer.styles)
    buffer = io.BytesIO()
    writer.document.save(buffer)
    return _timeless(buffer.getvalue())


def _timeless(package: bytes) -> bytes:
    """The same package without the clock in it: equal documents must give equal bytes, their hash is their identity."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Writer:
    """Appends the parts of one document; `line` and `em` are the height of a line and the width of a character, in pt."""

    def __init__(self, doc: model.OfficialDocument) -> None:
        self.doc, self.fmt = doc, format_on(doc.date)
        self.styles = styles_of(self.fmt)
        self.document = new_document(doc, self.fmt, self.styles)
        self.line, self.em = self.fmt.line_pitch, self.fmt.em

    def add(self, style: Style, text: str = "", *, font: str = "", before: float = 0) -> Paragraph:
        """One paragraph; `before` is free room above it in lines."""
        paragraph = styled(self.document.add_paragraph(), style)
        if text:
            add_run(paragraph, text, font or style.font, self.fmt)
        if before:
            paragraph.paragraph_format.space_before = Pt(before * self.line)
        return paragraph

    def head(self) -> None:
        """份号、密级、紧急程度 from the first line on, then the red head 35 mm below the top, number and signer, red rule."""
        copy = f"{self.doc.copy_number:06d}" if self.doc.copy_number is not None else ""
        labels = [text for text in (copy, model.one_line(self.doc.secrecy or ""), model.one_line(self.doc.urgency or "")) if text]
        for label in labels:
            self.add(self.styles.flush, label, font=self.fmt.font_body if label == copy else self.fmt.font_level1)
        if self.doc.red_head:
            self._red_head(model.one_line(self.doc.red_head), len(labels))
        if self.doc.doc_number or self.doc.signer_upward:
            self._number_line(before=self.fmt.head_to_number if self.doc.red_head else 0)
        if self.doc.red_head:
            self._red_rule()

    def _red_head(self, text: str, lines_above: int) -> None:
        add_gap(self.document, self.styles, max(1.0, mm(self.fmt.head_offset) - lines_above * self.line))
        size, stretch = head_size(text, self.fmt)
        paragraph = self.add(self.styles.head, text)
        paragraph.paragraph_format.line_spacing = Pt(size * 1.1)
        font = paragraph.runs[0].font
        font.color.rgb, font.size = RGBColor.from_string(RED), Pt(size)
        if stretch < 100:
            paragraph.runs[0]._r.get_or_add_rPr().find(qn("w:sz")).addprevious(element("w", val=stretch))

    def _number_line(self, before: float) -> None:
        number, signer = model.one_line(self.doc.doc_number or ""), model.one_line(self.doc.signer_upward or "")
        paragraph = self.add(self.styles.flush, number, before=before)
        if not signer:
            paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
            return
        paragraph.paragraph_format.left_indent = Pt(self.em)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(self.fmt.width - self.em), WD_TAB_ALIGNMENT.RIGHT)
        add_run(paragraph, "\t签发人：", self.fmt.font_body, self.fmt)
        add_run(paragraph, signer, self.fmt.font_level2, self.fmt)

    def _red_rule(self) -> None:
        paragraph = add_gap(self.document, self.styles, mm(self.fmt.rule_offset))
        borders = element("pBdr")
        borders.append(element("bottom", val="single", sz=12, space=0, color=RED))
        paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:tabs", "w:spacing", "w:ind", "w:jc")

    def title(self, text: str) -> None:
        """The title two lines below what stands above it, in balanced lines; one free line follows."""
        above = len(self.document.paragraphs) > 0
        self._balanced(text, before=self.fmt.title_before if above else 0)

    def _balanced(self, text: str, before: float) -> None:
        paragraph = self.add(self.styles.title, "\n".join(balance_title(text)), before=before)
        paragraph.paragraph_format.space_after = Pt(self.line)

    def main_text(self) -> None:
        """主送 to 附注. The last body paragraph stays with the signature: a page with nothing but a signature is forbidden."""
        if recipients := model.recipients_line(self.doc):
            self.add(self.styles.flush, recipients)
        self.blocks(self.doc.body)
        self._keep_last_with_next()
        self._attachment_list()
        self._signature()
        if notes := model.notes_line(self.doc):
            self.add(self.styles.body, notes)

    def blocks(self, blocks: Sequence[model.Block]) -> None:
        """Headings, paragraphs and tables."""
        for block in blocks:
            if isinstance(block, model.Heading):
                self._heading(block)
            elif isinstance(block, model.Paragraph):
                self._paragraphs(block.content)
            else:
                docx_table.add_table(self.document, block, self.fmt, self.styles)

    def _heading(self, block: model.Heading) -> None:
        words, lines = block.parts()
        style = self.styles.levels[block.level - 1]
        paragraph = self.add(style, words)
        if not lines:
            paragraph.paragraph_format.keep_with_next = True
            return
        paragraph._p.get_or_add_pPr().append(element("outlineLvl", val=9))  # a whole paragraph is no entry of an outline
        for run in lines[0]:
            add_run(paragraph, run.text, self.fmt.font_body, self.fmt)
        for line in lines[1:]:
            self.add(self.styles.body, "".join(run.text for run in line))

    def _paragraphs(self, content: model.Content) -> None:
        for line in model.lines_of(content):
            paragraph = self.add(self.styles.body)
            for run in line:
                add_run(paragraph, run.text, self.fmt.font_body, self.fmt)

    def _keep_last_with_next(self) -> None:
        """LibreOffice moves such a paragraph as a whole, so a long or only one is left alone: page one must show body text."""
        last = docx_table.last_paragraphs(self.document)
        longest = max((em_width(paragraph.text) for paragraph in last), default=0.0)
        if len(self.doc.body) > 1 and longest <= self.fmt.chars_per_line * self.fmt.lines_per_page / 2:
            for paragraph in last:
                paragraph.paragraph_format.keep_with_next = True

    def _attachment_list(self) -> None:
        """附件说明: two characters in, a long name goes on under its own first character."""
        for index, (label, name) in enumerate(model.attachment_lines(self.doc)):
            paragraph = self.add(self.styles.flush, label + name, before=0 if index else 1)
            start = 2 + em_width("附件：") if index else 2
            layout = paragraph.paragraph_format
            layout.left_indent = Pt((start + em_width(label)) * self.em)
            layout.first_line_indent = Pt(-em_width(label) * self.em)
            layout.keep_with_next = True

    def _signature(self) -> None:
        if joint_sealed(self.doc):
            docx_table.add_joint_signature(self.document, self.doc, self.fmt, self.styles)
            return
        before = self.fmt.sealed_before if self.doc.sealed else self.fmt.unsealed_before
        placed = place_signature(self.doc, self.fmt)
        for index, item in enumerate(placed):
            paragraph = self.add(self.styles.signature, item.text, before=0 if index else before)
            layout = paragraph.paragraph_format
            layout.left_indent = Pt(item.left * self.em)
            if item.centred:
                layout.alignment = WD_ALIGN_PARAGRAPH.CENTER
                layout.left_indent = Pt((item.left - item.spare) * self.em)
            layout.right_indent = Pt(-item.spare * self.em)
            layout.keep_with_next = index < len(placed) - 1 or bool(self.doc.notes)

    def annex(self, index: int, page: model.AttachmentPage) -> None:
        """An attachment from a new page on: label at the top left in 黑体, title on the third line."""
        label = self.add(self.styles.flush, self.doc.attachment_label(index), font=self.fmt.font_level1)
        label.paragraph_format.page_break_before = True
        self._balanced(page.title, before=1)
        self.blocks(page.blocks)
