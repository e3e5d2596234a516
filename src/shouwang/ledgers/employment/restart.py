"""Whether work may restart where a post is on the day it begins, as ledger impact says; asked before a post opens, in a plan and at departure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import Post, Traveller, Trip, WorkRecord
from shouwang.ledgers.impact.queries import Allowed, allowed_on, unit_code

CITY = 4  # digits of a city's code


def at_workplaces(posts: Iterable[Post], today: dt.date) -> dict[int, Allowed]:
    """{post: what is said of its workplace for the day work begins, today at the earliest}, the levels in one query.

    Without kinds of post that wait for no restart, work done at home, and other cities without a level.
    """
    return _judged({p.pk: (p, p.start_on) for p in posts}, today)


def _judged(found: Mapping[int, tuple[Post, dt.date]], today: dt.date) -> dict[int, Allowed]:
    """{key: what is said for (post, day its work begins)}: by the level that is published for that day, a coming one too; without one as of today.

    Another city without a published level goes by rules of its own place, which are not known here.
    """
    kinds = rule("restart_kinds", on=today).value
    asked = {
        k: (p, unit_code(p.place_code or p.region.code), max(day, today))
        for k, (p, day) in found.items()
        if p.kind in kinds and not p.at_home
    }
    said = allowed_on({unit for _, unit, _ in asked.values()}, {today, *(day for *_, day in asked.values())})
    out = {}
    for key, (post, unit, day) in asked.items():
        then = said[unit, day]
        there = then if then.level is not None else said[unit, today]
        if there.level is not None or unit[:CITY] == post.region.code[:CITY]:
            out[key] = there
    return out


def forbids(there: Allowed | None) -> bool:
    """Whether a published level keeps work from being done."""
    return there is not None and there.level is not None and not there.restart


def held(posts: Iterable[Post], today: dt.date) -> set[int]:
    """Posts, open ones too, where a published level forbids work on the day it begins: nobody is sent there meanwhile. One query."""
    return {pk for pk, there in at_workplaces(posts, today).items() if forbids(there)}


def barrier(post: Post, today: dt.date) -> str:
    """Why the post may not open, with level, document, rule and remedy; "" = it may.

    A published level that forbids it is final. Where none is published the rule asks for the place's approval: with its document it may.
    """
    there = at_workplaces([post], today).get(post.pk)
    if there is None or there.restart or (there.level is None and post.restart_approval):
        return ""
    later = post.start_on > today and there.level is not None
    remedy = "等级下调后再开放" if there.level else "已获批准的，请在岗位上填写复工批准文件"
    when, other = (f"到上岗日 {post.start_on}，", "，或与用工单位改定上岗日期") if later else ("", "")
    return f"{place_of(post)}{when}{there.because(there.restart_words)}{remedy}{other}；工作地或“可居家完成”有误的，请先更正岗位。"


def condition(post: Post, today: dt.date) -> str:
    """On what the post may open, with what it rests on; "" where nothing is asked."""
    there = at_workplaces([post], today).get(post.pk)
    if there is None or (there.level is None and there.restart) or barrier(post, today):
        return ""
    return there.because(there.restart_words)


def too_early(trip: Trip, riders: QuerySet[Traveller], today: dt.date) -> str:
    """How many of the riders go to a post where work is forbidden on the day theirs begins, with the ground and the remedy; "" = nobody.

    Work that was entered without a post is not judged: whether its kind waits for a restart is not known.
    """
    rows: Any = WorkRecord.objects.filter(
        worker__in=riders.values("worker"), planned=True, ended_on=None, place_code=trip.destination.place_code
    )
    records = list(rows.exclude(post=None).select_related("post__region"))
    said = _judged({r.pk: (r.post, r.started_on) for r in records}, today)
    shut = [said[r.pk] for r in records if forbids(said.get(r.pk))]
    if not shut:
        return ""
    why = shut[0].because(shut[0].restart_words)
    return f"{len(shut)} 人的工作地到上岗日不能开工：{trip.destination.place_name}{why}请与用工单位改定上岗日期并更正计划务工，或不安排这些人上车。"


def place_of(post: Post) -> str:
    """Where the work is, in words."""
    return f"{post.place_name}{post.place_detail}" or f"{post.region.county or post.region}{post.region.town or ''}"
