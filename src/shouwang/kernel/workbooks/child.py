"""The child process that takes a workbook apart: `python -m …child LIMITS`, file on standard input, lines of JSON on standard output.

It gives itself limits before it touches the file. A parser that dies, hangs or grows takes only this process with it. Lines: pieces
of rows (a head, then the cells), after the pieces of a sheet the sheet, at the end the kind; or one refusal.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import IO, Any

from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks.cells import Extent, Part, column_number, parts, places
from shouwang.kernel.workbooks.model import BROKEN, MEGABYTE, Limits
from shouwang.kernel.workbooks.package import Package, refuse
from shouwang.kernel.workbooks.text import decoded, rows

CHUNK = 24 * MEGABYTE  # XML parsed at a time: bounds memory, whatever the file's length
PIECE = 500  # rows sent at a time
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:[?!]|html|head|meta|body|table|style|div|script|svg|\w+:)|MIME-Version:", re.I)
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
MAIN = "http://schemas.openxmlformats.org/"
MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^<>]*?ref\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7}):([A-Za-z]{1,3})(\d{1,7})[\"']")
COLUMN = re.compile(rb"<(?:[\w.-]+:)?col\s([^<>]*)>")
FAILED = re.compile(rb"\st\s*=\s*[\"']e[\"']")
VALUE = re.compile(rb"(?:(?!</?(?:[\w.-]+:)?c[\s>])[^v])*?v>([^<]{1,20})<")


Found = tuple[int, Iterator[list[Any]]]  # 0-based number of the first row, and the rows


def limit(limits: Limits) -> None:
    """No more memory, time, files or core dumps than it takes."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(nothing, (0, 0))


def _word(value: Any) -> Any:
    """For what JSON has no word; a time without a day is text, as it is shown."""
    if type(value) is dt.date:
        return {"d": value.toordinal()}
    if isinstance(value, dt.datetime):
        return {"t": value.isoformat()}
    return _clock(value) if isinstance(value, dt.timedelta) else str(value)


def _clock(span: dt.timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=_word).encode


class Answer:
    """Writes what is found, piece by piece, and stops when it becomes too much."""

    def __init__(self, out: IO[bytes], limits: Limits) -> None:
        self.out, self.limits, self.size = out, limits, 0

    def line(self, **words: Any) -> None:
        self._write(ENCODE(words).encode())

    def rows(self, found: Iterable[list[Any]], first: int) -> tuple[int, int]:
        """Send rows, the first of them number `first`; how many rows and columns there were."""
        found, count, width = iter(found), 0, 0
        while piece := list(islice(found, PIECE)):
            cells = ENCODE(piece).encode()
            if len(cells) > MEGABYTE:
                self._check_text(piece, first + count)
            # A comma or bracket followed by two quotes is never inside a text, where quotes are escaped.
            cells = cells.replace(b',""', b",null").replace(b'[""', b"[null")
            self.line(first=first + count, count=len(piece))
            self._write(cells)
            count, width = count + len(piece), max(width, *map(len, piece))
        return count, width

    def _check_text(self, piece: list[list[Any]], first: int) -> None:
        for number, row in enumerate(piece, first + 1):
            if any(isinstance(cell, str) and len(cell) > self.limits.text for cell in row):
                raise refuse(f"第 {number} 行有单元格超过 {self.limits.text} 字。请核对该行内容，删减后重新上传。")

    def _write(self, line: bytes) -> None:
        self.size += len(line) + 1
        if self.size > self.limits.answer:
            raise refuse(f"表格内容过大（超过 {self.limits.answer // MEGABYTE} MB），未读取。请分成几个文件上传。")
        self.out.write(line + b"\n")


def xlsx(content: bytes, answer: Answer, limits: Limits) -> None:
    """Send every worksheet; the parser sees packages of our own making that hold rows, styles and shared strings, nothing else."""
    package = Package(content, limits)
    fixed = {"xl/styles.xml": package.first("styles"), "xl/sharedStrings.xml": package.first("sharedStrings")}
    shared = {name: package.read(path, limits.inflated) for name, path in fixed.items() if path}
    extent = Extent(limits)
    for sheet in package.sheets:
        extent.columns = extent.row = 0
        with package.stream(sheet.path) as stream:
            facts = worksheet(parts(stream, CHUNK), extent, lambda rows, above: parsed(rows, above, shared, package.date1904), answer)
        answer.line(sheet=sheet.name, hidden=sheet.hidden, **facts)


def worksheet(pieces: Iterator[Part], extent: Extent, parse: Callable[[bytes, int], Found | None], answer: Answer) -> dict[str, Any]:
    """Send the rows of a sheet; what else there is to say of it."""
    facts: dict[str, Any] = {"width": 0, "hidden_columns": [], "merged": [], "formulas": False}
    next_row = 0
    for piece in pieces:
        if piece.kind == "head":
            facts["hidden_columns"] = hidden_columns(piece.data, extent.limits)
        elif piece.kind == "tail":
            facts["merged"] = merged(piece.data)
        else:
            above = extent.row
            extent.check(piece.data)
            facts["formulas"] = facts["formulas"] or b"<" + piece.prefix + b"f" in piece.data
            if found := parse(piece.data, above):
                if found[0] < next_row:
                    raise refuse(BROKEN)  # rows out of order, across pieces
                count, width = answer.rows(with_errors(found, piece.data, above), found[0])
                next_row, facts["width"] = found[0] + count, max(facts["width"], width)
                del found  # its cells go before those of the next piece come
    return facts


def parsed(rows: bytes, above: int, shared: dict[str, bytes], date1904: bool) -> Found | None:
    """First row number and rows of a piece, from column A; nothing if all its cells are empty."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(_made(rows, above, shared, date1904))).get_sheet_by_index(0)
    return _from_a(sheet)


def _from_a(sheet: Any) -> Found | None:
    if sheet.start is None:
        return None
    first, left = sheet.start
    found = islice(sheet.iter_rows(), first, None)  # it begins at row 1, but at the first column that is filled
    return first, ([""] * left + row for row in found) if left else found


def _made(rows: bytes, above: int, shared: dict[str, bytes], date1904: bool) -> bytes:
    """A package with one sheet of these rows; `above` numbers the rows that say no number."""
    office, kind = f"{MAIN}officeDocument/2006/relationships", f"{MAIN}package/2006/relationships"
    related = "".join(
        f'<Relationship Id="r{n}" Type="{office}/{what}" Target="{target}"/>'
        for n, (what, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")), 1
        )
    )
    main = f"{MAIN}spreadsheetml/2006/main"
    made = {
        "_rels/.rels": f'<Relationships xmlns="{kind}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><workbookPr date1904="{int(date1904)}"/>'
        '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kind}">{related}</Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, words in made.items():
            archive.writestr(name, words)
        for name, data in shared.items():
            archive.writestr(name, data)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            sheet.write(f'<row r="{above}"></row>'.encode() if above else b"")
            sheet.write(rows)
            sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def with_errors(found: Found, data: bytes, above: int) -> Iterator[list[Any]]:
    """The rows with failed formulas put in, which the parser leaves empty."""
    first, rows = found
    if b't="e"' not in data:
        return rows
    failed: dict[int, dict[int, str]] = {}
    for place in places(data, above):
        if place.column >= 0 and FAILED.search(place.attributes):
            value = VALUE.match(data, place.end)
            failed.setdefault(place.row, {})[place.column] = value[1].decode("utf-8", "replace") if value else "#VALUE!"
    return (_filled(row, failed[number]) if number in failed else row for number, row in enumerate(rows, first))


def _filled(row: list[Any], errors: dict[int, str]) -> list[Any]:
    for column, words in errors.items():
        if column < len(row):  # an error without a word is no cell to the parser
            row[column] = {"e": words}
    return row


def hidden_columns(head: bytes, limits: Limits) -> list[int]:
    """0-based columns the head of a worksheet says are hidden."""
    hidden: set[int] = set()
    for column in COLUMN.finditer(head):
        words = dict(re.findall(rb"(\w+)\s*=\s*[\"']([^\"']*)[\"']", column[1]))
        if words.get(b"hidden") in (b"1", b"true") and words.get(b"min", b"").isdigit() and words.get(b"max", b"").isdigit():
            hidden.update(range(max(int(words[b"min"]) - 1, 0), min(int(words[b"max"]), limits.columns)))
    return sorted(hidden)


def merged(tail: bytes) -> list[tuple[int, int, int, int]]:
    """The merged ranges named after the rows."""
    return [(int(r1) - 1, column_number(c1), int(r2) - 1, column_number(c2)) for c1, r1, c2, r2 in MERGE.findall(tail)]


def xls(content: bytes, answer: Answer, limits: Limits) -> None:
    """Send every sheet of an old workbook; its formulas and hidden columns are not told by the parser."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    area = 0
    if len(book.sheet_names) > limits.sheets:
        raise refuse(f"工作簿有 {len(book.sheet_names)} 张工作表，超过 {limits.sheets} 张。请只保留需要的工作表后重新上传。")
    for number, about in enumerate(book.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(number)
        area += sheet.height * sheet.width
        if area > limits.cells:
            raise refuse(f"表格范围过大（约 {area // 10_000} 万个单元格）。请删去数据区以外的行列，或分成几个文件上传。")
        found = _from_a(sheet)
        _, width = answer.rows(found[1], found[0]) if found else (0, 0)
        merges = [(*a, *b) for a, b in sheet.merged_cell_ranges or []]
        answer.line(
            sheet=about.name,
            hidden=about.visible != SheetVisibleEnum.Visible,
            width=width,
            hidden_columns=[],
            merged=merges,
            formulas=False,
        )


def table(content: bytes, answer: Answer, limits: Limits) -> None:
    """Send a text file as one sheet."""
    if MARKUP.match(content[:4096]):
        raise refuse("文件的内容是网页或 XML，不是真正的 Excel 工作簿。请用 Excel 或 WPS 打开该文件，另存为 .xlsx 后重新上传。")
    if content.startswith(b"%PDF"):
        raise refuse("文件是 PDF，不是表格。请上传原来的 .xlsx、.xls 或 .csv 文件。")
    if content.startswith(PICTURES):
        raise refuse("文件是图片，不是表格。请上传原来的 .xlsx、.xls 或 .csv 文件。")
    found = rows(decoded(content), limits)
    first = next(found, None)
    _, width = answer.rows(chain([first], found), 0) if first is not None else (0, 0)
    answer.line(sheet="", hidden=False, width=width, hidden_columns=[], merged=[], formulas=False)


def take_apart(content: bytes, answer: Answer, limits: Limits) -> None:
    """Send everything the file holds, by what its content is; raises Refused."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind, take = "xlsx", xlsx
    elif content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise refuse("文件设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码后另存，再上传。")
        if "WordDocument".encode("utf-16-le") in content:
            raise refuse("文件是 Word 文档，不是表格。请上传 .xlsx、.xls 或 .csv 文件。")
        kind, take = "xls", xls
    else:
        kind, take = "csv", table
    take(content, answer, limits)
    answer.line(kind=kind)


def main() -> None:
    """Read, take apart, answer; every failure is an answer too, and what is no answer the parent takes for a failure."""
    gc.disable()  # it lives for one file and makes no cycles: 10 % of its time
    limits = Limits(**json.loads(sys.argv[1]))
    content = sys.stdin.buffer.read(limits.content + 1)
    limit(limits)
    answer = Answer(sys.stdout.buffer, limits)
    words = BROKEN
    try:
        take_apart(content, answer, limits)
        words = ""
    except Refused as refused:
        words = refused.message
    except MemoryError:
        words = "文件内容过大，超出了读取时的内存上限。请删去数据区以外的行列，或分成几个文件上传。"
    except BaseException as fault:  # the parser's own panics are no Exception; all mean that the file cannot be read
        if type(fault).__name__ == "PasswordError":
            words = "文件设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码后另存，再上传。"
    if words:
        sys.stdout.buffer.write(b"\n" + json.dumps({"refused": words}).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
