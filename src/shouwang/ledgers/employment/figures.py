"""The ledger's figures: one number, one definition. Each counts rows of its own list, which `drill` opens.

The national series counts 建档立卡 labour out to work: outside the province, inside it but outside the county, inside the county.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.employment import queries
from shouwang.ledgers.employment.models import Worker

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
        "建档立卡户劳动力中，摸底日期在有效期（30 天）内的人数。",
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
FIGURES: tuple[Figure, ...] = LABOUR_FIGURES
