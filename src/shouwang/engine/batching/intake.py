"""A problem made ready: what no plan may be made of, groups, and on which days each group could leave."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

from shouwang.engine.batching.model import HIGH, LOW, MEDIUM, Destination, Group, Left, Origin, Problem, Rules, Traveller, Vehicle
from shouwang.engine.batching.reasons import WORDS
from shouwang.engine.refused import PlanRefused

NAMES = ("tiers", "worth", "wait", "trip", "seat_percent", "working_age", "stops", "largest_group")
WORSE = {LOW: 0, MEDIUM: 1, HIGH: 2}


def rules(value: Callable[[str], Any]) -> Rules:
    """Rules of `rulebook/departure_batches.yaml`: `value` gives the value of a name in force on the day and at the place of the plan."""
    raw = {name: value(name) for name in NAMES}
    lists = {"tiers": tuple(raw["tiers"]), "worth": tuple(raw["worth"])}
    return Rules(**{**raw, **lists})


class Facts:
    """A problem with its keys resolved. Days are indices into `problem.days`; sets of days are bits of an integer."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.rules = problem, problem.rules
        self.day = {d: i for i, d in enumerate(problem.days)}
        self.origins: dict[str, Origin] = {o.key: o for o in problem.origins}
        self.destinations: dict[str, Destination] = {d.key: d for d in problem.destinations}
        self.vehicles: dict[str, Vehicle] = {v.key: v for v in problem.vehicles}
        self.fleet: dict[str, list[Vehicle]] = {}
        for v in problem.vehicles:
            self.fleet.setdefault(v.county, []).append(v)
        self.days_of = {v.key: self.bits(v.days) for v in problem.vehicles}
        self._percent: dict[tuple[str, str, int], int] = {}

    def bits(self, days: frozenset[dt.date] | None) -> int:
        """The days as bits; None = all."""
        all_days = (1 << len(self.problem.days)) - 1
        return all_days if days is None else sum(1 << self.day[d] for d in days if d in self.day)

    def between(self, first: dt.date, last: dt.date) -> int:
        """Days of the plan from `first` to `last`, both included, as bits."""
        return sum(1 << i for i, d in enumerate(self.problem.days) if first <= d <= last)

    def percent(self, county: str, destination: str, day: int) -> int:
        """Share of the seats that may be used at the levels of both ends; 0 where the way is closed."""
        key = (county, destination, day)
        if key not in self._percent:
            date, to = self.problem.days[day], self.destinations[destination].county
            worse = max(self.problem.level(county, date), self.problem.level(to, date), key=lambda level: WORSE[level])
            self._percent[key] = 0 if self.problem.closed(county, to, date) else self.rules.seat_percent[worse]
        return self._percent[key]

    def leaves(self, vehicle: Vehicle, day: int) -> bool:
        """Whether the vehicle may leave on the day."""
        return bool(self.days_of[vehicle.key] >> day & 1)

    def seats(self, vehicle: Vehicle, destination: str, day: int) -> int:
        """Seats of a vehicle that may be used on the way to the destination on the day."""
        return vehicle.seats * self.percent(vehicle.county, destination, day) // 100

    def cap(self, destination: str, day: int) -> int | None:
        """Arrivals that the destination takes in on the day."""
        found = self.destinations[destination]
        return found.caps.get(self.problem.days[day], found.cap)

    def away(self, destination: str, day: int) -> int:
        """The days, as bits, on which a vehicle that leaves on `day` is not to be had, the day itself included."""
        return ((1 << self.destinations[destination].days_away) - 1) << day

    def tier(self, t: Traveller) -> int:
        """Index of the first priority group the traveller belongs to."""
        name = {(True, True): "poor_listed", (True, False): "poor", (False, True): "listed"}.get((t.poor, t.listed), "other")
        if name in self.rules.tiers:
            return self.rules.tiers.index(name)
        return self.rules.tiers.index("poor") if t.poor and "poor" in self.rules.tiers else len(self.rules.tiers) - 1


def checked(problem: Problem) -> None:
    """Refuse what no plan may hold: see the messages."""
    if not problem.days or not problem.travellers or not problem.vehicles:
        raise PlanRefused("方案缺少出发日期、人员或车辆。请补齐后重试。", field="days")
    r, first = problem.rules, problem.days[0]
    young = tuple(t.key for t in problem.travellers if _age(t.birth, first) < r.working_age)
    if young:
        words = f"有 {len(young)} 人未满 {r.working_age} 周岁，不得安排务工（《劳动法》第十五条）。请核对出生日期，移出方案后重试。"
        raise PlanRefused(words, who=young, field="birth")
    if pupils := tuple(t.key for t in problem.travellers if t.pupil):
        raise PlanRefused(
            f"有 {len(pupils)} 人是在校学生，不得列入务工出行方案。请核对在校状态，移出方案后重试。", who=pupils, field="pupil"
        )
    if empty := tuple(v.key for v in problem.vehicles if v.seats <= 0):
        raise PlanRefused(f"有 {len(empty)} 辆车的座位数是 0 或负数。请更正座位数，或把车辆移出方案。", who=empty, field="seats")
    _keys(problem)
    _places(problem)


def _age(birth: dt.date, on: dt.date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _keys(problem: Problem) -> None:
    for what, field in (("人员", "travellers"), ("车辆", "vehicles"), ("出发地", "origins"), ("目的地", "destinations")):
        twice = tuple(k for k, n in Counter(x.key for x in getattr(problem, field)).items() if n > 1)
        if twice:
            raise PlanRefused(f"有 {len(twice)} 个{what}在方案中出现两次。请去掉重复的再试。", who=twice, field=field)
    if list(problem.days) != sorted(set(problem.days)):
        raise PlanRefused("出发日期有重复或次序不对。请按先后各列一次。", field="days")


def _places(problem: Problem) -> None:
    origins, destinations = {o.key for o in problem.origins}, {d.key for d in problem.destinations}
    lost = tuple(t.key for t in problem.travellers if t.origin not in origins or t.destination not in destinations)
    if lost:
        raise PlanRefused(f"有 {len(lost)} 人的出发地或目的地不在方案中。请补充地点，或移出这些人。", who=lost, field="origin")
    if bad := tuple(d.key for d in problem.destinations if (d.cap or 0) < 0 or d.days_away < 1 or min(d.caps.values(), default=0) < 0):
        raise PlanRefused(f"有 {len(bad)} 个目的地的每日上限小于 0，或往返天数小于 1。请更正。", who=bad, field="cap")
    ways: dict[str, tuple[str, str]] = {}
    apart = {
        t.group for t in problem.travellers if t.group and ways.setdefault(t.group, (t.origin, t.destination)) != (t.origin, t.destination)
    }
    if apart:
        words = f"有 {len(apart)} 个同行组的成员出发地或目的地不同，不能同车。请更正，或拆开同行组。"
        raise PlanRefused(words, who=tuple(sorted(apart)), field="group")
    sizes = Counter(t.group for t in problem.travellers if t.group)
    most = problem.rules.largest_group
    if large := tuple(g for g, n in sizes.items() if n > most):
        raise PlanRefused(f"有 {len(large)} 个同行组超过 {most} 人。请拆成几个组。", who=large, field="group")


def groups(facts: Facts, *, without: frozenset[str] = frozenset()) -> tuple[list[Group], list[Left]]:
    """The groups that are ready, and those who are not with the reason; travellers of `without` are left out."""
    by_group: dict[str, list[Traveller]] = {}
    for t in facts.problem.travellers:
        if t.key not in without:
            by_group.setdefault(f"g:{t.group}" if t.group else f"t:{t.key}", []).append(t)
    ready, left = [], []
    for key, members in by_group.items():
        reasons = {t.key: reason for t in members if (reason := _not_ready(t))}
        if reasons:
            left += [said(t.key, reasons.get(t.key, "group_waits")) for t in members]
        else:
            ready.append(group_of(facts, key, members))
    return ready, left


def group_of(facts: Facts, key: str, members: list[Traveller]) -> Group:
    """Persons who travel together, with the days that all of them can leave."""
    return Group(
        key=key,
        members=tuple(t.key for t in members),
        origin=members[0].origin,
        destination=members[0].destination,
        earliest=max(_first(t) for t in members),
        latest=min(t.latest for t in members),
        tier=min(facts.tier(t) for t in members),
    )


def _first(t: Traveller) -> dt.date:
    return t.earliest if t.quarantine_until is None else max(t.earliest, t.quarantine_until + dt.timedelta(days=1))


def _not_ready(t: Traveller) -> str:
    if not t.declared:
        return "declared"
    if t.fever:
        return "fever"
    return "quarantine" if t.earliest <= t.latest < _first(t) else ""


def said(traveller: str, reason: str) -> Left:
    """One person left, in words."""
    return Left(traveller, reason, WORDS[reason])


def open_days(facts: Facts, group: Group) -> tuple[int, str]:
    """Days on which the group could leave if it were alone, as bits; or 0 and the first constraint that no day passes."""
    size, origin = group.size, facts.origins[group.origin]
    days = facts.between(group.earliest, group.latest)
    if not days:
        return 0, "group_days" if size > 1 else "days"
    if not facts.destinations[group.destination].approval:
        return 0, "approval"
    fleet = facts.fleet.get(origin.county, [])
    within: dict[str, Callable[[int], bool]] = {
        "level": lambda i: facts.percent(origin.county, group.destination, i) > 0,
        "destination_cap": lambda i: _holds(facts.cap(group.destination, i), size),
        "origin_cap": lambda _i: _holds(origin.cap, size),
        "day_cap": lambda _i: _holds(facts.problem.day_cap, size),
        "no_vehicle": lambda i: any(facts.leaves(v, i) for v in fleet),
        "group_seats": lambda i: any(facts.leaves(v, i) and facts.seats(v, group.destination, i) >= size for v in fleet),
    }
    for reason, test in within.items():
        days = sum(1 << i for i in range(len(facts.problem.days)) if days >> i & 1 and test(i))
        if not days:
            return 0, reason
    return days, ""


def _holds(cap: int | None, size: int) -> bool:
    return cap is None or cap >= size
