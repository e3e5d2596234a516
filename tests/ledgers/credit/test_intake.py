"""The three workbooks: loans, the bank's figures, results of payments."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from shouwang.kernel.columns.fields import Line
from shouwang.kernel.columns.sheet import Bundle, Context, Plan, Sheet
from shouwang.kernel.imports import actions as desk
from shouwang.kernel.imports.models import Import
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.credit.actions import figures, subsidies
from shouwang.ledgers.credit.intake.bank import BANK
from shouwang.ledgers.credit.intake.loans import LOANS
from shouwang.ledgers.credit.intake.returns import RETURNS
from shouwang.ledgers.credit.models import BankFigure, Loan, SubsidyItem
from tests.factories.credit import make_borrowers, make_loan, make_run
from tests.kernel.imports.files import upload_of, work, xlsx
from tests.ledgers.credit.people import TODAY, clerk

D = dt.date


def judged(sheet: Sheet, by: Scope, *rows: dict[str, Any]) -> list[Plan]:
    context = Context(by, TODAY, frozenset(f.key for f in sheet.fields))
    bundles: dict[str, Bundle] = {}
    for n, values in enumerate(rows, 2):
        bundles.setdefault(sheet.bundle(values), Bundle(sheet.bundle(values), [])).lines.append(Line(n, dict(values)))
    return sheet.judge(list(bundles.values()), context)


def written(sheet: Sheet, by: Scope, *rows: dict[str, Any]) -> list[Any]:
    context = Context(by, TODAY, frozenset(f.key for f in sheet.fields), writing=True)
    with transaction.atomic():
        plans = [p for p in judged(sheet, by, *rows) if p.sound and not p.idle]
        return sheet.write(plans, context)


def said(plans: list[Plan]) -> list[str]:
    return [f"{e.field}：{e.remedy}" for p in plans for line in p.bundle.lines for e in line.errors]


def loan_row(home_code: str, **kw: Any) -> dict[str, Any]:
    usual = {
        "code": home_code, "borrower": "吴贷户", "contract": "HT1", "bank": "rcb", "amount": 5_000_000, "rate": "4.35", "released_on": D(2019, 3, 5),
        "maturity": D(2020, 3, 5), "account": "6228480000000012345",
    }  # fmt: skip
    return {**usual, **kw}


def bank_row(loan: Loan, **kw: Any) -> dict[str, Any]:
    """What a right bank says of the last quarter of 2019."""
    return {"contract": loan.contract, "closing": D(2019, 12, 20), "interest": 54_980, "subsidy": 54_980, "balance": 5_000_000, **kw}


def test_loans_are_entered_once_and_taken_out_again(city):
    by, home = clerk(city), make_borrowers(city.villages[0])
    row = loan_row(home.code)
    done = written(LOANS, by, row)
    loan = Loan.objects.get()
    assert (loan.state, loan.balance, loan.rate, loan.months, loan.maturity) == ("released", 5_000_000, 43_500, 12, D(2020, 3, 5))
    assert judged(LOANS, by, row)[0].idle
    context = Context(by, TODAY, frozenset())
    assert LOANS.withdraw(done, context) == {"HT1": ""}
    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount": 6_000_000}, "贷款金额：贷款金额 60,000.00 元超出范围"),
        ({"rate": "47.5"}, "年利率：年利率“47.5%”超出范围"),
        ({"rate": "4.75"}, "不高于 4.35%"),
        ({"rate": "四点三五"}, "不是有效的百分数"),
        ({"maturity": D(2019, 3, 5)}, "到期日：到期日不晚于放款日期"),
        ({"maturity": D(2022, 3, 6)}, "期限 37 个月超出范围"),
        ({"released_on": D(2020, 2, 18)}, "晚于今天"),
        ({"borrower": "吴某"}, "不是该户现有成员"),
        ({"basis": 366}, "只能是 360 或 365"),
        ({"code": "H0"}, "没有找到这一户"),
    ],
)
def test_a_wrong_loan_is_named_with_its_remedy(city, wrong, words):
    found = said(judged(LOANS, clerk(city), loan_row(make_borrowers(city.villages[0]).code, **wrong)))
    assert any(words in text for text in found), found


def test_two_loans_of_one_household_in_a_file_and_a_changed_contract(city):
    by, home = clerk(city), make_borrowers(city.villages[0])
    two = judged(LOANS, by, loan_row(home.code), loan_row(home.code, contract="HT2"))
    assert [p.sound for p in two] == [True, False]
    assert "一户只有一个额度" in said(two)[0]
    written(LOANS, by, loan_row(home.code))
    assert "与台账不一致" in said(judged(LOANS, by, loan_row(home.code, amount=4_000_000)))[0]


def test_a_household_of_another_county_is_not_found(city):
    home = make_borrowers(city.at("440514101201"))
    assert "不在您的管理范围内" in said(judged(LOANS, clerk(city), loan_row(home.code)))[0]


def test_a_right_bank_agrees_and_a_cent_missing_does_not(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    assert judged(BANK, by, bank_row(loan))[0].changes == {2: []}
    short = bank_row(loan, interest=54_978)
    assert judged(BANK, by, short)[0].changes == {2: ["利息：银行 549.78 元，复算 549.80 元，相差 -0.02 元"]}
    written(BANK, by, short)
    figure = BankFigure.objects.get()
    gap = WorkItem.objects.get(kind="credit.difference")
    assert (figure.state, gap.office, gap.state) == ("differs", city.offices["440513-fpb"], "open")
    figures.settle(figure, note="银行漏计一天，已答复更正", by=by, today=TODAY)
    gap.refresh_from_db()
    figure.refresh_from_db()
    assert (figure.state, gap.state) == ("settled", "done")


def test_rounding_each_period_by_itself_is_a_tail_and_one_cent_more_a_difference(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    written(BANK, by, bank_row(loan, interest=54_979, subsidy=54_979))
    assert BankFigure.objects.get().state == "tail"
    assert not WorkItem.objects.filter(kind="credit.difference").exists()
    written(BANK, by, bank_row(loan, interest=54_979, subsidy=54_978))
    assert BankFigure.objects.get().state == "differs"
    written(BANK, by, bank_row(loan))
    assert BankFigure.objects.get().state == "same"
    assert WorkItem.objects.get(kind="credit.difference").state == "done"


def test_a_repayment_in_the_file_counts_for_the_rows_behind_it(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    first = bank_row(
        loan, closing=D(2019, 9, 20), interest=43_258, subsidy=43_258, balance=3_000_000, repaid=2_000_000, repaid_on=D(2019, 8, 1)
    )
    second = bank_row(loan, interest=32_988, subsidy=32_988, balance=3_000_000)
    plans = judged(BANK, by, first, second)
    assert [p.changes for p in plans] == [{2: []}, {3: []}]
    done = written(BANK, by, first, second)
    loan.refresh_from_db()
    assert (loan.balance, set(BankFigure.objects.values_list("state", flat=True))) == (3_000_000, {"same"})
    assert judged(BANK, by, first)[0].idle
    assert set(BANK.withdraw(done, Context(by, TODAY, frozenset())).values()) == {""}
    loan.refresh_from_db()
    assert (loan.balance, BankFigure.objects.count(), loan.repayments.count()) == (5_000_000, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"contract": "没有"}, "没有这份合同"),
        ({"closing": D(2020, 3, 20)}, "尚未结息"),
        ({"closing": D(2019, 3, 4)}, "结息日"),
        ({"start": D(2019, 1, 1)}, "早于放款日期"),
        ({"repaid": 100}, "须填还本日期"),
        ({"repaid": 100, "repaid_on": D(2019, 3, 4)}, "还本日期：还款日期 2019-03-04 早于放款日期 2019-03-05"),
        ({"repaid": 5_000_001, "repaid_on": D(2019, 9, 1)}, "本期还本：归还本金 50,000.01 元超出范围"),
    ],
)
def test_a_wrong_row_of_the_bank_is_named_with_its_remedy(city, wrong, words):
    loan = make_loan(make_borrowers(city.villages[0]))
    found = said(judged(BANK, clerk(city), bank_row(loan, **wrong)))
    assert any(words in text for text in found), found
    assert loan.repayments.count() == 0


def paid_item(city, by):
    loan = make_loan(make_borrowers(city.villages[0]))
    run = subsidies.compute(city.counties[0], D(2019, 12, 1), "household", by=by, today=TODAY)
    type(run).objects.filter(pk=run.pk).update(state="paid", paid_on=TODAY)
    return loan, run.items.get()


def test_results_of_the_bank_pay_and_fail_and_are_told_apart(city):
    by = clerk(city)
    loan, item = paid_item(city, by)
    row = {"contract": loan.contract, "result": "failed", "failure": "name", "on": TODAY}
    written(RETURNS, by, row)
    item.refresh_from_db()
    assert (item.state, item.failure) == ("failed", "name")
    assert judged(RETURNS, by, row)[0].idle
    paid = {"contract": loan.contract, "result": "paid", "amount": item.amount, "on": TODAY}
    assert "与本行不一致" in said(judged(RETURNS, by, paid))[0]


def test_an_amount_that_is_not_the_listed_one_is_shown_before_it_is_written(city):
    by = clerk(city)
    loan, item = paid_item(city, by)
    row = {"contract": loan.contract, "result": "paid", "amount": item.amount - 1, "on": TODAY}
    assert judged(RETURNS, by, row)[0].changes == {2: ["金额与清单不符：银行 549.79 元，清单 549.80 元"]}
    written(RETURNS, by, row)
    assert WorkItem.objects.get(kind="credit.difference").record_id == str(item.pk)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"contract": "没有"}, "没有这份合同的已拨付贴息"),
        ({"result": "failed"}, "须填失败原因"),
        ({"amount": None}, "须填发放金额"),
        ({"on": D(2020, 2, 16)}, "须在拨付日"),
    ],
)
def test_a_wrong_result_is_named_with_its_remedy(city, wrong, words):
    by = clerk(city)
    loan, item = paid_item(city, by)
    row = {"contract": loan.contract, "result": "paid", "amount": item.amount, "on": TODAY, **wrong}
    found = said(judged(RETURNS, by, {k: v for k, v in row.items() if v is not None}))
    assert any(words in text for text in found), found


def test_a_run_that_was_not_paid_out_has_no_results(city):
    loan = make_loan(make_borrowers(city.villages[0]))
    make_run(city.counties[0])
    row = {"contract": loan.contract, "result": "paid", "amount": 1, "on": TODAY}
    assert "先登记批次已拨付" in said(judged(RETURNS, clerk(city), row))[0]


def through_the_desk(sheet: Sheet, by: Scope, *rows: list[Any]) -> Import:
    batch = desk.upload(sheet, upload_of(xlsx(rows)), by=by, today=TODAY)
    work()
    return Import.objects.get(pk=batch.pk)


def two_items(city, by):
    """Two settlements of one loan, both sent to be paid."""
    loan = make_loan(make_borrowers(city.villages[0]))
    for day in (D(2019, 9, 1), D(2019, 12, 1)):
        run = subsidies.compute(city.counties[0], day, "household", by=by, today=TODAY)
        type(run).objects.filter(pk=run.pk).update(state="paid", paid_on=TODAY)
    return loan, list(SubsidyItem.objects.order_by("run__end"))


def test_results_of_two_settlements_of_a_contract_in_one_file_are_both_taken(city):
    by = clerk(city)
    loan, items = two_items(city, by)
    rows = [[loan.contract, f"{i.run.end - dt.timedelta(1)}", "成功", i.amount / 100, str(TODAY)] for i in items]
    batch = through_the_desk(RETURNS, by, ["合同号", "结算期止", "发放结果", "发放金额", "发放日期"], *rows)
    assert {k: n for k, n in batch.counts.items() if n} == {"update": 2}
    desk.confirm(batch, by=by, today=TODAY, version=batch.version)
    work()
    assert set(SubsidyItem.objects.values_list("state", flat=True)) == {"paid"}


def test_a_payment_named_with_and_without_its_settlement_is_taken_once(city):
    by = clerk(city)
    loan, item = paid_item(city, by)
    row = {"contract": loan.contract, "result": "paid", "amount": item.amount, "on": TODAY}
    rows = (row, {**row, "closing": item.run.end - dt.timedelta(1)})
    assert said(judged(RETURNS, by, *rows)) == ["合同号：与第 2 行是同一笔发放，只能填一行。请删去其一。"]
    assert len(written(RETURNS, by, *rows)) == 1


def test_a_rate_that_excel_keeps_as_a_share_of_one_is_named(city):
    home = make_borrowers(city.villages[0])
    found = said(judged(LOANS, clerk(city), loan_row(home.code, rate="0.0435")))
    assert found == ["年利率：年利率“0.0435”不足 0.1%，疑把百分数写成了小数。4.35% 请填写 4.35。"]
