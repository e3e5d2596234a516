"""A matching from the request to the explained plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shouwang.engine.assignment import flow
from shouwang.engine.assignment.check import priority_kept
from shouwang.engine.assignment.explain import notices, unplaced
from shouwang.engine.assignment.intake import checked, pinned
from shouwang.engine.assignment.model import Load, Placement, Plan, Proof, Request, Tier
from shouwang.engine.assignment.pairs import Ints, Pairs

ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Found:
    """A matching with what is known about it: `slack` = points (with GAP for each person) it may lie below the best over all pairs."""

    post_of: Ints
    graph: flow.Graph
    optimal: bool
    slack: int


def solve(request: Request, *, complete: bool = True) -> Plan:
    """The best matching: lexicographic by tier, then by score. `complete` goes on until it is proven over all feasible pairs.

    Raises PlanRefused for a person under the working age, a pupil, a pin that is not feasible, figures that cannot be.
    """
    checked(request)
    pairs = Pairs(request)
    fixed = pinned(request, pairs)
    free = without(pairs, fixed)
    tiers = len(request.settings.tiers)
    gap = flow.gap_of(free)
    bonus = flow.ranks(free.tiers, tiers - 1, gap)
    graph, feasible = flow.best_of(free, request.settings.best, flow.sampled_prices(free, bonus))
    found = search(free, graph, bonus, complete=complete)
    lesser = [flow.solve(found.graph, flow.ranks(free.tiers, k, gap)) for k in range(tiers - 1)]
    post_of = found.post_of.copy()
    for worker, post in fixed.items():
        post_of[worker] = post
    proof = Proof(
        optimal=found.optimal,
        graph="all" if found.slack == 0 else "best",
        best=request.settings.best,
        arcs=len(found.graph.worker),
        pairs=feasible,
        loss=found.slack if found.slack < gap else found.slack % gap,
        unplaced_loss=found.slack // gap,
        priority_kept=priority_kept(free, found.post_of),
    )
    return told(pairs, fixed, post_of, _steps(found.graph, [*lesser, found.post_of]), lesser[0] if lesser else found.post_of, proof)


def without(pairs: Pairs, fixed: dict[int, int]) -> Pairs:
    """The pairs that are left when the pinned workers have their places: they keep their index, but fit nowhere else."""
    if not fixed:
        return pairs
    taken = np.bincount(list(fixed.values()), minlength=pairs.m)
    return pairs.less(taken, frozenset(fixed))


def search(pairs: Pairs, graph: flow.Graph, bonus: Ints, *, complete: bool) -> Found:
    """Solve, prove, and (with `complete`) add the pairs that the prices show to be missing until none is."""
    for left in reversed(range(ROUNDS if complete else 1)):
        post_of = flow.solve(graph, bonus)
        price = flow.prices(graph, bonus, post_of)
        if price is None:
            raise RuntimeError("the solver's matching is not optimal")  # a fault of the solver: never to be shown as a plan
        worth = flow.profit(graph, bonus, post_of)
        optimal = flow.bound(graph, bonus, price) == worth
        total, missing = flow.better(pairs, bonus, price)
        if total == worth or not left:
            return Found(post_of, graph, optimal, total - worth)
        graph = flow.joined(graph, missing)
    raise AssertionError("unreachable")


def _steps(graph: flow.Graph, matchings: list[Ints]) -> list[int]:
    """Score of the plan with no tier first, with one, …, with all."""
    zero = np.zeros(graph.n, dtype=np.int64)
    return [flow.profit(graph, zero, post_of) for post_of in matchings]


def told(pairs: Pairs, fixed: dict[int, int], post_of: Ints, steps: list[int], equal: Ints, proof: Proof) -> Plan:
    """The plan in words and keys."""
    request = pairs.request
    placements = tuple(_placement(pairs, w, int(post_of[w]), w in fixed) for w in range(pairs.n) if post_of[w] != flow.NOBODY)
    taken = np.bincount(post_of[post_of != flow.NOBODY], minlength=pairs.m)
    pinned_score = sum(p.score for p in placements if p.pinned)
    now = {p.worker: p.post for p in placements}
    return Plan(
        on=request.on,
        placements=placements,
        unplaced=unplaced(pairs, post_of),
        loads=tuple(Load(p.key, p.places, int(t)) for p, t in zip(pairs.posts, taken, strict=True)),
        tiers=_tiers(pairs, fixed, post_of, steps, equal),
        score=sum(p.score for p in placements),
        score_without=steps[0] + pinned_score,
        proof=proof,
        notices=notices(request),
        changed=tuple(sorted(k for k, p in request.previous.items() if k in pairs.index and now.get(k) != p)),
    )


def _placement(pairs: Pairs, worker: int, post: int, pin: bool) -> Placement:
    parts = pairs.points(worker, post)
    return Placement(pairs.workers[worker].key, pairs.posts[post].key, sum(parts.values()), parts, pairs.far(worker, post), pin)


def _tiers(pairs: Pairs, fixed: dict[int, int], post_of: Ints, steps: list[int], equal: Ints) -> tuple[Tier, ...]:
    out = []
    at_pins = np.isin(np.arange(pairs.n), list(fixed))
    for t, name in enumerate(pairs.request.settings.tiers):
        of = pairs.tiers == t
        placed = int((of & (post_of != flow.NOBODY)).sum())
        placed_equal = int((of & ((equal != flow.NOBODY) | at_pins)).sum())
        out.append(Tier(name, int(of.sum()), placed, placed_equal, steps[t] - steps[t + 1] if t + 1 < len(steps) else 0))
    return tuple(out)


def resolve(request: Request, before: Plan, *, stay: int) -> Request:
    """The request of a re-solve: the posts of the plan before are worth `stay` points more to those who have them."""
    return replace(request, previous=before.post_of(), stay=stay)
