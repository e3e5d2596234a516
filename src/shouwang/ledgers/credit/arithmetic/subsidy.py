"""Fiscal subsidy of the interest: by actual days on the part of the balance and the days that are entitled to it.

Interest and subsidy each rounded on its own running sum would let a household's share step back by a 分. So the share is struck on the
bank's interest days and at maturity, and what has been borne is not given back: it is the most that the difference of the two roundings has
been on any of these days, and the subsidy is the rest of the interest. Interest, subsidy and share never fall from one day to the next, and
however a period is cut the parts are the whole (docs/algorithms/loan-arithmetic.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from shouwang.ledgers.credit.arithmetic.days import ONE, Calendar, Period
from shouwang.ledgers.credit.arithmetic.interest import Amount, Loan, Segment, derived, exactly, settle, share
from shouwang.ledgers.credit.arithmetic.money import percent, yuan

INTEREST_DAYS = Calendar(20, (3, 6, 9, 12))  # of rounding only: a place that settles on other days has the same sums


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


def subsidised(loan: Loan, terms: Terms, period: Period, cuts: Iterable[dt.date] = ()) -> list[Segment]:
    """The entitled part of each segment of the period, cut at `cuts` too; what is not entitled has no balance and says why."""
    late = [d for p in terms.default for d in (p.start, p.end)]
    return [_entitled(s, loan, terms) for s in loan.segments(period, [*late, loan.maturity, *cuts])]


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


@dataclass(frozen=True, slots=True)
class Standing:
    """From release until before a day: exact sums of interest and subsidy (分 × millionths × days), and what the household bears, 分."""

    interest: int
    subsidy: int
    borne: int
    basis: int

    @property
    def given(self) -> int:
        """The subsidy, 分: the interest less what the household bears; one 分 from half up at most."""
        return settle(self.interest, self.basis) - self.borne

    def __str__(self) -> str:
        """How `given` came from the exact sum."""
        rounded = settle(self.subsidy, self.basis)
        said = f"{exactly(self.subsidy, self.basis)} 元，四舍五入到分＝{yuan(rounded)} 元"
        if self.given == rounded:
            return said
        whole = yuan(settle(self.interest, self.basis))
        return f"{said}；同期利息 {whole} 元，农户承担 {yuan(self.borne)} 元（按结息日结平，已承担的不退回），计 {yuan(self.given)} 元"


def standing(loan: Loan, terms: Terms, day: dt.date) -> Standing:
    """Where interest, subsidy and the household's share stand at the beginning of the day."""
    if day <= loan.start:
        return Standing(0, 0, 0, loan.basis)
    whole, given = _sums(loan, terms, day, ())[day]
    if whole == given:
        return Standing(whole, given, 0, loan.basis)
    marks = struck_days(loan, day)
    since = max((m for m in marks if m < day), default=loan.start)
    each = [since + ONE * n for n in range(1, (day - since).days)] if day not in marks else []
    sums = _sums(loan, terms, marks[-1], [*marks, *each, day])
    share = {d: settle(i, loan.basis) - settle(s, loan.basis) for d, (i, s) in sums.items()}
    most = max((share[m] for m in marks if m < day), default=0)
    # Between two such days the share rises with the days, but never above what the second will say.
    borne = min(max(most, share[day], *(share[d] for d in each)), max(most, share[marks[-1]]))
    return Standing(whole, given, borne, loan.basis)


def struck_days(loan: Loan, day: dt.date) -> list[dt.date]:
    """The days up to the first not before `day` on which the household's share is struck, in order."""
    last = INTEREST_DAYS.period_of(day - ONE).end
    days = sorted({*INTEREST_DAYS.cuts(loan.start, last), last, *([loan.maturity] if loan.maturity < last else [])})
    return days[: 1 + next(i for i, d in enumerate(days) if d >= day)]


def _sums(loan: Loan, terms: Terms, end: dt.date, days: Iterable[dt.date]) -> dict[dt.date, tuple[int, int]]:
    """The sums of interest and subsidy from release until before each day on which anything changes, and before each of `days`."""
    whole = given = 0
    out = {}
    for part in subsidised(loan, terms, Period(loan.start, end), days):
        start = part.period.start
        whole += loan.balance_on(start) * loan.rate_on(start) * part.period.days
        given += part.product
        out[part.period.end] = whole, given
    return out


def subsidy(loan: Loan, terms: Terms, period: Period) -> Amount:
    """The subsidy of a period, 分, with its derivation; `days` are those subsidised. Any cutting of a period gives the same sum."""
    before, after = (standing(loan, terms, d) for d in (period.start, period.end))
    parts = subsidised(loan, terms, period)
    fen = after.given - before.given
    total = f"贴息合计 {after}"
    if before.subsidy:
        total = f"贴息：累计 {after}；减以前各期累计 {yuan(before.given)} 元＝{yuan(fen)} 元"
    return Amount(fen, sum(s.period.days for s in parts if s.product), (*derived(parts, loan.basis), total))


def settlements(loan: Loan, terms: Terms, calendar: Calendar, *, until: dt.date | None = None) -> list[Settlement]:
    """Every settlement of the loan by the place's calendar, from release until maturity or `until`."""
    return [settlement(loan, terms, p) for p in calendar.periods(loan.start, until or loan.maturity)]


def settlement(loan: Loan, terms: Terms, period: Period) -> Settlement:
    """Interest and subsidy of one period."""
    before = sum(s.product for s in loan.segments(Period(loan.start, period.start)))
    given = subsidy(loan, terms, period)
    whole = share(before, sum(s.product for s in loan.segments(period)), loan.basis)
    return Settlement(period, whole, given.fen, given.days, given.lines)


def otherwise(loan: Loan, terms: Terms, period: Period) -> set[int]:
    """The subsidy as banks may have it: the period rounded by itself, or the running sum whatever the household bears; two 分 away at most."""
    before, product = (sum(s.product for s in subsidised(loan, terms, p)) for p in (Period(loan.start, period.start), period))
    return {settle(product, loan.basis), share(before, product, loan.basis)}
