"""The nightly look at maturities and arrears."""

import datetime as dt

from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.credit import jobs
from shouwang.ledgers.credit.models import Loan
from tests.factories.credit import make_borrowers, make_loan
from tests.ledgers.credit.people import TODAY

D = dt.date


def lines(kind):
    return [(i.office.code, i.title, i.due_at and i.due_at.date()) for i in WorkItem.objects.filter(kind=kind, state="open")]


def test_a_town_hears_once_of_all_loans_that_fall_due_and_no_more_when_they_are_paid(city):
    for maturity in (D(2020, 3, 18), D(2020, 2, 20), D(2020, 3, 19)):
        make_loan(make_borrowers(city.villages[0]), maturity=maturity)
    assert jobs.maturing_towns(TODAY) == 1
    assert jobs.maturing_towns(TODAY) == 1
    assert lines("credit.maturing") == [("440513100-zf", "小额信贷临近到期 2 笔", D(2020, 2, 20))]
    Loan.objects.update(state="settled", balance=0)
    assert (jobs.maturing_towns(TODAY), lines("credit.maturing")) == (0, [])


def test_a_county_is_alarmed_at_one_percent_and_not_below(city):
    late = make_loan(make_borrowers(city.villages[0]), amount=100, maturity=D(2020, 2, 16))
    owing = make_loan(make_borrowers(city.villages[0]), amount=9_900, maturity=D(2020, 12, 1))
    assert jobs.alarmed_counties(TODAY) == 1
    assert lines("credit.alarm") == [("440513-fpb", "小额信贷逾期率超过 1% 警戒线（1 笔）", None)]
    Loan.objects.filter(pk=owing.pk).update(amount=9_901, balance=9_901)
    assert (jobs.alarmed_counties(TODAY), lines("credit.alarm")) == (0, [])
    assert late.balance == 100
