"""What the pages of leads and cases show: pure shaping of rows read in scope."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import queries
from shouwang.ledgers.monitoring.actions import Recorded
from shouwang.ledgers.monitoring.lifecycle import CASE, LEAD
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase
from shouwang.ledgers.monitoring.policies import VIEW
from shouwang.ledgers.monitoring.rules import word
from shouwang.ledgers.monitoring.tables import due_light, risk_words
from shouwang.ledgers.monitoring.watch.explaining import explained
from shouwang.ledgers.registry.policies import seen_groups
from shouwang.ledgers.registry.record import HIDDEN, Item

STEPS = ("reported", "verified", "appraised", "posted", "publicised", "reviewed", "determined", "done")
STEP_WORDS = ("核实", "评议", "张贴公示", "公示", "镇初审", "县审定", "落实帮扶", "办结")


def said_after(done: Recorded) -> str:
    """What the reporter is told."""
    if done.known:
        return "线索已登记。该户已因同类风险在监测，记为“已在册”。"
    return "线索已登记，并入该户在办的个案。" if done.merged else "线索已登记，已建立个案并转办。"


def case_tags(case: MonitoringCase, today: dt.date) -> list[dict[str, str]]:
    """The badges beside the name."""
    light = due_light(case, today)
    out = [{"text": case.get_purpose_display(), "tone": "b"}, {"text": case.get_state_display(), "tone": CASE.states[case.state].tone}]
    out += [{"text": "红色", "tone": "r"}] if case.level == "red" else []
    out += [{"text": "绿色通道", "tone": "g"}] if case.green else []
    return out + ([{"text": light.text, "tone": light.tone}] if light else [])


def steps(case: MonitoringCase) -> list[dict[str, str]]:
    """The procedure as a row of steps; a case that ended early shows where."""
    now = STEPS.index(case.state) if case.state in STEPS else -1
    chosen = [i for i in range(len(STEPS)) if case.purpose == "include" or STEPS[i] != "determined"]
    kinds = {i: "done" if i < now or case.state == "done" else "now" if i == now else "todo" for i in chosen}
    if now < 0:
        kinds = dict.fromkeys(chosen, "todo")
    return [{"label": STEP_WORDS[i], "state": kinds[i], "note": ""} for i in chosen]


def place_of(row: Any) -> list[str]:
    """The grey line under a name: code and place."""
    return [row.household.code, " ".join(str(p) for p in (row.county, row.town, row.village) if p), row.household.hamlet]


def lead_items(lead: Lead, see: Any, today: dt.date) -> list[Item]:
    """The grid of a lead."""
    source = lead.get_source_display() + (f"（{lead.department}）" if lead.department else "")
    items = [
        Item("来源", source),
        Item("风险类型", risk_words(lead.risk, today) if see(Group.BASE) else HIDDEN),
        Item("级别", lead.get_level_display(), tone="r" if lead.level == "red" else "o"),
        Item("发现日期", lead.found_on),
        Item("登记人", lead.reporter or None),
        Item("处置", lead.get_state_display(), tone=LEAD.states[lead.state].tone),
    ]
    if lead.rule:
        items += [Item("规则", lead.rule), Item("规则版本", lead.rule_version)]
    if see(Group.CASE):
        items += [Item("情况", lead.description, wide=True)] if lead.description else []
        items += [Item("不纳入原因", word("reject_reason", lead.reason_code, today), wide=True)] if lead.reason_code else []
    return items


def lead_context(lead: Lead, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of one lead."""
    see = seen_groups(scope, lead.household, VIEW)
    earlier = queries.leads(scope).filter(household=lead.household_id).exclude(pk=lead.pk)[:10]
    return {
        "lead": lead,
        "items": lead_items(lead, see, today),
        "values": sorted(lead.values.items()) if see(Group.CASE) else [],
        "explained": explained(lead, scope, today),
        "meta": [p for p in place_of(lead) if p],
        "case": lead.case if lead.case and queries.sees(scope, lead.case) else None,
        "earlier": [(x, risk_words(x.risk, today)) for x in earlier],
        "events": timeline(lead._meta.label_lower, str(lead.pk)),
    }


def case_context(case: MonitoringCase, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of one case."""
    see = seen_groups(scope, case.household, VIEW)
    found = queries.leads(scope).filter(case=case)
    return {
        "case": case,
        "record": {"title": f"{case.household.head_name} 家庭", "tags": case_tags(case, today), "meta": [p for p in place_of(case) if p]},
        "steps": steps(case),
        "owner": CASE.states[case.state].owner,
        "items": case_items(case, see, today),
        "leads": [(x, risk_words(x.risk, today) if see(Group.BASE) else HIDDEN) for x in found],
        "see_case": see(Group.CASE),
        "events": timeline(case._meta.label_lower, str(case.pk)),
    }


def case_items(case: MonitoringCase, see: Any, today: dt.date) -> list[Item]:
    """The grid of a case."""
    out = [
        Item("风险类型", (risk_words(case.risks, today) or None) if see(Group.BASE) else HIDDEN),
        Item("发起日期", case.opened_on),
        Item("全程期限", case.whole_due_on),
        Item("退回", case.returns, "次", case.return_reason if case.returns and see(Group.CASE) else ""),
    ]
    out += [Item("本环节期限", case.due_on)] if case.closed_on is None else [Item("办结日期", case.closed_on)]
    out += [Item("补办手续期限", case.green_due_on)] if case.green else []
    out += [Item("审定", case.determined_on, note=case.document)] if case.determined_on else []
    out += [Item("监测责任人", case.officer)] if case.officer else []
    if case.reason_code and see(Group.CASE):
        out.append(Item("不纳入原因", word("reject_reason", case.reason_code, today)))
    return out
