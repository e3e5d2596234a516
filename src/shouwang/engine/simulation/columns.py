"""Columns of households, and one stretch of them at a time.

Money is integer 分. A household is under a line when ``income × 1200 − Σ part × percent × months < line × persons × 1200``: whole numbers on
both sides, no division. Floats come after the comparison, for depths (FGT) and the Gini coefficient only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from shouwang.engine.simulation.scenario import FULL, LINES, Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SCALE: Final = FULL
PIECE: Final = 32_768  # households a piece: its columns stay in the processor's cache while all scenarios pass over them


@dataclass(frozen=True, slots=True)
class Population:
    """Columns of n households, ordered by town; `town_codes` has t entries and `town` (n) points into it. Money in 分, households' totals of a year."""

    household: Ints
    county: Ints
    village: Ints
    town: Ints
    town_codes: Ints
    persons: Ints
    able: Bools
    monitored: Bools
    risk_mask: Ints
    income: Ints
    parts: Mapping[str, Ints]
    lines: Mapping[str, Ints]
    products: Mapping[str, Bools] = field(default_factory=dict)
    unknown: int = 0
    """Households without a statement of income: in no figure, because "no data" is not zero."""

    def __len__(self) -> int:
        """Households."""
        return len(self.household)


def pieces(people: Population) -> Iterator[Piece]:
    """The households stretch by stretch."""
    for start in range(0, len(people), PIECE):
        yield Piece.cut(people, slice(start, min(start + PIECE, len(people))))


@dataclass(slots=True)
class Piece:
    """Views of one stretch of households; `income`, `limits` and `top` (the higher line) are × SCALE; `town` counts from `first`."""

    where: slice
    people: Population
    town: Ints
    first: int
    starts: Ints
    persons: Ints
    income: Ints
    limits: dict[str, Ints]
    top: Ints
    inside: dict[tuple[str, bool | None, int], Bools | None]

    @classmethod
    def cut(cls, people: Population, where: slice) -> Piece:
        """The households of the slice, with what every scenario needs of them."""
        town, persons = people.town[where], people.persons[where]
        first = int(town[0])
        limits = {name: people.lines[name][where] * persons * SCALE for name in LINES}
        town = town - first
        starts = np.flatnonzero(np.diff(town, prepend=-1))
        top = np.maximum(*limits.values())
        return cls(where, people, town, first, starts, persons, people.income[where] * SCALE, limits, top, {})

    def everybody(self) -> Ints:
        """Positions of all households of the piece."""
        return np.arange(len(self.town))

    def towns(self) -> slice:
        """Where the piece's towns stand among all."""
        return slice(self.first, self.first + int(self.town[-1]) + 1)

    def exposed(self, scenario: Scenario) -> Bools | None:
        """Which households the scenario is about; None = all. Worked out once for all scenarios of one scope."""
        key = (scenario.region, scenario.monitored, scenario.risk_mask)
        if key not in self.inside:
            self.inside[key] = _inside(self.people, self.where, scenario)
        return self.inside[key]


def _inside(people: Population, where: slice, scenario: Scenario) -> Bools | None:
    chosen: list[Bools] = []
    if scenario.region:
        codes = {6: people.county, 12: people.village}.get(len(scenario.region))
        places = people.town_codes[people.town[where]] if codes is None else codes[where]
        chosen.append(places == int(scenario.region))
    if scenario.monitored is not None:
        chosen.append(people.monitored[where] == scenario.monitored)
    if scenario.risk_mask:
        chosen.append((people.risk_mask[where] & scenario.risk_mask) != 0)
    return np.logical_and.reduce(chosen) if chosen else None
