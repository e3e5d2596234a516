"""走访台账: the list of visits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from shouwang.kernel.clock import business_now
from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.registry import visits
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.models import Household, Visit
from shouwang.ledgers.registry.policies import EXPORT, VIEW
from shouwang.ledgers.registry.queries import on_file
from shouwang.ledgers.registry.visits import visit_choices, visit_word

REACH_TONES = {"reached": "g", "no_answer": "o", "wrong_number": "r", "refused": "r"}


def _coded(name: str) -> Any:
    return lambda _scope: visit_choices(name, business_now().date())


def _reach(row: Visit, today: dt.date) -> Badge:
    return Badge(visit_word("visit_reach", row.reach, today), REACH_TONES.get(row.reach, ""))


def _need(row: Visit, _today: dt.date) -> Badge | None:
    if not row.needs:
        return None
    return Badge(f"{row.need_met_on} 已答复", "g") if row.need_met_on else Badge("待解决", "o")


def _place(row: Any, _today: dt.date) -> str:
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def _open_need(rows: QuerySet[Visit], wanted: bool, _today: dt.date) -> QuerySet[Visit]:
    return visits.with_open_need(rows) if wanted else rows.exclude(pk__in=visits.with_open_need(Visit.objects.all()).values("pk"))


def _of_filed(rows: QuerySet[Visit], wanted: bool, _today: dt.date) -> QuerySet[Visit]:
    filed = on_file(Household.objects.all()).values("pk")
    return rows.filter(household__in=filed) if wanted else rows.exclude(household__in=filed)


def _corrected(rows: QuerySet[Visit], wanted: bool, _today: dt.date) -> QuerySet[Visit]:
    return rows.filter(corrects__isnull=not wanted)


def _search(rows: QuerySet[Visit], text: str) -> QuerySet[Visit]:
    if text.isdigit():
        return rows.filter(household__code__startswith=text)
    return rows.filter(household__head_name__contains=text) | rows.filter(visitor_name__contains=text)


VISITS = Table(
    key="visits",
    title="走访台账",
    base=visits.visits,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="registry_visits",
    unit="次",
    placed="household",
    search=_search,
    search_hint="户主、户编号、走访人",
    ordering=("-visited_on", "-pk"),
    row_url=lambda row: reverse("registry_household", args=[row.household_id]) + "#visits",
    definition="本人授权范围内登记的走访，一次一行；已被更正的原记录不列，由更正后的记录代替。",
    empty="还没有走访记录。请在户档案页点“记走访”。",
    columns=(
        Column("visited_on", "走访日期", "visited_on", kind="date", sort="visited_on"),
        Column("head", "户主", "household.head_name", kind="link", mask="name"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在村", _place),
        Column("hamlet", "村民小组", "household.hamlet"),
        Column("means", "方式", lambda r, d: visit_word("visit_means", r.means, d)),
        Column("reach", "接通情况", _reach, kind="tag"),
        Column("visitor", "走访人", "visitor_name"),
        Column("result", "走访情况", "result", group="case"),
        Column("needs", "发现的需求", "needs", group="case"),
        Column("need", "需求状态", _need, kind="tag"),
        Column("next_step", "下一步", "next_step", group="case", default_hidden=True),
        Column("answer", "解决情况", "need_answer", group="case", default_hidden=True),
        Column("entered", "录入时间", "created_at", kind="datetime", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("visited_on", "走访日期", "date_range", apply="visited_on"),
        Filter("means", "走访方式", "choice", _coded("visit_means"), apply="means"),
        Filter("reach", "接通情况", "choice", _coded("visit_reach"), apply="reach"),
        Filter("open_need", "有待解决需求", "flag", apply=_open_need, visible=False),
        Filter("visitor", "走访人", "text", apply="visitor_name", visible=False),
        Filter("on_file", "建档立卡户和监测对象", "flag", apply=_of_filed, visible=False, dated=in_words),
        Filter("corrected", "更正过的记录", "flag", apply=_corrected, visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("needs", "待解决需求", {"open_need": "1"}, tone="o"),
        QuickView("missed", "未接、空号、拒访", {"reach": ["no_answer", "wrong_number", "refused"]}, tone="r", counted=False),
    ),
)
