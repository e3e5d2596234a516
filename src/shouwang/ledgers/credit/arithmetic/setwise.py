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

from shouwang.ledgers.credit.arithmetic.interest import Loan
from shouwang.ledgers.credit.arithmetic.money import MILLION
from shouwang.ledgers.credit.arithmetic.subsidy import Terms

Column = NDArray[np.int64]
LIMIT = 2**61  # twice a sum of products plus a denominator must stay inside 63 bits


@dataclass(frozen=True, slots=True)
class Events:
    """All events; `loan` (0, 1, …, each at least once) and `day` of each, and by how much balance, rate and bars change from that day on.

    `ceiling` and `basis` are by loan. A bar is not being entitled, a time in default, or being past maturity; any one stops the subsidy.
    """

    loan: Column
    day: Column
    balance: Column
    rate: Column
    bars: Column
    ceiling: Column
    basis: Column


def events(loans: Iterable[tuple[Loan, Terms]]) -> Events:
    """The events of loans as `subsidy` knows them."""
    rows: list[tuple[int, int, int, int, int]] = []
    ceiling, basis = [], []
    for i, (loan, terms) in enumerate(loans):
        ceiling.append(terms.ceiling)
        basis.append(loan.basis)
        start = loan.start.toordinal()
        rate = _capped(loan.rate, terms)
        rows.append((i, start, loan.principal, rate, 0 if terms.entitled else 1))
        rows.append((i, loan.maturity.toordinal(), 0, 0, 1))
        rows += [(i, day.toordinal(), -fen, 0, 0) for day, fen in loan.repaid]
        for day, fresh in sorted(loan.rates):
            rows.append((i, max(start, day.toordinal()), 0, _capped(fresh, terms) - rate, 0))
            rate = _capped(fresh, terms)
        for late in terms.default:
            rows += [(i, max(start, late.start.toordinal()), 0, 0, 1), (i, max(start, late.end.toordinal()), 0, 0, -1)]
    table = np.array(rows, np.int64).reshape(-1, 5)
    loan_of, day_of, balance, rates, bars = (np.ascontiguousarray(table[:, k]) for k in range(5))
    return Events(loan_of, day_of, balance, rates, bars, np.array(ceiling, np.int64), np.array(basis, np.int64))


def _capped(rate: int, terms: Terms) -> int:
    return rate if terms.rate_cap is None else min(rate, terms.rate_cap)


def subsidies(found: Events, cuts: Sequence[dt.date]) -> Column:
    """The subsidy of every loan in every period between two neighbours of `cuts`: loans × periods, 分.

    Raises OverflowError where 64 bits could not hold a loan's sum: nothing is ever wrapped.
    """
    loans = len(found.basis)
    if not loans:
        return np.zeros((0, len(cuts) - 1), np.int64)
    order = np.lexsort((found.day, found.loan))
    loan, day = found.loan[order], found.day[order]
    first = np.searchsorted(loan, np.arange(loans))
    state = [_running(c[order], loan, first) for c in (found.balance, found.rate, found.bars)]
    base = np.where(state[2] > 0, 0, np.minimum(state[0], found.ceiling[loan]))
    last = max(c.toordinal() for c in cuts)
    end = np.append(day[1:], last)
    end[np.append(first[1:], len(day)) - 1] = last
    product = _product(base, state[1], np.clip(np.minimum(end, last) - day, 0, None), first)
    settled = np.empty((loans, len(cuts)), np.int64)
    twice = 2 * MILLION * found.basis
    for i, cut in enumerate(cuts):
        until = np.add.reduceat(product * np.clip(np.minimum(end, cut.toordinal()) - day, 0, None), first)
        settled[:, i] = (2 * until + twice // 2) // twice  # half_up, as money has it: sums are never negative
    return np.diff(settled, axis=1)


def _running(change: Column, loan: Column, first: Column) -> Column:
    """The sum of changes up to each event, begun anew with each loan."""
    total = np.cumsum(change)
    return np.asarray(total - (total[first] - change[first])[loan], np.int64)


def _product(base: Column, rate: Column, days: Column, first: Column) -> Column:
    """Balance × rate of each segment, if the largest possible sum of a loan fits: reckoned in whole numbers that do not wrap."""
    if int(base.min()) < 0 or int(rate.min()) < 0:
        raise OverflowError("a balance or rate below zero")
    parts = int(np.diff(np.append(first, len(base))).max())
    if int(base.max()) * int(rate.max()) * int(days.max()) * parts > LIMIT:
        raise OverflowError("a loan's sum of balance × rate × days does not fit 64 bits")
    return base * rate
