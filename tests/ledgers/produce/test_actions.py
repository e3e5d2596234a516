"""From backlog to money in the household: listing, orders, payments, closing; impacts follow by themselves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.http import QueryDict

from shouwang.kernel import figures
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.impact.models import ImpactRecord
from shouwang.ledgers.produce import actions, farming_actions, queries, trade_actions, views
from shouwang.ledgers.produce.codes import code_of, urgency
from shouwang.ledgers.produce.following import on_household_change
from shouwang.ledgers.produce.models import Lot, LotHousehold, Order, Payment
from shouwang.ledgers.produce.tables import LOTS
from tests.factories.accounts import make_user, scope
from tests.factories.moments import at
from tests.factories.produce import (
    TODAY,
    add_delivery,
    add_payment,
    make_buyer,
    make_campaign,
    make_demand,
    make_lot,
    make_need,
    make_order,
    make_settled,
    make_supplier,
    put_behind,
)
from tests.factories.registry import make_household

BY = Scope.system("核验")
DAY = dt.timedelta(1)
SAID = {"product": "guava", "seller_kind": "village", "seller": "和睦农户", "unsold": 3_000_000, "floor_price": 300, "asked_price": 360}
SAID |= {"from_on": TODAY, "until_on": TODAY + 5 * DAY}


def listed(region, **kw):
    return actions.list_lot(region, {**SAID, **kw}, by=BY, today=TODAY)


def left(lot):
    return queries.lot(BY, lot.pk).left


def test_guava_of_one_village_is_sold_paid_and_closed_in_eight_days(city):
    """The published case: 3,000 kg cleared in eight days."""
    village = city.villages[0]
    homes = [make_household(village) for _ in range(3)]
    lot = actions.list_lot(village, {**SAID, "until_on": TODAY + 9 * DAY}, by=BY, today=TODAY)
    for home in homes:
        actions.add_household(lot, home, 1_000_000, by=BY, today=TODAY)
    order = trade_actions.place_order(lot, make_buyer(city.city, "base"), 3_000_000, 350, by=BY, today=TODAY + DAY)
    for move, day in (("ship", 2), ("receive", 3), ("settle", 7)):
        order = trade_actions.move_order(order, move, {}, by=BY, today=TODAY + day * DAY)
    assert order.settled == 1_050_000
    due = trade_actions.by_share(order)
    assert due == {h.pk: 350_000 for h in homes}
    trade_actions.pay(order, due, paid_on=TODAY + 8 * DAY, method="转账", by=BY, today=TODAY + 8 * DAY)
    closed = actions.move_lot(lot, "close", "", by=BY, today=TODAY + 8 * DAY)
    assert (closed.state, closed.clear_days) == ("closed", 8)
    value = figures.value(figures.get("produce.days_to_clear"), TODAY + 8 * DAY, place=city.city.place)
    assert (value.text, queries.benefited(TODAY + 8 * DAY).count()) == ("8.0", 3)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"until_on": TODAY - DAY}, "until_on", "已经过去"),
        ({"from_on": TODAY + 9 * DAY}, "until_on", "早于上市日期"),
        ({"floor_price": 400}, "asked_price", "低于最低价"),
        ({"harvested": 2_000_000}, "unsold", "多于已采收"),
    ],
)
def test_lot_that_cannot_be_is_refused_in_words(city, change, field, words):
    with pytest.raises(Refused, match=words) as no:
        listed(city.villages[0], **change)
    assert (no.value.field, Lot.objects.count(), ImpactRecord.objects.count()) == (field, 0, 0)


def test_codes_count_within_the_county_and_the_day(city):
    codes = [listed(v).code for v in (*city.villages[:2], city.villages[4])]
    assert codes == ["ZX440513200217001", "ZX440513200217002", "ZX440514200217001"]


def test_two_villages_of_a_county_number_their_lots_apart_and_order_them(city):
    """As the officers themselves, who reach their own village only: on PostgreSQL row-level security hides the other's lot."""
    for n, code in enumerate(("440513100001", "440513100002"), 1):
        officer = scope(make_user(f"cun{n}", city.offices[f"{code}-cwh"], "village_officer"))
        lot = actions.list_lot(city.at(code), SAID, by=officer, today=TODAY)
        actions.add_household(lot, make_household(city.at(code)), 3_000_000, by=officer, today=TODAY)
        trade_actions.place_order(lot, make_buyer(city.city), 1_000_000, 360, by=officer, today=TODAY)
        assert lot.code == f"ZX440513200217{n:03d}"
    assert ImpactRecord.objects.filter(loss=720_000).count() == 2


def test_impact_of_the_lot_goes_over_to_the_households_behind_it(city):
    lot = listed(city.villages[0])
    row = ImpactRecord.objects.get()
    assert (row.source_ledger, row.household, row.expected, row.now, row.loss, row.recovered_on) == (
        "produce.lot",
        None,
        1_080_000,
        0,
        1_080_000,
        None,
    )
    home = make_household(city.villages[0])
    actions.add_household(lot, home, 3_000_000, by=BY, today=TODAY)
    mine = ImpactRecord.objects.get(household=home)
    row.refresh_from_db()
    assert (mine.loss, mine.recovered_on, row.loss, row.recovered_on) == (1_080_000, None, 0, TODAY)
    trade_actions.place_order(lot, make_buyer(city.city), 1_500_000, 360, by=BY, today=TODAY)
    mine.refresh_from_db()
    assert (mine.now, mine.loss) == (540_000, 540_000)
    trade_actions.place_order(lot, make_buyer(city.city), 1_500_000, 360, by=BY, today=TODAY)
    mine.refresh_from_db()
    assert (mine.loss, mine.recovered_on) == (0, TODAY)


def test_cancelled_order_gives_back_what_it_took_and_the_impact_returns(city):
    lot = listed(city.villages[0])
    order = trade_actions.place_order(lot, make_buyer(city.city), 3_000_000, 360, by=BY, today=TODAY)
    assert left(lot) == 0
    with pytest.raises(Refused, match="理由"):
        trade_actions.move_order(order, "cancel", {}, by=BY, today=TODAY)
    trade_actions.move_order(order, "cancel", {}, by=BY, today=TODAY, reason="买方取消")
    assert (left(lot), ImpactRecord.objects.get().recovered_on) == (3_000_000, None)


@pytest.mark.parametrize(("grams", "price", "words"), [(3_000_001, 360, "只剩"), (1000, 299, "低于最低价")])
def test_order_beyond_the_lot_is_refused(city, grams, price, words):
    with pytest.raises(Refused, match=words):
        trade_actions.place_order(make_lot(city.villages[0]), make_buyer(city.city), grams, price, by=BY, today=TODAY)
    assert not Order.objects.exists()


def test_price_of_the_whole_given_for_a_kilogram_is_refused(city):
    lot, buyer = make_lot(city.villages[0]), make_buyer(city.city)
    with pytest.raises(Refused, match=r"单价 20,000 元/公斤超过 10,000 元/公斤"):
        trade_actions.place_order(lot, buyer, 1000, 2_000_000, by=BY, today=TODAY)
    with pytest.raises(Refused, match=r"出价 20,000 元/公斤超过 10,000 元/公斤"):
        trade_actions.add_demand(
            buyer, city.city, {"product": "guava", "wanted": 1000, "price": 2_000_000, "until_on": TODAY}, by=BY, today=TODAY
        )


def test_shantou_does_not_sell_on_the_832_platform_but_buys_there(city):
    buyer = make_buyer(city.city, "p832")
    with pytest.raises(Refused, match="只能采购"):
        trade_actions.place_order(make_lot(city.villages[0]), buyer, 1000, 360, by=BY, today=TODAY)
    said = {"channel": "p832", "goods": "大米", "seller_kind": "outside", "seller": "外地合作社", "fen": 100_000, "on": TODAY}
    trade_actions.buy(buyer, city.city, said, by=BY, today=TODAY)
    values = {
        c: figures.value(figures.get(f"produce.{c}"), TODAY, place=city.city.place).text for c in ("bought_832", "bought_yuan", "sold_yuan")
    }
    assert values == {"bought_832": "1,000.00", "bought_yuan": "1,000.00", "sold_yuan": "--"}


def test_demand_takes_no_more_than_it_wants(city):
    buyer = make_buyer(city.city)
    demand = make_demand(buyer, city.city, kg=1000)
    lot = make_lot(city.villages[0])
    trade_actions.place_order(lot, buyer, 900_000, 360, by=BY, today=TODAY, demand=demand)
    with pytest.raises(Refused, match="需求只剩 100"):
        trade_actions.place_order(lot, buyer, 200_000, 360, by=BY, today=TODAY, demand=demand)


@pytest.mark.parametrize(
    ("state", "move", "said", "words"),
    [
        ("ordered", "receive", {}, "不能“收货”"),
        ("ordered", "ship", {"on": TODAY + DAY}, "日期须在"),
        ("shipped", "receive", {"grams": 500_001}, "不超过订购"),
        ("received", "settle", {"fen": 180_001}, "不超过实收量乘单价"),
        ("settled", "cancel", {}, "理由|不能“取消”"),
    ],
)
def test_step_that_cannot_be_is_refused(city, state, move, said, words):
    days = {"shipped_on": TODAY, "received_on": TODAY, "received": 500_000, "settled_on": TODAY, "settled": 1}
    order = make_order(make_lot(city.villages[0]), make_buyer(city.city), state=state, **days)
    with pytest.raises(Refused, match=words):
        trade_actions.move_order(order, move, said, by=BY, today=TODAY)


def test_money_is_paid_once_never_more_than_settled_and_only_to_households_behind(city):
    lot, home, other = make_lot(city.villages[0]), make_household(city.villages[0]), make_household(city.villages[0])
    put_behind(lot, home)
    order = make_settled(lot, make_buyer(city.city), fen=100_000)
    pay = {"paid_on": TODAY, "method": "转账", "by": BY, "today": TODAY}
    for amounts, words in (({other.pk: 1}, "不是本批次"), ({home.pk: 100_001}, "超过结算"), ({}, "没有填写")):
        with pytest.raises(Refused, match=words):
            trade_actions.pay(order, amounts, **pay)
    with pytest.raises(Refused, match="到账日期"):
        trade_actions.pay(order, {home.pk: 1}, **{**pay, "paid_on": TODAY - DAY})
    trade_actions.pay(order, {home.pk: 60_000}, **pay)
    with pytest.raises(Refused, match="不能重复"):
        trade_actions.pay(order, {home.pk: 1}, **pay)
    with pytest.raises(Refused, match="还没有结算"):
        trade_actions.pay(make_order(lot, make_buyer(city.city)), {home.pk: 1}, **pay)
    assert [p.amount for p in Payment.objects.all()] == [60_000]
    assert list(queries.owed(Order.objects.all())) == [order]


def test_shares_of_the_money_sum_to_the_cent(city):
    lot = make_lot(city.villages[0], kg=3)
    for _ in range(3):
        put_behind(lot, make_household(city.villages[0]), kg=1)
    order = make_settled(lot, make_buyer(city.city), fen=100_000, kg=3)
    assert sorted(trade_actions.by_share(order).values()) == [33_333, 33_333, 33_334]


def test_closing_wants_everything_sold_settled_and_paid(city):
    lot, home = make_lot(city.villages[0], kg=500), make_household(city.villages[0])
    put_behind(lot, home)
    with pytest.raises(Refused, match="没有卖出"):
        actions.move_lot(lot, "close", "", by=BY, today=TODAY)
    order = make_order(lot, make_buyer(city.city))
    with pytest.raises(Refused, match="没有结算"):
        actions.move_lot(lot, "close", "", by=BY, today=TODAY)
    Order.objects.filter(pk=order.pk).update(state="settled", settled=180_000, settled_on=TODAY)
    with pytest.raises(Refused, match="元没有兑付"):
        actions.move_lot(lot, "close", "", by=BY, today=TODAY)
    add_payment(order, home, 180_000)
    assert actions.move_lot(lot, "close", "", by=BY, today=TODAY).closed_on == TODAY


def test_shares_may_not_exceed_the_lot_nor_the_lot_shrink_below_them(city):
    lot = make_lot(city.villages[0], kg=100)
    actions.add_household(lot, make_household(city.villages[0]), 60_000, by=BY, today=TODAY)
    with pytest.raises(Refused, match="超过本批次"):
        actions.add_household(lot, make_household(city.villages[0]), 40_001, by=BY, today=TODAY)
    said = {"unsold": 59_999, "asked_price": 360, "floor_price": 300, "until_on": TODAY + DAY}
    with pytest.raises(Refused, match="不能少于"):
        actions.recount(lot, said, "清点", by=BY, today=TODAY)
    assert actions.recount(lot, {**said, "unsold": 60_000}, "清点", by=BY, today=TODAY).unsold == 60_000


def test_household_of_another_village_is_refused(city):
    with pytest.raises(Refused, match="跨村的请以镇（街道）为所在地"):
        actions.add_household(make_lot(city.villages[0]), make_household(city.villages[1]), 1000, by=BY, today=TODAY)


def test_lot_of_a_town_has_households_of_its_villages_and_no_others(city):
    town = city.villages[0].town
    lot = actions.list_lot(town, {**SAID, "unsold": 2_000_000}, by=BY, today=TODAY)
    here = [v for v in city.villages if v.town_id == town.pk]
    elsewhere = next(v for v in city.villages if v.town_id != town.pk)
    homes = [make_household(v) for v in here[:2]]
    for home in homes:
        actions.add_household(lot, home, 1_000_000, by=BY, today=TODAY)
    with pytest.raises(Refused, match=f"不在本批次所在的{town.name}"):
        actions.add_household(lot, make_household(elsewhere), 1, by=BY, today=TODAY)
    assert {(r.village_id, r.household_id) for r in lot.households.all()} == {(h.village_id, h.pk) for h in homes}
    assert (lot.town, lot.village_id, len(here) > 1) == (town, None, True)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"expected": 5_000_000, "from_on": TODAY - DAY}, "from_on", "上市日期 2020-02-16 已经过去（今天 2020-02-17），不能只填预计产量"),
        ({"story": "订货请打 13700137000"}, "story", "产品故事里有号码“137…”"),
        ({"seller": "和睦农户0754 8787 1234"}, "seller", "主体名称里有号码"),
        ({"asked_price": 100_000_000}, "asked_price", "意向价 1,000,000 元/公斤超过 10,000 元/公斤。请按每公斤填写，核对是否填成了总价"),
        ({"unsold": 10**12 + 1}, "unsold", "滞销量 1,000,000,000.001 公斤超过 1,000,000,000 公斤。请核对数字和单位"),
        ({"heads": 99_999_999_999}, "heads", "存栏 99,999,999,999 只（头）超过 9,999,999 只（头）。请核对是否多写了位数"),
        ({"area": Decimal(10**7)}, "area", "面积 10,000,000 亩超过 9,999,999 亩"),
    ],
)
def test_lot_with_a_harvest_that_was_or_a_number_for_the_card_is_refused(city, said, field, words):
    with pytest.raises(Refused) as no:
        actions.list_lot(city.villages[0], {**SAID, "unsold": 1000, **said}, by=BY, today=TODAY)
    assert (no.value.field, words in no.value.message) == (field, True)
    assert not Lot.objects.exists()


def test_need_of_a_day_that_has_passed_is_refused_and_an_old_one_may_be_corrected(city):
    said = {"crop": "rice", "item": "seed", "amount": Decimal(10), "needed_by": TODAY - DAY}
    with pytest.raises(Refused, match="最迟到位日期 2020-02-16 已经过去"):
        farming_actions.set_need(city.villages[0], said, by=BY, today=TODAY)
    make_need(city.villages[0], item="seed", needed_by=TODAY - DAY)
    assert farming_actions.set_need(city.villages[0], said, by=BY, today=TODAY).amount == 10


@pytest.mark.parametrize(
    ("said", "words"),
    [({"name": "供销社农资店"}, "已登记为供应商"), ({"goods": []}, "至少选择一种")],
)
def test_supplier_that_is_known_or_supplies_nothing_is_refused(city, said, words):
    make_supplier(city.city, name="供销社农资店")
    usual = {"name": "新店", "goods": ["seed"], "address": "海门镇", "contact_line": ""}
    with pytest.raises(Refused, match=words):
        farming_actions.add_supplier(city.city, {**usual, **said}, by=BY, today=TODAY)


def test_urgency_report_adds_up_what_waits_by_product(city):
    village = city.villages[0]
    make_lot(village, kg=1000)
    make_lot(village, kg=500, until_on=TODAY + 9 * DAY)
    make_lot(village, "olive", kg=200, from_on=TODAY - 2 * DAY, until_on=TODAY - DAY)
    make_lot(village, kg=99, state="closed", closed_on=TODAY, clear_days=1)
    found = views.urgent(BY, TODAY)
    assert [(r["name"], [(c["n"], c["kg"], c["fen"]) for c in r["cells"]]) for r in found["rows"]] == [
        ("番石榴", [(0, 0, 0), (1, 1000, 360_000), (1, 500, 180_000), (0, 0, 0)]),
        ("青榄", [(1, 200, 72_000), (0, 0, 0), (0, 0, 0), (0, 0, 0)]),
    ]
    assert [(c["n"], c["kg"]) for c in found["totals"]] == [(1, 200), (1, 1000), (1, 500), (0, 0)]
    assert [(x["product"], x["days"]) for x in found["lots"]] == [("青榄", -1), ("番石榴", 5)]
    for row in found["rows"]:
        for cell in row["cells"]:
            view = LOTS.view(QueryDict(cell["url"].partition("?")[2]), BY, now=at("2020-02-17 12:00"))
            assert view.total == cell["n"]


def test_plan_gives_one_tap_orders_and_says_why_not(city):
    village = city.villages[0]
    good, cold = make_lot(village), make_lot(village, "oyster", cold_chain=True)
    buyer = make_buyer(city.city)
    make_demand(buyer, city.at("440513"), kg=1000)
    make_demand(buyer, city.at("440513"), "oyster", price=2000)
    plan, rows, rest = queries.plan(BY, TODAY)
    assert [(p.lot, p.kilograms, p.price, p.urgency) for p in rows] == [(good, 1000, 380, "now")]
    assert rest == [(cold, "需要冷链，需求方没有冷链")]
    assert plan.score == 1000 * (600 + 80 - 10)


def test_same_buyer_under_another_name_is_found(city):
    said = {
        "name": "广东省扶贫创新创业基地（汕头）",
        "channel": "base",
        "aliases": "广东省消费扶贫创业创新基地(汕头)",
        "outside": False,
        "cold": True,
    }
    trade_actions.add_buyer(city.city, said, by=BY, today=TODAY)
    with pytest.raises(Refused, match="同一家"):
        trade_actions.add_buyer(city.city, {**said, "name": "广东省消费扶贫创业创新基地(汕头)", "aliases": ""}, by=BY, today=TODAY)


def test_products_go_by_their_aliases():
    assert [code_of("products", said, TODAY) for said in ("牡蛎", "生蚝", "芭乐", "石头")] == ["oyster", "oyster", "guava", None]


@pytest.mark.parametrize(
    ("product", "days", "word"),
    [
        ("oyster", -1, "late"),
        ("oyster", 7, "now"),
        ("oyster", 8, "soon"),
        ("olive", 3, "now"),
        ("olive", 4, "soon"),
        ("olive", 11, "normal"),
    ],
)
def test_urgency_follows_days_left_and_whether_it_keeps(product, days, word):
    assert urgency(product, TODAY + days * DAY, TODAY) == word


def test_spring_ploughing_shows_the_shortfall(city):
    need = make_need(city.villages[0])
    add_delivery(need, 400)
    said = {"crop": "rice", "item": "fertiliser", "amount": Decimal(399), "needed_by": need.needed_by}
    with pytest.raises(Refused, match="少于已到货"):
        farming_actions.set_need(city.villages[0], said, by=BY, today=TODAY)
    shop = make_supplier(city.city)
    with pytest.raises(Refused, match="晚于今天"):
        farming_actions.deliver(need, shop, Decimal(1), TODAY + DAY, by=BY, today=TODAY)
    with pytest.raises(Refused, match="没有登记供应化肥"):
        farming_actions.deliver(need, make_supplier(city.city, goods="machinery"), Decimal(1), TODAY, by=BY, today=TODAY)
    farming_actions.deliver(need, shop, Decimal(700), TODAY, by=BY, today=TODAY)
    assert queries.need(BY, need.pk).short == Decimal(-100)
    assert figures.value(figures.get("produce.short_needs"), TODAY, place=city.city.place).text == "0"


def test_campaign_has_results_only_once_it_has_begun(city):
    said = {"sold": 500_000, "signed": None, "result": "热销"}
    with pytest.raises(Refused, match="才开始"):
        trade_actions.end_campaign(make_campaign(city.city, starts_on=TODAY + DAY), said, by=BY, today=TODAY)
    assert trade_actions.end_campaign(make_campaign(city.city), said, by=BY, today=TODAY).sold == 500_000


def test_shares_follow_a_merge_and_come_back_and_move_with_the_household(city):
    lot, old, new = make_lot(city.villages[0]), make_household(city.villages[0]), make_household(city.villages[1])
    row, done = put_behind(lot, old), put_behind(make_lot(city.villages[0], state="closed", closed_on=TODAY), old)
    on_household_change(HouseholdShift("merged", old.pk, new.pk, (), 9, TODAY))
    row.refresh_from_db()
    done.refresh_from_db()
    assert (row.household, row.village, done.household) == (new, city.villages[1], old)
    on_household_change(HouseholdShift("restored", new.pk, old.pk, (), 9, TODAY))
    row.refresh_from_db()
    assert row.household == old
    old.put_in(city.villages[7])
    old.save()
    on_household_change(HouseholdShift("moved", old.pk, old.pk, (), 10, TODAY))
    assert {r.village for r in LotHousehold.objects.all()} == {city.villages[7]}
