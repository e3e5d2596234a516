"""The lists of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Action, Badge, Column, QuickView, Table
from shouwang.ledgers.impact import queries
from shouwang.ledgers.impact.codes import TONES, coded, word
from shouwang.ledgers.impact.levels import current
from shouwang.ledgers.impact.lifecycle import MEASURE
from shouwang.ledgers.impact.models import EpidemicRiskLevel, FittedMeasure, ImpactRecord
from shouwang.ledgers.impact.policies import EXPORT, RECORD, VIEW
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.models import Household

LEDGER_WORDS = {"impact": "影响排查", "employment": "就业", "produce": "产销", "credit": "信贷", "projects": "项目", "monitoring": "监测"}


def place(row: Any, _today: dt.date) -> str:
    """区（县） / 镇 / 村 of an annotated row."""
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def _word(name: str, field: str) -> Callable[[Any, dt.date], str]:
    return lambda row, today: word(name, getattr(row, field), today)


def _state(row: ImpactRecord, _today: dt.date) -> Badge:
    return Badge(f"{row.recovered_on} 恢复", "g") if row.recovered_on else Badge("未恢复", "o")


def _compensation(row: ImpactRecord, today: dt.date) -> str:
    return word("compensation", row.compensation, today) if row.compensation else ""


def _open(rows: QuerySet[ImpactRecord], wanted: bool, today: dt.date) -> QuerySet[ImpactRecord]:
    found = queries.ongoing(ImpactRecord.objects.all(), today)
    return queries.ongoing(rows, today) if wanted else rows.exclude(pk__in=found.values("pk"))


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(household__code__startswith=text) | Q(household__head_name__contains=text))


def _search_impacts(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(household__code__startswith=text) | Q(household__head_name__contains=text) | Q(subject__contains=text))


IMPACTS = Table(
    key="impacts",
    title="影响台账",
    base=queries.impacts,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="impact_records",
    unit="件",
    search=_search_impacts,
    search_hint="户主、户编号、对象",
    ordering=("-began_on", "-pk"),
    row_url=lambda row: reverse("impact_record", args=[row.pk]),
    definition="授权范围内的影响记录，一个来源记录一个原因一行；多数由就业、产销、信贷等台账随业务写入，影响排查补充其余。",
    empty="还没有影响记录。就业、产销、信贷等台账发生受阻、滞销、还贷困难时自动写入，也可登记影响排查。",
    columns=(
        Column("cause", "影响原因", _word("causes", "cause"), kind="link"),
        Column("head", "户主", "household.head_name", mask="name"),
        Column("kind", "影响对象", _word("subjects", "subject_kind")),
        Column("subject", "对象说明", "subject"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在地", place),
        Column("began_on", "开始日期", "began_on", kind="date", sort="began_on"),
        Column("expected", "原预计", "expected", kind="money", group="income"),
        Column("now", "现预计", "now", kind="money", group="income"),
        Column("loss", "损失", "loss", kind="money", group="income", sort="loss"),
        Column("period", "时段", _word("periods", "period")),
        Column("recovery_on", "预计恢复", "recovery_on", kind="date", sort="recovery_on"),
        Column("state", "状态", _state, kind="tag"),
        Column("compensation", "补偿进展", _compensation, group="income", default_hidden=True),
        Column("source", "来源", lambda r, _d: LEDGER_WORDS.get(r.source_ledger.split(".")[0], r.source_ledger)),
        Column("shock", "冲击事件", "shock.name", default_hidden=True),
        Column("note", "情况说明", "note", group="case", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("cause", "影响原因", "choice", coded("causes"), apply="cause"),
        Filter("open", "未恢复", "flag", apply=_open),
        Filter("kind", "影响对象", "choice", coded("subjects"), apply="subject_kind"),
        Filter("began_on", "开始日期", "date_range", apply="began_on", visible=False),
        Filter(
            "source",
            "来源台账",
            "choice",
            lambda _s: list(LEDGER_WORDS.items()),
            apply=lambda rows, v, _d: rows.filter(_from(v)),
            visible=False,
        ),
    ),
    quick_views=(
        QuickView("open", "未恢复", {"open": "1"}, tone="o"),
        QuickView("work", "务工", {"open": "1", "cause": ["work_blocked", "return_limited"]}),
        QuickView("unsold", "滞销", {"open": "1", "cause": "unsold"}),
        QuickView("loan", "还贷困难", {"open": "1", "cause": "loan"}),
        QuickView("all", "全部", {}),
    ),
)


def _from(ledgers: tuple[str, ...]) -> Q:
    out = Q(pk__in=[])
    for name in ledgers:
        out |= Q(source_ledger__startswith=f"{name}.")
    return out


def _affected(row: Any, _today: dt.date) -> Badge:
    if row.surveyed_on is None:
        return Badge("未排查")
    return Badge("受影响", "o") if row.affected else Badge("未受影响", "g")


def _surveyed(rows: QuerySet[Household], wanted: bool, today: dt.date) -> QuerySet[Household]:
    found = queries.surveyed(Household.objects.all(), today).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


def _hit(rows: QuerySet[Household], wanted: bool, today: dt.date) -> QuerySet[Household]:
    found = queries.affected(Household.objects.all(), today).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


def _survey_actions(row: Any, scope: Scope) -> list[Action]:
    return [Action("登记排查", reverse("impact_survey", args=[row.pk]))] if scope.may(RECORD) else []


SURVEYS = Table(
    key="impact_surveys",
    title="影响排查",
    base=queries.to_survey,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="impact_surveys",
    unit="户",
    search=lambda rows, text: rows.filter(Q(code__startswith=text) | Q(head_name__contains=text)),
    search_hint="户主、户编号",
    ordering=("code",),
    row_url=lambda row: reverse("impact_household", args=[row.pk]),
    row_actions=_survey_actions,
    dated=in_words,
    definition="建档立卡户和监测对象逐户列出最近一次影响排查；从未排查的为“未排查”。",
    columns=(
        Column("head", "户主", "head_name", kind="link", mask="name"),
        Column("code", "户编号", "code", sort="code"),
        Column("place", "所在村", place),
        Column("hamlet", "村民小组", "hamlet"),
        Column("state", "排查情况", _affected, kind="tag"),
        Column("surveyed_on", "最近排查", "surveyed_on", kind="date"),
        Column("surveyor", "排查人", "surveyor"),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("surveyed", "已排查", "flag", apply=_surveyed),
        Filter("affected", "有未恢复的影响", "flag", apply=_hit),
    ),
    quick_views=(
        QuickView("all", "全部应查", {}),
        QuickView("left", "未排查", {"surveyed": "0"}, tone="r"),
        QuickView("hit", "受影响", {"affected": "1"}, tone="o"),
    ),
)


def _current(rows: QuerySet[EpidemicRiskLevel], wanted: bool, today: dt.date) -> QuerySet[EpidemicRiskLevel]:
    found = current(today).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


LEVEL_HISTORY = Table(
    key="risk_levels",
    title="风险等级登记",
    base=queries.risk_levels,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="impact_level_list",
    search=lambda rows, text: rows.filter(Q(unit_name__contains=text) | Q(unit_code__startswith=text)),
    search_hint="县级单元名称、代码",
    ordering=("-from_on", "unit_code"),
    definition="公布名单中每个县级单元每次公布的风险等级；同一单元以起始日期最近的一次为准。",
    empty="还没有登记公布的风险等级。",
    columns=(
        Column("unit", "县级单元", "unit_name"),
        Column("unit_code", "代码", "unit_code", sort="unit_code"),
        Column("level", "风险等级", lambda r, d: Badge(word("levels", r.level, d), TONES[r.level]), kind="tag"),
        Column("from_on", "起始日期", "from_on", kind="date", sort="from_on"),
        Column("published_on", "公布日期", "published_on", kind="date"),
        Column("document", "公布文件", "document"),
    ),
    filters=(
        Filter("level", "风险等级", "choice", coded("levels"), apply="level"),
        Filter("current", "现行", "flag", apply=_current),
        Filter("ours", "本市", "flag", apply=lambda rows, v, _d: rows.filter(county__isnull=not v)),
        Filter("from_on", "起始日期", "date_range", apply="from_on", visible=False),
        Filter("region", "所在区划", "region", visible=False),
    ),
    quick_views=(QuickView("now", "现行", {"current": "1"}), QuickView("all", "历次", {})),
)


def _done(row: FittedMeasure, _today: dt.date) -> Badge:
    state = MEASURE.state_of(row)
    return Badge(state.label, state.tone)


MEASURES = Table(
    key="fitted_measures",
    title="分类施策措施",
    base=queries.measures,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="impact_measures",
    unit="项",
    search=_search,
    search_hint="户主、户编号",
    ordering=("-taken_on", "-pk"),
    row_url=lambda row: reverse("impact_household", args=[row.household_id]),
    definition="按影响原因、户的条件和风险等级采取的措施，一项一行，附当时的依据条款。",
    empty="还没有采取措施。请在“影响排查”中打开一户，从适用的措施中选取。",
    columns=(
        Column("name", "措施", "name", kind="link"),
        Column("head", "户主", "household.head_name", mask="name"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在村", place),
        Column("cause", "针对原因", _word("causes", "cause")),
        Column("taken_on", "采取日期", "taken_on", kind="date", sort="taken_on"),
        Column("due_on", "办理期限", "due_on", kind="date", sort="due_on"),
        Column("state", "状态", _done, kind="tag"),
        Column("done_on", "办结日期", "done_on", kind="date"),
        Column("result", "落实情况", "result", group="case", default_hidden=True),
        Column("clause", "依据", "clause", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("state", "状态", "choice", lambda _s: MEASURE.choices, apply="state"),
        Filter("cause", "针对原因", "choice", coded("causes"), apply="cause"),
        Filter("due_on", "办理期限", "date_range", apply="due_on", visible=False),
    ),
    quick_views=(
        QuickView("open", "落实中", {"state": "open"}),
        QuickView("done", "已落实", {"state": "done"}),
        QuickView("all", "全部", {}),
    ),
)
