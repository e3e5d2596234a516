"""Fiscal subsidy of the interest: by actual days on the part of the balance and the days that are entitled to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from shouwang.ledgers.credit.arithmetic.days import Calendar, Period
from shouwang.ledgers.credit.arithmetic.interest import Amount, Loan, Segment, derived, share, total_line
from shouwang.ledgers.credit.arithmetic.money import percent, yuan


@dataclass(frozen=True, slots=True)
class Terms:
    """What is subsidised: the part up to `ceiling` (分), at `rate_cap` (millionths) at most, outside the days in default.

    `entitled`: whether the household was on the day the loan was released; later changes of its standing change nothing.
    `default`: the days overdue, when nothing is subsidised.
    """

    ceiling: int
    rate_cap: int | None = None
    entitled: bool = True
    default: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settled period: interest, the subsidy in it and what the household bears; interest is always the sum of the two."""

    period: Period
    interest: int
    subsidy: int
    days: int
    lines: tuple[str, ...]

    @property
    def own(self) -> int:
        """What the household bears, 分."""
        return self.interest - self.subsidy


def subsidised(loan: Loan, terms: Terms, period: Period) -> list[Segment]:
    """The entitled part of each segment of the period; what is not entitled has no balance and says why."""
    cuts = [d for p in terms.default for d in (p.start, p.end)]
    return [_entitled(s, loan, terms) for s in loan.segments(period, [*cuts, loan.maturity])]


def _entitled(segment: Segment, loan: Loan, terms: Terms) -> Segment:
    day, nothing = segment.period.start, ""
    if not terms.entitled:
        nothing = "放款时不符合贴息条件，不贴息"
    elif day >= loan.maturity:
        nothing = "到期后不贴息"
    elif any(p.start <= day < p.end for p in terms.default):
        nothing = "逾期期间不贴息"
    if nothing:
        return Segment(segment.period, 0, segment.rate, nothing)
    over, rate = segment.balance > terms.ceiling, segment.rate
    why = [f"余额 {yuan(segment.balance)} 元，超过 {yuan(terms.ceiling)} 元的部分不贴息"] if over else []
    if terms.rate_cap is not None and rate > terms.rate_cap:
        why.append(f"合同利率 {percent(rate)}，按基准 {percent(terms.rate_cap)} 贴息")
        rate = terms.rate_cap
    return Segment(segment.period, min(segment.balance, terms.ceiling), rate, "；".join(why))


def subsidy(loan: Loan, terms: Terms, period: Period) -> Amount:
    """The subsidy of a period, 分, with its derivation; `days` are those subsidised. Any cutting of a period gives the same sum."""
    before = sum(s.product for s in subsidised(loan, terms, Period(loan.start, period.start)))
    parts = subsidised(loan, terms, period)
    product = sum(s.product for s in parts)
    fen = share(before, product, loan.basis)
    lines = (*derived(parts, loan.basis), total_line("贴息", fen, before, product, loan.basis))
    return Amount(fen, sum(s.period.days for s in parts if s.product), lines)


def settlements(loan: Loan, terms: Terms, calendar: Calendar, *, until: dt.date | None = None) -> list[Settlement]:
    """Every settlement of the loan by the place's calendar, from release until maturity or `until`."""
    return [settlement(loan, terms, p) for p in calendar.periods(loan.start, until or loan.maturity)]


def settlement(loan: Loan, terms: Terms, period: Period) -> Settlement:
    """Interest and subsidy of one period."""
    before = sum(s.product for s in loan.segments(Period(loan.start, period.start)))
    given = subsidy(loan, terms, period)
    whole = share(before, sum(s.product for s in loan.segments(period)), loan.basis)
    return Settlement(period, whole, given.fen, given.days, given.lines)


def alone(loan: Loan, terms: Terms, period: Period) -> int:
    """The subsidy as a bank has it that rounds every period by itself: at most one 分 from `subsidy`, which says who is right."""
    return share(0, sum(s.product for s in subsidised(loan, terms, period)), loan.basis)
