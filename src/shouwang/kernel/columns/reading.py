"""An uploaded workbook as bundles of rows: which worksheet, which header, which cells belong together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shouwang.kernel.columns.fields import Line
from shouwang.kernel.columns.headers import LEAST, Header, find, fullest, is_data
from shouwang.kernel.columns.sheet import Bundle, Sheet
from shouwang.kernel.columns.values import plain, reader, shown
from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import RowError

if TYPE_CHECKING:
    from shouwang.kernel.workbooks import SheetData, Workbook

Saved = Callable[[str], Mapping[str, str] | None]
READ_FOR_HEADER = 25


@dataclass(frozen=True)
class Opened:
    """A workbook whose columns are known. `order` are the bundles: key and the indexes of their rows in the worksheet."""

    sheet: Sheet
    data: SheetData
    header: Header
    order: list[tuple[str, list[int]]]
    keyless: list[int]
    notes: tuple[str, ...]
    _readers: Mapping[str, Callable[[Any], Any]]
    _down: Mapping[tuple[int, int], Any]

    def bundles(self, low: int, high: int, *, without: frozenset[int] = frozenset()) -> list[Bundle]:
        """The bundles `low` … `high` of the order; rows in `without` are left out, and with them a bundle of nothing else."""
        wanted = [(key, [i for i in indexes if self.number(i) not in without]) for key, indexes in self.order[low:high]]
        # In the worksheet's order: its rows are decoded piece by piece, and the rows of a bundle may lie far apart.
        lines = {i: self._line(i) for i in sorted(i for _key, indexes in wanted for i in indexes)}
        return [Bundle(key, [lines[i] for i in indexes]) for key, indexes in wanted if indexes]

    def number(self, index: int) -> int:
        """The row's number as the person sees it."""
        return self.data.first_row + index

    def missing(self) -> list[Line]:
        """The rows that name no record, each with its error."""
        labels = "、".join(self.sheet.field(k).label for k in self.sheet.keys)
        wrong = "没有填写，无法确定所属记录。请补填后重新上传。"
        return [Line(n, {}, [RowError(n, labels, "", wrong)]) for n in map(self.number, self.keyless)]

    def _line(self, index: int) -> Line:
        row, number = self.data.rows[index], self.number(index)
        line = Line(number, {})
        for key, column in self.header.columns.items():
            cell = row[column]
            if cell is None and (index, column) in self._down:
                cell = self._down[index, column]
            try:
                value = self._readers[key](cell)
            except ValueError as wrong:
                field = self.sheet.field(key)
                line.errors.append(RowError(number, field.label, shown(field, cell), str(wrong)))
            else:
                if value is not None:
                    line.values[key] = value
        return line


def open_book(book: Workbook, sheet: Sheet, today: dt.date, saved: Saved) -> Opened:
    """The workbook by the columns of `sheet`; `saved(signature)` gives what a person assigned to files with that header.

    Raises Refused where no worksheet has the columns or a needed one is missing or stands twice.
    """
    data, header = _choose(book.sheets, sheet, saved)
    if missing := [sheet.field(k).label for k in sheet.keys if k not in header.columns]:
        raise Refused(f"没有找到“{'、'.join(missing)}”列，无法确定每行是哪一条记录。请在“列对应”中指定，或按模板补上该列后重新上传。")
    if header.twice:
        raise Refused(f"“{'、'.join(header.twice)}”列出现了两次，不知道以哪一列为准。请删去一列，或在“列对应”中指定。")
    readers = {f.key: reader(f, today) for f in sheet.fields if f.key in header.columns}
    down = _filled_down(data, header)
    order, keyless = _order(sheet, data, header, readers, down)
    if not order and not keyless:
        raise Refused(f"工作表“{data.name}”的表头下没有数据行。请填写后重新上传。")
    notes = (*_notes(data, header), *_others(book.sheets, data))
    return Opened(sheet, data, header, order, keyless, notes, readers, down)


def _choose(sheets: Sequence[SheetData], sheet: Sheet, saved: Saved) -> tuple[SheetData, Header]:
    """The worksheet whose header knows the most columns, visible ones before hidden ones."""
    found = []
    for data in sheets:
        if header := _header_of(data, sheet, saved):
            found.append((not data.hidden, len(header.columns), data, header))
    if not found or max(f[1] for f in found) < LEAST:
        expected = "、".join(f.label for f in sheet.fields[:6])
        raise Refused(
            f"没有找到“{sheet.title}”的表头（如：{expected}……）。请使用本页模板；或在“列对应”中指定各列，下次同样的文件自动识别。"
        )
    _visible, _known, data, header = max(found, key=lambda f: f[:2])
    return data, header


def _header_of(data: SheetData, sheet: Sheet, saved: Saved) -> Header | None:
    """The header as labels and aliases know it, or as a person of the office assigned it for files with this header."""
    top = data.rows[:READ_FOR_HEADER]
    merges = [(a - data.first_row + 1, b, c - data.first_row + 1, d) for a, b, c, d in data.merged]
    header = find(sheet.fields, top, merges) or fullest(sheet.fields, top, merges)
    if header is None:
        return None
    columns = saved(header.signature)
    again = find(sheet.fields, top, merges, columns) if columns else None
    return replace(again, signature=header.signature) if again else header


def headers_found(book: Workbook, sheet: Sheet, saved: Saved) -> dict[str, Any]:
    """The headers of the worksheet that has most of them, for a person to assign; {} where there is none."""
    found = [h for data in book.sheets if (h := _header_of(data, sheet, saved))]
    return as_json(max(found, key=lambda h: (len(h.columns), len(h.named)))) if found else {}


def as_json(header: Header, first_row: int = 1) -> dict[str, Any]:
    """The header as an import keeps it."""
    named = {str(c): n for c, n in header.named.items()}
    return {"columns": dict(header.columns), "named": named, "signature": header.signature, "row": first_row + header.first - 1}


def _filled_down(data: SheetData, header: Header) -> dict[tuple[int, int], Any]:
    """Cells below the first of a merged block, by (index, column): they mean what the first says."""
    out: dict[tuple[int, int], Any] = {}
    columns = set(header.columns.values())
    for top, left, bottom, right in data.merged:
        first = top - data.first_row + 1
        if first < header.first or first >= len(data.rows):
            continue
        value = data.rows[first][left] if left < len(data.rows[first]) else None
        for index in range(first, min(bottom - data.first_row + 2, len(data.rows))):
            for column in range(left, right + 1):
                if column in columns and (index, column) != (first, left):
                    out[index, column] = value
    return out


def _order(
    sheet: Sheet, data: SheetData, header: Header, readers: Mapping[str, Callable[[Any], Any]], down: Mapping[tuple[int, int], Any]
) -> tuple[list[tuple[str, list[int]]], list[int]]:
    """The bundles in order of first appearance; only the key columns are read."""
    groups: dict[str, list[int]] = {}
    keyless = []
    columns = [(k, header.columns[k]) for k in (*sheet.keys, *sheet.parts) if k in header.columns]
    for index in range(header.first, len(data.rows)):
        row = data.rows[index]
        if not is_data(row):
            continue
        values = {}
        for key, column in columns:
            cell = row[column] if row[column] is not None else down.get((index, column))
            try:
                values[key] = readers[key](cell)
            except ValueError:
                values[key] = plain(cell)[:60]  # the row keeps a place of its own; its error is found with the rest
        if all(values[k] for k in sheet.keys):
            groups.setdefault(sheet.bundle(values), []).append(index)
        else:
            keyless.append(index)
    return list(groups.items()), keyless


def _notes(data: SheetData, header: Header) -> list[str]:
    out = []
    if header.at:
        out.append(f"第 {data.first_row + header.at} 行识别为表头，其上的 {header.at} 行作为标题略过。")
    if header.first - header.at > 1:
        out.append("表头有两行，已合并识别。")
    hidden = [header.named[c] for c in sorted(data.hidden_columns) if c in set(header.columns.values())]
    if hidden:
        out.append(f"隐藏的列“{'、'.join(hidden)}”也已读取。")
    if data.formulas:
        out.append("表中有公式，按文件中保存的计算结果读取。")
    if header.unknown:
        out.append(f"未识别、不导入的列：{'、'.join(header.named[c] for c in header.unknown[:12])}。需要导入的，请在“列对应”中指定。")
    return out


def _others(sheets: Sequence[SheetData], chosen: SheetData) -> list[str]:
    others = [s.name for s in sheets if s is not chosen and any(is_data(r) for r in s.rows[:50]) and s.name not in ("填写说明", "口径说明")]
    return [f"只读取了工作表“{chosen.name}”，其余工作表（{'、'.join(others[:5])}）未导入。"] if others else []
