"""Matching of workers to posts: the flow, its proof, what pruning loses, greedy and HiGHS beside it, in one process on one instance."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from shouwang.engine import highs
from shouwang.engine.assignment import Plan, Post, Request, Settings, Worker, check, flow, settings, solve
from shouwang.engine.assignment.pairs import Ints, Pairs
from shouwang.kernel.rulebook import lookup

ON = dt.date(2020, 3, 2)
COUNTIES = ("440507", "440511", "440512", "440513", "440514", "440515", "440523")
CITIES = ("440100", "440300", "440600", "441300", "441900", "442000", "445100", "445200")  # Guangdong, outside Shantou
FAR = ("350200", "360100", "310100", "330100")
SKILLS = ("sewing", "electronics", "driving", "cooking", "care", "welding", "carpentry", "forklift")
KINDS = ("garment", "toys", "electronics", "food", "building", "service", "farming", "cleaning")
CONDITIONS = ("night", "dust", "heights", "standing", "hot")
KEEP = (30, 60, 120)
HIGHS_S = 240


def rules(on: dt.date = ON) -> Settings:
    """The settings of the rulebook in Shantou on the day."""
    return settings(lambda name: lookup("job_matching", name, on=on, region="4405").value)


def instance(workers: int, posts: int, *, seed: int = 2020, on: dt.date = ON) -> Request:
    """A synthetic request: people of Shantou's villages, posts there, in the province and beyond; about nine places for ten workers."""
    rng = np.random.default_rng(seed)
    made_posts = tuple(_post(rng, i, posts) for i in range(posts))
    places = sum(p.places for p in made_posts)
    made_posts = tuple(_resized(p, rng, workers * 0.9 / max(1, places)) for p in made_posts)
    return Request(on=on, workers=tuple(_worker(rng, i, on) for i in range(workers)), posts=made_posts, settings=rules(on))


def _some(rng: np.random.Generator, words: tuple[str, ...], share: float) -> frozenset[str]:
    return frozenset(w for w in words if rng.random() < share)


def _village(rng: np.random.Generator) -> str:
    return f"{COUNTIES[rng.integers(len(COUNTIES))]}{100 + rng.integers(10):03d}{200 + rng.integers(15):03d}"


def _worker(rng: np.random.Generator, i: int, on: dt.date) -> Worker:
    poor = rng.random() < 0.45
    return Worker(
        key=f"w{i}",
        birth=on - dt.timedelta(days=int(rng.integers(17 * 366, 64 * 365))),
        place=_village(rng),
        household=f"h{i // 2}",
        sex="male" if rng.random() < 0.52 else "female",
        poor=bool(poor),
        listed=bool(rng.random() < 0.12),
        skills=_some(rng, SKILLS, 0.2),
        strength=int(rng.choice([1, 2, 3], p=[0.1, 0.4, 0.5])),
        avoids=_some(rng, CONDITIONS, 0.08),
        wish_wage=int(rng.choice([0, 1600, 2000, 2500, 3000, 3500, 4000], p=[0.1, 0.15, 0.2, 0.2, 0.2, 0.1, 0.05])) * 100,
        reach=int(rng.choice([1, 2, 3, 4, 5], p=[0.1, 0.2, 0.25, 0.3, 0.15])),
        care=bool(rng.random() < 0.15),
        hours=int(rng.choice([6, 8, 12], p=[0.05, 0.35, 0.6])),
        wishes=frozenset(str(k) for k in rng.choice(KINDS, size=int(rng.integers(0, 4)), replace=False)),
        last_employer=f"e{rng.integers(600)}" if rng.random() < 0.4 else "",
        free_from=on + dt.timedelta(days=int(rng.integers(0, 21))) if rng.random() < 0.2 else None,
    )


def _post(rng: np.random.Generator, i: int, posts: int) -> Post:
    where = rng.random()
    local = where < 0.6
    welfare = local and rng.random() < 0.08
    codes = CITIES if where < 0.92 else FAR
    return Post(
        key=f"p{i}",
        employer=f"e{i * 600 // max(600, posts)}",
        place=_village(rng) if local else f"{codes[rng.integers(len(codes))]}000000",
        places=1 + int(rng.pareto(1.6) * 4),
        wage=int(rng.integers(900, 1200)) * 100 if welfare else int(rng.integers(16, 40 if local else 56)) * 10_000,
        kind=str(rng.choice(KINDS)),
        age_min=18 if rng.random() < 0.8 else 16,
        age_max=0 if welfare else int(rng.choice([0, 45, 50, 55, 60])),
        skills=frozenset({str(rng.choice(SKILLS))}) if rng.random() < 0.35 else frozenset(),
        effort=int(rng.choice([1, 2, 3], p=[0.35, 0.45, 0.2])),
        conditions=_some(rng, CONDITIONS, 0.1),
        hours=int(rng.choice([6, 8, 10], p=[0.1, 0.65, 0.25])),
        board=bool(not local or rng.random() < 0.3),
        start=ON + dt.timedelta(days=int(rng.integers(0, 30))),
        poor_only=bool(welfare or rng.random() < 0.05),
        welfare=bool(welfare),
    )


def _resized(post: Post, rng: np.random.Generator, factor: float) -> Post:
    return replace(post, places=max(1, int(post.places * factor + rng.random())))


def run(workers: int = 20_000, posts: int = 2_000, *, seed: int = 2020, peers: bool = True) -> dict[str, Any]:
    """Seconds and points of each way; every way but "plan" gets the pairs of the K best posts ready made, so that only solving is timed."""
    request = instance(workers, posts, seed=seed)
    cpu = time.process_time()
    prepare_s, pairs = _timed(lambda: Pairs(request))
    tiers = len(request.settings.tiers)
    gap = flow.gap_of(pairs)
    bonus = flow.ranks(pairs.tiers, tiers - 1, gap)
    sample_s, price = _timed(lambda: flow.sampled_prices(pairs, bonus))
    prune_s, (graph, feasible) = _timed(lambda: flow.best_of(pairs, request.settings.best, price))
    solve_s, post_of = _timed(lambda: flow.solve(graph, bonus))
    prove_s, proven = _timed(lambda: _proven(graph, bonus, post_of))
    cpu = time.process_time() - cpu
    ours = _result(pairs, graph, post_of)
    seconds = {"tables_s": prepare_s, "sample_s": sample_s, "prune_s": prune_s, "solve_s": solve_s, "prove_s": prove_s}
    out: dict[str, Any] = {
        "workers": workers, "posts": posts, "places": int(pairs.caps.sum()), "feasible_pairs": feasible, "best": request.settings.best,
        "arcs": len(graph.worker), **seconds, "pruned_total_s": round(sum(seconds.values()), 2), "pruned_total_cpu_s": round(cpu, 2), "limit_s": 5,
        "proven_optimal": proven, "pruned": ours,
    }  # fmt: skip
    out["by_best"] = _losses(pairs, bonus, price, (*KEEP, posts))
    out["by_best_without_prices"] = _losses(pairs, bonus, np.zeros_like(price), KEEP, full=out["by_best"][-1])
    if peers:
        out["greedy"] = _greedy(pairs, graph, ours)
        out["highs"] = _highs(pairs, graph)
    cpu = time.process_time()
    plan_s, plan = _timed(lambda: solve(request))
    cpu = time.process_time() - cpu
    check_s, wrong = _timed(lambda: check(request, plan))
    out["plan"] = {"s": plan_s, "cpu_s": round(cpu, 2), "check_s": check_s, "wrong": list(wrong), **_figures(plan)}
    return out


def _figures(plan: Plan) -> dict[str, Any]:
    """What a finished plan says of itself."""
    return {
        "placed": len(plan.placements),
        "score": plan.score,
        "score_without_priority": plan.score_without,
        "proven_over": plan.proof.graph,
        "arcs": plan.proof.arcs,
        "loss": plan.proof.loss,
        "priority_kept": plan.proof.priority_kept,
        "tiers": [
            {"name": t.name, "workers": t.workers, "placed": t.placed, "placed_without": t.placed_without, "price": t.price}
            for t in plan.tiers
        ],
    }


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = act()
    return round(time.perf_counter() - begin, 2), found


def _proven(graph: flow.Graph, bonus: Ints, post_of: Ints) -> bool:
    price = flow.prices(graph, bonus, post_of)
    return price is not None and flow.bound(graph, bonus, price) == flow.profit(graph, bonus, post_of)


def _result(pairs: Pairs, graph: flow.Graph, post_of: Ints) -> dict[str, Any]:
    """Placed by tier and points of a matching."""
    placed = post_of != flow.NOBODY
    tiers = np.bincount(pairs.tiers[placed], minlength=len(pairs.request.settings.tiers)).tolist()
    return {"placed": int(placed.sum()), "placed_by_tier": tiers, "score": flow.profit(graph, np.zeros(graph.n, dtype=np.int64), post_of)}


def _losses(pairs: Pairs, bonus: Ints, price: Ints, keep: tuple[int, ...], full: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The same instance with K posts kept a worker, loss in per cent of `full`, or of the last K: all posts, nothing pruned."""
    rows = []
    for k in keep:
        graph, _ = flow.best_of(pairs, k, price)
        seconds, post_of = _timed(lambda graph=graph: flow.solve(graph, bonus))  # type: ignore[misc]  # a default argument in a lambda
        rows.append({"best": k, "arcs": len(graph.worker), "solve_s": seconds, **_result(pairs, graph, post_of)})
    most = full or rows[-1]
    for row in rows:
        row["score_loss_percent"] = round(100 * (most["score"] - row["score"]) / most["score"], 4)
        row["placed_loss_percent"] = round(100 * (most["placed"] - row["placed"]) / most["placed"], 4)
    return rows


def _greedy(pairs: Pairs, graph: flow.Graph, ours: dict[str, Any]) -> dict[str, Any]:
    """Tier by tier, the pair of highest score first, while there are places."""
    begin = time.perf_counter()
    left, post_of = pairs.caps.tolist(), [flow.NOBODY] * graph.n
    order = np.lexsort((graph.worker, -graph.score, pairs.tiers[graph.worker]))
    for worker, post in zip(graph.worker[order].tolist(), graph.post[order].tolist(), strict=True):
        if post_of[worker] == flow.NOBODY and left[post]:
            post_of[worker], left[post] = post, left[post] - 1
    found = _result(pairs, graph, np.array(post_of, dtype=np.int64))
    worse = round(100 * (ours["score"] - found["score"]) / ours["score"], 2)
    return {"s": round(time.perf_counter() - begin, 2), **found, "score_below_ours_percent": worse}


def _highs(pairs: Pairs, graph: flow.Graph) -> dict[str, Any]:
    """The same pruned graph as a linear program, tiers as before; its optimum must be that of the flow.

    A placement counts for just more than one full score: with the ranks of the plan (10⁷ and more) HiGHS was not done after ten minutes.
    """
    bonus = flow.ranks(pairs.tiers, len(pairs.request.settings.tiers) - 1, pairs.most + 1)
    ours_s, post_of = _timed(lambda: flow.solve(graph, bonus))
    n, arcs = graph.n, len(graph.worker)
    model = highs.Model(
        cost=(graph.score + bonus[graph.worker]).astype(float),
        upper=np.ones(arcs),
        whole=np.zeros(arcs, dtype=bool),
        limit=np.concatenate([np.ones(n), pairs.caps.astype(float)]),
        row=np.concatenate([graph.worker, graph.post + n]),
        column=np.concatenate([np.arange(arcs), np.arange(arcs)]),
        value=np.ones(2 * arcs),
    )
    seconds, answer = _timed(lambda: highs.solve(model, seconds=HIGHS_S))
    ours = flow.profit(graph, bonus, post_of)
    return {"s": seconds, "limit_s": HIGHS_S, "status": answer.status, "flow_s": ours_s, "same_optimum": round(answer.value) == ours}
