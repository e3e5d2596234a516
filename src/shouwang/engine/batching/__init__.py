"""Departures in batches: `rules` out of the rulebook, `solve(Problem) -> BatchPlan`, `replan`, `check(Problem, BatchPlan)`. See docs/algorithms/batching.md."""

from shouwang.engine.batching.check import check
from shouwang.engine.batching.intake import rules
from shouwang.engine.batching.model import (
    HIGH,
    LOW,
    MEDIUM,
    BatchPlan,
    Destination,
    Group,
    Left,
    Origin,
    Problem,
    Rules,
    Seat,
    TierGap,
    Traveller,
    Trip,
    Vehicle,
)
from shouwang.engine.batching.plan import replan, solve
from shouwang.engine.batching.reasons import WORDS

__all__ = [
    "HIGH", "LOW", "MEDIUM", "WORDS", "BatchPlan", "Destination", "Group", "Left", "Origin", "Problem", "Rules", "Seat", "TierGap", "Traveller",
    "Trip", "Vehicle", "check", "replan", "rules", "solve",
]  # fmt: skip
