"""From application to the last repayment; what is refused, and how the household is followed."""

import datetime as dt

import pytest

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.shifts import HouseholdShift
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.actions import loans
from shouwang.ledgers.credit.following import on_household_change
from shouwang.ledgers.credit.models import Loan
from shouwang.ledgers.registry.models import Household
from tests.factories.credit import add_repayment, add_term_change, make_borrowers, make_loan
from tests.factories.registry import add_member, make_household
from tests.ledgers.credit.people import TODAY, clerk, villager

D = dt.date
SAID = {
    "bank": "rcb", "amount": 5_000_000, "months": 12, "purpose": "planting", "purpose_note": "", "self_used": True, "account_name": "吴贷户",
    "account": "6228480000000012345",
}  # fmt: skip


def apply(home: Household, by, **kw) -> Loan:
    return loans.apply_for(home, home.members.get(), {**SAID, **kw}, by=by, today=TODAY)


def test_a_loan_from_application_to_release_keeps_the_clock(city):
    home, by = make_borrowers(city.villages[0]), clerk(city)
    loan = apply(home, villager(city))
    check = WorkItem.objects.get(kind="credit.check")
    assert (check.office, check.state) == (city.offices["440513-fpb"], "open")
    loan = loans.pass_check(loan, by=by, today=TODAY)
    check.refresh_from_db()
    clock = WorkItem.objects.get(kind="credit.release")
    assert (check.state, clock.due_at.date()) == ("done", D(2020, 3, 2))
    loan = loans.approve(loan, decided_on=TODAY, amount=4_000_000, by=by, today=TODAY)
    said = {"contract": "HT1", "released_on": TODAY, "rate": 43_500, "basis": 360}
    loan = loans.release(loan, said, by=by, today=TODAY)
    clock.refresh_from_db()
    assert (loan.state, loan.balance, loan.maturity, loan.entitled, clock.state) == ("released", 4_000_000, D(2021, 2, 17), True, "done")
    assert str(loan.account) == "***************2345"
    assert "6228480000000012345" not in str(list(Event.objects.values_list("changes", flat=True)))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount": 6_000_000}, "贷款金额 60,000.00 元超出范围"),
        ({"amount": 0}, "超出范围"),
        ({"months": 37}, "不超过 36 个月"),
        ({"self_used": False}, "不得“户贷企用”"),
    ],
)
def test_an_application_beyond_the_rules_is_refused_and_nothing_written(city, said, words):
    home = make_borrowers(city.villages[0])
    with pytest.raises(Refused, match=words):
        apply(home, villager(city), **said)
    assert (Loan.objects.count(), Event.objects.filter(verb="credit.loan.apply").count()) == (0, 0)


def test_one_household_has_one_quota(city):
    home, by = make_borrowers(city.villages[0]), villager(city)
    make_loan(home)
    other = add_member(home, name="吴二", relation="spouse", sex="female")
    with pytest.raises(Refused, match="一户只有一个额度"):
        loans.apply_for(home, other, SAID, by=by, today=TODAY)


def test_who_may_not_borrow(city):
    by = villager(city)
    ordinary = make_household(city.villages[0])
    add_member(ordinary)
    with pytest.raises(Refused, match="不在扶贫小额信贷范围内"):
        apply(ordinary, by)
    old = make_borrowers(city.villages[0])
    old.members.update(birth_date=D(1950, 1, 1))
    with pytest.raises(Refused, match="70 周岁"):
        apply(old, by)
    weak = make_borrowers(city.villages[0])
    weak.members.update(labour="none")
    with pytest.raises(Refused, match="无劳动能力"):
        apply(weak, by)


def test_the_village_may_not_enter_what_the_bank_decides(city):
    loan = apply(make_borrowers(city.villages[0]), by := villager(city))
    with pytest.raises(NotPermitted):
        loans.pass_check(loan, by=by, today=TODAY)


def test_a_rate_above_the_cap_and_a_contract_twice_are_refused(city):
    by = clerk(city)
    held = make_loan(make_borrowers(city.villages[0]))
    loan = make_loan(make_borrowers(city.villages[0]), state="approved", passed_on=TODAY, decided_on=TODAY, applied_on=TODAY)
    said = {"contract": "HT2", "released_on": TODAY, "rate": 47_500, "basis": 360}
    with pytest.raises(Refused, match=r"不高于 4\.35%"):
        loans.release(loan, said, by=by, today=TODAY)
    with pytest.raises(Refused, match="已登记在另一笔贷款上"):
        loans.release(loan, {**said, "rate": 43_500, "contract": held.contract}, by=by, today=TODAY)
    loan.refresh_from_db()
    assert loan.state == "approved"


@pytest.mark.parametrize(
    ("paid_on", "principal", "words"),
    [
        (D(2019, 3, 4), 100, "早于放款日期 2019-03-05"),
        (D(2020, 2, 18), 100, "晚于今天"),
        (D(2019, 6, 1), 5_000_001, "现余额 50,000.00 元"),
        (D(2019, 6, 1), 0, "超出范围"),
    ],
)
def test_an_impossible_repayment_is_refused(city, paid_on, principal, words):
    loan = make_loan(make_borrowers(city.villages[0]))
    with pytest.raises(Refused, match=words):
        loans.repay(loan, paid_on=paid_on, principal=principal, by=clerk(city), today=TODAY)
    loan.refresh_from_db()
    assert (loan.balance, loan.repayments.count()) == (5_000_000, 0)


def test_the_last_fen_settles_and_a_mistake_is_taken_back(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    loans.repay(loan, paid_on=D(2019, 9, 1), principal=2_000_000, by=by, today=TODAY)
    paid = loans.repay(loan, paid_on=D(2020, 1, 5), principal=3_000_000, by=by, today=TODAY)
    loan.refresh_from_db()
    assert (loan.state, loan.balance, loan.settled_on) == ("settled", 0, D(2020, 1, 5))
    loans.take_back(paid, reason="登错户", by=by, today=TODAY)
    loan.refresh_from_db()
    assert (loan.state, loan.balance, loan.settled_on) == ("released", 3_000_000, None)
    with pytest.raises(Refused, match="已撤回"):
        loans.take_back(paid, reason="登错户", by=by, today=TODAY)


def test_default_times_do_not_overlap_and_end(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    loan = loans.report_default(loan, since=D(2019, 9, 21), until=None, by=by, today=TODAY)
    assert loan.in_default
    with pytest.raises(Refused, match="重叠"):
        loans.report_default(loan, since=D(2019, 10, 1), until=D(2019, 11, 1), by=by, today=TODAY)
    loan = loans.report_default(loan, since=D(2019, 9, 21), until=D(2019, 10, 21), by=by, today=TODAY)
    assert (loan.in_default, loan.defaults) == (False, [["2019-09-21", "2019-10-21"]])


def test_overdue_is_past_maturity_and_reportable_only_without_a_deferral_asked_for(city):
    rows = Loan.objects.all()
    late = make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 2, 16))
    asked = make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 2, 1))
    make_loan(make_borrowers(city.villages[0]), maturity=D(2020, 2, 17))
    add_term_change(asked)
    assert set(queries.overdue(rows, TODAY)) == {late, asked}
    assert set(queries.reportable(rows, TODAY)) == {late}


def test_unmet_and_eligible_households(city):
    waiting, free, served = (make_borrowers(city.villages[0]) for _ in range(3))
    make_loan(waiting, state="passed")
    make_loan(served)
    homes = Household.objects.all()
    assert list(queries.unmet(homes)) == [waiting]
    assert list(queries.eligible(homes, TODAY)) == [free]
    assert list(queries.borrowers(homes)) == [served]


@pytest.mark.parametrize("kind", ["merged", "transferred", "split"])
def test_a_loan_goes_where_its_borrower_goes(city, kind):
    old, new = make_borrowers(city.villages[0]), make_household(city.villages[1])
    loan = make_loan(old)
    paid = add_repayment(loan)
    members = (loan.borrower_id,) if kind != "merged" else ()
    on_household_change(HouseholdShift(kind, old.pk, new.pk, members, 1, TODAY))
    loan.refresh_from_db()
    paid.refresh_from_db()
    assert (loan.household_id, loan.village_id, paid.household_id, paid.village_id) == (new.pk, new.village_id, new.pk, new.village_id)


def test_a_loan_stays_where_its_borrower_stays(city):
    old, new = make_borrowers(city.villages[0]), make_household(city.villages[1])
    loan = make_loan(old)
    on_household_change(HouseholdShift("split", old.pk, new.pk, (), 1, TODAY))
    loan.refresh_from_db()
    assert loan.household_id == old.pk


def test_a_move_takes_the_places_along(city):
    home = make_borrowers(city.villages[0])
    loan = make_loan(home)
    item = add_repayment(loan)
    home.put_in(city.villages[1])
    home.save()
    on_household_change(HouseholdShift("moved", home.pk, home.pk, (), 1, TODAY))
    item.refresh_from_db()
    assert item.village_id == city.villages[1].pk
