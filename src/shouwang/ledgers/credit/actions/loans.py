"""Application, check, bank's decision, release, repayment, default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change, note, permit
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import policies, work
from shouwang.ledgers.credit.actions import checks
from shouwang.ledgers.credit.arithmetic.days import add_months
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.lifecycle import LOAN
from shouwang.ledgers.credit.models import Loan, Repayment
from shouwang.ledgers.credit.rules import entitled, place_of, rule
from shouwang.ledgers.impact.actions import end_impacts
from shouwang.ledgers.registry.models import Household, Member

SAID = ("bank", "amount", "months", "purpose", "purpose_note", "self_used", "account_name", "account")


def apply_for(household: Household, borrower: Member, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Loan:
    """Register an application; `said` holds the fields of SAID, amount in 分. Raises Refused as actions.checks says."""
    with transaction.atomic():
        held = Household.objects.select_for_update().get(pk=household.pk)  # two clerks must not give one quota twice
        checks.check_household(held, today)
        checks.check_borrower(held, borrower, today)
        checks.check_use(bool(said["self_used"]))
        loan = Loan(borrower=borrower, applied_on=today, **{k: said[k] for k in SAID})
        loan.put_beside(household)
        checks.check_amount(loan.amount, loan.months, today, place_of(loan))
        loan.basis = int(rule("basis", today, place_of(loan)).value)
        with change(loan, by=by, verb=policies.APPLY_LOAN, today=today) as made:
            pass
        work.ask_check(made, today)
    return made


def pass_check(loan: Loan, *, by: Scope, today: dt.date, version: int | None = None) -> Loan:
    """The office finds the household entitled; the clock 及时发放 starts."""
    with transaction.atomic(), LOAN.advance(loan, "pass", by=by, today=today, version=version) as locked:
        checks.check_household(locked.household, today, but=locked.pk)
        checks.check_borrower(locked.household, locked.borrower, today)
        locked.passed_on = today
        work.done(locked, work.CHECK, today)
        work.ask_release(locked, today)
    return locked


def approve(loan: Loan, *, decided_on: dt.date, amount: int, by: Scope, today: dt.date, version: int | None = None) -> Loan:
    """The bank agrees, with the amount it grants (分; not more than was asked for)."""
    with LOAN.advance(loan, "approve", by=by, today=today, version=version) as locked:
        _day(decided_on, locked.passed_on or locked.applied_on, today, "decided_on", "银行审批日期", "资格审核日期")
        if not 0 < amount <= locked.amount:
            raise Refused("银行同意的金额须大于零且不超过申请金额。请核对。", field="amount")
        locked.decided_on, locked.amount = decided_on, amount
    return locked


def end(loan: Loan, move: str, *, reason: str, by: Scope, today: dt.date, version: int | None = None) -> Loan:
    """refuse, decline or withdraw an application."""
    if move not in ("refuse", "decline", "withdraw"):
        raise ValueError(move)
    with transaction.atomic(), LOAN.advance(loan, move, by=by, today=today, reason=reason, version=version) as locked:
        for kind in (work.CHECK, work.RELEASE):
            work.done(locked, kind, today, dropped=True)
    return locked


def release(loan: Loan, said: Mapping[str, Any], *, by: Scope, today: dt.date, version: int | None = None) -> Loan:
    """The bank paid out: contract, released_on, rate (millionths), basis. The term runs from the day of release."""
    with transaction.atomic(), LOAN.advance(loan, "release", by=by, today=today, version=version) as locked:
        day: dt.date = said["released_on"]
        _day(day, locked.decided_on or locked.applied_on, today, "released_on", "放款日期", "银行审批日期")
        checks.check_rate(said["rate"], locked.months, day, place_of(locked))
        check_contract(said["contract"])
        locked.contract, locked.rate, locked.basis = said["contract"], said["rate"], said["basis"]
        open_account(locked, day)
        work.done(locked, work.RELEASE, today)
    return locked


def open_account(loan: Loan, day: dt.date) -> None:
    """What the day of release fixes: term, balance, entitlement."""
    loan.released_on, loan.balance = day, loan.amount
    loan.first_maturity = loan.maturity = add_months(day, loan.months)
    loan.entitled = entitled(loan.household, day)


def check_contract(contract: str) -> None:
    """A contract number stands once; raises Refused."""
    if not contract.strip():
        raise Refused("请填写合同号（借据号），与银行对账时按它核对。", field="contract")
    if Loan.objects.filter(contract=contract).exists():
        raise Refused(f"合同号“{contract}”已登记在另一笔贷款上。请核对合同号。", field="contract")


def repay(loan: Loan, *, paid_on: dt.date, principal: int, by: Scope, today: dt.date, source: str = "登记") -> Repayment:
    """Principal came back, in part or whole, early or late; with the last 分 the loan is settled."""
    with transaction.atomic():
        locked = Loan.objects.select_for_update(of=("self",)).select_related("household").get(pk=loan.pk)
        checks.check_repayment(locked, paid_on, principal, today)
        if Repayment.objects.filter(loan=locked, paid_on=paid_on, principal=principal).exists():
            raise Refused(f"{paid_on} 的同额还款已登记过。确为两笔的，请合并为一笔登记。", field="principal")
        fresh = Repayment(loan=locked, paid_on=paid_on, principal=principal, source=source[:40])
        fresh.put_beside(locked.household)
        with change(fresh, by=by, verb=policies.RECORD_REPAYMENT, today=today) as made:
            pass
        with change(locked, by=by, verb=policies.RECORD_REPAYMENT, today=today) as held:
            held.balance -= principal
        if held.balance == 0:
            settle(held, paid_on, by=by, today=today)
    return made


def settle(loan: Loan, day: dt.date, *, by: Scope, today: dt.date) -> None:
    """Nothing is owed any more; a time in default ends, and so does the impact written for the loan."""
    with LOAN.advance(loan, "settle", by=by, today=today) as locked:
        locked.settled_on, locked.in_default = day, False
        locked.defaults = [[a, b or max(a, day.isoformat())] for a, b in locked.defaults]
    end_impacts(Loan._meta.label_lower, [str(loan.pk)], recovered_on=day, by=by, today=today)


def take_back(repayment: Repayment, *, reason: str, by: Scope, today: dt.date) -> Loan:
    """A repayment entered by mistake is taken back; a loan it had settled is owed again."""
    with transaction.atomic():
        loan: Loan = Loan.objects.select_for_update().get(pk=repayment.loan_id)
        gone = Repayment.objects.filter(pk=repayment.pk).first()
        if gone is None:
            raise Refused("这笔还款已撤回。请刷新页面查看。")
        changes = {"还款": [f"{gone.paid_on} {yuan(gone.principal)}元", None]}
        permit(gone, by=by, verb=policies.TAKE_BACK, reason=reason)
        note(gone, by=by, verb=policies.TAKE_BACK, today=today, changes=changes, reason=reason)
        gone.delete()
        if loan.state == "settled":
            if loan.renews_id or Loan.objects.filter(renews=loan).exists():
                raise Refused("这笔还款由续贷形成，不能单独撤回。请与银行核对后作更正说明。")
            with LOAN.advance(loan, "reopen", by=by, today=today, reason=reason) as held:
                held.settled_on, held.balance = None, gone.principal
        else:
            with change(loan, by=by, verb=policies.TAKE_BACK, today=today, reason=reason) as held:
                held.balance += gone.principal
    return held


def report_default(loan: Loan, *, since: dt.date, until: dt.date | None, by: Scope, today: dt.date) -> Loan:
    """The bank reports arrears since a day, over on `until` (None: still). No subsidy for these days."""
    with change(loan, by=by, verb=policies.DEFAULT, today=today) as locked:
        checks.check_released(locked)
        _day(since, locked.released_on or locked.applied_on, today, "since", "逾期起始日", "放款日期")
        if until is not None and not since < until <= today:
            raise Refused(f"逾期终止日 {until} 须晚于起始日 {since}，且不晚于今天。请核对。", field="until")
        kept = [d for d in locked.defaults if d[0] != since.isoformat()]
        if any(a < (until or today).isoformat() and since.isoformat() < (b or "9999") for a, b in kept):
            raise Refused("与已登记的逾期期间重叠。请核对起止日期；同一起始日可重新登记终止日。", field="since")
        locked.defaults = sorted([*kept, [since.isoformat(), until.isoformat() if until else None]])
        locked.in_default = any(b is None for _a, b in locked.defaults)
    return locked


def _day(day: dt.date, first: dt.date, today: dt.date, field: str, name: str, of: str) -> None:
    if day < first:
        raise Refused(f"{name} {day} 早于{of} {first}。请核对日期。", field=field)
    if day > today:
        raise Refused(f"{name} {day} 晚于今天 {today}。请填写实际日期。", field=field)
