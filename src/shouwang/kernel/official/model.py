"""What an official document consists of. Texts are plain strings; all layout belongs to the writers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]

# Marks of state secrets; such papers may not enter this system at all (保守国家秘密法). 内部、工作秘密 are not among them.
_STATE_SECRET = re.compile(r"^[\s　]*(绝密|机密|秘密)")
_LINE_CONTROLS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHINESE_NUMERALS = "零一二三四五六七八九十"


def clean(text: str) -> str:
    """The text with only characters XML 1.0 can carry (its production 2).

    Controls that end a line (CR, VT, FF, NEL, U+2028 …) become a newline so that no two words grow together; other forbidden
    characters are dropped.
    """
    return _NOT_XML.sub("", _LINE_CONTROLS.sub("\n", text))


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; `ref` names the definition behind a figure (a link in the preview, plain text in the file)."""

    text: str
    ref: str | None = None


Inline = str | Run
Content = str | Run | Sequence[Inline]


def runs_of(content: Content) -> list[Run]:
    """The content as runs, whatever short form it was given in."""
    if isinstance(content, str | Run):
        return [run_of(content)]
    return [run_of(part) for part in content]


def run_of(inline: Inline) -> Run:
    """One piece as a run."""
    return inline if isinstance(inline, Run) else Run(inline)


def lines_of(content: Content) -> Iterator[list[Run]]:
    """The content as natural paragraphs: split at newlines, blank ones left out, indents typed by hand removed (layout indents)."""
    line: list[Run] = []
    for run in runs_of(content):
        first, *rest = clean(run.text).split("\n")
        line.append(Run(first, run.ref))
        for text in rest:
            yield from _stripped(line)
            line = [Run(text, run.ref)]
    yield from _stripped(line)


def _stripped(line: list[Run]) -> Iterator[list[Run]]:
    while line and not (head := line[0].text.lstrip()):
        line = line[1:]
    if line:
        yield [Run(head, line[0].ref), *(run for run in line[1:] if run.text)]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its number in the text ("一、总体情况"); `run_in` is body text that goes on in the same paragraph."""

    level: int
    text: str
    run_in: Content = ""

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3, 4):
            raise ValueError(f"标题“{self.text}”的层次为{self.level}，公文结构层次只有1至4级，请改为其中一级。")

    def parts(self) -> tuple[str, list[list[Run]]]:
        """The heading's own words and the paragraphs of its run-in text; between them stands a full stop."""
        words = " ".join(clean(self.text).split("\n")).strip()
        lines = list(lines_of(self.run_in))
        if lines and words and words[-1] not in "。：！？；":
            words += "。"
        return words, lines


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Body text; a newline starts a further paragraph."""

    content: Content


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one header row, repeated on every page. `alignment`: one per column, centred when left out."""

    header: Sequence[str]
    rows: Sequence[Sequence[Inline]]
    caption: str = ""
    alignment: Sequence[Align] = ()

    def __post_init__(self) -> None:
        width = len(self.header)
        if not width:
            raise ValueError(f"表格“{self.caption}”没有表头，请至少给出一列。")
        for number, row in enumerate(self.rows, start=1):
            if len(row) != width:
                raise ValueError(f"表格“{self.caption}”第{number}行有{len(row)}格，表头有{width}列，请补齐或删去多余的格。")
        if self.alignment and len(self.alignment) != width:
            raise ValueError(f"表格“{self.caption}”给出{len(self.alignment)}个对齐方式，表头有{width}列，请逐列给出。")

    def aligned(self, column: int) -> Align:
        """How the column (from 0) stands."""
        return self.alignment[column] if self.alignment else "center"


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class AttachmentPage:
    """An attachment printed with the document, each from a new page on, after the signature (GB/T 9704-2012 7.3.7)."""

    title: str
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDocument:
    """One official document. Only the title is needed: a draft has no number, signature or date yet.

    `red_head` None is a plain report without a head. `signer_upward` marks an upward document. `attachments` are the names in the
    附件说明; left empty they are the titles of `attachment_pages`. `page_mark` stands on top of every page (征求意见稿); `demo` adds
    演示数据. State secrets are refused.
    """

    title: str
    red_head: str | None = None
    doc_number: str | None = None
    signer_upward: str | None = None
    copy_number: int | None = None
    secrecy: str | None = None
    urgency: str | None = None
    main_recipients: Sequence[str] = ()
    body: Sequence[Block] = ()
    attachments: Sequence[str] = ()
    attachment_pages: Sequence[AttachmentPage] = ()
    signature: Sequence[str] = ()
    date: dt.date | None = None
    sealed: bool = False
    notes: str | None = None
    copies_to: Sequence[str] = ()
    printing_office: str | None = None
    printing_date: dt.date | None = None
    page_mark: str | None = None
    demo: bool = False

    def __post_init__(self) -> None:
        if self.secrecy and _STATE_SECRET.match(self.secrecy):
            raise ValueError(f"密级“{self.secrecy}”属于国家秘密，本系统不得处理涉密文件，请转到涉密信息系统办理。")
        if self.copy_number is not None and not 1 <= self.copy_number <= 999_999:
            raise ValueError(f"份号“{self.copy_number}”超出范围，份号为6位数字，请填1至999999。")

    def attachment_names(self) -> list[str]:
        """The names listed under the body."""
        names = self.attachments or [page.title for page in self.attachment_pages]
        return [one_line(name) for name in names]

    def attachment_label(self, index: int) -> str:
        """附件, or 附件1, 附件2 … when there are several (index from 0), the same as in the list under the body."""
        return "附件" if len(self.attachment_names()) == 1 else f"附件{index + 1}"

    def signatories(self) -> list[str]:
        """The signing offices, cleaned, blank ones left out."""
        return [name for name in map(one_line, self.signature) if name]

    def marks(self) -> str:
        """What every page is marked with, possibly nothing."""
        return "　".join(mark for mark in ("演示数据" if self.demo else "", one_line(self.page_mark or "")) if mark)


def one_line(text: str) -> str:
    """The text cleaned and on one line."""
    return " ".join(clean(text).split("\n")).strip()


def recipients_line(doc: OfficialDocument) -> str:
    """主送 with its full-width colon, whatever punctuation the caller left at the end; empty without recipients."""
    names = "、".join(one_line(name) for name in doc.main_recipients).rstrip("：:。、， ")
    return f"{names}：" if names else ""


def copies_line(doc: OfficialDocument) -> str:
    """抄送 offices with the closing full stop, without the word 抄送."""
    names = "，".join(one_line(name) for name in doc.copies_to).rstrip("。，、 ")
    return f"{names}。" if names else ""


def printing_line(doc: OfficialDocument) -> tuple[str, str]:
    """印发机关 and 印发日期 with 印发 after it; each may be empty."""
    return one_line(doc.printing_office or ""), f"{format_date(doc.printing_date)}印发" if doc.printing_date else ""


def notes_line(doc: OfficialDocument) -> str:
    """附注 in full-width brackets, which it gets once."""
    notes = one_line(doc.notes or "")
    return notes if not notes or (notes[0] == "（" and notes[-1] == "）") else f"（{notes}）"


def attachment_lines(doc: OfficialDocument) -> list[tuple[str, str]]:
    """(label, name) of each line of the 附件说明; no punctuation follows a name, a single attachment has no number."""
    names = [name.rstrip("。；，、;,. ") for name in doc.attachment_names()]
    if len(names) == 1:
        return [("附件：", names[0])]
    return [(f"附件：{number}." if number == 1 else f"{number}.", name) for number, name in enumerate(names, start=1)]


def format_date(date: dt.date) -> str:
    """2020年2月20日: Arabic figures without leading zeros (GB/T 9704-2012 7.3.5.4)."""
    return f"{date.year}年{date.month}月{date.day}日"


def format_doc_number(prefix: str, year: int, n: int) -> str:
    """汕扶办报〔2020〕3号: full year in 〔〕, no 第, no leading zero (GB/T 9704-2012 7.2.5). Raises `ValueError` for what is no number."""
    if not prefix.strip():
        raise ValueError("发文机关代字为空，请填写，如“汕扶办报”。")
    if not 1000 <= year <= 9999:
        raise ValueError(f"发文年份“{year}”不是四位数，请填年份全称，如2020。")
    if n < 1:
        raise ValueError(f"发文顺序号“{n}”应从1起编，请改正。")
    return f"{prefix.strip()}〔{year}〕{n}号"


def heading_number(level: int, n: int) -> str:
    """一、 · （一） · 1. · （1） for the levels 1 to 4 (GB/T 9704-2012 7.3.3); n from 1 to 99."""
    if level not in (1, 2, 3, 4) or not 1 <= n <= 99:
        raise ValueError(f"层次{level}、序数{n}不能编号：层次为1至4，序数为1至99。")
    return (f"{chinese_numeral(n)}、", f"（{chinese_numeral(n)}）", f"{n}.", f"（{n}）")[level - 1]


def chinese_numeral(n: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_NUMERALS[tens]}十"
    return head + (_CHINESE_NUMERALS[ones] if ones or not tens else "")
