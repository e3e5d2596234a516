"""The optimal matching on a graph of pairs: OR-Tools min-cost flow, and a dual solution that proves it.

Profit of a pair = rank of the worker's tier × GAP + score, with GAP above any sum of scores. Sets of workers that can be placed together
form a matroid (transversal), so decreasing ranks make the flow lexicographic: the most of the first tier, then of the second …, then score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from shouwang.engine.assignment.pairs import BLOCK, Ints, Pairs

NOBODY = -1
SAMPLE = 2_000  # workers whose matching gives the prices to prune by
LEAST = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Graph:
    """Feasible pairs: arc i joins worker `worker[i]` and post `post[i]`, worth `score[i]`; `caps` places per post, `n` workers."""

    n: int
    caps: Ints
    worker: Ints
    post: Ints
    score: Ints


def ranks(tiers: Ints, boundaries: int, gap: int) -> Ints:
    """The bonus of placing each worker when only the first `boundaries` tiers go before the rest: (boundaries + 1 − tier) × gap."""
    return (boundaries + 1 - np.minimum(tiers, boundaries)) * gap


def gap_of(pairs: Pairs) -> int:
    """More than all scores together can differ."""
    return int(min(pairs.n, pairs.caps.sum())) * pairs.most + 1


def sampled_prices(pairs: Pairs, bonus: Ints) -> Ints:
    """What a place at each post is worth, from an even sample of the workers and the same share of the places, solved over all pairs.

    The K best posts by score alone are the same few for everybody: pruned so, a tight city left 15 % of its people without a place that there was.
    """
    step = max(1, pairs.n // SAMPLE)
    some = np.arange(0, pairs.n, step)
    caps = np.diff(np.concatenate([[0], np.cumsum(pairs.caps)]) // step)
    worker, post, score = [], [], []
    for at in range(0, len(some), BLOCK):
        block = some[at : at + BLOCK]
        rows, columns = np.nonzero(pairs.mask(block) == 0)
        worker.append(rows + at)
        post.append(columns)
        score.append(pairs.score(block)[rows, columns])
    graph = Graph(len(some), caps, np.concatenate(worker), np.concatenate(post), np.concatenate(score).astype(np.int64))
    price = prices(graph, bonus[some], solve(graph, bonus[some]))
    return np.zeros(pairs.m, dtype=np.int64) if price is None else price


def best_of(pairs: Pairs, best: int, price: Ints) -> tuple[Graph, int]:
    """The graph of each worker's `best` feasible posts by profit less price, and the number of feasible pairs in all."""
    workers, posts, scores, count = [], [], [], 0
    for block in pairs.blocks():
        score, fits = pairs.score(block), pairs.mask(block) == 0
        count += int(fits.sum())
        if pairs.m > best:
            key = np.where(fits, score - price, LEAST)
            keep = np.zeros_like(fits)
            np.put_along_axis(keep, np.argpartition(key, pairs.m - best, axis=1)[:, pairs.m - best :], True, axis=1)
            fits &= keep
        rows, columns = np.nonzero(fits)
        workers.append(rows + block.start)
        posts.append(columns)
        scores.append(score[rows, columns])
    return Graph(pairs.n, pairs.caps, np.concatenate(workers), np.concatenate(posts), np.concatenate(scores).astype(np.int64)), count


def solve(graph: Graph, bonus: Ints) -> Ints:
    """The matching of greatest total profit: post index of each worker, NOBODY where unplaced.

    Nodes: workers, posts, one sink. Each worker sends one unit, over a post or straight to the sink (unplaced), whose cost is the profit lost.
    """
    n, m = graph.n, len(graph.caps)
    sink, most = n + m, int(graph.score.max(initial=0))
    everyone, posts = np.arange(n), np.arange(m) + n
    smcf = min_cost_flow.SimpleMinCostFlow()
    arcs = smcf.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([graph.worker, everyone, posts]),
        np.concatenate([graph.post + n, np.full(n + m, sink)]),
        np.concatenate([np.ones(len(graph.worker) + n, dtype=np.int64), graph.caps]),
        np.concatenate([most - graph.score, bonus + most, np.zeros(m, dtype=np.int64)]),
    )
    smcf.set_nodes_supplies(np.arange(sink + 1), np.concatenate([np.ones(n, dtype=np.int64), np.zeros(m, dtype=np.int64), [-n]]))
    if (status := smcf.solve()) != smcf.OPTIMAL:
        raise RuntimeError(f"min-cost flow ended with {status}")  # cannot be: the arc to the sink makes it feasible
    used = np.asarray(smcf.flows(arcs[: len(graph.worker)])) > 0
    out = np.full(n, NOBODY, dtype=np.int64)
    out[graph.worker[used]] = graph.post[used]
    return out


def profit(graph: Graph, bonus: Ints, post_of: Ints) -> int:
    """Total profit of a matching on the graph; ValueError when a pair is not one of its arcs."""
    chosen = graph.post == post_of[graph.worker]
    if int(chosen.sum()) != int((post_of != NOBODY).sum()):
        raise ValueError("a matched pair is no arc of the graph")
    return int(graph.score[chosen].sum() + bonus[post_of != NOBODY].sum())


def prices(graph: Graph, bonus: Ints, post_of: Ints) -> Ints | None:
    """The least price of each post under which everybody has what is best for him; None when the matching is not optimal.

    Weak duality: Σ places × price + Σ max(0, best profit − price) is above every matching. It equals the matching's own profit exactly when
    prices exist with: nobody placed would rather be elsewhere, nobody unplaced would rather be placed, posts with free places cost nothing.
    They are the longest paths over posts, p → q by what a worker placed at p would gain at q; a growing cycle means there are none.
    """
    m = len(graph.caps)
    gain = np.full((m, m), LEAST // 4)
    worth = graph.score + bonus[graph.worker]
    at = post_of[graph.worker]
    own = np.zeros(graph.n, dtype=np.int64)
    chosen = at == graph.post
    own[graph.worker[chosen]] = worth[chosen]
    placed = at != NOBODY
    np.maximum.at(gain, (at[placed], graph.post[placed]), (worth - own[graph.worker])[placed])
    price = np.zeros(m, dtype=np.int64)
    np.maximum.at(price, graph.post[~placed], worth[~placed])
    moved = np.arange(m)
    for _ in range(m + 1):
        reached = (price[moved, None] + gain[moved]).max(axis=0, initial=0)
        moved = np.nonzero(reached > price)[0]
        if not len(moved):
            return price
        price = np.maximum(price, reached)
    return None


def bound(graph: Graph, bonus: Ints, price: Ints) -> int:
    """What no matching on the graph can exceed, by weak duality."""
    rest = np.zeros(graph.n, dtype=np.int64)
    np.maximum.at(rest, graph.worker, graph.score + bonus[graph.worker] - price[graph.post])
    return int((graph.caps * price).sum() + rest.sum())


def better(pairs: Pairs, bonus: Ints, price: Ints, most: int = 30) -> tuple[int, Graph]:
    """The bound over ALL feasible pairs at these prices, and each worker's best pairs at them, at most `most`: the graph may lack some."""
    total, workers, posts, scores = int((pairs.caps * price).sum()), [], [], []
    for block in pairs.blocks():
        score = pairs.score(block).astype(np.int64)
        rest = np.where(pairs.mask(block) == 0, score + bonus[block][:, None] - price, -1)
        total += int(np.maximum(rest.max(axis=1, initial=0), 0).sum())
        if pairs.m > most:
            cut = np.partition(rest, pairs.m - most, axis=1)[:, pairs.m - most]
            rest = np.where(rest >= cut[:, None], rest, -1)
        rows, columns = np.nonzero(rest > 0)
        workers.append(rows + block.start)
        posts.append(columns)
        scores.append(score[rows, columns])
    return total, Graph(pairs.n, pairs.caps, np.concatenate(workers), np.concatenate(posts), np.concatenate(scores))


def joined(one: Graph, other: Graph) -> Graph:
    """The arcs of both, each once."""
    m = len(one.caps)
    code, first = np.unique(np.concatenate([one.worker * m + one.post, other.worker * m + other.post]), return_index=True)
    return Graph(one.n, one.caps, code // m, code % m, np.concatenate([one.score, other.score])[first])
