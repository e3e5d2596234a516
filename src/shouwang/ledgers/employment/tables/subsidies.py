"""就业补贴."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Column, QuickView, Table
from shouwang.ledgers.employment import subsidies, subsidy_queries
from shouwang.ledgers.employment.lifecycle import SUBSIDY
from shouwang.ledgers.employment.models import SubsidyClaim
from shouwang.ledgers.employment.policies import EXPORT, VIEW
from shouwang.ledgers.employment.tables.labour import named, place
from shouwang.ledgers.employment.tables.posts import state_of, states


def period(row: SubsidyClaim, _today: dt.date) -> str:
    """The days a claim is for."""
    if row.ends_on is None:
        return str(row.starts_on)
    whole = (row.starts_on.month, row.starts_on.day) == (1, 1) and row.ends_on == dt.date(row.starts_on.year + 1, 1, 1)
    return f"{row.starts_on.year} 年" if whole else f"{row.starts_on} ～ {row.ends_on}"


def failure(row: SubsidyClaim, _today: dt.date) -> str | None:
    """Why the bank returned the money of a claim that waits to be put right."""
    return subsidies.failures(row.failed_on)[row.failure][0] if row.state == "failed" and row.failed_on else None


def paper(row: SubsidyClaim, _today: dt.date) -> str | None:
    """The paper such a claim needs."""
    return subsidies.failures(row.failed_on)[row.failure][1] if row.state == "failed" and row.failed_on else None


SUBSIDIES = Table(
    key="subsidies",
    title="就业补贴",
    base=subsidy_queries.claims,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_subsidies",
    unit="笔",
    search=lambda rows, text: rows.filter(
        Q(employer__name__contains=text) | Q(worker__member__name__contains=text) | Q(worker__member__code__startswith=text)
    ),
    search_hint="姓名、人编号、单位名称",
    ordering=("-applied_on", "-pk"),
    row_url=lambda row: reverse("employment_subsidy", args=[row.pk]),
    definition="本人授权范围内个人和用工单位申领的就业补贴，一次申领一行；金额在审核时按申领事项所属日期的标准计算，标准未录入的不计算。",
    empty="还没有就业补贴申领。请在劳动力页或用工单位页登记。",
    columns=(
        Column("code", "申领", lambda row, _day: row.worker.member.code if row.worker else "用工单位", kind="link"),
        Column("name", "姓名", "worker.member.name", mask="name"),
        Column("employer", "用工单位", "employer.name"),
        Column("kind", "补贴项目", lambda row, day: subsidies.kind_name(row.kind, day), group="labour"),
        Column("period", "所属期间", period, group="labour"),
        Column("amount", "金额", "amount", kind="money", sort="amount", group="labour"),
        Column("state", "状态", state_of(SUBSIDY), kind="tag", group="labour"),
        Column("place", "所在地", place),
        Column("persons", "人数", "persons", kind="num", unit="人", group="labour"),
        Column("applied_on", "申领日期", "applied_on", kind="date", sort="applied_on", group="labour"),
        Column("paid_on", "发放日期", "paid_on", kind="date", group="labour"),
        Column("failure", "失败原因", failure, group="labour", default_hidden=True),
        Column("paper", "须补材料", paper, group="labour", default_hidden=True),
        Column("voucher", "拨付凭证", "voucher", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("kind", "补贴项目", "choice", subsidies.listed, apply="kind", group="labour"),
        Filter("state", "状态", "choice", states(SUBSIDY), apply="state", group="labour"),
        Filter("failure", "失败原因", "choice", subsidies.failure_listed, apply="failure", visible=False, group="labour"),
        Filter("applied_on", "申领日期", "date_range", apply="applied_on", visible=False, group="labour"),
        Filter("open", "办理中", "flag", apply=named(subsidy_queries.open_claims), visible=False, group="labour"),
        Filter("gap", "银行金额不符", "flag", apply=named(subsidy_queries.short), visible=False, group="labour"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("applied", "待审核", {"state": "applied"}, tone="o"),
        QuickView("checked", "待批准", {"state": "checked"}, tone="o"),
        QuickView("approved", "待发放", {"state": "approved"}),
        QuickView("failed", "发放失败", {"state": "failed"}, tone="r"),
        QuickView("gap", "金额不符", {"gap": "1"}, tone="r"),
        QuickView("paid", "已发放", {"state": "paid"}, tone="g"),
    ),
)
