"""Departures in batches: `rules` out of the rulebook, `solve(Problem) -> BatchPlan`, `replan`, `check(Problem, BatchPlan)`. See docs/algorithms/batching.md.

numpy and HiGHS load when a plan is made, not when the site starts.
"""

import datetime as dt

from shouwang.engine.batching.checks import check
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
)  # fmt: skip
from shouwang.engine.batching.reasons import WORDS

__all__ = [
    "HIGH", "LOW", "MEDIUM", "WORDS", "BatchPlan", "Destination", "Group", "Left", "Origin", "Problem", "Rules", "Seat", "TierGap", "Traveller",
    "Trip", "Vehicle", "check", "replan", "rules", "solve",
]  # fmt: skip


def solve(problem: Problem, *, seconds: float = 20.0, gap: float = 2e-3) -> BatchPlan:
    """The departure plan, with the bound of the class model. The integer search ends after `seconds` or at the relative `gap`.

    Raises PlanRefused for input that no plan may hold, and when nobody at all could leave: it says which constraint keeps most of them.
    """
    from shouwang.engine.batching import plan

    return plan.solve(problem, seconds=seconds, gap=gap)


def replan(problem: Problem, before: BatchPlan, *, today: dt.date) -> BatchPlan:
    """The plan made over after a change of the problem: trips marked departed stay, few people move."""
    from shouwang.engine.batching import plan

    return plan.replan(problem, before, today=today)
