"""All scenarios in one pass over the households."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shouwang.engine.simulation.columns import SCALE, Ints, Piece, Population, pieces
from shouwang.engine.simulation.scenario import PARTS, Scenario, ScenarioError, weight
from shouwang.engine.simulation.tally import Outcome, Tally


def simulate(people: Population, scenarios: Sequence[Scenario], *, gini: bool = False) -> list[Outcome]:
    """All scenarios in one pass over the households, piece by piece. Raises ScenarioError for a product that nobody's columns know."""
    for scenario in scenarios:
        if missing := [s.product for s in scenario.shocks if s.product and s.product not in people.products]:
            raise ScenarioError(f"快照中没有生产“{missing[0]}”的户：生产数据里没有这个品种。")
    towns = len(people.town_codes)
    calm = Tally.empty(Scenario("", ()), towns, gini)
    tallies = [Tally.empty(s, towns, gini) for s in scenarios]
    for piece in pieces(people):
        calm.count(piece, 0, piece.everybody(), piece.income)
        for tally in tallies:
            _pass(tally, piece)
    return [t.outcome(calm) for t in tallies]


def fallen(people: Population, scenario: Scenario, line: str) -> Ints:
    """Keys of the households that the shock alone takes under `line`, ordered by town."""
    found = []
    for piece in pieces(people):
        limit = piece.limits[line]
        found.append(people.household[piece.where][(piece.income >= limit) & (piece.income - _loss(piece, scenario) < limit)])
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _loss(piece: Piece, scenario: Scenario) -> Ints:
    """(k,) what each household loses, × SCALE."""
    people, where = piece.people, piece.where
    lost: Ints | None = None
    for part in PARTS:
        if share := weight(scenario, part, product=False):
            of_part = people.parts[part][where] * share
            lost = of_part if lost is None else lost + of_part
    for shock in scenario.shocks:
        if shock.product:
            of_makers = people.parts["business"][where] * people.products[shock.product][where] * (shock.percent * shock.months)
            lost = of_makers if lost is None else lost + of_makers
    if lost is None:
        return np.zeros(len(piece.town), np.int64)
    inside = piece.exposed(scenario)
    return lost if inside is None else lost * inside


def _pass(tally: Tally, piece: Piece) -> None:
    """One scenario over one piece: only households that it moves and that are, or come, under a line are looked at closely."""
    lost = _loss(piece, tally.scenario)
    after = piece.income - lost
    moved = lost != 0
    tally.add_losses(piece, lost, moved)
    near = np.flatnonzero(moved & (np.minimum(after, piece.income) < piece.top))
    if tally.classes is not None:
        changed = np.flatnonzero(moved)
        tally.classify(piece, changed, piece.income[changed], after[changed], 1)
    if not len(near):
        return
    before, shocked = piece.income[near], after[near]
    given = _gain(piece, tally.scenario, near, lost[near], shocked)
    finish = shocked + given
    tally.count(piece, 1, near, shocked, instead_of=before)
    tally.count(piece, 2, near, finish, instead_of=before)
    tally.add_moves(piece, near, before, shocked, finish, given)
    if tally.classes is not None:
        tally.classify(piece, near, shocked, finish, 2)


def _gain(piece: Piece, scenario: Scenario, near: Ints, lost: Ints, after: Ints) -> Ints:
    """What the measures give to each household of `near`, × SCALE. Each measure looks at the income after the shock, not after another measure."""
    given = np.zeros_like(lost)
    for measure in scenario.measures:
        owed = (lost > 0) & (after < piece.limits[measure.line][near])
        if measure.kind == "relief":
            given += owed * piece.persons[near] * (measure.amount * SCALE)
        elif measure.kind == "post":
            given += (owed & piece.people.able[piece.where][near]) * (measure.amount * measure.months * SCALE)
        else:
            given += owed * (lost * measure.amount // 100)
    return given
