"""Principal in parts."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit import jobs, queries, views
from shouwang.ledgers.credit.actions import loans, parts, terms
from shouwang.ledgers.credit.arithmetic.schedule import equal_parts
from shouwang.ledgers.credit.forms import PartsForm
from shouwang.ledgers.credit.models import Loan
from tests.factories.credit import make_borrowers, make_loan
from tests.ledgers.credit.people import TODAY, clerk

D = dt.date
PLAN = [(D(2019, 9, 5), 2_000_000), (D(2020, 3, 1), 1_000_000), (D(2020, 3, 5), 2_000_000)]


def planned(city, plan=PLAN):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    parts.plan(loan, plan, by=by, today=TODAY)
    return by, loan


def grid(loan, by, today=TODAY):
    return [[text for text, _url in row] for row in views.loan_grids(Loan.objects.get(pk=loan.pk), by, today)[0].rows]


def test_repayments_pay_the_earliest_part_first_and_what_is_late_is_named(city):
    by, loan = planned(city)
    assert list(queries.behind(Loan.objects.all(), TODAY)) == [loan]
    loans.repay(loan, paid_on=TODAY, principal=1_500_000, by=by, today=TODAY)
    assert grid(loan, by)[0] == ["2019-09-05", "20,000.00", "15,000.00", "5,000.00", "应还未还"]
    loans.repay(loan, paid_on=TODAY, principal=600_000, by=by, today=TODAY)
    assert not queries.behind(Loan.objects.all(), TODAY).exists()
    assert [row[2:] for row in grid(loan, by)] == [
        ["20,000.00", "0.00", "已还清"], ["1,000.00", "9,000.00", "未到期"], ["0.00", "20,000.00", "未到期"],
    ]  # fmt: skip
    assert [(p.due_on, p.unpaid) for p in queries.unpaid_parts().order_by("due_on")] == [
        (D(2020, 3, 1), 900_000),
        (D(2020, 3, 5), 2_000_000),
    ]


def test_interest_of_the_schedule_falls_with_the_parts_still_to_come(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]))
    whole = views.loan_grids(loan, by, D(2019, 3, 5))[0]
    parts.plan(loan, [(D(2019, 6, 21), 3_000_000), (D(2020, 3, 5), 2_000_000)], by=by, today=TODAY)
    less = views.loan_grids(Loan.objects.get(pk=loan.pk), by, D(2019, 3, 5))[1]
    third = [row[1][0] for row in whole.rows][2], [row[1][0] for row in less.rows][2]
    assert third == ("555.83", "222.33")  # 92 days of 50,000 and of 20,000
    assert [(row[0][0], row[2][0], row[4][0]) for row in less.rows] == [
        ("2019-03-21", "0.00", "50,000.00"), ("2019-06-21", "30,000.00", "20,000.00"), ("2019-09-21", "0.00", "20,000.00"),
        ("2019-12-21", "0.00", "20,000.00"), ("2020-03-05", "20,000.00", "0.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ([(D(2019, 9, 5), 4_999_999)], r"各期合计 49,999\.99 元，与贷款金额 50,000\.00 元少 0\.01 元"),
        ([(D(2019, 9, 5), 5_000_001)], r"多 0\.01 元"),
        ([(D(2020, 3, 6), 5_000_000)], "不晚于到期日 2020-03-05"),
        ([(D(2019, 3, 5), 5_000_000)], "晚于放款日期 2019-03-05"),
        ([(D(2019, 9, 5), 1), (D(2019, 9, 5), 4_999_999)], "2019-09-05 写了两次"),
        ([(D(2019, 9, 5), 0), (D(2019, 9, 6), 5_000_000)], "须大于 0"),
    ],
)
def test_a_plan_that_is_none_is_refused_in_words_and_the_old_one_stands(city, plan, words):
    by, loan = planned(city)
    with pytest.raises(Refused, match=words):
        parts.plan(loan, plan, by=by, today=TODAY)
    assert [(p.due_on, p.principal) for p in loan.instalments.all()] == PLAN


def test_an_application_has_no_plan(city):
    loan = make_loan(make_borrowers(city.villages[0]), state="approved")
    with pytest.raises(Refused, match="不是已放款未结清"):
        parts.plan(loan, PLAN, by=clerk(city), today=TODAY)


def test_a_deferral_takes_the_unpaid_parts_to_the_new_maturity(city):
    by, loan = planned(city)
    loans.repay(loan, paid_on=TODAY, principal=2_000_000, by=by, today=TODAY)
    loan.refresh_from_db()
    asked = terms.ask(loan, "deferral", new_maturity=D(2020, 9, 5), ground="受疫情影响未能外出务工", by=by, today=TODAY)
    terms.agree(asked, decided_on=TODAY, papers_ready=True, by=by, today=TODAY)
    assert [p.due_on for p in loan.instalments.all()] == [D(2019, 9, 5)]
    assert not queries.unpaid_parts().exists()


def test_a_part_soon_due_is_on_the_town_s_list_by_its_own_day(city):
    by, loan = clerk(city), make_loan(make_borrowers(city.villages[0]), months=36)
    parts.plan(loan, [(D(2020, 2, 25), 1_000_000), (loan.maturity, 4_000_000)], by=by, today=TODAY)
    assert list(queries.maturing(Loan.objects.all(), TODAY)) == [loan]
    assert jobs.maturing_towns(TODAY) == 1


def test_equal_parts_sum_to_the_cent_and_end_at_maturity():
    found = equal_parts(D(2019, 1, 31), D(2020, 1, 31), 12, 5_000_000, 3)
    assert found == [(D(2019, 5, 31), 1_666_666), (D(2019, 9, 30), 1_666_666), (D(2020, 1, 31), 1_666_668)]
    assert equal_parts(D(2019, 1, 31), D(2019, 2, 28), 1, 100, 36) == [(D(2019, 2, 28), 100)]


def test_the_form_reads_lines_and_names_the_wrong_one():
    good = PartsForm({"parts": "2020-06-20 10000\n2020年12月20日\t40,000.00元"}, today=TODAY)
    assert good.is_valid()
    assert good.cleaned_data["parts"] == [(D(2020, 6, 20), 1_000_000), (D(2020, 12, 20), 4_000_000)]
    bad = PartsForm({"parts": "2020-06-20 10000\n2020-13-20 一万"}, today=TODAY)
    assert not bad.is_valid()
    assert bad.errors["parts"] == [
        "第 2 行“应还日期”的值“2020-13-20”：没有这一天，请核对年月日。",
        "第 2 行“应还本金”的值“一万”：金额“一万”不是有效金额。请填写以元为单位的数字，如 50000 或 549.79。",
    ]
    both = PartsForm({"parts": "2020-06-20 10000", "count": "3"}, today=TODAY)
    assert not both.is_valid()
