"""The risk fund."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit.actions import risk
from tests.factories.credit import make_borrowers, make_loan
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
