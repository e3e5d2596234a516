"""Departures: preparing a batch, planning it, and what happens on the road."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db import transaction

from shouwang.engine import batching
from shouwang.engine.refused import PlanRefused
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change, change_many, create_many
from shouwang.kernel.clock import business_now
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.worklist.actions import tell
from shouwang.ledgers.employment import destinations, lifecycle, policies, restart, ways
from shouwang.ledgers.employment.actions.arrivals import arrived
from shouwang.ledgers.employment.batch_queries import level_words, to_enlist, words_of_levels
from shouwang.ledgers.employment.departing import feverish, plan_as_stored, problem
from shouwang.ledgers.employment.models import Batch, BatchDestination, BatchVehicle, Traveller, Trip
from shouwang.ledgers.employment.policies import check_may_work

JOB = "employment.plan_batch"
PIECE, LONGEST = 400, 31


def open_batch(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Batch:
    """A new batch. Raises Refused for days in the past, in the wrong order or too many."""
    low, high = said["day_from"], said["day_to"]
    if low < today:
        raise Refused(f"首日 {low} 早于今天 {today}。请填写今天或以后的日期。", field="day_from")
    if high < low or (high - low).days >= LONGEST:
        raise Refused(f"末日 {high} 须在首日 {low} 之后 {LONGEST} 天以内。请核对。", field="day_to")
    if said["day_cap"] == 0:
        raise Refused("每日发送上限为 0，无人可以出发。不设上限的请留空。", field="day_cap")
    batch = Batch(name=said["name"], day_from=low, day_to=high, day_cap=said["day_cap"])
    batch.put_in(region)
    with change(batch, by=by, verb=lifecycle.OPEN_BATCH, today=today) as made:
        pass
    return made


def save_destination(batch: Batch, row: BatchDestination, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> BatchDestination:
    """A receiving place with the approval it rests on; levels are published for counties, so it is written down to the county."""
    _editable(batch)
    found = destinations.read(said["place"], on=today, whole=True)
    if batch.destinations.filter(place_code=found.code).exclude(pk=row.pk).exists():
        raise Refused(f"接收地“{found.name}”已在本批次中。请直接修改该接收地。", field="place")
    if said["cap"] == 0:
        raise Refused("每日接收上限为 0，无人可以前往。不设上限的请留空。", field="cap")
    row.batch = batch
    row.put_in(batch.region)
    with change(row, by=by, verb=policies.EDIT_BATCH, today=today) as made:
        made.place_code, made.place_name = found.code, found.name[:40]
        for name in ("approval", "cap", "receiver", "receiver_line", "days_away"):
            setattr(made, name, said[name])
    return made


def add_vehicle(batch: Batch, region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> BatchVehicle:
    """A bus that serves a county. Raises Refused for one without seats, or twice the same."""
    _editable(batch)
    if not said["seats"] or said["seats"] < 1:
        raise Refused("座位数为 0，不能载客。请填写行驶证核定的座位数（不含司机）。", field="seats")
    if batch.vehicles.filter(plate=said["plate"]).exists():
        raise Refused(f"车辆“{said['plate']}”已在本批次中。", field="plate")
    row = BatchVehicle(batch=batch, base=region, plate=said["plate"], seats=said["seats"])
    row.put_in(batch.region)
    with change(row, by=by, verb=policies.EDIT_BATCH, today=today) as made:
        pass
    return made


def break_vehicle(vehicle: BatchVehicle, day: dt.date, *, reason: str, by: Scope, today: dt.date) -> BatchVehicle:
    """The bus is out from the day on; its trips to come are planned again."""
    with change(vehicle, by=by, verb=policies.BREAK, today=today, reason=reason) as locked:
        if locked.broken_on is not None:
            raise Refused(f"该车已登记自 {locked.broken_on} 停用。")
        locked.broken_on, locked.broken_why = day, reason.strip()[:120]
    return locked


def enlist(batch: Batch, *, by: Scope, today: dt.date) -> int:
    """Put everybody in the batch's region whose planned work lies at one of its receiving places on it; returns how many."""
    _editable(batch)
    places = {p.place_code: p for p in batch.destinations.all()}
    rows = []
    for record in to_enlist(batch, today):
        check_may_work(record.worker.member, today)
        row = Traveller(batch=batch, worker=record.worker, destination=places[record.place_code], employer=record.employer)
        row.boarding = record.worker.region.town or record.worker.region
        row.latest = min(max(record.started_on, batch.day_from), batch.day_to)
        row.put_beside(record.worker.household)
        rows.append(row)
    return len(create_many(rows, by=by, verb=policies.ENLIST, today=today))


def check_health(row: Traveller, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Traveller:
    """Declaration, temperature, quarantine and who travels together."""
    _editable(row.batch)
    if said["temperature"] is not None and not Decimal(34) <= said["temperature"] <= Decimal(43):
        raise Refused(f"体温 {said['temperature']}℃ 不在 34 至 43℃ 之间，疑为误填。请重新测量。", field="temperature")
    with change(row, by=by, verb=policies.CHECK_HEALTH, today=today) as locked:
        for name in ("declared", "temperature", "quarantine_until", "group"):
            setattr(locked, name, said[name])
    return locked


def _editable(batch: Batch) -> None:
    if batch.state in ("closed", "asked"):
        raise Refused(f"批次“{batch.name}”{lifecycle.BATCH.state_of(batch).label}，不能修改。")


def ask(batch: Batch, *, by: Scope, today: dt.date) -> Job:
    """Have the batch planned, or planned again after a bus fails, a level changes or somebody's health does."""
    with transaction.atomic():
        with lifecycle.BATCH.advance(batch, "ask", by=by, today=today) as locked:
            locked.run, locked.failure = locked.run + 1, ""
        return enqueue(JOB, by=by, args={"batch": batch.pk}, key=f"{JOB}:{batch.pk}:{locked.run}", today=today)


def solve(batch: Batch, *, today: dt.date) -> batching.BatchPlan:
    """The plan: made over with few moves where one stands, else from the beginning. Raises Refused naming what binds."""
    try:
        if batch.trips.exists():
            return batching.replan(problem(batch, today), plan_as_stored(batch), today=today)
        return batching.solve(problem(batch, today))
    except PlanRefused as no:
        raise Refused("".join([no.message, *ways.closed_ends(batch, today)[:1]])[:300], field=no.field) from no


def keep(batch: Batch, plan: batching.BatchPlan, *, by: Scope, today: dt.date) -> int:
    """Store a plan; trips that have left stay as they are. Called inside the job's transaction; returns how many have a seat."""
    gone = {(str(t.vehicle_id), t.day): t for t in batch.trips.exclude(state="planned")}
    made = _store_trips(batch, [t for t in plan.trips if (t.vehicle, t.day) not in gone], by, today) | gone
    seats = {int(s.traveller): (made[t.vehicle, t.day], s.number) for t in plan.trips for s in t.riders}
    left = {int(x.traveller): x.reason for x in plan.left}
    waiting = batch.travellers.exclude(trip__in=[t.pk for t in gone.values()])
    aboard = dict(waiting.filter(boarded=True).values_list("pk", "trip"))
    waiting.update(trip=None, seat=None)  # no seat twice on the way to the new plan
    ids = sorted(seats.keys() | left.keys())

    def settle(row: Traveller) -> None:
        trip, number = seats.get(row.pk, (None, None))
        row.trip, row.seat, row.reason = trip, number, left.get(row.pk, "") if trip is None else ""
        row.boarded = row.boarded and trip is not None and (trip in gone.values() or aboard.get(row.pk) == trip.pk)

    for start in range(0, len(ids), PIECE):
        rows = Traveller.objects.filter(pk__in=ids[start : start + PIECE]).select_related("household")
        change_many(rows, settle, by=by, verb=policies.SEAT, today=today, fields=("trip", "seat", "reason", "boarded"))
    words = lookup("departure_batches", "words", on=today).value
    with lifecycle.BATCH.advance(batch, "plan", by=by, today=today) as locked:
        locked.result = {
            "value": plan.value,
            "bound": sound(plan.bound),
            "gap": sound(plan.gap),
            "price": sound(plan.price),
            "stops": plan.stops,
            "notices": list(plan.notices),
            "moved": len(plan.moved),
            "carried": len(seats),
            "travellers": len(ids),
            "trips": len(plan.trips),
            "seats": sum(t.seats for t in plan.trips),
            "tiers": [
                asdict(t) | {"label": words.get(t.name, t.name), "gap": sound(t.gap), "without": sound(t.without)} for t in plan.tiers
            ],
        }
    return len(seats)


def sound(number: float) -> float | None:
    """A figure of the plan, None where it has no value: of nobody to carry there is no gap."""
    return number if math.isfinite(number) else None


def _store_trips(batch: Batch, planned: Sequence[batching.Trip], by: Scope, today: dt.date) -> dict[tuple[str, dt.date], Trip]:
    """{(vehicle, day): trip} that waits; one that stands as before stays the same record, so that links and printed codes lead to it."""
    drawn = {(t.vehicle_id, t.day, t.destination_id): t for t in _trips(batch, planned)}
    stay = {(t.vehicle_id, t.day, t.destination_id): t.pk for t in batch.trips.filter(state="planned")}
    again = [pk for key, pk in stay.items() if key in drawn]
    batch.trips.filter(state="planned").exclude(pk__in=again).delete()

    def renew(row: Trip) -> None:
        new = drawn[row.vehicle_id, row.day, row.destination_id]
        row.seats, row.approval, row.levels, row.warning = new.seats, new.approval, new.levels, ""

    fields = ("seats", "approval", "levels", "warning")
    for start in range(0, len(again), PIECE):
        change_many(
            Trip.objects.filter(pk__in=again[start : start + PIECE]), renew, by=by, verb=lifecycle.PLAN_TRIP, today=today, fields=fields
        )
    create_many([t for key, t in drawn.items() if key not in stay], by=by, verb=lifecycle.PLAN_TRIP, today=today)
    return {(str(t.vehicle_id), t.day): t for t in batch.trips.filter(state="planned")}


def _trips(batch: Batch, planned: Sequence[batching.Trip]) -> list[Trip]:
    buses = {str(v.pk): v for v in batch.vehicles.select_related("base")}
    places = {str(p.pk): p for p in batch.destinations.all()}
    found = words_of_levels([(buses[t.vehicle], places[t.destination], t.day) for t in planned])
    rows = []
    for t, levels in zip(planned, found, strict=True):
        row = Trip(batch=batch, vehicle=buses[t.vehicle], destination=places[t.destination], day=t.day, seats=t.seats, approval=t.approval)
        row.levels = levels
        row.put_in(batch.region)
        rows.append(row)
    return rows


def fail(batch: Batch, why: str, *, by: Scope, today: dt.date) -> None:
    """Say on the batch why it could not be planned."""
    with lifecycle.BATCH.advance(batch, "fail", by=by, today=today) as locked:
        locked.failure = why[:300]


def board(trip: Trip, ids: set[int], *, by: Scope, today: dt.date) -> int:
    """Tick off who is on the bus; called as often as needed until it leaves. Raises Refused after that, or for a fever."""
    if trip.state != "planned":
        raise Refused("该班次已发车，上车名单不能再改。")
    hot = [r for r in trip.riders.filter(pk__in=ids) if feverish(r.temperature, today) or not r.declared]
    if hot:
        raise Refused(f"座位 {'、'.join(str(r.seat) for r in hot)} 的人员体温异常或未做健康申报，不得上车。请复测或补报后再登记。")

    def tick(row: Traveller) -> None:
        row.boarded = row.pk in ids

    rows = trip.riders.select_related("household")
    return change_many(rows, tick, by=by, verb=policies.BOARD, today=today, fields=("boarded",))


def depart(trip: Trip, *, by: Scope, today: dt.date) -> Trip:
    """The bus leaves on its day, with whoever is on it; who is not loses the seat and is planned again."""
    if trip.day != today:
        raise Refused(f"该班次的出发日期为 {trip.day}，今天是 {today}。请在当日发车，或重新编排。")
    with transaction.atomic():
        aboard = trip.riders.filter(boarded=True)
        if not (people := aboard.count()):
            raise Refused("还没有人上车，不能发车。请先登记上车人员。")
        if why := ways.closed(trip.vehicle, trip.destination, today):
            raise Refused(f"两地现已不能通行，不能发车。{why}请在批次页重新编排。")
        if people > (seats := ways.seats_now(trip, today)):
            raise Refused(f"按两地现在的风险等级，该车限载 {seats} 人，已登记上车 {people} 人。请减少上车人员，或在批次页重新编排。")
        if why := restart.too_early(trip, aboard, today):
            raise Refused(f"不能发车：{why}")
        with lifecycle.TRIP.advance(trip, "depart", by=by, today=today) as locked:
            locked.levels = level_words(trip.vehicle, trip.destination, today)

        def stay(row: Traveller) -> None:
            row.trip, row.seat, row.reason = None, None, "missed"

        missed = trip.riders.filter(boarded=False).select_related("household")
        change_many(missed, stay, by=by, verb=policies.SEAT, today=today, fields=("trip", "seat", "reason"))
    return locked


def arrive(trip: Trip, *, by: Scope, today: dt.date) -> Trip:
    """The bus is there."""
    with lifecycle.TRIP.advance(trip, "arrive", by=by, today=today) as locked:
        pass
    return locked


def hand_over(trip: Trip, *, by: Scope, today: dt.date) -> Trip:
    """The receiving place has taken the people over, with the list of what it needs to know; their planned work has begun."""
    with transaction.atomic():
        with lifecycle.TRIP.advance(trip, "hand_over", by=by, today=today) as locked:
            pass
        arrived(locked, by=by, today=today)
    return locked


def close(batch: Batch, *, by: Scope, today: dt.date) -> Batch:
    """The batch is done: no trip waits or is on the road."""
    if batch.trips.filter(state__in=("planned", "departed")).exists():
        raise Refused("还有待发车或途中的班次，不能办结。")
    with lifecycle.BATCH.advance(batch, "close", by=by, today=today) as locked:
        pass
    return locked


def warn(changed: Iterable[tuple[Trip, str]], *, by: Scope, today: dt.date) -> None:
    """Write on trips that a level has changed, once for each level, and tell the office of the batch's region: one line for trips alike."""
    fresh: dict[tuple[int, str, str], list[Trip]] = {}
    for trip, now in changed:
        words = f"{now}（{'途中' if trip.state == 'departed' else '待发车'}，"
        if trip.warning.startswith(words):
            continue
        with change(trip, by=by, verb=policies.WARN_TRIP, today=today) as locked:
            locked.warning = f"{words}{today}）"
        fresh.setdefault((trip.batch_id, trip.state, now), []).append(trip)
    for (_, state, now), trips in fresh.items():
        _tell_change(trips, now, "请联系接收单位" if state == "departed" else "请重新编排", today)


def _tell_change(trips: list[Trip], now: str, what: str, today: dt.date) -> None:
    first, several = trips[0], len(trips) > 1
    office = Office.objects.filter(region=first.batch.region).order_by("pk").first()
    if office is None:
        return
    which = f"{first.batch} {len(trips)} 个班次" if several else f"{first.day} {first.vehicle.plate} "
    ways_of = {(t.vehicle.base_id, t.destination_id, t.day): t for t in trips}.values()
    shut = next((why for t in ways_of if (why := ways.closed(t.vehicle, t.destination, max(today, t.day)))), "")
    url = f"/employment/batches/{first.batch_id}/" if several else f"/employment/trips/{first.pk}/"
    tell(office, f"{which}两地风险等级有变：{now}。{what}。{shut}", now=business_now(), url=url)
