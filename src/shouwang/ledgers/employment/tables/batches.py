"""返岗批次, 班次, 返岗人员, 密接调阅."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.engine.batching import WORDS
from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.employment import batch_queries
from shouwang.ledgers.employment.departing import feverish
from shouwang.ledgers.employment.lifecycle import BATCH, TRIP
from shouwang.ledgers.employment.policies import EXPORT, TRACE, TRANSPORT, VIEW
from shouwang.ledgers.employment.tables.labour import place, search_by
from shouwang.ledgers.employment.tables.posts import state_of, states

LEFT = {**WORDS, "missed": "发车时未到"}

BATCHES = Table(
    key="batches",
    title="返岗批次",
    base=batch_queries.batches,
    permission=VIEW,
    url_name="employment_batches",
    unit="批",
    row_url=lambda row: reverse("employment_batch", args=[row.pk]),
    definition="本人授权范围内的返岗批次。",
    empty="还没有返岗批次。由区（县）或镇（街道）扶贫办建立批次，登记接收地和车辆后编排。",
    columns=(
        Column("name", "批次", "name", kind="link"),
        Column("region", "区划", "region.name"),
        Column("day_from", "首日", "day_from", kind="date", sort="day_from"),
        Column("day_to", "末日", "day_to", kind="date"),
        Column("state", "状态", state_of(BATCH), kind="tag"),
        Column("people", "报名人数", "people", kind="num", unit="人"),
        Column("seated", "已安排座位", "seated", kind="num", unit="人"),
    ),
    filters=(Filter("region", "所在区划", "region"), Filter("state", "状态", "choice", states(BATCH), apply="state")),
)


def _riders(row: Any, _today: dt.date) -> int:
    return int(row.people)


TRIPS = Table(
    key="trips",
    title="班次",
    base=batch_queries.trips,
    permission=VIEW,
    url_name="employment_trips",
    unit="班",
    ordering=("day", "pk"),
    row_url=lambda row: reverse("employment_trip", args=[row.pk]),
    definition="本人授权范围内的班次，按车辆所在区划。",
    empty="还没有班次。请在返岗批次中编排。",
    columns=(
        Column("plate", "车辆", "vehicle.plate", kind="link"),
        Column("day", "出发日期", "day", kind="date", sort="day"),
        Column("batch", "批次", "batch.name"),
        Column("destination", "接收地", "destination.place_name"),
        Column("state", "状态", state_of(TRIP), kind="tag"),
        Column("people", "乘客", _riders, kind="num", unit="人"),
        Column("seats", "可用座位", "seats", kind="num", unit="座"),
        Column("approval", "批准文号", "approval"),
        Column("levels", "两地风险等级", "levels"),
        Column("warning", "提示", lambda r, _d: Badge(r.warning, "r") if r.warning else None, kind="tag"),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("state", "状态", "choice", states(TRIP), apply="state"),
        Filter("day", "出发日期", "date_range", apply="day"),
        Filter(
            "departed", "已发车", "flag", apply=lambda rows, yes, _d: rows.exclude(state="planned") if yes else rows.filter(state="planned")
        ),
    ),
)


def _recent(scope: Scope) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in batch_queries.batches(scope).order_by("-pk").values_list("pk", "name")[:30]]


def _seated(rows: QuerySet[Any], yes: bool, _day: dt.date) -> QuerySet[Any]:
    return rows.filter(trip__isnull=not yes)


def _rode(rows: QuerySet[Any], yes: bool, _day: dt.date) -> QuerySet[Any]:
    gone = Q(boarded=True, trip__isnull=False) & ~Q(trip__state="planned")
    return rows.filter(gone) if yes else rows.exclude(gone)


def _health(row: Any, today: dt.date) -> Badge:
    if feverish(row.temperature, today):
        return Badge(f"体温 {row.temperature}℃", "r")
    if row.quarantine_until and row.quarantine_until >= today:
        return Badge(f"隔离至 {row.quarantine_until}", "o")
    return Badge("已申报", "g") if row.declared else Badge("未申报", "o")


TRAVELLERS = Table(
    key="travellers",
    title="返岗人员",
    base=batch_queries.travellers,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_travellers",
    unit="人",
    placed="household",
    search=search_by("worker__member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("-batch", "pk"),
    row_url=lambda row: reverse("employment_traveller", args=[row.pk]),
    row_permission=TRANSPORT,
    definition="本人授权范围内列入返岗批次的人员：健康申报、体温、隔离、班次和座位，或未安排的原因。",
    empty="还没有返岗人员。请在返岗批次中点“列入计划外出人员”。",
    columns=(
        Column("name", "姓名", "worker.member.name", kind="link", mask="name"),
        Column("code", "人编号", "worker.member.code"),
        Column("place", "所在村", place),
        Column("batch", "批次", "batch.name"),
        Column("destination", "接收地", "destination.place_name", group="labour"),
        Column("boarding", "上车点", "boarding.name"),
        Column("health", "健康", _health, kind="tag", group="health"),
        Column("trip", "班次", lambda r, _d: f"{r.trip.day:%m-%d} {r.trip.vehicle.plate}" if r.trip else None, group="labour"),
        Column("seat", "座位", "seat", kind="num", unit="号", group="labour"),
        Column("reason", "未安排原因", lambda r, _d: LEFT.get(r.reason, r.reason) or None, group="labour"),
        Column("group", "同行组", "group", group="labour", default_hidden=True),
    ),
    filters=(
        Filter("batch", "批次", "choice", _recent, apply="batch"),
        Filter("seated", "已安排座位", "flag", apply=_seated, group="labour"),
        Filter("declared", "已健康申报", "flag", apply="declared", group="health"),
        Filter("region", "所在区划", "region"),
        Filter("reason", "未安排原因", "choice", lambda _s: tuple(LEFT.items()), apply="reason", visible=False, group="labour"),
        Filter("rode", "已乘专车", "flag", apply=_rode, visible=False, group="labour"),
        Filter("boarded", "已上车", "flag", apply="boarded", visible=False, group="labour"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("undeclared", "未申报", {"declared": "0"}, tone="o"),
        QuickView("left", "未安排", {"seated": "0"}, tone="r"),
    ),
)

RELEASES = Table(
    key="trace_releases",
    title="密接调阅",
    base=batch_queries.releases,
    permission=TRACE,
    url_name="employment_releases",
    unit="次",
    row_url=lambda row: reverse("employment_release", args=[row.pk]),
    definition="凭疾控中心公函的调阅，到期自动删除名单，调阅和删除均留痕。",
    empty="没有调阅过。调阅须凭疾控中心公函，在班次页办理。",
    columns=(
        Column("letter", "公函文号", "letter", kind="link"),
        Column("trip", "班次", lambda r, _d: f"{r.trip.day} {r.trip.vehicle.plate} {r.trip.destination.place_name}"),
        Column("released_on", "调阅日期", "released_on", kind="date", sort="released_on"),
        Column("delete_by", "应删除日期", "delete_by", kind="date"),
        Column("deleted_on", "已删除日期", "deleted_on", kind="date"),
    ),
    filters=(Filter("released_on", "调阅日期", "date_range", apply="released_on"),),
)
