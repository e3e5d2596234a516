"""What no plan may be made of, and settings out of the rulebook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from shouwang.engine.assignment.model import Post, Request, Settings, Weights
from shouwang.engine.assignment.pairs import BIT, Pairs
from shouwang.engine.assignment.reasons import CODES, WORDS
from shouwang.engine.refused import PlanRefused

NAMES = (
    "weights", "near_marks", "commute", "tiers", "working_age", "adult_age", "minor_conditions", "lawful_sex_grounds", "welfare_age", "base_wage",
    "wage_rise", "start_slack", "best",
)  # fmt: skip


def settings(value: Callable[[str], Any]) -> Settings:
    """Settings of `rulebook/job_matching.yaml`: `value` gives the value of a name in force on the day and at the place of the plan."""
    raw = {name: value(name) for name in NAMES}
    found: Mapping[str, Any] = {
        **raw,
        "weights": Weights(**raw["weights"]),
        "near_marks": tuple(raw["near_marks"]),
        "tiers": tuple(raw["tiers"]),
        "minor_conditions": frozenset(raw["minor_conditions"]),
        "lawful_sex_grounds": frozenset(raw["lawful_sex_grounds"]),
    }
    return Settings(**found)


def checked(request: Request) -> None:
    """Refuse what no plan may hold: a person under the working age, a pupil, keys twice, figures that cannot be."""
    if not request.workers:
        raise PlanRefused("方案中没有人员。请先选择有务工意愿的劳动力。", field="workers")
    if not request.posts:
        raise PlanRefused("方案中没有岗位。请先登记并核实岗位。", field="posts")
    age = request.settings.working_age
    young = [w.key for w in request.workers if w.age(request.on) < age]
    if young:
        words = f"有 {len(young)} 人未满 {age} 周岁，不得安排务工（《劳动法》第十五条）。请核对出生日期，移出方案后重试。"
        raise PlanRefused(words, who=tuple(young), field="birth")
    pupils = tuple(w.key for w in request.workers if w.pupil)
    if pupils:
        raise PlanRefused(f"有 {len(pupils)} 人是在校学生，不得列入务工安排。请核对在校状态，移出方案后重试。", who=pupils, field="pupil")
    _keys(request)
    _figures(request.posts)


def _keys(request: Request) -> None:
    for what, field, keys in (("人员", "workers", [w.key for w in request.workers]), ("岗位", "posts", [p.key for p in request.posts])):
        twice = tuple(k for k, n in Counter(keys).items() if n > 1)
        if twice:
            raise PlanRefused(f"有 {len(twice)} 个{what}在方案中出现两次。请去掉重复的再试。", who=twice, field=field)


def _figures(posts: tuple[Post, ...]) -> None:
    tests: tuple[tuple[str, str, Callable[[Post], bool]], ...] = (
        ("places", "招聘人数小于 0", lambda p: p.places < 0),
        ("wage", "月工资小于 0", lambda p: p.wage < 0),
        ("age_max", "年龄上限小于下限", lambda p: bool(p.age_max) and p.age_max < p.age_min),
        ("effort", "劳动强度不是 1、2、3", lambda p: p.effort not in (1, 2, 3)),
    )
    for field, words, bad in tests:
        if wrong := tuple(p.key for p in posts if bad(p)):
            raise PlanRefused(f"有 {len(wrong)} 个岗位{words}。请更正岗位后重试。", who=wrong, field=field)


def pinned(request: Request, pairs: Pairs) -> dict[int, int]:
    """Worker index -> post index of the pins; PlanRefused where one cannot be kept, with the constraint."""
    out: dict[int, int] = {}
    for pin in request.pins:
        if pin.worker not in pairs.index or pin.post not in pairs.post_index:
            raise PlanRefused("指定的人员或岗位不在方案中。请取消这项指定。", who=(pin.worker, pin.post), field="pins")
        worker, post = pairs.index[pin.worker], pairs.post_index[pin.post]
        if out.get(worker, post) != post:
            raise PlanRefused("同一人被指定到两个岗位。请只保留一项指定。", who=(pin.worker,), field="pins")
        mask = int(pairs.mask(np.array([worker]))[0, post])
        if mask:
            words = "；".join(WORDS[c] for c in CODES if mask & BIT[c])
            raise PlanRefused(f"指定的安排不可行：{words}。请取消指定，或更正人员、岗位信息。", who=(pin.worker, pin.post), field="pins")
        out[worker] = post
    for post, n in Counter(out.values()).items():
        if n > pairs.posts[post].places:
            words = f"一个岗位指定了 {n} 人，只招 {pairs.posts[post].places} 人。请减少指定。"
            raise PlanRefused(words, who=(pairs.posts[post].key,), field="pins")
    return out
