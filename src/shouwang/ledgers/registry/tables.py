"""The registry's lists: households and members. Filters and figures share the named sets of queries.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from shouwang.kernel.clock import business_now
from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import book
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.registry import papers, queries, search, visits
from shouwang.ledgers.registry.codes import BOOK, choices, in_words, past_choices, standing_word, word
from shouwang.ledgers.registry.finding_queries import with_errors
from shouwang.ledgers.registry.lifecycle import MONITORING, REGISTRATION
from shouwang.ledgers.registry.models import Household, IncomeStatement, Member
from shouwang.ledgers.registry.policies import EXPORT, VIEW

SEARCH_HINT = "姓名、拼音、户编号"
TONES = {**{k: s.tone for k, s in REGISTRATION.states.items()}, **{k: s.tone for k, s in MONITORING.states.items() if k}}


def _listed(name: str) -> Callable[[Scope], Sequence[tuple[str, str]]]:
    """A code list in the words of the business day, which is asked for only where the words ever changed."""
    versions = book(BOOK)[name]
    return lambda _scope: choices(name, on=versions[0].valid_from if len(versions) == 1 else business_now().date())


def _ever(name: str) -> Callable[[Scope], Sequence[tuple[str, str]]]:
    """The code list of every day: rows bear codes that the words of the business day do not know."""
    return lambda _scope: past_choices(name)


def _set(name: Callable[..., QuerySet[Any]], *, dated: bool = False) -> Callable[[QuerySet[Any], bool, dt.date], QuerySet[Any]]:
    """A yes/no filter over a named set: no keeps the rest."""

    def narrow(rows: QuerySet[Any], wanted: bool, today: dt.date) -> QuerySet[Any]:
        day = (today,) if dated else ()
        return name(rows, *day) if wanted else rows.exclude(pk__in=name(rows.model._default_manager.all(), *day).values("pk"))

    return narrow


def _where(inside: Q) -> Callable[[QuerySet[Any], bool, dt.date], QuerySet[Any]]:
    """A yes/no filter that the row itself decides."""
    return lambda rows, wanted, _today: rows.filter(inside) if wanted else rows.exclude(inside)


def _by_cause(rows: QuerySet[Any], codes: Sequence[str], _today: dt.date) -> QuerySet[Any]:
    reach = Q(main_cause__in=codes)
    for code in codes:
        reach |= Q(other_causes__contains=code)
    return rows.filter(reach)


def _by_income(rows: QuerySet[Any], ends: tuple[Decimal | None, Decimal | None], _today: dt.date) -> QuerySet[Any]:
    """Last window's income per head between two amounts in yuan, both included; without division."""
    low, high = ends
    latest = IncomeStatement.objects.filter(is_latest=True)
    if low is not None:
        latest = latest.filter(net__gte=F("persons") * int(low * 100))
    if high is not None:
        latest = latest.filter(net__lte=F("persons") * int(high * 100))
    return rows.filter(pk__in=latest.values("household_id"))


def _standing(row: Household, today: dt.date) -> Badge:
    watched = row.monitoring not in ("", "cleared")
    return Badge(standing_word(row.registration, row.monitoring, on=today), TONES.get(row.monitoring if watched else row.registration, ""))


def _income(row: Any, _today: dt.date) -> int | None:
    """分 per head, for display; a household without a window shows --."""
    latest = row.latest_incomes[0] if row.latest_incomes else None
    return None if latest is None else int(latest.per_head * 100)


def _helper(row: Any, _today: dt.date) -> str | Badge:
    names = "、".join(h.name for h in row.open_helpers)
    return names or Badge("空档户", "r")


def _place(row: Any, _today: dt.date) -> str:
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def _causes(row: Household, today: dt.date) -> str:
    return "、".join(word("cause", c, on=today) for c in row.causes)


def _water(row: Household, _today: dt.date) -> Badge | None:
    known = [getattr(row, f) for f in ("water_quantity", "water_quality", "water_access", "water_reliability")]
    if any(v is False for v in known):
        return Badge("不达标", "r")
    return Badge("达标", "g") if all(known) else None


def _housing(row: Household, today: dt.date) -> Badge | None:
    if not row.housing_grade:
        return None
    unsafe = row.housing_grade in ("c", "d") and row.housing_lived_in
    return Badge(word("housing_grade", row.housing_grade, on=today), "r" if unsafe else "g")


def _matched(row: Any, _today: dt.date) -> str | None:
    return getattr(row, "matched", None)  # set by search.show_matches, already masked


HOUSEHOLDS = Table(
    key="households",
    title="户档案",
    base=queries.households,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="registry_households",
    unit="户",
    find=search.find_households,
    show_found=search.show_matches,
    search_hint=SEARCH_HINT,
    ordering=("-updated_at", "-pk"),
    row_url=lambda row: reverse("registry_household", args=[row.pk]),
    definition="本人授权范围内的户档案，含建档立卡户、监测对象和一般农户；人均纯收入为最近一期。",
    empty="还没有户档案。请由镇（街道）扶贫专干登记，或导入上级系统的户信息。",
    dated=in_words,
    columns=(
        Column("code", "户编号", "code", kind="link", sort="code"),
        Column("head_name", "户主", "head_name", mask="name", sort="head_name"),
        Column("matched", "符合的成员", _matched, searching=True),
        Column("place", "所在村", _place),
        Column("hamlet", "村民小组", "hamlet"),
        Column("standing", "属性", _standing, kind="tag", group="base"),
        Column("main_cause", "主要致贫原因", lambda r, d: word("cause", r.main_cause, on=d) if r.main_cause else None, group="base"),
        Column("persons", "人口", "persons", kind="num", unit="人"),
        Column("income", "人均纯收入", _income, kind="money", group="income"),
        Column("helper", "帮扶责任人", _helper),
        Column("last_visit", "最近走访", "last_visit", kind="date", default_hidden=True),
        Column("housing", "住房", _housing, kind="tag", group="housing", default_hidden=True),
        Column("water", "饮水", _water, kind="tag", group="housing", default_hidden=True),
        Column("phone", "联系电话", "phone", mask="phone", group="contact", default_hidden=True),
        Column("updated_at", "更新时间", "updated_at", kind="datetime", sort="updated_at", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("registration", "建档立卡属性", "choice", _listed("registration_standing"), apply="registration", group="base"),
        Filter(
            "monitoring",
            "监测对象类别",
            "choice",
            _listed("monitoring_standing"),
            apply="monitoring",
            group="base",
            dated=in_words,
            past=_ever("monitoring_standing"),
        ),
        Filter("below_line", "收入低于标准", "flag", apply=_set(queries.below_line, dated=True), group="income"),
        Filter("no_helper", "空档户", "flag", apply=_set(queries.without_helper), visible=False),
        Filter("cause", "致贫原因", "choice", _listed("cause"), apply=_by_cause, visible=False, group="base"),
        Filter("kind", "户类型", "choice", _listed("household_kind"), apply="kind", visible=False, group="assistance"),
        Filter("no_labour", "整户无劳动能力", "flag", apply="no_labour", visible=False, group="labour"),
        Filter("income", "人均纯收入", "number", apply=_by_income, visible=False, group="income", unit="元"),
        Filter("has_income", "有最近一期收入", "flag", apply=_set(queries.with_income), visible=False, group="income"),
        Filter("wage_dependent", "工资性收入为主", "flag", apply=_set(queries.wage_dependent), visible=False, group="income"),
        Filter("has_business", "有生产经营性收入", "flag", apply=_set(queries.with_business), visible=False, group="income"),
        Filter("unsafe_housing", "住危房", "flag", apply=_where(queries.UNSAFE_HOUSING), visible=False, group="housing"),
        Filter("water_open", "饮水不达标", "flag", apply=_where(queries.WATER_OPEN), visible=False, group="housing"),
        Filter("has_phone", "有联系电话", "flag", apply=_where(Q(phone__isnull=False)), visible=False, group="contact"),
        Filter("registered", "建档立卡户", "flag", apply=_where(queries.REGISTERED), visible=False, group="base"),
        Filter("watched", "监测对象", "flag", apply=_where(queries.UNDER_WATCH), visible=False, group="base", dated=in_words),
        Filter("hamlet", "村民小组", "text", apply="hamlet", visible=False),
        Filter("has_errors", "数据有错误", "flag", apply=_set(with_errors), visible=False),
        Filter("on_file", "建档立卡户和监测对象", "flag", apply=_set(queries.on_file), visible=False, group="base", dated=in_words),
        Filter("papers_missing", "档案缺件", "flag", apply=_set(papers.incomplete, dated=True), visible=False),
        Filter("papers_complete", "档案齐全", "flag", apply=_set(papers.complete, dated=True), visible=False),
        Filter("visited_lately", "近期走访过", "flag", apply=_set(visits.visited_lately, dated=True), visible=False),
        Filter("unvisited", "久未走访", "flag", apply=_set(visits.long_unvisited, dated=True), visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("poor", "未脱贫", {"registration": ["poor", "relapsed", "newly_poor"]}, tone="r"),
        QuickView("watched", "监测对象", {"watched": "1"}, tone="o", dated=partial(in_words, "监测对象")),
        QuickView("below", "收入低于标准", {"below_line": "1"}, tone="r", counted=False),
        QuickView("open", "空档户", {"no_helper": "1"}, tone="o", counted=False),
        QuickView("papers", "档案缺件", {"papers_missing": "1"}, tone="o", counted=False),
        QuickView("unvisited", "久未走访", {"unvisited": "1"}, tone="o", counted=False),
    ),
)


def _registered_people(rows: QuerySet[Member]) -> QuerySet[Member]:
    return queries.of_registered(rows)


def _of_homes(name: Callable[..., QuerySet[Household]], *, dated: bool = False) -> Callable[[QuerySet[Any], bool, dt.date], QuerySet[Any]]:
    """A yes/no filter on members by a named set of households."""

    def narrow(rows: QuerySet[Any], wanted: bool, today: dt.date) -> QuerySet[Any]:
        homes = name(Household.objects.all(), *((today,) if dated else ())).values("pk")
        return rows.filter(household__in=homes) if wanted else rows.exclude(household__in=homes)

    return narrow


def _of_risk(rows: QuerySet[Member], codes: tuple[str, ...], _today: dt.date) -> QuerySet[Member]:
    return rows.filter(household__in=queries.at_risk(Household.objects.all(), codes))


MEMBERS = Table(
    key="members",
    title="家庭成员",
    base=queries.members,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="registry_members",
    unit="人",
    placed="household",
    find=search.find_members,
    search_hint="姓名、拼音、人编号",
    ordering=("-updated_at", "-pk"),
    row_url=lambda row: reverse("registry_household", args=[row.household_id]),
    definition="本人授权范围内户档案的现有成员，已登记减少的不含；年龄按当日周岁。",
    empty="还没有成员。请在户档案中增加家庭成员。",
    columns=(
        Column("code", "人编号", "code", kind="link", sort="code"),
        Column("name", "姓名", "name", mask="name", sort="name"),
        Column("head", "户主", "household.head_name", mask="name"),
        Column("place", "所在村", _place),
        Column("relation", "与户主关系", lambda r, d: word("relation", r.relation, on=d), group="base"),
        Column("sex", "性别", lambda r, d: word("sex", r.sex, on=d), group="base"),
        Column("age", "年龄", lambda r, d: r.age(d), kind="num", unit="岁", group="base"),
        Column("standing", "户属性", lambda r, d: _standing(r.household, d), kind="tag", group="base"),
        Column("labour", "劳动能力", lambda r, d: word("labour", r.labour, on=d), group="labour"),
        Column("health", "健康状况", lambda r, d: word("health", r.health, on=d), group="health"),
        Column("school", "在校生状况", lambda r, d: word("school_status", r.school_status, on=d), group="education"),
        Column("insurance", "基本医保", lambda r, d: word("insurance", r.insurance, on=d), group="health"),
        Column("id_number", "证件号码", "id_number", mask="id_number", group="identity", default_hidden=True),
        Column("phone", "联系电话", "phone", mask="phone", group="contact", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter(
            "registration", "户的建档立卡属性", "choice", _listed("registration_standing"), apply="household__registration", group="base"
        ),
        Filter("labour", "劳动能力", "choice", _listed("labour"), apply="labour", group="labour"),
        Filter("health", "健康状况", "choice", _listed("health"), apply="health", group="health"),
        Filter(
            "monitoring",
            "户的监测对象类别",
            "choice",
            _listed("monitoring_standing"),
            apply="household__monitoring",
            visible=False,
            group="base",
            dated=in_words,
            past=_ever("monitoring_standing"),
        ),
        Filter("school", "在校生状况", "choice", _listed("school_status"), apply="school_status", visible=False, group="education"),
        Filter("registered", "建档立卡户成员", "flag", apply=_set(_registered_people), visible=False, group="base"),
        Filter("watched", "监测对象户成员", "flag", apply=_of_homes(queries.watched), visible=False, group="base", dated=in_words),
        Filter("risk", "所在户返贫致贫风险", "choice", _listed("risk"), apply=_of_risk, visible=False, group="base"),
        Filter("below_line", "所在户收入低于标准", "flag", apply=_of_homes(queries.below_line, dated=True), visible=False, group="income"),
        Filter("labour_force", "劳动力", "flag", apply=_set(queries.labour_force, dated=True), visible=False, group="labour"),
        Filter("out_of_school", "因贫失学", "flag", apply=_set(queries.out_of_school_for_poverty), visible=False, group="education"),
        Filter("uninsured", "未参加基本医保", "flag", apply=_set(queries.uninsured), visible=False, group="health"),
    ),
)
