"""公益岗位聘用."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.employment import welfare_queries
from shouwang.ledgers.employment.lifecycle import APPOINTMENT
from shouwang.ledgers.employment.models import WelfareAppointment
from shouwang.ledgers.employment.policies import EXPORT, VIEW
from shouwang.ledgers.employment.tables.labour import named, place, search_by
from shouwang.ledgers.employment.tables.posts import states


def standing(row: WelfareAppointment, today: dt.date) -> Badge:
    """Where a term stands on the day."""
    if row.state == "ended":
        return Badge("已终止", "")
    if row.starts_on > today:
        return Badge("待上岗", "b")
    if row.ends_on <= today:
        return Badge("到期未办", "r")
    return Badge("即将到期", "o") if row.ends_on <= welfare_queries.notice(today) else Badge("在岗", "g")


APPOINTMENTS = Table(
    key="appointments",
    title="公益岗位聘用",
    base=welfare_queries.appointments,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_appointments",
    unit="人次",
    placed="household",
    search=search_by("worker__member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("ends_on", "pk"),
    row_url=lambda row: reverse("employment_appointment", args=[row.pk]),
    definition="本人授权范围内经推荐到公益性岗位的聘用，一次聘用一行，续聘不另起；届满日期当日不在岗。",
    empty="还没有公益岗位聘用。向劳动力推荐公益性岗位，登记接受时填写聘期即可。",
    columns=(
        Column("name", "姓名", "worker.member.name", kind="link", mask="name"),
        Column("code", "人编号", "worker.member.code"),
        Column("place", "所在村", place),
        Column("post", "岗位", "record.post.title", group="labour"),
        Column("employer", "用工单位", "record.employer", group="labour", default_hidden=True),
        Column("standing", "状态", standing, kind="tag", group="labour"),
        Column("starts_on", "聘期起", "starts_on", kind="date", sort="starts_on", group="labour"),
        Column("ends_on", "聘期届满", "ends_on", kind="date", sort="ends_on", group="labour"),
        Column("pay", "月报酬", "pay", kind="money", sort="pay", group="labour"),
        Column("days_worked", "累计出勤", "days_worked", kind="num", unit="天", group="labour"),
        Column("paid", "累计已发", "paid", kind="money", group="labour"),
        Column("renewals", "续聘", "renewals", kind="num", unit="次", group="labour", default_hidden=True),
        Column("left_on", "离岗日期", "left_on", kind="date", group="labour", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("state", "聘用状态", "choice", states(APPOINTMENT), apply="state", group="labour"),
        Filter("ends_on", "聘期届满", "date_range", apply="ends_on", group="labour"),
        Filter("on_post", "在岗", "flag", apply=named(welfare_queries.on_post, dated=True), visible=False, group="labour"),
        Filter("expiring", "即将到期", "flag", apply=named(welfare_queries.expiring, dated=True), visible=False, group="labour"),
        Filter("expired", "到期未办", "flag", apply=named(welfare_queries.expired, dated=True), visible=False, group="labour"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("on_post", "在岗", {"on_post": "1"}, tone="g"),
        QuickView("expiring", "即将到期", {"expiring": "1"}, tone="o"),
        QuickView("expired", "到期未办", {"expired": "1"}, tone="r"),
    ),
)
