"""The ledger's figures: one number, one definition. Each counts rows of its own list, which `drill` opens.

The national series counts 建档立卡 labour out to work: outside the province, inside it but outside the county, inside the county.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.employment import post_queries, queries
from shouwang.ledgers.employment.models import MatchPlan, Traveller, Trip, Worker, WorkRecord
from shouwang.ledgers.employment.place_figures import SUBSIDY_FIGURES, WELFARE_FIGURES, WORKSHOP_FIGURES

WORKERS = "/employment/?registered=1&in_force=1"
Narrow = Callable[[QuerySet[Worker], dt.date], QuerySet[Worker]]


def _workers(narrow: Narrow | None = None) -> Callable[[dt.date], QuerySet[Any]]:
    def rows(day: dt.date) -> QuerySet[Any]:
        found = queries.of_registered(queries.in_force(Worker.objects.all(), day))
        return narrow(found, day) if narrow else found

    return rows


def _status(*codes: str) -> Narrow:
    return lambda rows, _day: rows.filter(status__in=codes)


def _of(code: str, name: str, words: str, statuses: tuple[str, ...], good: str = "") -> Figure:
    drill = "".join(f"&status={s}" for s in statuses)
    definition = f"建档立卡户劳动力中，最近一次摸底就业状况为{words}的人数。"
    return Figure(f"employment.{code}", name, "人", definition, _workers(_status(*statuses)), good=good, drill=WORKERS + drill)


LABOUR_FIGURES: tuple[Figure, ...] = (
    Figure(
        "employment.workers",
        "劳动力人数",
        "人",
        "建档立卡户现有成员中，16 周岁以上、非在校、有劳动能力并已列入劳动力台账的人数。",
        _workers(),
        drill=WORKERS,
    ),
    Figure(
        "employment.surveyed",
        "已摸底劳动力",
        "人",
        "建档立卡户劳动力中，摸底日期在有效期（规则库）内的人数；摸底后离岗的须重新摸底。",
        _workers(queries.surveyed),
        good="up",
        drill=f"{WORKERS}&surveyed=1",
    ),
    Figure(
        "employment.survey_coverage",
        "摸底覆盖率",
        "%",
        "摸底日期在有效期内的建档立卡户劳动力占建档立卡户劳动力的比例。",
        _workers(queries.surveyed),
        denominator="employment.workers",
        decimals=2,
        good="up",
        drill=f"{WORKERS}&surveyed=1",
    ),
    Figure(
        "employment.at_work",
        "务工人数",
        "人",
        "建档立卡户劳动力中，就业状况为省外、省内市外、市内跨区、县内务工的人数；居家手工不计（全国务工进度口径）。",
        _workers(lambda rows, _day: queries.at_work(rows)),
        good="up",
        drill=f"{WORKERS}&at_work=1",
    ),
    _of("out_province", "省外务工", "省外务工", ("out_province",)),
    _of("in_province", "省内县外务工", "省内市外或市内跨区务工", ("out_city", "cross_district")),
    _of("in_county", "县内务工", "县内务工", ("in_county",)),
    _of("home_work", "居家手工", "居家手工（来料加工）", ("home_work",)),
    Figure(
        "employment.last_year",
        "上年务工人数",
        "人",
        "建档立卡户劳动力中，登记为上年务工的人数；务工进度“占上年比例”的分母。",
        _workers(lambda rows, _day: rows.filter(at_work_last_year=True)),
        drill=f"{WORKERS}&last_year=1",
    ),
    Figure(
        "employment.share_of_last_year",
        "务工人数占上年比例",
        "%",
        "当前务工人数占上年务工人数的比例，按未取整的人数计算。",
        _workers(lambda rows, _day: queries.at_work(rows)),
        denominator="employment.last_year",
        decimals=2,
        good="up",
        drill=f"{WORKERS}&at_work=1",
    ),
    _of("wants", "想出未出", "想出未出", ("wants",), "down"),
    _of("cannot", "不能外出", "不能外出", ("cannot",), "down"),
    Figure(
        "employment.held_by_epidemic",
        "因疫情未能务工",
        "人",
        "建档立卡户劳动力中，未就业原因为交通受阻、用工单位未复工、居住地或务工地管控、隔离观察、担心疫情的人数。",
        _workers(queries.held_by_epidemic),
        good="down",
        drill=f"{WORKERS}&epidemic=1",
    ),
)
CAUSES = {
    "demand": ("没有合适岗位或缺少技能", ("no_post", "no_skill")),
    "care": ("照料老人小孩", ("care",)),
    "ability": ("患病、残疾或年龄偏大", ("illness", "disability", "age")),
    "home": ("在家务农、自营或其他", ("farming", "other")),
}


def _out_by_cause(code: str, words: str, reasons: tuple[str, ...]) -> Figure:
    """Out of work by cause; the epidemic's causes are employment.held_by_epidemic."""
    query = "".join(f"&reason={r}" for r in reasons)
    return Figure(
        f"employment.out_for_{code}",
        f"未务工：{words}",
        "人",
        f"建档立卡户劳动力中，想出未出或不能外出、原因为{words}的人数。",
        _workers(lambda rows, _day: rows.filter(reason__in=reasons)),
        good="down",
        drill=WORKERS + query,
    )


CHANNELS = {
    "company": "企业招聘",
    "project": "重大项目",
    "workshop": "扶贫车间",
    "welfare": "公益性岗位",
    "work_relief": "以工代赈",
    "farm": "农业经营主体",
}
RECORDS = "/employment/records/?placed=1"


def _placed(*channels: str) -> Callable[[dt.date], QuerySet[Any]]:
    def rows(day: dt.date) -> QuerySet[Any]:
        found = queries.placed_on(WorkRecord.objects.all(), day)
        return found.filter(channel__in=channels) if channels else found

    return rows


def _by_channel(channel: str, name: str) -> Figure:
    definition = f"经本系统推荐上岗、当日在岗，且就业渠道为{name}的人数。"
    drill = f"{RECORDS}&channel={channel}"
    return Figure(f"employment.placed_{channel}", f"安置在岗：{name}", "人", definition, _placed(channel), good="up", drill=drill)


PLACEMENT_FIGURES: tuple[Figure, ...] = (
    *(_out_by_cause(code, words, reasons) for code, (words, reasons) in CAUSES.items()),
    Figure(
        "employment.placed",
        "安置在岗人数",
        "人",
        "经本系统推荐上岗、当日仍在岗的人数；计划上岗和已离岗的不计。",
        _placed(),
        good="up",
        drill=RECORDS,
    ),
    *(_by_channel(channel, name) for channel, name in CHANNELS.items()),
    Figure(
        "employment.seats",
        "已发班次可用座位",
        "座",
        "已发车班次在出发时按风险等级可使用的座位数之和。",
        lambda _day: Trip.objects.exclude(state="planned"),
        measure="seats",
        drill="/employment/trips/?departed=1",
    ),
    Figure(
        "employment.seats_used",
        "已乘专车返岗",
        "人",
        "返岗专车已发车班次上登记上车的人数。",
        lambda _day: Traveller.objects.filter(boarded=True, trip__isnull=False).exclude(trip__state="planned"),
        good="up",
        drill="/employment/travellers/?rode=1",
    ),
    Figure(
        "employment.seat_rate",
        "座位使用率",
        "%",
        "已发车班次登记上车的人数占可用座位数的比例。",
        lambda _day: Traveller.objects.filter(boarded=True, trip__isnull=False).exclude(trip__state="planned"),
        denominator="employment.seats",
        decimals=1,
        good="up",
        drill="/employment/travellers/?rode=1",
    ),
    Figure(
        "employment.plans",
        "已算出匹配方案",
        "份",
        "已算出结果的人岗匹配方案份数。",
        lambda _day: MatchPlan.objects.filter(state="solved"),
        drill="/employment/plans/?state=solved",
    ),
    Figure(
        "employment.priority_kept",
        "优先次序保证率",
        "%",
        "已算出的匹配方案中，经证明没有优先人员落选而把其可任岗位给了次优先人员的份数所占比例。",
        lambda _day: post_queries.priority_kept(MatchPlan.objects.all()),
        denominator="employment.plans",
        decimals=1,
        good="up",
        drill="/employment/plans/?kept=1",
    ),
)
FIGURES: tuple[Figure, ...] = (*LABOUR_FIGURES, *PLACEMENT_FIGURES, *WORKSHOP_FIGURES, *WELFARE_FIGURES, *SUBSIDY_FIGURES)
