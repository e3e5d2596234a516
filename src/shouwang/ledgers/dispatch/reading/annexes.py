"""The attachment list of a notice, and what follows its signature: a plan it issues (印发), a notice it forwards (转发), forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .head import DOC_TYPE
from .parts import Layout
from .structure import lay_out
from .text import Paragraph

Kind = Literal["issued", "forwarded", "other"]

_KEY = re.compile(r"附\s*件(?:点击)?下载\s*:|附\s*[件表]?\s*(?:\d{1,2}|[一二三四五六七八九十])?\s*[:.、]?\s*")
_ITEM = re.compile(
    r"(?:(?<=^)|(?<=[\s;。:]))(\d{1,2}(?:-\d{1,2}){0,3})\s?(?:[、:]|\.(?!\d)|\.(?=(?:19|20)\d{2}\D))\s*|(?<=^)\d-\d{1,2}(?=[一-龥《])"
)
_STOP = re.compile(r"\(?(?:联\s*系|抄\s*送|公开方式|此件|注:|备注|信息公开|电\s*话)")
_LABEL = re.compile(r"附\s*[件录]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})?\s*[:.、]?(?P<title>.{0,60})")
_ISSUES = re.compile(r"印发|批转|制定了?|制订了?|下发")
_ISSUED_NAME = re.compile(r"《([^》]{4,})》[^。]{0,60}?(?:印发|批转|下发|发给你们)")
_FORWARDED_NAME = re.compile(r"《([^》]{4,})》[^。]{0,60}?转发|转发[^。《]{0,30}《([^》]{4,})》")


def attachments(layout: Layout) -> list[str]:
    """The names in the notice's own 附件 list, one per numbered item; the list stands above the signature or right below it."""
    paragraphs = layout.paragraphs
    if layout.attachments_at is not None:
        # In an unsigned copy the list runs on until a line that is none of it.
        return _items(paragraphs[layout.attachments_at : layout.body[1]])
    for i in range(*layout.tail):
        if _KEY.match(paragraphs[i].flat) and paragraphs[i].flat.startswith("附"):
            return _items(paragraphs[i : layout.tail[1]])
    return []


def _items(paragraphs: list[Paragraph]) -> list[str]:
    items: list[str] = []
    numbered = False
    for k, paragraph in enumerate(paragraphs):
        raw = paragraph.raw
        key = _KEY.match(paragraph.flat) if paragraph.flat.startswith("附") else None
        if k and key is None and (_STOP.match(paragraph.flat) or (paragraph.flat.endswith("。") and not _ITEM.match(paragraph.flat))):
            break
        at = key.end() if key else 0
        pieces = _numbered(paragraph.flat, raw, at)
        if key and re.search(r"\d|[一二三四五六七八九十]", key.group()) and raw[at:].strip():
            items.append(_name(raw[at:]))
            numbered = True
        elif pieces:
            lead = raw[at : pieces[0][0]].strip()
            if lead and items and not key:
                items[-1] += lead
            items += [name for _, name in pieces]
            numbered = True
        elif raw[at:].strip():
            if items and not key:
                items[-1] = _name(items[-1] + raw.strip())
            else:
                items.append(_name(raw[at:]))
    return [item for item in items if item] if numbered else items[:1]


def _numbered(flat: str, raw: str, at: int) -> list[tuple[int, str]]:
    """(start, name) of the numbered items on a line."""
    found = list(_ITEM.finditer(flat, at))
    if not found:
        return []
    ends = [m.start() for m in found[1:]] + [len(flat)]
    return [(m.start(), _name(raw[m.end() : end])) for m, end in zip(found, ends, strict=True)]


def _name(text: str) -> str:
    return text.strip().rstrip("；;。，,、 ").strip()


@dataclass(frozen=True, slots=True)
class Annex:
    """A document that follows the signature; `layout` is its own, in the paragraphs from `first`."""

    kind: Kind
    title: str
    first: int
    last: int
    layout: Layout | None = None


def annexes(layout: Layout) -> list[Annex]:
    """The documents after the notice's tail, each told apart by how the notice speaks of it."""
    paragraphs = layout.paragraphs
    if layout.rest >= len(paragraphs):
        return []
    starts = [layout.rest] + [i for i in range(layout.rest + 1, len(paragraphs)) if _is_label(paragraphs, i)]
    told = " ".join([layout.title or ""] + [p.flat for p in paragraphs[layout.body[0] : layout.body[1]]])
    issued, forwarded = _names(_ISSUED_NAME, told), _names(_FORWARDED_NAME, told)
    found = []
    for k, (first, last) in enumerate(zip(starts, [*starts[1:], len(paragraphs)], strict=True)):
        own = paragraphs[first:last]
        title = _annex_title(own)
        kind = _kind(own, title, k, told, issued, forwarded)
        found.append(Annex(kind, title, first, last))
    return found


def _is_label(paragraphs: list[Paragraph], at: int) -> bool:
    match = _LABEL.fullmatch(paragraphs[at].flat.strip())
    return bool(match) and not re.search(r"[。;,]", match["title"] if match else "")


def _names(pattern: re.Pattern[str], told: str) -> list[str]:
    return [re.sub(r"\s", "", next(g for g in m.groups() if g)) for m in pattern.finditer(told)]


def _annex_title(own: list[Paragraph]) -> str:
    lines: list[str] = []
    for paragraph in own[:6]:
        label = _LABEL.fullmatch(paragraph.flat.strip())
        line = label["title"].strip() if label else paragraph.flat.strip()
        if re.search(r"[。:]$", line) or len(line) > 60 or re.match(r"[一二三四五六七八九十]{1,3}、|第[一二三]", line):
            break
        lines.append(line)
        if re.search(DOC_TYPE + r"(?:\([^)]*\))?$", line):
            break
    return re.sub(r"\s", "", "".join(lines))


def _kind(own: list[Paragraph], title: str, index: int, told: str, issued: list[str], forwarded: list[str]) -> Kind:
    if _is_notice(own) or any(_same(title, name) for name in forwarded):
        return "forwarded"
    if any(_same(title, name) for name in issued):
        return "issued"
    # An issuing notice whose annex goes by another name than in the text: the first document is what it issues.
    if index == 0 and not forwarded and _ISSUES.search(told) and "印发" in told and not issued and re.search(DOC_TYPE, title):
        return "issued"
    if (
        index == 0
        and issued
        and not forwarded
        and re.search(r"(?:方案|办法|计划|要点|意见|规定|细则|措施|制度|预案)(?:\([^)]*\))?$", title)
    ):
        return "issued"
    return "other"


def _same(title: str, name: str) -> bool:
    """True where a title is the named one: equal, or one within the other but for the issuer's name in front."""
    return bool(title) and len(title) > 5 and (name in title or title in name or name[-12:] in title)


def _is_notice(own: list[Paragraph]) -> bool:
    """A second notice: recipients of its own, together with a number, a signature date or an issuer."""
    nested = lay_out(own)
    return nested.recipients is not None and (nested.doc_number is not None or nested.signed_date is not None or bool(nested.issuers))
