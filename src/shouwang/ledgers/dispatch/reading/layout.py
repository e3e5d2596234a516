"""From lines on a page back to paragraphs: an indented line begins one, a line that stops short ends one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from .text import MARK, PAGE_NUMBER, fold

_FEW = 12  # lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type on a page; `height` is that of its characters, in the page's unit."""

    text: str
    x0: float
    x1: float
    top: float
    height: float


def lines_of_runs(runs: Sequence[tuple[str, float, float, float, float]]) -> list[Line]:
    """Runs (text, x, baseline, size, width) put together to lines, top to bottom; a wide gap becomes a space."""
    rows: list[list[tuple[str, float, float, float, float]]] = []
    for run in sorted(runs, key=lambda r: (r[2], r[1])):
        if not run[0].strip():
            continue
        if rows and abs(rows[-1][0][2] - run[2]) < 0.5 * max(run[3], 1.0):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [_line(sorted(row, key=lambda r: r[1])) for row in rows]


def _line(row: list[tuple[str, float, float, float, float]]) -> Line:
    text, end = "", row[0][1]
    for piece, x, _, size, width in row:
        gap = x - end
        text += (" " if text and gap > 0.6 * size else "") + piece
        end = x + width
    return Line(text, row[0][1], end, row[0][2], row[0][3])


def page_paragraphs(pages: list[list[Line]]) -> list[str]:
    """The paragraphs of a document; page numbers are dropped, and a paragraph goes on over the end of a page."""
    found: list[str] = []
    running = False  # the last line filled its width
    previous: Line | None = None
    widest = 0.0  # the right edge of the pages before
    for page in pages:
        lines = [line for line in page if not PAGE_NUMBER.fullmatch(fold(line.text).strip())]
        if not lines:
            continue
        left, right, size = _measure(lines)
        if len(lines) < _FEW:  # the last page's few short lines do not show how wide the text runs
            right = max(right, widest)
        widest = right
        for line in lines:
            apart = previous is not None and line.top - previous.top > 3.2 * max(size, previous.height)
            fresh = line.x0 > left + 1.2 * size or apart or MARK.match(fold(line.text.strip())) is not None
            if found and running and not fresh:
                found[-1] += line.text.strip()
            else:
                found.append(line.text.strip())
            running, previous = line.x1 > right - 2.2 * size, line
        previous = None
    return found


def _measure(lines: list[Line]) -> tuple[float, float, float]:
    """Left edge, right edge and type size of the text on a page."""
    size = median(line.height for line in lines) or 1.0
    long = [line for line in lines if len(line.text.strip()) > 15] or lines
    return min(line.x0 for line in long), max(line.x1 for line in long), size
