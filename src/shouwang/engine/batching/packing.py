"""From numbers of the class model to people in vehicles: groups whole, the first tiers first, then what is left by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from shouwang.engine.batching.board import Board, Slot
from shouwang.engine.batching.classes import Class, Classes, of_group
from shouwang.engine.batching.model import Group, Vehicle
from shouwang.engine.highs import Floats

Waiting = list[tuple[Group, int]]  # groups with their open days, as bits


def pack(board: Board, waiting: Waiting, classes: Classes, x: Floats) -> None:
    """Send the vehicles that the model sends, and fill them with groups as its people columns say."""
    _launch(board, classes, x[len(classes.people) :])
    wanted: dict[Class, dict[int, float]] = defaultdict(dict)
    for (c, day), n in zip(classes.people, x, strict=False):
        if n > 1e-6:
            wanted[c][day] = float(n)
    todo: dict[int, list[Group]] = defaultdict(list)
    for group, days in sorted(waiting, key=lambda w: -w[0].size):
        targets = wanted[of_group(board, group, days)]
        day = max(targets, key=lambda d, t=targets: (t[d], -d), default=-1)  # type: ignore[misc]  # a default argument in a lambda
        if day >= 0 and targets[day] > 0.5:
            targets[day] -= group.size
            todo[day].append(group)
    for day in sorted(todo):
        for group in sorted(todo[day], key=lambda g: (g.tier, -g.size, g.origin, g.key)):
            slot = board.fit(group, day) if board.room(group, day) >= group.size else None
            if slot:
                board.put(group, slot)


def _launch(board: Board, classes: Classes, y: Floats) -> None:
    """Named vehicles for the numbers of each kind: day by day any free one of the kind will do, for trips are intervals."""
    alike: dict[tuple[str, int, int, int], list[Vehicle]] = defaultdict(list)
    f = board.facts
    for v in f.vehicles.values():
        alike[v.county, v.seats, f.days_of[v.key], board.busy[v.key]].append(v)
    for i in sorted(range(len(y)), key=lambda i: classes.vehicles[i][0][2]):
        (_, destination, day), kind = classes.vehicles[i]
        away = f.away(destination, day)
        for _ in range(int(np.floor(y[i] + 1e-6))):
            vehicle = next((v for v in alike[kind] if not board.busy[v.key] & away), None)
            if vehicle:
                board.leave(vehicle, destination, day)


def settle(board: Board, waiting: Waiting, *, move: bool) -> None:
    """Fill, and take out vehicles that got empty (with `move` also put half-empty ones together), until nobody more finds a seat."""
    changed = True
    while changed:
        found = fill(board, waiting)
        changed = tidy(board, move=move) or found


def fill(board: Board, waiting: Waiting) -> bool:
    """Place who has no seat, the first tiers first: a free seat on the earliest day, else a further vehicle, else in the place of people
    of a lesser tier, who then wait themselves. Whether anybody was placed."""
    open_of = {g.key: (g, days) for g, days in waiting}
    queue, found = sorted((w for w in waiting if w[0].key not in board.at), key=_order), False
    while queue:
        group, days = queue.pop(0)
        if seat(board, group, days):
            found = True
        elif moved := _instead_of_lesser(board, group, days):
            found = True
            queue = sorted([*queue, *(open_of[g.key] for g in moved if g.key in open_of)], key=_order)
    return found


def _order(waiting: tuple[Group, int]) -> tuple[object, ...]:
    group, days = waiting
    return group.tier, days.bit_count(), -group.size, group.key


def seat(board: Board, group: Group, days: int) -> bool:
    """Seat the group on the first day with a free place, or in a further vehicle."""
    open_days = [i for i in range(len(board.facts.problem.days)) if days >> i & 1 and board.room(group, i) >= group.size]
    for day in open_days:
        if slot := board.fit(group, day):
            board.put(group, slot)
            return True
    for day in open_days:
        if board.worth(group, day) > board.facts.rules.trip and (slot := board.launch(group, day)):
            board.put(group, slot)
            return True
    return False


def _instead_of_lesser(board: Board, group: Group, days: int) -> list[Group]:
    """Unseat the fewest people of lesser tiers whose seats or places under a cap let the group go; who they are, or none."""
    best: tuple[int, Slot | None, int, list[Group]] | None = None
    for day in (i for i in range(len(board.facts.problem.days)) if days >> i & 1):
        ways: list[Slot | None] = [s for s in board.cell(group, day) if not s.departed]
        if board.vehicle_for(group, day):
            ways.append(None)
        for slot in ways:
            out = _in_the_way(board, group, slot, day)
            if out and (best is None or sum(g.size for g in out) < best[0]):
                best = (sum(g.size for g in out), slot, day, out)
    if best is None:
        return []
    _, slot, day, out = best
    for other in out:
        board.take(other)
    if slot := slot or board.launch(group, day):
        board.put(group, slot)
    return out


def _in_the_way(board: Board, group: Group, slot: Slot | None, day: int) -> list[Group] | None:
    """People of lesser tiers, the least first, without whom the group could go in the vehicle (None: in a further one); None: not even so."""
    out: list[Group] = []
    if slot:
        free = slot.free
        for other in [None, *_least_first(g for g in slot.groups if g.tier > group.tier)]:
            if other:
                out.append(other)
                free += other.size
            origins = {g.origin for g in slot.groups if g not in out} | {group.origin}
            if free >= group.size and len(origins) <= board.facts.rules.stops:
                break
        else:
            return None
    on_day = [g for s in board.on_day[day] if not s.departed for g in s.groups if g.tier > group.tier]
    shares: tuple[Callable[[Group], bool], ...] = (
        lambda g: g.destination == group.destination,
        lambda g: g.origin == group.origin,
        lambda _g: True,
    )
    for room, share in zip(board.rooms(group, day), shares, strict=True):
        lacking = group.size - room - sum(g.size for g in out if share(g))
        for other in _least_first(g for g in on_day if share(g) and g not in out) if lacking > 0 else []:
            if lacking > 0:
                out.append(other)
                lacking -= other.size
        if lacking > 0:
            return None
    return out


def _least_first(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda g: (-g.tier, g.size, g.key))


def tidy(board: Board, *, move: bool) -> bool:
    """Take out vehicles in which nobody sits; with `move` first empty those whose people the day's other vehicles have seats for.

    Whether any vehicle came free.
    """
    came_free = False
    for slots in list(board.slots.values()):
        for slot in sorted(slots, key=lambda s: s.seats - s.free):
            if slot.departed:
                continue
            for group in sorted(slot.groups, key=lambda g: -g.size) if move else []:
                others = [s for s in board.cell(group, slot.day) if s is not slot and s.groups and board.takes(s, group)]
                if slot.seats - slot.free <= sum(s.free for s in others):
                    board.take(group)
                    board.put(group, min(others, key=lambda s: s.free))
            if not slot.groups:
                board.cancel(slot)
                came_free = True
    return came_free
