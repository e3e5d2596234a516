"""The workbook of household incomes: one row a household and window; amounts in yuan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.columns.fields import Field, Line
from shouwang.kernel.columns.sheet import ERROR, NEW, SAME, UPDATE, Bundle, Context, Plan, Sheet, Written
from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import RowError
from shouwang.ledgers.registry import actions, policies
from shouwang.ledgers.registry.codes import rule, words
from shouwang.ledgers.registry.income import EXPENSE_FIELDS, INCOME_FIELDS, SIDE_FIELDS, WINDOW_TYPES, Window, window_of
from shouwang.ledgers.registry.models import Household, IncomeStatement, label_of
from shouwang.ledgers.registry.policies import EDIT

AMOUNTS = (*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS)
REASON = "Excel 导入更正"


def _windows(on: dt.date) -> Mapping[str, str]:
    return {k: v for k, v in words("income_window", on=on).items() if k in WINDOW_TYPES}


FIELDS = (
    Field("code", "户编号", "code", required=True, aliases=("户号", "家庭编号"), limit=20, group="户"),
    Field("head_name", "户主姓名", "name", aliases=("户主",), group="户", note="只供核对，不改户主"),
    Field("window_type", "周期类型", "choice", choices=_windows, group="周期", note="不填的按现行口径"),
    Field(
        "checked_on", "核查日期", "date", required=True, aliases=("核算日期",), group="周期", note="收入周期为核查日期之前最近的完整周期"
    ),
    Field("persons", "共同生活人数", "whole", required=True, unit="人", aliases=("家庭人口", "人口数"), group="周期"),
    *(Field(name, label_of(IncomeStatement, name), "money", unit="元", group="金额") for name in AMOUNTS),
)
LABELS = {f.key: f.label for f in FIELDS}


@dataclass
class Row:
    """A row matched: the household, the window, the statement it corrects (None = new), amounts in 分."""

    household: Household | None
    window: Window | None
    statement: IncomeStatement | None
    persons: int
    amounts: dict[str, int]


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a household and window."""
    codes = {str(line.values.get("code")) for b in bundles for line in b.lines}
    rows = Household.objects.within(context.by, EDIT).filter(code__in=codes)
    if connection.in_atomic_block:
        rows = rows.select_for_update()
    homes = {h.code: h for h in rows}
    held: dict[tuple[int, str, dt.date], IncomeStatement] = {}
    for s in IncomeStatement.objects.filter(household__in=homes.values()):
        held[s.household_id, s.window_type, s.window_start] = s
    return [_plan(bundle, homes, held, context) for bundle in bundles]


def _plan(
    bundle: Bundle, homes: Mapping[str, Household], held: Mapping[tuple[int, str, dt.date], IncomeStatement], context: Context
) -> Plan:
    line = bundle.lines[0]
    for other in bundle.lines[1:]:
        _wrong(other, "户编号", "", f"与第 {line.row} 行是同一户同一周期，只能填一行。请删去其一。")
    values = line.values
    home = homes.get(str(values.get("code")))
    if home is None:
        _wrong(line, "户编号", values.get("code", ""), "没有找到这一户，或不在您的管理范围内。请先导入户档案，或核对编号。")
    window = _window(line, context.today)
    if not any(e.field == LABELS["persons"] for e in line.errors) and not values.get("persons"):
        _wrong(line, LABELS["persons"], values.get("persons", ""), "应为 1 人及以上。请填写共同生活人数。")
    _check_amounts(line, context.today)
    if home is not None and (said := values.get("head_name")) and "*" not in str(said) and said != home.head_name:
        _wrong(line, LABELS["head_name"], said, "与该户编号登记的户主不一致，可能编号填错。请核对编号或清空此列。")
    statement = held.get((home.pk, window.kind, window.start)) if home and window else None
    amounts = {n: int(values[n]) for n in AMOUNTS if isinstance(values.get(n), int)}
    row = Row(home, window, statement, int(values.get("persons") or 0), amounts)
    plan = Plan(bundle, {}, label=home.head_name if home else "", load=row)
    changed = [] if statement is None else [LABELS[n] for n in ("persons", *amounts) if _of(row, n) != getattr(statement, n)]
    for each in bundle.lines:
        plan.verdicts[each.row] = ERROR if each.errors else NEW if statement is None else UPDATE if changed else SAME
        plan.changes[each.row] = changed
    return plan


def _of(row: Row, name: str) -> int:
    return row.persons if name == "persons" else row.amounts[name]


def _wrong(line: Line, label: str, value: Any, said: str) -> None:
    line.errors.append(RowError(line.row, label, str(value), said))


def _window(line: Line, today: dt.date) -> Window | None:
    day = line.values.get("checked_on")
    if not isinstance(day, dt.date):
        if not any(e.field == LABELS["checked_on"] for e in line.errors):
            _wrong(line, LABELS["checked_on"], "", "必填，用来确定收入周期。请填写核查日期。")
        return None
    if day > today:
        _wrong(line, LABELS["checked_on"], day, f"晚于今天 {today}。请填写实际核查日期。")
        return None
    kind = line.values.get("window_type") or rule("income_window_default", on=day).value
    return window_of(str(kind), day)


def _check_amounts(line: Line, today: dt.date) -> None:
    most = int(rule("income_limit_per_item", on=today).value) * 100
    for name in AMOUNTS:
        value = line.values.get(name)
        if isinstance(value, int) and value > most:
            _wrong(line, LABELS[name], f"{value / 100:.2f}", f"超过单项上限 {most // 100:,} 元，可能多写了位数或填成了分。请核对。")


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """Record or correct, by the same actions as the page."""
    return [_write_one(p, context) for p in plans]


def _write_one(plan: Plan, context: Context) -> Written:
    row: Row = plan.load
    if row.statement is None:
        day = plan.bundle.lines[0].values["checked_on"]
        assert row.household is not None and row.window is not None  # noqa: S101 - a sound plan has both
        made = actions.record_income(
            row.household, row.amounts, persons=row.persons, window_type=row.window.kind, checked_on=day, by=context.by, today=context.today
        )
        return Written(plan.bundle.key, NEW, made.pk, {"version": made.version})
    before = {n: getattr(row.statement, n) for n in ("persons", *AMOUNTS)}
    kept = {n: before[n] for n in AMOUNTS} | row.amounts
    done = actions.correct_income(row.statement, kept, persons=row.persons, reason=REASON, by=context.by, today=context.today, version=None)
    return Written(plan.bundle.key, UPDATE, done.pk, {"values": before, "version": done.version})


def withdraw(written: Sequence[Written], context: Context) -> dict[str, str]:
    """Delete what was recorded, restore what was corrected; what was touched since stays."""
    return {item.key: _withdraw_one(item, context) for item in written}


def _withdraw_one(item: Written, context: Context) -> str:
    held = IncomeStatement.objects.select_for_update().select_related("household").filter(pk=item.record_id).first()
    if held is None:
        return "该收入记录已不存在。"
    if held.version != item.before.get("version"):
        return "导入后又被更正过，保持不动。请人工核对。"
    try:
        if item.outcome == UPDATE:
            values = dict(item.before["values"])
            actions.correct_income(
                held,
                {n: values[n] for n in AMOUNTS},
                persons=values["persons"],
                reason="撤回 Excel 导入",
                by=context.by,
                today=context.today,
                version=None,
            )
        else:
            _delete(held, context)
    except Refused as no:
        return no.message
    return ""


def _delete(held: IncomeStatement, context: Context) -> None:
    """Take a recorded window back; the one before it is the latest again."""
    note(
        held,
        by=context.by,
        verb=policies.WITHDRAW_IMPORT,
        today=context.today,
        changes={"收入周期": [str(held), None]},
        reason="撤回 Excel 导入",
    )
    home, latest = held.household, held.is_latest
    held.delete()
    before = IncomeStatement.objects.filter(household=home).order_by("-window_end", "-pk").first() if latest else None
    if before is not None:
        with change(before, by=context.by, verb=policies.RECORD_INCOME, today=context.today) as again:
            again.is_latest = True


def _key(values: Mapping[str, Any]) -> str:
    return f"{values['code']}/{values['checked_on']}"


INCOMES = Sheet(
    key="registry.incomes",
    title="家庭收入",
    permission=EDIT,
    version="2020-02",
    fields=FIELDS,
    keys=("code", "checked_on"),
    bundle=_key,
    judge=judge,
    write=write,
    withdraw=withdraw,
    unit="户",
    help="一行一户一个周期，金额以元为单位；同一户同一周期已登记的视为更正，空单元格表示不改。",
    list_url="registry_households",
)
