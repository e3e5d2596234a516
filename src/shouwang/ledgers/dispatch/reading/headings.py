"""Numbered paragraphs by their marks (GB/T 9704): 一、 （一） 1. （1）."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import numeric

from .model import Heading
from .text import Paragraph, number

_CN = "[一二三四五六七八九十]{1,3}"
_MARKS = (
    (1, re.compile(rf"({_CN})(?:、|\.(?!\d))")),
    (2, re.compile(rf"\(\s*({_CN})\s*\)[、.]?|([㈠-㈩])")),
    (3, re.compile(r"(\d{1,2})\s?(?:、|\.(?!\d)|\.(?=(?:19|20)\d{2}年|\d{1,2}月))")),
    (4, re.compile(r"\((\d{1,2})\)[、.]?|([⑴-⒇])")),
)
_AFTER = re.compile(r"(?<=[。;!\s])\s*(?=[(一二三四五六七八九十\d㈠-㈩⑴-⒇])")
_REST = re.compile(r"[^。!?\n]*")
_ALONE = re.compile(r"[^。;!?:]{2,40}$")
_MARK_GUARD = re.compile(r"[一二三四五六七八九十]+、[一二三四五六七八九十](?:、|[是年级])")


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbering mark at `start`..`end` of a paragraph (offsets in the whole text)."""

    level: int
    number: str
    start: int
    end: int

    @property
    def ordinal(self) -> int:
        return number(self.number)


def _mark_at(flat: str, at: int) -> tuple[int, str, int] | None:
    for level, pattern in _MARKS:
        match = pattern.match(flat, at)
        if match and match.end() < len(flat):
            return level, match[1] or _enclosed(match[2], level), match.end()
    return None


def _enclosed(char: str, level: int) -> str:
    """The number of a single character such as ㈠ or ⑴, in the figures of its level."""
    value = int(numeric(char))
    return "一二三四五六七八九十"[value - 1] if level == 2 else str(value)


class Numbering:
    """Keeps count, so that a mark in the middle of a line is taken for a heading only where it goes on with the numbering."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def take(self, level: int, ordinal: int) -> None:
        self._last[level] = ordinal
        for deeper in range(level + 1, 5):
            self._last.pop(deeper, None)

    def expects(self, level: int, ordinal: int) -> bool:
        return ordinal == self._last.get(level, 0) + 1 and (ordinal > 1 or level == 1 or bool(self._last) or level == 3)


def marks(paragraph: Paragraph, numbering: Numbering) -> list[Mark]:
    """The marks of a paragraph: at its beginning, and those further on (two items on one line) that continue the numbering."""
    flat = paragraph.flat
    found: list[Mark] = []
    first = None if _MARK_GUARD.match(flat) else _mark_at(flat, 0)
    if first:
        level, label, end = first
        numbering.take(level, number(label))
        found.append(Mark(level, label, paragraph.start, paragraph.start + end))
    for gap in _AFTER.finditer(flat, 1):
        inner = _mark_at(flat, gap.end())
        if inner and (found or inner[0] < 3) and numbering.expects(inner[0], number(inner[1])) and _heads(flat, inner, found):
            numbering.take(inner[0], number(inner[1]))
            found.append(Mark(inner[0], inner[1], paragraph.start + gap.end(), paragraph.start + inner[2]))
    return found


def _heads(flat: str, inner: tuple[int, str, int], found: list[Mark]) -> bool:
    # "书面材料包括：1.申报函；2.…" is an enumeration inside a sentence, not a numbered paragraph.
    before = flat[: inner[2]].rstrip()
    enumeration = re.search(r"[:;][^。]*$", before) is not None and inner[0] >= 3
    return not enumeration and (bool(found) or inner[2] < len(flat))


def headings(marked: list[tuple[Paragraph, list[Mark]]]) -> list[Heading]:
    """One heading per mark: its text runs to the first full stop, the next mark or the end of the line."""
    found = []
    for paragraph, own in marked:
        for i, mark in enumerate(own):
            limit = own[i + 1].start if i + 1 < len(own) else paragraph.end
            stretch = paragraph.flat[mark.end - paragraph.start : limit - paragraph.start]
            length = len((_REST.match(stretch) or [""])[0].rstrip())
            raw = paragraph.raw[mark.end - paragraph.start :][:length]
            label = f"（{mark.number}）" if mark.level in (2, 4) else mark.number
            found.append(Heading(mark.level, label, raw.strip(), mark.start, mark.end + length))
    return found


def stands_alone(paragraph: Paragraph, mark: Mark) -> bool:
    """True where the mark and a short title fill the line: a heading without text of its own."""
    return bool(_ALONE.fullmatch(paragraph.flat[mark.end - paragraph.start :].strip()))
