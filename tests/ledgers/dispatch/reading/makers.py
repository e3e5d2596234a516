"""Small real files made in memory: Word with automatic numbers, PDF with Chinese text, OFD."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

_LEVELS = """
<w:abstractNum {ns} w:abstractNumId="90">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="（%2）"/></w:lvl>
  <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
  <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/></w:lvl>
</w:abstractNum>"""


def docx_file(lines: list[str | tuple[int, str]], table: list[list[str]] | None = None) -> bytes:
    """A Word file: plain lines, (level, text) for automatically numbered ones, and a table at the end."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(_LEVELS.format(ns=nsdecls("w"))))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>'))
    for line in lines:
        level, text = line if isinstance(line, tuple) else (None, line)
        paragraph = document.add_paragraph(text)
        if level is not None:
            _number(paragraph, level)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for r, row in enumerate(table):
            for c, value in enumerate(row):
                made.cell(r, c).text = value
    return _saved(document)


def revised_docx(kept: str, deleted: str, inserted: str) -> bytes:
    """A Word file with tracked changes: a paragraph in which `deleted` was struck out and `inserted` put in."""
    document = docx.Document()
    paragraph = document.add_paragraph(kept)
    for tag, text_tag, text in (("w:del", "w:delText", deleted), ("w:ins", "w:t", inserted)):
        change, run, node = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        node.text = text
        run.append(node)
        change.append(run)
        paragraph._p.append(change)
    return _saved(document)


def _number(paragraph: docx.text.paragraph.Paragraph, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    reference = OxmlElement("w:numPr")
    for tag, value in (("w:ilvl", level), ("w:numId", 91)):
        node = OxmlElement(tag)
        node.set(qn("w:val"), str(value))
        reference.append(node)
    properties.append(reference)


def _saved(document: docx.document.Document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pdf_file(pages: list[list[tuple[float, str]]], *, size: float = 16, encrypt: str = "") -> bytes:
    """A PDF with a standard Chinese font, not embedded: per page (x, line) from the top down; `encrypt` goes into the trailer."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % (5 + 2 * i) for i in range(len(pages))), len(pages)),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
        b"/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/Ascent 880/Descent -120/FontBBox[0 -120 1000 880]>>>>",
    ]
    for i, lines in enumerate(pages):
        shown = b"".join(
            b"BT /F1 %.1f Tf %.1f %.1f Td <%s> Tj ET\n" % (size, x, 780 - 29 * k, line.encode("utf-16-be").hex().encode())
            for k, (x, line) in enumerate(lines)
        )
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % (6 + 2 * i)
        objects += [page, b"<</Length %d>>stream\n%sendstream" % (len(shown), shown)]
    return _assembled(objects, encrypt.encode())


def _assembled(objects: list[bytes], encrypt: bytes) -> bytes:
    out, at = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    trailer = b"<</Size %d/Root 1 0 R%s>>" % (len(objects) + 1, encrypt)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, trailer, len(out))


_OFD = "http://www.ofdspec.org/2016"


def ofd_file(lines: list[tuple[float, str]]) -> bytes:
    """An OFD of one page: (x in millimetres, line) from the top down."""
    shown = "".join(
        f'<ofd:TextObject ID="{10 + k}" Boundary="{x} {30 + 10 * k} 150 6" Font="1" Size="5.6">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="g {max(1, len(line) - 1)} 5.6">{line}</ofd:TextCode></ofd:TextObject>'
        for k, (x, line) in enumerate(lines)
    )
    files = {
        "OFD.xml": f'<ofd:OFD xmlns:ofd="{_OFD}" Version="1.0"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'<ofd:Document xmlns:ofd="{_OFD}"><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>'
        '</ofd:PageArea></ofd:CommonData><ofd:Pages><ofd:Page ID="2" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page xmlns:ofd="{_OFD}"><ofd:Content><ofd:Layer ID="3">{shown}</ofd:Layer></ofd:Content></ofd:Page>',
    }
    return zip_file({name: f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode() for name, body in files.items()})


def zip_file(entries: dict[str, bytes]) -> bytes:
    """A zip archive of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return buffer.getvalue()
