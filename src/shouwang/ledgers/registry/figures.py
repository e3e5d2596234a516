"""The registry's figures: one number, one definition. Each counts rows of its own list, which `drill` opens.

Household figures count Household rows, person figures Member rows; the list filters use the same named sets (queries.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.registry import queries
from shouwang.ledgers.registry.file_figures import FILE_FIGURES
from shouwang.ledgers.registry.models import Household, LookAlike, Member

Homes = Callable[[QuerySet[Household], dt.date], QuerySet[Household]]
HOUSEHOLDS, MEMBERS = "/registry/", "/registry/members/"


def _homes(*narrow: Homes) -> Callable[[dt.date], QuerySet[Any]]:
    def rows(day: dt.date) -> QuerySet[Any]:
        found: QuerySet[Household] = queries.current(Household.objects.all())
        for step in narrow:
            found = step(found, day)
        return found

    return rows


def _people(
    homes: Homes | None = None, narrow: Callable[[QuerySet[Member], dt.date], QuerySet[Member]] | None = None
) -> Callable[[dt.date], QuerySet[Any]]:
    """Living members of registered households, or of those `homes` keeps, narrowed."""

    def rows(day: dt.date) -> QuerySet[Any]:
        everyone = queries.living(Member.objects.all(), day)
        found = (
            everyone.filter(household__in=homes(queries.current(Household.objects.all()), day))
            if homes
            else queries.of_registered(everyone)
        )
        return narrow(found, day) if narrow else found

    return rows


def _registered(rows: QuerySet[Household], _day: dt.date) -> QuerySet[Household]:
    return queries.registered(rows)


def _standing(column: str, *codes: str) -> Homes:
    return lambda rows, _day: rows.filter(**{f"{column}__in": codes})


def _pair(code: str, name: str, homes: Homes, words: str, query: str, good: str = "") -> tuple[Figure, Figure]:
    """户 and 人 of one standing, always shown together."""
    return (
        Figure(
            f"registry.{code}households",
            f"{name.removesuffix('户')}户数",
            "户",
            f"{words}的户数，按户档案当前状态计。",
            _homes(homes),
            good=good,
            drill=f"{HOUSEHOLDS}?{query}",
        ),
        Figure(
            f"registry.{code}persons",
            f"{name}人数",
            "人",
            f"{words}的户内现有成员数，已登记减少的不计。",
            _people(homes),
            good=good,
            drill=f"{MEMBERS}?{query}",
        ),
    )


FIGURES: tuple[Figure, ...] = (
    *_pair("", "建档立卡", _registered, "已建档立卡且未清退（未脱贫、新致贫、已脱贫、返贫）", "registered=1"),
    *_pair(
        "not_exited_",
        "未脱贫",
        _standing("registration", *queries.STILL_POOR),
        "建档立卡属性为未脱贫、返贫或新致贫",
        "registration=poor&registration=relapsed&registration=newly_poor",
        "down",
    ),
    *_pair("exited_", "已脱贫", _standing("registration", "exited"), "建档立卡属性为已脱贫", "registration=exited", "up"),
    *_pair(
        "relapsed_",
        "返贫和新致贫",
        _standing("registration", "relapsed", "newly_poor"),
        "建档立卡属性为返贫或新致贫（已含在未脱贫内）",
        "registration=relapsed&registration=newly_poor",
        "down",
    ),
    *_pair("monitored_", "监测对象", _standing("monitoring", *queries.WATCHED), "纳入防返贫监测且风险未消除", "watched=1", "down"),
    *_pair(
        "unstable_",
        "脱贫不稳定户",
        _standing("monitoring", "unstable"),
        "监测对象类别为脱贫不稳定户",
        "monitoring=unstable",
        "down",
    ),
    *_pair(
        "borderline_",
        "边缘易致贫户",
        _standing("monitoring", "borderline"),
        "监测对象类别为边缘易致贫户",
        "monitoring=borderline",
        "down",
    ),
    *_pair(
        "below_line_",
        "收入低于标准",
        queries.below_line,
        "建档立卡户和监测对象中，最近一期人均纯收入低于其标准体系当日收入线",
        "below_line=1",
        "down",
    ),
    Figure(
        "registry.labour_persons",
        "建档立卡劳动力",
        "人",
        "建档立卡户现有成员中，16 周岁以上、非在校、劳动能力为普通、技能、弱或半劳动力的人数。",
        _people(None, queries.labour_force),
        drill=f"{MEMBERS}?registered=1&labour_force=1",
    ),
    Figure(
        "registry.unsafe_housing_households",
        "住危房户数",
        "户",
        "建档立卡户中，住房安全等级为 C 级或 D 级且仍在居住的户数。",
        _homes(_registered, lambda rows, _day: queries.unsafe_housing(rows)),
        good="down",
        drill=f"{HOUSEHOLDS}?registered=1&unsafe_housing=1",
    ),
    Figure(
        "registry.water_open_households",
        "饮水不达标户数",
        "户",
        "建档立卡户中，水量、水质、取水方便程度、供水稳定任一项为否的户数；未核实的不计。",
        _homes(_registered, lambda rows, _day: queries.water_open(rows)),
        good="down",
        drill=f"{HOUSEHOLDS}?registered=1&water_open=1",
    ),
    Figure(
        "registry.out_of_school_persons",
        "因贫失学人数",
        "人",
        "建档立卡户现有成员中，义务教育阶段未上学原因为因贫（经济原因）的人数。",
        _people(None, lambda rows, _day: queries.out_of_school_for_poverty(rows)),
        good="down",
        drill=f"{MEMBERS}?registered=1&out_of_school=1",
    ),
    Figure(
        "registry.uninsured_persons",
        "未参加基本医保人数",
        "人",
        "建档立卡户现有成员中，基本医疗保险为未参保的人数。",
        _people(None, lambda rows, _day: queries.uninsured(rows)),
        good="down",
        drill=f"{MEMBERS}?registered=1&uninsured=1",
    ),
    Figure(
        "registry.income_persons",
        "收入核算人数",
        "人",
        "建档立卡户最近一期收入核算的共同生活人数之和。",
        _homes(_registered, lambda rows, _day: queries.with_income(rows)),
        measure="incomes__persons",
        drill=f"{HOUSEHOLDS}?registered=1&has_income=1",
    ),
    Figure(
        "registry.income_per_head",
        "建档立卡户人均纯收入",
        "元",
        "建档立卡户最近一期纯收入之和除以共同生活人数之和；不是各户人均的平均。",
        _homes(_registered, lambda rows, _day: queries.with_income(rows)),
        measure="incomes__net",
        denominator="registry.income_persons",
        scale=100,
        decimals=2,
        good="up",
        drill=f"{HOUSEHOLDS}?registered=1&has_income=1",
    ),
    Figure(
        "registry.wage_dependent_households",
        "工资性收入为主户数",
        "户",
        "建档立卡户中，最近一期工资性收入占家庭纯收入一半及以上的户数。",
        _homes(_registered, lambda rows, _day: queries.wage_dependent(rows)),
        drill=f"{HOUSEHOLDS}?registered=1&wage_dependent=1",
    ),
    Figure(
        "registry.business_households",
        "有生产经营性收入户数",
        "户",
        "建档立卡户中，最近一期有生产经营性收入的户数。",
        _homes(_registered, lambda rows, _day: queries.with_business(rows)),
        drill=f"{HOUSEHOLDS}?registered=1&has_business=1",
    ),
    Figure(
        "registry.without_helper_households",
        "空档户数",
        "户",
        "建档立卡户和监测对象中，当前没有帮扶责任人的户数。",
        _homes(lambda rows, _day: queries.without_helper(rows)),
        good="down",
        drill=f"{HOUSEHOLDS}?no_helper=1",
    ),
    Figure(
        "registry.with_phone_households",
        "有联系电话的建档立卡户",
        "户",
        "建档立卡户中登记了户联系电话的户数。",
        _homes(_registered, lambda rows, _day: rows.filter(phone__isnull=False)),
        good="up",
        drill=f"{HOUSEHOLDS}?registered=1&has_phone=1",
    ),
    Figure(
        "registry.with_phone_share",
        "联系电话登记率",
        "%",
        "登记了户联系电话的建档立卡户数占建档立卡户数的比例。",
        _homes(_registered, lambda rows, _day: rows.filter(phone__isnull=False)),
        denominator="registry.households",
        decimals=1,
        good="up",
        drill=f"{HOUSEHOLDS}?registered=1&has_phone=1",
    ),
    Figure(
        "registry.open_lookalikes",
        "疑似重复待核对",
        "对",
        "系统找出、尚未核对的疑似同一人或疑似同一户的对数；跨镇的计入区（县），跨区（县）的计入市。",
        lambda _day: LookAlike.objects.filter(state="open"),
        good="down",
        drill="/registry/lookalikes/?state=open",
    ),
    *FILE_FIGURES,
)
