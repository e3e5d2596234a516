"""Figures of the household's file and of visits; figures.py lists them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.kernel.rulebook import book
from shouwang.ledgers.registry import papers, queries, visits
from shouwang.ledgers.registry.models import Household, Visit

HOUSEHOLDS, VISITS = "/registry/", "/registry/visits/"
# The words name the present number of days; the sets look it up by date.
LATELY, LONG = (book(visits.BOOK)[name][-1].value for name in ("visited_within", "unvisited_after"))


def _filed(_day: dt.date) -> QuerySet[Any]:
    return queries.on_file(Household.objects.all())


def _complete(day: dt.date) -> QuerySet[Any]:
    return papers.complete(Household.objects.all(), day)


FILE_FIGURES: tuple[Figure, ...] = (
    Figure(
        "registry.on_file_households",
        "应建档户数",
        "户",
        "建档立卡户和监测对象（风险未消除）的户数，即须按目录保存档案材料的户。",
        _filed,
        drill=f"{HOUSEHOLDS}?on_file=1",
    ),
    Figure(
        "registry.papers_missing_households",
        "档案缺件户数",
        "户",
        "应建档户中，当日档案目录要求的材料至少缺一份或已过期的户数；注明不需要的不算缺件。",
        lambda day: papers.incomplete(Household.objects.all(), day),
        good="down",
        drill=f"{HOUSEHOLDS}?papers_missing=1",
    ),
    Figure(
        "registry.papers_complete_rate",
        "档案齐全率",
        "%",
        "当日档案目录要求的材料全部归档、未过期（或注明不需要）的户数占应建档户数的比例。",
        _complete,
        denominator="registry.on_file_households",
        decimals=1,
        good="up",
        drill=f"{HOUSEHOLDS}?papers_complete=1",
    ),
    Figure(
        "registry.visited_households",
        f"近 {LATELY} 天走访户数",
        "户",
        f"应建档户中，近 {LATELY} 天内至少有一次见到（接通）的走访的户数；未接、空号、拒访不计。",
        lambda day: visits.visited_lately(Household.objects.all(), day),
        good="up",
        drill=f"{HOUSEHOLDS}?visited_lately=1",
    ),
    Figure(
        "registry.unvisited_households",
        f"{LONG} 天未走访户数",
        "户",
        f"应建档户中，近 {LONG} 天内没有一次见到（接通）的走访的户数，含从未走访的。",
        lambda day: visits.long_unvisited(Household.objects.all(), day),
        good="down",
        drill=f"{HOUSEHOLDS}?unvisited=1",
    ),
    Figure(
        "registry.open_needs",
        "走访发现的待解决需求",
        "件",
        "走访中登记了需求且还没有答复的走访记录数；已被更正的原记录不计。",
        lambda _day: visits.with_open_need(Visit.objects.all()),
        good="down",
        drill=f"{VISITS}?open_need=1",
    ),
)
