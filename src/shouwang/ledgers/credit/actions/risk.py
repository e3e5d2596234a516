"""The risk fund: the bank claims, the fund compensates, what comes back is entered."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import policies
from shouwang.ledgers.credit.actions import fund
from shouwang.ledgers.credit.arithmetic.money import half_up, yuan
from shouwang.ledgers.credit.lifecycle import CLAIM
from shouwang.ledgers.credit.models import Loan, RiskClaim
from shouwang.ledgers.credit.queries import days_late, owing
from shouwang.ledgers.credit.rules import place_of, rule


def claimable_after(today: dt.date) -> int:
    """Days overdue from which the ladder leads to the fund."""
    return max(int(d) for d in rule("ladder", today).value)


def claim(loan: Loan, *, by: Scope, today: dt.date) -> RiskClaim:
    """The bank claims what is overdue; open on the ladder's last rung."""
    with transaction.atomic():
        locked = Loan.objects.select_for_update(of=("self",)).select_related("household").get(pk=loan.pk)
        days = claimable_after(today)
        if not owing(Loan.objects.filter(days_late(today, days), pk=loan.pk)).exists():
            raise Refused(f"逾期满 {days} 天、仍有余额的贷款才能申请风险补偿。该笔到期日为 {locked.maturity}。")
        if RiskClaim.objects.filter(loan=locked).exclude(state="declined").exists():
            raise Refused("该笔贷款已申请过风险补偿，不能重复申请。")
        fresh = RiskClaim(loan=locked, claimed_on=today, claimed=locked.balance)
        fresh.put_beside(locked.household)
        with change(fresh, by=by, verb=policies.CLAIM, today=today) as made:
            pass
    return made


def most(found: RiskClaim, today: dt.date) -> int:
    """What the fund bears at most, 分: its share of the claim."""
    return half_up(found.claimed * int(rule("fund_share", today, place_of(found.loan)).value), 100)


def compensate(
    found: RiskClaim, *, amount: int, on: dt.date | None = None, by: Scope, today: dt.date, version: int | None = None
) -> RiskClaim:
    """The fund pays its share (分) on the day; raises Refused where its balance does not reach."""
    day = on or today
    with transaction.atomic(), CLAIM.advance(found, "compensate", by=by, today=today, version=version) as locked:
        _check_day(day, locked.claimed_on, "申请日期", today)
        if not 0 < amount <= (limit := most(locked, today)):
            raise Refused(f"代偿金额须大于零且不超过基金应承担的 {yuan(limit)} 元（逾期本金按分担比例计）。请核对。", field="amount")
        locked.compensated_on, locked.compensated = day, amount
        fund.of_claim(locked, "compensation", amount, on=day, by=by, today=today)
    return locked


def _check_day(day: dt.date, first: dt.date, of: str, today: dt.date) -> None:
    if not first <= day <= today:
        raise Refused(f"日期 {day} 须在{of} {first} 与今天 {today} 之间。请核对。", field="on")


def decline(found: RiskClaim, *, reason: str, by: Scope, today: dt.date, version: int | None = None) -> RiskClaim:
    """The fund does not bear it."""
    with CLAIM.advance(found, "decline", by=by, today=today, reason=reason, version=version) as locked:
        pass
    return locked


def recover(
    found: RiskClaim, *, amount: int, on: dt.date | None = None, by: Scope, today: dt.date, version: int | None = None
) -> RiskClaim:
    """Money came back into the fund (分) on the day; with the whole of it the claim is closed."""
    day = on or today
    with transaction.atomic():
        with change(found, by=by, verb=policies.RECOVER, today=today, version=version) as locked:
            if locked.state != "compensated":
                raise Refused(f"当前为“{locked.get_state_display()}”，代偿之后才能登记追回。请刷新页面查看。", field="amount")
            if not 0 < amount <= locked.compensated - locked.recovered:
                raise Refused(
                    f"追回金额须大于零且不超过未追回的 {yuan(locked.compensated - locked.recovered)} 元。请核对。", field="amount"
                )
            _check_day(day, locked.compensated_on or locked.claimed_on, "代偿日期", today)
            locked.recovered += amount
            fund.of_claim(locked, "recovery", amount, on=day, by=by, today=today)
        if locked.recovered == locked.compensated:
            with CLAIM.advance(locked, "recover", by=by, today=today) as locked:
                pass
    return locked
