"""Pages: entering by phone, one tap from the plan, the card without a person, bad input in words."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection

from shouwang.kernel import testing
from shouwang.kernel.models import Setting
from shouwang.kernel.regions import rls
from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.produce import queries
from shouwang.ledgers.produce.figures import FIGURES
from shouwang.ledgers.produce.following import on_household_change
from shouwang.ledgers.produce.models import InputNeed, Lot, LotHousehold, Order, Payment
from shouwang.ledgers.produce.policies import VIEW
from tests.factories.accounts import make_user, scope, sign_in
from tests.factories.moments import at
from tests.factories.produce import (
    TODAY,
    add_payment,
    make_buyer,
    make_demand,
    make_lot,
    make_need,
    make_settled,
    make_supplier,
    put_behind,
)
from tests.factories.registry import make_household

SAID = {"product": "guava", "seller_kind": "village", "seller": "和睦农户", "asked_price": "3.60", "until_on": "2020-02-25"}


@pytest.fixture
def today(city):  # noqa: ARG001 - opens the database
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())


@pytest.fixture
def clerk(city, client, today):  # noqa: ARG001 - the day is set
    return sign_in(client, make_user("jb", city.offices["4405-fpb"], "office_clerk"))


def test_village_lists_a_backlog_in_jin_and_it_is_kept_in_kilograms(city, client, today):  # noqa: ARG001 - the day is set
    village = city.villages[0]
    client = sign_in(client, make_user("cun", city.offices["440513100001-cwh"], "village_officer"), device="phone")
    answer = client.post("/produce/new/", {**SAID, "unsold": "6000斤", "region": village.pk})
    lot = Lot.objects.get()
    assert (answer.status_code, lot.unsold, lot.floor_price, lot.from_on, lot.village) == (302, 3_000_000, 360, TODAY, village)
    assert [value for value, _ in client.get("/produce/new/").context["form"].fields["region"].choices] == [str(village.pk)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unsold": "500公斤300斤"}, "混用了不同单位"),
        ({"unsold": "3000"}, "没有写单位"),
        ({"until_on": "2020-02-16"}, "已经过去"),
        ({"asked_price": "0"}, "不能小于"),
        ({"phone": "12"}, "电话"),
    ],
)
def test_bad_lot_is_refused_in_words_and_nothing_is_kept(city, clerk, change, words):
    answer = clerk.post("/produce/new/", {**SAID, "unsold": "1吨", "region": city.villages[0].pk, **change})
    assert (answer.status_code, words in answer.content.decode(), Lot.objects.count()) == (422, True, 0)


def test_one_tap_of_the_plan_makes_the_order_on_the_demand(city, clerk):
    lot, buyer = make_lot(city.villages[0]), make_buyer(city.city)
    demand = make_demand(buyer, city.at("440513"))
    row = clerk.get("/produce/matching/").context["rows"][0]
    said = {"buyer": buyer.pk, "demand": demand.pk, "grams": f"{row['p'].kilograms}公斤", "price": row["price"]}
    assert clerk.post(f"/produce/{lot.pk}/order/", said).status_code == 302
    order = Order.objects.get()
    assert (order.demand, order.grams, order.price) == (demand, 1_000_000, 380)
    assert clerk.get("/produce/matching/").context["rows"] == []


def test_order_without_a_unit_is_refused_in_words(city, clerk):
    lot, buyer = make_lot(city.villages[0]), make_buyer(city.city)
    answer = clerk.post(f"/produce/{lot.pk}/order/", {"buyer": buyer.pk, "grams": "100", "price": "3.6"}, follow=True)
    assert ("没有写单位" in answer.content.decode(), Order.objects.count()) == (True, 0)


def test_order_that_is_refused_keeps_what_was_typed_and_the_button_leads_to_its_form(city, clerk):
    lot, buyer = make_lot(city.villages[0], kg=500), make_buyer(city.city)
    page = clerk.get(f"/produce/{lot.pk}/").content.decode()
    assert (f'href="/produce/{lot.pk}/order/"' in page, f'action="/produce/{lot.pk}/order/"' in page) == (True, False)
    answer = clerk.post(f"/produce/{lot.pk}/order/", {"buyer": buyer.pk, "grams": "501公斤", "price": "3.60"})
    text = answer.content.decode()
    assert (answer.status_code, "本批次只剩 500.0 公斤" in text, 'value="501公斤"' in text) == (422, True, True)
    clerk.post(f"/produce/{lot.pk}/order/", {"buyer": buyer.pk, "grams": "500公斤", "price": "3.60"})
    assert f'href="/produce/{lot.pk}/order/"' not in clerk.get(f"/produce/{lot.pk}/").content.decode()


def test_lot_goes_from_order_to_money_through_its_page(city, clerk):
    lot, buyer, home = make_lot(city.villages[0], kg=500), make_buyer(city.city), make_household(city.villages[0])
    clerk.post(f"/produce/{lot.pk}/households/", {"code": home.code, "share": "1000斤"})
    clerk.post(f"/produce/{lot.pk}/order/", {"buyer": buyer.pk, "grams": "500公斤", "price": "3.60"})
    order = Order.objects.get()
    for move, said in (("ship", {}), ("receive", {"grams": "490公斤"}), ("settle", {})):
        clerk.post(f"/produce/orders/{order.pk}/{move}/", said)
    order.refresh_from_db()
    assert (order.state, order.settled) == ("settled", 176_400)
    page = clerk.get(f"/produce/orders/{order.pk}/pay/").content.decode()
    assert 'value="1,764.00"' in page
    assert "无效" in clerk.post(f"/produce/orders/{order.pk}/pay/", {f"home_{home.pk}": "一千"}, follow=True).content.decode()
    clerk.post(f"/produce/orders/{order.pk}/pay/", {f"home_{home.pk}": "1,764.00", "paid_on": "2020-02-17"})
    assert Payment.objects.get().amount == 176_400
    clerk.post(f"/produce/{lot.pk}/move/close/")
    lot.refresh_from_db()
    assert lot.state == "closed"


def test_card_shows_goods_and_no_person(city, clerk):
    lot = make_lot(city.villages[0], contact="蔡联系", phone="13700137000", story="山上种的")
    put_behind(lot, make_household(city.villages[0], head_name="蔡户主"))
    page = clerk.get(f"/produce/{lot.pk}/card/").content.decode()
    main = page[page.index("<article") : page.index("</article>")]
    assert all(words in main for words in ("番石榴", "3.60", "山上种的", "data:image/png"))
    assert not any(words in main for words in ("蔡联系", "137", "蔡户主"))


def test_export_keeps_the_seller_types_of_the_129_ledger(city, clerk):
    make_settled(make_lot(city.villages[0], seller_kind="household"), make_buyer(city.city))
    found = clerk.get("/produce/orders/?seller_kind=household").context["table"].rows
    assert [c.text for c in found[0].cells][:3] == ["2020-02-17", "番石榴", "贫困户"]
    assert clerk.post("/produce/orders/export/?seller_kind=household", {"reason": "报送"}).status_code == 200


def test_need_takes_its_day_from_the_crop_calendar(city, clerk):
    said = {"region": city.villages[0].pk, "crop": "rice", "amount": "100"}
    clerk.post("/produce/inputs/new/", {**said, "item": "seed"})
    clerk.post("/produce/inputs/new/", {**said, "item": "fertiliser"})
    assert [(n.item, f"{n.needed_by:%m-%d}") for n in InputNeed.objects.order_by("pk")] == [("seed", "03-05"), ("fertiliser", "04-10")]


def test_delivery_of_nothing_is_refused(city, clerk):
    need = make_need(city.villages[0])
    said = {"supplier": make_supplier(city.city).pk, "amount": "0", "arrived_on": "2020-02-17"}
    clerk.post(f"/produce/inputs/{need.pk}/deliver/", said)
    assert not need.deliveries.exists()
    clerk.post(f"/produce/inputs/{need.pk}/deliver/", {**said, "amount": "12.5"})
    assert "12.5" in clerk.get(f"/produce/inputs/{need.pk}/").content.decode()


def test_supplier_is_a_firm_with_a_firm_s_line(city, clerk):
    said = {"name": "供销社农资店", "goods": ["seed", "film"], "address": "海门镇", "contact_line": "13700137000"}
    answer = clerk.post("/produce/suppliers/new/", said)
    assert (answer.status_code, "不是单位电话" in answer.content.decode()) == (422, True)
    assert clerk.post("/produce/suppliers/new/", {**said, "contact_line": "0754-87871234"}).status_code == 302
    rows = clerk.get("/produce/suppliers/?goods=film").context["table"].rows
    assert [c.text for c in rows[0].cells] == ["供销社农资店", "种苗、农膜", "海门镇", "075487871234", "0"]
    need = make_need(city.villages[0])  # fertiliser, which the shop does not sell
    assert list(clerk.get(f"/produce/inputs/{need.pk}/").context["form"].fields["supplier"].queryset) == []


def test_town_lists_a_lot_over_its_villages_and_the_urgency_page_leads_to_it(city, client, today):  # noqa: ARG001 - the day is set
    client = sign_in(client, make_user("zhen", city.offices["440513100-zf"], "town_clerk"))
    town = city.villages[0].town
    assert client.post("/produce/new/", {**SAID, "unsold": "2吨", "region": town.pk, "until_on": "2020-02-20"}).status_code == 302
    lot = Lot.objects.get()
    assert (lot.region, lot.village) == (town, None)
    assert "（跨村）" in client.get(f"/produce/{lot.pk}/").content.decode()
    assert f'href="/produce/{lot.pk}/"' in client.get("/produce/urgency/").content.decode()


def test_department_sees_lots_and_enters_none(city, client, today):  # noqa: ARG001 - the day is set
    client = sign_in(client, make_user("nyj", city.offices["4405-nyj"], "department_clerk"))
    page = client.get("/produce/?all=1").content.decode()
    assert ('href="/produce/new/"' in page, client.get("/produce/new/").status_code) == (False, 403)


@pytest.fixture
def shared(city):
    """A lot of the town behind which a household of each of two villages stands, sold and half paid out, and the two households."""
    here, beside = city.villages[:2]
    lot = make_lot(here.town, kg=2000, contact="蔡联系", phone="13700137000")
    homes = make_household(here, head_name="蔡本村"), make_household(beside, head_name="林邻村")
    order = make_settled(lot, make_buyer(city.city, name="潮汕超市"), fen=180_000, kg=500)
    for home, fen in zip(homes, (40_000, 50_000), strict=True):
        put_behind(lot, home)
        add_payment(order, home, fen)
    return lot, *homes


def test_village_reads_the_lot_of_its_town_and_of_the_households_its_own_alone(city, client, today, shared):  # noqa: ARG001 - the day is set
    lot, own, other = shared
    client = sign_in(client, make_user("cun", city.offices["440513100001-cwh"], "village_officer"))
    page = client.get(f"/produce/{lot.pk}/")
    text = page.content.decode()
    main = text[text.index("<main") : text.index("</main>")]
    assert all(
        words in main
        for words in ("待销", "1,500", "滞销 2,000 公斤", "潮汕超市", "还剩 5 天", own.code, "400.00", f"由{lot.region.name}登记")
    )
    assert not any(
        words in main for words in (other.code, "林邻村", "500.00", "900.00", "蔡联系", "137", "登记订单", "更新批次", "办理动态")
    )
    assert (page.context["paid"], [h["row"].paid for h in page.context["homes"]]) == (40_000, [40_000])
    listed = client.get("/produce/?all=1")
    assert lot.code in listed.content.decode()
    assert client.get(f"/produce/{lot.pk}/card/").status_code == 200


def test_village_changes_nothing_of_its_town_s_lot_and_others_do_not_see_it(city, client, today, shared):  # noqa: ARG001 - the day is set
    lot, own, _ = shared
    client = sign_in(client, make_user("cun", city.offices["440513100001-cwh"], "village_officer"))
    said = {"code": own.code, "share": "1公斤", "reason": "核实", "buyer": 1, "grams": "1公斤", "price": "1"}
    for path in ("recount/", "households/", "order/", "move/withdraw/", "picture/"):
        assert client.post(f"/produce/{lot.pk}/{path}", said).status_code == 404, path
    order = Order.objects.get()
    assert client.post(f"/produce/orders/{order.pk}/cancel/", said).status_code == 404
    assert client.get("/produce/matching/").context["rows"] == []
    elsewhere = next(v for v in city.villages if v.town_id != lot.town_id)
    stranger = sign_in(client, make_user("wai", city.offices[f"{elsewhere.code}-cwh"], "village_officer"))
    assert stranger.get(f"/produce/{lot.pk}/").status_code == 404


def test_town_reads_its_lot_whole(city, client, today, shared):  # noqa: ARG001 - the day is set
    lot, own, other = shared
    client = sign_in(client, make_user("zhen", city.offices["440513100-zf"], "town_clerk"))
    page = client.get(f"/produce/{lot.pk}/")
    assert (page.context["paid"], {h["row"].code for h in page.context["homes"]}) == (90_000, {own.code, other.code})
    assert "蔡联系" in page.content.decode()


def test_payments_are_exported(clerk, shared):  # noqa: ARG001 - there are some
    assert clerk.post("/produce/payments/export/", {"reason": "核对兑付"}).status_code == 200


@pytest.mark.parametrize("paid_before", [True, False])
def test_household_that_moved_to_another_district_stays_a_row_of_the_lot_and_is_paid(city, client, today, shared, paid_before):  # noqa: ARG001 - the day is set
    """On PostgreSQL row-level security hides the household itself from the lot's town."""
    lot, own, other = shared
    order = Order.objects.get()
    Payment.objects.filter(household=other).delete()
    away = city.villages[7]
    other.put_in(away)
    other.save()
    on_household_change(HouseholdShift("moved", other.pk, other.pk, (), 9, TODAY))
    if paid_before:
        add_payment(order, other, 50_000)
    client = sign_in(client, make_user("zhen", city.offices["440513100-zf"], "town_clerk"))
    page = client.get(f"/produce/{lot.pk}/")
    text = page.content.decode()
    rows = [(h["row"].code, h["row"].paid) for h in page.context["homes"]]
    assert rows == [(own.code, 40_000), (None, 50_000 if paid_before else None)]
    assert sum(paid or 0 for _, paid in rows) == page.context["paid"]
    assert ("有 1 户登记后已迁出本辖区" in text, other.code in text, "林邻村" in text) == (True, False, False)
    form = client.get(f"/produce/orders/{order.pk}/pay/").content.decode()
    assert ("已迁出本辖区、份额 300 公斤的户的金额" in form, other.code in form) == (not paid_before, False)
    sent = {f"home_{other.pk}": "270.00", "method": "转账"}
    answer = client.post(f"/produce/orders/{order.pk}/pay/", sent, follow=True).content.decode()
    assert ("已兑付 500.00 元，不能重复登记" if paid_before else "已登记 1 户的兑付") in answer
    assert [(p.amount, p.village) for p in Payment.objects.filter(household=other)] == [(50_000 if paid_before else 27_000, away)]


@pytest.mark.skipif(not settings.SHOUWANG_DATABASE_ROLE or connection.vendor != "postgresql", reason="row-level security is PostgreSQL's")
def test_database_gives_a_village_the_town_s_lot_and_its_orders_but_no_share_of_others(city, shared):
    lot, own, other = shared
    village = scope(make_user("cun", city.offices["440513100001-cwh"], "village_officer"))
    with rls.acting(village):
        assert [list(m.objects.values_list("pk", flat=True)) for m in (Lot, Order)] == [[lot.pk], [Order.objects.get().pk]]
        assert {m.objects.get().household_id for m in (LotHousehold, Payment)} == {own.pk}
    with rls.acting(scope(make_user("zhen", city.offices["440513100-zf"], "town_clerk"))):
        assert [set(m.objects.values_list("household_id", flat=True)) for m in (LotHousehold, Payment)] == [{own.pk, other.pk}] * 2


def test_choice_that_counts_stands_open_where_there_is_another(city, clerk):
    lot, sells = make_lot(city.villages[0]), make_buyer(city.city)
    make_buyer(city.city, "p832")  # buys only
    order = clerk.get(f"/produce/{lot.pk}/order/").context["form"]
    assert ([v for v, _ in order.fields["buyer"].choices], order.initial["price"]) == (["", str(sells.pk)], "3.60")
    assert clerk.get("/produce/new/").context["form"].fields["region"].choices[0] == ("", "请选择")


def test_figure_of_a_village_leads_to_the_lots_it_counts_without_the_town_s(shared):
    make_lot(shared[1].village)
    place = shared[1].village.place
    holder = testing.holding("figures.view", place, None, VIEW)
    figure = next(f for f in FIGURES if f.code == "produce.backlog_lots")
    assert queries.lots(holder).count() == 2
    assert testing.figure_rows(figure, TODAY, place, holder, at(TODAY.isoformat())) == []
