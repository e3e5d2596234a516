"""The class model: how many persons of each class leave on each day, in how many vehicles of each type. Togetherness is left out.

A class is a group's origin, destination, tier, first day and open days; its persons are counted, not named. A type is vehicles of one
county with the same seats, free on the same days. Every plan is a solution of this model, so its best value bounds every plan:

    max Σ (worth − wait × days) · x[class, day] − trip · y[cell, type]
    Σ_day x ≤ persons of the class          Σ_class x ≤ Σ_type seats · y   for each cell (pick-up, destination, day)
    vehicles away on a day ≤ vehicles       caps of destination, origin and day
A cell's pick-up is the origin, or the county when a vehicle may collect from several places.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from shouwang.engine import highs
from shouwang.engine.batching.board import Board
from shouwang.engine.batching.model import Group

Cell = tuple[str, str, int]  # pick-up, destination, day
Kind = tuple[str, int, int, int]  # county, seats, days it may leave, days it is away


@dataclass(frozen=True, slots=True)
class Class:
    """Groups alike but for their size."""

    origin: str
    destination: str
    tier: int
    first: int  # day index of the first day, for the wait
    days: int  # open days, as bits


@dataclass(slots=True)
class Rows:
    """Rows of the model as they come: named limits and the entries in them."""

    limit: list[float] = field(default_factory=list)
    names: dict[tuple[object, ...], int] = field(default_factory=dict)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, name: tuple[object, ...], limit: float, column: int, value: float) -> None:
        """An entry in the row of this name, which is opened with its limit at the first."""
        if name not in self.names:
            self.names[name] = len(self.limit)
            self.limit.append(limit)
        self.row.append(self.names[name])
        self.column.append(column)
        self.value.append(value)


@dataclass(frozen=True, slots=True)
class Classes:
    """The model with what its columns mean: x[i] = persons of a class on a day, then y[j] = vehicles of a kind in a cell."""

    model: highs.Model
    people: tuple[tuple[Class, int], ...]
    vehicles: tuple[tuple[Cell, Kind], ...]
    tiers: int

    def solved(self, *, whole: bool, seconds: float, gap: float) -> highs.Answer:
        """The model's answer; with `whole` the vehicles are integers, the people never."""
        return highs.solve(self.model, whole=whole, seconds=seconds, gap=gap)

    def persons(self, x: highs.Floats) -> list[float]:
        """Persons of each tier that an answer carries; zeros for none."""
        out = [0.0] * self.tiers
        for (c, _), n in zip(self.people, x, strict=False):
            out[c.tier] += float(n)
        return out


def of_group(board: Board, group: Group, days: int) -> Class:
    """The class of a group."""
    first = sum(d < group.earliest for d in board.facts.problem.days)
    return Class(group.origin, group.destination, group.tier, first, days)


def build(board: Board, waiting: list[tuple[Group, int]], worth: tuple[int, ...] | None = None, upto: int | None = None) -> Classes:
    """The model of the groups that wait (with their open days) on what the board leaves free.

    `worth` in place of the rules' points; `upto`: count persons of the first tiers only (worth 1, no wait, no trips), for their bound.
    """
    counts: Counter[Class] = Counter()
    for group, days in waiting:
        if upto is None or group.tier <= upto:
            counts[of_group(board, group, days)] += group.size
    rows, cost, upper = Rows(), list[float](), list[float]()
    people = _people(board, counts, rows, cost, upper, (1,) * len(board.facts.rules.tiers) if upto is not None else worth)
    demand: Counter[Cell] = Counter()
    for c, day in people:
        demand[_cell(board, c, day)] += counts[c]
    vehicles = _vehicles(board, demand, rows, len(people), cost, upper, trip=0 if upto is not None else board.facts.rules.trip)
    whole = np.arange(len(cost)) >= len(people)
    model = highs.Model(
        np.array(cost, dtype=np.float64), np.array(upper, dtype=np.float64), whole, np.array(rows.limit, dtype=np.float64),
        np.array(rows.row, dtype=np.int64), np.array(rows.column, dtype=np.int64), np.array(rows.value, dtype=np.float64),
    )  # fmt: skip
    return Classes(model, tuple(people), tuple(vehicles), len(board.facts.rules.tiers))


def _cell(board: Board, c: Class, day: int) -> Cell:
    pick_up = c.origin if board.facts.rules.stops == 1 else board.facts.origins[c.origin].county
    return pick_up, c.destination, day


def _people(
    board: Board, counts: Counter[Class], rows: Rows, cost: list[float], upper: list[float], worth: tuple[int, ...] | None
) -> list[tuple[Class, int]]:
    """Columns x: their profit, supply and caps."""
    f, out = board.facts, list[tuple[Class, int]]()
    flat = worth is not None
    points = worth or f.rules.worth
    for c, n in counts.items():
        for day in (i for i in range(len(f.problem.days)) if c.days >> i & 1):
            column = len(out)
            out.append((c, day))
            wait = 0 if flat and points == (1,) * len(points) else f.rules.wait * (f.problem.days[day] - f.problem.days[c.first]).days
            cost.append(points[c.tier] - wait)
            upper.append(n)
            rows.add(("class", c), n, column, 1)
            rows.add(("cell", *_cell(board, c, day)), 0, column, 1)
            if (cap := f.cap(c.destination, day)) is not None:
                rows.add(("to", c.destination, day), cap - board.arrivals[c.destination, day], column, 1)
            if (cap := f.origins[c.origin].cap) is not None:
                rows.add(("from", c.origin, day), cap - board.departures[c.origin, day], column, 1)
            if (cap := f.problem.day_cap) is not None:
                rows.add(("day", day), cap - board.by_day[day], column, 1)
    return out


def _vehicles(
    board: Board, demand: Counter[Cell], rows: Rows, at: int, cost: list[float], upper: list[float], *, trip: int
) -> list[tuple[Cell, Kind]]:
    """Columns y: seats for their cell, and the days on which they are away."""
    f, out = board.facts, list[tuple[Cell, Kind]]()
    kinds: dict[str, Counter[Kind]] = {}
    for v in f.vehicles.values():
        kinds.setdefault(v.county, Counter())[v.county, v.seats, f.days_of[v.key], board.busy[v.key]] += 1
    for cell, persons in demand.items():
        pick_up, destination, day = cell
        county = f.origins[pick_up].county if f.rules.stops == 1 else pick_up
        away = f.away(destination, day)
        for kind, n in kinds.get(county, Counter()).items():
            seats = kind[1] * f.percent(county, destination, day) // 100
            if not seats or not kind[2] >> day & 1 or kind[3] & away:
                continue
            column = at + len(out)
            out.append((cell, kind))
            cost.append(-trip)
            upper.append(min(n, -(-persons // seats)))
            rows.add(("cell", *cell), 0, column, -seats)
            for i in range(len(f.problem.days)):
                if away >> i & 1:
                    rows.add(("kind", *kind, i), n, column, 1)
    return out
