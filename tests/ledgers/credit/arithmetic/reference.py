"""The subsidy reckoned slowly and plainly, day by day in fractions: what the fast ways are held against."""

from __future__ import annotations

import datetime as dt
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


def interest_until(loan: Loan, day: dt.date) -> Fraction:
    """Exact 分 from release until before the day."""
    total, d = Fraction(0), loan.start
    while d < day:
        balance = loan.principal - sum(fen for paid, fen in loan.repaid if paid <= d)
        rate = loan.rate
        for since, fresh in sorted(loan.rates):
            if since <= d:
                rate = fresh
        total += Fraction(balance * rate, 1_000_000 * loan.basis)
        d += ONE
    return total


def subsidy_until(loan: Loan, terms: Terms, day: dt.date) -> Fraction:
    """Exact 分 of the subsidy from release until before the day."""
    total, d = Fraction(0), loan.start
    while d < day and d < loan.maturity and terms.entitled:
        if not any(late.start <= d <= late.last for late in terms.default):
            balance = loan.principal - sum(fen for paid, fen in loan.repaid if paid <= d)
            rate = loan.rate
            for since, fresh in sorted(loan.rates):
                if since <= d:
                    rate = fresh
            rate = rate if terms.rate_cap is None or rate < terms.rate_cap else terms.rate_cap
            total += Fraction(min(balance, terms.ceiling) * rate, 1_000_000 * loan.basis)
        d += ONE
    return total


def subsidy_of(loan: Loan, terms: Terms, period: Period) -> int:
    """分 of a period."""
    return rounded(subsidy_until(loan, terms, period.end)) - rounded(subsidy_until(loan, terms, period.start))


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
def terms_of(draw: st.DrawFn) -> Terms:
    """What is subsidised, with times in default that may overlap."""
    late = []
    for begin, length in draw(st.lists(st.tuples(st.integers(0, 1800), st.integers(1, 200)), max_size=2)):
        start = FIRST + dt.timedelta(days=begin)
        late.append(Period(start, start + dt.timedelta(days=length)))
    cap = draw(st.none() | st.integers(0, 240_000))
    return Terms(draw(st.sampled_from([5_000_000, 1_000_000])), cap, draw(st.booleans()), tuple(late))
