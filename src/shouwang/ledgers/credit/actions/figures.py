"""The bank's figures of a period held against our own reckoning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import policies, work
from shouwang.ledgers.credit.arithmetic import interest as reckoning
from shouwang.ledgers.credit.arithmetic.days import Period
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.arithmetic.subsidy import Settlement, Terms, otherwise, settlement
from shouwang.ledgers.credit.models import BankFigure, Loan
from shouwang.ledgers.credit.rules import reckoned, terms

PARTS = (("interest", "利息"), ("subsidy", "贴息"), ("balance", "余额"))


def reckon(figure: BankFigure, loan: Loan, more: Iterable[tuple[dt.date, int]] = ()) -> BankFigure:
    """Fill in our own figures (with `more` repayments not stored yet) and say whether they agree; nothing is written.

    A 分 of interest or subsidy that comes from another way of rounding is 尾差, any other 分 a difference.
    """
    period, known = Period(figure.start, figure.end), reckoned(loan, more)
    what = terms(loan, figure.end)
    ours = settlement(known, what, period)
    figure.our_interest, figure.our_subsidy = ours.interest, ours.subsidy
    figure.our_balance, figure.lines = known.balance_on(period.last), list(ours.lines)
    state = BankFigure.State
    if (figure.interest, figure.subsidy, figure.balance) == (ours.interest, ours.subsidy, figure.our_balance):
        figure.state = state.SAME
    elif figure.balance == figure.our_balance and (figure.interest, figure.subsidy) in _tails(known, what, period, ours):
        figure.state = state.TAIL
    else:
        figure.state = state.DIFFERS
    return figure


def _tails(known: reckoning.Loan, what: Terms, period: Period, ours: Settlement) -> set[tuple[int, int]]:
    """What a bank has that rounds in another way."""
    interest = reckoning.settle(sum(s.product for s in known.segments(period)), known.basis)
    return {(i, s) for i in (interest, ours.interest) for s in (ours.subsidy, *otherwise(known, what, period))}


def differences(figure: BankFigure) -> list[str]:
    """What differs, in words."""
    pairs = [(label, getattr(figure, key), getattr(figure, f"our_{key}")) for key, label in PARTS]
    return [f"{label}：银行 {yuan(a)} 元，复算 {yuan(b)} 元，相差 {yuan(a - b)} 元" for label, a, b in pairs if a != b]


def settle(figure: BankFigure, *, note: str, by: Scope, today: dt.date, version: int | None = None) -> BankFigure:
    """Say how a difference came about and what becomes of it; where our own records were put right, it is reckoned again first."""
    with change(figure, by=by, verb=policies.SETTLE_FIGURE, today=today, reason=note, version=version) as locked:
        if locked.state != BankFigure.State.DIFFERS:
            raise Refused("该行没有待处理的差异。请刷新页面查看。", field="note")
        reckon(locked, locked.loan)
        if locked.state == BankFigure.State.DIFFERS:
            locked.state = BankFigure.State.SETTLED
        locked.note = note.strip()[:300]
        work.done(locked, work.DIFFERENCE, today)
    return locked
