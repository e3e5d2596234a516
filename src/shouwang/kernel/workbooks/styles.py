"""The styles of a workbook with red variants added: the part is edited as text, so that nothing else in it changes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shouwang.kernel.workbooks.model import BROKEN
from shouwang.kernel.workbooks.package import refuse

RED = b"FFFF7B7B"  # a red of our own: by it earlier marks are known again, also after another program has saved the file
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PLAIN = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="' + MAIN + b'">'
    b'<fonts count="1"><font><sz val="11"/><name val="\xe5\xae\x8b\xe4\xbd\x93"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)
NOTE = b'xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
ATTRIBUTE = re.compile(rb"\s([\w:.-]+)\s*=\s*[\"']([^\"'<]*)[\"']")


@dataclass(slots=True)
class Section:
    """A list in the part (fills, cellXfs): what stands before and after it, its items as text without their leading `<`."""

    name: bytes
    item: bytes
    start: int
    end: int
    prefix: bytes
    items: list[bytes] = field(default_factory=list)

    def number(self, item: bytes) -> int:
        """The number of an item, added if there is none like it."""
        if item not in self.items:
            self.items.append(item)
        return self.items.index(item)

    def text(self) -> bytes:
        tag = self.prefix + self.name
        return b'<%s count="%d">' % (tag, len(self.items)) + b"".join(b"<" + i for i in self.items) + b"</" + tag + b">"


def _section(data: bytes, name: bytes, item: bytes) -> Section:
    found = re.search(rb"<((?:[A-Za-z_][\w.-]*:)?)" + name + rb"(?:\s[^<>]*)?>", data)
    end = data.find(b"</" + found[1] + name + b">", found.end()) if found else -1
    if not found or end < 0:
        raise refuse(BROKEN)
    tag = re.escape(found[1] + item)
    items = re.findall(rb"<(" + tag + rb"(?:\s[^<>]*)?(?:/>|>(?:(?!</" + tag + rb">).)*</" + tag + rb">))", data[found.end() : end], re.S)
    return Section(name, item, found.start(), end + len(found[1] + name) + 3, found[1], items)


class Styles:
    """Numbers of cell styles: `red(n)` is style n with a red ground, `plain(n)` the style a red one was made of."""

    def __init__(self, data: bytes) -> None:
        self.data = data or PLAIN
        self.fills = _section(self.data, b"fills", b"fill")
        self.styles = _section(self.data, b"cellXfs", b"xf")
        self.reds = frozenset(n for n, s in enumerate(self.styles.items) if RED in self._fill(s))
        self._red: dict[int, int] = {}

    def _fill(self, style: bytes) -> bytes:
        number = int(dict(ATTRIBUTE.findall(style.split(b">", 1)[0])).get(b"fillId", b"0"))
        return self.fills.items[number] if number < len(self.fills.items) else b""

    def note(self) -> int:
        """The style of the words: text, whatever they begin with."""
        return self.styles.number(self.styles.prefix + NOTE)

    def red(self, style: int) -> int:
        """The red variant of a style; its number format, font, border and alignment stay. The ground it had is kept as the unseen
        second colour of the fill."""
        if style in self.reds:
            return style
        if style not in self._red:
            base = self.styles.items[style] if style < len(self.styles.items) else self.styles.prefix + b"xf/>"
            ground, p = re.search(rb"patternType=[\"']solid[\"'].*?fgColor(\s[^<>]*?)\s*/>", self._fill(base), re.S), self.fills.prefix
            second = b"<" + p + b"bgColor" + ground[1] + b"/>" if ground else b""
            fill = b'%sfill><%spatternFill patternType="solid"><%sfgColor rgb="%s"/>%s</%spatternFill></%sfill>' % (
                p, p, p, RED, second, p, p,
            )  # fmt: skip
            self._red[style] = self.styles.number(_filled(base, self.fills.number(fill)))
        return self._red[style]

    def plain(self, style: int) -> int:
        """The style under a red one: one that differs in its ground only, if there is one, else one made."""
        red = self.styles.items[style]
        ground, p = re.search(rb"bgColor(\s[^<>]*?)\s*/>", self._fill(red)), self.fills.prefix
        number = 0
        if ground and b"indexed" not in ground[1]:
            number = next((n for n, f in enumerate(self.fills.items) if RED not in f and b"fgColor" + ground[1] + b"/>" in f), -1)
            if number < 0:
                number = self.fills.number(
                    b'%sfill><%spatternFill patternType="solid"><%sfgColor%s/></%spatternFill></%sfill>' % (p, p, p, ground[1], p, p)
                )
        alike = [n for n, s in enumerate(self.styles.items) if _same(s, red) and self._fill(s) == self.fills.items[number]]
        return alike[0] if alike else self.styles.number(_filled(red, number))

    def text(self) -> bytes:
        """The part with what was added."""
        first, second = sorted((self.fills, self.styles), key=lambda s: s.start)
        return self.data[: first.start] + first.text() + self.data[first.end : second.start] + second.text() + self.data[second.end :]


def _filled(style: bytes, fill: int) -> bytes:
    """The style with this fill."""
    head, sign, rest = style.partition(b"/>" if style.split(b">", 1)[0].endswith(b"/") else b">")
    return re.sub(rb"\s(?:fillId|applyFill)\s*=\s*[\"'][^\"'<]*[\"']", b"", head) + b' fillId="%d" applyFill="1"' % fill + sign + rest


def _same(one: bytes, other: bytes) -> bool:
    return sorted(_filled(one, 0).split()) == sorted(_filled(other, 0).split())
