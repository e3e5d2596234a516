"""What the readers of a notice's parts share: the layout they fill in, and the marks of attachment lists, annexes and the lines below."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from .text import Paragraph

ATTACHMENT = re.compile(
    r"附\s*[件表]?\s*(?:\d{1,2}|[一二三四五六七八九十])?\s*[:：]|附\s*[件表]\s*\d{1,2}\s*[.、]|附件(?:点击)?下载\s*[:：]\s*(?=\S)"
)
ANNEX = re.compile(r"附\s*[件表录]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})?\s*[:.]?")
TAIL = re.compile(
    r"\(?(?:[^()。,;:]{2,16}(?=联\s*系\s*人))?(?:联\s*系|联络|经办|承办|咨询|电\s*话|传\s*真|邮\s*[箱编]|电子邮|E-?mail|地\s*址|网\s*址|手\s*机|公开"
    r"|信息公开|抄\s*[送报]|分\s*送|主\s*送|此件|此页|校\s*[对核]|共印|备\s*注|注:|责任编辑|打印|关闭|扫一扫|来源"
    r"|主题词|编辑|分享)"
    r"|.*(?:印发|印制)\s*(?:\(?共印.*)?$|.*@[\w.]+|[-\s\d()转、,]+$"
)


@dataclass(slots=True)
class Layout:
    """Where the parts of a notice lie; indexes count paragraphs, `body` and `tail` are half-open."""

    paragraphs: list[Paragraph]
    title: str | None = None
    doc_number: str | None = None
    recipients: str | None = None
    recipients_at: int | None = None
    body: tuple[int, int] = (0, 0)
    inline_body: int = 0  # characters of the first body paragraph that belong to the recipients
    attachments_at: int | None = None
    issuers: list[str] = field(default_factory=list)
    proxies: list[str] = field(default_factory=list)  # organs that only lend their seal (代章)
    signed_date: dt.date | None = None
    date_year: int | None = None  # the year that can be read in a malformed date
    signature_at: int | None = None
    tail: tuple[int, int] = (0, 0)
    rest: int = 0
    warnings: list[str] = field(default_factory=list)
