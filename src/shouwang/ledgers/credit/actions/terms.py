"""Deferral, extension, renewal: asked for, decided by the bank, papers completed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import policies, work
from shouwang.ledgers.credit.actions.checks import check_household, check_rate, check_released
from shouwang.ledgers.credit.actions.loans import check_contract, repay
from shouwang.ledgers.credit.actions.parts import drop_unpaid
from shouwang.ledgers.credit.arithmetic import terms as reckoning
from shouwang.ledgers.credit.lifecycle import TERMS
from shouwang.ledgers.credit.models import Loan, TermChange
from shouwang.ledgers.credit.queries import overdue
from shouwang.ledgers.credit.rules import AGREED, place_of, rule
from shouwang.ledgers.impact.actions import Impact, record_impact
from shouwang.ledgers.impact.models import ImpactRecord
from shouwang.ledgers.impact.queries import open_impacts
from shouwang.ledgers.registry.models import Household

GROUND = 6  # characters: “没钱还” is no ground


def answer(loan: Loan, kind: str, on: dt.date) -> reckoning.Answer:
    """Whether the act is open for the loan on the day, until when, by which rule."""
    assert loan.released_on and loan.first_maturity and loan.maturity  # noqa: S101 - asked of released loans only
    if kind == "deferral":
        return reckoning.deferral(loan.maturity, on, before=_undeferred(loan), region=place_of(loan))
    if kind == "extension":
        return reckoning.extension(loan.released_on, loan.first_maturity, loan.maturity, on, loan.extensions)
    late = overdue(Loan.objects.filter(pk=loan.pk), on).exists()
    return reckoning.renewal(loan.maturity, on, loan.renewals, overdue=late)


def _undeferred(loan: Loan) -> dt.date | None:
    """When the loan was due before its deferrals since release or the last extension."""
    due = loan.maturity
    if loan.deferrals:
        agreed = loan.changes.filter(state__in=AGREED, kind__in=("deferral", "extension")).order_by("-decided_on", "-pk")
        for kind, old in agreed.values_list("kind", "old_maturity"):
            if kind != "deferral":
                break
            due = old
    return due


def ask(
    loan: Loan, kind: str, *, new_maturity: dt.date, ground: str, impact: ImpactRecord | None = None, by: Scope, today: dt.date
) -> TermChange:
    """Ask the bank for a longer term, within what the rule of the day allows.

    A deferral stands on the household's impact: an open record of impact, or one written for this loan from `ground`.
    """
    with transaction.atomic():
        locked = Loan.objects.select_for_update(of=("self",)).select_related("household", "county").get(pk=loan.pk)
        check_released(locked)
        found = answer(locked, kind, today)
        assert locked.maturity is not None  # noqa: S101 - released
        if not found.eligible or found.latest is None:
            raise Refused(f"{found.why}（依据：{found.rule}）", field="kind")
        if not locked.maturity < new_maturity <= found.latest:
            words = f"新到期日 {new_maturity} 须晚于现到期日 {locked.maturity}，且不晚于 {found.latest}（{found.why}）。"
            raise Refused(words, field="new_maturity")
        if len(ground.strip()) < GROUND:
            raise Refused(f"请写明还款困难的原因（至少 {GROUND} 个字，例如“受疫情影响未能外出务工”）。", field="ground")
        if TermChange.objects.filter(loan=locked, state="asked").exists():
            raise Refused("该笔贷款已有期限变更申请在等银行答复。请先登记银行的答复。", field="kind")
        if kind == "deferral":
            impact = impact if impact is not None else _write_impact(locked, ground, new_maturity, by, today)
            if impact.household_id != locked.household_id or impact not in open_impacts([locked.household_id], today):
                raise Refused("所选影响记录不是该户的，或已恢复。请重新选择。", field="impact")
        fresh = TermChange(
            loan=locked, kind=kind, asked_on=today, ground=ground.strip()[:300], impact=impact if kind == "deferral" else None,
            old_maturity=locked.maturity, new_maturity=new_maturity, rule=found.rule[:300],
        )  # fmt: skip
        fresh.put_beside(locked.household)
        with change(fresh, by=by, verb=policies.ASK_TERMS, today=today) as made:
            pass
    return made


def _write_impact(loan: Loan, ground: str, recovery: dt.date, by: Scope, today: dt.date) -> ImpactRecord:
    """The household's trouble with this loan, as an impact of cause 还贷困难."""
    label, source = loan._meta.label_lower, str(loan.pk)
    said = Impact(
        "loan", label, source, today, household_id=loan.household_id, member_id=loan.borrower_id, subject_kind="loan",
        subject="小额信贷到期还款", expected=loan.balance, recovery_on=recovery, note=ground.strip()[:300],
    )  # fmt: skip
    record_impact(said, by=by, today=today)
    return ImpactRecord.objects.get(source_ledger=label, source_id=source, cause="loan")


def agree(
    asked: TermChange, *, decided_on: dt.date, papers_ready: bool, new_rate: int | None = None, contract: str = "", by: Scope, today: dt.date,
    version: int | None = None,
) -> TermChange:  # fmt: skip
    """The bank agrees: the term is longer from now on. Papers may follow (a dated line on the village's list).

    `new_rate` (millionths) is a lower rate the bank grants; a renewal needs the new contract's number and is a new loan.
    """
    with transaction.atomic():
        with TERMS.advance(asked, "agree", by=by, today=today, version=version) as locked:
            if not locked.asked_on <= decided_on <= today:
                raise Refused(f"银行决定日期 {decided_on} 须在申请日 {locked.asked_on} 与今天之间。请核对。", field="decided_on")
            locked.decided_on, locked.new_rate = decided_on, new_rate
            if not papers_ready:
                locked.papers_due = today + dt.timedelta(days=int(rule("papers_days", today).value))
            loan = Loan.objects.select_related("household", "county").get(pk=locked.loan_id)
            if locked.kind == "renewal":
                locked.successor = _renew(loan, locked, contract, by, today)
            else:
                _lengthen(loan, locked, by, today)
        if not papers_ready:
            work.ask_papers(locked, today)
            return locked
        return complete(locked, by=by, today=today)


def _lengthen(loan: Loan, asked: TermChange, by: Scope, today: dt.date) -> None:
    """The same contract runs longer, its unpaid parts with it; a deferral is not counted as an extension."""
    assert loan.rate is not None  # noqa: S101 - released
    if asked.new_rate is not None and not 0 < asked.new_rate <= loan.rate:
        raise Refused("期限变更后的利率不能高于原合同利率。请核对；利率不变的不用填写。", field="new_rate")
    with change(loan, by=by, verb=policies.CHANGE_TERM, today=today) as held:
        check_released(held)
        if held.maturity != asked.old_maturity:
            raise Refused("申请之后到期日已变更过，请登记银行未同意后重新申请。", field="decided_on")
        held.maturity = asked.new_maturity
        if asked.kind == "deferral":
            held.deferrals += 1
        else:
            held.extensions += 1
    drop_unpaid(held, by=by, today=today)


def _renew(old: Loan, asked: TermChange, contract: str, by: Scope, today: dt.date) -> Loan:
    """The new loan pays the old one back, without money of the household's in between."""
    assert asked.decided_on is not None and old.rate is not None  # noqa: S101 - set by the caller; released
    check_contract(contract)
    check_household(old.household, today, but=old.pk)
    amount, day = old.balance, asked.decided_on
    rate, months = asked.new_rate or old.rate, _months(day, asked.new_maturity)
    check_rate(rate, months, day, place_of(old))
    repay(old, paid_on=day, principal=amount, by=by, today=today, source="续贷归还")
    fields: dict[str, Any] = {
        n: getattr(old, n) for n in ("borrower", "bank", "basis", "purpose", "purpose_note", "self_used", "account_name")
    }
    fresh = Loan(
        state="released", contract=contract, amount=amount, balance=amount, months=months, rate=rate, applied_on=asked.asked_on,
        passed_on=asked.asked_on, decided_on=day, released_on=day, first_maturity=asked.new_maturity, maturity=asked.new_maturity,
        renewals=old.renewals + 1, renews=old, entitled=old.entitled, **fields,
    )  # fmt: skip
    fresh.account = old.account.reveal() if old.account else None
    fresh.put_beside(old.household)
    with change(fresh, by=by, verb=policies.RENEW_LOAN, today=today) as made:
        pass
    return made


def _months(start: dt.date, end: dt.date) -> int:
    """Whole months, a begun one counted: by it the rate's class is told."""
    whole = (end.year - start.year) * 12 + end.month - start.month
    return max(1, whole + (1 if end.day > start.day else 0))


def decline(asked: TermChange, *, reason: str, by: Scope, today: dt.date, version: int | None = None) -> TermChange:
    """The bank does not agree."""
    with TERMS.advance(asked, "decline", by=by, today=today, reason=reason, version=version) as locked:
        locked.decided_on = today
    return locked


def complete(asked: TermChange, *, by: Scope, today: dt.date, version: int | None = None) -> TermChange:
    """The papers are there."""
    with transaction.atomic(), TERMS.advance(asked, "complete", by=by, today=today, version=version) as locked:
        locked.papers_on = today
        work.done(locked, work.PAPERS, today)
    return locked


def households_impacts(household: Household, today: dt.date) -> list[ImpactRecord]:
    """The household's open impacts, which a deferral may stand on."""
    return list(open_impacts([household.pk], today))
