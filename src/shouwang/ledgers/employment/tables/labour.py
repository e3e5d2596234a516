"""劳动力台账, 务工记录, 培训."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.employment import queries
from shouwang.ledgers.employment.codes import listed, word
from shouwang.ledgers.employment.models import Worker
from shouwang.ledgers.employment.policies import EXPORT, SURVEY, VIEW
from shouwang.ledgers.registry.codes import in_words

OUTCOMES = {"": Badge("待跟踪", "o"), "there": Badge("在岗", "g"), "left": Badge("已离岗", "r")}
TONES = {"unsurveyed": "", "out_province": "g", "out_city": "g", "cross_district": "g", "in_county": "g", "home_work": "c"}
Narrow = Callable[[QuerySet[Any], bool, dt.date], QuerySet[Any]]


def named(rows_of: Callable[..., QuerySet[Any]], *, dated: bool = False) -> Narrow:
    """A yes/no filter over a named set; no keeps the rest."""

    def narrow(rows: QuerySet[Any], wanted: bool, today: dt.date) -> QuerySet[Any]:
        day = (today,) if dated else ()
        return rows_of(rows, *day) if wanted else rows.exclude(pk__in=rows_of(rows.model._default_manager.all(), *day).values("pk"))

    return narrow


def place(row: Any, _today: dt.date) -> str:
    """County / town / village of a row annotated with PLACE_NAMES."""
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def search_by(path: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """Search by name or code of the member at the path, or of the household."""

    def search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        if text.isascii():
            return rows.filter(Q(**{f"{path}code__startswith": text}) | Q(household__code__startswith=text))
        return rows.filter(Q(**{f"{path}name__contains": text}) | Q(household__head_name__contains=text))

    return search


def _status(row: Worker, today: dt.date) -> Badge:
    tone = "o" if row.status == "wants" else "r" if row.status == "cannot" else TONES.get(row.status, "")
    return Badge(word("work_status", row.status, today), tone)


def coded(name: str, attribute: str) -> Callable[[Any, dt.date], str | None]:
    """A column that says the word of a code."""
    return lambda row, today: word(name, getattr(row, attribute), today) if getattr(row, attribute) else None


def _where(row: Any, _today: dt.date) -> str:
    return f"{row.place_name}{row.place_detail}"


def _open(day: dt.date) -> Q:
    """Records somebody works under on the day."""
    return Q(planned=False, started_on__lte=day) & (Q(ended_on=None) | Q(ended_on__gt=day))


def _late(rows: QuerySet[Any], yes: bool, day: dt.date) -> QuerySet[Any]:
    waiting = Q(planned=True, ended_on=None, started_on__lt=day)
    return rows.filter(waiting) if yes else rows.exclude(waiting)


def _stage(row: Any, _day: dt.date) -> Badge:
    if not row.planned:
        return Badge("已务工", "g")
    return Badge("计划", "o") if row.ended_on is None else Badge("未到岗", "n")


WORKERS = Table(
    key="workers",
    title="劳动力台账",
    base=queries.workers,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_workers",
    unit="人",
    placed="household",
    search=search_by("member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("-updated_at", "-pk"),
    row_url=lambda row: reverse("employment_worker", args=[row.pk]),
    definition="本人授权范围内建档立卡户和监测对象户中有劳动能力、16 周岁以上、非在校的成员，每夜随户档案更新；一人一行。",
    dated=in_words,
    empty="还没有劳动力。名单每夜从户档案自动列入，不需要手工登记。",
    columns=(
        Column("name", "姓名", "member.name", kind="link", mask="name"),
        Column("code", "人编号", "member.code"),
        Column("head", "户主", "household.head_name", mask="name", default_hidden=True),
        Column("place", "所在村", place),
        Column("age", "年龄", lambda r, d: r.member.age(d), kind="num", unit="岁", group="base"),
        Column("status", "就业状况", _status, kind="tag", sort="status", group="labour"),
        Column("reason", "未就业原因", coded("no_work_reason", "reason"), group="labour"),
        Column("where", "务工地", _where, group="labour"),
        Column("wage", "月收入", "wage", kind="money", sort="wage", group="labour"),
        Column("skill", "技能", coded("skill", "skill"), group="labour"),
        Column("wish", "就业意愿", coded("wish", "wish"), group="labour"),
        Column("wish_wage", "期望月收入", "wish_wage", kind="money", group="labour", default_hidden=True),
        Column("surveyed_on", "摸底日期", "surveyed_on", kind="date", sort="surveyed_on"),
        Column("surveyed_by", "摸底人", "surveyed_by", default_hidden=True),
        Column("tries", "未接通次数", "tries", kind="num", unit="次", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("status", "就业状况", "choice", listed("work_status"), apply="status", group="labour"),
        Filter("reason", "未就业原因", "choice", listed("no_work_reason"), apply="reason", group="labour"),
        Filter("surveyed", "近期已摸底", "flag", apply=named(queries.surveyed, dated=True)),
        Filter("skill", "技能", "choice", listed("skill"), apply="skill", visible=False, group="labour"),
        Filter("wish", "就业意愿", "choice", listed("wish"), apply="wish", visible=False, group="labour"),
        Filter("in_force", "现为劳动力", "flag", apply=named(queries.in_force, dated=True), visible=False),
        Filter("registered", "建档立卡户", "flag", apply=named(queries.of_registered), visible=False, group="base"),
        Filter("at_work", "在外或县内务工", "flag", apply=named(queries.at_work), visible=False, group="labour"),
        Filter("epidemic", "因疫情未能务工", "flag", apply=named(queries.held_by_epidemic, dated=True), visible=False, group="labour"),
        Filter("last_year", "上年务工", "flag", apply="at_work_last_year", visible=False, group="labour"),
        Filter("surveyed_on", "摸底日期", "date_range", apply="surveyed_on", visible=False),
        Filter("tries", "未接通次数", "number", apply="tries", visible=False, unit="次"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("due", "待摸底", {"in_force": "1", "surveyed": "0"}, tone="o", counted=False),
        QuickView("wants", "想出未出", {"status": "wants"}, tone="o"),
        QuickView("cannot", "不能外出", {"status": "cannot"}, tone="r"),
    ),
)

RECORDS = Table(
    key="work_records",
    title="务工记录",
    base=queries.records,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_records",
    unit="条",
    placed="household",
    search=search_by("worker__member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("-started_on", "-pk"),
    row_url=lambda row: reverse("employment_worker", args=[row.worker_id]) + "#records",
    definition="本人授权范围内登记的务工记录，一段务工一行，含计划务工；离岗日期当日不计在岗。",
    empty="还没有务工记录。请在劳动力页登记。",
    columns=(
        Column("name", "姓名", "worker.member.name", kind="link", mask="name"),
        Column("code", "人编号", "worker.member.code"),
        Column("place", "所在村", place),
        Column("planned", "类别", _stage, kind="tag", group="labour"),
        Column("started_on", "上岗日期", "started_on", kind="date", sort="started_on", group="labour"),
        Column("ended_on", "离岗日期", "ended_on", kind="date", sort="ended_on", group="labour"),
        Column("where", "务工地", _where, group="labour"),
        Column("employer", "务工单位", "employer", group="labour"),
        Column("industry", "行业", coded("industry", "industry"), group="labour"),
        Column("monthly_income", "月收入", "monthly_income", kind="money", sort="monthly_income", group="labour"),
        Column("channel", "就业渠道", coded("work_channel", "channel"), group="labour"),
        Column("contract", "合同期限", coded("contract", "contract"), group="labour", default_hidden=True),
        Column("point_to_point", "点对点", "point_to_point", group="labour", default_hidden=True),
        Column("transport_aid", "交通费补助", "transport_aid", kind="money", group="labour", default_hidden=True),
        Column("service_need", "服务需求", "service_need", group="labour", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("channel", "就业渠道", "choice", listed("work_channel"), apply="channel", group="labour"),
        Filter("started_on", "上岗日期", "date_range", apply="started_on", group="labour"),
        Filter("open", "在岗", "flag", apply=lambda rows, yes, day: rows.filter(_open(day)) if yes else rows.exclude(_open(day))),
        Filter("placed", "经推荐在岗", "flag", apply=named(queries.placed_on, dated=True), visible=False, group="labour"),
        Filter("industry", "行业", "choice", listed("industry"), apply="industry", visible=False, group="labour"),
        Filter("planned", "计划务工", "flag", apply="planned", visible=False, group="labour"),
        Filter("contract", "合同期限", "choice", listed("contract"), apply="contract", visible=False, group="labour"),
        Filter("late", "计划上岗日已过", "flag", apply=_late, visible=False, group="labour"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("open", "在岗", {"open": "1"}, tone="g"),
        QuickView("planned", "计划务工", {"planned": "1"}, tone="o"),
        QuickView("late", "计划上岗日已过", {"late": "1"}, tone="r"),
    ),
)

TRAININGS = Table(
    key="trainings",
    title="培训台账",
    base=queries.trainings,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_trainings",
    unit="人次",
    placed="household",
    search=search_by("worker__member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("-started_on", "-pk"),
    row_url=lambda row: reverse("employment_worker", args=[row.worker_id]) + "#trainings",
    definition="本人授权范围内登记的技能培训，一人一次一行。",
    empty="还没有培训记录。请在劳动力页登记。",
    columns=(
        Column("name", "姓名", "worker.member.name", kind="link", mask="name"),
        Column("code", "人编号", "worker.member.code"),
        Column("place", "所在村", place),
        Column("subject", "培训内容", "subject", group="labour"),
        Column("skill", "技能", coded("skill", "skill"), group="labour"),
        Column("started_on", "开始日期", "started_on", kind="date", sort="started_on", group="labour"),
        Column("days", "天数", "days", kind="num", unit="天", group="labour"),
        Column("organiser", "组织单位", "organiser", group="labour"),
        Column("certificate", "证书", "certificate", group="labour", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("skill", "技能", "choice", listed("skill"), apply="skill", group="labour"),
        Filter("started_on", "开始日期", "date_range", apply="started_on", group="labour"),
    ),
    quick_views=(QuickView("all", "全部", {}),),
)


FOLLOW_UPS = Table(
    key="follow_ups",
    title="稳岗跟踪",
    base=queries.follow_ups,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_follow_ups",
    unit="次",
    placed="household",
    search=search_by("record__worker__member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("due_on", "pk"),
    row_url=lambda row: reverse("employment_follow_up", args=[row.pk]),
    row_permission=SURVEY,
    definition="本人授权范围内经推荐上岗人员的稳岗跟踪，上岗后 7、30、90 天各一次。",
    empty="还没有稳岗跟踪。经推荐上岗的，次日自动安排。",
    columns=(
        Column("name", "姓名", "record.worker.member.name", kind="link", mask="name"),
        Column("code", "人编号", "record.worker.member.code"),
        Column("place", "所在村", place),
        Column("employer", "务工单位", "record.employer", group="labour"),
        Column("days", "上岗满", "days", kind="num", unit="天", group="labour"),
        Column("due_on", "应跟踪日期", "due_on", kind="date", sort="due_on", group="labour"),
        Column("outcome", "结果", lambda r, _d: OUTCOMES[r.outcome], kind="tag", group="labour"),
        Column("done_on", "跟踪日期", "done_on", kind="date", group="labour"),
        Column("note", "情况", "note", group="labour", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter(
            "open",
            "待跟踪",
            "flag",
            apply=lambda rows, yes, _d: rows.filter(outcome="") if yes else rows.exclude(outcome=""),
            group="labour",
        ),
        Filter("due_on", "应跟踪日期", "date_range", apply="due_on", group="labour"),
        Filter(
            "outcome", "结果", "choice", lambda _s: (("there", "在岗"), ("left", "已离岗")), apply="outcome", visible=False, group="labour"
        ),
    ),
    quick_views=(QuickView("all", "全部", {}), QuickView("open", "待跟踪", {"open": "1"}, tone="o")),
)
