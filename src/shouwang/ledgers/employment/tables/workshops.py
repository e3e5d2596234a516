"""扶贫车间."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.employment import workshop_queries
from shouwang.ledgers.employment.lifecycle import WORKSHOP
from shouwang.ledgers.employment.policies import EXPORT, VIEW
from shouwang.ledgers.employment.tables.labour import named, place
from shouwang.ledgers.employment.tables.posts import state_of, states

WORKSHOPS = Table(
    key="workshops",
    title="扶贫车间",
    base=workshop_queries.workshops,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_workshops",
    unit="个",
    ordering=("employer__name", "pk"),
    search=lambda rows, text: rows.filter(Q(employer__name__contains=text) | Q(document__contains=text)),
    search_hint="车间名称、认定文件",
    row_url=lambda row: reverse("employment_workshop", args=[row.pk]),
    definition="本人授权范围内经区（县）认定的扶贫车间；人数为最近一次核查所见，稳定务工指达到累计务工月数或年工资的贫困劳动力。",
    empty="还没有扶贫车间。请在类别为扶贫车间的用工单位页登记认定。",
    columns=(
        Column("name", "扶贫车间", "employer.name", kind="link", sort="employer__name"),
        Column("place", "所在地", place),
        Column("state", "状态", state_of(WORKSHOP), kind="tag"),
        Column("workers", "务工人数", "workers", kind="num", unit="人", sort="workers"),
        Column("poor_workers", "贫困劳动力", "poor_workers", kind="num", unit="人", sort="poor_workers"),
        Column("steady", "稳定务工", "steady", kind="num", unit="人"),
        Column("reviewed_on", "最近核查", "reviewed_on", kind="date", sort="reviewed_on"),
        Column("unmet", "未达要求", lambda row, _day: Badge(f"{len(row.unmet)} 项", "r") if row.unmet else None, kind="tag"),
        Column("buffer_until", "缓冲期至", "buffer_until", kind="date", sort="buffer_until"),
        Column("recognised_on", "认定日期", "recognised_on", kind="date", default_hidden=True),
        Column("document", "认定文件", "document", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("state", "状态", "choice", states(WORKSHOP), apply="state"),
        Filter("reviewed", "本月已核查", "flag", apply=named(workshop_queries.reviewed_in_month, dated=True)),
        Filter("failing", "有未达要求", "flag", apply=named(workshop_queries.failing)),
        Filter("standing", "未清理", "flag", apply=named(workshop_queries.standing), visible=False),
        Filter("reviewed_on", "最近核查", "date_range", apply="reviewed_on", visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("normal", "正常运行", {"state": "normal"}, tone="g"),
        QuickView("watched", "监测待处置", {"state": "watched"}, tone="o"),
        QuickView("due", "本月待核查", {"standing": "1", "reviewed": "0"}, tone="o"),
        QuickView("failing", "有未达要求", {"failing": "1"}, tone="r"),
    ),
)
