"""Figures of workshops, public-welfare posts and subsidies; each counts rows of its own list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.employment import subsidy_queries, welfare_queries, workshop_queries
from shouwang.ledgers.employment.models import SubsidyClaim, WelfareAppointment, Workshop

WORKSHOPS = "/employment/workshops/"


def _in_state(state: str, name: str, good: str) -> Figure:
    return Figure(
        f"employment.workshops_{state}",
        f"扶贫车间：{name}",
        "个",
        f"经区（县）认定、当前状态为{name}的扶贫车间数。",
        lambda _day: Workshop.objects.filter(state=state),
        good=good,
        drill=f"{WORKSHOPS}?state={state}",
    )


WORKSHOP_FIGURES: tuple[Figure, ...] = (
    _in_state("normal", "正常运行", "up"),
    _in_state("watched", "监测待处置", "down"),
    _in_state("cleared", "清理", ""),
    Figure(
        "employment.workshops",
        "扶贫车间",
        "个",
        "经区（县）认定且未清理（正常运行和监测待处置）的扶贫车间数。",
        lambda _day: workshop_queries.standing(Workshop.objects.all()),
        drill=f"{WORKSHOPS}?standing=1",
    ),
    Figure(
        "employment.workshop_workers",
        "扶贫车间务工人数",
        "人",
        "未清理的扶贫车间最近一次核查所见在车间务工人数之和。",
        lambda _day: workshop_queries.standing(Workshop.objects.all()),
        measure="workers",
        good="up",
        drill=f"{WORKSHOPS}?standing=1",
    ),
    Figure(
        "employment.workshop_poor",
        "扶贫车间贫困劳动力",
        "人",
        "未清理的扶贫车间最近一次核查所见贫困劳动力人数之和。",
        lambda _day: workshop_queries.standing(Workshop.objects.all()),
        measure="poor_workers",
        good="up",
        drill=f"{WORKSHOPS}?standing=1",
    ),
    Figure(
        "employment.workshops_reviewed",
        "本月已核查扶贫车间",
        "个",
        "未清理的扶贫车间中，最近一次核查在当月的个数；疫情期间每月一次，平时每季一次。",
        lambda day: workshop_queries.reviewed_in_month(Workshop.objects.all(), day),
        good="up",
        drill=f"{WORKSHOPS}?reviewed=1",
    ),
    Figure(
        "employment.workshops_failing",
        "未达要求的扶贫车间",
        "个",
        "未清理的扶贫车间中，最近一次核查有未达要求事项的个数。",
        lambda _day: workshop_queries.failing(Workshop.objects.all()),
        good="down",
        drill=f"{WORKSHOPS}?failing=1",
    ),
)

APPOINTMENTS = "/employment/appointments/"


def _terms(narrow: Callable[[QuerySet[WelfareAppointment], dt.date], QuerySet[WelfareAppointment]]) -> Callable[[dt.date], QuerySet[Any]]:
    return lambda day: narrow(WelfareAppointment.objects.all(), day)


WELFARE_FIGURES: tuple[Figure, ...] = (
    Figure(
        "employment.welfare_on_post",
        "公益性岗位在岗人数",
        "人",
        "经推荐聘用到公益性岗位、当日在聘期内且未离岗的人数。",
        _terms(welfare_queries.on_post),
        good="up",
        drill=f"{APPOINTMENTS}?on_post=1",
    ),
    Figure(
        "employment.welfare_expiring",
        "公益性岗位即将到期",
        "人",
        "公益性岗位在岗人员中，聘期在提前提示的天数（规则库）内届满的人数。",
        _terms(welfare_queries.expiring),
        drill=f"{APPOINTMENTS}?expiring=1",
    ),
    Figure(
        "employment.welfare_expired",
        "公益性岗位到期未办",
        "人",
        "公益性岗位聘期已届满，没有办理续聘或终止的人数。",
        _terms(welfare_queries.expired),
        good="down",
        drill=f"{APPOINTMENTS}?expired=1",
    ),
    Figure(
        "employment.welfare_paid",
        "公益性岗位已发报酬",
        "元",
        "公益性岗位聘用按月登记的已发报酬之和，含已终止的聘用。",
        lambda _day: WelfareAppointment.objects.all(),
        measure="paid",
        decimals=2,
        scale=100,
        good="up",
        drill=APPOINTMENTS,
    ),
)
SUBSIDIES = "/employment/subsidies/"
KINDS = {
    "transport": "外出务工交通补贴",
    "job_start": "一次性求职创业补贴",
    "absorb": "一次性吸纳就业补贴",
    "workshop": "扶贫车间吸纳补贴",
    "welfare": "公益性岗位补贴",
    "insurance": "社会保险补贴",
}


def _paid(code: str = "") -> Callable[[dt.date], QuerySet[Any]]:
    return lambda _day: SubsidyClaim.objects.filter(state="paid", **({"kind": code} if code else {}))


def _by_kind(code: str, name: str) -> Figure:
    return Figure(
        f"employment.subsidy_{code}",
        f"已发放：{name}",
        "元",
        f"已登记发放的{name}金额之和。",
        _paid(code),
        measure="amount",
        decimals=2,
        scale=100,
        good="up",
        drill=f"{SUBSIDIES}?state=paid&kind={code}",
    )


SUBSIDY_FIGURES: tuple[Figure, ...] = (
    Figure(
        "employment.subsidies_open",
        "办理中的就业补贴",
        "笔",
        "已申领、尚未发放也未决定不予补贴的就业补贴笔数。",
        lambda _day: subsidy_queries.open_claims(SubsidyClaim.objects.all()),
        drill=f"{SUBSIDIES}?open=1",
    ),
    Figure(
        "employment.subsidies_failed",
        "就业补贴发放失败",
        "笔",
        "银行退回、尚未补正的就业补贴笔数。",
        lambda _day: SubsidyClaim.objects.filter(state="failed"),
        drill=f"{SUBSIDIES}?state=failed",
    ),
    Figure(
        "employment.subsidies_paid",
        "已发放就业补贴",
        "笔",
        "已登记发放的就业补贴笔数。",
        _paid(),
        good="up",
        drill=f"{SUBSIDIES}?state=paid",
    ),
    Figure(
        "employment.subsidy_amount",
        "已发放就业补贴金额",
        "元",
        "已登记发放的就业补贴金额之和，按分累加。",
        _paid(),
        measure="amount",
        decimals=2,
        scale=100,
        good="up",
        drill=f"{SUBSIDIES}?state=paid",
    ),
    *(_by_kind(code, name) for code, name in KINDS.items()),
)
