"""Lists of the monitoring ledger: leads and cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from shouwang.kernel.clock import business_now
from shouwang.kernel.filters import Filter
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.monitoring import queries
from shouwang.ledgers.monitoring.lifecycle import CASE, LEAD
from shouwang.ledgers.monitoring.models import FollowUp, Lead, MonitoringCase
from shouwang.ledgers.monitoring.models.care import FINDINGS
from shouwang.ledgers.monitoring.models.cases import PURPOSES
from shouwang.ledgers.monitoring.models.leads import LEVELS, SOURCES
from shouwang.ledgers.monitoring.policies import EXPORT, VIEW
from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.registry.codes import in_words, words
from shouwang.ledgers.registry.visits import visit_word

LEVEL_TONES = {"red": "r", "yellow": "o"}


def risks(_scope: Any) -> list[tuple[str, str]]:
    """Risks as filter options."""
    return list(words("risk", on=business_now().date()).items())


def purposes(_scope: Any) -> list[tuple[str, str]]:
    """What cases are for, as filter options."""
    return [(code, in_words(word, business_now().date())) for code, word in PURPOSES]


def place(row: Any, _today: dt.date) -> str:
    """Town and village of a row."""
    return " / ".join(n for n in (row.town_name, row.village_name) if n)


def risk_words(codes: str, today: dt.date) -> str:
    """Comma-separated risks in words."""
    known = words("risk", on=today)
    return "、".join(known.get(c, c) for c in codes.split(",") if c)


def level(row: Any, _today: dt.date) -> Badge:
    """Red or yellow, with its word."""
    return Badge(row.get_level_display(), LEVEL_TONES[row.level])


def source(row: Lead, _today: dt.date) -> str:
    """Where a lead came from, with the department."""
    return row.get_source_display() + (f"（{row.department}）" if row.department else "")


def lead_state(row: Lead, _today: dt.date) -> Badge:
    """What became of a lead."""
    return Badge(row.get_state_display(), LEAD.states[row.state].tone)


def case_state(row: MonitoringCase, _today: dt.date) -> Badge:
    """The step a case is at."""
    return Badge(row.get_state_display(), CASE.states[row.state].tone)


def due_light(row: MonitoringCase, today: dt.date) -> Badge | None:
    """How the step stands to its day."""
    return None if row.closed_on is not None else due_badge(row.due_on, today)


def due_badge(due_on: dt.date, today: dt.date) -> Badge:
    """How far a day is, or how long past."""
    left = (due_on - today).days
    words_, tone = (
        (f"超期 {-left} 天", "r") if left < 0 else ("今日到期", "o") if left == 0 else (f"余 {left} 天", "o" if left <= 3 else "g")
    )
    return Badge(words_, tone)


def search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows of a household by its number or its head."""
    if text.isdigit():
        return rows.filter(household__code__startswith=text)
    return rows.filter(household__head_name__contains=text)


def _overdue(rows: QuerySet[MonitoringCase], wanted: bool, today: dt.date) -> QuerySet[MonitoringCase]:
    late = queries.overdue(rows, today)
    return late if wanted else rows.exclude(pk__in=late.values("pk"))


def _open(rows: QuerySet[MonitoringCase], wanted: bool, _today: dt.date) -> QuerySet[MonitoringCase]:
    return queries.open_cases(rows) if wanted else rows.filter(closed_on__isnull=False)


def _this_month(rows: QuerySet[Lead], wanted: bool, today: dt.date) -> QuerySet[Lead]:
    found = queries.found_in_month(rows, today)
    return found if wanted else rows.exclude(pk__in=found.values("pk"))


def _this_year(rows: QuerySet[MonitoringCase], wanted: bool, today: dt.date) -> QuerySet[MonitoringCase]:
    found = queries.determined_in_year(rows, today)
    return found if wanted else rows.exclude(pk__in=found.values("pk"))


def _on_time(rows: QuerySet[MonitoringCase], wanted: bool, today: dt.date) -> QuerySet[MonitoringCase]:
    found = queries.on_time(rows, today)
    return found if wanted else queries.determined_in_year(rows, today).exclude(pk__in=found.values("pk"))


LEADS = Table(
    key="monitoring_leads",
    title="监测线索",
    base=queries.leads,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="monitoring_leads",
    unit="条",
    placed="household",
    search=search,
    search_hint="户主、户编号",
    ordering=("-found_on", "-pk"),
    row_url=lambda row: reverse("monitoring_lead", args=[row.pk]),
    definition="授权范围内登记的监测线索，一条一行；规则筛查的线索同一户同一规则同一证据只记一条。",
    empty="还没有监测线索。走访发现风险的，点“登记线索”。",
    columns=(
        Column("household", "户主", "household.head_name", kind="link", mask="name", sort="household__head_name"),
        Column("place", "镇、村", place),
        Column("source", "来源", source, sort="source"),
        Column("risk", "风险类型", lambda row, today: risk_words(row.risk, today), group=Group.BASE),
        Column("level", "级别", level, kind="tag", sort="level"),
        Column("found_on", "发现日期", "found_on", kind="date", sort="found_on"),
        Column("rule", "规则", lambda row, _: book.name_of(row.rule, row.own_rule) or None, sort="rule", group=Group.CASE),
        Column("state", "处置", lead_state, kind="tag", sort="state"),
        Column("decided_on", "处置日期", "decided_on", kind="date", sort="decided_on"),
        Column("code", "户编号", "household.code", kind="mono", default_hidden=True),
    ),
    filters=(
        Filter("region", "区划", "region"),
        Filter("state", "处置", options=lambda _s: LEAD.choices, apply="state"),
        Filter("source", "来源", options=lambda _s: SOURCES, apply="source"),
        Filter("risk", "风险类型", options=risks, apply="risk", group=Group.BASE),
        Filter("level", "级别", options=lambda _s: LEVELS, apply="level", visible=False),
        Filter("found_on", "发现日期", "date_range", apply="found_on", visible=False),
        Filter("rule", "规则", options=lambda scope: book.choices(scope, "risk"), apply="rule", visible=False, group=Group.CASE),
        Filter("this_month", "本月发现", "flag", apply=_this_month, visible=False),
        Filter(
            "by_rule", "规则筛查", "flag", apply=lambda rows, yes, _t: rows.exclude(rule="") if yes else rows.filter(rule=""), visible=False
        ),
    ),
    quick_views=(
        QuickView("open", "待处置", {"state": "open"}, "o"),
        QuickView("red", "红色待处置", {"state": "open", "level": "red"}, "r"),
        QuickView("included", "已纳入", {"state": "included"}, "g"),
        QuickView("not_included", "不纳入", {"state": "not_included"}),
    ),
)

CASES = Table(
    key="monitoring_cases",
    title="监测个案",
    base=queries.cases,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="monitoring_cases",
    unit="户",
    placed="household",
    search=search,
    search_hint="户主、户编号",
    ordering=("due_on", "pk"),
    row_url=lambda row: reverse("monitoring_case", args=[row.pk]),
    definition="授权范围内的监测个案，一户一次程序一行：纳入监测、风险消除、返贫登记、新致贫登记。",
    dated=in_words,
    empty="还没有监测个案。登记线索后自动建立个案。",
    columns=(
        Column("household", "户主", "household.head_name", kind="link", mask="name", sort="household__head_name"),
        Column("place", "镇、村", place),
        Column("purpose", "事项", lambda row, _: row.purpose_word, sort="purpose"),
        Column("state", "环节", case_state, kind="tag", sort="state"),
        Column("due", "本环节", due_light, kind="light", sort="due_on"),
        Column("due_on", "本环节期限", "due_on", kind="date", sort="due_on"),
        Column("level", "级别", level, kind="tag", sort="level"),
        Column("risks", "风险类型", lambda row, today: risk_words(row.risks, today), group=Group.BASE),
        Column("lead_count", "线索", "lead_count", kind="num", unit="条"),
        Column("green", "绿色通道", lambda row, _: Badge("绿色通道", "g") if row.green else None, kind="tag"),
        Column("officer", "监测责任人", "officer"),
        Column("returns", "退回", "returns", kind="num", unit="次", sort="returns", default_hidden=True),
        Column("opened_on", "发起日期", "opened_on", kind="date", sort="opened_on"),
        Column("determined_on", "审定日期", "determined_on", kind="date", sort="determined_on", default_hidden=True),
        Column("whole_due_on", "全程期限", "whole_due_on", kind="date", sort="whole_due_on", default_hidden=True),
        Column("code", "户编号", "household.code", kind="mono", default_hidden=True),
    ),
    filters=(
        Filter("region", "区划", "region"),
        Filter("state", "环节", options=lambda _s: CASE.choices, apply="state"),
        Filter("purpose", "事项", options=purposes, apply="purpose"),
        Filter("overdue", "本环节超期", "flag", apply=_overdue),
        Filter("open", "在办", "flag", apply=_open, visible=False),
        Filter("green", "绿色通道", "flag", apply="green", visible=False),
        Filter("level", "级别", options=lambda _s: LEVELS, apply="level", visible=False),
        Filter(
            "risk", "风险类型", options=risks, apply=lambda rows, codes, _t: queries.has_risk(rows, codes), visible=False, group=Group.BASE
        ),
        Filter("due_on", "本环节期限", "date_range", apply="due_on", visible=False),
        Filter("opened_on", "发起日期", "date_range", apply="opened_on", visible=False),
        Filter("this_year", "本年审定", "flag", apply=_this_year, visible=False),
        Filter("on_time", "按期审定（本年）", "flag", apply=_on_time, visible=False),
        Filter("determined_on", "审定日期", "date_range", apply="determined_on", visible=False),
    ),
    quick_views=(
        QuickView("open", "在办", {"open": "1"}),
        QuickView("overdue", "超期", {"overdue": "1"}, "r"),
        QuickView("reported", "待核实", {"state": "reported"}, "o"),
        QuickView("village", "待评议、公示", {"state": ["verified", "appraised", "posted"]}),
        QuickView("publicised", "待初审", {"state": "publicised"}),
        QuickView("reviewed", "待审定", {"state": "reviewed"}),
        QuickView("determined", "待落实帮扶", {"state": "determined"}, "o"),
        QuickView("green", "绿色通道", {"green": "1", "open": "1"}, "g"),
    ),
)


def _done(row: FollowUp, today: dt.date) -> Badge:
    if row.done_on is not None:
        return Badge(row.get_finding_display(), FINDING_TONES[row.finding])
    return Badge("已超期", "r") if row.due_on < today else Badge("待回访", "o")


def _due_soon(rows: QuerySet[FollowUp], wanted: bool, today: dt.date) -> QuerySet[FollowUp]:
    near = queries.due_soon(rows, today)
    return near if wanted else rows.exclude(pk__in=near.values("pk"))


def _late_visit(rows: QuerySet[FollowUp], wanted: bool, today: dt.date) -> QuerySet[FollowUp]:
    late = rows.filter(done_on=None, due_on__lt=today)
    return late if wanted else rows.exclude(pk__in=late.values("pk"))


FINDING_TONES = {"better": "g", "same": "b", "worse": "r"}
FOLLOW_UPS = Table(
    key="monitoring_follow_ups",
    title="跟踪回访",
    base=queries.follow_ups,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="monitoring_follow_ups",
    unit="次",
    placed="household",
    search=search,
    search_hint="户主、户编号",
    ordering=("done_on", "due_on", "pk"),
    row_url=lambda row: reverse("monitoring_household", args=[row.household_id]),
    definition="授权范围内监测户的跟踪回访，安排一次一行；登记后自动安排下一次。",
    empty="还没有跟踪回访。纳入监测后自动安排。",
    dated=in_words,
    columns=(
        Column("household", "户主", "household.head_name", kind="link", mask="name", sort="household__head_name"),
        Column("place", "镇、村", place),
        Column("due_on", "应回访日期", "due_on", kind="date", sort="due_on"),
        Column("state", "情况", _done, kind="tag", group=Group.CASE),
        Column("done_on", "回访日期", "done_on", kind="date", sort="done_on"),
        Column("means", "方式", lambda row, today: visit_word("visit_means", row.means, today) if row.means else None),
        Column("by_name", "回访人", "by_name"),
        Column("note", "回访情况", "note", group=Group.CASE),
        Column("code", "户编号", "household.code", kind="mono", default_hidden=True),
    ),
    filters=(
        Filter("region", "区划", "region"),
        Filter("due", "近期应回访", "flag", apply=_due_soon),
        Filter("late", "回访超期", "flag", apply=_late_visit),
        Filter("finding", "风险变化", options=lambda _s: FINDINGS, apply="finding", group=Group.CASE),
        Filter("done_on", "回访日期", "date_range", apply="done_on", visible=False),
    ),
    quick_views=(
        QuickView("due", "近期应回访", {"due": "1"}, "o"),
        QuickView("late", "超期", {"late": "1"}, "r"),
        QuickView("worse", "风险加重", {"finding": "worse"}, "r"),
    ),
)
