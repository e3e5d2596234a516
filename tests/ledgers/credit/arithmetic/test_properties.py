"""Parts are the whole, a period cut in two gains nothing, and the fast ways agree with the slow one to the 分."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.bench.loans import made
from shouwang.ledgers.credit.arithmetic.days import Calendar, Period, between
from shouwang.ledgers.credit.arithmetic.interest import Loan, interest
from shouwang.ledgers.credit.arithmetic.money import half_up
from shouwang.ledgers.credit.arithmetic.schedule import schedule
from shouwang.ledgers.credit.arithmetic.setwise import Events, events, subsidies
from shouwang.ledgers.credit.arithmetic.subsidy import Terms, otherwise, settlement, settlements, standing, struck_days, subsidy
from tests.ledgers.credit.arithmetic.reference import FIRST, loans, small_loans, subsidy_of, terms_of, until

SOME = settings(max_examples=60, deadline=None)
QUARTERS = Calendar(20, (3, 6, 9, 12))
days_on = st.integers(0, 1500).map(lambda n: FIRST + dt.timedelta(days=n))


@given(st.integers(0, 10**15), st.integers(1, 10**9))
def test_half_up_is_the_nearest_and_a_half_goes_up(numerator, denominator):
    found = half_up(numerator, denominator)
    assert -denominator <= 2 * (numerator - found * denominator) < denominator
    assert half_up(-numerator, denominator) == -found


@SOME
@given(loans(), st.lists(days_on, min_size=2, max_size=8))
def test_interest_of_the_parts_is_that_of_the_whole(loan, days):
    parts = between(days)
    if parts:
        whole = Period(parts[0].start, parts[-1].end)
        assert sum(interest(loan, p).fen for p in parts) == interest(loan, whole).fen


@SOME
@given(loans(), terms_of(), st.lists(days_on, min_size=2, max_size=8))
def test_subsidy_gains_nothing_by_cutting_a_period(loan, terms, days):
    parts = between(days)
    if parts:
        whole = Period(parts[0].start, parts[-1].end)
        assert sum(subsidy(loan, terms, p).fen for p in parts) == subsidy(loan, terms, whole).fen


@SOME
@given(loans(), terms_of())
def test_subsidy_by_quarter_and_by_year_is_the_same_money(loan, terms):
    quarters = settlements(loan, terms, QUARTERS)
    year = settlements(loan, terms, Calendar(30, (9,)))
    assert sum(s.subsidy for s in quarters) == sum(s.subsidy for s in year)
    assert sum(s.interest for s in quarters) == sum(s.interest for s in year) == until(loan, terms, loan.maturity)[0]
    assert all(s.own + s.subsidy == s.interest for s in quarters)


@SOME
@given(loans(), terms_of(), st.lists(days_on, min_size=2, max_size=8))
def test_no_part_of_a_settlement_is_ever_below_zero(loan, terms, days):
    found = [settlement(loan, terms, p) for p in between(days)]
    assert all(s.interest >= 0 and s.subsidy >= 0 and s.own >= 0 for s in found)


@SOME
@given(small_loans(), terms_of(ceilings=st.integers(1, 3_000)), st.integers(0, 900))
def test_no_day_takes_back_what_a_household_has_borne(loan, terms, first):
    """Balances so small that a day brings less than a 分, where roundings of interest and subsidy are furthest apart."""
    days = [loan.start + dt.timedelta(days=first + n) for n in range(80)]
    found = [settlement(loan, terms, p) for p in between(days)]
    assert all(s.interest >= 0 and s.subsidy >= 0 and s.own >= 0 for s in found)
    assert [s.subsidy for s in found] == [subsidy_of(loan, terms, s.period) for s in found]


@SOME
@given(loans(), terms_of(), days_on)
def test_a_subsidy_is_the_rounded_one_or_a_cent_beside_and_all_of_the_interest_where_all_is_subsidised(loan, terms, day):
    found = standing(loan, terms, day)
    rounded = half_up(found.subsidy, 1_000_000 * loan.basis)
    assert abs(found.given - rounded) <= 1
    if day in struck_days(loan, day):
        assert found.given <= rounded
    if found.subsidy in (0, found.interest):
        assert found.given == rounded


@SOME
@given(loans(), terms_of(), days_on, st.integers(1, 400))
def test_subsidy_is_that_of_the_slow_reckoning(loan, terms, start, days):
    period = Period(start, start + dt.timedelta(days=days))
    assert subsidy(loan, terms, period).fen == subsidy_of(loan, terms, period)
    assert all(abs(n - subsidy_of(loan, terms, period)) <= 2 for n in otherwise(loan, terms, period))


@SOME
@given(st.lists(st.tuples(loans(), terms_of()), min_size=1, max_size=5), st.lists(days_on, min_size=2, max_size=5, unique=True))
def test_columns_are_the_slow_reckoning(pairs, days):
    cuts = sorted(days)
    found = subsidies(events(pairs), cuts)
    assert found.tolist() == [[subsidy_of(loan, terms, p) for p in between(cuts)] for loan, terms in pairs]


@SOME
@given(
    st.lists(st.tuples(small_loans(), terms_of(ceilings=st.integers(1, 3_000))), min_size=1, max_size=5),
    st.lists(days_on, min_size=2, max_size=5, unique=True),
)
def test_columns_are_the_slow_reckoning_where_a_day_brings_less_than_a_cent(pairs, days):
    cuts = sorted(days)
    assert subsidies(events(pairs), cuts).tolist() == [[subsidy_of(loan, terms, p) for p in between(cuts)] for loan, terms in pairs]


def test_columns_of_the_measurement_are_the_slow_reckoning():
    """The loans of `shouwang bench loans`, a few of each kind."""
    found = made(40, np.random.default_rng(7))
    cuts = [dt.date(2020, 3, 21), dt.date(2020, 6, 21), dt.date(2020, 9, 21)]
    answer = subsidies(found, cuts)
    for i in range(40):
        at = np.flatnonzero(found.loan == i)
        begins = [int(found.day[k]) for k in at if found.bars[k] > 0][1 if found.bars[at[0]] == 0 else 2 :]
        ends = [int(found.day[k]) for k in at if found.bars[k] < 0]
        late = tuple(Period(dt.date.fromordinal(a), dt.date.fromordinal(b)) for a, b in zip(begins, ends, strict=True))
        day = [dt.date.fromordinal(int(found.day[k])) for k in at]
        repaid = tuple((day[j], -int(found.balance[k])) for j, k in enumerate(at) if j and found.balance[k])
        rate = int(found.rate[at[0]])
        rates = tuple((day[j], rate + int(found.rate[k])) for j, k in enumerate(at) if j and found.rate[k])
        loan = Loan(int(found.balance[at[0]]), rate, day[0], day[1], int(found.basis[i]), repaid, rates)
        terms = Terms(5_000_000, None, found.bars[at[0]] == 0, late)
        assert answer[i].tolist() == [subsidy_of(loan, terms, p) for p in between(cuts)]


@SOME
@given(loans())
def test_schedule_pays_the_whole_principal_and_interest_once(loan):
    rows = schedule(loan, QUARTERS)
    within = sum(fen for day, fen in loan.repaid if day < loan.maturity)
    assert sum(r.principal for r in rows) == loan.principal
    assert sum(r.interest for r in rows) == interest(loan, Period(loan.start, loan.maturity)).fen
    assert rows[-1].balance == 0
    assert within <= loan.principal


def test_a_sum_beyond_64_bits_is_refused_and_not_wrapped():
    one = np.array([0, 0], np.int64)
    day = np.array([FIRST.toordinal(), FIRST.toordinal() + 30_000], np.int64)
    huge = np.array([10**15, 0], np.int64)
    rate = np.array([240_000, 0], np.int64)
    found = Events(
        one, day, huge, rate, np.array([0, 1], np.int64), np.array([10**15], np.int64), np.array([360], np.int64), rate[:1], day[1:]
    )
    with pytest.raises(OverflowError):
        subsidies(found, [FIRST, dt.date(2099, 1, 1)])
