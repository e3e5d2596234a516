"""The rows of another system's export, by household, with the columns of the import's workbook and a few more. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shouwang.kernel.columns.fields import Clear, Field
from shouwang.kernel.columns.headers import Header, find, fullest, is_data
from shouwang.kernel.columns.values import reader
from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks import SheetData, Workbook
from shouwang.ledgers.registry.intake.fields import FIELDS

HEAD = Field("head_name", "户主姓名", "name", aliases=("户主",), limit=40)
LEFT_OUT = frozenset({"since", "document", "joined_on", "collected_on", "collector_name", "collector_phone"})
COLUMNS: tuple[Field, ...] = (*(f for f in FIELDS if f.key not in LEFT_OUT), HEAD)
BY_KEY = {f.key: f for f in COLUMNS}
KEYS = ("code", "id_number", "name", "head_name")
PROBLEMS_KEPT = 50


@dataclass
class Home:
    """The rows of one household in the file, in order: values by field key, empty cells left out."""

    code: str
    first_row: int
    rows: list[dict[str, Any]] = field(default_factory=list)

    def value(self, key: str) -> Any:
        """The first row's value that is there; None without one."""
        return next((r[key] for r in self.rows if r.get(key) is not None), None)

    @property
    def people(self) -> list[dict[str, Any]]:
        """The rows that name a member."""
        return [r for r in self.rows if r.get("name")]


@dataclass
class Export:
    """A file as read: households in order, the fields its columns are, and cells nobody could read."""

    homes: list[Home]
    fields: frozenset[str]
    problems: list[str]
    rows: int


def header_of(book: Workbook, saved: Mapping[str, str] | None = None) -> tuple[SheetData, Header]:
    """The sheet with the most known columns and its header; raises Refused where no sheet has anything like a header."""
    best: tuple[SheetData, Header] | None = None
    for sheet in (s for s in book.sheets if not s.hidden and s.rows):
        found = find(COLUMNS, sheet.rows, sheet.merged, saved) or fullest(COLUMNS, sheet.rows, sheet.merged)
        if found and (best is None or len(found.columns) > len(best[1].columns)):
            best = sheet, found
    if best is None:
        raise Refused("文件中没有找到表头。请上传对方系统导出的明细表，表头须含户编号、姓名等列名。", field="file")
    return best


def missing_keys(columns: Mapping[str, Any]) -> str:
    """What the header must have and has not, in words; "" = nothing."""
    if "code" in columns or "id_number" in columns:
        return ""
    return "没有户编号列，也没有证件号码列，无法与我方的户对应。请在下面指定其中一列。"


def rows_of(sheet: SheetData, header: Header, today: dt.date) -> Export:
    """Every row below the header, grouped by household number (by the row itself where there is none).

    A member's row without a household number belongs to the household above it, as exports leave repeated cells empty.
    """
    known = {key: column for key, column in header.columns.items() if key in BY_KEY}
    readers = {key: reader(BY_KEY[key], today) for key in known}
    homes: dict[str, Home] = {}
    problems: list[str] = []
    count, code = 0, ""
    for at in range(header.first, len(sheet.rows)):
        cells = sheet.rows[at]
        if not is_data(cells):
            continue
        count += 1
        values: dict[str, Any] = {}
        for key, column in known.items():
            try:
                said = readers[key](cells[column])
            except ValueError as wrong:
                problems.append(f"第 {sheet.first_row + at} 行“{BY_KEY[key].label}”：{wrong}")
                continue
            if said is not None and not isinstance(said, Clear):
                values[key] = said
        code = values.get("code") or ("" if "head_name" in values else code) or f"row{at}"
        homes.setdefault(code, Home(values.get("code", "") or code, sheet.first_row + at)).rows.append(values)
    return Export(list(homes.values()), frozenset(known), problems, count)
