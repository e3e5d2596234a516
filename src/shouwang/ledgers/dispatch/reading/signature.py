"""The signature of a notice: who issued it and when; joint issuers, lent seals (代章), dates that cannot be."""

from __future__ import annotations

import datetime as dt
import re

from .organs import PROXY, looks_like_organ, split_organs
from .parts import ANNEX, ATTACHMENT, TAIL, Layout
from .text import number

_CN_DATE = (
    r"[一二三四五六七八九〇零0oO\d]{4}\s*年\s*(?:\d{1,2}|[一二三四五六七八九十元正]{1,3})\s*月\s*(?:\d{1,2}"
    r"|[一二三四五六七八九十廿卅]{1,4})\s*[日号]"
)
DATE = re.compile(rf"(?:{_CN_DATE}|(?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}})")
_DATE_PARTS = re.compile(
    r"([一二三四五六七八九〇零0oO\d]{4})[年\-./](\d{1,2}|[一二三四五六七八九十元正]{1,3})[月\-./](\d{1,2}"
    r"|[一二三四五六七八九十廿卅]{1,4})[日号]?"
)
_NEARLY_DATE = re.compile(
    r"(?:(?:19|20)\d{2}|[一二三四五六七八九〇零]{4}|\d{0,4})\s*年[\s\d一二三四五六七八九十年月日号xX×*]{0,12}|(?:19"
    r"|20)\d{4,6}|(?:19|20)\d{2}\s*[-./]\s*\d{1,2}(?:\s*[-./]\s*\d{0,2})?"
)


def find_signature(layout: Layout) -> None:
    """The first date standing alone (or after an organ) below the head, with the organs above it; ends the body."""
    start = layout.body[0]
    for i in range(start, len(layout.paragraphs)):
        flat = layout.paragraphs[i].flat.strip()
        if dated_line(flat) and not _numbering_goes_on(layout, i):
            _sign(layout, i, flat)
            return
        inline = None if i == start and layout.inline_body and len(flat) < 30 else _inline_signature(flat)
        if inline:
            layout.issuers, layout.signature_at = split_organs(inline[0]), i + 1
            _read_date(layout, inline[1])
            layout.body = (start, i + 1)
            return
    _unsigned(layout)


def dated_line(flat: str) -> bool:
    """True for a folded line that is a date, or looks like one that went wrong."""
    bare = flat.strip("() |")
    return len(bare) <= 24 and bool(DATE.fullmatch(bare) or _NEARLY_DATE.fullmatch(bare))


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
    return bool(ATTACHMENT.match(layout.paragraphs[at].flat)) or bool(re.match(r"\d{1,2}\s*[.、]", layout.paragraphs[at].flat))


def read_date(line: str) -> dt.date | None:
    """The date a folded line states, in Arabic or Chinese figures; None for one that is incomplete or cannot be."""
    match = _DATE_PARTS.fullmatch(re.sub(r"\s", "", line).strip("()|"))
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
        if looks_like_organ(flat) and (TAIL.match(following) or ANNEX.match(following)) and not _in_attachments(layout, i):
            layout.issuers, layout.signature_at = split_organs(flat), i
            layout.body = (start, i)
            break
    caption = [p.flat.strip() for p in layout.paragraphs[:start] if dated_line(p.flat.strip()) and DATE.search(p.flat)]
    if caption:
        _read_date(layout, caption[-1])
    else:
        layout.warnings.append("未找到成文日期")
