"""A subsidy run from the reckoning to the last payment."""

import datetime as dt
import io

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import Message, WorkItem
from shouwang.ledgers.credit import posting, queries
from shouwang.ledgers.credit.actions import loans, subsidies
from shouwang.ledgers.credit.models import SubsidyItem, SubsidyRun
from tests.factories.credit import make_borrowers, make_loan
from tests.ledgers.credit.people import TODAY, clerk, villager

D = dt.date
IN_QUARTER = D(2019, 12, 1)


def computed(city, by, day=IN_QUARTER) -> SubsidyRun:
    return subsidies.compute(city.counties[0], day, "household", by=by, today=TODAY)


def paid_run(city, by) -> SubsidyRun:
    """A run that finance has paid out."""
    run = computed(city, by)
    run = subsidies.check(run, by=clerk(city, "second"), today=TODAY)
    run = subsidies.post(run, by=by, today=TODAY)
    later = TODAY + dt.timedelta(days=5)
    run = subsidies.order(run, by=by, today=later)
    return subsidies.pay(run, by=by, today=later)


LATER = TODAY + dt.timedelta(days=6)


def test_a_run_lists_every_loan_of_the_county_with_its_derivation(city):
    by, here = clerk(city), make_loan(make_borrowers(city.villages[0]))
    make_loan(make_borrowers(city.at("440514101201")))  # another county's
    make_loan(make_borrowers(city.villages[0]), entitled=False)
    make_loan(make_borrowers(city.villages[0]), released_on=D(2019, 12, 21))
    make_loan(make_borrowers(city.villages[0]), state="passed")
    run = computed(city, by)
    item = run.items.get()
    assert (run.start, run.end, run.count, run.total) == (D(2019, 9, 21), D(2019, 12, 21), 1, item.amount)
    assert (item.loan, item.amount, item.days) == (here, 54_980, 91)  # 累计 1,758.13 − 1,203.15: a 分 of earlier rounding
    assert item.lines[0] == "2019-09-21 ～ 2019-12-20，50,000.00元×4.35%×91天÷360＝549.791666…元"


def test_quarters_add_up_to_what_the_whole_time_is_entitled_to(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    days = (D(2019, 3, 10), D(2019, 6, 1), D(2019, 9, 1), IN_QUARTER)
    total = sum(computed(city, by, day).total for day in days)
    assert loan.released_on == D(2019, 3, 5)
    assert total == 175_813  # 50,000 × 4.35 % × 291 ÷ 360 = 1,758.125


def test_a_period_is_reckoned_once_and_after_it_has_closed(city):
    by = clerk(city)
    make_loan(make_borrowers(city.villages[0]))
    run = computed(city, by)
    with pytest.raises(Refused, match="不能重复贴息"):
        computed(city, by)
    with pytest.raises(Refused, match="尚未结束。请在 2020-03-21 起计算"):
        computed(city, by, TODAY)
    subsidies.drop(run, reason="户属性登记有误", by=by, today=TODAY)
    assert not queries.items(Scope.system()).exists()
    assert computed(city, by).pk != run.pk


def test_an_empty_county_leaves_no_run(city):
    with pytest.raises(Refused, match="没有可贴息的贷款"):
        computed(city, clerk(city))
    assert SubsidyRun.objects.count() == 0


def test_the_second_person_is_another_one(city):
    by = clerk(city)
    make_loan(make_borrowers(city.villages[0]))
    run = computed(city, by)
    with pytest.raises(Refused, match="计算人以外的另一人"):
        subsidies.check(run, by=by, today=TODAY)
    with pytest.raises(NotPermitted):
        subsidies.check(run, by=villager(city), today=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubsidyRun.objects.filter(pk=run.pk).update(checked_by_id=by.user_id)


def test_a_list_that_no_longer_agrees_with_the_ledger_is_not_passed(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    run = computed(city, by)
    loans.repay(loan, paid_on=D(2019, 10, 1), principal=1_000_000, by=by, today=TODAY)
    with pytest.raises(Refused, match="有 1 笔贷款"):
        subsidies.check(run, by=clerk(city, "second"), today=TODAY)


def test_what_was_paid_too_much_is_taken_off_the_next_time(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    first = computed(city, by, D(2019, 9, 1))
    loans.repay(loan, paid_on=D(2019, 8, 21), principal=1_000_000, by=by, today=TODAY)
    second = computed(city, by)
    right = subsidies.again(second)
    item = second.items.get()
    entitled = (5_000_000 * 61 + 4_000_000 * (31 + 91)) * 43_500 / 360 / 1_000_000
    assert right == 0
    assert abs(first.total + item.amount - entitled) <= 1
    assert "扣" in item.lines[-1]


def test_posting_lasts_its_days_and_shows_nobody(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    run = subsidies.check(computed(city, by), by=clerk(city, "second"), today=TODAY)
    run = subsidies.post(run, by=by, today=TODAY)
    with pytest.raises(Refused, match="请在 2020-02-22 起办理"):
        subsidies.order(run, by=by, today=TODAY + dt.timedelta(days=4))
    shown = posting.rows(run, Scope.system())
    assert shown == [{"place": "海门镇 和睦居委会", "hamlet": "", "name": "吴**", "amount": "549.80"}]
    assert loan.contract not in str(shown)


def test_the_payment_file_has_whole_accounts_and_leaves_a_trace(city):
    by = clerk(city)
    make_loan(make_borrowers(city.villages[0]))
    run = paid_run(city, by)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(subsidies.payment_file(run, by=by, today=LATER))).get_sheet_by_index(0).to_python()
    assert rows[1][6:] == ["吴贷户", "6228480000000012345", 549.8, ""]
    event = Event.objects.get(verb="credit.run.file")
    assert event.changes == {"笔数": 1, "金额（元）": "549.80"}
    fresh = computed(city, by, D(2019, 9, 1))
    with pytest.raises(Refused, match="公示期满送拨后才能下载"):
        subsidies.payment_file(fresh, by=by, today=LATER)
    with pytest.raises(NotPermitted):
        subsidies.payment_file(run, by=villager(city), today=LATER)


def test_a_failed_payment_goes_to_the_village_and_comes_back(city):
    by = clerk(city)
    make_loan(make_borrowers(city.villages[0]))
    run = paid_run(city, by)
    item = subsidies.result(run.items.get(), paid=False, on=LATER, failure="dormant", by=by, today=LATER)
    owed = WorkItem.objects.get(kind="credit.failed")
    assert (item.state, owed.office, owed.state) == ("failed", city.offices["440513100001-cwh"], "open")
    with pytest.raises(Refused, match="8 至 32 位数字"):
        subsidies.correct_account(item, account_name="", account="12a", reason="新存折", by=villager(city), today=LATER)
    from shouwang.kernel.accounts.models import User
    from tests.factories.accounts import scope

    village = scope(User.objects.get(username="village"), LATER)
    item = subsidies.correct_account(item, account_name="", account="6228 4800 0000 9999", reason="新存折", by=village, today=LATER)
    owed.refresh_from_db()
    assert (item.state, owed.state, item.loan.account.reveal()) == ("fixed", "done", "6228480000009999")
    assert Message.objects.filter(office=city.offices["440513-fpb"], text__contains="送银行重新发放").exists()
    item = subsidies.result(item, paid=True, on=LATER, by=by, today=LATER)
    assert subsidies.close(run, by=by, today=LATER).state == "closed"


def test_a_run_is_not_closed_over_a_missing_or_wrong_payment(city):
    by = clerk(city)
    make_loan(make_borrowers(city.villages[0]))
    run = paid_run(city, by)
    with pytest.raises(Refused, match="还有 1 笔没有发放结果"):
        subsidies.close(run, by=by, today=LATER)
    item = subsidies.result(run.items.get(), paid=True, on=LATER, amount=54_979, by=by, today=LATER)
    gap = WorkItem.objects.get(kind="credit.difference")
    with pytest.raises(Refused, match="还有 1 笔银行发放金额与清单不符"):
        subsidies.close(run, by=by, today=LATER)
    with pytest.raises(Refused, match=r"仍与清单 549\.80 元不符"):
        subsidies.put_right(item, returned=54_981, reason="银行答复", by=by, today=LATER)
    subsidies.put_right(item, returned=54_980, reason="银行已补发一分", by=by, today=LATER)
    gap.refresh_from_db()
    assert (gap.state, subsidies.close(run, by=by, today=LATER).state) == ("done", "closed")


def test_a_result_before_payment_or_without_a_reason_is_refused(city):
    by = clerk(city)
    make_loan(make_borrowers(city.villages[0]))
    run = computed(city, by)
    with pytest.raises(Refused, match="拨付之后才有发放结果"):
        subsidies.result(run.items.get(), paid=True, on=TODAY, by=by, today=TODAY)
    SubsidyRun.objects.filter(pk=run.pk).update(state="paid", paid_on=TODAY)
    with pytest.raises(Refused, match="须选择原因"):
        subsidies.result(SubsidyItem.objects.get(), paid=False, on=TODAY, by=by, today=TODAY)


def test_a_run_takes_the_same_queries_for_many_loans(city):
    by = clerk(city)
    make_loan(make_borrowers(city.villages[0]))
    with CaptureQueriesContext(
        connection,
    ) as one:
        run = computed(city, by)
    subsidies.drop(run, reason="再算一次", by=by, today=TODAY)
    for _ in range(4):
        make_loan(make_borrowers(city.villages[0]))
    with CaptureQueriesContext(connection) as five:
        assert computed(city, by).count == 5
    assert len(five) <= len(one)
