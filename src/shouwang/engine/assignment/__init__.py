"""Matching of workers to posts: `settings` out of the rulebook, `solve(Request) -> Plan`, `check(Request, Plan)`. See docs/algorithms/assignment.md."""

from shouwang.engine.assignment.check import check
from shouwang.engine.assignment.intake import settings
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
from shouwang.engine.assignment.plan import resolve, solve
from shouwang.engine.assignment.reasons import WORDS, barriers

__all__ = [
    "WORDS", "Forbid", "Load", "Pin", "Placement", "Plan", "Post", "Proof", "Request", "Settings", "Tier", "Unplaced", "Weights", "Worker",
    "barriers", "check", "resolve", "settings", "solve",
]  # fmt: skip
