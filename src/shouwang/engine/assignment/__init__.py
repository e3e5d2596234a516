"""Matching of workers to posts: `settings` out of the rulebook, `solve(Request) -> Plan`, `check(Request, Plan)`. See docs/algorithms/assignment.md.

numpy and OR-Tools load when a plan is made or checked, not when the site starts.
"""

from shouwang.engine.assignment.intake import resolve, settings
from shouwang.engine.assignment.model import (
    Forbid,
    Load,
    Pin,
    Placement,
    Plan,
    Post,
    Proof,
    Request,
    Settings,
    Tier,
    Unplaced,
    Weights,
    Worker,
)
from shouwang.engine.assignment.reasons import WORDS, barriers

__all__ = [
    "WORDS", "Forbid", "Load", "Pin", "Placement", "Plan", "Post", "Proof", "Request", "Settings", "Tier", "Unplaced", "Weights", "Worker",
    "barriers", "check", "resolve", "settings", "solve",
]  # fmt: skip


def solve(request: Request, *, complete: bool = True) -> Plan:
    """The best matching: lexicographic by tier, then by score; with `complete` proven over all feasible pairs.

    Raises PlanRefused for a person under the working age, a pupil, a pin that is not feasible, figures that cannot be.
    """
    from shouwang.engine.assignment import plan

    return plan.solve(request, complete=complete)


def check(request: Request, plan: Plan) -> tuple[str, ...]:
    """What is wrong with a plan, in Chinese; empty = nothing. Uses nothing of the solver."""
    from shouwang.engine.assignment import checks

    return checks.check(request, plan)
