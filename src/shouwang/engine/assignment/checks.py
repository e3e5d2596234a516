"""Checks of a finished matching that use nothing of the solver: a plan is believed because of these."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from shouwang.engine.assignment.model import Plan, Request
from shouwang.engine.assignment.pairs import Ints, Pairs
from shouwang.engine.assignment.reasons import WORDS, barriers


def check(request: Request, plan: Plan) -> tuple[str, ...]:
    """What is wrong with a plan, in Chinese; empty = nothing.

    Every worker once; no post over its places; every pair feasible by the one-pair definition; pins and forbidden pairs respected; no
    household over its public-welfare posts; sums right; and over all feasible pairs nobody left while a place he could have stands empty or is
    held, directly or by a chain of moves, for a worker of a lesser group.
    """
    wrong = [*_counts(request, plan), *_pairs(request, plan), *_wishes(request, plan)]
    if not wrong:
        pairs = Pairs(request)
        post_of = np.full(pairs.n, -1, dtype=np.int64)
        for p in plan.placements:
            post_of[pairs.index[p.worker]] = pairs.post_index[p.post]
        fixed = {pairs.index[p.worker]: pairs.post_index[p.post] for p in request.pins}
        free = pairs.less(np.bincount(list(fixed.values()), minlength=pairs.m), frozenset(fixed)) if fixed else pairs
        post_of[list(fixed)] = -1
        if not priority_kept(free, post_of):
            wrong.append("有优先人员未安排，而其可胜任的岗位空着或给了次优先人员")
    return tuple(wrong)


def _counts(request: Request, plan: Plan) -> list[str]:
    wrong = []
    seen = Counter([p.worker for p in plan.placements] + [u.worker for u in plan.unplaced])
    if seen != Counter(w.key for w in request.workers):
        wrong.append("人员与请求不一致：有人缺失、重复或多出")
    places = {p.key: p.places for p in request.posts}
    taken = Counter(p.post for p in plan.placements)
    wrong += [f"岗位 {post} 安排 {n} 人，只有 {places.get(post, 0)} 个名额" for post, n in taken.items() if n > places.get(post, 0)]
    if {load.post: (load.places, load.taken) for load in plan.loads} != {k: (n, taken.get(k, 0)) for k, n in places.items()}:
        wrong.append("岗位名额统计与安排不一致")
    if plan.score != sum(p.score for p in plan.placements) or any(p.score != sum(p.parts.values()) for p in plan.placements):
        wrong.append("得分合计与各项不一致")
    return wrong


def _pairs(request: Request, plan: Plan) -> list[str]:
    workers, posts = {w.key: w for w in request.workers}, {p.key: p for p in request.posts}
    wrong, homes = [], Counter[str]()
    for p in plan.placements:
        if p.worker not in workers or p.post not in posts:
            continue
        worker, post = workers[p.worker], posts[p.post]
        bars = barriers(worker, post, request.settings, request.on)
        wrong += [f"人员 {p.worker} 不能安排到岗位 {p.post}：{WORDS[b]}" for b in bars]
        homes[worker.household] += bool(post.welfare and worker.household)
    over = {home: n for home, n in homes.items() if n > request.welfare_limit(home)}
    return wrong + [f"户 {home} 安排了 {n} 个公益性岗位，至多 {request.welfare_limit(home)} 个" for home, n in over.items()]


def _wishes(request: Request, plan: Plan) -> list[str]:
    now, posts = plan.post_of(), {p.key: p for p in request.posts}
    pinned = {p.worker for p in request.pins}
    wrong = [f"人员 {p.worker} 标为指定而没有这项指定" for p in plan.placements if p.pinned != (p.worker in pinned)]
    wrong += [f"指定的安排未落实：人员 {p.worker}、岗位 {p.post}" for p in request.pins if now.get(p.worker) != p.post]
    for f in request.forbids:
        post = posts.get(now.get(f.worker, ""))
        if post and (post.key == f.post or (f.employer and post.employer == f.employer)):
            wrong.append(f"人员 {f.worker} 被安排到已谢绝的岗位 {post.key}")
    return wrong


def priority_kept(pairs: Pairs, post_of: Ints) -> bool:
    """Whether nobody is left for a lesser one, over ALL feasible pairs.

    From the posts that fit the unplaced of a tier one walks on to every post that somebody placed there could take instead. A free place on
    the way could be given to the person left; a worker of a lesser tier on the way holds a place that the chain would free for him.
    """
    reach, wanted = _reach(pairs, post_of)
    taken = np.bincount(post_of[post_of >= 0], minlength=pairs.m)
    free = taken < pairs.caps
    last = np.full(pairs.m, -1, dtype=np.int64)
    placed = post_of >= 0
    np.maximum.at(last, post_of[placed], pairs.tiers[placed])
    for tier, posts in enumerate(wanted):
        seen, edge = posts.copy(), posts
        while edge.any():
            edge = reach[edge].any(axis=0) & ~seen
            seen |= edge
        if bool((seen & (free | (last > tier))).any()):
            return False
    return True


def _reach(pairs: Pairs, post_of: Ints) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(posts × posts: somebody at the first could take the second), (tiers × posts: fits somebody unplaced of the tier)."""
    reach = np.zeros((pairs.m, pairs.m), dtype=bool)
    wanted = np.zeros((len(pairs.request.settings.tiers), pairs.m), dtype=bool)
    for block in pairs.blocks():
        fits = pairs.mask(block) == 0
        at, tiers = post_of[block], pairs.tiers[block]
        for tier in range(len(wanted)):
            wanted[tier] |= fits[(at < 0) & (tiers == tier)].any(axis=0)
        placed = at >= 0
        order = np.argsort(at[placed], kind="stable")
        posts, starts = np.unique(at[placed][order], return_index=True)
        if len(posts):
            reach[posts] |= np.logical_or.reduceat(fits[placed][order], starts, axis=0)
    return reach, wanted
