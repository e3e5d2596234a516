"""The lists of comparisons and of differences; the latter in the order of where they are corrected, on screen and in the export."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from shouwang.kernel.clock import business_now
from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.registry.models import Difference, Reconciliation
from shouwang.ledgers.registry.policies import EDIT, EXPORT
from shouwang.ledgers.registry.reconcile import queries
from shouwang.ledgers.registry.reconcile.queries import KIND_WORDS, WHERE_WORDS, column_word, systems
from shouwang.ledgers.registry.reconcile.reading import COLUMNS

STATE_TONES = {"open": "o", "decided": "b", "closed": "g", "mapping": "o", "running": "b", "done": "g"}


def _state(row: Any, _today: dt.date) -> Badge:
    return Badge(row.get_state_display(), STATE_TONES.get(row.state, ""))


def _open(row: Reconciliation, _today: dt.date) -> int | None:
    found: int | None = row.counts.get("open")
    return found


def _place(row: Any, _today: dt.date) -> str:
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def _not_closed(rows: QuerySet[Difference], wanted: bool, _today: dt.date) -> QuerySet[Difference]:
    return rows.exclude(state="closed") if wanted else rows.filter(state="closed")


def _by_comparison(rows: QuerySet[Difference], said: str, _today: dt.date) -> QuerySet[Difference]:
    return rows.filter(latest_id=int(said)) if said.isdecimal() and len(said) < 12 else rows.none()


RECONCILIATIONS = Table(
    key="reconciliations",
    title="数据比对",
    base=queries.comparisons,
    permission=EDIT,
    url_name="registry_reconciliations",
    unit="次",
    ordering=("-pk",),
    row_url=lambda row: reverse("registry_reconciliation", args=[row.pk]),
    empty="还没有比对过。点“上传对方数据”，用上级系统导出的明细表与本系统比对。",
    columns=(
        Column("file", "对方文件", "file_name", kind="link"),
        Column("system", "对方系统", lambda r, d: systems(d).get(r.system, r.system)),
        Column("region", "比对区划", "region.name"),
        Column("taken_on", "数据导出日期", "taken_on", kind="date", sort="taken_on"),
        Column("state", "状态", _state, kind="tag"),
        Column("open", "差异", _open, kind="num", unit="条"),
        Column("by", "上传人", "uploaded_by"),
        Column("at", "上传时间", "created_at", kind="datetime", sort="created_at"),
    ),
    filters=(
        Filter("system", "对方系统", "choice", lambda _s: list(systems(business_now().date()).items()), apply="system"),
        Filter("state", "状态", "choice", lambda _s: Reconciliation.State.choices, apply="state"),
    ),
)

DIFFERENCES = Table(
    key="differences",
    title="差异清单",
    base=queries.differences,
    permission=EDIT,
    export_permission=EXPORT,
    url_name="registry_differences",
    unit="条",
    search=lambda rows, text: rows.filter(about__startswith=text),
    search_hint="户编号",
    ordering=("where", "column", "pk"),
    row_url=lambda row: reverse("registry_difference", args=[row.pk]),
    definition="与上级系统导出数据比对的差异，按更正地点、字段排列；个人信息只列遮盖后的值。更正在各自系统办理，本清单不改任何数据。",
    empty="没有差异。请先在“数据比对”上传对方数据。",
    columns=(
        Column("about", "户编号（人）", "about", kind="link", group="base"),
        Column("place", "所在村", _place),
        Column("kind", "差异类型", lambda r, _d: KIND_WORDS[r.kind]),
        Column("column", "字段", lambda r, _d: column_word(r.column, r.kind), sort="column"),
        Column("ours", "我方", "ours_shown", group="base"),
        Column("theirs", "对方", "theirs_shown", group="base"),
        Column("where", "更正地点", lambda r, _d: WHERE_WORDS[r.where], sort="where"),
        Column("state", "状态", _state, kind="tag"),
        Column("note", "处理说明", "note", group="base"),
        Column("system", "对方系统", lambda r, d: systems(d).get(r.system, r.system), default_hidden=True),
        Column("taken_on", "数据导出日期", "latest.taken_on", kind="date", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("where", "更正地点", "choice", lambda _s: list(WHERE_WORDS.items()), apply="where"),
        Filter("kind", "差异类型", "choice", lambda _s: list(KIND_WORDS.items()), apply="kind"),
        Filter("unsettled", "未一致", "flag", apply=_not_closed),
        Filter("column", "字段", "choice", lambda _s: [(f.key, f.label) for f in COLUMNS], apply="column", visible=False),
        Filter("state", "状态", "choice", lambda _s: Difference.State.choices, apply="state", visible=False),
        Filter("system", "对方系统", "choice", lambda _s: list(systems(business_now().date()).items()), apply="system", visible=False),
        Filter("comparison", "比对编号", "text", apply=_by_comparison, visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("open", "待处理", {"state": "open"}, tone="o"),
        QuickView("ours", "在我方更正", {"where": "ours", "unsettled": "1"}),
        QuickView("theirs", "在对方更正", {"where": "theirs", "unsettled": "1"}),
        QuickView("both", "两边核对", {"where": "both", "unsettled": "1"}),
        QuickView("closed", "已一致", {"state": "closed"}, tone="g", counted=False),
    ),
)
