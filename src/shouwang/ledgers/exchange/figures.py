"""The figures of departments' data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.exchange import watch
from shouwang.ledgers.exchange.models import Delivery, Letter, MatchQuestion

CATALOGUE, DELIVERIES, QUESTIONS, LETTERS = "/exchange/", "/exchange/deliveries/", "/exchange/questions/", "/exchange/letters/"


def _taken_in(day: dt.date) -> QuerySet[Any]:
    return Delivery.objects.filter(state="done", received_on__lte=day)


def _rows(code: str, name: str, definition: str, measure: str, **kw: Any) -> Figure:
    return Figure(code, name, kw.pop("unit", "行"), definition, _taken_in, measure=measure, drill=f"{DELIVERIES}?taken_in=1", **kw)


FIGURES: tuple[Figure, ...] = (
    Figure(
        "exchange.feeds",
        "应报送文件的部门数据",
        "项",
        "约定由部门报送文件、当日在约定期内的数据项数（区划×数据）。",
        watch.in_force,
        drill=f"{CATALOGUE}?way=file",
    ),
    Figure(
        "exchange.feeds_late",
        "逾期未报送的部门数据",
        "项",
        "应报送文件的数据中，应报日期已过、应报期的文件仍没有入库的项数；文件读取失败未重报的也算。",
        lambda day: watch.in_force(day).exclude(watch.delivered(day)),
        good="down",
        drill=f"{CATALOGUE}?late=1",
    ),
    Figure(
        "exchange.feeds_on_time_rate",
        "部门数据按期报送率",
        "%",
        "应报送文件的数据中，应报期已入库（或应报日期未到）的项数占比。",
        lambda day: watch.in_force(day).filter(watch.delivered(day)),
        denominator="exchange.feeds",
        decimals=1,
        good="up",
        drill=f"{CATALOGUE}?on_time=1",
    ),
    _rows(
        "exchange.rows", "入库批次的部门数据行数", "已入库批次文件中的数据行数，含错误行和未匹配行；已撤回、已到期删除的批次不计。", "rows"
    ),
    _rows("exchange.rows_exact", "证件号码一致的行数", "已入库批次中，按证件号码（或户编号）直接对应到人的行数。", "exact_rows"),
    _rows(
        "exchange.rows_points",
        "多项信息相符的行数",
        "已入库批次中，证件号码缺失或有误，按姓名、出生日期、村等多项信息认定的行数。",
        "points_rows",
    ),
    _rows("exchange.rows_model", "概率认定的行数", "已入库批次中，按概率（≥ 0.99 且没有第二人选）认定的行数。", "model_rows"),
    _rows("exchange.rows_person", "按人工核对认定的行数", "已入库批次中，按以往人工核对结论认定的行数。", "person_rows"),
    _rows(
        "exchange.exact_rate",
        "证件号码一致率",
        "已入库批次中，按证件号码直接对应到人的行数占全部行数的比例；反映部门数据质量。",
        "exact_rows",
        unit="%",
        denominator="exchange.rows",
        decimals=1,
        good="up",
    ),
    Figure(
        "exchange.questions_open",
        "待核对人员",
        "人",
        "部门数据中系统不能认定是谁、候选人在户档案中，还没有人工核对的人数。",
        lambda day: MatchQuestion.objects.filter(state="open", asked_on__lte=day).exclude(candidates=[]),
        good="down",
        drill=f"{QUESTIONS}?state=open",
    ),
    Figure(
        "exchange.lists_out",
        "尚未销毁的比对名单",
        "件",
        "已送出名单、还没有登记销毁的比对函件数。",
        lambda day: Letter.objects.filter(inside=False, state__in=("sent", "answered"), sent_on__lte=day),
        good="down",
        drill=f"{LETTERS}?destruction_due=1",
    ),
    Figure(
        "exchange.lists_overdue",
        "逾期未销毁的比对名单",
        "件",
        "销毁期限已过、还没有登记销毁的比对函件数。",
        lambda day: Letter.objects.filter(inside=False, state__in=("sent", "answered"), destroy_by__lt=day),
        good="down",
        drill=f"{LETTERS}?destruction_late=1",
    ),
)
