"""How long the subsidy of a million loan-quarters takes, and whether it is the slow reckoning's to the 分."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import numpy as np

from shouwang.ledgers.credit.arithmetic.days import Period
from shouwang.ledgers.credit.arithmetic.interest import Loan
from shouwang.ledgers.credit.arithmetic.setwise import NO_CAP, Events, subsidies
from shouwang.ledgers.credit.arithmetic.subsidy import Terms, subsidy

CUTS = [dt.date(2019, 12, 21), dt.date(2020, 3, 21), dt.date(2020, 6, 21), dt.date(2020, 9, 21), dt.date(2020, 12, 21)]
CEILING = 5_000_000
CHECKED = 2_000


def run(loan_quarters: int = 1_000_000, *, seed: int = 2020) -> dict[str, Any]:
    """Reckon `loan_quarters` by columns; hold a sample against the reckoning of one loan at a time, loan by loan and quarter by quarter."""
    quarters = len(CUTS) - 1
    loans = max(1, -(-loan_quarters // quarters))
    found = made(loans, np.random.default_rng(seed))
    begin = time.perf_counter()
    answer = subsidies(found, CUTS)
    seconds = time.perf_counter() - begin
    sample = np.random.default_rng(seed + 1).choice(loans, min(CHECKED, loans), replace=False)
    begin = time.perf_counter()
    differing = sum(int(answer[i, q]) != _one(found, int(i), Period(*CUTS[q : q + 2])) for i in sample for q in range(quarters))
    return {
        "loans": loans,
        "quarters": quarters,
        "loan_quarters": loans * quarters,
        "events": len(found.day),
        "seconds": round(seconds, 3),
        "limit_s": 10,
        "subsidy_yuan": f"{int(answer.sum()) / 100:.2f}",
        "checked_loan_quarters": len(sample) * quarters,
        "check_seconds": round(time.perf_counter() - begin, 2),
        "differing": differing,
    }


def made(n: int, rng: np.random.Generator) -> Events:
    """Loans of all kinds: part-payments, a change of rate, times in default, some above the ceiling, some not entitled, both bases."""
    loan = np.arange(n, dtype=np.int64)
    start = rng.integers(dt.date(2017, 6, 1).toordinal(), dt.date(2020, 11, 1).toordinal(), n)
    term = rng.integers(180, 1096, n)
    principal = rng.integers(100_000, 6_000_001, n)
    rate = rng.choice(np.array([43_500, 47_500, 40_500, 46_500, 38_500]), n)
    entitled = rng.random(n) < 0.97
    zero = np.zeros(n, np.int64)
    rows = [(loan, start, principal, rate, (~entitled).astype(np.int64)), (loan, start + term, zero, zero, zero + 1)]
    for share, of in ((0.3, 4), (0.2, 3)):  # part-payments: what is left is never below zero
        paying = np.flatnonzero(rng.random(n) < share)
        rows.append((paying, start[paying] + rng.integers(1, 180, len(paying)), -(principal[paying] // of), paying * 0, paying * 0))
    lower = np.flatnonzero(rng.random(n) < 0.1)
    rows.append((lower, start[lower] + rng.integers(1, 400, len(lower)), lower * 0, -rng.integers(1_000, 5_001, len(lower)), lower * 0))
    late = np.flatnonzero(rng.random(n) < 0.05)
    begins = start[late] + rng.integers(30, 500, len(late))
    rows.append((late, begins, late * 0, late * 0, late * 0 + 1))
    rows.append((late, begins + rng.integers(1, 90, len(late)), late * 0, late * 0, late * 0 - 1))
    joined = [np.concatenate([r[k] for r in rows]).astype(np.int64) for k in range(5)]
    basis = np.where(rng.random(n) < 0.8, 360, 365).astype(np.int64)
    return Events(
        joined[0],
        joined[1],
        joined[2],
        joined[3],
        joined[4],
        np.full(n, CEILING, np.int64),
        basis,
        np.full(n, NO_CAP, np.int64),
        start + term,
    )


def _one(found: Events, index: int, period: Period) -> int:
    """The same loan by the arithmetic of a single one."""
    at = np.flatnonzero(found.loan == index)
    day = [dt.date.fromordinal(int(d)) for d in found.day[at]]
    change, rates_by, bars = ([int(v) for v in c[at]] for c in (found.balance, found.rate, found.bars))
    later = range(2, len(day))  # the first two events are release and maturity
    repaid = tuple((day[k], -change[k]) for k in later if change[k])
    rates = tuple((day[k], rates_by[0] + rates_by[k]) for k in later if rates_by[k])
    begins = [day[k] for k in later if bars[k] > 0]
    late = tuple(Period(a, b) for a, b in zip(begins, (day[k] for k in later if bars[k] < 0), strict=True))
    loan = Loan(change[0], rates_by[0], day[0], day[1], int(found.basis[index]), repaid, rates)
    return subsidy(loan, Terms(CEILING, None, not bars[0], late), period).fen
