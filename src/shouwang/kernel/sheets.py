"""Export of a list as an Excel workbook: what is on the screen, with its conditions, watermark and audit number."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import salted_hmac

from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.audit.actions import event_of
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.clock import demo_date
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.tables import NOT_VISIBLE, NOTHING, Asked, Cell, Column, Table
from shouwang.kernel.workbooks import new_workbook, risky

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LARGE_EXPORT = "exports.large"
SHEET_ROWS = 1_048_575  # a worksheet holds one row more: the header
CELL_CHARS = 32_767
CUT = "…（内容过长，已截断）"
EXPORT = Verb("kernel.table.export", "导出了列表", needs_reason=True)
DEMO_MARK = "演示数据"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: file name, number of rows, watermark number."""

    name: str
    count: int
    number: str


def export(
    table: Table, params: QueryDict, scope: Scope, out: IO[bytes], *, now: dt.datetime, reason: str, hidden: Collection[str] | None = None
) -> Exported:
    """Write the rows, columns and order the list shows for `params` to `out` as xlsx, with one audit row.

    Only rows of grants that carry the table's export permission are written. Raises NotPermitted without such a grant, Refused
    without a reason or above the size of rulebook/exports.yaml unless the person may export large sets.
    """
    within = exporting(table, scope)
    if not reason.strip():
        raise Refused("导出须写明理由（用途、使用人）。请填写理由后再导出。", field="reason")
    today = timezone.localtime(now).date()
    asked = table.read(params, within)
    rows = table.matching(asked, within, today)
    _check_size(rows.count(), scope, today)
    off = table.hidden(hidden)
    columns = [c for c in table.columns if c.key not in off]
    with transaction.atomic(), new_workbook(out) as book:
        sheet = book.add_worksheet("数据")
        _header(book, sheet, columns, table, within)
        count = 0
        formats = _formats(book)
        for row in table.drawn(table.ordered(rows, asked).iterator(chunk_size=500), within, today, off):
            count += 1
            for at, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
                _write(sheet, count, at, column, cell, formats)
        event = _note(table, asked, scope, today, reason, count, columns)
        number = f"SW{event.pk}-{salted_hmac('shouwang.export', str(event.pk), algorithm='sha256').hexdigest()[:8]}"
        _finish(book, sheet, _facts(table, asked, scope, now, reason, count, number), number, count, len(columns))
    return Exported(file_name(table, asked, scope, today), count, number)


def exporting(table: Table, scope: Scope) -> Scope:
    """The scope reduced to the grants that may export this table; raises NotPermitted if there are none."""
    if not table.export_permission:
        raise NotPermitted(f"“{table.title}”不提供导出。")
    if scope.everything:
        return scope
    holds = tuple(h for h in scope.holds if table.export_permission in h.permissions)
    if not holds:
        raise NotPermitted(f"您没有导出“{table.title}”的权限。如工作需要，请向本级系统管理员申请授权。")
    return replace(scope, holds=holds)


def file_name(table: Table, asked: Asked, scope: Scope, today: dt.date) -> str:
    """走访台账_××镇_20200315.xlsx; the place is the region filtered by, else the person's own."""
    chosen = [r.value.name for r in asked.readings.values() if isinstance(r.value, Region)]
    place = chosen[0] if chosen else scope.home.name if scope.home else "全部"
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "", f"{table.worded(table.title, today)}_{place}_{today:%Y%m%d}") + ".xlsx"


def _check_size(count: int, scope: Scope, today: dt.date) -> None:
    if count > SHEET_ROWS:
        raise Refused(f"本次导出 {count:,} 条，超过一张工作表的 {SHEET_ROWS:,} 行。请按区划或时间分次导出。")
    limit = lookup("exports", "approval_above", on=today, region=scope.home.code if scope.home else "").value
    if count > limit and not scope.may(LARGE_EXPORT):
        approvers = "、".join(r.name for r in roles().values() if LARGE_EXPORT in r.permissions) or "本级负责人"
        raise Refused(
            f"本次导出 {count:,} 条，超过 {limit:,} 条，须经负责人批准。请缩小筛选范围，或由{approvers}核准并导出。", field="reason"
        )


def _formats(book: Workbook) -> dict[str, Format]:
    made = {"text": "@", "num": "#,##0", "decimal": "#,##0.00", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm"}
    formats = {name: book.add_format({"num_format": code}) for name, code in made.items()}
    return formats | {"risky": book.add_format({"num_format": "@", "quote_prefix": True})}


def _header(book: Workbook, sheet: Worksheet, columns: list[Column], table: Table, scope: Scope) -> None:
    look = book.add_format({"bold": True, "bg_color": "#EAF2FE", "border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 1)
    for at, column in enumerate(columns):
        unit = column.shown_unit
        label = f"{column.label}（{unit}）" if unit else column.label
        sheet.set_column(at, at, max(10, len(label) * 2 + 2), text if column.align == "left" else None)
        sheet.write_string(0, at, label, look)
        notes = ["已按规定脱敏"] * bool(column.mask)
        if not table.open_to(column.group, scope):
            notes.append(f"无权查看的单元格写作“{NOT_VISIBLE}”")
        if notes:
            sheet.write_comment(0, at, "；".join(notes) + "。", {"author": "守望"})


def _write(sheet: Worksheet, row: int, at: int, column: Column, cell: Cell, formats: dict[str, Format]) -> None:
    value: Any = cell.value
    if isinstance(value, dt.datetime):
        # To the minute, as the screen has it: with its seconds 08:15:59.7 is 08:16 to a spreadsheet that rounds.
        local = timezone.localtime(value).replace(tzinfo=None, second=0, microsecond=0)
        sheet.write_datetime(row, at, local, formats["datetime" if column.kind == "datetime" else "date"])
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, at, value, formats["date"])
    elif column.kind == "money" and isinstance(value, int | Decimal):
        sheet.write_number(row, at, float(Decimal(value) / (1_000_000 if column.unit == "万元" else 100)), formats["decimal"])
    elif column.kind == "num" and isinstance(value, int | Decimal):
        sheet.write_number(row, at, value, formats["num" if value == int(value) else "decimal"])
    else:
        text = cell.text if len(cell.text) <= CELL_CHARS else cell.text[: CELL_CHARS - len(CUT)] + CUT
        sheet.write_string(row, at, text, formats["risky" if text != NOTHING and risky(text) else "text"])


def conditions(table: Table, asked: Asked, today: dt.date) -> str:
    """The filters, search and order in words."""
    labels = {f.key: f.named(today) for f in table.filters} | {c.key: c.label for c in table.columns}
    words = [f"{labels[key]}：{r.words}" for key, r in asked.readings.items()]
    words += [f"搜索：{asked.search}"] if asked.search else []
    if asked.sort:
        words.append(f"排序：{labels[asked.sort.removeprefix('-')]}{'降序' if asked.sort.startswith('-') else '升序'}")
    return "；".join(words) or "全部（未加筛选）"


def _note(table: Table, asked: Asked, scope: Scope, today: dt.date, reason: str, count: int, columns: list[Column]) -> Event:
    verb = replace(EXPORT, permission=table.export_permission)
    facts = {
        "列表": table.worded(table.title, today),
        "条数": count,
        "条件": conditions(table, asked, today),
        "列": [c.label for c in columns],
    }
    event = event_of(table.base(scope).model(), by=scope, verb=verb, today=today, changes=facts, reason=reason.strip())
    event.record_id = table.key
    event.save(force_insert=True)
    return event


def _facts(table: Table, asked: Asked, scope: Scope, now: dt.datetime, reason: str, count: int, number: str) -> list[tuple[str, str]]:
    today = timezone.localtime(now).date()
    return [
        *([("性质", DEMO_MARK)] if demo_date() else []),
        ("列表", table.worded(table.title, today)),
        ("条件", conditions(table, asked, today)),
        ("口径", table.worded(table.definition, today) or "按本列表当前记录逐条列出，不含导出人无权查看的记录。"),
        ("条数", f"{count:,} {table.unit}"),
        ("数据截至", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
        ("导出人", scope.user_name),
        ("机构", scope.office.name if scope.office else "--"),
        ("导出时间", f"{timezone.localtime():%Y-%m-%d %H:%M}"),
        ("理由", reason.strip()),
        ("水印号", number),
        ("使用要求", "含个人信息，仅限所填理由使用，不得转发；用毕删除。外泄可凭水印号追溯到导出人。"),
    ]


def _finish(book: Workbook, sheet: Worksheet, facts: list[tuple[str, str]], number: str, count: int, width: int) -> None:
    """Filter, print set-up, watermark and the sheet of conditions: after the rows, which pass once in order."""
    said = dict(facts)
    mark = f"{said.get('性质', '')} {said['导出人']} {said['机构']} {said['导出时间']} {number}".strip().replace("&", "&&")
    sheet.autofilter(0, 0, max(count, 1), width - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C{mark[:200]}")
    sheet.set_footer(f"&L{mark[:120]}&R第 &P 页，共 &N 页")
    second = book.add_worksheet("口径说明")
    second.set_column(0, 0, 12)
    wrap = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    second.set_column(1, 1, 90, wrap)
    for at, (name, value) in enumerate(facts):
        second.write_string(at, 0, name)
        second.write_string(at, 1, value, wrap)
    second.set_header(f"&C{mark[:200]}")
    book.set_properties({"title": said["列表"], "author": said["导出人"], "company": said["机构"], "comments": said.get("性质", "")})
    book.set_custom_property("shouwang-export", number, "text")
