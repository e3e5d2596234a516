"""The lists of changes and of look-alikes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.registry import queries
from shouwang.ledgers.registry.evidence import in_words
from shouwang.ledgers.registry.lifecycle import CHANGE, LOOKALIKE
from shouwang.ledgers.registry.models import HouseholdChange, LookAlike, Member
from shouwang.ledgers.registry.pairs import sides
from shouwang.ledgers.registry.policies import LOOKALIKES, VIEW


def _place(region: Any) -> str:
    return " / ".join(str(p) for p in (region.town, region) if p)


CHANGES = Table(
    key="household_changes",
    title="户变动",
    base=queries.changes,
    permission=VIEW,
    url_name="registry_changes",
    unit="件",
    ordering=("-pk",),
    row_url=lambda row: reverse("registry_change", args=[row.pk]),
    search=lambda rows, text: rows.filter(document__contains=text),
    search_hint="依据文件",
    empty="还没有户变动。分户、并户、迁移和成员转户在户档案页办理，办理后列在这里。",
    columns=(
        Column("kind", "变动", lambda r, _d: r.get_kind_display(), kind="link"),
        Column("state", "状态", lambda r, _d: Badge(CHANGE.state_of(r).label, CHANGE.state_of(r).tone), kind="tag"),
        Column("effective", "生效日期", "effective", kind="date", sort="effective"),
        Column("source", "原户户主", "source.head_name", mask="name"),
        Column("source_code", "原户编号", "source.code", kind="mono"),
        Column("target", "现户户主", "target.head_name", mask="name"),
        Column("target_code", "现户编号", "target.code", kind="mono"),
        Column("origin", "原所在地", lambda r, _d: _place(r.origin)),
        Column("region", "现所在地", lambda r, _d: _place(r.region)),
        Column("document", "依据文件", "document"),
        Column("registered_by", "登记人", "registered_by", default_hidden=True),
    ),
    filters=(
        Filter("region", "现所在区划", "region"),
        Filter("kind", "变动", "choice", lambda _s: HouseholdChange.Kind.choices, apply="kind"),
        Filter("state", "状态", "choice", lambda _s: CHANGE.choices, apply="state"),
        Filter("effective", "生效日期", "date_range", apply="effective", visible=False),
    ),
    quick_views=(QuickView("all", "全部", {}), QuickView("asked", "待接收", {"state": "asked"}, tone="o")),
)


def _name(index: int) -> Any:
    """A side's name: the person's, or the household head's."""

    def of(row: LookAlike, _today: dt.date) -> str:
        side = sides(row)[index]
        return side.name if isinstance(side, Member) else side.head_name

    return of


def _where(row: LookAlike, _today: dt.date) -> str:
    places = [str(s.village) for s in sides(row)]
    return places[0] if places[0] == places[1] else " / ".join(places)


LOOKALIKE_PAIRS = Table(
    key="lookalikes",
    title="疑似重复",
    base=queries.lookalikes,
    permission=LOOKALIKES,
    url_name="registry_lookalikes",
    unit="对",
    ordering=("-points", "-pk"),
    row_url=lambda row: reverse("registry_lookalike", args=[row.pk]),
    empty="没有疑似重复。系统每天清晨按区（县）查找，导入时也会查找。",
    columns=(
        Column("kind", "类型", lambda r, _d: r.get_kind_display(), kind="link"),
        Column("state", "状态", lambda r, _d: Badge(LOOKALIKE.state_of(r).label, LOOKALIKE.state_of(r).tone), kind="tag"),
        Column("left", "甲", _name(0), mask="name"),
        Column("right", "乙", _name(1), mask="name"),
        Column("place", "所在村", _where),
        Column("points", "分值", "points", kind="num", unit="分", sort="points"),
        Column("evidence", "依据", lambda r, d: in_words(r.codes, on=d), group="base"),
        Column("found_on", "发现日期", "found_on", kind="date", sort="found_on"),
        Column("decided_by", "核对人", "decided_by", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("state", "状态", "choice", lambda _s: LOOKALIKE.choices, apply="state"),
        Filter("kind", "类型", "choice", lambda _s: LookAlike.Kind.choices, apply="kind"),
        Filter("found_on", "发现日期", "date_range", apply="found_on", visible=False),
    ),
    quick_views=(
        QuickView("open", "待核对", {"state": "open"}, tone="o"),
        QuickView("unsure", "暂不确定", {"state": "unsure"}),
        QuickView("all", "全部", {}),
    ),
)
