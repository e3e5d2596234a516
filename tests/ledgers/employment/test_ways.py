"""Closed ways of departures are said by ledger impact's travel rules alone."""

import datetime as dt

import pytest
from django.test import Client

from shouwang.engine.batching.model import Rules
from shouwang.kernel.errors import Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import book
from shouwang.kernel.worklist.models import Message
from shouwang.ledgers.employment import batch_queries, ways
from shouwang.ledgers.employment.actions import batches
from shouwang.ledgers.employment.models import BatchDestination, Traveller, Trip
from shouwang.ledgers.impact import queries as impact
from tests.factories.accounts import make_user, sign_in
from tests.factories.employment import TODAY, add_traveller, make_worker
from tests.factories.impact import make_level
from tests.ledgers.employment.test_batches import NEXT, PLACE, planned, prepared

BY = Scope.system("核验")
DONGGUAN = {"unit_code": "441900", "unit_name": "东莞市"}


def carried(batch):
    return {(t.day, t.vehicle.plate, t.destination.place_code) for t in batch.trips.select_related("vehicle", "destination")}


@pytest.mark.parametrize("end", ["home", "there"])
def test_way_is_closed_at_a_high_level_of_either_end(village, end):
    batch, *_ = prepared(village, seats=20)
    make_level(village, "high", TODAY, **(DONGGUAN if end == "there" else {}))
    batches.ask(batch, by=BY, today=TODAY)
    with pytest.raises(Refused) as no:
        batches.solve(batch, today=TODAY)
    place = "不能前往广东省东莞市" if end == "there" else "不能从潮阳区出发"
    for words in ("两地风险等级不允许通行（3 人）", place, "高风险（省卫生健康委通告，2020-02-17 公布）", "依据：《关于科学防治"):
        assert words in no.value.message


@pytest.mark.parametrize("level", ["low", "medium", None])
def test_way_is_open_at_other_levels_and_where_none_is_published(village, level):
    batch, *_ = prepared(village, seats=20)
    if level:
        make_level(village, level, TODAY)
    assert ways.closed_ends(batch, TODAY) == []
    assert planned(batch).result["carried"] == 3


def test_travel_rule_decides_not_the_name_of_the_level(village, monkeypatch):
    batch, *_ = prepared(village, seats=20)
    make_level(village, "medium", TODAY)
    (rule,) = book("risk_levels")["meaning"]
    monkeypatch.setitem(rule.value["medium"], "travel", {"out": False, "in": True, "words": "暂停外出"})
    assert "暂停外出" in ways.closed_ends(batch, TODAY)[0]
    monkeypatch.setitem(rule.value["medium"], "travel", {"out": True, "in": False, "words": "暂停接收"})
    assert ways.closed_ends(batch, TODAY) == []
    assert planned(batch).result["carried"] == 3


def test_no_second_rule_stands_beside_the_travel_rules():
    assert "closed" not in book("departure_batches")
    assert not hasattr(Rules(), "closed")
    assert all(0 not in r.value.values() for r in book("departure_batches")["seat_percent"])


def test_level_published_ahead_closes_the_way_from_its_day(village):
    batch, *_ = prepared(village, seats=4, people=4)
    make_level(village, "low", TODAY)
    make_level(village, "high", NEXT, published_on=TODAY)
    planned(batch)
    assert {day for day, *_ in carried(batch)} == {TODAY}
    assert set(Traveller.objects.filter(trip=None).values_list("reason", flat=True)) == {"seats_full"}
    (words,) = ways.closed_ends(batch, TODAY)
    assert words.startswith("2020-02-18 ～ 2020-02-26 不能从潮阳区出发：当地自 2020-02-18 起为高风险")


def test_level_that_rises_while_a_plan_stands_stops_the_bus_until_it_is_planned_again(village):
    batch, place, *_ = prepared(village, seats=20)
    other = batches.save_destination(batch, BatchDestination(), PLACE | {"place": "深圳市宝安区"}, by=BY, today=TODAY)
    add_traveller(batch, other, make_worker(village))
    for unit in (DONGGUAN, {"unit_code": "440306", "unit_name": "宝安区"}, {}):
        make_level(village, "low", dt.date(2020, 2, 16), **unit)
    planned(batch)
    trip = Trip.objects.get(destination=place)
    make_level(village, "high", trip.day, **DONGGUAN)
    batches.board(trip, set(trip.riders.values_list("pk", flat=True)), by=BY, today=trip.day)
    with pytest.raises(Refused, match=r"不能发车.*不能前往广东省东莞市.*重新编排"):
        batches.depart(trip, by=BY, today=trip.day)
    ((told, now),) = batch_queries.changed_levels(trip.day)
    batches.warn([(told, now)], by=BY, today=trip.day)
    assert "请重新编排。2020-" in Message.objects.get().text
    batches.ask(batch, by=BY, today=trip.day)
    batch.refresh_from_db()
    batches.keep(batch, batches.solve(batch, today=trip.day), by=BY, today=trip.day)
    assert {code for *_, code in carried(batch)} == {"440306"}
    assert set(batch.travellers.filter(destination=place).values_list("reason", flat=True)) == {"level"}


def test_batch_and_trip_pages_cite_level_document_and_rule(city, village):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    client = sign_in(Client(), make_user("clerk", city.offices["440513100-zf"], "town_clerk"))
    batch, *_ = prepared(village, seats=20)
    planned(batch)
    make_level(village, "high", TODAY)
    for path in (f"batches/{batch.pk}/", f"trips/{Trip.objects.get().pk}/"):
        text = client.get(f"/employment/{path}").content.decode()
        assert "不能从潮阳区出发：当地自 2020-02-17 起为高风险（省卫生健康委通告，2020-02-17 公布）" in text
        assert "依据：《关于科学防治精准施策分区分级做好新冠肺炎疫情防控工作的指导意见》" in text


def test_what_is_allowed_on_many_days_is_what_is_allowed_on_each(village, django_assert_num_queries):
    days = [dt.date(2020, 2, 14) + dt.timedelta(n) for n in range(20)]
    make_level(village, "high", dt.date(2020, 2, 15))
    make_level(village, "low", dt.date(2020, 2, 25))
    with django_assert_num_queries(1):
        found = impact.allowed_on([village, "441900"], days)
    assert found == {(unit, d): impact.allowed(unit, d) for unit in ("440513", "441900") for d in days}
