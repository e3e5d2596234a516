"""The workbook of survey results: one row a person, keyed by 人编号; the columns of the list's own export are accepted as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import connection

from shouwang.kernel.audit.actions import change
from shouwang.kernel.columns.fields import Clear, Field, Line
from shouwang.kernel.columns.sheet import ERROR, NEW, SAME, UPDATE, Bundle, Context, Plan, Sheet, Written
from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import RowError
from shouwang.ledgers.employment import codes, policies
from shouwang.ledgers.employment.actions import labour
from shouwang.ledgers.employment.models import Worker
from shouwang.ledgers.employment.policies import SURVEY

FIELDS = (
    Field("code", "人编号", "code", required=True, aliases=("人员编号", "成员编号"), limit=24, group="人员"),
    Field("name", "姓名", "name", group="人员", note="只供核对，不改姓名"),
    Field("status", "就业状况", "choice", choices=partial(codes.words, "work_status"), aliases=("务工状态",), group="状况"),
    Field("reason", "未就业原因", "choice", choices=partial(codes.words, "no_work_reason"), group="状况"),
    Field("place", "务工地", limit=60, group="状况", note="写到区（县）；东莞、中山写到市和镇（街道）"),
    Field("wage", "月收入", "money", unit="元", group="状况"),
    Field("skill", "技能", "choice", choices=partial(codes.words, "skill"), group="意愿"),
    Field("wish", "就业意愿", "choice", choices=partial(codes.words, "wish"), group="意愿"),
    Field("wish_wage", "期望月收入", "money", unit="元", group="意愿"),
)
LABELS = {f.key: f.label for f in FIELDS}
KEPT = ("status", "reason", "wage", "skill", "wish", "wish_wage", "place_code", "place_name", "place_detail")
KEPT_DAYS = ("surveyed_on", "surveyed_by")


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a person: what the survey would change, or why it cannot be taken."""
    wanted = {str(line.values.get("code")) for b in bundles for line in b.lines}
    rows: Any = Worker.objects
    found = rows.within(context.by, SURVEY).select_related("member", "household__county").filter(member__code__in=wanted)
    if connection.in_atomic_block:
        found = found.select_for_update(of=("self",))
    held = {w.member.code: w for w in found}
    return [_plan(b, held.get(b.key), context) for b in bundles]


def _plan(bundle: Bundle, worker: Worker | None, context: Context) -> Plan:
    line = bundle.lines[0]
    for other in bundle.lines[1:]:
        _wrong(other, "人编号", "", f"与第 {line.row} 行是同一人，只能填一行。请删去其一。")
    if worker is None:
        _wrong(
            line, "人编号", line.values.get("code", ""), "劳动力台账中没有此人，或不在您的管理范围内。请核对编号，或先在户档案登记成员。"
        )
    changed = [] if worker is None else _changes(line, worker, context)
    plan = Plan(bundle, {}, label=worker.member.name if worker else "", load=(worker, said(line)))
    fresh = worker is not None and worker.status == "unsurveyed"
    for each in bundle.lines:
        plan.verdicts[each.row] = ERROR if each.errors else NEW if fresh else UPDATE if changed else SAME
        plan.changes[each.row] = changed
    return plan


def said(line: Line) -> dict[str, Any]:
    """The row as the action takes it; 清空 empties."""
    empty: dict[str, Any] = {"wage": None, "wish_wage": None}
    keys = [f.key for f in FIELDS if f.key not in ("code", "name") and f.key in line.values]
    return {k: empty.get(k, "") if isinstance(line.values[k], Clear) else line.values[k] for k in keys}


def _changes(line: Line, worker: Worker, context: Context) -> list[str]:
    """What would change, found by doing it to a copy that is thrown away."""
    name = line.values.get("name")
    if name and "*" not in str(name) and name != worker.member.name:
        _wrong(line, "姓名", name, "与该人编号登记的姓名不一致，可能编号填错。请核对编号或清空此列。")
    before = {f: getattr(worker, f) for f in KEPT}
    try:
        policies.check_may_work(worker.member, context.today)
        labour.apply_survey(worker, said(line), worker, context.today)
        after = {f: getattr(worker, f) for f in KEPT}
    except Refused as no:
        _wrong(line, LABELS.get(no.field, "就业状况"), line.values.get(no.field, ""), no.message)
        after = before
    for field, value in before.items():
        setattr(worker, field, value)
    return [str(Worker._meta.get_field(f).verbose_name) for f in KEPT if before[f] != after[f]]  # type: ignore[union-attr]  # plain fields have one


def _wrong(line: Line, label: str, value: Any, words: str) -> None:
    line.errors.append(RowError(line.row, label, str(value), words))


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """Survey each person, by the same action as the page."""
    return [_write_one(p, context) for p in plans]


def _write_one(plan: Plan, context: Context) -> Written:
    worker, values = plan.load
    before = {f: getattr(worker, f) for f in KEPT} | {f: str(getattr(worker, f) or "") for f in KEPT_DAYS}
    outcome = NEW if worker.status == "unsurveyed" else UPDATE
    done = labour.survey(worker, values, by=context.by, today=context.today)
    return Written(plan.bundle.key, outcome, done.pk, {"values": before, "version": done.version})


def withdraw(written: Sequence[Written], context: Context) -> dict[str, str]:
    """Put back what stood before; who was surveyed again since stays."""
    return {w.key: _withdraw_one(w, context) for w in written}


def _withdraw_one(item: Written, context: Context) -> str:
    held = Worker.objects.filter(pk=item.record_id).first()
    if held is None:
        return "该劳动力记录已不存在。"
    if held.version != item.before.get("version"):
        return "导入后又摸过底或改动过，保持不动。请人工核对。"
    values: Mapping[str, Any] = item.before["values"]
    with change(held, by=context.by, verb=policies.WITHDRAW_SURVEY, today=context.today, reason="撤回 Excel 导入") as locked:
        for field in KEPT:
            setattr(locked, field, values[field])
        locked.surveyed_on = values["surveyed_on"] or None
        locked.surveyed_by = values["surveyed_by"]
    return ""


SURVEYS = Sheet(
    key="employment.surveys",
    title="劳动力摸底结果",
    permission=SURVEY,
    version="2020-02",
    fields=FIELDS,
    keys=("code",),
    bundle=lambda values: str(values["code"]),
    judge=judge,
    write=write,
    withdraw=withdraw,
    unit="人",
    help="一行一人，以人编号为准；空单元格表示不改。可先在劳动力台账导出、填好后传回。想出未出、不能外出的须填原因。",
    list_url="employment_workers",
    export_url="employment_workers_export",
)
