"""Why somebody has no post, and what the plan did not apply."""

from __future__ import annotations

import numpy as np

from shouwang.engine.assignment.model import Request, Unplaced
from shouwang.engine.assignment.pairs import BIT, Ints, Masks, Pairs
from shouwang.engine.assignment.reasons import CODES, WORDS, restriction


def unplaced(pairs: Pairs, post_of: Ints) -> tuple[Unplaced, ...]:
    """Everyone without a post, with the constraint that binds, over posts that want somebody."""
    left = np.nonzero(post_of < 0)[0]
    wanted = pairs.caps > 0
    out: list[Unplaced] = []
    for at in range(0, len(left), 512):
        some = left[at : at + 512]
        out += [_reason(pairs.workers[w].key, row) for w, row in zip(some, pairs.mask(some)[:, wanted], strict=True)]
    return tuple(out)


def _reason(key: str, row: Masks) -> Unplaced:
    """`freed`: posts that this one constraint alone rules out. The one that frees the most binds; where none does alone, "nothing"."""
    feasible = int((row == 0).sum())
    freed = {code: n for code in CODES if (n := int((row == BIT[code]).sum()))}
    if not len(row):
        reason, words = "no_posts", WORDS["no_posts"]
    elif feasible:
        reason, words = "full", f"{WORDS['full']}（{feasible} 个）"
    elif freed:
        reason = max(freed, key=lambda c: freed[c])
        words = f"{WORDS[reason]}；放宽这一项有 {freed[reason]} 个合适岗位"
    else:
        most = max(CODES, key=lambda c: int((row & BIT[c] != 0).sum()))
        reason, words = "nothing", f"{WORDS['nothing']}；限制最多的是：{WORDS[most]}"
    return Unplaced(key, reason, words, feasible, freed)


def notices(request: Request) -> tuple[str, ...]:
    """What the plan did not apply or could not use, in Chinese."""
    out = []
    unlawful = sum(1 for p in request.posts if p.sex and not restriction(p, request.settings))
    if unlawful:
        out.append(f"{unlawful} 个岗位限定性别而没有法定理由，本方案不予采用（《就业促进法》第二十七条）。请用人单位更正。")
    if empty := sum(1 for p in request.posts if not p.places):
        out.append(f"{empty} 个岗位已招满，未参与安排。")
    return tuple(out)
