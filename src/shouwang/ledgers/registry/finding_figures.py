"""Figures of data quality: what is open by severity, and the share of households without errors (数据合格率)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.registry import finding_queries
from shouwang.ledgers.registry.checks.cards import SEVERITIES
from shouwang.ledgers.registry.models import CheckFinding, Household

HOUSEHOLDS, FINDINGS = "/registry/", "/registry/findings/"
WORDS = {"error": "须改正", "doubt": "须核实", "hint": "供参考"}


def _open(severity: str) -> Callable[[dt.date], QuerySet[Any]]:
    return lambda _day: finding_queries.open_findings(severity)


FINDING_FIGURES: tuple[Figure, ...] = (
    Figure(
        "registry.filed_households",
        "户档案总户数",
        "户",
        "户档案中的全部户数，含建档立卡户、监测对象和一般农户。",
        lambda _day: Household.objects.all(),
        drill=f"{HOUSEHOLDS}?all=1",
    ),
    Figure(
        "registry.error_households",
        "数据有错误的户数",
        "户",
        "户或其现有成员有待处理的“错误”级数据核查问题的户数；疑点、提示和核实无误的不计。",
        lambda _day: finding_queries.with_errors(Household.objects.all()),
        good="down",
        drill=f"{HOUSEHOLDS}?has_errors=1",
    ),
    Figure(
        "registry.sound_share",
        "数据合格率",
        "%",
        "没有待处理的“错误”级数据核查问题的户数占户档案总户数的比例。",
        lambda _day: finding_queries.sound(Household.objects.all()),
        denominator="registry.filed_households",
        decimals=2,
        good="up",
        drill=f"{HOUSEHOLDS}?has_errors=0",
    ),
    *(
        Figure(
            f"registry.{severity}_findings",
            f"数据核查{name}",
            "处",
            f"待处理的“{name}”级数据核查问题数（{WORDS[severity]}），一户或一人不符一项计一处。",
            _open(severity),
            good="down",
            drill=f"{FINDINGS}?state=open&severity={severity}",
        )
        for severity, name in SEVERITIES.items()
    ),
    Figure(
        "registry.accepted_findings",
        "核实无误的数据核查问题",
        "处",
        "经基层核实数据属实、仍在有效期内的数据核查问题数；数据有改动或到期的重新列为待处理。",
        lambda _day: CheckFinding.objects.filter(state="accepted"),
        drill=f"{FINDINGS}?state=accepted",
    ),
)
