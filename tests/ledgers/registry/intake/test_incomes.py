"""The workbook of incomes."""

import datetime as dt

import pytest

from shouwang.kernel.columns.reading import open_book
from shouwang.kernel.columns.sheet import Context
from shouwang.ledgers.registry.intake.incomes import INCOMES
from shouwang.ledgers.registry.models import IncomeStatement
from tests.factories.accounts import make_user, scope
from tests.factories.registry import add_income, add_member, make_household
from tests.ledgers.registry.intake.rows import TODAY, book, words

HEADER = ["户编号", "户主姓名", "核查日期", "共同生活人数", "工资性收入", "生产经营性支出"]
DAY = dt.date(2020, 2, 10)


@pytest.fixture
def home(city):
    made = make_household(city.at("440513100001"), code="H1", head_name="陈大河")
    add_member(made)
    return made


@pytest.fixture
def clerk(city):
    return scope(make_user("440513100-zf-jb", city.offices["440513100-zf"], "town_clerk"))


def judged(rows, by):
    found = open_book(book([HEADER, *rows]), INCOMES, TODAY, lambda _s: None)
    context = Context(by, TODAY, frozenset(found.header.columns))
    return INCOMES.judge(found.bundles(0, len(found.order)), context), context


def test_new_window_in_exact_fen(clerk, home):
    plans, context = judged([["H1", "陈大河", DAY, 3, "12,345.67", 100.1]], clerk)
    assert (words(plans), plans[0].verdicts) == ([], {2: "new"})
    INCOMES.write(plans, context)
    held = home.incomes.get()
    assert (held.wage, held.business_expense, held.net, held.persons, held.window_start) == (
        1_234_567,
        10_010,
        1_224_557,
        3,
        dt.date(2018, 10, 1),
    )


def test_recorded_window_is_corrected_and_taken_back(clerk, home):
    old = add_income(home, persons=2, checked_on=DAY, wage=500_000)
    plans, context = judged([["H1", None, DAY, 2, 6000, None]], clerk)
    assert (plans[0].verdicts, plans[0].changes) == ({2: "update"}, {2: ["工资性收入"]})
    written = INCOMES.write(plans, context)
    old.refresh_from_db()
    assert (old.wage, old.net) == (600_000, 600_000)
    assert list(INCOMES.withdraw(written, context).values()) == [""]
    old.refresh_from_db()
    assert (old.wage, old.net) == (500_000, 500_000)


def test_withdrawn_new_window_leaves_the_one_before_latest(clerk, home):
    earlier = add_income(home, checked_on=dt.date(2019, 5, 1), wage=1)
    plans, context = judged([["H1", None, DAY, 1, 6000, None]], clerk)
    written = INCOMES.write(plans, context)
    assert IncomeStatement.objects.get(is_latest=True).pk != earlier.pk
    INCOMES.withdraw(written, context)
    assert IncomeStatement.objects.get().pk == earlier.pk
    assert IncomeStatement.objects.get().is_latest


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["H9", None, DAY, 1, 1, None], "没有找到这一户"),
        (["H1", "林小溪", DAY, 1, 1, None], "与该户编号登记的户主不一致"),
        (["H1", None, dt.date(2020, 3, 1), 1, 1, None], "晚于今天"),
        (["H1", None, DAY, 0, 1, None], "应为 1 人及以上"),
        (["H1", None, DAY, 1, 99_999_999, None], "超过单项上限 5,000,000 元"),
        (["H1", None, DAY, 1, -5, None], "不能小于 0"),
        (["H1", None, DAY, 1, "1.234", None], "金额最多到分"),
        (["H1", None, DAY, "两人", 1, None], "不是数字"),
    ],
)
def test_wrong_row_says_why(clerk, row, said):
    found = words(judged([row], clerk)[0])
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.usefixtures("home")
def test_one_window_stands_once(clerk):
    rows = [["H1", None, DAY, 1, 1, None], ["H1", None, DAY, 1, 2, None]]
    assert "与第 2 行是同一户同一周期" in words(judged(rows, clerk)[0])[0]
