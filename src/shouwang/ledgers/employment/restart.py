"""Whether work may restart where a post is, as ledger impact says of the place and day; asked before a post opens."""

from __future__ import annotations

import datetime as dt

from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import Post
from shouwang.ledgers.impact.queries import Allowed, allowed

CITY = 4  # digits of a city's code


def at_workplace(post: Post, today: dt.date) -> Allowed | None:
    """What is said of the workplace; None where nothing is: kinds of post that wait for no restart, work done at home, no level elsewhere.

    Another city without a published level goes by rules of its own place, which are not known here.
    """
    if post.at_home or post.kind not in rule("restart_kinds", on=today).value:
        return None
    code = post.place_code or post.region.code
    there = allowed(code, today)
    return None if there.level is None and code[:CITY] != post.region.code[:CITY] else there


def barrier(post: Post, today: dt.date) -> str:
    """Why the post may not open, with level, document, rule and remedy; "" = it may.

    A published level that forbids it is final. Where none is published the rule asks for the place's approval: with its document it may.
    """
    there = at_workplace(post, today)
    if there is None or there.restart or (there.level is None and post.restart_approval):
        return ""
    remedy = "等级下调后再开放" if there.level else "已获批准的，请在岗位上填写复工批准文件"
    return f"{place_of(post)}{there.because(there.restart_words)}{remedy}；工作地或“可居家完成”有误的，请先更正岗位。"


def condition(post: Post, today: dt.date) -> str:
    """On what the post may open, with what it rests on; "" where nothing is asked."""
    there = at_workplace(post, today)
    if there is None or (there.level is None and there.restart) or barrier(post, today):
        return ""
    return there.because(there.restart_words)


def place_of(post: Post) -> str:
    """Where the work is, in words."""
    return f"{post.place_name}{post.place_detail}" or f"{post.region.county or post.region}{post.region.town or ''}"
