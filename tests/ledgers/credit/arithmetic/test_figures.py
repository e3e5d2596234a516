"""The worked figures of the field, and the words for bad input."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit.arithmetic import money
from shouwang.ledgers.credit.arithmetic.days import Calendar, Period, add_months
from shouwang.ledgers.credit.arithmetic.interest import Loan, interest
from shouwang.ledgers.credit.arithmetic.rates import rate_cap
from shouwang.ledgers.credit.arithmetic.schedule import schedule
from shouwang.ledgers.credit.arithmetic.subsidy import Terms, settlements, subsidy
from shouwang.ledgers.credit.arithmetic.terms import deferral, extension, renewal

D = dt.date
QUARTERS = Calendar(20, (3, 6, 9, 12))
TERMS = Terms(5_000_000)


def loan(principal: int = 5_000_000, rate: int = 43_500, **kw) -> Loan:
    start, maturity = kw.pop("start", D(2019, 12, 21)), kw.pop("maturity", D(2020, 12, 21))
    return Loan(principal, rate, start, maturity, **kw)


def test_a_quarter_of_fifty_thousand():
    found = interest(loan(), Period(D(2019, 12, 21), D(2020, 3, 21)))
    assert (found.fen, found.days) == (54_979, 91)
    assert found.lines == (
        "2019-12-21 ～ 2020-03-20，50,000.00元×4.35%×91天÷360＝549.791666…元",
        "利息合计 549.791666… 元，四舍五入到分＝549.79 元",
    )


@pytest.mark.parametrize(("basis", "fen"), [(360, 220_521), (365, 217_500)])
def test_a_year_by_either_basis(basis, fen):
    year = Period(D(2019, 1, 1), D(2020, 1, 1))
    assert interest(loan(start=year.start, maturity=year.end, basis=basis), year).fen == fen


def test_the_interest_days_cut_a_leap_quarter_of_91_days():
    periods = QUARTERS.periods(D(2019, 12, 21), D(2020, 12, 21))
    assert [(p.start, p.days) for p in periods] == [
        (D(2019, 12, 21), 91),
        (D(2020, 3, 21), 92),
        (D(2020, 6, 21), 92),
        (D(2020, 9, 21), 91),
    ]
    assert QUARTERS.period_of(D(2020, 3, 20)) == periods[0]
    assert QUARTERS.period_of(D(2020, 3, 21)) == periods[1]


def test_a_settlement_day_the_month_has_not_is_its_last_day():
    assert Calendar(31, (2, 9)).cuts(D(2020, 1, 1), D(2020, 12, 31)) == [D(2020, 3, 1), D(2020, 10, 1)]


def test_no_subsidy_above_the_ceiling_in_default_after_maturity_or_without_entitlement():
    whole = Period(D(2019, 12, 21), D(2021, 3, 21))
    assert subsidy(loan(6_000_000), TERMS, Period(D(2019, 12, 21), D(2020, 3, 21))).fen == 54_979
    assert subsidy(loan(), Terms(5_000_000, entitled=False), whole).fen == 0
    assert subsidy(loan(), TERMS, Period(D(2020, 12, 21), D(2021, 3, 21))).fen == 0
    late = Terms(5_000_000, default=(Period(D(2020, 1, 1), D(2020, 1, 11)),))
    found = subsidy(loan(), late, Period(D(2019, 12, 21), D(2020, 3, 21)))
    assert (found.fen, found.days) == (48_938, 81)
    assert "2020-01-01 ～ 2020-01-10，10天：逾期期间不贴息" in found.lines


def test_early_repayment_ends_the_subsidy_and_a_part_payment_lowers_it():
    part = loan(repaid=((D(2020, 2, 1), 2_000_000),))
    assert subsidy(part, TERMS, Period(D(2019, 12, 21), D(2020, 3, 21))).fen == 43_138  # 253.75 + 177.625 = 431.375: the half goes up
    done = loan(repaid=((D(2020, 3, 21), 5_000_000),))
    assert [s.subsidy for s in settlements(done, TERMS, QUARTERS)] == [54_979, 0, 0, 0]


def test_own_share_does_not_go_back_when_the_balance_is_below_the_ceiling_again():
    """60,000 with 20,000 repaid: rounded each by itself, interest and subsidy left −0.01 of 2020-06-21 ～ 2020-09-20 to the household."""
    over = loan(6_000_000, start=D(2019, 3, 2), repaid=((D(2019, 12, 10), 2_000_000),))
    found = settlements(over, TERMS, QUARTERS)
    assert [s.own for s in found] == [2_296, 11_116, 11_117, 9_667, 0, 0, 0, 0]
    assert [s.subsidy for s in found] == [11_479, 55_584, 55_583, 53_650, 43_983, 44_467, 44_466, 43_984]
    assert sum(s.subsidy for s in found) == 353_196


def test_a_cent_less_than_rounded_is_derived_in_words():
    over = loan(5_100_000, start=D(2019, 2, 18), repaid=((D(2019, 11, 24), 2_000_000),))
    found = settlements(over, TERMS, QUARTERS)[-1]
    assert found.lines[-1] == (
        "贴息：累计 3,157.7375 元，四舍五入到分＝3,157.74 元；同期利息 3,191.45 元，农户承担 33.72 元（按结息日结平，"
        "已承担的不退回），计 3,157.73 元；减以前各期累计 2,816.86 元＝340.87 元"
    )


def test_a_lower_rate_holds_from_its_day_on():
    lower = loan(rates=((D(2020, 3, 21), 40_500),))
    assert [s.subsidy for s in settlements(lower, TERMS, QUARTERS)[:2]] == [54_979, 51_750]


def test_a_contract_above_the_cap_is_subsidised_at_the_cap():
    found = settlements(loan(rate=47_500), Terms(5_000_000, 43_500), QUARTERS)[0]
    assert (found.subsidy, found.interest, found.own) == (54_979, 60_035, 5_056)


def test_schedule_of_a_year():
    rows = schedule(loan(), QUARTERS)
    assert [(r.due_on, r.interest, r.principal, r.balance) for r in rows] == [
        (D(2020, 3, 21), 54_979, 0, 5_000_000),
        (D(2020, 6, 21), 55_584, 0, 5_000_000),
        (D(2020, 9, 21), 55_583, 0, 5_000_000),
        (D(2020, 12, 21), 54_979, 5_000_000, 0),
    ]
    assert sum(r.total for r in rows) == 5_221_125


@pytest.mark.parametrize(
    ("maturity", "on", "latest"),
    [
        (D(2019, 12, 31), D(2020, 3, 1), None),
        (D(2020, 1, 1), D(2020, 3, 1), D(2020, 7, 1)),
        (D(2020, 8, 31), D(2020, 7, 2), D(2021, 2, 28)),
        (D(2020, 8, 31), D(2020, 7, 3), D(2021, 3, 31)),
        (D(2020, 1, 1), D(2021, 3, 31), D(2021, 3, 31)),
        (D(2019, 12, 31), D(2020, 8, 1), None),
        (D(2021, 3, 31), D(2020, 8, 1), None),
        (D(2021, 3, 1), D(2021, 4, 1), None),
        (D(2020, 2, 1), D(2020, 2, 11), None),
        (D(2020, 2, 1), D(2020, 2, 12), D(2020, 8, 1)),
    ],
)
def test_deferral_by_the_rule_of_the_day(maturity, on, latest):
    found = deferral(maturity, on)
    assert (found.eligible, found.latest) == (latest is not None, latest)
    assert found.rule and found.why


def test_extension_is_asked_for_before_maturity_once_and_by_half_the_term():
    long = extension(D(2018, 3, 1), D(2021, 3, 1), D(2021, 3, 1), D(2021, 2, 1), 0)
    assert (long.eligible, long.latest) == (True, D(2022, 9, 1))
    short = extension(D(2020, 3, 1), D(2020, 9, 1), D(2020, 9, 1), D(2020, 8, 1), 0)
    assert short.latest == D(2021, 3, 1)
    assert not extension(D(2018, 3, 1), D(2021, 3, 1), D(2021, 3, 1), D(2021, 3, 2), 0).eligible
    assert not extension(D(2018, 3, 1), D(2021, 3, 1), D(2021, 3, 1), D(2021, 2, 1), 1).eligible


def test_renewal_is_not_for_a_loan_overdue_or_far_from_its_end():
    assert renewal(D(2020, 3, 1), D(2020, 2, 20), 0, overdue=False).eligible
    assert not renewal(D(2020, 3, 1), D(2020, 2, 20), 0, overdue=True).eligible
    assert not renewal(D(2020, 3, 1), D(2020, 2, 20), 1, overdue=False).eligible
    assert not renewal(D(2020, 9, 1), D(2020, 2, 20), 0, overdue=False).eligible


@pytest.mark.parametrize(
    ("on", "months", "ppm"),
    [
        (D(2015, 2, 28), 12, 56_000),
        (D(2015, 3, 1), 12, 53_500),
        (D(2015, 9, 1), 36, 50_000),
        (D(2019, 5, 1), 12, 43_500),
        (D(2019, 5, 1), 36, 47_500),
        (D(2020, 5, 1), 12, 43_500),
        (D(2021, 5, 1), 12, 38_500),
        (D(2021, 3, 3), 12, 43_500),
        (D(2021, 3, 4), 12, 38_500),
        (D(2021, 5, 1), 36, 46_500),
        (D(2021, 12, 19), 12, 38_500),
        (D(2021, 12, 20), 12, 38_000),
        (D(2022, 9, 1), 36, 43_000),
        (D(2024, 10, 21), 12, 31_000),
    ],
)
def test_rate_rule_by_date_and_term(on, months, ppm):
    assert rate_cap(on, months).ppm == ppm


def test_months_end_where_the_month_is_too_short():
    assert add_months(D(2019, 8, 31), 6) == D(2020, 2, 29)


@pytest.mark.parametrize("said", ["50000", "50,000", "50,000.00", "５００００", "50，000", " 50000元 ", "50000.0"])
def test_an_amount_as_people_write_it(said):
    assert money.fen_of(said) == 5_000_000


@pytest.mark.parametrize("said", ["4.35", "4.35%", "4.35％", "４．３５", "4.3500"])
def test_a_rate_as_people_write_it(said):
    assert money.ppm_of(said) == 43_500


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: money.fen_of("五万"), "不是有效金额"),
        (lambda: money.fen_of("549.795"), "不是有效金额"),
        (lambda: money.fen_of("-1"), "超出范围"),
        (lambda: money.fen_of("1e4"), "不是有效金额"),
        (lambda: money.fen_of("1e999999999"), "不是有效金额"),
        (lambda: money.fen_of("5_000"), "不是有效金额"),
        (lambda: money.fen_of("5,00,00"), "不是有效金额"),
        (lambda: money.fen_of("5万元"), "不是有效金额"),
        (lambda: money.fen_of("-0.01"), "超出范围"),
        (lambda: money.ppm_of("435"), "超出范围"),
        (lambda: money.ppm_of("0.0435"), "4.35% 请填写 4.35"),
        (lambda: money.ppm_of("4.35％％"), "不是有效的百分数"),
        (lambda: loan(principal=0), "本金 0.00 元须大于零"),
        (lambda: loan(basis=366), "计息基数“366”无效"),
        (lambda: loan(maturity=D(2019, 12, 21)), "没有可计的天数"),
        (lambda: loan(repaid=((D(2019, 12, 1), 100),)), "早于放款日期"),
        (lambda: loan(repaid=((D(2020, 1, 1), 5_000_001),)), "超过贷款本金"),
        (lambda: loan(repaid=((D(2020, 1, 1), 0),)), "须大于零"),
    ],
)
def test_bad_input_is_refused_in_words(act, words):
    with pytest.raises(Refused, match=words):
        act()
