"""The ledger's figures. Each counts rows of its own list, which `drill` opens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.impact import queries
from shouwang.ledgers.impact.levels import current
from shouwang.ledgers.impact.models import FittedMeasure, ImpactRecord
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import current as standing
from shouwang.ledgers.registry.queries import on_file

RECORDS, SURVEYS, MEASURES = "/impact/records/?open=1", "/impact/surveys/", "/impact/measures/"


def _open(*causes: str) -> Callable[[dt.date], QuerySet[Any]]:
    def rows(day: dt.date) -> QuerySet[Any]:
        found = queries.ongoing(ImpactRecord.objects.all(), day)
        return found.filter(cause__in=causes) if causes else found

    return rows


def _homes(narrow: Callable[[QuerySet[Household], dt.date], QuerySet[Household]]) -> Callable[[dt.date], QuerySet[Any]]:
    return lambda day: narrow(standing(Household.objects.all()), day)


def _drill(causes: tuple[str, ...]) -> str:
    return RECORDS + "".join(f"&cause={c}" for c in causes)


def _caused(key: str, name: str, words: str, *causes: str) -> tuple[Figure, Figure]:
    """件 and 元 of one kind of impact."""
    return (
        Figure(
            f"impact.{key}_records",
            f"{name}",
            "件",
            f"影响台账中已发生、尚未恢复的{words}影响记录数，一个来源记录一个原因计一件。",
            _open(*causes),
            good="down",
            drill=_drill(causes),
        ),
        Figure(
            f"impact.{key}_loss",
            f"{name}损失",
            "元",
            f"尚未恢复的{words}影响记录的损失之和（原预计减现预计，按月、按年、一次性的各按登记数计），未估算的不计。",
            _open(*causes),
            measure="loss",
            scale=100,
            decimals=2,
            good="down",
            drill=_drill(causes),
        ),
    )


FIGURES: tuple[Figure, ...] = (
    *_caused("all", "未恢复影响", "各类"),
    *_caused("work", "务工受阻（返岗受限）", "务工受阻和返岗受限", "work_blocked", "return_limited"),
    *_caused("unsold", "农产品滞销", "滞销", "unsold"),
    *_caused("stopped", "项目停工", "停工", "stopped"),
    *_caused("loan", "还贷困难", "还贷困难", "loan"),
    *_caused("income", "收入下降", "收入下降", "income"),
    *_caused("wildlife", "野生动物养殖退出", "野生动物养殖退出", "wildlife"),
    Figure(
        "impact.on_file_households",
        "应排查户数",
        "户",
        "建档立卡户和监测对象的户数，为影响排查的应查户数。",
        _homes(lambda rows, _day: on_file(rows)),
        drill=SURVEYS,
    ),
    Figure(
        "impact.surveyed_households",
        "已排查户数",
        "户",
        "建档立卡户和监测对象中，至少登记过一次影响排查的户数。",
        _homes(queries.surveyed),
        good="up",
        drill=f"{SURVEYS}?surveyed=1",
    ),
    Figure(
        "impact.survey_share",
        "影响排查覆盖率",
        "%",
        "已排查户数占应排查户数的比例。",
        _homes(queries.surveyed),
        denominator="impact.on_file_households",
        decimals=1,
        good="up",
        drill=f"{SURVEYS}?surveyed=1",
    ),
    Figure(
        "impact.affected_households",
        "受影响户数",
        "户",
        "建档立卡户和监测对象中，有尚未恢复的影响记录的户数，一户多项只计一户。",
        _homes(queries.affected),
        good="down",
        drill=f"{SURVEYS}?affected=1",
    ),
    Figure(
        "impact.units_above_low",
        "中高风险区（县）",
        "个",
        "本市县级单元中，当日公布的疫情风险等级为中风险、高风险的个数；推算等级不计。",
        lambda day: current(day).filter(level__in=("medium", "high"), county__isnull=False),
        good="down",
    ),
    Figure(
        "impact.measures_open",
        "落实中的分类施策措施",
        "项",
        "已采取、尚未办结的分类施策措施数。",
        lambda day: FittedMeasure.objects.filter(taken_on__lte=day, state="open"),
        drill=f"{MEASURES}?state=open",
    ),
    Figure(
        "impact.measures_done",
        "已落实的分类施策措施",
        "项",
        "已办结的分类施策措施数，撤下的不计。",
        lambda day: FittedMeasure.objects.filter(done_on__lte=day, state="done"),
        good="up",
        drill=f"{MEASURES}?state=done",
    ),
)
