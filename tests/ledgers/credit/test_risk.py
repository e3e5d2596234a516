"""The risk fund."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit.actions import fund, risk
from shouwang.ledgers.credit.board import fund as board
from shouwang.ledgers.credit.models import FundMovement
from tests.factories.credit import add_money, make_borrowers, make_loan
from tests.ledgers.credit.people import TODAY, clerk

D = dt.date


def late(city, **kw):
    return make_loan(make_borrowers(city.villages[0]), maturity=D(2019, 11, 18), **kw)


def test_a_claim_is_paid_in_the_fund_s_share_and_recovered(city):
    by, loan = clerk(city), late(city)
    claim = risk.claim(loan, by=by, today=TODAY)
    assert claim.claimed == 5_000_000
    with pytest.raises(Refused, match="不能重复申请"):
        risk.claim(loan, by=by, today=TODAY)
    with pytest.raises(Refused, match=r"不超过基金应承担的 35,000\.00 元"):
        risk.compensate(claim, amount=3_500_001, by=by, today=TODAY)
    with pytest.raises(Refused, match="代偿之后才能登记追回"):
        risk.recover(claim, amount=1, by=by, today=TODAY)
    fund.enter(city.counties[0], "paid_in", 4_000_000, on=D(2019, 1, 10), document="启用系统时的结存", by=by, today=TODAY)
    claim = risk.compensate(claim, amount=3_500_000, by=by, today=TODAY)
    claim = risk.recover(claim, amount=1_000_000, by=by, today=TODAY)
    assert (claim.state, claim.recovered) == ("compensated", 1_000_000)
    with pytest.raises(Refused, match=r"未追回的 25,000\.00 元"):
        risk.recover(claim, amount=2_500_001, by=by, today=TODAY)
    assert risk.recover(claim, amount=2_500_000, by=by, today=TODAY).state == "recovered"


def test_a_claim_is_open_on_the_last_rung_only(city):
    by = clerk(city)
    with pytest.raises(Refused, match="逾期满 91 天"):
        risk.claim(make_loan(make_borrowers(city.villages[0]), maturity=D(2019, 11, 19)), by=by, today=TODAY)


def test_a_declined_claim_may_be_made_again(city):
    by, loan = clerk(city), late(city)
    risk.decline(risk.claim(loan, by=by, today=TODAY), reason="材料不全", by=by, today=TODAY)
    assert risk.claim(loan, by=by, today=TODAY).state == "claimed"


def balance(scope, day):
    return board(scope, day.isoformat(), TODAY)["total"]


def test_the_fund_s_balance_of_each_day_follows_what_was_paid_taken_and_recovered(city):
    by, county = clerk(city), city.counties[0]
    fund.enter(county, "paid_in", 10_000_000, on=D(2019, 1, 10), document="汕财农〔2019〕1号", by=by, today=TODAY)
    fund.enter(county, "interest", 12_345, on=D(2019, 12, 21), document="存款利息", by=by, today=TODAY)
    claim = risk.compensate(risk.claim(late(city), by=by, today=TODAY), amount=3_500_000, by=by, today=TODAY)
    risk.recover(claim, amount=500_001, by=by, today=TODAY)
    fund.enter(county, "withdrawn", 1_000_000, on=TODAY, document="退回财政", by=by, today=TODAY)
    days = (D(2019, 1, 9), D(2019, 1, 10), D(2020, 2, 16), TODAY)
    assert [balance(by, d) for d in days] == ["0.00", "100,000.00", "100,123.45", "60,123.46"]
    assert board(by, "no day", TODAY)["day"] == TODAY
    assert [r["cells"] for r in board(by, "", TODAY)["rows"]] == [["100,000.00", "123.45", "35,000.00", "5,000.01", "10,000.00"]]


def test_a_fund_that_cannot_pay_is_refused_in_words_and_nothing_is_written(city):
    by = clerk(city)
    claim = risk.claim(late(city), by=by, today=TODAY)
    add_money(city.counties[0], 3_499_999)
    with pytest.raises(Refused, match=r"可用余额 34,999\.99 元，不足 35,000\.00 元。请先登记注入资金"):
        risk.compensate(claim, amount=3_500_000, by=by, today=TODAY)
    claim.refresh_from_db()
    assert (claim.state, claim.compensated, FundMovement.objects.count()) == ("claimed", 0, 1)


def test_money_taken_out_before_may_not_leave_a_later_day_below_zero(city):
    by, county = clerk(city), city.counties[0]
    add_money(county, 1_000)
    add_money(county, -900, kind="withdrawn", happened_on=D(2020, 2, 1))
    with pytest.raises(Refused, match=r"2019-06-01 可用余额 1\.00 元"):
        fund.enter(county, "withdrawn", 500, on=D(2019, 6, 1), document="退回财政", by=by, today=TODAY)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"on": D(2020, 2, 18)}, "发生日期 2020-02-18 晚于今天"),
        ({"document": "无"}, "请写明依据"),
        ({"amount": 0}, "金额须大于 0"),
        ({"kind": "compensation"}, "代偿和追回随风险补偿办理"),
    ],
)
def test_a_wrong_movement_is_refused_in_words(city, said, words):
    usual = {"kind": "paid_in", "amount": 1, "on": TODAY, "document": "启用系统时的结存"} | said
    with pytest.raises(Refused, match=words):
        fund.enter(city.counties[0], usual.pop("kind"), usual.pop("amount"), **usual, by=clerk(city), today=TODAY)


def test_money_comes_back_on_a_day_between_the_payment_and_today(city):
    by = clerk(city)
    add_money(city.counties[0])
    claim = risk.claim(late(city), by=by, today=D(2020, 2, 18))
    with pytest.raises(Refused, match="2020-02-17 须在申请日期 2020-02-18"):
        risk.compensate(claim, amount=1, on=TODAY, by=by, today=D(2020, 2, 20))
    claim = risk.compensate(claim, amount=2, on=D(2020, 2, 19), by=by, today=D(2020, 2, 20))
    with pytest.raises(Refused, match="2020-02-18 须在代偿日期 2020-02-19"):
        risk.recover(claim, amount=1, on=D(2020, 2, 18), by=by, today=D(2020, 2, 20))
