"""The XML of a worksheet in pieces of whole rows, and where in them the cells lie, without parsing all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from shouwang.kernel.workbooks.model import BROKEN, MEGABYTE, Limits
from shouwang.kernel.workbooks.package import check_prolog, refuse

HEAD, TAIL, ROW = 4 * MEGABYTE, 32 * MEGABYTE, 16 * MEGABYTE  # most that may stand before the rows, after them, in one
SAMPLE = 50_000
OPENING = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)sheetData(?:\s[^<>]*)?(/?)>")
ATTRIBUTES = rb"((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>"
TAG = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(row|c)" + ATTRIBUTES)
LOOSE = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(?:row|c)(?=[\s/>])")
ROWS = re.compile(rb"<row(?=[\s/>])([^<>]*)>")
REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([^\"']*)[\"']")
CELL = re.compile(rb"([A-Za-z]{1,3})(\d{1,7})")
ODD = "文件的内部结构异常（行或单元格的位置有误），未读取。请用 Excel 或 WPS 打开该文件，另存为 .xlsx 后重新上传。"


def column_number(letters: bytes) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def column_letters(number: int) -> str:
    """A for 0, AA for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a worksheet's XML: `head` up to the rows, some whole `rows`, or the `tail` from the closing tag on."""

    kind: str
    data: bytes
    prefix: bytes = b""  # of the namespace, with its colon


def parts(stream: IO[bytes], size: int) -> Iterator[Part]:
    """The worksheet as one head, pieces of about `size` bytes of whole rows, one tail; together they are the part, byte for byte.

    A sheet without rows has its self-closing tag in the tail. Raises Refused for what is no worksheet.
    """
    held = b""
    while not (found := OPENING.search(held)):
        if len(held) > HEAD or not (more := stream.read(MEGABYTE)):
            raise refuse(BROKEN)
        held += more
    check_prolog(held[: found.start()])
    prefix = found[1]
    cut = found.start() if found[2] else found.end()
    yield Part("head", held[:cut], prefix)
    held = held[cut:]
    closing = re.compile(rb"</" + re.escape(prefix) + rb"sheetData\s*>")
    ended = OPENING.match(held) if found[2] else None
    seen = 0
    while not ended:
        more = stream.read(max(size - len(held), MEGABYTE))
        held += more
        if ended := closing.search(held, seen):
            break
        if not more:
            raise refuse(BROKEN)
        at = _last_row(held, prefix)
        if at > 0:
            yield Part("rows", held[:at], prefix)
            held = held[at:]
        elif len(held) > size + ROW:
            raise refuse("文件有一行内容过大，未读取。请核对该文件是否为登记表，删去多余内容后重新上传。")
        seen = max(len(held) - 64, 0)  # a closing tag may lie across the border
    if not found[2]:
        if ended.start():
            yield Part("rows", held[: ended.start()], prefix)
        held = held[ended.start() :]
    tail = held + stream.read(TAIL + 1)
    if len(tail) > TAIL:
        raise refuse("工作表的格式、批注等附带内容过大，未读取。请把数据以“粘贴为数值”复制到新工作簿后上传。")
    yield Part("tail", tail, prefix)


def _last_row(held: bytes, prefix: bytes) -> int:
    """Where the last row begins that begins in `held`; -1 if none does."""
    tag, end = b"<" + prefix + b"row", len(held)
    while (at := held.rfind(tag, 0, end)) >= 0:
        if held[at + len(tag) : at + len(tag) + 1] in (b" ", b">", b"/", b"\t", b"\r", b"\n"):
            return at
        end = at
    return -1


@dataclass(frozen=True, slots=True)
class Place:
    """A cell (or with column -1 a row) in a piece: 0-based row and column, and where its opening tag stands."""

    row: int
    column: int
    start: int
    end: int
    attributes: bytes
    closed: bool


def places(rows: bytes, row: int) -> Iterator[Place]:
    """Rows and cells of a piece in the order they stand, those without a reference counted on from `row`; raises Refused if unclear."""
    column, row = 0, row - 1
    for tag in TAG.finditer(rows):
        written = REFERENCE.search(tag[2])
        if tag[1] == b"row":
            row, column = int(written[1]) - 1 if written and written[1].isdigit() else row + 1, 0
            yield Place(row, -1, tag.start(), tag.end(), tag[2], tag[3] == b"/")
            continue
        at = row
        if written:
            reference = CELL.fullmatch(written[1])
            if not reference:
                raise refuse(ODD)
            column, at = column_number(reference[1]), int(reference[2]) - 1
        if at < 0:
            raise refuse(ODD)
        yield Place(at, column, tag.start(), tag.end(), tag[2], tag[3] == b"/")
        column += 1


def up_to(columns: int) -> bytes:
    """A pattern for the letters of the first `columns` columns, at most 702."""
    if columns <= 26:
        return b"[A-%c]" % (64 + columns)
    first, last = divmod(columns - 1, 26)
    head = b"" if first == 1 else b"[A-%c][A-Z]|" % (63 + first)
    return b"[A-Z]|" + head + b"%c[A-%c]" % (64 + first, 65 + last)


@dataclass(slots=True)
class Extent:
    """The rectangle the cells of a sheet lie in, found piece by piece; `area` adds up over all sheets of the file."""

    limits: Limits
    area: int = 0
    columns: int = 0
    row: int = 0  # where the next piece goes on if it does not say

    def check(self, rows: bytes) -> None:
        """Raises Refused if the piece reaches beyond the limits: a parser would fill the whole rectangle, however few its cells."""
        if b"[CDATA[" in rows or b"!--" in rows:
            raise refuse(ODD)
        if not self.columns and (cut := rows.find(b"</row>", SAMPLE)) >= 0:  # the first rows tell how wide a table is
            sample = Extent(self.limits)
            sample._thorough(rows[: cut + 6])
            self.columns = sample.columns
        first, last = self._quick(rows) or self._thorough(rows)
        self._within(last, self.columns)
        self.area += max(last - first + 1, 0) * self.columns
        if self.area > self.limits.cells:
            raise refuse(
                f"表格范围过大（约 {self.area // 10_000} 万个单元格，上限 {self.limits.cells // 10_000} 万个），可能有内容写在很远的单元格。"
                "请删去数据区以外的行列（选中后右键“删除”），或分成几个文件上传。"
            )

    def _quick(self, rows: bytes) -> tuple[int, int] | None:
        """First and last row of a piece written the usual way, by one pass of a pattern for what is unusual; None: look closely."""
        if not 0 < self.columns <= 702 or b":c" in rows or b":row" in rows:
            return None
        numbers = [int(r[1]) if (r := REFERENCE.search(t[1])) and r[1].isdigit() else 0 for t in ROWS.finditer(rows)]
        if not numbers or not 0 < min(numbers) <= max(numbers) <= self.limits.rows:
            return None
        digits = len(str(max(numbers)))
        if re.search(rb'<c(?! r="(?:%s)\d{1,%d}"[ />])' % (up_to(self.columns), digits), rows):
            return None
        last = min(10**digits - 1, self.limits.rows)  # a cell may name another row than the one it stands in
        if (last - min(numbers) + 1) * self.columns + self.area > self.limits.cells:
            return None
        self.row = numbers[-1]
        return min(numbers) - 1, max(numbers) - 1

    def _thorough(self, rows: bytes) -> tuple[int, int]:
        if sum(1 for _ in LOOSE.finditer(rows)) != sum(1 for _ in TAG.finditer(rows)):
            raise refuse(ODD)
        first, last, columns, row = self.limits.rows, -1, self.columns, self.row - 1
        for place in places(rows, self.row):
            if place.column < 0:
                row = place.row
            elif not (place.closed or rows.startswith(b"</", place.end)):  # styled and empty: parsers pass over it
                first, last = min(first, place.row), max(last, place.row)
                columns = max(columns, place.column + 1)
        self.row, self.columns = row + 1, columns
        return first, last

    def _within(self, last: int, columns: int) -> None:
        if last >= self.limits.rows:
            raise refuse(
                f"工作表用到第 {last + 1} 行，超过 {self.limits.rows} 行的上限。请删去数据下方多余的行（选中后右键“删除”），或分成几个文件上传。"
            )
        if columns > self.limits.columns:
            raise refuse(
                f"工作表用到 {column_letters(columns - 1)} 列（第 {columns} 列），超过 {self.limits.columns} 列的上限。"
                "请删去数据右侧多余的列（选中后右键“删除”）后重新上传。"
            )
