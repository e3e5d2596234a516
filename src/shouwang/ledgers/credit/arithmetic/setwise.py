"""The subsidy of many loans at once: the same whole numbers as `subsidy`, in columns.

A loan is a list of events: a day on which its balance, its rate or what bars the subsidy changes. Days are ordinals, money 分, rates
millionths a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shouwang.ledgers.credit.arithmetic.days import ONE
from shouwang.ledgers.credit.arithmetic.interest import Loan
from shouwang.ledgers.credit.arithmetic.money import MILLION
from shouwang.ledgers.credit.arithmetic.subsidy import INTEREST_DAYS, Terms

Column = NDArray[np.int64]
LIMIT = 2**61  # twice a sum of products plus a denominator must stay inside 63 bits
NO_CAP = MILLION  # no rate is higher


@dataclass(frozen=True, slots=True)
class Events:
    """All events; `loan` (0, 1, …, each at least once) and `day` of each, and by how much balance, rate and bars change from that day on.

    `ceiling`, `basis`, `cap` (of the subsidised rate) and `maturity` are by loan. A bar is not being entitled, a time in default, or being
    past maturity; any one stops the subsidy.
    """

    loan: Column
    day: Column
    balance: Column
    rate: Column
    bars: Column
    ceiling: Column
    basis: Column
    cap: Column
    maturity: Column


def events(loans: Iterable[tuple[Loan, Terms]]) -> Events:
    """The events of loans as `subsidy` knows them."""
    rows: list[tuple[int, int, int, int, int]] = []
    fixed = []
    for i, (loan, terms) in enumerate(loans):
        cap = NO_CAP if terms.rate_cap is None else terms.rate_cap
        fixed.append((terms.ceiling, loan.basis, cap, loan.maturity.toordinal()))
        start = loan.start.toordinal()
        rate = loan.rate
        rows.append((i, start, loan.principal, rate, 0 if terms.entitled else 1))
        rows.append((i, loan.maturity.toordinal(), 0, 0, 1))
        rows += [(i, day.toordinal(), -fen, 0, 0) for day, fen in loan.repaid]
        for day, fresh in sorted(loan.rates):
            rows.append((i, max(start, day.toordinal()), 0, fresh - rate, 0))
            rate = fresh
        for late in terms.default:
            rows += [(i, max(start, late.start.toordinal()), 0, 0, 1), (i, max(start, late.end.toordinal()), 0, 0, -1)]
    table = np.array(rows, np.int64).reshape(-1, 5)
    changes = [np.ascontiguousarray(table[:, k]) for k in range(5)]
    of_loan = np.array(fixed, np.int64).reshape(-1, 4)
    return Events(*changes, *(np.ascontiguousarray(of_loan[:, k]) for k in range(4)))


@dataclass(frozen=True, slots=True)
class _Stretches:
    """Stretches over which nothing changes, sorted by loan and day: from `day` until before `end`; `first` is each loan's first one.

    `whole` and `part` are balance × rate of a day, of the interest and of what is subsidised; `one`, by loan, is a 分 in the same unit.
    """

    first: Column
    day: Column
    end: Column
    whole: Column
    part: Column
    one: Column

    def take(self, loans: NDArray[np.bool_]) -> _Stretches:
        """Those of some loans."""
        size = np.diff(np.append(self.first, len(self.day)))
        rows, kept = np.repeat(loans, size), size[loans]
        day, end, whole, part = (c[rows] for c in (self.day, self.end, self.whole, self.part))
        return _Stretches(np.cumsum(kept) - kept, day, end, whole, part, self.one[loans])

    def until(self, product: Column, day: int | Column) -> Column:
        """The sum of a product by loan, until before the day (the same of all, or by loan)."""
        if not isinstance(day, int):
            day = np.repeat(day, np.diff(np.append(self.first, len(self.day))))
        return np.asarray(np.add.reduceat(product * np.clip(np.minimum(self.end, day) - self.day, 0, None), self.first), np.int64)

    def share(self, day: int | Column) -> Column:
        """Interest less subsidy until before the day, each rounded, by loan: 分."""
        return _rounded(self.until(self.whole, day), self.one) - _rounded(self.until(self.part, day), self.one)


def subsidies(found: Events, cuts: Sequence[dt.date]) -> Column:
    """The subsidy of every loan in every period between two neighbours of `cuts`: loans × periods, 分.

    Raises OverflowError where 64 bits could not hold a loan's sum: nothing is ever wrapped.
    """
    if not len(found.basis):
        return np.zeros((0, len(cuts) - 1), np.int64)
    marks = _marks(int(found.day.min()), cuts)
    every = _stretches(found, marks[-1])
    given = np.stack([_rounded(every.until(every.whole, c.toordinal()), every.one) for c in cuts], axis=1)
    bears = np.add.reduceat((every.whole != every.part) & (every.end > every.day), every.first) > 0  # of others all interest is subsidised
    if bears.any():
        some = every.take(bears)
        given[bears] -= _borne(some, found.maturity[bears], marks, [c.toordinal() for c in cuts])
    return np.diff(given, axis=1)


def _marks(first: int, cuts: Sequence[dt.date]) -> list[int]:
    """The interest days from the first event on, until the first not before the last cut."""
    last = INTEREST_DAYS.period_of(max(cuts) - ONE).end
    start = min(dt.date.fromordinal(first), last - ONE)
    return [*(d.toordinal() for d in sorted(INTEREST_DAYS.cuts(start, last))), last.toordinal()]


def _stretches(found: Events, last: int) -> _Stretches:
    order = np.lexsort((found.day, found.loan))
    loan, day = found.loan[order], found.day[order]
    first = np.searchsorted(loan, np.arange(len(found.basis)))
    balance, rate, bars = (_running(c[order], loan, first) for c in (found.balance, found.rate, found.bars))
    end = np.append(day[1:], last)
    end[np.append(first[1:], len(day)) - 1] = last
    end = np.maximum(day, np.minimum(end, last))
    _check(balance, rate, end - day, first)
    part = np.where(bars > 0, 0, np.minimum(balance, found.ceiling[loan])) * np.minimum(rate, found.cap[loan])
    return _Stretches(first, day, end, balance * rate, part, MILLION * found.basis)


def _running(change: Column, loan: Column, first: Column) -> Column:
    """The sum of changes up to each event, begun anew with each loan."""
    total = np.cumsum(change)
    return np.asarray(total - (total[first] - change[first])[loan], np.int64)


def _check(balance: Column, rate: Column, days: Column, first: Column) -> None:
    """Raise OverflowError unless the largest possible sum of a loan fits: reckoned in whole numbers that do not wrap."""
    if int(balance.min()) < 0 or int(rate.min()) < 0:
        raise OverflowError("a balance or rate below zero")
    parts = int(np.diff(np.append(first, len(days))).max())
    if int(balance.max()) * int(rate.max()) * int(days.max()) * parts > LIMIT:
        raise OverflowError("a loan's sum of balance × rate × days does not fit 64 bits")


def _rounded(total: Column, one: Column) -> Column:
    """half_up, as money has it: sums are never negative."""
    return np.asarray((2 * total + one) // (2 * one), np.int64)


def _borne(some: _Stretches, maturity: Column, marks: Sequence[int], cuts: Sequence[int]) -> Column:
    """What the households bear until each cut: loans × cuts, 分, as `subsidy.standing` has it."""
    at_maturity, at = some.share(maturity), {mark: some.share(mark) for mark in marks}
    borne = []
    for cut in cuts:
        over = maturity < cut
        most = np.where(over, at_maturity, 0)
        for mark in marks:
            if mark < cut:
                most = np.maximum(most, at[mark])
        coming = next(m for m in marks if m >= cut)
        limit = np.maximum(most, np.where(over | (maturity > coming), at[coming], at_maturity))
        since = max((m for m in marks if m < cut), default=int(some.day.min()))
        for day in [cut] if cut in at else range(since + 1, cut + 1):
            most = np.maximum(most, np.where(over & (day <= maturity), 0, some.share(day)))
        borne.append(np.minimum(most, limit))
    return np.stack(borne, axis=1)
