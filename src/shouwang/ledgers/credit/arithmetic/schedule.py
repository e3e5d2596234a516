"""The repayment schedule: interest on each interest day, the principal at maturity or in equal parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from shouwang.ledgers.credit.arithmetic.days import Calendar, Period, add_months
from shouwang.ledgers.credit.arithmetic.interest import Loan, interest

ONE = dt.timedelta(days=1)


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


def schedule(loan: Loan, calendar: Calendar, parts: Iterable[tuple[dt.date, int]] = ()) -> list[Instalment]:
    """Interest of each settlement, due the day after it closes; what is left of the principal at maturity.

    What was repaid stands with the first due day from its own on, and so does what is still to be repaid in `parts` (day, 分), as if paid on
    the day. The interests sum up to the loan's whole interest.
    """
    loan = replace(loan, repaid=tuple(sorted((*loan.repaid, *((d, f) for d, f in parts if d < loan.maturity)))))
    out = []
    for period in calendar.periods(loan.start, loan.maturity):
        due = interest(loan, period)
        last = period.end == loan.maturity
        first = period.start if period.start > loan.start else loan.start - ONE
        paid = sum(fen for day, fen in loan.repaid if first < day and (day < period.end if last else day <= period.end))
        left = loan.balance_on(period.last if last else period.end)
        out.append(Instalment(period.end, period, due.fen, paid + (left if last else 0), 0 if last else left, due.lines))
    return out


def equal_parts(start: dt.date, maturity: dt.date, months: int, amount: int, count: int) -> list[tuple[dt.date, int]]:
    """The principal (分) in equal parts over the term, the last at maturity and with the odd 分; fewer where the term is shorter than the parts."""
    days = sorted({d for k in range(1, count) if (d := add_months(start, months * k // count)) > start and d < maturity} | {maturity})
    each = amount // len(days)
    return [(d, each) for d in days[:-1]] + [(days[-1], amount - each * (len(days) - 1))]
