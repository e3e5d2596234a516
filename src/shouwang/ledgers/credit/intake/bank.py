"""The workbook of the bank's figures: interest, subsidy and balance of each loan and period, reckoned again row by row."""

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
from shouwang.ledgers.credit import policies, work
from shouwang.ledgers.credit.actions import figures
from shouwang.ledgers.credit.actions.checks import check_repayment
from shouwang.ledgers.credit.actions.loans import repay, take_back
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.models import BankFigure, Loan, Repayment
from shouwang.ledgers.credit.policies import DECIDE
from shouwang.ledgers.credit.rules import calendar, place_of, with_facts

FIELDS = (
    Field("contract", "合同号", "code", required=True, aliases=("借据号", "贷款合同号"), limit=40, group="贷款"),
    Field("start", "结息期起", "date", aliases=("起息日",), group="结息期", note="不填的按结息日推算"),
    Field("closing", "结息日", "date", required=True, aliases=("结息期止", "止息日"), group="结息期", note="当天计息"),
    Field("interest", "本期利息", "money", required=True, unit="元", aliases=("利息", "应计利息"), group="银行数"),
    Field("subsidy", "本期贴息", "money", required=True, unit="元", aliases=("贴息", "贴息金额"), group="银行数"),
    Field("balance", "期末余额", "money", required=True, unit="元", aliases=("贷款余额", "余额"), group="银行数"),
    Field("repaid", "本期还本", "money", unit="元", aliases=("归还本金", "还本金额"), group="还款"),
    Field("repaid_on", "还本日期", "date", aliases=("还款日期",), group="还款"),
)
LABELS = {f.key: f.label for f in FIELDS}
VALUES = ("interest", "subsidy", "balance")
ONE = dt.timedelta(days=1)
Paid = dict[int, list[tuple[dt.date, int]]]  # by loan: repayments of rows before, not stored yet


@dataclass
class Row:
    """A row matched: the loan, the figure as it would be stored, the repayment that comes with it."""

    loan: Loan
    figure: BankFigure
    repaid: int = 0
    repaid_on: dt.date | None = None


def judge(bundles: Sequence[Bundle], context: Context) -> list[Plan]:
    """One plan a loan and period. Repayments of earlier rows of the file count for the later ones."""
    contracts = {str(line.values.get("contract")) for b in bundles for line in b.lines}
    if connection.in_atomic_block:
        list(Loan.objects.select_for_update().filter(contract__in=contracts).values_list("pk"))
    rows = with_facts(Loan.objects.within(context.by, DECIDE).filter(contract__in=contracts, state__in=("released", "settled")))
    loans = {x.contract: x for x in rows}
    held = {(f.loan_id, f.start, f.end): f for f in BankFigure.objects.filter(loan__in=loans.values())}
    paid: Paid = {}
    return [_plan(b, loans, held, paid, context) for b in bundles]


def _plan(bundle: Bundle, loans: Mapping[str, Loan], held: Mapping[tuple[int, Any, Any], BankFigure], paid: Paid, context: Context) -> Plan:
    line = bundle.lines[0]
    for other in bundle.lines[1:]:
        _wrong(other, "contract", bundle.key, f"与第 {line.row} 行是同一合同同一结息期，只能填一行。请删去其一。")
    row = _row(line, loans, paid, context.today)
    before = held.get((row.loan.pk, row.figure.start, row.figure.end)) if row else None
    same = before is not None and row is not None and all(getattr(before, n) == getattr(row.figure, n) for n in VALUES) and not row.repaid
    plan = Plan(bundle, {}, label=row.loan.borrower.name if row else "", load=row)
    for each in bundle.lines:
        plan.verdicts[each.row] = ERROR if each.errors or row is None else SAME if same else UPDATE if before else NEW
        plan.changes[each.row] = figures.differences(row.figure) if row else []
    return plan


def _row(line: Line, loans: Mapping[str, Loan], paid: Paid, today: dt.date) -> Row | None:
    said = line.values
    loan = loans.get(str(said.get("contract")))
    if loan is None:
        _wrong(
            line, "contract", said.get("contract", ""), "台账中没有这份合同的已放款贷款，或不在您的管理范围内。请先导入贷款，或核对合同号。"
        )
        return None
    if line.errors:
        return None
    figure = _figure(line, loan, today)
    if line.errors:
        return None
    row = Row(loan, figure, int(said.get("repaid") or 0), said.get("repaid_on"))
    if row.repaid and not _known(loan, row):
        _take_repayment(line, row, paid, today)
    if line.errors:
        return None
    figures.reckon(figure, loan, paid.get(loan.pk, ()))
    return row


def _figure(line: Line, loan: Loan, today: dt.date) -> BankFigure:
    said, released = line.values, loan.released_on or today
    end = said["closing"] + ONE
    period = calendar("interest_days", said["closing"], place_of(loan)).period_of(said["closing"])
    start = said.get("start") or max(period.start, released)
    if said["closing"] > today:
        _wrong(line, "closing", said["closing"], f"晚于今天 {today}，尚未结息。请核对日期。")
    elif start < released:
        _wrong(line, "start", start, f"早于放款日期 {released}。请核对结息期。")
    elif end <= start:
        _wrong(line, "closing", said["closing"], f"不晚于结息期起 {start}。请核对两列是否填反。")
    figure = BankFigure(loan=loan, start=start, end=end, **{n: int(said[n]) for n in VALUES})
    figure.put_beside(loan.household)
    return figure


def _known(loan: Loan, row: Row) -> bool:
    """Whether the repayment stands in the ledger already."""
    known = any((r.paid_on, r.principal) == (row.repaid_on, row.repaid) for r in loan.repayments.all())
    if known:
        row.repaid = 0
    return known


def _take_repayment(line: Line, row: Row, paid: Paid, today: dt.date) -> None:
    """The repayment is checked, and counts for this row and those behind it."""
    if row.repaid_on is None:
        _wrong(line, "repaid_on", "", "有本期还本的，须填还本日期。请补填。")
        return
    try:
        check_repayment(row.loan, row.repaid_on, row.repaid, today)
    except Refused as no:
        key = {"paid_on": "repaid_on", "principal": "repaid"}.get(no.field, "contract")
        _wrong(line, key, yuan(row.repaid) if key == "repaid" else row.repaid_on, no.message)
        return
    row.loan.balance -= row.repaid
    paid.setdefault(row.loan.pk, []).append((row.repaid_on, row.repaid))


def _wrong(line: Line, key: str, value: Any, words: str) -> None:
    line.errors.append(RowError(line.row, LABELS[key], str(value), words))


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """Enter repayment and figure, reckon again with what is stored; a difference goes to the county's list."""
    return [_write_one(p, context) for p in plans]


def _write_one(plan: Plan, context: Context) -> Written:
    row: Row = plan.load
    before: dict[str, Any] = {}
    if row.repaid and row.repaid_on:
        paid = repay(row.loan, paid_on=row.repaid_on, principal=row.repaid, by=context.by, today=context.today, source="银行数导入")
        before["repayment"] = paid.pk
    stored = with_facts(Loan.objects.filter(pk=row.loan.pk)).get()
    held = BankFigure.objects.filter(loan=stored, start=row.figure.start, end=row.figure.end).first()
    if held is not None:
        before["values"] = {n: getattr(held, n) for n in VALUES}
    with change(held or row.figure, by=context.by, verb=policies.TAKE_FIGURE, today=context.today) as figure:
        for n in VALUES:
            setattr(figure, n, getattr(row.figure, n))
        figures.reckon(figure, stored)
    if figure.state == BankFigure.State.DIFFERS:
        work.ask_difference(figure, context.today)
    else:
        work.done(figure, work.DIFFERENCE, context.today)
    return Written(plan.bundle.key, UPDATE if held else NEW, figure.pk, {**before, "version": figure.version})


def withdraw(written: Sequence[Written], context: Context) -> dict[str, str]:
    """Take out what nobody has worked on since, with the repayment that came with it."""
    return {item.key: _withdraw_one(item, context) for item in written}


def _withdraw_one(item: Written, context: Context) -> str:
    by, today, reason = context.by, context.today, "撤回 Excel 导入"
    held = BankFigure.objects.select_for_update().filter(pk=item.record_id).first()
    if held is None or held.version != item.before.get("version"):
        return "导入后又处理过，保持不动。请人工核对。"
    paid = Repayment.objects.filter(pk=item.before.get("repayment") or 0).first()
    try:
        if paid is not None:
            take_back(paid, reason=reason, by=by, today=today)
    except Refused as no:
        return no.message
    if values := item.before.get("values"):
        with change(held, by=by, verb=policies.UNDO_FIGURE, today=today, reason=reason) as figure:
            for n in VALUES:
                setattr(figure, n, values[n])
            figures.reckon(figure, figure.loan)
        return ""
    work.done(held, work.DIFFERENCE, today, dropped=True)
    note(held, by=by, verb=policies.UNDO_FIGURE, today=today, changes={"结息期": [str(held), None]}, reason=reason)
    held.delete()
    return ""


BANK = Sheet(
    key="credit.bank",
    title="银行计息贴息数",
    permission=DECIDE,
    version="2020-02",
    fields=FIELDS,
    keys=("contract", "closing"),
    bundle=lambda values: f"{values['contract']}/{values['closing']}",
    judge=judge,
    write=write,
    withdraw=withdraw,
    unit="笔",
    help="银行按结息期提供的利息、贴息、余额，一行一笔一期。逐笔复算，预检时即列出差异；差一分钱也会列出。",
    list_url="credit_figures",
)
