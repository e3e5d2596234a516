"""Departures: prepared, planned, on the road, handed over; and what the disease-control centre may see."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import Message
from shouwang.ledgers.employment import batch_queries
from shouwang.ledgers.employment.actions import batches, tracing
from shouwang.ledgers.employment.models import BatchDestination, TraceRelease, Traveller, Trip
from tests.factories.accounts import make_user, sign_in
from tests.factories.employment import TODAY, add_record, add_traveller, make_batch, make_worker
from tests.factories.impact import make_level

BY = Scope.system("核验")
NEXT = TODAY + dt.timedelta(1)
PLACE = {
    "place": "东莞市长安镇",
    "approval": "粤联防函〔2020〕8号",
    "cap": None,
    "receiver": "东莞市人社局",
    "receiver_line": "1",
    "days_away": 1,
}
WELL = {"declared": True, "temperature": Decimal("36.5"), "quarantine_until": None, "group": ""}


def prepared(village, people=3, seats=4, **kw):
    """A batch of three declared travellers to Dongguan with one bus."""
    batch = make_batch(village.town, **kw)
    place = batches.save_destination(batch, BatchDestination(), PLACE, by=BY, today=TODAY)
    bus = batches.add_vehicle(batch, village.county, {"plate": "粤D12345", "seats": seats}, by=BY, today=TODAY)
    rows = [add_traveller(batch, place, make_worker(village)) for _ in range(people)]
    return batch, place, bus, rows


def planned(batch):
    batches.ask(batch, by=BY, today=TODAY)
    batch.refresh_from_db()
    batches.keep(batch, batches.solve(batch, today=TODAY), by=BY, today=TODAY)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize(
    ("change", "field"),
    [({"day_from": dt.date(2020, 2, 16)}, "day_from"), ({"day_to": dt.date(2020, 2, 16)}, "day_to"), ({"day_cap": 0}, "day_cap")],
)
def test_impossible_batch_is_refused(village, change, field):
    said = {"name": "第一批", "day_from": TODAY, "day_to": NEXT, "day_cap": None}
    with pytest.raises(Refused) as no:
        batches.open_batch(village.town, said | change, by=BY, today=TODAY)
    assert no.value.field == field


def test_bus_without_seats_and_place_twice_are_refused(village):
    batch = make_batch(village.town)
    with pytest.raises(Refused, match="座位数为 0"):
        batches.add_vehicle(batch, village.county, {"plate": "粤D00001", "seats": 0}, by=BY, today=TODAY)
    batches.save_destination(batch, BatchDestination(), PLACE, by=BY, today=TODAY)
    with pytest.raises(Refused, match="已在本批次中"):
        batches.save_destination(batch, BatchDestination(), PLACE, by=BY, today=TODAY)


def test_planned_work_at_a_receiving_place_is_enlisted_once(village):
    batch, *_ = prepared(village, people=0)
    there, elsewhere = make_worker(village), make_worker(village)
    add_record(there, planned=True, started_on=NEXT)
    add_record(elsewhere, planned=True, started_on=NEXT, place_code="440306")
    add_record(make_worker(village))
    assert batches.enlist(batch, by=BY, today=TODAY) == 1
    assert batches.enlist(batch, by=BY, today=TODAY) == 0
    row = Traveller.objects.get()
    assert (row.worker, row.boarding, row.latest, row.employer) == (there, village.town, NEXT, "东莞市长安某电子厂")


def test_pupil_is_not_enlisted_and_nobody_else_either(village):
    batch, *_ = prepared(village, people=0)
    add_record(make_worker(village), planned=True, started_on=NEXT)
    pupil = make_worker(village, school_status="senior", birth_date=dt.date(2003, 1, 1))
    add_record(pupil, planned=True, started_on=NEXT)
    with pytest.raises(Refused, match="在校生"):
        batches.enlist(batch, by=BY, today=TODAY)
    assert not Traveller.objects.exists()


def test_plan_seats_people_and_states_bound_and_gap(village):
    batch, *_ = prepared(village)
    planned(batch)
    first, second = Trip.objects.all()
    # Half of four seats may be used in February, so the bus goes twice.
    assert (first.seats, first.approval, first.levels) == (2, "粤联防函〔2020〕8号", "出发地未公布／接收地未公布")
    assert [t.riders.count() for t in (first, second)] == [2, 1]
    assert (batch.result["carried"], batch.result["travellers"]) == (3, 3)
    assert batch.result["value"] <= batch.result["bound"]
    assert batch.result["tiers"][0]["label"] == "挂牌村贫困劳动力"


def test_without_approval_nobody_goes_and_the_constraint_is_named(village):
    batch, place, *_ = prepared(village)
    BatchDestination.objects.filter(pk=place.pk).update(approval="")
    batches.ask(batch, by=BY, today=TODAY)
    with pytest.raises(Refused, match="批准文号"):
        batches.solve(batch, today=TODAY)


@pytest.mark.parametrize(
    ("health", "reason"),
    [
        ({"declared": False}, "declared"),
        ({"temperature": Decimal("37.3")}, "fever"),
        ({"quarantine_until": dt.date(2020, 3, 9)}, "quarantine"),
    ],
)
def test_health_keeps_a_person_at_home(village, health, reason):
    batch, _place, _bus, rows = prepared(village, seats=20)
    batches.check_health(rows[0], WELL | health, by=BY, today=TODAY)
    planned(batch)
    rows[0].refresh_from_db()
    assert (rows[0].trip, rows[0].reason) == (None, reason)
    assert batch.result["carried"] == 2


def test_temperature_that_cannot_be_is_refused(village):
    _batch, _place, _bus, rows = prepared(village)
    with pytest.raises(Refused, match="34 至 43"):
        batches.check_health(rows[0], WELL | {"temperature": Decimal("63.5")}, by=BY, today=TODAY)


def test_group_travels_in_one_bus_or_not_at_all(village):
    batch, _place, _bus, rows = prepared(village, people=3, seats=20)
    for row in rows[:2]:
        batches.check_health(row, WELL | {"group": "夫妻1"}, by=BY, today=TODAY)
    planned(batch)
    trips = {Traveller.objects.get(pk=r.pk).trip_id for r in rows[:2]}
    assert len(trips) == 1


def on_the_road(village):
    batch, *_ = prepared(village, seats=20)
    planned(batch)
    trip = Trip.objects.get()
    batches.board(trip, set(trip.riders.values_list("pk", flat=True)), by=BY, today=trip.day)
    return batch, batches.depart(trip, by=BY, today=trip.day)


def test_bus_leaves_arrives_and_is_handed_over(village):
    _batch, trip = on_the_road(village)
    assert trip.state == "departed"
    assert batches.arrive(trip, by=BY, today=trip.day).state == "arrived"
    assert batches.hand_over(trip, by=BY, today=trip.day).state == "handed"


def test_the_planned_work_of_who_rode_begins_with_the_handing_over(village):
    batch, place, *_ = prepared(village, seats=20)
    rider, waiting = (t.worker for t in batch.travellers.order_by("pk")[:2])
    there = {"started_on": TODAY, "planned": True, "place_code": place.place_code, "place_name": place.place_name}
    rode, stayed = add_record(rider, **there), add_record(waiting, **there)
    planned(batch)
    trip = Trip.objects.get()
    batches.board(trip, set(trip.riders.exclude(worker=waiting).values_list("pk", flat=True)), by=BY, today=trip.day)
    batches.depart(trip, by=BY, today=trip.day)
    trip.refresh_from_db()
    batches.arrive(trip, by=BY, today=trip.day)
    batches.hand_over(trip, by=BY, today=trip.day)
    rode.refresh_from_db()
    stayed.refresh_from_db()
    assert (rode.planned, rode.started_on, rode.point_to_point) == (False, trip.day, True)
    assert stayed.planned


def test_one_record_that_cannot_begin_does_not_hold_up_the_handing_over(village):
    batch, place, *_ = prepared(village, seats=20)
    there = {"started_on": TODAY, "planned": True, "place_code": place.place_code, "place_name": place.place_name}
    pupil, worker = (add_record(t.worker, **there) for t in batch.travellers.order_by("pk")[:2])
    planned(batch)
    trip = Trip.objects.get()
    batches.board(trip, set(trip.riders.values_list("pk", flat=True)), by=BY, today=trip.day)
    batches.depart(trip, by=BY, today=trip.day)
    trip.refresh_from_db()
    type(pupil.worker.member).objects.filter(pk=pupil.worker.member_id).update(school_status="senior")
    batches.arrive(trip, by=BY, today=trip.day)
    assert batches.hand_over(trip, by=BY, today=trip.day).state == "handed"
    pupil.refresh_from_db()
    worker.refresh_from_db()
    assert (pupil.planned, worker.planned) == (True, False)


def test_bus_leaves_on_its_day_with_somebody_on_it(village):
    batch, *_ = prepared(village, seats=20)
    planned(batch)
    trip = Trip.objects.get()
    with pytest.raises(Refused, match="没有人上车"):
        batches.depart(trip, by=BY, today=trip.day)
    with pytest.raises(Refused, match="出发日期为"):
        batches.depart(trip, by=BY, today=trip.day + dt.timedelta(1))


def test_fever_at_the_door_does_not_board(village):
    batch, *_ = prepared(village, seats=20)
    planned(batch)
    trip = Trip.objects.get()
    hot = trip.riders.first()
    Traveller.objects.filter(pk=hot.pk).update(temperature=Decimal("38.0"))
    with pytest.raises(Refused, match="体温异常"):
        batches.board(trip, {hot.pk}, by=BY, today=trip.day)


def test_who_missed_the_bus_is_left_with_the_reason(village):
    batch, *_ = prepared(village, seats=20)
    planned(batch)
    trip = Trip.objects.get()
    one, *rest = trip.riders.order_by("pk")
    batches.board(trip, {one.pk}, by=BY, today=trip.day)
    batches.depart(trip, by=BY, today=trip.day)
    assert {Traveller.objects.get(pk=r.pk).reason for r in rest} == {"missed"}


def test_failed_bus_is_replaced_by_another(village):
    batch, _place, bus, _rows = prepared(village, seats=20)
    planned(batch)
    batches.break_vehicle(bus, TODAY, reason="发动机故障", by=BY, today=TODAY)
    other = batches.add_vehicle(batch, village.county, {"plate": "粤D54321", "seats": 20}, by=BY, today=TODAY)
    planned(batch)
    assert set(Trip.objects.values_list("vehicle", flat=True)) == {other.pk}
    assert batch.result["carried"] == 3


def test_trip_that_stands_in_the_new_plan_stays_the_record_its_printed_code_leads_to(village):
    batch, _place, _bus, rows = prepared(village, seats=20)
    planned(batch)
    trip = Trip.objects.get()
    make_level(village, "medium", TODAY)
    batches.warn(batch_queries.changed_levels(TODAY), by=BY, today=TODAY)
    batches.board(trip, {rows[0].pk}, by=BY, today=TODAY)
    planned(batch)
    again = Trip.objects.get()
    assert (again.pk, again.levels, again.warning) == (trip.pk, "出发地中风险／接收地未公布", "")
    assert set(again.riders.filter(boarded=True)) == {rows[0]}


def test_who_was_on_a_bus_that_failed_is_not_on_board_of_another_until_ticked_off_there(village):
    batch, _place, bus, rows = prepared(village, seats=20)
    planned(batch)
    batches.board(Trip.objects.get(), {r.pk for r in rows}, by=BY, today=TODAY)
    batches.break_vehicle(bus, TODAY, reason="发动机故障", by=BY, today=TODAY)
    batches.add_vehicle(batch, village.county, {"plate": "粤D54321", "seats": 20}, by=BY, today=TODAY)
    planned(batch)
    assert Trip.objects.get().vehicle.plate == "粤D54321"
    assert list(batch.travellers.values_list("trip", "boarded")) == [(Trip.objects.get().pk, False)] * 3
    with pytest.raises(Refused, match="还没有人上车"):
        batches.depart(Trip.objects.get(), by=BY, today=TODAY)


def test_bus_may_not_leave_fuller_than_the_level_of_its_day_allows(village):
    day = dt.date(2020, 3, 2)  # from 24 February a low level limits no seats, a medium one half of them
    batch, _place, _bus, rows = prepared(village, day_from=day, day_to=day)
    make_level(village, "low", TODAY)
    batches.ask(batch, by=BY, today=day)
    batch.refresh_from_db()
    batches.keep(batch, batches.solve(batch, today=day), by=BY, today=day)
    trip = Trip.objects.get()
    make_level(village, "medium", day)
    batches.board(trip, {r.pk for r in rows}, by=BY, today=day)
    with pytest.raises(Refused, match="限载 2 人，已登记上车 3 人"):
        batches.depart(trip, by=BY, today=day)
    batches.board(trip, {r.pk for r in rows[:2]}, by=BY, today=day)
    assert batches.depart(trip, by=BY, today=day).state == "departed"


def test_level_that_rises_while_the_bus_is_on_the_road_is_told_and_keeps_the_trip(village):
    make_level(village, "low", TODAY)
    batch, trip = on_the_road(village)
    assert batch_queries.changed_levels(trip.day) == []
    make_level(village, "high", NEXT)
    ((found, now),) = batch_queries.changed_levels(NEXT)
    batches.warn([(found, now)], by=BY, today=NEXT)
    batches.warn([(Trip.objects.get(), now)], by=BY, today=NEXT + dt.timedelta(1))
    trip.refresh_from_db()
    assert trip.warning.startswith("出发地高风险／接收地未公布（途中")
    assert Message.objects.filter(text__contains="请联系接收单位").count() == 1
    batches.ask(batch, by=BY, today=NEXT)
    batch.refresh_from_db()
    batches.keep(batch, batches.solve(batch, today=NEXT), by=BY, today=NEXT)
    assert Trip.objects.get().state == "departed"
    assert trip.riders.count() == 3


def test_trips_alike_whose_level_changed_are_one_line(village):
    batch, _place, _bus, _rows = prepared(village, seats=2)
    batches.add_vehicle(batch, village.county, {"plate": "粤D54321", "seats": 2}, by=BY, today=TODAY)
    planned(batch)
    make_level(village, "medium", TODAY)
    batches.warn(batch_queries.changed_levels(TODAY), by=BY, today=TODAY)
    assert Trip.objects.exclude(warning="").count() == 3
    told = Message.objects.get()
    assert told.text == f"{batch} 3 个班次两地风险等级有变：出发地中风险／接收地未公布。请重新编排。"
    assert told.url == f"/employment/batches/{batch.pk}/"


def test_levels_of_all_trips_are_looked_at_in_two_queries(village, django_assert_num_queries):
    batch, *_ = prepared(village, people=8, seats=2)
    for n in range(3):
        batches.add_vehicle(batch, village.county, {"plate": f"粤D5432{n}", "seats": 2}, by=BY, today=TODAY)
    planned(batch)
    make_level(village, "medium", TODAY)
    with django_assert_num_queries(2):
        found = batch_queries.changed_levels(TODAY)
    assert [now for _, now in found] == ["出发地中风险／接收地未公布"] * Trip.objects.count()
    assert len(found) == 8


def test_trace_needs_a_letter_and_is_gone_after(village):
    _batch, trip = on_the_road(village)
    with pytest.raises(Refused, match="公函"):
        tracing.release(trip, 1, " ", TODAY, by=BY, today=NEXT)
    with pytest.raises(Refused, match="没有乘客"):
        tracing.release(trip, 19, "疾控函〔2020〕1号", TODAY, by=BY, today=NEXT)
    found = tracing.release(trip, 1, "疾控函〔2020〕1号", TODAY, by=BY, today=NEXT)
    assert len(tracing.look(found, by=BY, today=NEXT)) == 2
    assert tracing.erase_due(by=BY, today=NEXT + dt.timedelta(13)) == 0
    assert TraceRelease.objects.get().near != []
    tracing.erase_due(by=BY, today=NEXT + dt.timedelta(14))
    found = TraceRelease.objects.get()
    assert (found.near, found.deleted_on) == ([], NEXT + dt.timedelta(14))
    assert not any("near" in e.changes for e in Event.objects.filter(ledger="employment.tracerelease"))


def test_trace_of_a_bus_that_never_left_is_refused(village):
    batch, *_ = prepared(village, seats=20)
    planned(batch)
    with pytest.raises(Refused, match="尚未发车"):
        tracing.release(Trip.objects.get(), 1, "疾控函〔2020〕1号", TODAY, by=BY, today=TODAY)


def test_pages_from_the_batch_to_the_manifest(city, village):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    client = sign_in(Client(), make_user("clerk", city.offices["440513100-zf"], "town_clerk"))
    new = {"name": "第一批", "region": village.town_id, "day_from": "2020-02-17", "day_to": "2020-02-20"}
    address = client.post("/employment/batches/new/", new)["Location"]
    client.post(f"{address}destination/", PLACE | {"cap": ""})
    client.post(f"{address}vehicle/", {"plate": "粤D12345", "seats": "40", "region": village.county_id})
    add_record(make_worker(village, name="黄返岗"), planned=True, started_on=NEXT)
    client.post(f"{address}enlist/")
    row = Traveller.objects.get()
    client.post(f"/employment/travellers/{row.pk}/", {"declared": "on", "temperature": "36.5", "next": "1"})
    client.post(f"{address}plan/")
    assert "正在后台编排" in client.get(address).content.decode()
    batch = row.batch
    batch.refresh_from_db()
    batches.keep(batch, batches.solve(batch, today=TODAY), by=BY, today=TODAY)
    trip = Trip.objects.get()
    assert "累计上界" in client.get(address).content.decode()
    text = client.get(f"/employment/trips/{trip.pk}/manifest/").content.decode()
    assert "黄返岗" in text
    assert "data:image/png" in text
    assert client.post(f"/employment/trips/{trip.pk}/board/", {"rider": str(row.pk)}).status_code == 302
    assert client.post(f"/employment/trips/{trip.pk}/step/depart/").status_code == 302
    trip.refresh_from_db()
    assert trip.state == ("departed" if trip.day == TODAY else "planned")
    receiver = client.get(f"/employment/trips/{trip.pk}/manifest/?to=receiver").content.decode()
    assert "移交清单" in receiver
    assert row.worker.member.code not in receiver
    for path in ("batches/", "trips/", "travellers/", f"trips/{trip.pk}/"):
        assert client.get(f"/employment/{path}").status_code == 200
    assert client.get("/employment/releases/").status_code == 403
