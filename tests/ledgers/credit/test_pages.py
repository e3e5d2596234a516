"""What the pages of loans say to wrong input, and that nothing is written by it."""

import datetime as dt

import pytest

from shouwang.kernel.models import Setting
from shouwang.ledgers.credit.models import FundMovement, Instalment, Loan, Repayment
from tests.factories.accounts import make_user, sign_in
from tests.factories.credit import add_claim, add_money, make_borrowers, make_loan
from tests.ledgers.credit.people import TODAY

D = dt.date


@pytest.fixture
def desk(city, client):
    """The county's clerk, on the demonstration's day."""
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    return sign_in(client, make_user("clerk", city.offices["440513-fpb"], "office_clerk"))


def test_loan_of_sixty_thousand_is_refused_at_its_field(city, desk):
    home = make_borrowers(city.villages[0])
    said = {
        "borrower": home.members.get().pk, "bank": "rcb", "amount": "60000", "months": "36", "purpose": "planting", "self_used": "on", "op_id": "1",
    }  # fmt: skip
    answer = desk.post(f"/credit/apply/{home.pk}/", said)
    assert answer.status_code == 422
    assert "贷款金额 60,000.00 元超出范围：扶贫小额信贷每户不超过 50,000.00 元。" in answer.content.decode()
    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"paid_on": "2019-03-04", "principal": "100"}, "早于放款日期 2019-03-05。放款之前不会有还款"),
        ({"paid_on": "2019-09-01", "principal": "50000.01"}, "归还本金 50,000.01 元超出范围：现余额 50,000.00 元"),
        ({"paid_on": "2019-09-01", "principal": "一百"}, "“一百”不是有效金额"),
        ({"paid_on": "", "principal": "1"}, "还款日期"),
    ],
)
def test_repayment_that_cannot_be_is_refused_at_its_field(city, desk, said, words):
    loan = make_loan(make_borrowers(city.villages[0]))
    answer = desk.post(f"/credit/{loan.pk}/repay/", {**said, "op_id": "1"})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Repayment.objects.exists()


def test_plan_of_parts_is_set_by_number_and_refused_with_the_cent(city, desk):
    loan = make_loan(make_borrowers(city.villages[0]))
    assert desk.post(f"/credit/{loan.pk}/parts/", {"count": "4", "op_id": "1"}).status_code == 302
    assert list(Instalment.objects.values_list("principal", flat=True)) == [1_250_000] * 4
    page = desk.get(f"/credit/{loan.pk}/").content.decode()
    assert "分期还本" in page
    assert "应还未还" in page
    answer = desk.post(f"/credit/{loan.pk}/parts/", {"parts": "2019-09-05 49999.99", "op_id": "2"})
    assert "少 0.01 元" in answer.content.decode()
    assert Instalment.objects.count() == 4


def test_fund_page_has_the_balance_and_compensation_beyond_it_is_refused(city, desk):
    add_money(city.counties[0], 1_000_000)
    claim = add_claim(make_loan(make_borrowers(city.villages[0]), maturity=D(2019, 11, 1)))
    answer = desk.post(f"/credit/claims/{claim.pk}/compensate/", {"amount": "35000", "on": TODAY.isoformat(), "op_id": "1"})
    assert "可用余额 10,000.00 元，不足 35,000.00 元" in answer.content.decode()
    assert "10,000.00" in desk.get("/credit/fund/").content.decode()
    said = {
        "county": city.counties[0].pk,
        "kind": "withdrawn",
        "amount": "10000.01",
        "on": TODAY.isoformat(),
        "document": "退回财政",
        "op_id": "2",
    }
    assert "不足 10,000.01 元" in desk.post("/credit/fund/new/", said).content.decode()
    assert FundMovement.objects.count() == 1


def test_bank_and_purpose_of_an_application_stand_open(desk, city):
    page = desk.get(f"/credit/apply/{make_borrowers(city.villages[0]).pk}/").content.decode()
    assert page.count('<option value="" selected>请选择</option>') == 3  # the borrower too
