"""The subsidy reckoned slowly and plainly, day by day in fractions: what the fast ways are held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from hypothesis import strategies as st

from shouwang.ledgers.credit.arithmetic.days import Period
from shouwang.ledgers.credit.arithmetic.interest import Loan
from shouwang.ledgers.credit.arithmetic.subsidy import Terms

ONE = dt.timedelta(days=1)
FIRST = dt.date(2018, 1, 1)


def rounded(amount: Fraction) -> int:
    """分, halves up, said in another way than the code under test."""
    return int(amount + Fraction(1, 2))


def walked(loan: Loan, terms: Terms, day: dt.date) -> Iterator[tuple[Fraction, Fraction]]:
    """Exact 分 of interest and subsidy from release to the end of each day before `day`."""
    interest = subsidy = Fraction(0)
    d = loan.start
    while d < day:
        balance = loan.principal - sum(fen for paid, fen in loan.repaid if paid <= d)
        rate = loan.rate
        for since, fresh in sorted(loan.rates):
            if since <= d:
                rate = fresh
        interest += Fraction(balance * rate, 1_000_000 * loan.basis)
        if terms.entitled and d < loan.maturity and not any(late.start <= d <= late.last for late in terms.default):
            rate = rate if terms.rate_cap is None or rate < terms.rate_cap else terms.rate_cap
            subsidy += Fraction(min(balance, terms.ceiling) * rate, 1_000_000 * loan.basis)
        yield interest, subsidy
        d += ONE


def is_struck(loan: Loan, day: dt.date) -> bool:
    """Whether the household's share is struck before the day: the 21st of 3, 6, 9, 12, and maturity."""
    return day == loan.maturity or (day.day == 21 and day.month in (3, 6, 9, 12))


def until(loan: Loan, terms: Terms, day: dt.date) -> tuple[int, int, int]:
    """分 from release until before the day: interest, subsidy, and what the household bears, which is never given back.

    What it bears is the most by which interest was above subsidy when it was struck. Between two such days it rises as the days have it, but
    not above what the next will say.
    """
    interest, most, since, d = 0, 0, 0, loan.start
    for whole, given in walked(loan, terms, day + dt.timedelta(days=100)):
        d += ONE
        share = rounded(whole) - rounded(given)
        if d <= day:
            interest, since = rounded(whole), max(since, share)
        if is_struck(loan, d):
            if d >= day:
                borne = min(max(most, since), max(most, share))
                return interest, interest - borne, borne
            most, since = max(most, share), 0
    return 0, 0, 0


def subsidy_of(loan: Loan, terms: Terms, period: Period) -> int:
    """分 of a period."""
    return until(loan, terms, period.end)[1] - until(loan, terms, period.start)[1]


USUAL = st.sampled_from([5_000_000, 1_000_000])
days_after = st.integers(1, 1200)


@st.composite
def loans(draw: st.DrawFn) -> Loan:
    """A loan with part-payments and changes of rate, before and after maturity."""
    start = FIRST + dt.timedelta(days=draw(st.integers(0, 800)))
    principal = draw(st.integers(1, 6_000_000))
    repaid, left = [], principal
    for day in sorted(draw(st.lists(st.integers(0, 1200), max_size=3))):
        fen = draw(st.integers(0, left))
        if fen:
            repaid.append((start + dt.timedelta(days=day), fen))
            left -= fen
    changes = draw(st.lists(st.tuples(days_after, st.integers(0, 240_000)), max_size=2, unique_by=lambda c: c[0]))
    rates = tuple((start + dt.timedelta(days=d), r) for d, r in changes)
    maturity = start + dt.timedelta(days=draw(days_after))
    return Loan(principal, draw(st.integers(0, 240_000)), start, maturity, draw(st.sampled_from([360, 365])), tuple(repaid), rates)


@st.composite
def small_loans(draw: st.DrawFn) -> Loan:
    """A loan of some 元 whose interest of a day is less than a 分, with a part-payment."""
    start = FIRST + dt.timedelta(days=draw(st.integers(0, 100)))
    principal = draw(st.integers(2, 9_000))
    day = start + dt.timedelta(days=draw(st.integers(1, 900)))
    repaid = ((day, draw(st.integers(1, principal - 1))),)
    rate = draw(st.sampled_from([43_500, 47_500, 240_000]))
    return Loan(principal, rate, start, start + dt.timedelta(days=draw(st.integers(1, 1100))), draw(st.sampled_from([360, 365])), repaid)


@st.composite
def terms_of(draw: st.DrawFn, ceilings: st.SearchStrategy[int] = USUAL) -> Terms:
    """What is subsidised, with times in default that may overlap."""
    late = []
    for begin, length in draw(st.lists(st.tuples(st.integers(0, 1800), st.integers(1, 200)), max_size=2)):
        start = FIRST + dt.timedelta(days=begin)
        late.append(Period(start, start + dt.timedelta(days=length)))
    cap = draw(st.none() | st.integers(0, 240_000))
    return Terms(draw(ceilings), cap, draw(st.booleans()), tuple(late))
