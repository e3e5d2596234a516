"""Deferral, extension and renewal are three acts."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.actions import loans, terms
from shouwang.ledgers.credit.models import Loan
from shouwang.ledgers.impact.models import ImpactRecord
from tests.factories.credit import make_borrowers, make_loan
from tests.ledgers.credit.people import TODAY, clerk, villager

D = dt.date
GROUND = "受疫情影响未能外出务工"


def ask(loan, kind, until, by, today=TODAY, **kw):
    return terms.ask(loan, kind, new_maturity=until, ground=GROUND, by=by, today=today, **kw)


def test_a_deferral_keeps_the_contract_and_uses_up_no_extension(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 1, 20))
    assert list(queries.overdue(Loan.objects.all(), TODAY)) == [loan]
    village = villager(city)
    asked = ask(loan, "deferral", D(2020, 7, 20), village)
    impact = ImpactRecord.objects.get()
    assert (impact.cause, impact.household_id, asked.impact) == ("loan", loan.household_id, impact)
    done = terms.agree(asked, decided_on=TODAY, papers_ready=False, new_rate=40_500, by=by, today=TODAY)
    contract = loan.contract
    loan.refresh_from_db()
    assert (loan.maturity, loan.first_maturity, loan.deferrals, loan.extensions, loan.contract) == (
        D(2020, 7, 20),
        D(2020, 1, 20),
        1,
        0,
        contract,
    )
    assert (done.state, done.papers_due) == ("owing", D(2020, 4, 17))
    assert not queries.overdue(Loan.objects.all(), TODAY).exists()
    owed = WorkItem.objects.get(kind="credit.papers")
    assert (owed.office, owed.due_at.date()) == (city.offices["440513100001-cwh"], D(2020, 4, 17))
    terms.complete(done, by=village, today=TODAY)
    owed.refresh_from_db()
    assert owed.state == "done"
    assert terms.answer(loan, "extension", D(2020, 3, 1)).eligible


def test_deferrals_do_not_add_up_beyond_six_months_of_the_first_day_due(city):
    by, loan = clerk(city, today=D(2020, 6, 1)), make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 1, 20))
    for until, day in ((D(2020, 4, 20), TODAY), (D(2020, 7, 20), D(2020, 4, 1))):
        asked = ask(loan, "deferral", until, by, day)
        terms.agree(asked, decided_on=day, papers_ready=True, by=by, today=day)
        loan.refresh_from_db()
    with pytest.raises(Refused, match="不早于最迟可延至的 2020-07-20（延长前 2020-01-20 到期）"):
        ask(loan, "deferral", D(2020, 10, 20), by, D(2020, 6, 1))
    assert terms.answer(loan, "deferral", D(2020, 7, 3)).latest == D(2021, 3, 31)


@pytest.mark.parametrize(
    ("maturity", "until", "today", "words"),
    [
        (D(2019, 12, 31), D(2020, 6, 1), TODAY, "早于 2020-01-01"),
        (D(2020, 1, 1), D(2020, 7, 2), TODAY, "不晚于 2020-07-01"),
        (D(2020, 3, 1), D(2020, 9, 1), D(2020, 2, 11), "没有延长还款期限的规定"),
        (D(2020, 3, 1), D(2021, 4, 1), D(2020, 7, 3), "不晚于 2021-03-31"),
        (D(2021, 2, 1), D(2021, 6, 1), D(2021, 4, 1), "已于2021年3月31日到期"),
    ],
)
def test_a_deferral_is_judged_by_the_rule_of_its_day(city, maturity, until, today, words):
    loan = make_loan(make_borrowers(city.villages[0]), maturity=maturity)
    with pytest.raises(Refused, match=words):
        ask(loan, "deferral", until, clerk(city, today=today), today)
    assert not ImpactRecord.objects.exists()


def test_a_deferral_stands_on_an_impact_of_the_same_household(city):
    by, other = clerk(city), make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 1, 20))
    ask(other, "deferral", D(2020, 7, 1), by)
    loan = make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 1, 20))
    with pytest.raises(Refused, match="不是该户的"):
        ask(loan, "deferral", D(2020, 7, 1), by, impact=ImpactRecord.objects.get())
    with pytest.raises(Refused, match="写明还款困难的原因"):
        terms.ask(loan, "deferral", new_maturity=D(2020, 7, 1), ground="没钱", by=by, today=TODAY)


def test_one_question_at_a_time_and_no_longer_than_asked_for(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    first = ask(loan, "extension", D(2021, 3, 5), by)
    with pytest.raises(Refused, match="在等银行答复"):
        ask(loan, "deferral", D(2020, 9, 5), by)
    terms.decline(first, reason="信用不佳", by=by, today=TODAY)
    second = ask(loan, "extension", D(2020, 9, 5), by)
    terms.agree(second, decided_on=TODAY, papers_ready=True, by=by, today=TODAY)
    loan.refresh_from_db()
    assert (loan.extensions, loan.deferrals, loan.maturity) == (1, 0, D(2020, 9, 5))
    with pytest.raises(Refused, match="已展期 1 次"):
        ask(loan, "extension", D(2021, 3, 5), by)


def test_a_renewal_is_a_new_loan_that_pays_the_old_one_back(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    asked = ask(loan, "renewal", D(2021, 2, 17), by)
    done = terms.agree(asked, decided_on=TODAY, papers_ready=True, contract="XD1", by=by, today=TODAY)
    loan.refresh_from_db()
    fresh = done.successor
    assert (loan.state, loan.balance) == ("settled", 0)
    assert (fresh.balance, fresh.renewals, fresh.renews, fresh.maturity, fresh.state) == (5_000_000, 1, loan, D(2021, 2, 17), "released")
    assert fresh.account.reveal() == loan.account.reveal()
    with pytest.raises(Refused, match="已续贷 1 次"):
        ask(fresh, "renewal", D(2022, 2, 1), clerk(city, "later", D(2021, 2, 1)), D(2021, 2, 1))


def test_a_settled_loan_ends_its_impact(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 1, 20))
    ask(loan, "deferral", D(2020, 7, 1), by)
    loans.repay(loan, paid_on=TODAY, principal=5_000_000, by=by, today=TODAY)
    assert ImpactRecord.objects.get().recovered_on == TODAY


def test_a_higher_rate_is_refused_and_nothing_changes(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 1, 20))
    asked = ask(loan, "deferral", D(2020, 7, 1), by)
    with pytest.raises(Refused, match="不能高于原合同利率"):
        terms.agree(asked, decided_on=TODAY, papers_ready=True, new_rate=43_600, by=by, today=TODAY)
    asked.refresh_from_db()
    loan.refresh_from_db()
    assert (asked.state, loan.maturity) == ("asked", D(2020, 1, 20))
