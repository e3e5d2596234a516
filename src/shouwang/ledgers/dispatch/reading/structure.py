"""The parts of a notice: head, body, attachment list, signature, what follows it.

Everything is decided by form (GB/T 9704): the number's brackets, the colon after the recipients, the numbering marks, an organ's
name and a date standing alone. Web pages and typed copies leave parts out; what is not there is None.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from . import numbers
from .organs import PROXY, looks_like_organ, split_organs
from .text import Paragraph, number

DOC_TYPE = (
    r"(?:通知|通报|意见|决定|决议|函|方案|办法|公告|通告|请示|批复|报告|纪要|规定|细则|要点|规划|计划|指南|指引|命令"
    r"|公报|安排|措施|制度|预案|提示函?|倡议书|标准|规范|清单|规则|规程|指令|提醒|须知|简报|快报)"
)
_TITLE_END = re.compile(DOC_TYPE + r"\s*(?:\([^)]{1,20}\))?$")
_RED_HEAD = re.compile(r"(?:文\s*件|电\s*报|通\s*报|明\s*电|内\s*部\s*情\s*况|函\s*件)$")
_META = re.compile(
    r"索引号|公开目录|责任部门|成文日期|有效性|公开日期|政策解读|发布机构|发文机[关构]|发文字号|发布(?:时间|日期|人)"
    r"|信息来源|来源|作者|主题分类|主题词|公开方式|公开范围|生成日期"
    r"|浏览|访问|点击|阅读|字体|字号|打印|关闭|分享|当前位置|首页|无障碍|附件下载|审核程序|登记号|有效期|份号|密级"
    r"|紧急程度|签发人|编辑|时间:|日期:|名称:|标题:|责编"
)
_ADDRESSEE = re.compile(
    r"(?:局|厅|委|部|办|政府|单位|部门|机构|公司|企业|院|校|会|组|中心|站|所|处|科|社|镇|乡|街道|街|县|区|市|省|州|旗"
    r"|兵团|集团|银行|部队|队|村|园|厂|场|馆|台|行|同志|代表|人员|各位|\)|等|室|属|股|联|地|机关|团体|组织|小组|医院|学校"
    r"|大学|高校|司|署)$"
)
_NO_ADDRESSEE = re.compile(
    r"如下|联\s*系\s*人|电话|附\s*件|时间|地点|要求|包括|报送|主要|以下|通知|意见|其中|注意|事项|。|;|^\(|^注"
    r"|^[一二三四五六七八九十\d(]+[、.)]"
)
_ATTACHMENT = re.compile(r"附\s*[件表]?\s*(?:\d{1,2}|[一二三四五六七八九十])?\s*[:：]|附\s*[件表]\s*\d{1,2}\s*[.、]")
_CN_DATE = (
    r"[一二三四五六七八九〇零0oO\d]{4}\s*年\s*(?:\d{1,2}|[一二三四五六七八九十元正]{1,3})\s*月\s*(?:\d{1,2}"
    r"|[一二三四五六七八九十廿卅]{1,4})\s*[日号]"
)
_DATE = re.compile(rf"(?:{_CN_DATE}|(?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}})")
_DATE_PARTS = re.compile(
    r"([一二三四五六七八九〇零0oO\d]{4})[年\-./](\d{1,2}|[一二三四五六七八九十元正]{1,3})[月\-./](\d{1,2}"
    r"|[一二三四五六七八九十廿卅]{1,4})[日号]?"
)
_NEARLY_DATE = re.compile(
    r"(?:(?:19|20)\d{2}|[一二三四五六七八九〇零]{4}|\d{0,4})\s*年[\s\d一二三四五六七八九十年月日号xX×*]{0,12}|(?:19"
    r"|20)\d{4,6}|(?:19|20)\d{2}\s*[-./]\s*\d{1,2}(?:\s*[-./]\s*\d{0,2})?"
)
_TAIL = re.compile(
    r"\(?(?:联\s*系|联络|经办|承办|咨询|电\s*话|传\s*真|邮\s*[箱编]|电子邮|E-?mail|地\s*址|网\s*址|手\s*机|公开"
    r"|信息公开|抄\s*[送报]|分\s*送|主\s*送|此件|此页|校\s*[对核]|共印|备\s*注|注:|责任编辑|打印|关闭|扫一扫|来源"
    r"|主题词|编辑|分享)"
    r"|.*(?:印发|印制)\s*(?:\(?共印.*)?$|.*@[\w.]+|[-\s\d()转、,]+$"
)
_ANNEX = re.compile(r"附\s*[件表录]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})?\s*[:.]?")


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


def lay_out(paragraphs: list[Paragraph]) -> Layout:
    """Find the parts of a notice in its paragraphs."""
    layout = Layout(paragraphs)
    _find_recipients(layout)
    _find_head(layout)
    _find_signature(layout)
    _find_tail(layout)
    return layout


def _find_recipients(layout: Layout) -> None:
    for i, paragraph in enumerate(layout.paragraphs[:60]):
        flat = paragraph.flat
        colon = flat.find(":")
        if colon > 2 and _is_addressed(flat[:colon]):
            layout.recipients = paragraph.raw[:colon].strip()
            layout.recipients_at = i
            rest = flat[colon + 1 :].strip()
            layout.inline_body = colon + 1 if rest else 0
            layout.body = (i if rest else i + 1, len(layout.paragraphs))
            return
        if len(flat) > 60 and "。" in flat and not _META.search(flat):
            return


def _is_addressed(line: str) -> bool:
    line = line.strip()
    return 2 < len(line) <= 600 and bool(_ADDRESSEE.search(line)) and not _NO_ADDRESSEE.search(line) and not _META.search(line[:12])


def _find_head(layout: Layout) -> None:
    """Title and number in the lines above the recipients (above the first sentence where there are none)."""
    end = layout.recipients_at
    if end is None:
        end = next((i for i, p in enumerate(layout.paragraphs) if "。" in p.flat or (p.flat.endswith(":") and len(p.flat) > 15)), 0)
        layout.body = (end, len(layout.paragraphs))
    head = layout.paragraphs[:end]
    number_at = next((i for i in range(len(head) - 1, -1, -1) if numbers.own_number(head[i].flat)), None)
    if number_at is not None:
        layout.doc_number = numbers.own_number(head[number_at].flat)
    layout.title = _title(head, number_at)
    if layout.title and layout.doc_number is None:
        flat = _flat_title(layout.title)
        layout.doc_number = numbers.title_number(flat)
        layout.title = layout.title[: len(numbers.without_number(flat))]
    if layout.doc_number is None:
        layout.doc_number = _labelled_number(head)


def _flat_title(title: str) -> str:
    from .text import fold

    return fold(title)


def _labelled_number(head: list[Paragraph]) -> str | None:
    for paragraph in head:
        for cell in re.split(r"[|\t]|\s{2,}", paragraph.flat):
            label, _, value = cell.partition(":")
            if re.search(r"文号|发文字号", label) and (found := numbers.own_number(value)):
                return found
    return None


def _title(head: list[Paragraph], number_at: int | None) -> str | None:
    """The lines that end in the kind of document (…的通知), joined; the last such group above the recipients."""
    lines = [(i, p.flat.strip(), p.raw.strip()) for i, p in enumerate(head) if i != number_at]
    lines = [(i, _closed_up(f), r) for i, f, r in lines]
    usable = [(i, f, r) for i, f, r in lines if not _META.search(f) and ":" not in f and "。" not in f]
    last = next((k for k in range(len(usable) - 1, -1, -1) if _is_title_end(usable[k][1])), None)
    if last is None:
        return None
    first = last
    while first > 0 and last - first < 5 and _continues_title(usable[first - 1], usable[first], number_at):
        first -= 1
    return _closed_up("".join(r for _, _, r in usable[first : last + 1]))


def _closed_up(title: str) -> str:
    """Spaces that only set the characters apart (关 于 …) are dropped; those between two organs stay, single."""
    words = title.split()
    apart = sum(len(word) == 1 for word in words) > len(words) / 2
    return ("" if apart else " ").join(words)


def _is_title_end(line: str) -> bool:
    return len(line) > 3 and bool(_TITLE_END.search(line)) and not (_RED_HEAD.search(line) and "关于" not in line)


def _continues_title(above: tuple[int, str, str], line: tuple[int, str, str], number_at: int | None) -> bool:
    if above[0] != line[0] - 1 or _RED_HEAD.search(above[1]) or _TITLE_END.search(above[1]) or len(above[1]) > 60:
        return False
    if looks_like_organ(above[1]):
        return number_at is not None and above[0] > number_at and line[1].startswith(("关于", "转发", "印发", "批转"))
    complete = re.match(r"关于|转发|印发|批转|.{2,40}(?:局|厅|委|部|办|政府|室|会|组)(?:关于|转发|印发)", line[1])
    return not complete or bool(re.search(r"关于|转发|印发", above[1]))


def _find_signature(layout: Layout) -> None:
    start = layout.body[0]
    for i in range(start, len(layout.paragraphs)):
        flat = layout.paragraphs[i].flat.strip()
        if _dated_line(flat) and not _numbering_goes_on(layout, i):
            _sign(layout, i, flat)
            return
        inline = None if i == start and layout.inline_body and len(flat) < 30 else _inline_signature(flat)
        if inline:
            layout.issuers, layout.signature_at = split_organs(inline[0]), i + 1
            _read_date(layout, inline[1])
            layout.body = (start, i + 1)
            return
    _unsigned(layout)


def _dated_line(flat: str) -> bool:
    bare = flat.strip("() ")
    return len(bare) <= 24 and bool(_DATE.fullmatch(bare) or _NEARLY_DATE.fullmatch(bare))


def _inline_signature(flat: str) -> tuple[str, str] | None:
    """Organ and date on one line, alone or after the last full stop."""
    match = re.search(rf"(?:^|[。!])\s*(?P<organ>[^。;,:!]{{3,80}}?)\s*(?P<date>{_CN_DATE})$", flat)
    return (match["organ"], match["date"]) if match and looks_like_organ(match["organ"]) else None


def _numbering_goes_on(layout: Layout, at: int) -> bool:
    """True where the numbering 一、二、… simply continues below: the date is part of the body."""
    pattern = re.compile(r"([一二三四五六七八九十]{1,3})、")
    before = [number(m[1]) for p in layout.paragraphs[layout.body[0] : at] if (m := pattern.match(p.flat))]
    after = next((number(m[1]) for p in layout.paragraphs[at + 1 :] if (m := pattern.match(p.flat))), None)
    return bool(before) and after == before[-1] + 1


def _sign(layout: Layout, at: int, flat: str) -> None:
    _read_date(layout, flat)
    first = at
    proxies: list[str] = []
    while first > layout.body[0] and at - first < 14:
        line = layout.paragraphs[first - 1].flat.strip()
        if not (looks_like_organ(line) or PROXY.fullmatch(line)) or _in_attachments(layout, first - 1):
            break
        first -= 1
    for paragraph in layout.paragraphs[first:at]:
        names, proxy = _signatories(paragraph.flat.strip())
        (proxies if proxy else layout.issuers).extend(names)
    layout.proxies = proxies
    if not layout.issuers and proxies:
        layout.warnings.append(f"落款“{'、'.join(proxies)}”注明代章，发文机关未写明，请核对")
    layout.signature_at = first
    layout.body = (layout.body[0], first)


def _signatories(line: str) -> tuple[list[str], bool]:
    """The organs a signature line names, and whether they only lend their seal (代章)."""
    if PROXY.fullmatch(line):
        return [], False
    lender = re.search(r"\([^()]*代\s*(?:章|印)[^()]*\)", line)
    if lender is None:
        return split_organs(PROXY.sub("", line)), bool(PROXY.search(line))
    outside = (line[: lender.start()] + line[lender.end() :]).strip()
    named = PROXY.sub("", lender.group()).strip("() ")
    return split_organs(outside), bool(outside) and not named


def _in_attachments(layout: Layout, at: int) -> bool:
    return bool(_ATTACHMENT.match(layout.paragraphs[at].flat)) or bool(re.match(r"\d{1,2}\s*[.、]", layout.paragraphs[at].flat))


def read_date(line: str) -> dt.date | None:
    """The date a folded line states, in Arabic or Chinese figures; None for one that is incomplete or cannot be."""
    match = _DATE_PARTS.fullmatch(re.sub(r"\s", "", line).strip("()"))
    if match is None:
        return None
    try:
        year, month, day = (number(_plain_numeral(part)) for part in match.groups())
        return dt.date(year, month, day)
    except (ValueError, KeyError):
        return None


def _plain_numeral(part: str) -> str:
    part = re.sub("[oO]", "〇", part)
    if part[:1] in "元正":
        return "一"
    part = part.replace("廿", "二十").replace("卅", "三十")
    return re.sub("[〇零]", "0", part) if part.isdigit() else part


def _read_date(layout: Layout, line: str) -> None:
    layout.signed_date = read_date(line)
    if layout.signed_date is None:
        shown = re.sub(r"\s", "", line)
        layout.warnings.append(f"成文日期“{shown}”不完整或不存在，请核对原件")
        year = re.match(r"\(?((?:19|20)\d{2})", shown)
        layout.date_year = int(year[1]) if year else None


def _unsigned(layout: Layout) -> None:
    """No date: the signature is an organ's name standing alone before the annexes or the end; the date may stand under the title."""
    start, end = layout.body
    for i in range(start, end):
        flat = layout.paragraphs[i].flat.strip()
        following = layout.paragraphs[i + 1].flat if i + 1 < end else "附件"
        if looks_like_organ(flat) and (_TAIL.match(following) or _ANNEX.match(following)) and not _in_attachments(layout, i):
            layout.issuers, layout.signature_at = split_organs(flat), i
            layout.body = (start, i)
            break
    caption = [p.flat.strip() for p in layout.paragraphs[:start] if _dated_line(p.flat.strip()) and _DATE.search(p.flat)]
    if caption:
        _read_date(layout, caption[-1])
    else:
        layout.warnings.append("未找到成文日期")


def _find_tail(layout: Layout) -> None:
    """The lines right after the signature that still belong to the notice: contacts, 抄送, 附注; then the annexes begin."""
    paragraphs = layout.paragraphs
    start = layout.body[1]
    if layout.signature_at is not None:
        start = layout.signature_at
        while start < len(paragraphs) and (looks_like_organ(paragraphs[start].flat.strip()) or _dated_line(paragraphs[start].flat.strip())):
            start += 1
    at = start
    while at < len(paragraphs) and _belongs(paragraphs, at):
        at += 1
    layout.tail, layout.rest = (start, at), at
    first, last = layout.body
    listed = next((i for i in range(first, last) if _ATTACHMENT.match(paragraphs[i].flat)), None)
    if listed is None:
        listed = next(
            (i for i in range(first, last - 1) if _ANNEX.fullmatch(paragraphs[i].flat.strip()) and paragraphs[i + 1].flat[:1].isdigit()),
            None,
        )
    if layout.signature_at is None:
        after = first if listed is None else listed + 1
        annex = next((i for i in range(after, last) if _ANNEX.fullmatch(paragraphs[i].flat.strip())), None)
        if annex is not None:
            layout.body, layout.tail, layout.rest = (first, annex), (annex, annex), annex
    layout.attachments_at = listed


def _belongs(paragraphs: list[Paragraph], at: int) -> bool:
    flat = paragraphs[at].flat.strip()
    if _ATTACHMENT.match(flat):
        named = _ATTACHMENT.sub("", flat, count=1).strip()
        following = paragraphs[at + 1].flat if at + 1 < len(paragraphs) else ""
        return bool(named) and (
            not following or bool(_ATTACHMENT.match(following) or _TAIL.match(following) or re.match(r"\d{1,2}\s*[.、]", named))
        )
    if re.match(r"\d{1,2}\s*[.、]", flat):
        previous = paragraphs[at - 1].flat
        return bool(_ATTACHMENT.match(previous) or re.match(r"\d{1,2}\s*[.、]", previous)) and len(flat) < 80
    return bool(_TAIL.match(flat)) and len(flat) < 200
