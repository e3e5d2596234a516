"""Checks of a finished departure plan that use nothing of its making: counted afresh from the problem and the manifests."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from shouwang.engine.batching.model import BatchPlan, Problem, Traveller, Trip, Vehicle
from shouwang.engine.batching.reasons import WORDS


def check(problem: Problem, plan: BatchPlan, *, today: dt.date | None = None) -> tuple[str, ...]:
    """What is wrong with a plan, in Chinese; empty = nothing. `today`: the day of a re-plan, before which nobody new can leave (default:
    the day after the last departure). Departed trips are not held against today's levels, caps and readiness.

    Everybody once; groups whole; seats, levels, approval, windows, health, caps, vehicles' days and turnarounds; value and bound; and
    nobody left for whom there is a seat, or a seat and a place under the caps once people of lesser groups got off that day.
    """
    wrong = [*_people(problem, plan), *_caps(problem, plan), *_vehicles(problem, plan)]
    for trip in plan.trips:
        wrong += _trip(problem, trip)
    if plan.value > plan.bound + 1e-6 * abs(plan.bound):
        wrong.append("方案得分高于上界")
    return tuple(wrong) or tuple(_left_behind(problem, plan, today))


def _people(problem: Problem, plan: BatchPlan) -> list[str]:
    wrong = []
    riders = [s.traveller for t in plan.trips for s in t.riders]
    if Counter(riders + [x.traveller for x in plan.left]) != Counter(t.key for t in problem.travellers):
        wrong.append("人员与请求不一致：有人缺失、重复或多出")
    if any(x.words != WORDS[x.reason] for x in plan.left):
        wrong.append("未安排原因与代码不符")
    gone = {s.traveller for t in plan.trips if t.departed for s in t.riders}
    trip_of = {s.traveller: i for i, t in enumerate(plan.trips) for s in t.riders}
    where: dict[str, set[int]] = defaultdict(set)
    for t in problem.travellers:
        if t.group and t.key not in gone:
            where[t.group].add(trip_of.get(t.key, -1))
    return wrong + [f"同行组 {g} 没有同车" for g, trips in where.items() if len(trips) > 1]


def _share(problem: Problem, vehicle: Vehicle, trip: Trip) -> int:
    """Per cent of the seats at the levels of both ends; 0 = closed."""
    to = next(d for d in problem.destinations if d.key == trip.destination)
    if problem.closed(vehicle.county, to.county, trip.day):
        return 0
    return min(problem.rules.seat_percent[problem.level(county, trip.day)] for county in (vehicle.county, to.county))


def _trip(problem: Problem, trip: Trip) -> list[str]:
    name = f"车次 {trip.vehicle}（{trip.day:%m-%d}）"
    vehicle = next((v for v in problem.vehicles if v.key == trip.vehicle), None)
    to = next((d for d in problem.destinations if d.key == trip.destination), None)
    if vehicle is None or to is None or trip.day not in problem.days:
        return [f"{name}的车辆、目的地或日期不在方案中"]
    by_key, origins = {t.key: t for t in problem.travellers}, {o.key: o for o in problem.origins}
    people = [by_key[s.traveller] for s in trip.riders if s.traveller in by_key]
    numbers = [s.number for s in trip.riders]
    tests = [
        (len(set(numbers)) == len(numbers) and all(1 <= n <= vehicle.seats for n in numbers), "座位号重复或超出"),
        (all(t.destination == trip.destination for t in people), "有人目的地不同"),
        (
            all(origins[s.origin].county == vehicle.county and by_key[s.traveller].origin == s.origin for s in trip.riders),
            "到不属于本县区的地点接人",
        ),
        (
            set(trip.origins) == {s.origin for s in trip.riders} and len(trip.origins) <= problem.rules.stops,
            f"上车点多于 {problem.rules.stops} 个",
        ),
        (trip.departed or len(trip.riders) <= vehicle.seats * _share(problem, vehicle, trip) // 100, "超过可用座位，或两地等级不允许通行"),
        (trip.departed or bool(to.approval and trip.approval == to.approval), "没有联防联控批准文号"),
        (trip.departed or all(_ready(t, trip) for t in people), "有人不具备出行条件或不在可出发日期内"),
    ]
    return [f"{name}{words}" for good, words in tests if not good]


def _ready(t: Traveller, trip: Trip) -> bool:
    done = t.quarantine_until is None or t.quarantine_until < trip.day
    return t.declared and not t.fever and not t.pupil and done and t.earliest <= trip.day <= t.latest


def _caps(problem: Problem, plan: BatchPlan) -> list[str]:
    used = _used(plan.trips)
    gone = _used(t for t in plan.trips if t.departed)
    limits = {("to", d.key, day): d.caps.get(day, d.cap) for d in problem.destinations for day in problem.days}
    limits |= {("from", o.key, day): o.cap for o in problem.origins for day in problem.days}
    limits |= {("day", "", day): problem.day_cap for day in problem.days}
    words = {"to": "目的地接收", "from": "出发地发送", "day": "全市发送"}
    return [
        f"{words[key[0]]}超过每日上限：{key[1]} {key[2]:%m-%d} 安排 {used[key]} 人，上限 {cap} 人"
        for key, cap in limits.items()
        if cap is not None and used[key] > cap and used[key] > gone[key]
    ]


def _used(trips: Iterable[Trip]) -> Counter[tuple[object, ...]]:
    used: Counter[tuple[object, ...]] = Counter()
    for trip in trips:
        used["to", trip.destination, trip.day] += len(trip.riders)
        used["day", "", trip.day] += len(trip.riders)
        used.update(("from", s.origin, trip.day) for s in trip.riders)
    return used


def _vehicles(problem: Problem, plan: BatchPlan) -> list[str]:
    away = {d.key: d.days_away for d in problem.destinations}
    index = {d: i for i, d in enumerate(problem.days)}
    vehicles = {v.key: v for v in problem.vehicles}
    wrong, last = [], dict[str, int]()
    for trip in sorted(plan.trips, key=lambda t: (t.vehicle, t.day)):
        vehicle, day = vehicles.get(trip.vehicle), index.get(trip.day, -1)
        if vehicle and vehicle.days is not None and not trip.departed and trip.day not in vehicle.days:
            wrong.append(f"车辆 {trip.vehicle} 在 {trip.day:%m-%d} 不可用")
        if day < last.get(trip.vehicle, -1):
            wrong.append(f"车辆 {trip.vehicle} 在 {trip.day:%m-%d} 还没有返回")
        last[trip.vehicle] = day + away.get(trip.destination, 1)
    return wrong


def _left_behind(problem: Problem, plan: BatchPlan, today: dt.date | None) -> list[str]:
    """Groups left that could have had a seat of a trip, a free one or one of lesser people, or a vehicle of their county that stands free
    for the whole round trip; with room under the caps that these lesser people leave."""
    by_key = {t.key: t for t in problem.travellers}
    ranks, counties = _ranks(problem), {o.key: o.county for o in problem.origins}
    vehicles, parties = {v.key: v for v in problem.vehicles}, dict[str, list[Traveller]]()
    for x in plan.left:
        t = by_key[x.traveller]
        parties.setdefault(t.group or f"\0{t.key}", []).append(t)
    stay = [_used(_without_lesser(t, ranks, rank) for t in plan.trips) for rank in range(len(problem.rules.tiers))]
    ways: dict[tuple[str, str], list[Trip]] = defaultdict(list)
    for trip in plan.trips:
        if not trip.departed:
            ways[vehicles[trip.vehicle].county, trip.destination].append(trip)
    free = _standing(problem, plan, today)
    wrong = []
    for party in parties.values():
        first, rank = party[0], ranks[party[0].key]
        way = counties[first.origin], first.destination
        for trip in ways[way] + [t for t in free[way] if _pays(problem, t, party, rank)]:
            if all(_ready(t, trip) for t in party) and _could(
                problem, _without_lesser(trip, ranks, rank), party, stay[rank], vehicles[trip.vehicle]
            ):
                wrong.append(f"人员 {first.key} 未安排，而 {trip.day:%m-%d} 车辆 {trip.vehicle} 有空座，或坐着次优先的人员")
                break
    return wrong


def _pays(problem: Problem, trip: Trip, party: list[Traveller], rank: int) -> bool:
    """Whether carrying the party is worth a trip of its own."""
    r, wait = problem.rules, (trip.day - max(t.earliest for t in party)).days
    return len(party) * (r.worth[rank] - r.wait * wait) > r.trip


def _without_lesser(trip: Trip, ranks: dict[str, int], rank: int) -> Trip:
    """The trip with only the riders who go before people of a later tier than `rank`; a departed one as it is."""
    return trip if trip.departed else replace(trip, riders=tuple(s for s in trip.riders if ranks[s.traveller] <= rank))


def _standing(problem: Problem, plan: BatchPlan, today: dt.date | None) -> dict[tuple[str, str], list[Trip]]:
    """Empty trips that vehicles of a county could make to a destination, by (county, destination): the vehicle is free for all its days."""
    index = {d: i for i, d in enumerate(problem.days)}
    away = {d.key: d.days_away for d in problem.destinations}
    busy: dict[str, set[int]] = defaultdict(set)
    for trip in plan.trips:
        busy[trip.vehicle] |= set(range(index[trip.day], index[trip.day] + away[trip.destination]))
    first = today or max((t.day + dt.timedelta(days=1) for t in plan.trips if t.departed), default=problem.days[0])
    out: dict[tuple[str, str], list[Trip]] = defaultdict(list)
    for to in problem.destinations if any(x.reason.endswith("_full") for x in plan.left) else ():
        for v, day in itertools.product(problem.vehicles, (d for d in problem.days if d >= first)):
            if to.approval and (v.days is None or day in v.days) and not busy[v.key] & set(range(index[day], index[day] + to.days_away)):
                out[v.county, to.key].append(Trip(v.key, day, to.key, (), 0, to.approval, ()))
    return out


def _ranks(problem: Problem) -> dict[str, int]:
    """Tier of every traveller: that of the first of the group."""
    names = problem.rules.tiers
    words = {(True, True): "poor_listed", (True, False): "poor", (False, True): "listed", (False, False): "other"}
    own = {}
    for t in problem.travellers:
        name = words[t.poor, t.listed]
        own[t.key] = names.index(name) if name in names else names.index("poor") if t.poor and "poor" in names else len(names) - 1
    best: dict[str, int] = {}
    for t in problem.travellers:
        best[t.group or f"\0{t.key}"] = min(best.get(t.group or f"\0{t.key}", 99), own[t.key])
    return {t.key: best[t.group or f"\0{t.key}"] for t in problem.travellers}


def _could(problem: Problem, trip: Trip, party: list[Traveller], used: Counter[tuple[object, ...]], vehicle: Vehicle) -> bool:
    """Whether the party could sit with the riders of the trip, when `used` is what they and their like take of the caps."""
    seats = vehicle.seats * _share(problem, vehicle, trip) // 100
    if len(trip.riders) + len(party) > seats or len({s.origin for s in trip.riders} | {party[0].origin}) > problem.rules.stops:
        return False
    to = next(d for d in problem.destinations if d.key == trip.destination)
    origin = next(o for o in problem.origins if o.key == party[0].origin)
    caps = {("to", to.key): to.caps.get(trip.day, to.cap), ("from", origin.key): origin.cap, ("day", ""): problem.day_cap}
    return all(cap is None or used[*key, trip.day] + len(party) <= cap for key, cap in caps.items())
