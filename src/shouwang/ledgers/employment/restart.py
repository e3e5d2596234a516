"""Whether work may restart where a post is, as ledger impact says of the place and day; asked before a post opens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import Post
from shouwang.ledgers.impact.queries import Allowed, allowed_on, unit_code

CITY = 4  # digits of a city's code


def at_workplaces(posts: Iterable[Post], today: dt.date) -> dict[int, Allowed]:
    """{post: what is said of its workplace}, the levels in one query; without kinds of post that wait for no restart, work done at home
    and other cities without a level.

    Another city without a published level goes by rules of its own place, which are not known here.
    """
    kinds = rule("restart_kinds", on=today).value
    places = {p.pk: (p.place_code or p.region.code, p.region.code[:CITY]) for p in posts if not p.at_home and p.kind in kinds}
    said = allowed_on({code for code, _ in places.values()}, [today])
    found = {pk: (said[unit_code(code), today], code[:CITY] == home) for pk, (code, home) in places.items()}
    return {pk: there for pk, (there, near) in found.items() if there.level is not None or near}


def held(posts: Iterable[Post], today: dt.date) -> set[int]:
    """Posts, open ones too, where a published level forbids work: nobody is sent there meanwhile. One query."""
    return {pk for pk, there in at_workplaces(posts, today).items() if there.level is not None and not there.restart}


def barrier(post: Post, today: dt.date) -> str:
    """Why the post may not open, with level, document, rule and remedy; "" = it may.

    A published level that forbids it is final. Where none is published the rule asks for the place's approval: with its document it may.
    """
    there = at_workplaces([post], today).get(post.pk)
    if there is None or there.restart or (there.level is None and post.restart_approval):
        return ""
    remedy = "等级下调后再开放" if there.level else "已获批准的，请在岗位上填写复工批准文件"
    return f"{place_of(post)}{there.because(there.restart_words)}{remedy}；工作地或“可居家完成”有误的，请先更正岗位。"


def condition(post: Post, today: dt.date) -> str:
    """On what the post may open, with what it rests on; "" where nothing is asked."""
    there = at_workplaces([post], today).get(post.pk)
    if there is None or (there.level is None and there.restart) or barrier(post, today):
        return ""
    return there.because(there.restart_words)


def place_of(post: Post) -> str:
    """Where the work is, in words."""
    return f"{post.place_name}{post.place_detail}" or f"{post.region.county or post.region}{post.region.town or ''}"
