"""Lists of the monitoring ledger: households under watch, postings, batches."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from shouwang.kernel.clock import business_now
from shouwang.kernel.filters import Filter
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.monitoring import matching, queries
from shouwang.ledgers.monitoring.lifecycle import BATCH
from shouwang.ledgers.monitoring.models import PublicPosting
from shouwang.ledgers.monitoring.policies import EXPORT, VIEW
from shouwang.ledgers.monitoring.tables import place, risk_words, risks
from shouwang.ledgers.registry.codes import choices, in_words, past_choices, standing_word, words
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import WATCHED, at_risk


def _classes(_scope: Any) -> list[tuple[str, str]]:
    return [c for c in choices("monitoring_standing", on=business_now().date()) if c[0] != "cleared"]


def _every_class(_scope: Any) -> list[tuple[str, str]]:
    return [c for c in past_choices("monitoring_standing") if c[0] != "cleared"]


def _class_word(code: str, today: dt.date) -> str:
    return words("monitoring_standing", on=today).get(code, "")


def _class(row: Household, today: dt.date) -> Badge:
    return Badge(standing_word("", row.monitoring, on=today), "r" if row.monitoring == "sudden" else "o")


def _search(rows: QuerySet[Household], text: str) -> QuerySet[Household]:
    return rows.filter(code__startswith=text) if text.isdigit() else rows.filter(head_name__contains=text)


def _lacking(rows: QuerySet[Household], wanted: bool, today: dt.date) -> QuerySet[Household]:
    lacking = matching.without_measure(Household.objects.all(), today).values("pk")
    return rows.filter(pk__in=lacking) if wanted else rows.exclude(pk__in=lacking)


def _of_risk(rows: QuerySet[Household], codes: tuple[str, ...], _today: dt.date) -> QuerySet[Household]:
    return at_risk(rows, codes)


def _deed(row: Household, today: dt.date) -> Badge | None:
    planned = row.next_visit  # type: ignore[attr-defined]  # annotated by queries.monitored
    return None if planned is None else Badge(f"{planned}", "r" if planned < today else "g")


MONITORED = Table(
    key="monitored",
    title="监测对象",
    base=queries.monitored,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="monitored",
    unit="户",
    search=_search,
    search_hint="户主、户编号",
    ordering=("code", "pk"),
    row_url=lambda row: reverse("monitoring_household", args=[row.pk]),
    definition="户档案中纳入防返贫监测且风险未消除的户，一户一行；类别、风险以审定登记的项目状态为准。",
    empty="没有纳入监测、风险未消除的户。",
    dated=in_words,
    columns=(
        Column("household", "户主", "head_name", kind="link", mask="name", sort="head_name"),
        Column("place", "镇、村", place),
        Column("class", "类别", _class, kind="tag", sort="monitoring", group=Group.BASE),
        Column("risks", "风险类型", lambda row, today: risk_words(row.risks or "", today), group=Group.BASE),
        Column("watched_since", "纳入日期", "watched_since", kind="date", sort="watched_since"),
        Column("measures", "帮扶措施", "measures", kind="num", unit="项", sort="measures"),
        Column("next_visit", "应回访", _deed, kind="light", sort="next_visit"),
        Column("code", "户编号", "code", kind="mono", sort="code", default_hidden=True),
    ),
    filters=(
        Filter("region", "区划", "region"),
        Filter("monitoring", "类别", options=_classes, apply="monitoring", group=Group.BASE, past=_every_class),
        Filter("risk", "风险类型", options=risks, apply=_of_risk, group=Group.BASE),
        Filter("lacking", "风险缺对应措施", "flag", apply=_lacking, group=Group.CASE),
        Filter("since", "纳入日期", "date_range", apply="watched_since", visible=False),
    ),
    quick_views=(
        *(QuickView(code, code, {"monitoring": code}, dated=partial(_class_word, code)) for code in WATCHED),
        QuickView("lacking", "缺对应措施", {"lacking": "1"}, "r"),
    ),
)


def _posting_state(row: Any, today: dt.date) -> Badge:
    if row.closed_on is not None:
        return Badge("已办结", "g")
    if row.unanswered:
        return Badge(f"异议待答复 {row.unanswered} 条", "r")
    return Badge("公示中", "c") if today <= row.ends_on else Badge("期满待办结", "o")


def _open_posting(rows: QuerySet[PublicPosting], wanted: bool, _today: dt.date) -> QuerySet[PublicPosting]:
    return rows.filter(closed_on__isnull=wanted)


POSTINGS = Table(
    key="monitoring_postings",
    title="公示",
    base=queries.postings,
    permission=VIEW,
    url_name="monitoring_postings",
    unit="次",
    ordering=("-starts_on", "-pk"),
    row_url=lambda row: reverse("monitoring_posting", args=[row.pk]),
    empty="还没有公示。评议通过后在个案页登记公示。",
    columns=(
        Column("period", "公示期", lambda row, _: str(row), kind="link"),
        Column("place", "镇、村", place),
        Column("cases", "公示户数", "case_count", kind="num", unit="户"),
        Column("where", "张贴地点", "where"),
        Column("state", "情况", _posting_state, kind="tag"),
        Column("closed_on", "办结日期", "closed_on", kind="date", sort="closed_on"),
    ),
    filters=(Filter("region", "区划", "region"), Filter("open", "未办结", "flag", apply=_open_posting)),
    quick_views=(QuickView("open", "未办结", {"open": "1"}, "o"),),
)

BATCHES = Table(
    key="monitoring_batches",
    title="审定批次",
    base=queries.batches,
    permission=VIEW,
    url_name="monitoring_batches",
    unit="批",
    ordering=("-prepared_on", "-pk"),
    row_url=lambda row: reverse("monitoring_batch", args=[row.pk]),
    empty="还没有审定批次。初审通过的户由区（县）组批审定。",
    columns=(
        Column("number", "批次", "number", kind="link"),
        Column("county", "区（县）", "county_name"),
        Column("cases", "户数", "case_count", kind="num", unit="户"),
        Column("state", "状态", lambda row, _: Badge(row.get_state_display(), BATCH.states[row.state].tone), kind="tag", sort="state"),
        Column("prepared_on", "组批日期", "prepared_on", kind="date", sort="prepared_on"),
        Column("meeting_on", "会议日期", "meeting_on", kind="date", sort="meeting_on"),
        Column("document", "批复文号", "document"),
    ),
    filters=(Filter("region", "区划", "region"), Filter("state", "状态", options=lambda _s: BATCH.choices, apply="state")),
    quick_views=(QuickView("draft", "待审定", {"state": "draft"}, "o"), QuickView("decided", "已审定", {"state": "decided"}, "g")),
)
