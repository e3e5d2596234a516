"""Why a worker does not fit a post, and how well one fits that does: THE definitions, one pair at a time.

`pairs` reads the same rules from tables over whole blocks; the tests hold the two against each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shouwang.engine.assignment.model import ANYWHERE, CITY, COUNTY, PROVINCE, TOWN, VILLAGE, Post, Settings, Worker

CODES = (
    "age",
    "minor",
    "sex",
    "health",
    "skill",
    "distance",
    "board",
    "care",
    "wage",
    "hours",
    "start",
    "poor_only",
    "welfare",
    "declined",
)
WORDS = {
    "age": "年龄不合岗位要求",
    "minor": "未满 18 周岁，不得从事重体力或规定禁止的作业",
    "sex": "岗位依法限定性别",
    "health": "身体状况不适合岗位的劳动强度或作业条件",
    "skill": "不具备岗位要求的技能",
    "distance": "岗位比本人愿意去的地方远",
    "board": "路远不能每天往返，岗位不提供住宿",
    "care": "有照护责任，须每天回家",
    "wage": "岗位工资低于本人期望",
    "hours": "每天能投入的时间不够",
    "start": "本人可到岗日期晚于岗位开工日期",
    "poor_only": "岗位只招贫困劳动力",
    "welfare": "不符合公益性岗位的限制（一户在岗人数、一人一岗、年龄、累计月数、村干部及其家属）",
    "declined": "本人已谢绝或已设为不安排",
    "full": "有合适岗位，但已由同等或更优先的人员占满",
    "nothing": "同时受几项限制，没有一项放宽就有合适岗位",
    "no_posts": "没有招人的岗位",
}


LEVELS = ((12, VILLAGE), (9, TOWN), (6, COUNTY), (4, CITY), (2, PROVINCE))  # digits two codes share, and how far apart they are


def shared(code: str) -> str:
    """The digits of a place that say something: trailing zero groups of a county, city or province code dropped."""
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    return code.rstrip("0") if len(code) == 6 and code.endswith("00") else code


def distance(home: str, work: str) -> int:
    """How far work is from home by their codes: VILLAGE (the same) … ANYWHERE (another province)."""
    a, b = shared(home), shared(work)
    for digits, far in LEVELS:
        if len(a) >= digits and len(b) >= digits and a[:digits] == b[:digits]:
            return far
    return ANYWHERE


@dataclass(frozen=True, slots=True)
class Rule:
    """One constraint or mark: it looks at one value of each side, so that a block of pairs is read from a table of distinct values."""

    name: str
    worker: Callable[[Worker, Settings, dt.date], Any]
    post: Callable[[Post, Settings], Any]
    test: Callable[[Any, Any, Settings], int]  # constraint: 1 = ruled out; mark: 0 … 100


def _minor(worker: Worker, s: Settings, on: dt.date) -> bool:
    return worker.age(on) < s.adult_age


def _wage_mark(wish: int, wage: int, s: Settings) -> int:
    base = wish or s.base_wage
    return min(100, max(0, (wage - base) * 10_000 // max(1, base * s.wage_rise)))


def _late(free: dt.date | None, start: dt.date | None, s: Settings) -> bool:
    return free is not None and start is not None and (free - start).days > s.start_slack


def _no_welfare(worker: Worker, s: Settings, on: dt.date) -> bool:
    return worker.age(on) >= s.welfare_age or worker.cadre_family or worker.holds_welfare


def restriction(post: Post, settings: Settings) -> str:
    """The sex a post is lawfully restricted to; "" = none: without a ground of the rulebook a restriction is not applied."""
    return post.sex if post.sex_ground in settings.lawful_sex_grounds else ""


# Constraints by place (distance, board, care) are not among them: they share the distance, see `barriers`.
CONSTRAINTS = (
    Rule("age", lambda w, _s, on: w.age(on), lambda p, s: (max(p.age_min, s.working_age), p.age_max), lambda age, p, _s: age < p[0] or bool(p[1] and age > p[1])),
    Rule("minor", _minor, lambda p, s: p.effort >= 3 or bool(p.conditions & s.minor_conditions), lambda minor, hard, _s: minor and hard),
    Rule("sex", lambda w, _s, _on: w.sex, restriction, lambda sex, only, _s: bool(only) and sex != only),
    Rule("health", lambda w, _s, _on: (w.strength, w.avoids), lambda p, _s: (p.effort, p.conditions), lambda w, p, _s: w[0] < p[0] or bool(w[1] & p[1])),
    Rule("skill", lambda w, _s, _on: w.skills, lambda p, _s: p.skills, lambda has, asked, _s: not asked <= has),
    Rule("wage", lambda w, _s, _on: w.wish_wage, lambda p, _s: p.wage, lambda wish, wage, _s: wage < wish),
    Rule("hours", lambda w, _s, _on: w.hours, lambda p, _s: p.hours, lambda can, asked, _s: asked > can),
    Rule("start", lambda w, _s, _on: w.free_from, lambda p, _s: p.start, _late),
    Rule("poor_only", lambda w, _s, _on: w.poor, lambda p, _s: p.poor_only, lambda poor, only, _s: only and not poor),
    Rule("welfare", _no_welfare, lambda p, _s: p.welfare, lambda barred, welfare, _s: barred and welfare),
)  # fmt: skip
MARKS = (
    Rule("wage", lambda w, _s, _on: w.wish_wage, lambda p, _s: p.wage, _wage_mark),
    Rule("wish", lambda w, _s, _on: w.wishes, lambda p, _s: p.kind, lambda wishes, kind, _s: 100 if kind in wishes else 0 if wishes else 50),
    Rule("skill", lambda _w, _s, _on: None, lambda p, _s: bool(p.skills), lambda _w, asked, _s: 100 if asked else 50),
    Rule("known", lambda w, _s, _on: w.last_employer, lambda p, _s: p.employer, lambda last, employer, _s: 100 if last and last == employer else 0),
)  # fmt: skip


def far(worker: Worker, post: Post) -> int:
    """How far the post is from the worker's home; work at home is no distance."""
    return VILLAGE if post.at_home else distance(worker.place, post.place)


def barriers(worker: Worker, post: Post, settings: Settings, on: dt.date) -> tuple[str, ...]:
    """Codes of the constraints that keep this worker from this post, in the order of CODES; empty = feasible.

    "declined" and the household side of "welfare" depend on the request and are not seen here.
    """
    found = {r.name for r in CONSTRAINTS if r.test(r.worker(worker, settings, on), r.post(post, settings), settings)}
    reach = far(worker, post)
    away = reach > settings.commute
    found |= {
        c for c, bars in (("distance", reach > worker.reach), ("board", away and not post.board), ("care", away and worker.care)) if bars
    }
    return tuple(code for code in CODES if code in found)


def parts(worker: Worker, post: Post, settings: Settings, on: dt.date) -> dict[str, int]:
    """Points of a feasible pair in each respect of the weights (integers; sum = the score without "stay").

    near: `near_marks` at the distance. wage: from the wish (or `base_wage`) to `wage_rise` per cent above, in proportion. wish: full
    when the kind is wished for, half when nothing is wished. skill: full when the post asks for a skill (the person has it), half when it
    asks for none. known: last year's employer.
    """
    marks = {"near": settings.near_marks[far(worker, post)]}
    marks |= {r.name: r.test(r.worker(worker, settings, on), r.post(post, settings), settings) for r in MARKS}
    return {name: mark * getattr(settings.weights, name) // 100 for name, mark in marks.items()}
