"""The list of findings (数据核查)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Action, Badge, Column, QuickView, Table
from shouwang.ledgers.registry import finding_queries
from shouwang.ledgers.registry.checks.cards import SEVERITIES, TONES, cards
from shouwang.ledgers.registry.finding_links import field_label, mend_url
from shouwang.ledgers.registry.lifecycle import FINDING
from shouwang.ledgers.registry.models import CheckFinding
from shouwang.ledgers.registry.policies import EDIT, EXPORT, VIEW

LIST = "registry_findings"


def _checks(_scope: Scope) -> Sequence[tuple[str, str]]:
    return [(c.code, c.name) for c in cards().values()]


def _name(row: CheckFinding, _today: dt.date) -> str:
    found = cards().get(row.code)
    return found.name if found else row.code


def _remedy(row: CheckFinding, _today: dt.date) -> str | None:
    found = cards().get(row.code)
    return found.remedy if found else None


def _severity(row: CheckFinding, _today: dt.date) -> Badge:
    return Badge(SEVERITIES[row.severity], TONES[row.severity])


def _state(row: CheckFinding, _today: dt.date) -> Badge:
    state = FINDING.state_of(row)
    return Badge(state.label, state.tone)


def _place(row: Any, _today: dt.date) -> str:
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def _actions(row: CheckFinding, scope: Scope) -> list[Action]:
    """What a person who keeps the household can do about it now."""
    if row.state == "cleared" or not scope.may_at(EDIT, row):
        return []
    if row.state == "accepted":
        return [Action("撤销核实", reverse("registry_finding_reopen", args=[row.pk]))]
    found = cards().get(row.code)
    mend = [Action("改正", mend_url(row))]
    return [*mend, Action("核实无误", reverse("registry_finding_accept", args=[row.pk]))] if found and found.acceptable else mend


FINDINGS = Table(
    key="findings",
    title="数据核查",
    base=finding_queries.findings,
    permission=VIEW,
    export_permission=EXPORT,
    url_name=LIST,
    unit="处",
    search=finding_queries.searched,
    search_hint="户主或成员姓名、户编号",
    ordering=("-state", "-pk"),
    row_url=lambda row: f"{reverse('registry_household', args=[row.household_id])}#findings",
    row_actions=_actions,
    placed="household",
    definition="本人授权范围和字段组内的数据核查问题；错误须改正，疑点须核实，提示供参考。数据改正后自动消除，核实无误后数据有改动的重新列出。",
    empty="没有数据核查问题。户档案保存时即时核查，每日凌晨全部重新核查一遍。",
    columns=(
        Column("check", "核查项", _name, kind="link", sort="code"),
        Column("severity", "严重程度", _severity, kind="tag"),
        Column("head", "户主", "household.head_name", mask="name"),
        Column("member", "成员", "member.name", mask="name"),
        Column("household", "户编号", "household.code"),
        Column("place", "所在村", _place),
        Column("field", "涉及信息项", lambda r, _d: field_label(r.field)),
        Column("found_on", "发现日期", "found_on", kind="date", sort="found_on"),
        Column("state", "状态", _state, kind="tag"),
        Column("cleared_on", "消除日期", "cleared_on", kind="date", sort="cleared_on", default_hidden=True),
        Column("remedy", "处理办法", _remedy, default_hidden=True),
        Column("accepted_by", "核实人", "accepted_by", default_hidden=True),
        Column("accepted_until", "核实有效期至", "accepted_until", kind="date", default_hidden=True),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("severity", "严重程度", "choice", lambda _scope: list(SEVERITIES.items()), apply="severity"),
        Filter("check", "核查项", "choice", _checks, apply="code"),
        Filter("state", "状态", "choice", lambda _scope: FINDING.choices, apply="state"),
        Filter("found_on", "发现日期", "date_range", apply="found_on", visible=False),
        Filter("cleared_on", "消除日期", "date_range", apply="cleared_on", visible=False),
    ),
    quick_views=(
        QuickView("open", "待处理", {"state": "open"}),
        QuickView("errors", "错误", {"state": "open", "severity": "error"}, tone="r"),
        QuickView("doubts", "疑点", {"state": "open", "severity": "doubt"}, tone="o"),
        QuickView("hints", "提示", {"state": "open", "severity": "hint"}, tone="b"),
        QuickView("accepted", "核实无误", {"state": "accepted"}, tone="g"),
        QuickView("cleared", "已消除", {"state": "cleared"}, counted=False),
    ),
)
