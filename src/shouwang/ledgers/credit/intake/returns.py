"""The workbook of payment results: what the bank did with each payment of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

from shouwang.kernel.columns.fields import Field, Line
from shouwang.kernel.columns.sheet import ERROR, SAME, UPDATE, Bundle, Context, Plan, Sheet, Written
from shouwang.kernel.pasted import RowError
from shouwang.ledgers.credit.actions.subsidies import result
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.models import SubsidyItem
from shouwang.ledgers.credit.policies import DECIDE, SUBSIDY
from shouwang.ledgers.credit.rules import choices

DONE, FAILED = "paid", "failed"
FIELDS = (
    Field("contract", "合同号", "code", required=True, aliases=("借据号",), limit=40, group="明细"),
    Field("closing", "结算期止", "date", aliases=("结算期末日",), group="明细", note="同一合同有几期待发时填写"),
    Field("result", "发放结果", "choice", required=True, choices=lambda _d: {DONE: "成功", FAILED: "失败"}, group="结果"),
    Field("amount", "发放金额", "money", unit="元", aliases=("金额",), group="结果", note="成功的必填"),
    Field("failure", "失败原因", "choice", choices=lambda d: dict(choices("failures", d)), group="结果", note="失败的必填"),
    Field("on", "发放日期", "date", required=True, aliases=("处理日期", "入账日期"), group="结果"),
)
LABELS = {f.key: f.label for f in FIELDS}


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a payment; one query whatever their number."""
    contracts = {str(line.values.get("contract")) for b in bundles for line in b.lines}
    rows = SubsidyItem.objects.within(context.by, SUBSIDY).filter(
        loan__contract__in=contracts, dropped=False, run__state__in=("paid", "closed")
    )
    if connection.in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    found: dict[str, list[SubsidyItem]] = {}
    for item in rows.select_related("loan__borrower", "run").order_by("-run__end"):
        found.setdefault(item.loan.contract, []).append(item)
    taken: dict[int, int] = {}
    return [_plan(b, found, taken, context.today) for b in bundles]


def _plan(bundle: Bundle, found: dict[str, list[SubsidyItem]], taken: dict[int, int], today: dt.date) -> Plan:
    line = bundle.lines[0]
    item = _item(line, found)
    first = taken.setdefault(item.pk, line.row) if item is not None else line.row
    for other in bundle.lines if first != line.row else bundle.lines[1:]:
        _wrong(other, "contract", other.values["contract"], f"与第 {first} 行是同一笔发放，只能填一行。请删去其一。")
    if item is not None and not line.errors:
        _check(line, item, today)
    same = item is not None and not line.errors and _said(item) == _row(line)
    plan = Plan(bundle, {}, label=item.loan.borrower.name if item else "", load=item)
    amount = line.values.get("amount")
    differs = item is not None and line.values.get("result") == DONE and amount is not None and amount != item.amount
    for each in bundle.lines:
        plan.verdicts[each.row] = ERROR if each.errors else SAME if same else UPDATE
        plan.changes[each.row] = (
            [f"金额与清单不符：银行 {yuan(amount)} 元，清单 {yuan(item.amount)} 元"] if differs and item and amount is not None else []
        )
    return plan


def _item(line: Line, found: dict[str, list[SubsidyItem]]) -> SubsidyItem | None:
    contract, closing = str(line.values.get("contract")), line.values.get("closing")
    rows = found.get(contract, [])
    if closing is not None:
        rows = [r for r in rows if r.run.end == closing + dt.timedelta(days=1)]
    waiting = [r for r in rows if r.state in ("due", "fixed")]
    if len(waiting) > 1:
        _wrong(line, "closing", "", f"该合同有 {len(waiting)} 期待发。请填写结算期止。")
        return None
    if not rows:
        _wrong(line, "contract", contract, "没有这份合同的已拨付贴息，或不在您的管理范围内。请核对合同号，并先登记批次已拨付。")
        return None
    return waiting[0] if waiting else rows[0]


def _said(item: SubsidyItem) -> tuple[Any, ...]:
    if item.state == "paid":
        return (DONE, item.returned, item.paid_on)
    return (FAILED, item.failure, item.failed_on) if item.state == "failed" else ()


def _row(line: Line) -> tuple[Any, ...]:
    said = line.values
    return (said.get("result"), said.get("amount") if said.get("result") == DONE else said.get("failure"), said.get("on"))


def _check(line: Line, item: SubsidyItem, today: dt.date) -> None:
    said = line.values
    if said["result"] == DONE and said.get("amount") is None:
        _wrong(line, "amount", "", "发放成功的须填发放金额。请补填。")
    if said["result"] == FAILED and not said.get("failure"):
        _wrong(line, "failure", "", "发放失败的须填失败原因。请补填。")
    if said["on"] > today or (item.run.paid_on and said["on"] < item.run.paid_on):
        _wrong(line, "on", said["on"], f"须在拨付日 {item.run.paid_on} 与今天 {today} 之间。请核对。")
    if not line.errors and item.state in ("paid", "failed") and _said(item) != _row(line):
        _wrong(line, "contract", said["contract"], f"该笔已登记为“{item.get_state_display()}”，与本行不一致。请在贴息明细页逐笔更正。")


def _wrong(line: Line, key: str, value: Any, words: str) -> None:
    line.errors.append(RowError(line.row, LABELS[key], str(value), words))


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """Enter each result, by the same action as the page."""
    out = []
    for plan in plans:
        said, item = plan.bundle.lines[0].values, plan.load
        paid = said["result"] == DONE
        done = result(
            item, paid=paid, on=said["on"], amount=said.get("amount") if paid else None, failure=said.get("failure") or "",
            by=context.by, today=context.today,
        )  # fmt: skip
        out.append(Written(plan.bundle.key, UPDATE, done.pk, {}))
    return out


def withdraw(written: Sequence[Written], _context: Context) -> dict[str, str]:
    """Money that was paid is not called back by a workbook."""
    return dict.fromkeys((w.key for w in written), "发放结果不能整批撤回。登记有误的，请在贴息明细页逐笔更正。")


RETURNS = Sheet(
    key="credit.returns",
    title="贴息发放结果",
    permission=DECIDE,
    version="2020-02",
    fields=FIELDS,
    keys=("contract", "result"),
    parts=("closing",),
    bundle=lambda values: " ".join(str(part) for part in (values["contract"], values.get("closing")) if part),
    judge=judge,
    write=write,
    withdraw=withdraw,
    unit="笔",
    help="银行返回的发放结果，一行一笔。失败的按原因转村（社区）补材料；金额与清单不符的列为差异。",
    list_url="credit_items",
)
