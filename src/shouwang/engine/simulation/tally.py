"""Sums of one scenario, by town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from shouwang.engine.simulation.columns import SCALE, Floats, Ints, Piece
from shouwang.engine.simulation.scenario import LINES, Scenario

GINI_CLASSES: Final = 200_000  # one yuan a class; what is above the last counts as the last


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario's figures. `households`/`persons`: (stage 3, line 2, town t) under the line; `depth`: (3, 2, t, 2) sums of persons × gap, gap².

    `fallen`: (2, t) households that the shock alone took under the line; `held`: (2, t) those of them that the measures brought back.
    `exposed`: (t,) households whose income moves; `loss`, `cost`: (t,) 分, rounded down once a town; `gini`: (3,) over everybody, −1 where not asked.
    """

    scenario: Scenario
    households: Ints
    persons: Ints
    depth: Floats
    fallen: Ints
    held: Ints
    exposed: Ints
    loss: Ints
    cost: Ints
    gini: Floats

    def fgt(self, total_persons: int | Ints) -> Floats:
        """(stage 3, line 2, 3): FGT0, FGT1, FGT2 of everybody. Foster, Greer and Thorbecke (1984), weighted by persons."""
        under = self.persons.sum(axis=2, dtype=np.int64)[..., None]
        both = np.concatenate([under, self.depth.sum(axis=2)], axis=2)
        shares: Floats = both / max(int(np.sum(total_persons)), 1)
        return shares


@dataclass(slots=True)
class Tally:
    """Running sums, arrays as in Outcome. Stages 1 and 2 hold the difference to stage 0, which is the same for every scenario and counted once."""

    scenario: Scenario
    households: Ints
    persons: Ints
    depth: Floats
    fallen: Ints
    held: Ints
    exposed: Ints
    loss: Ints
    cost: Ints
    classes: Ints | None

    @classmethod
    def empty(cls, scenario: Scenario, towns: int, gini: bool) -> Tally:
        """All zero; `classes` (3, GINI_CLASSES) persons by income a head where the Gini coefficient is wanted."""
        lines, town = np.zeros((3, 2, towns), np.int64), np.zeros(towns, np.int64)
        classes = np.zeros((3, GINI_CLASSES), np.int64) if gini else None
        moves = [np.zeros((2, towns), np.int64) for _ in range(2)]
        depth = np.zeros((3, 2, towns, 2))
        return cls(scenario, lines, lines.copy(), depth, moves[0], moves[1], town, town.copy(), town.copy(), classes)

    def count(self, piece: Piece, stage: int, rows: Ints, income: Ints, *, instead_of: Ints | None = None) -> None:
        """Adds the households `rows` under each line by `income`; takes off what they were by `instead_of`. Floats begin here."""
        for line, name in enumerate(LINES):
            limit = piece.limits[name][rows]
            self._add(piece, (stage, line), rows, limit, income, 1)
            if instead_of is not None:
                self._add(piece, (stage, line), rows, limit, instead_of, -1)
        if stage == 0 and self.classes is not None:
            np.add.at(self.classes[0], _class_of(piece, rows, income), piece.persons[rows])

    def _add(self, piece: Piece, at: tuple[int, int], rows: Ints, limit: Ints, income: Ints, sign: int) -> None:
        poor = np.flatnonzero(income < limit)
        if not len(poor):
            return
        there, towns = rows[poor], piece.towns()
        town, persons, z, size = piece.town[there], piece.persons[there], limit[poor], towns.stop - towns.start
        gap = np.minimum((z - income[poor]) / z, 1.0)  # a negative income is as deep as none
        self.households[*at, towns] += sign * np.bincount(town, minlength=size)
        self.persons[*at, towns] += sign * np.bincount(town, persons, size).astype(np.int64)  # whole numbers far below 2**53
        self.depth[*at, towns, 0] += sign * np.bincount(town, persons * gap, size)
        self.depth[*at, towns, 1] += sign * np.bincount(town, persons * gap * gap, size)

    def add_losses(self, piece: Piece, lost: Ints, moved: Ints) -> None:
        """Whole numbers by town. `reduceat` and not a weighted `bincount`: that one sums in floats."""
        at = piece.town[piece.starts] + piece.first
        self.loss[at] += np.add.reduceat(lost, piece.starts)
        self.exposed[at] += np.add.reduceat(moved, piece.starts, dtype=np.int64)

    def add_moves(self, piece: Piece, near: Ints, before: Ints, shocked: Ints, finish: Ints, given: Ints) -> None:
        """Who crossed each line downward, who of them was held, and what it cost."""
        towns = piece.towns()
        size, town = towns.stop - towns.start, piece.town[near]
        for line, name in enumerate(LINES):
            limit = piece.limits[name][near]
            fell = (before >= limit) & (shocked < limit)
            self.fallen[line, towns] += np.bincount(town[fell], minlength=size)
            self.held[line, towns] += np.bincount(town[fell & (finish >= limit)], minlength=size)
        np.add.at(self.cost, town + piece.first, given)

    def classify(self, piece: Piece, rows: Ints, old: Ints, new: Ints, stage: int) -> None:
        """Moves the persons of `rows` to the class of their new income, in `stage` and those after it."""
        if self.classes is not None:
            for later in range(stage, 3):
                np.subtract.at(self.classes[later], _class_of(piece, rows, old), piece.persons[rows])
                np.add.at(self.classes[later], _class_of(piece, rows, new), piece.persons[rows])

    def outcome(self, calm: Tally) -> Outcome:
        """The figures, with stage 0 taken from the tally without a shock."""
        coefficients = np.full(3, -1.0)
        if self.classes is not None and calm.classes is not None:
            coefficients = np.array([_gini(calm.classes[0] + c) for c in self.classes])
        households = calm.households[:1] + self.households
        persons = calm.persons[:1] + self.persons
        depth = calm.depth[:1] + self.depth
        depth = np.where(persons[..., None] == 0, 0.0, np.maximum(depth, 0.0))  # what additions and subtractions leave of a zero
        sums = (self.fallen, self.held, self.exposed, self.loss // SCALE, self.cost // SCALE)
        return Outcome(self.scenario, households, persons, depth, *sums, coefficients)


def _class_of(piece: Piece, rows: Ints, income: Ints) -> Ints:
    yuan: Ints = income // (piece.persons[rows] * (SCALE * 100))
    return np.clip(yuan, 0, GINI_CLASSES - 1)


def _gini(persons: Ints) -> float:
    """Of persons by ascending one-yuan class, each taken at its class's middle: off by at most half a yuan over the mean income. 0 of nobody."""
    income = persons * (np.arange(GINI_CLASSES) + 0.5)
    total = income.sum()
    if not total:
        return 0.0
    curve = np.cumsum(income) / total
    return float(1.0 - np.sum(persons / persons.sum() * (curve + np.concatenate([[0.0], curve[:-1]]))))
