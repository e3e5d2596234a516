"""The list of discrepancies (比对疑点)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.monitoring import queries
from shouwang.ledgers.monitoring.lifecycle import DISCREPANCY
from shouwang.ledgers.monitoring.models import Discrepancy
from shouwang.ledgers.monitoring.models.discrepancies import KINDS
from shouwang.ledgers.monitoring.policies import EXPORT, VIEW
from shouwang.ledgers.monitoring.tables import due_badge, place, search
from shouwang.ledgers.monitoring.watch import book


def _state(row: Discrepancy, _today: dt.date) -> Badge:
    return Badge(row.get_state_display(), DISCREPANCY.states[row.state].tone)


def _late(rows: QuerySet[Discrepancy], wanted: bool, today: dt.date) -> QuerySet[Discrepancy]:
    late = queries.unanswered(rows, today)
    return late if wanted else rows.exclude(pk__in=late.values("pk"))


def _rules(scope: Scope) -> Sequence[tuple[str, str]]:
    return book.choices(scope, "verify", "quality")


DISCREPANCIES = Table(
    key="monitoring_discrepancies",
    title="比对疑点",
    base=queries.discrepancies,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="monitoring_discrepancies",
    unit="条",
    placed="household",
    search=search,
    search_hint="户主、户编号",
    ordering=("decided_on", "due_on", "pk"),
    row_url=lambda row: reverse("monitoring_discrepancy", args=[row.pk]),
    definition="筛查中“待核实信号”“数据核查”两类规则命中的户，同一户同一规则在办的只有一条；更正后再次比对不再命中的自动消除，也可核对后答复。",
    empty="没有比对疑点。每晚筛查后，信息不一致、需要核对的户列在这里。",
    columns=(
        Column("household", "户主", "household.head_name", kind="link", mask="name", sort="household__head_name"),
        Column("place", "镇、村", place),
        Column("rule", "疑点", lambda row, _: book.name_of(row.rule, row.own_rule), sort="rule", group=Group.CASE),
        Column("kind", "类别", lambda row, _: row.get_kind_display(), sort="kind"),
        Column("department", "数据来源", lambda row, _: row.department or "户档案"),
        Column("state", "状态", _state, kind="tag", sort="state"),
        Column("due", "期限", lambda row, today: None if row.decided_on else due_badge(row.due_on, today), kind="light", sort="due_on"),
        Column("found_on", "发现日期", "found_on", kind="date", sort="found_on"),
        Column("decided_on", "办结日期", "decided_on", kind="date", sort="decided_on"),
        Column("answered_by", "核对人", "answered_by", mask="name", default_hidden=True),
        Column("code", "户编号", "household.code", kind="mono", default_hidden=True),
    ),
    filters=(
        Filter("region", "区划", "region"),
        Filter("state", "状态", options=lambda _s: DISCREPANCY.choices, apply="state"),
        Filter("kind", "类别", options=lambda _s: KINDS, apply="kind"),
        Filter("rule", "疑点", options=_rules, apply="rule", group=Group.CASE),
        Filter("late", "超期未答复", "flag", apply=_late, visible=False),
        Filter("found_on", "发现日期", "date_range", apply="found_on", visible=False),
        Filter("decided_on", "办结日期", "date_range", apply="decided_on", visible=False),
    ),
    quick_views=(
        QuickView("open", "待核对", {"state": "open"}, "o"),
        QuickView("late", "超期", {"late": "1"}, "r"),
        QuickView("confirmed", "属实", {"state": "confirmed"}, "r"),
        QuickView("corrected", "已更正", {"state": "corrected"}, "g"),
        QuickView("explained", "有正当原因", {"state": "explained"}),
    ),
)
