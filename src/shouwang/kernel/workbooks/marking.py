"""The person's own workbook handed back: wrong cells red, one column with the words, nothing else changed."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import IO, Any, NamedTuple
from xml.sax.saxutils import escape, unescape

from shouwang.kernel.workbooks.cells import ATTRIBUTES, ODD, REFERENCE, column_letters, column_number, parts, places, up_to
from shouwang.kernel.workbooks.model import BROKEN, LIMITS, MEGABYTE, ROWS
from shouwang.kernel.workbooks.model import COLUMNS as COLUMNS_MOST
from shouwang.kernel.workbooks.package import FAULTS, Package, refuse
from shouwang.kernel.workbooks.reading import read
from shouwang.kernel.workbooks.styles import ATTRIBUTE, RED, Styles
from shouwang.kernel.workbooks.writing import new_workbook

NOTE_WIDTH = 40  # characters
STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d{1,6})[\"']")
SHARED = re.compile(rb"\st\s*=\s*[\"']s[\"']")
SPANS = re.compile(rb"\sspans\s*=\s*[\"'][^\"'<]*[\"']")
FIRST, LAST = re.compile(rb"\smin\s*=\s*[\"']\d+[\"']"), re.compile(rb"\smax\s*=\s*[\"']\d+[\"']")
EMPTY = re.compile(rb"/>\s*$|^<[^<>]*></")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
COLUMNS = re.compile(rb"<(?:[\w.-]+:)?cols>(.*?)</(?:[\w.-]+:)?cols>", re.S)
DIMENSION = re.compile(rb"(dimension\s[^<>]*?ref\s*=\s*[\"'](?:[A-Z]+\d+:)?)([A-Z]{1,3})(\d+[\"'])")
TEXT = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^<>]*)?>([^<]*)<")


class _Cell(NamedTuple):
    """A cell as it stands in the XML; `opening` is the length of its opening tag."""

    column: int
    style: int
    opening: int
    text: bytes


class _WiderError(Exception):
    """A cell lies where the words were to go: the column that is free so far."""


def mark(
    content: bytes,
    sheet: str,
    errors: Mapping[int, Mapping[int, str]],
    *,
    note_column: str = "错误说明",
    notes: Mapping[int, str] | None = None,
    statuses: Mapping[int, str] | None = None,
    header_row: int | None = None,
) -> bytes:
    """The workbook as .xlsx with marks: `errors` by row (as the person sees it, from 1) and column (0-based) turn cells red.

    The words of a row's errors, then its note, stand in a column `note_column` to the right of everything, after the row's status in
    brackets; its heading in `header_row` (else the first row there is). A column of that name and red cells of an earlier marking are replaced.
    An .xls or text file comes back as a new workbook with the same cells. Raises Refused for a file that `read` refuses.
    """
    words = _words(errors, notes or {}, statuses or {})
    if not (content.startswith(b"PK") and (package := Package(content, LIMITS)).first("styles")):
        return _anew(content, sheet, errors, words, note_column, header_row)
    path = next((s.path for s in package.sheets if s.name == sheet), None)
    if path is None:
        raise refuse(f"工作簿里没有工作表“{sheet}”。请核对文件是否与导入的是同一个。")
    try:
        try:
            return _patched(package, path, _Marks(package, errors, words, note_column, header_row, 0))
        except _WiderError:
            with package.stream(path) as source:
                column = max(_width(part.data, part.kind) for part in parts(source, MEGABYTE))
            return _patched(package, path, _Marks(package, errors, words, note_column, header_row, column))
    except FAULTS as fault:
        raise refuse(BROKEN) from fault


def _words(errors: Mapping[int, Mapping[int, str]], notes: Mapping[int, str], statuses: Mapping[int, str]) -> dict[int, str]:
    """What the added column says, by row."""
    said = {}
    for row in {*errors, *notes, *statuses}:
        told = [words for _, words in sorted(errors.get(row, {}).items()) if words] + [notes.get(row, "")] * bool(notes.get(row))
        said[row] = (f"【{statuses[row]}】" if statuses.get(row) else "") + "；".join(told)
    return {row: text[: LIMITS.text] for row, text in said.items() if text}


def _width(rows: bytes, kind: str = "rows") -> int:
    """How many columns the cells of a piece reach to the right; styled and empty ones do not count."""
    cells = places(rows, 0) if kind == "rows" else ()
    return max((c.column + 1 for c in cells if c.column >= 0 and not (c.closed or rows.startswith(b"</", c.end))), default=0)


def _patched(package: Package, path: str, marks: _Marks) -> bytes:
    """The package with one worksheet and the styles rewritten, every other part copied."""
    out, styles, sheet = io.BytesIO(), package.entries[package.first("styles").lower()], package.entries[path.lower()]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for entry in package.archive.infolist():
            if entry not in (styles, sheet):
                with package.archive.open(entry) as source, target.open(entry.filename, "w") as copy:
                    shutil.copyfileobj(source, copy, MEGABYTE)
        with package.stream(path) as source, target.open(sheet.filename, "w") as copy:
            for piece in marks.sheet(source):
                copy.write(piece)
        target.writestr(styles.filename, marks.styles.text())
    return out.getvalue()


class _Marks:
    """Rewrites a worksheet as it streams by; raises _WiderError if the column for the words turns out to be taken."""

    def __init__(
        self,
        package: Package,
        errors: Mapping[int, Mapping[int, str]],
        words: Mapping[int, str],
        title: str,
        header: int | None,
        column: int,
    ) -> None:
        self.package, self.errors, self.words, self.title, self.header, self.column = package, errors, dict(words), title, header, column
        self.styles = Styles(package.read(package.first("styles"), 32 * MEGABYTE))
        self.plain = {n: self.styles.plain(n) for n in sorted(self.styles.reds)}
        self.old: list[re.Pattern[bytes]] = []  # what an earlier marking left
        self.note, self.replaces, self.above = self.styles.note(), False, 0
        self.column_styles: list[tuple[int, int, int]] = []
        self.strings: list[bytes] | None = None
        self.todo: list[int] = []
        self.next = 0

    def sheet(self, source: IO[bytes]) -> Iterator[bytes]:
        """The worksheet's XML, marked."""
        head = b""
        for part in parts(source, MEGABYTE):
            if part.kind == "head":
                head, prefix = part.data, re.escape(part.prefix)
                self.prefix, self.row_tag, self.cell_tag = (
                    part.prefix,
                    re.compile(b"<" + prefix + b"row" + ATTRIBUTES),
                    re.compile(b"<" + prefix + b"c" + ATTRIBUTES),
                )
                continue
            if head and part.kind == "rows":
                self._heading(part.data)
            if head:
                yield self._head(head)
                head = b""
            yield self._rows(part.data) if part.kind == "rows" else b"".join(map(self._new, self._until(ROWS))) + part.data

    def _heading(self, rows: bytes) -> None:
        """Find the row of headings, in it an earlier column of words, else how far to the right the rows so far reach."""
        for tag, end in self._tags(rows):
            number = self._number(tag)
            cells = [c for c in self._cells(rows, tag, end) if not EMPTY.search(c.text)]
            if not self.replaces:
                self.column = max([self.column, *(c.column + 1 for c in cells)])
            if number == self.header or (cells and not self.header):
                self.header = number
                for cell in cells:
                    if self._shown(cell.text).partition("：")[0] == self.title:
                        self.column, self.replaces = cell.column, True
                break
        self.above = 0
        old = [rb' s="(?:%s)"' % b"|".join(b"%d" % n for n in self.plain)] if self.plain else []
        if self.replaces:
            old += [b' r="%s\\d' % column_letters(self.column).encode(), rb"<(?:[\w.-]+:)?c(?! r=)"]
        self.old = [re.compile(pattern) for pattern in old]
        if self.words:
            self.header = self.header or 1
            self.words[self.header] = "：".join([self.title] + [w for w in [self.words.get(self.header)] if w])
        self.todo = sorted({*self.errors, *self.words})

    def _head(self, head: bytes) -> bytes:
        """What stands before the rows, with room for the words: a visible column of its own, the rectangle of the sheet."""
        found, columns = COLUMNS.search(head), []
        for column in re.findall(rb"<[^<>]*>", found[1] if found else b""):
            named = dict(ATTRIBUTE.findall(column))
            low, high = int(named[b"min"]) - 1, int(named[b"max"]) - 1
            self.column_styles.append((low, high, int(named.get(b"style", b"0"))))
            for first, last in ((low, min(high, self.column - 1)), (max(low, self.column + 1), high)):
                if first <= last:
                    columns.append((first, LAST.sub(b' max="%d"' % (last + 1), FIRST.sub(b' min="%d"' % (first + 1), column))))
        if not self.words:
            return head
        own = b'<%scol min="%d" max="%d" width="%d" customWidth="1"/>' % (self.prefix, self.column + 1, self.column + 1, NOTE_WIDTH)
        listed = b"".join(c for _, c in sorted([*columns, (self.column, own)]))
        at, to = found.span() if found else 2 * (head.rindex(b"<" + self.prefix + b"sheetData"),)
        head = head[:at] + b"<%scols>%s</%scols>" % (self.prefix, listed, self.prefix) + head[to:]
        letters = column_letters(self.column).encode()
        return DIMENSION.sub(lambda d: d[0] if column_number(d[2]) >= self.column else d[1] + letters + d[3], head)

    def _rows(self, rows: bytes) -> bytes:
        """A piece, marked; rows nothing is to be done to are copied as they stand."""
        if self.words and not self.replaces and self._taken(rows):
            raise _WiderError
        done, copied = [], 0
        for tag, end in self._tags(rows):
            number = self._number(tag)
            new = b"".join(map(self._new, self._until(number)))
            wanted = number in self.errors or number in self.words
            if not (new or wanted or any(old.search(rows, tag.end(), end) for old in self.old)):
                continue
            done += [rows[copied : tag.start()], new, self._row(number, SPANS.sub(b"", tag[1]), self._cells(rows, tag, end))]
            copied = end
        return b"".join([*done, rows[copied:]])

    def _taken(self, rows: bytes) -> bool:
        """Whether the piece has a cell in the column for the words or beyond."""
        usual = rb'<c(?! r="(?:%s)\d)' % up_to(self.column) if 0 < self.column <= 702 and not self.prefix else b""
        return bool(re.search(usual, rows)) and _width(rows) > self.column

    def _tags(self, rows: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
        """The opening tags of the rows, and where each row ends."""
        tags = list(self.row_tag.finditer(rows))
        if not tags and rows.strip():
            raise refuse(ODD)
        return zip(tags, [t.start() for t in tags[1:]] + [len(rows)], strict=False)

    def _number(self, tag: re.Match[bytes]) -> int:
        written = REFERENCE.search(tag[1])
        number = int(written[1]) if written and written[1].isdigit() else self.above + 1
        if number <= self.above:
            raise refuse(ODD)
        self.above = number
        return number

    def _until(self, number: int) -> Iterator[int]:
        """The rows to be marked that the sheet lacks above row `number`."""
        while self.next < len(self.todo) and self.todo[self.next] <= number:
            self.next += 1
            if self.todo[self.next - 1] != number:
                yield self.todo[self.next - 1]

    def _cells(self, rows: bytes, tag: re.Match[bytes], end: int) -> list[_Cell]:
        if tag[2]:
            return []
        tags = list(self.cell_tag.finditer(rows, tag.end(), end))
        ends = [t.start() for t in tags[1:]] + [rows.rfind(b"</", tag.end(), end)]
        found, column = [], -1
        for cell, stop in zip(tags, ends, strict=False):
            written = REFERENCE.search(cell[1])
            column = column_number(written[1].rstrip(b"0123456789")) if written else column + 1
            style = STYLE.search(cell[1])
            found.append(_Cell(column, int(style[1]) if style else 0, cell.end() - cell.start(), rows[cell.start() : stop]))
        return found

    def _shown(self, cell: bytes) -> str:
        """The text of a cell, inline or shared."""
        if SHARED.search(cell.split(b">", 1)[0]) and (value := re.search(rb"v>(\d{1,9})<", cell)):
            if self.strings is None:
                path = self.package.first("sharedStrings")
                data = self.package.read(path, LIMITS.inflated) if path else b""
                known = escape(self.title).encode() in data  # or there is no need to take it apart
                self.strings = re.split(rb"<(?:[\w.-]+:)?si(?=[\s/>])", data)[1:] if known else []
            cell = self.strings[int(value[1])] if int(value[1]) < len(self.strings) else b""
        return unescape(b"".join(TEXT.findall(cell)).decode("utf-8", "replace"))

    def _new(self, number: int) -> bytes:
        """A row the sheet lacks."""
        return self._row(number, b' r="%d"' % number, [])

    def _row(self, number: int, attributes: bytes, cells: list[_Cell]) -> bytes:
        """A row with its cells marked, earlier marks gone, the words put in."""
        errors = {c for c in self.errors.get(number, {}) if 0 <= c < COLUMNS_MOST}
        words = self.words.get(number)
        kept = [c for c in cells if c.column != self.column or not (words or self.replaces)]
        written = []
        for cell in kept:
            style = self.styles.red(cell.style) if cell.column in errors else self.plain.get(cell.style, cell.style)
            written.append((cell.column, cell.text if style == cell.style else _styled(cell, style)))
        for column in errors - {c.column for c in kept} - {self.column}:
            style = self.styles.red(self._default(attributes, column))
            written.append((column, b'<%sc r="%s%d" s="%d"/>' % (self.prefix, column_letters(column).encode(), number, style)))
        if words:
            left = [self.plain.get(c.style, c.style) for c in kept if c.column < self.column] if number == self.header else []
            written.append((self.column, self._inline(number, words, left[-1] if left else self.note)))
        inner = b"".join(text for _, text in sorted(written, key=lambda w: w[0]))
        return b"<%srow%s>%s</%srow>" % (self.prefix, attributes, inner, self.prefix)

    def _default(self, attributes: bytes, column: int) -> int:
        """The style an empty cell shows: its row's, else its column's."""
        own = STYLE.search(attributes)
        return int(own[1]) if own else next((s for low, high, s in self.column_styles if low <= column <= high), 0)

    def _inline(self, number: int, words: str, style: int) -> bytes:
        text = escape(ESCAPED.sub("_x005F_", FORBIDDEN.sub("", words))).encode()
        p = self.prefix
        return b'<%sc r="%s%d" s="%d" t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>' % (
            p, column_letters(self.column).encode(), number, style, p, p, text, p, p, p,
        )  # fmt: skip


def _styled(cell: _Cell, style: int) -> bytes:
    """The cell with another style; it stands after the reference, where programs write it."""
    tag, rest = STYLE.sub(b"", cell.text[: cell.opening]), cell.text[cell.opening :]
    reference = REFERENCE.search(tag)
    at = reference.end() if reference else len(re.match(rb"<[\w.:-]+", tag)[0])  # type: ignore[index]  # it begins with the name
    return tag[:at] + b' s="%d"' % style + tag[at:] + rest


def _anew(
    content: bytes, sheet: str, errors: Mapping[int, Mapping[int, str]], words: Mapping[int, str], title: str, header: int | None
) -> bytes:
    """A new workbook with the cells of an old or a text file, marked; text stays text."""
    found = read(content, sheet)
    if sheet not in [s.name for s in found.sheets]:
        raise refuse(f"工作簿里没有工作表“{sheet}”。请核对文件是否与导入的是同一个。")
    out = io.BytesIO()
    with new_workbook(out) as book:
        looks: dict[tuple[str, bool], Any] = {}
        for data in found.sheets:
            target = book.add_worksheet(data.name)
            if data.hidden and len(found.sheets) > 1:
                target.hide()
            at = header or data.first_row
            mine, said = (
                (errors, {**words, at: f"{title}：{words[at]}" if at in words else title}) if data.name == sheet and words else ({}, {})
            )
            last = max([data.first_row + len(data.rows) - 1, *mine, *said])
            rows, width = chain(data.rows, repeat([])), len(data.rows[0]) if data.rows else 0
            for number, row in zip(range(data.first_row, last + 1), rows, strict=False):
                wrong = mine.get(number, {})
                for column in range(max([len(row), *(c + 1 for c in wrong)])):
                    value = row[column] if column < len(row) else None
                    if value is not None or column in wrong:
                        _write(book, target, looks, (number - 1, column), value, column in wrong)
                if said.get(number):
                    _write(book, target, looks, (number - 1, width), said[number], False)
            if said:
                target.set_column(width, width, NOTE_WIDTH)
    return out.getvalue()


def _write(book: Any, target: Any, looks: dict[tuple[str, bool], Any], at: tuple[int, int], value: Any, wrong: bool) -> None:
    kind = "text" if isinstance(value, str) else "moment" if isinstance(value, dt.datetime) else "day" if isinstance(value, dt.date) else ""
    if (kind, wrong) not in looks:
        code = {"text": "@", "moment": "yyyy-mm-dd hh:mm:ss", "day": "yyyy-mm-dd", "": "General"}[kind]
        looks[kind, wrong] = book.add_format(
            {"num_format": code, "quote_prefix": kind == "text"} | ({"bg_color": f"#{RED.decode()[2:]}"} if wrong else {})
        )
    look = looks[kind, wrong]
    if value is None:
        target.write_blank(*at, None, look)
    elif kind == "text":
        target.write_string(*at, value, look)
    elif kind:
        target.write_datetime(*at, value, look)
    elif isinstance(value, bool):
        target.write_boolean(*at, value, look)
    else:
        target.write_number(*at, value, look)
