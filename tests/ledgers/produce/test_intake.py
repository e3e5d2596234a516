"""The workbook of backlogs: units converted, every wrong row named, the same file again changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.columns.fields import Line
from shouwang.kernel.columns.sheet import ERROR, NEW, SAME, UPDATE, Bundle, Context
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce.intake import SHEET, judge, withdraw, write
from shouwang.ledgers.produce.models import Lot
from tests.factories.produce import TODAY, make_buyer, make_order
from tests.factories.registry import add_member, make_household

GOOD = {
    "town": "海门镇", "village": "和睦居委会", "product": "芭乐", "seller_kind": "village", "seller": "和睦农户", "unsold": "6000斤",
    "asked_price": 360, "until_on": dt.date(2020, 2, 25),
}  # fmt: skip


@pytest.fixture
def context(city):  # noqa: ARG001 - opens the database
    return Context(Scope.system("核验"), TODAY, frozenset(GOOD))


def plans(context, *rows):
    return judge([Bundle(SHEET.bundle(r), [Line(n, dict(r))]) for n, r in enumerate(rows, 2)], context)


def verdicts(found):
    return [v for plan in found for v in plan.verdicts.values()]


def test_row_is_new_then_the_same_then_an_update_and_is_taken_back(context):
    first = plans(context, GOOD)
    done = write(first, context)
    lot = Lot.objects.get()
    assert (verdicts(first), lot.unsold, lot.product, lot.floor_price) == ([NEW], 3_000_000, "guava", 360)
    assert verdicts(plans(context, GOOD)) == [SAME]
    more = plans(context, {**GOOD, "unsold": "4", "unit": "吨"})
    assert verdicts(more) == [UPDATE]
    changed = write(more, context)
    lot.refresh_from_db()
    assert lot.unsold == 4_000_000
    assert withdraw(changed, context) == {changed[0].key: ""}
    lot.refresh_from_db()
    assert lot.unsold == 3_000_000
    assert "保持不动" in withdraw(done, context)[done[0].key]  # updated since


def test_row_takes_every_field_of_a_lot_and_a_town_s_own(context, city):
    more = {
        "site": "冷库",
        "expected": "5吨",
        "harvested": "8000斤",
        "area": 12.5,
        "heads": 30,
        "contact": "蔡联系",
        "phone": "13700137000",
        "village": None,
    }
    write(plans(context, {**GOOD, **more}), context)
    lot = Lot.objects.get()
    assert (lot.region, lot.site, lot.expected, lot.harvested, lot.heads) == (city.villages[0].town, "冷库", 5_000_000, 4_000_000, 30)
    assert (str(lot.area), lot.contact, lot.phone.reveal()) == ("12.50", "蔡联系", "13700137000")


def test_listed_row_is_taken_off_unless_worked_on(context, city):
    done = write(plans(context, GOOD, {**GOOD, "seller": "第二组"}), context)
    make_order(Lot.objects.get(seller="第二组"), make_buyer(city.city))
    answers = withdraw(done, context)
    assert [bool(words) for words in answers.values()] == [False, True]
    assert Lot.objects.get(seller="和睦农户").state == "withdrawn"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"unsold": "500公斤300斤"}, "滞销量", "混用"),
        ({"unsold": "500公斤", "unit": "斤"}, "滞销量", "混用"),
        ({"unsold": "500"}, "滞销量", "没有写单位"),
        ({"product": "石头"}, "品种", "产品目录中没有"),
        ({"village": "无此村"}, "村（社区）", "没有找到"),
        ({"until_on": dt.date(2020, 2, 1)}, "最迟可售日", "已经过去"),
        ({"floor_price": 400}, "意向价", "低于最低价"),
        ({"asked_price": 0}, "意向价", "应大于 0"),
        ({"harvested": "2吨500斤"}, "已采收、库存", "混用"),
        ({"expected": "9吨", "from_on": dt.date(2020, 2, 1)}, "上市日期", "不能只填预计产量"),
        ({"seller": "蔡样板家"}, "主体名称", "请改为“××村农户”"),
        ({"contact": "林联系", "quality": "林联系自留种"}, "品质、认证", "是联系人的姓名"),
    ],
)
def test_wrong_row_is_named_with_field_value_and_remedy(context, city, change, field, words):
    add_member(make_household(city.villages[0]), name="蔡样板")
    found = plans(context, {**GOOD, **change})
    assert verdicts(found) == [ERROR]
    errors = found[0].bundle.lines[0].errors
    assert [(e.row, e.field) for e in errors] == [(2, field)]
    assert words in errors[0].words
