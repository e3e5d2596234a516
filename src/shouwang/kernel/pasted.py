"""A table pasted from a spreadsheet program: cells as typed, rows with fields, errors that name row, field, value and remedy."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shouwang.kernel.errors import Refused

MAX_ROWS, MAX_COLUMNS = 2_000, 60
# A quoted cell: doubled quotes inside, a line break somewhere, no tab (spreadsheets quote a cell for its line break only).
QUOTED = re.compile(r'"((?:[^"\t]|"")*)"(?=\t|\n|$)')
EPOCH = dt.date(1899, 12, 30)  # day 0 of spreadsheet dates after February 1900
SERIALS = (20_000, 80_000)  # 1954-10-03 to 2119-01-10: a bare number outside is no date
WITH_YEAR = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
WITHOUT_YEAR = re.compile(r"(\d{1,2})[-/月](\d{1,2})日?")
MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00)?$")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a pasted table; `parse` turns the text into a value and raises ValueError with the remedy."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    limit: int = 500
    parse: Callable[[str], Any] | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell; `row` counts pasted lines from 1, the header included, as the person sees them."""

    row: int
    field: str
    value: str
    remedy: str

    @property
    def words(self) -> str:
        """The line of the error list."""
        return f"第 {self.row} 行“{self.field}”的值“{self.value}”：{self.remedy}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row read: its number as pasted and its values by field key; an unreadable value is None and has an error."""

    row: int
    values: dict[str, Any]


def parse_tsv(text: str) -> list[list[str]]:
    """Rows of cells, all as wide as the widest; cells as typed but for outer spaces; wholly empty rows at the end are dropped.

    A cell quoted for its line breaks is one cell; a quotation mark that only belongs to the words stays.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    rows: list[list[str]] = [[]]
    at = 0
    while True:
        quoted = QUOTED.match(text, at)
        if quoted and "\n" in quoted[1]:
            cell, at = quoted[1].replace('""', '"'), quoted.end()
        else:
            end = min((i for i in (text.find("\t", at), text.find("\n", at)) if i >= 0), default=len(text))
            cell, at = text[at:end], end
        rows[-1].append(cell.strip(" \u3000\xa0\n"))
        if at >= len(text):
            break
        if text[at] == "\n":
            rows.append([])
        at += 1
    while rows and not any(rows[-1]):
        rows.pop()
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def read_table(text: str, fields: Sequence[Field]) -> tuple[list[Line], list[RowError]]:
    """The rows by field, and every error at once.

    If the first row names at least two fields (or the only one) it is the header and columns may stand in any order; else columns
    are taken in the order of `fields`. Empty rows are skipped. Raises Refused for an empty or oversized table or an incomplete header.
    """
    rows = parse_tsv(text)
    if not rows:
        raise Refused("没有读到表格内容。请在 Excel 中选中包括表头的单元格，复制后粘贴到此处。", field="text")
    if len(rows) > MAX_ROWS or len(rows[0]) > MAX_COLUMNS:
        raise Refused(f"粘贴的表格有 {len(rows):,} 行 {len(rows[0])} 列，最多 {MAX_ROWS:,} 行 {MAX_COLUMNS} 列。请分次粘贴。", field="text")
    order, has_header = _columns(rows[0], fields)
    lines, errors = [], []
    for number, row in enumerate(rows[has_header:], 1 + has_header):
        if not any(row):
            continue
        values = {}
        for field in fields:
            said = row[order[field.key]] if field.key in order and order[field.key] < len(row) else ""
            values[field.key], wrong = _value(field, said)
            errors += [RowError(number, field.label, said[:30], wrong)] if wrong else []
        lines.append(Line(number, values))
    return lines, errors


def _columns(first: list[str], fields: Sequence[Field]) -> tuple[dict[str, int], bool]:
    named = {re.sub(r"[\s*＊]|[（(].*?[）)]", "", cell): at for at, cell in reversed(list(enumerate(first)))}
    order = {f.key: named[name] for f in fields for name in (*f.aliases, f.label) if name in named}
    if len(order) < min(2, len(fields)):
        return {f.key: at for at, f in enumerate(fields)}, False
    if missing := [f.label for f in fields if f.required and f.key not in order]:
        raise Refused(f"表头缺少必填列：{'、'.join(missing)}。请补上这些列后重新粘贴。", field="text")
    return order, True


def _value(field: Field, said: str) -> tuple[Any, str]:
    if not said:
        return None, "必填项不能为空，请填写。" if field.required else ""
    if len(said) > field.limit:
        return None, f"有 {len(said)} 个字，最多 {field.limit} 个字，请精简。"
    if field.parse is None:
        return said, ""
    try:
        return field.parse(said), ""
    except ValueError as remedy:
        return None, str(remedy)


def as_date(value: str, base: dt.date) -> dt.date | None:
    """The day a cell means: 2020/2/20, 2020-02-20, 2020.2.20, 2020年2月20日, 20200220, 2月20日, 2/20, 2-20 or a spreadsheet serial (43881).

    Full-width digits count. Without a year it is the occurrence nearest to `base`. Blank = None. Raises ValueError with the remedy.
    """
    text = MIDNIGHT.sub("", unicodedata.normalize("NFKC", value).strip())
    text = re.sub(r"\s", "", text)
    if not text:
        return None
    try:
        if full := WITH_YEAR.fullmatch(text):
            return dt.date(*map(int, full.groups()))
        if re.fullmatch(r"(19|20)\d{6}", text):
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if short := WITHOUT_YEAR.fullmatch(text):
            return _nearest(int(short[1]), int(short[2]), base)
        if re.fullmatch(r"\d{5}(\.0+)?", text) and SERIALS[0] <= float(text) <= SERIALS[1]:
            return EPOCH + dt.timedelta(int(float(text)))
    except ValueError:
        raise ValueError("没有这一天，请核对年月日。") from None
    raise ValueError("不是可识别的日期，请写成 2020-02-20 或 2月20日。")


def _nearest(month: int, day: int, base: dt.date) -> dt.date:
    found = []
    for year in (base.year - 1, base.year, base.year + 1):
        try:
            found.append(dt.date(year, month, day))
        except ValueError:
            continue  # 29 February exists in some of the three years only
    return min(found, key=lambda d: abs((d - base).days))
