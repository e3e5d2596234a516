"""The result of a simulation as a workbook: counts by town, nobody named."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

from django.utils import timezone

from shouwang.kernel.clock import demo_date
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.workbooks import new_workbook
from shouwang.ledgers.monitoring.watch.simulating import STAGE_WORDS, Simulated

HEADS = (
    "区（县）", "镇（街道）", "户数（户）", "人口（人）", "受冲击（户）", *(f"贫困线下·{w}（户）" for w in STAGE_WORDS),
    *(f"监测范围下·{w}（户）" for w in STAGE_WORDS), "新落入贫困线下（户）", "新落入监测范围（户）", "措施保住（户）", "收入损失（元）", "措施所需（元）",
)  # fmt: skip


def workbook(result: Simulated, *, by: Scope, now: dt.datetime, number: str) -> bytes:
    """An xlsx of two sheets: towns, and what was asked."""
    out = BytesIO()
    with new_workbook(out) as book:
        _towns(book, result)
        second = book.add_worksheet("口径说明")
        second.set_column(0, 0, 14)
        second.set_column(1, 1, 90)
        for at, (name, text) in enumerate(_facts(result, by, now, number)):
            second.write_string(at, 0, name)
            second.write_string(at, 1, text)
    return out.getvalue()


def _towns(book: Any, result: Simulated) -> None:
    sheet = book.add_worksheet("按镇（街道）")
    bold, whole = book.add_format({"bold": True, "text_wrap": True, "border": 1}), book.add_format({"num_format": "#,##0"})
    yuan = book.add_format({"num_format": "#,##0.00"})
    sheet.set_column(0, len(HEADS) - 1, 13)
    sheet.freeze_panes(1, 2)
    for at, head in enumerate(HEADS):
        sheet.write_string(0, at, head, bold)
    for n, t in enumerate(result.towns, 1):
        sheet.write_string(n, 0, t.county)
        sheet.write_string(n, 1, t.name)
        counts = (t.households, t.persons, t.exposed, *t.poverty, *t.monitoring, *t.fallen, t.held[1])
        for at, value in enumerate(counts, 2):
            sheet.write_number(n, at, value, whole)
        sheet.write_number(n, len(HEADS) - 2, t.loss / 100, yuan)
        sheet.write_number(n, len(HEADS) - 1, t.cost / 100, yuan)


def _facts(result: Simulated, by: Scope, now: dt.datetime, number: str) -> list[tuple[str, str]]:
    return [
        *([("性质", "演示数据")] if demo_date() else []),
        ("情景", result.name),
        ("数据截至", f"{result.asof:%Y-%m-%d}"),
        ("范围", f"有收入记录的 {result.households:,} 户 {result.persons:,} 人；另有 {result.unknown:,} 户没有收入记录，未计入"),
        ("口径", "收入按一年 12 个月摊，冲击按降幅乘月数扣减，人均收入低于当地当日收入线即落入；整数分比较，不作四舍五入"),
        ("导出人", f"{by.user_name} {by.office.name if by.office else ''}"),
        ("导出时间", f"{timezone.localtime(now):%Y-%m-%d %H:%M}"),
        ("水印号", number),
    ]
