"""The text of a Word document, with the numbers Word counts by itself: paragraphs in order, table rows as lines, cells by tabs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CN = "〇一二三四五六七八九"


def docx_text(data: bytes) -> str:
    """The visible text of a .docx: deleted text (revisions) left out, inserted text kept."""
    import docx

    document = docx.Document(io.BytesIO(data))
    numbering = _Numbering.of(document)
    return "\n".join(_blocks(document.element.body, numbering))


def _blocks(parent: Any, numbering: _Numbering) -> Iterator[str]:
    for child in parent:
        if child.tag == f"{_W}p":
            yield numbering.label(child) + _text(child)
        elif child.tag == f"{_W}tbl":
            for row in child.iter(f"{_W}tr"):
                yield "\t".join(" ".join(filter(None, map(_text, cell.iter(f"{_W}p")))) for cell in row.iter(f"{_W}tc"))
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
            yield from _blocks(child, numbering)


def _text(paragraph: Any) -> str:
    pieces = []
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        else:
            pieces.append({f"{_W}tab": " ", f"{_W}noBreakHyphen": "-"}.get(node.tag, "\n"))
    return "".join(pieces)


@dataclass
class _Level:
    """One level of a list: its pattern (（%1）), number format, first number."""

    pattern: str
    style: str
    first: int


@dataclass
class _Numbering:
    """The lists of a document and how far each has counted."""

    levels: dict[str, dict[int, _Level]]
    by_style: dict[str, tuple[str, int]]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Any) -> _Numbering:
        root = next((r.target_part.element for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        abstract: dict[str, dict[int, _Level]] = {}
        lists: dict[str, dict[int, _Level]] = {}
        if root is not None:
            for item in root.iter(f"{_W}abstractNum"):
                abstract[_attribute(item, "abstractNumId")] = dict(_levels(item))
            for item in root.iter(f"{_W}num"):
                reference = item.find(f"{_W}abstractNumId")
                if reference is not None:
                    lists[_attribute(item, "numId")] = abstract.get(_attribute(reference, "val"), {})
        styles = {}
        for style in document.styles.element.iter(f"{_W}style"):
            found = _reference(style.find(f"{_W}pPr"))
            if found:
                styles[_attribute(style, "styleId")] = found
        return cls(lists, styles)

    def label(self, paragraph: Any) -> str:
        """The number Word shows before a paragraph, "" where it shows none."""
        properties = paragraph.find(f"{_W}pPr")
        reference = _reference(properties)
        if reference is None and properties is not None and (style := properties.find(f"{_W}pStyle")) is not None:
            reference = self.by_style.get(_attribute(style, "val"))
        if reference is None or reference[0] == "0" or not _text(paragraph).strip():
            return ""
        number_id, level = reference
        levels = self.levels.get(number_id, {})
        if level not in levels or levels[level].style in ("bullet", "none"):
            return ""
        counts = self.counts.setdefault(number_id, {})
        counts[level] = counts.get(level, levels[level].first - 1) + 1
        for deeper in [k for k in counts if k > level]:
            del counts[deeper]
        shown = levels[level].pattern
        for k, form in levels.items():
            shown = shown.replace(f"%{k + 1}", _format(counts.get(k, form.first), form.style))
        return shown


def _attribute(node: Any, name: str) -> str:
    return str(node.get(f"{_W}{name}") or "")


def _reference(properties: Any) -> tuple[str, int] | None:
    """(list id, level) that paragraph properties refer to."""
    numbered = properties.find(f"{_W}numPr") if properties is not None else None
    identity = numbered.find(f"{_W}numId") if numbered is not None else None
    if numbered is None or identity is None:
        return None
    level = numbered.find(f"{_W}ilvl")
    return _attribute(identity, "val"), int(_attribute(level, "val") or 0) if level is not None else 0


def _levels(item: Any) -> Iterator[tuple[int, _Level]]:
    for level in item.iter(f"{_W}lvl"):
        values = {
            name: (_attribute(node, "val") if (node := level.find(f"{_W}{name}")) is not None else "")
            for name in ("lvlText", "numFmt", "start")
        }
        yield int(_attribute(level, "ilvl") or 0), _Level(values["lvlText"], values["numFmt"], int(values["start"] or 1))


def _format(value: int, style: str) -> str:
    if style.startswith(("chinese", "japaneseCounting", "taiwanese", "ideograph")):
        return chinese(value)
    if style == "decimalEnclosedCircle" and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if style in ("upperLetter", "lowerLetter") and 1 <= value <= 26:
        return chr((65 if style[0] == "u" else 97) + value - 1)
    return str(value)


def chinese(value: int) -> str:
    """A number from 1 to 99 as it is counted in Chinese: 十二, 二十."""
    tens, ones = divmod(value, 10)
    if not 0 < value < 100:
        return str(value)
    return ("" if tens == 0 else "十" if tens == 1 else _CN[tens] + "十") + (_CN[ones] if ones else "")
