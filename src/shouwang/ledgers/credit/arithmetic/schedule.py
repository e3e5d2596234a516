"""The repayment schedule: interest on each interest day, the principal at maturity or in equal parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from shouwang.ledgers.credit.arithmetic.days import Calendar, Period
from shouwang.ledgers.credit.arithmetic.interest import Loan, interest


@dataclass(frozen=True, slots=True)
class Instalment:
    """What falls due on a day, 分; `line` derives the interest."""

    due_on: dt.date
    period: Period
    interest: int
    principal: int
    balance: int
    lines: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Interest and principal."""
        return self.interest + self.principal


def schedule(loan: Loan, calendar: Calendar) -> list[Instalment]:
    """Interest of each settlement, due the day after it closes; what is left of the principal at maturity.

    What was repaid before stands in the period it was repaid in. The interests sum up to the loan's whole interest.
    """
    out = []
    for period in calendar.periods(loan.start, loan.maturity):
        due = interest(loan, period)
        paid = sum(fen for day, fen in loan.repaid if period.start <= day < period.end)
        last = period.end == loan.maturity
        left = loan.balance_on(period.last)
        out.append(Instalment(period.end, period, due.fen, paid + (left if last else 0), 0 if last else left, due.lines))
    return out
