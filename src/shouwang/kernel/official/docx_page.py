"""Page, paragraph styles, headers and footers of the .docx: everything of the file that does not depend on the words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from shouwang.kernel.official.layout import Format
from shouwang.kernel.official.model import OfficialDocument, one_line

RED = "FF0000"


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: lengths in pt, indents in characters of its own size; line 0 is single spacing."""

    name: str
    font: str
    size: float
    align: str
    line: float
    spacing: float = 0.0
    first_line: int = 0
    outline: int | None = None
    exact: bool = False  # no room between Han and figures: the text is placed by its computed width


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles by part; levels[0] is the first heading level."""

    body: Style
    flush: Style
    levels: tuple[Style, Style, Style, Style]
    head: Style
    title: Style
    signature: Style
    table: Style
    table_head: Style
    caption: Style
    imprint: Style
    page_number: Style
    mark: Style
    gap: Style


def twips(points: float) -> int:
    """pt → twentieths of a point, Word's unit of length."""
    return round(points * 20)


def mm(millimetres: float) -> float:
    """mm → pt."""
    return millimetres * 72 / 25.4


def element(tag: str, **attributes: str | int | float) -> BaseOxmlElement:
    """An element of the w: name space; attribute names without the prefix."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def styles_of(fmt: Format) -> Styles:
    """The styles for the format in force."""

    def text(name: str, font: str, align: str, first_line: int = 0, outline: int | None = None) -> Style:
        return Style(name, font, fmt.body_size, align, fmt.line_pitch, fmt.char_spacing, first_line, outline, exact=not first_line)

    song = fmt.font_page_number
    return Styles(
        body=text("公文正文", fmt.font_body, "both", 2),
        flush=text("公文顶格", fmt.font_body, "both"),
        levels=(
            text("公文一级标题", fmt.font_level1, "both", 2, 0),
            text("公文二级标题", fmt.font_level2, "both", 2, 1),
            text("公文三级标题", fmt.font_body, "both", 2, 2),
            text("公文四级标题", fmt.font_body, "both", 2, 3),
        ),
        head=Style("发文机关标志", fmt.font_title, 36, "center", 0),
        title=Style("公文标题", fmt.font_title, fmt.title_size, "center", fmt.title_line),
        signature=text("公文落款", fmt.font_body, "left"),
        table=Style("公文表文", fmt.font_body, fmt.table_size, "center", 1.5 * fmt.table_size),
        table_head=Style("公文表头", fmt.font_level1, fmt.table_size, "center", 1.5 * fmt.table_size),
        caption=Style("公文表题", fmt.font_level1, fmt.table_size, "center", fmt.line_pitch),
        imprint=Style("公文版记", fmt.font_body, fmt.imprint_size, "left", 22),
        page_number=Style("公文页码", song, fmt.page_number_size, "right", mm(fmt.page_number_offset)),
        mark=Style("公文页眉", fmt.font_level1, 12, "center", 0),
        gap=Style("公文间隔", fmt.font_body, 1, "left", 0.7),
    )


def new_document(doc: OfficialDocument, fmt: Format, styles: Styles) -> Document:
    """An empty file with page, styles, page numbers, marks and properties set."""
    document = docx.Document()
    _defaults(document, fmt)
    for field in Styles.__dataclass_fields__:
        value = getattr(styles, field)
        for style in value if isinstance(value, tuple) else (value,):
            _add_style(document, style, fmt)
    section = document.sections[0]
    _page(section, fmt)
    _settings(document)
    _page_numbers(section, fmt, styles)
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        styled(paragraph, styles.mark)
        add_run(paragraph, doc.marks(), styles.mark.font, fmt)
    _properties(document, doc)
    return document


def styled(paragraph: Paragraph, style: Style) -> Paragraph:
    """Give a paragraph a style. python-docx would read all styles of the file to look the name up: two thirds of the time of a table."""
    paragraph._p.style = style.name  # the id is the name, as it holds no space
    return paragraph


def add_gap(document: Document, styles: Styles, points: float) -> Paragraph:
    """Free room of an exact height that neither grid nor font size stretches."""
    paragraph = styled(document.add_paragraph(), styles.gap)
    paragraph.paragraph_format.line_spacing = Pt(points)
    return paragraph


def add_run(paragraph: Paragraph, text: str, font: str, fmt: Format) -> Run:
    """Add text in a Chinese font; the hint makes quotation marks and dashes take it too instead of the Latin font."""
    run = paragraph.add_run(text)
    run._r.get_or_add_rPr().insert(0, _fonts(font, fmt, hint=True))
    return run


def _fonts(font: str, fmt: Format, *, hint: bool = False) -> BaseOxmlElement:
    latin = font if font == fmt.font_page_number else fmt.font_latin
    fonts = element("rFonts", ascii=latin, hAnsi=latin, eastAsia=font, cs=latin)
    if hint:
        fonts.set(qn("w:hint"), "eastAsia")
    return fonts


def _defaults(document: Document, fmt: Format) -> None:
    """The template's defaults point at Latin theme fonts, which would win over ours wherever a style is silent."""
    run = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    paragraph = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}/{qn('w:pPr')}")
    for old in list(run):
        run.remove(old)
    for old in list(paragraph):
        paragraph.remove(old)
    run.append(_fonts(fmt.font_body, fmt))
    run.append(element("sz", val=round(fmt.body_size * 2)))
    run.append(element("szCs", val=round(fmt.body_size * 2)))
    run.append(element("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA"))


def _add_style(document: Document, style: Style, fmt: Format) -> None:
    made = document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
    made.quick_style = True
    paragraph, run = made.element.get_or_add_pPr(), made.element.get_or_add_rPr()
    # Widow control would leave pages of 21 lines; hanging punctuation would leave the type area.
    paragraph.append(element("widowControl", val=0))
    paragraph.append(element("overflowPunct", val=0))
    if style.exact:
        paragraph.append(element("autoSpaceDE", val=0))
        paragraph.append(element("autoSpaceDN", val=0))
    if style.line != fmt.line_pitch:  # LibreOffice would round such a line up to whole grid lines
        paragraph.append(element("snapToGrid", val=0))
    spacing = element("spacing", before=0, after=0, line=twips(style.line) or 240, lineRule="exact" if style.line else "auto")
    paragraph.append(spacing)
    if style.first_line:
        width = twips(style.first_line * (style.size + style.spacing))
        paragraph.append(element("ind", firstLineChars=style.first_line * 100, firstLine=width))
    paragraph.append(element("jc", val=style.align))
    if style.outline is not None:
        paragraph.append(element("outlineLvl", val=style.outline))
    run.append(_fonts(style.font, fmt))
    if style.spacing:
        run.append(element("spacing", val=twips(style.spacing)))
    run.append(element("sz", val=round(style.size * 2)))
    run.append(element("szCs", val=round(style.size * 2)))


def _page(section: Section, fmt: Format) -> None:
    section.page_width, section.page_height = Mm(fmt.page_width), Mm(fmt.page_height)
    section.top_margin, section.bottom_margin = Mm(fmt.margin_top), Mm(fmt.margin_bottom)
    section.left_margin, section.right_margin = Mm(fmt.margin_left), Mm(fmt.margin_right)
    section.gutter = Mm(0)
    section.header_distance = Mm(18)
    # The number's line is as high as its distance from the type area, so its middle stands that far below.
    section.footer_distance = Mm(fmt.margin_bottom - 1.5 * fmt.page_number_offset)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    # Type "linesAndChars" makes LibreOffice blow the characters apart; lines are enough, the run spacing does the rest.
    section._sectPr.append(element("docGrid", type="lines", linePitch=twips(fmt.line_pitch)))


def _settings(document: Document) -> None:
    document.settings.odd_and_even_pages_header_footer = True
    settings = document.settings.element
    for old in settings.findall(qn("w:characterSpacingControl")):
        settings.remove(old)
    control = element("characterSpacingControl", val="doNotCompress")
    compat = settings.find(qn("w:compat"))
    if compat is None:
        raise RuntimeError("python-docx 的模板缺少 w:compat，请核对依赖版本。")
    compat.addprevious(control)


def _page_numbers(section: Section, fmt: Format, styles: Styles) -> None:
    """Odd pages one character from the right edge, even pages one from the left (GB/T 9704-2012 7.5)."""
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        styled(paragraph, styles.page_number)
        properties = paragraph._p.get_or_add_pPr()
        properties.append(element("ind", **{side: twips(fmt.page_number_size)}))
        properties.append(element("jc", val=side))
        font = styles.page_number.font
        add_run(paragraph, "— ", font, fmt)
        for part in (element("fldChar", fldCharType="begin"), _instruction(), element("fldChar", fldCharType="separate")):
            add_run(paragraph, "", font, fmt)._r.append(part)
        add_run(paragraph, "1", font, fmt)
        add_run(paragraph, "", font, fmt)._r.append(element("fldChar", fldCharType="end"))
        add_run(paragraph, " —", font, fmt)


def _instruction() -> BaseOxmlElement:
    instruction = element("instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = " PAGE "
    return instruction


def _properties(document: Document, doc: OfficialDocument) -> None:
    """Word's property fields take 255 characters; the times are the document's own date, never the clock's."""
    when = dt.datetime.combine(doc.date or dt.date(1980, 1, 1), dt.time())
    properties = document.core_properties
    properties.title = one_line(doc.title)[:255]
    properties.author = "、".join(one_line(name) for name in doc.signature)[:255]
    properties.last_modified_by = properties.author
    properties.created = properties.modified = when
    properties.comments = doc.marks()[:255]
    properties.language = "zh-CN"
