"""A departure plan from the problem to manifests, and its making over when something changes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace

from shouwang.engine.batching import classes as model
from shouwang.engine.batching.board import Board, Slot
from shouwang.engine.batching.intake import Facts, checked, group_of, groups, open_days, said
from shouwang.engine.batching.model import BatchPlan, Group, Left, Problem, Seat, TierGap, Trip
from shouwang.engine.batching.packing import Waiting, pack, settle
from shouwang.engine.highs import Floats
from shouwang.engine.refused import PlanRefused

LP_SECONDS = 60.0
TIER_SECONDS = 5.0  # for the integer bound of a tier whose relaxed gap is over TIER_GAP
TIER_GAP = 0.01


@dataclass(frozen=True, slots=True)
class Start:
    """What a plan begins from: groups that could leave, those who cannot, trips that have departed and what they are worth."""

    facts: Facts
    board: Board
    waiting: Waiting
    left: list[Left]
    gone: int  # value of the departed trips


def solve(problem: Problem, *, seconds: float = 20.0, gap: float = 2e-3) -> BatchPlan:
    """The departure plan, with the bound of the class model. The integer search ends after `seconds` or at the relative `gap`.

    Raises PlanRefused for input that no plan may hold, and when nobody at all could leave: it says which constraint keeps most of them.
    """
    start = _start(problem, ())
    classes = model.build(start.board, start.waiting)
    relaxed = classes.solved(whole=False, seconds=LP_SECONDS, gap=0)
    answer = classes.solved(whole=True, seconds=seconds, gap=gap)
    made = [_packed(start, classes, a.x) for a in (answer, relaxed) if len(a.x)] or [_packed(start, classes, relaxed.x)]
    best = replace(start, board=max(made, key=lambda b: (_persons(b), b.value())))
    return _told(best, min(answer.bound, relaxed.bound), classes.persons(relaxed.x))


def _packed(start: Start, classes: model.Classes, x: Floats) -> Board:
    """A board filled after one answer of the class model; an empty answer leaves all to `settle`."""
    board = Board(start.facts)
    if len(x):
        pack(board, start.waiting, classes, x)
    settle(board, start.waiting, move=True)
    return board


def replan(problem: Problem, before: BatchPlan, *, today: dt.date) -> BatchPlan:
    """The plan made over after a change of the problem (a bus out, a level up, a cap down), with as few moves as possible.

    Trips marked departed stay as they were; one that should have left before `today` and is not marked did not: its people are seated anew.
    A trip to come stays where its vehicle, way, approval and caps still allow it; where
    fewer seats may be used, the last tier gets off first. Who lost a seat or had none is then seated as `settle` does. The bound is of
    everything that has not departed.
    """
    start = _start(problem, tuple(t for t in before.trips if t.departed))
    to_come = start.facts.between(today, problem.days[-1])
    waiting = [(g, days & to_come) for g, days in start.waiting]
    late = [said(m, "days") for g, days in waiting if not days for m in g.members]
    start = Start(start.facts, start.board, [w for w in waiting if w[1]], start.left + late, start.gone)
    classes = model.build(start.board, start.waiting)
    relaxed = classes.solved(whole=False, seconds=LP_SECONDS, gap=0)
    _keep(start, before, today)
    settle(start.board, start.waiting, move=False)
    bound, value = relaxed.bound, start.board.value() - start.gone
    if bound - value > TIER_GAP * bound:  # halves of buses say little of a few of them: the integers where the gap matters
        bound = min(bound, classes.solved(whole=True, seconds=TIER_SECONDS, gap=0).bound)
    return _told(start, bound, classes.persons(relaxed.x), before)


def _start(problem: Problem, departed: tuple[Trip, ...]) -> Start:
    checked(problem)
    facts = Facts(problem)
    board = Board(facts)
    _depart(facts, board, departed)
    gone = board.value()
    ready, left = groups(facts, without=frozenset(s.traveller for t in departed for s in t.riders))
    waiting: Waiting = []
    for group in ready:
        days, reason = open_days(facts, group)
        if days:
            waiting.append((group, days))
        left += [said(m, reason) for m in group.members if not days]
    if not waiting and not departed:
        reason, n = Counter(x.words for x in left).most_common(1)[0]
        raise PlanRefused(
            f"方案中没有一个人可以出行，主要受限于：{reason}（{n} 人）。请放宽这一项，或调整日期、车辆、上限后重试。", field="days"
        )
    return Start(facts, board, waiting, left, gone)


def _depart(facts: Facts, board: Board, trips: tuple[Trip, ...]) -> None:
    """Put the trips that have left on the board as they were, whatever the levels and caps of today say."""
    if any(t.vehicle not in facts.vehicles or t.day not in facts.day for t in trips):
        raise PlanRefused("已发车的班次用到的车辆或日期不在方案中。请保留已发车的车辆和日期。", field="vehicles")
    by_key = {t.key: t for t in facts.problem.travellers}
    if any(s.traveller not in by_key for t in trips for s in t.riders):
        raise PlanRefused("已发车班次上的人员不在方案中。请保留已出行的人员。", field="travellers")
    for trip in trips:
        board.gone(trip, _riders(facts, trip))


def _riders(facts: Facts, trip: Trip) -> list[Group]:
    """The groups on a trip, in the order of their seats."""
    by_key = {t.key: t for t in facts.problem.travellers}
    parts: dict[str, list[str]] = {}
    for s in trip.riders:
        if s.traveller in by_key:
            t = by_key[s.traveller]
            parts.setdefault(f"g:{t.group}" if t.group else f"t:{t.key}", []).append(s.traveller)
    left = f"{trip.vehicle}/{trip.day}/" if trip.departed else ""  # of a group some may have missed the bus: they are a group of their own
    return [group_of(facts, left + key, [by_key[m] for m in members]) for key, members in parts.items()]


def _keep(start: Start, before: BatchPlan, today: dt.date) -> None:
    """Put the trips to come of the plan before on the board, as far as they still can go; the first tiers keep their seats."""
    facts, board = start.facts, start.board
    open_of = {g.key: (g, days) for g, days in start.waiting}
    for trip in sorted((t for t in before.trips if t.day >= today and not t.departed), key=lambda t: (t.day, t.vehicle)):
        vehicle, day = facts.vehicles.get(trip.vehicle), facts.day.get(trip.day, -1)
        if vehicle is None or day < 0 or trip.destination not in facts.destinations or not facts.days_of[vehicle.key] >> day & 1:
            continue
        if board.busy[vehicle.key] & facts.away(trip.destination, day) or not facts.seats(vehicle, trip.destination, day):
            continue
        slot = board.leave(vehicle, trip.destination, day)
        slot.numbers = {r.traveller: r.number for r in trip.riders}
        for old in sorted(_riders(facts, trip), key=lambda g: g.tier):
            group, days = open_of.get(old.key, (old, 0))
            if days >> day & 1 and board.takes(slot, group) and board.room(group, day) >= group.size:
                board.put(group, slot)


def _told(start: Start, bound: float, ideal: list[float], before: BatchPlan | None = None) -> BatchPlan:
    """The plan in keys and words; `bound` is of what had not departed, `ideal` the persons of each tier that the relaxed model carries."""
    board, facts = start.board, start.facts
    slots = sorted(board.all_slots(), key=lambda s: (s.day, s.vehicle.county, s.destination, s.vehicle.key))
    trips = tuple(_trip(facts, s) for s in slots)
    out = [(g, days) for g, days in start.waiting if g.key not in board.at]
    left = start.left + [said(m, _why(board, g, days)) for g, days in out for m in g.members]
    value, most = board.value(), bound + start.gone
    worth = facts.rules.worth
    classes = model.build(departed_only(board), start.waiting, worth=(worth[-1],) * len(worth))
    equal = classes.persons(classes.solved(whole=False, seconds=LP_SECONDS, gap=0).x)
    now = {s.traveller: (t.vehicle, t.day) for t in trips for s in t.riders}
    return BatchPlan(
        trips=trips,
        left=tuple(sorted(left, key=lambda x: x.traveller)),
        tiers=_tiers(start, ideal, equal),
        value=value,
        bound=most,
        gap=max(0.0, (most - value) / most) if most > 0 else 0.0,
        price=round(max(0.0, sum(equal) - sum(ideal)), 1),
        stops=facts.rules.stops,
        notices=_notices(facts, slots, left),
        moved=tuple(sorted(k for k, t in before.trip_of().items() if now.get(k) != (t.vehicle, t.day))) if before else (),
    )


def _notices(facts: Facts, slots: list[Slot], left: list[Left]) -> tuple[str, ...]:
    """Vehicles on the road whose way is closed by now, then how many are left for which reason, the most first."""
    closed = sum(1 for s in slots if s.departed and not facts.percent(s.vehicle.county, s.destination, s.day))
    road = [f"{closed} 个已发车的班次，两地风险等级现已不允许通行。请立即联系接收地联防联控机构。"] if closed else []
    return tuple(road + [f"{n} 人未能安排：{words}" for words, n in Counter(x.words for x in left).most_common()])


def _trip(facts: Facts, slot: Slot) -> Trip:
    """The manifest: people in the order of collecting, a group on neighbouring seats; who was told a seat keeps it while it may be used."""
    if slot.manifest:
        return replace(slot.manifest, departed=True)
    origins = slot.origins
    people = [(m, o) for o in origins for g in sorted(slot.groups, key=lambda g: (-g.size, g.key)) if g.origin == o for m in g.members]
    usable = seat_numbers(slot.vehicle.seats, slot.seats)
    told = {m: n for m, _ in people if (n := slot.numbers.get(m, 0)) in usable}
    others = iter([n for n in usable if n not in told.values()])
    riders = [Seat(m, told[m] if m in told else next(others), o) for m, o in people]
    return Trip(
        vehicle=slot.vehicle.key,
        day=facts.problem.days[slot.day],
        destination=slot.destination,
        origins=tuple(origins),
        seats=slot.seats,
        approval=facts.destinations[slot.destination].approval,
        riders=tuple(sorted(riders, key=lambda s: s.number)),
    )


def seat_numbers(seats: int, allowed: int) -> list[int]:
    """The seats that may be used: all of them, or `allowed` spread evenly, so that at half the seats everybody has an empty one beside."""
    return [1 + i * seats // allowed for i in range(allowed)]


def _why(board: Board, group: Group, days: int) -> str:
    """What keeps a group that could leave: the cap that is used up on all of its days, else the seats."""
    open_days_ = [i for i in range(len(board.facts.problem.days)) if days >> i & 1]
    full = Counter(name for i in open_days_ if (name := board.full(group, i)))
    return full.most_common(1)[0][0] if full and sum(full.values()) == len(open_days_) else "seats_full"


def departed_only(board: Board) -> Board:
    """A board with the departed trips alone."""
    out = Board(board.facts)
    for slot in board.all_slots():
        if slot.manifest:
            out.gone(slot.manifest, slot.groups)
    return out


def _persons(board: Board) -> list[int]:
    """Persons of each tier on the board."""
    out = [0] * len(board.facts.rules.tiers)
    for slot in board.all_slots():
        for group in slot.groups:
            out[group.tier] += group.size
    return out


def _tiers(start: Start, ideal: list[float], equal: list[float]) -> tuple[TierGap, ...]:
    """Each tier with the bound of all up to it: everyone who could leave, or less where the class model's relaxation says so."""
    fresh, carried, out = departed_only(start.board), _persons(start.board), []
    gone = _persons(fresh)
    for tier, name in enumerate(start.facts.rules.tiers):
        could = sum(gone[: tier + 1]) + sum(g.size for g, _ in start.waiting if g.tier <= tier)
        reached = sum(carried[: tier + 1])
        for whole in (False, True):  # the integers only where the relaxation leaves a gap that matters
            if could - reached > TIER_GAP * could * whole:
                answer = model.build(fresh, start.waiting, upto=tier).solved(
                    whole=whole, seconds=TIER_SECONDS if whole else LP_SECONDS, gap=0
                )
                could = min(could, sum(gone[: tier + 1]) + int(min(answer.bound, 1e12) + 1e-6))
        all_of = gone[tier] + sum(g.size for g, _ in start.waiting if g.tier == tier)
        gap = (could - reached) / could if could else 0.0
        price = max(0.0, sum(equal[tier + 1 :]) - sum(ideal[tier + 1 :]))
        out.append(TierGap(name, all_of, carried[tier], could, gap, round(price, 1), round(equal[tier] + gone[tier], 1)))
    return tuple(out)
