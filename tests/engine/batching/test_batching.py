"""Departure plans: refusals, what binds, groups, levels, caps, priority, the bound against brute force, and the re-plan."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from shouwang.bench.batches import in_force, instance
from shouwang.engine.batching import (
    HIGH,
    MEDIUM,
    WORDS,
    BatchPlan,
    Destination,
    Left,
    Origin,
    Problem,
    Rules,
    Traveller,
    Trip,
    Vehicle,
    check,
    replan,
    solve,
)  # fmt: skip
from shouwang.engine.batching.plan import seat_numbers
from shouwang.engine.refused import PlanRefused

BUS = Vehicle("v", 4, "c")
DAYS = tuple(dt.date(2020, 2, 26) + dt.timedelta(days=i) for i in range(4))


def person(key: str = "t", **fields: object) -> Traveller:
    base = {
        "key": key,
        "origin": "o",
        "destination": "d",
        "birth": dt.date(1985, 1, 1),
        "earliest": DAYS[0],
        "latest": DAYS[-1],
        "declared": True,
    }
    return Traveller(**{**base, **fields})  # type: ignore[arg-type]  # fields of the test


def problem(people: list[Traveller], **fields: object) -> Problem:
    base = {
        "days": DAYS, "travellers": tuple(people), "origins": (Origin("o", "甲", "c"), Origin("p", "乙", "c")), "vehicles": (Vehicle("v", 4, "c"),),
        "destinations": (Destination("d", "深圳", "sz", approval="联防〔2020〕1号"),),
    }  # fmt: skip
    return Problem(**{**base, **fields})  # type: ignore[arg-type]  # fields of the test


def made(p: Problem) -> BatchPlan:
    plan = solve(p, seconds=5)
    assert check(p, plan) == ()
    return plan


def reasons(plan: BatchPlan) -> dict[str, str]:
    return {x.traveller: x.reason for x in plan.left}


def place(**fields: object) -> tuple[Destination, ...]:
    return (Destination(**{"key": "d", "name": "深圳", "county": "sz", "approval": "联防〔2020〕1号", **fields}),)  # type: ignore[arg-type]  # fields of the test


@pytest.mark.parametrize(
    ("fields", "words", "field"),
    [
        ({"travellers": (person(birth=dt.date(2004, 2, 27)),)}, "未满 16 周岁", "birth"),
        ({"travellers": (person(pupil=True),)}, "在校学生", "pupil"),
        ({"vehicles": (Vehicle("v", 0, "c"),)}, "座位数是 0", "seats"),
        ({"vehicles": ()}, "缺少", "days"),
        ({"travellers": (person(), person())}, "出现两次", "travellers"),
        ({"travellers": (person(origin="x"),)}, "出发地或目的地不在方案中", "origin"),
        ({"destinations": place(cap=-1)}, "小于 0", "cap"),
        ({"travellers": (person("a", group="g"), person("b", group="g", origin="p"))}, "不能同车", "group"),
        ({"travellers": tuple(person(f"t{i}", group="g") for i in range(21))}, "超过 20 人", "group"),
        ({"days": (DAYS[1], DAYS[0])}, "次序不对", "days"),
        ({"destinations": place(approval="")}, "没有联防联控批准文号（1 人）", "days"),
        ({"destinations": place(cap=0)}, "目的地每日接收上限小于同行人数", "days"),
    ],
)
def test_impossible_problem_is_refused(fields, words, field):
    with pytest.raises(PlanRefused, match=words) as no:
        solve(
            problem([person()], **{k: v for k, v in fields.items() if k != "travellers"})
            if "travellers" not in fields
            else problem(list(fields["travellers"]))
        )
    assert no.value.field == field


@pytest.mark.parametrize(
    ("who", "fields", "reason"),
    [
        ({"declared": False}, {}, "declared"),
        ({"fever": True}, {}, "fever"),
        ({"quarantine_until": DAYS[-1]}, {}, "quarantine"),
        ({"earliest": DAYS[-1] + dt.timedelta(days=1), "latest": DAYS[-1] + dt.timedelta(days=9)}, {}, "days"),
        ({"destination": "e"}, {"destinations": (*place(), Destination("e", "广州", "gz"))}, "approval"),
        (
            {"destination": "e"},
            {"destinations": (*place(), replace(place()[0], key="e", county="gz")), "no_entry": frozenset(("gz", d) for d in DAYS)},
            "level",
        ),
        ({"destination": "e"}, {"destinations": (*place(), replace(place()[0], key="e", cap=0))}, "destination_cap"),
        ({"origin": "p"}, {"origins": (Origin("o", "甲", "c"), Origin("p", "乙", "c", 0))}, "origin_cap"),
        ({"origin": "p"}, {"origins": (Origin("o", "甲", "c"), Origin("p", "乙", "other"))}, "no_vehicle"),
    ],
)
def test_person_left_is_told_what_binds(who, fields, reason):
    plan = made(problem([person("stays", **who), person("goes")], **fields))
    assert reasons(plan) == {"stays": reason}
    assert [s.traveller for t in plan.trips for s in t.riders] == ["goes"]


def test_quarantine_ends_before_departure():
    plan = made(problem([person(quarantine_until=DAYS[1])]))
    assert [t.day for t in plan.trips] == [DAYS[2]]


def test_group_travels_together_or_not_at_all():
    party = [person(f"g{i}", group="g") for i in range(3)]
    plan = made(problem([*party, person("a"), person("b")], vehicles=(Vehicle("v", 4, "c"), Vehicle("w", 3, "c")), days=DAYS[:1]))
    assert len({plan.trip_of()[t.key].vehicle for t in party}) == 1
    assert plan.left == ()
    ill = made(problem([replace(party[0], fever=True), *party[1:], person("a")]))
    assert reasons(ill) == {"g0": "fever", "g1": "group_waits", "g2": "group_waits"}
    too_large = made(problem([person(f"g{i}", group="g") for i in range(5)] + [person("a")]))
    assert set(reasons(too_large).values()) == {"group_seats"}
    apart = made(problem([person("x", group="g", latest=DAYS[0]), person("y", group="g", earliest=DAYS[1]), person("a")]))
    assert set(reasons(apart).values()) == {"group_days"}


def test_level_halves_the_seats_and_spreads_the_riders():
    plan = made(problem([person(f"t{i}") for i in range(4)], levels={("sz", d): MEDIUM for d in DAYS}))
    assert [(t.seats, len(t.riders), [s.number for s in t.riders]) for t in plan.trips] == [(2, 2, [1, 3]), (2, 2, [1, 3])]
    assert [s.label for s in plan.trips[0].riders] == ["1A", "1C"]


def test_vehicle_is_away_for_the_round_trip():
    plan = made(problem([person(f"t{i}") for i in range(16)]))
    assert [t.day for t in plan.trips] == [DAYS[0], DAYS[2]]
    assert set(reasons(plan).values()) == {"seats_full"}


def test_caps_stagger_departures():
    people = [person(f"t{i}") for i in range(8)]
    many = tuple(Vehicle(f"v{i}", 4, "c") for i in range(9))
    for fields, reason in (
        ({"destinations": place(caps={DAYS[0]: 3}, cap=1)}, "destination_full"),
        ({"origins": (Origin("o", "甲", "c", 1),)}, "origin_full"),
        ({"day_cap": 1}, "day_full"),
    ):
        plan = made(problem(people, vehicles=many, **fields))
        assert len(plan.left) == 8 - (6 if reason == "destination_full" else 4)
        assert set(reasons(plan).values()) == {reason}


def test_poor_go_first_and_the_bound_says_so():
    people = [person(f"r{i}") for i in range(4)] + [person(f"p{i}", poor=True) for i in range(3)]
    plan = made(problem(people, days=DAYS[:1]))
    assert {s.traveller for t in plan.trips for s in t.riders} >= {"p0", "p1", "p2"}
    assert [(t.name, t.travellers, t.carried, t.bound, t.gap) for t in plan.tiers] == [
        ("poor_listed", 0, 0, 0, 0.0), ("poor", 3, 3, 3, 0.0), ("listed", 0, 0, 3, 0.0), ("other", 4, 1, 4, 0.0),
    ]  # fmt: skip
    assert plan.notices == ("3 人未能安排：" + WORDS["seats_full"],)


def test_price_of_priority_is_who_would_go_otherwise():
    late = Vehicle("v", 1, "c", frozenset({DAYS[1]}))
    plan = made(problem([person("poor", poor=True), person("other", earliest=DAYS[1])], vehicles=(late,)))
    assert [s.traveller for t in plan.trips for s in t.riders] == ["poor"]
    assert [(t.name, t.carried, t.without, t.price) for t in plan.tiers if t.travellers] == [("poor", 1, 0.0, 1.0), ("other", 0, 1.0, 0.0)]
    assert plan.price == 0.0


def test_vehicle_collects_several_places_only_where_the_rules_say_so():
    people = [person("a"), person("b", origin="p")]
    one = made(problem(people, days=DAYS[:1]))
    assert (len(one.left), one.stops) == (1, 1)
    two = made(problem(people, days=DAYS[:1], rules=Rules(stops=2)))
    assert (two.left, two.stops, sorted(two.trips[0].origins)) == ((), 2, ["o", "p"])


def brute(p: Problem) -> tuple[int, list[int]]:
    """The best value, and the most persons up to each tier, of every way to send single travellers: (vehicle, day) or nowhere for each."""
    ways = [None, *itertools.product(p.vehicles, range(len(p.days)))]
    best, most = 0, [0] * len(p.rules.tiers)
    for way in itertools.product(ways, repeat=len(p.travellers)):
        trips: dict[tuple[str, int], list[Traveller]] = {}
        for t, w in zip(p.travellers, way, strict=True):
            if w:
                trips.setdefault((w[0].key, w[1]), []).append(t)
        seats = {v.key: v.seats for v in p.vehicles}
        days = {v.key: sorted(d for k, d in trips if k == v.key) for v in p.vehicles}
        full = any(len(r) > seats[k] or len({(t.origin, t.destination) for t in r}) > 1 for (k, _), r in trips.items())
        if full or any(b - a < 2 for d in days.values() for a, b in itertools.pairwise(d)):
            continue
        if any(not t.earliest <= p.days[d] <= t.latest for (_, d), r in trips.items() for t in r):
            continue
        gone = [(2 * t.poor, d, (p.days[d] - t.earliest).days) for (_, d), r in trips.items() for t in r]
        if any(sum(day == d for _, day, _ in gone) > (p.destinations[0].cap or 99) for d in range(len(p.days))):
            continue
        value = sum((p.rules.worth[1] if poor else p.rules.worth[3]) - w * p.rules.wait for poor, _, w in gone) - p.rules.trip * len(trips)
        best = max(best, value)
        poor = sum(bool(x[0]) for x in gone)
        most = [max(a, b) for a, b in zip(most, (0, poor, poor, len(gone)), strict=True)]
    return best, most


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from("op"), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4),
    st.sampled_from([1, 2, None]),
)
@run(max_examples=20, deadline=None)
def test_no_way_beats_the_bound(rows, cap):
    people = [
        person(f"t{i}", poor=poor, origin=origin, earliest=DAYS[first], latest=DAYS[min(2, first + more)])
        for i, (poor, origin, first, more) in enumerate(rows)
    ]
    p = problem(people, days=DAYS[:3], vehicles=(Vehicle("v", 2, "c"), Vehicle("w", 1, "c")), destinations=place(cap=cap))
    plan = made(p)
    best, most = brute(p)
    assert plan.value <= best <= plan.bound + 1e-6
    assert all(t.bound >= m for t, m in zip(plan.tiers, most, strict=True))
    assert plan.tiers[1].carried <= most[1]


@pytest.fixture(scope="module")
def city() -> tuple[Problem, BatchPlan]:
    p = instance(600, 40, 7, towns=False, seed=7)
    return p, solve(p, seconds=0)  # the relaxation alone: how far the integer search gets depends on the machine


def test_city_plan_is_checked_and_close_to_its_bound(city):
    p, plan = city
    assert check(p, plan) == ()
    assert 0 <= plan.gap <= 0.03
    assert plan.tiers[0].gap == 0


def test_replan_keeps_what_has_left_and_moves_few(city):
    p, plan = city
    today = p.days[3]
    lost = next(t for t in plan.trips if t.day >= today)
    vehicles = tuple(replace(v, days=frozenset(d for d in p.days if d < today)) if v.key == lost.vehicle else v for v in p.vehicles)
    broken = replace(p, vehicles=vehicles)
    again = replan(broken, plan.departed_before(today), today=today)
    assert check(broken, again, today=today) == ()
    assert {t for t in again.trips if t.departed} == {replace(t, departed=True) for t in plan.trips if t.day < today}
    touched = {s.traveller for t in plan.trips if t.day >= today and t.vehicle == lost.vehicle for s in t.riders}
    assert touched <= set(again.moved)
    assert len(again.moved) <= 3 * len(touched)
    seats = {(s.traveller, t.vehicle, t.day): s.number for t in plan.trips for s in t.riders}
    assert all(seats.get((s.traveller, t.vehicle, t.day), s.number) == s.number for t in again.trips for s in t.riders)


def test_level_that_rises_stops_the_way_and_warns_of_buses_on_the_road(city):
    p, plan = city
    today = p.days[3]
    risen = replace(p, no_entry=frozenset(("深圳", d) for d in p.days[2:]))
    again = replan(risen, plan.departed_before(today), today=today)
    assert check(risen, again, today=today) == ()
    assert not [t for t in again.trips if t.day >= today and t.destination == "深圳"]
    on_road = sum(t.day == p.days[2] and t.destination == "深圳" for t in plan.trips)
    assert again.notices[0].startswith(f"{on_road} 个已发车的班次")


def test_bound_of_a_replan_is_that_of_whole_buses_where_there_are_few():
    people = [person(f"o{i}") for i in range(2)] + [person(f"p{i}", origin="p") for i in range(2)]
    p = problem(people, days=DAYS[:1])  # one bus of four seats may collect from one place: two of the four go, by halves of it all would
    first = made(p)
    again = replan(p, first, today=DAYS[0])
    assert (again.moved, len(again.trip_of())) == ((), 2)
    assert (again.bound, round(again.gap, 6)) == (pytest.approx(first.bound), 0.0)


def test_replan_of_an_unchanged_problem_moves_nobody(city):
    p, plan = city
    again = replan(p, plan.departed_before(p.days[3]), today=p.days[3])
    assert again.moved == ()
    assert again.value >= plan.value


def test_who_missed_the_bus_is_seated_anew():
    people = [person("a", group="g"), person("b", group="g")]
    p = problem(people)
    plan = made(p)
    first = plan.trips[0]
    left = replace(plan, trips=(replace(first, riders=first.riders[:1], departed=True),))
    again = replan(p, left, today=DAYS[1])
    assert check(p, again, today=DAYS[1]) == ()
    assert [(t.day, [s.traveller for s in t.riders]) for t in again.trips] == [(DAYS[0], ["a"]), (DAYS[2], ["b"])]
    never_left = replan(p, plan, today=DAYS[1])
    assert check(p, never_left, today=DAYS[1]) == ()
    assert [(t.day, len(t.riders)) for t in never_left.trips] == [(DAYS[1], 2)]
    assert never_left.moved == ("a", "b")


def test_departed_vehicle_may_not_vanish(city):
    p, plan = city
    gone = plan.trips[0].vehicle
    with pytest.raises(PlanRefused, match="已发车"):
        replan(replace(p, vehicles=tuple(v for v in p.vehicles if v.key != gone)), plan.departed_before(p.days[3]), today=p.days[3])


def fullest(plan: BatchPlan) -> Trip:
    return max(plan.trips, key=lambda t: len(t.riders))


def forged(plan: BatchPlan, **fields: object) -> BatchPlan:
    """The plan with its fullest trip changed."""
    trip = fullest(plan)
    return replace(plan, trips=tuple(replace(t, **fields) if t is trip else t for t in plan.trips))  # type: ignore[arg-type]  # fields of the test


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: replace(p, value=int(p.bound) + 9), "高于上界"),
        (lambda p: replace(p, trips=p.trips[1:]), "有人缺失"),
        (lambda p: forged(p, approval=""), "批准文号"),
        (lambda p: forged(p, riders=(*fullest(p).riders[:-1], replace(fullest(p).riders[-1], number=1))), "座位号"),
        (lambda p: forged(p, destination="上海"), "目的地不同"),
        (lambda p: forged(p, day=dt.date(2020, 1, 1)), "车次"),
        (lambda p: replace(p, trips=(replace(p.trips[0], riders=p.trips[0].riders + p.trips[1].riders), *p.trips[2:])), "车次"),
    ],
)
def test_checker_notices_a_forged_plan(city, change, words):
    p, plan = city
    assert any(words in w for w in check(p, change(plan)))


def test_checker_notices_who_was_left_for_a_lesser_one():
    people = [person(f"r{i}") for i in range(4)] + [person("poor", poor=True)]
    p = problem(people, days=DAYS[:1])
    plan = made(p)
    out = next(x for x in plan.left)
    rider = next(s for s in plan.trips[0].riders if s.traveller == "poor")
    riders = tuple(replace(s, traveller=out.traveller) if s is rider else s for s in plan.trips[0].riders)
    bad = replace(forged(plan, riders=riders), left=(replace(out, traveller="poor"),), value=0)
    assert "次优先" in check(p, bad)[0]


def test_checker_notices_who_was_left_beside_a_vehicle_that_stands():
    p = problem([person("a"), person("b")], vehicles=(Vehicle("v", 1, "c"), Vehicle("w", 1, "c")), days=DAYS[:1])
    plan = made(p)
    out = plan.trips[1].riders[0].traveller
    bad = replace(plan, trips=plan.trips[:1], left=(Left(out, "seats_full", WORDS["seats_full"]),), value=0)
    assert check(p, bad) == (f"人员 {out} 未安排，而 02-26 车辆 {plan.trips[1].vehicle} 有空座，或坐着次优先的人员",)


def test_rules_come_from_the_rulebook_by_date():
    assert in_force(dt.date(2020, 2, 10)).seat_percent == {"low": 50, "medium": 50, "high": 50}
    assert in_force(dt.date(2020, 2, 26)).seat_percent["low"] == 100


def test_way_is_closed_by_what_the_caller_says_of_its_ends_and_not_by_a_level():
    day, ends = DAYS[0], {"days": DAYS[:1], "destinations": (*place(), replace(place()[0], key="e", county="gz"))}
    people = [person("in"), person("out", destination="e")]
    assert made(problem(people, **ends, levels={("c", day): HIGH, ("sz", day): HIGH}, vehicles=(BUS, replace(BUS, key="w")))).left == ()
    shut = problem(people, **ends, no_entry=frozenset({("gz", day)}), no_exit=frozenset({("sz", day)}))
    plan = made(shut)
    assert reasons(plan) == {"out": "level"}
    forged_ = replace(plan, trips=(replace(plan.trips[0], destination="e"),))
    assert any("两地等级不允许通行" in words for words in check(shut, forged_))
    with pytest.raises(PlanRefused, match="两地风险等级不允许通行（2 人）"):
        solve(problem(people, **ends, no_exit=frozenset({("c", day)})))


def test_seats_are_spread_evenly():
    assert seat_numbers(4, 4) == [1, 2, 3, 4]
    assert seat_numbers(7, 3) == [1, 3, 5]
