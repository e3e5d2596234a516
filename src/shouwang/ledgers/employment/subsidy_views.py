"""What the pages of employment subsidies show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import queries, subsidies, subsidy_queries
from shouwang.ledgers.employment.codes import word
from shouwang.ledgers.employment.lifecycle import SUBSIDY as CYCLE
from shouwang.ledgers.employment.models import SubsidyClaim
from shouwang.ledgers.employment.policies import SUBSIDY, SURVEY, VIEW, why_not_approve
from shouwang.ledgers.employment.tables.subsidies import period
from shouwang.ledgers.employment.views import HIDDEN, item, money
from shouwang.ledgers.registry.policies import VIEW as VIEW_HOUSEHOLD
from shouwang.ledgers.registry.policies import seen_groups

PHRASES = {"send_back": ("人数有误", "期间有误", "标准已更新", "无法重新发放"), "refuse": ("不符合条件", "已享受同类补贴", "本人放弃")}


def claim(found: SubsidyClaim, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a claim; who does not see work sees whose it is and nothing more."""
    shown = seen_groups(scope, found.household, VIEW_HOUSEHOLD)("labour") if found.household else scope.sees(VIEW, "labour")
    state, who = CYCLE.state_of(found), found.worker.member.name if found.worker else str(found.employer)
    record = {
        "title": who,
        "tags": [{"text": state.label if shown else HIDDEN, "tone": state.tone if shown else ""}],
        "meta": ["就业补贴申领", found.region.name],
    }
    moves = CYCLE.open_moves(found)
    missing = _missing(found, today) if shown and found.state == "applied" else ""
    held = {"check": missing and "标准未录入", "approve": why_not_approve(found, scope)}
    return {
        "claim": found,
        "record": record,
        "facts": _facts(found, scope, today) if shown else [],
        "missing": missing,
        "plain": [
            {"code": c, "label": m.label, "disabled": held[c]}
            for c, m in moves.items()
            if c in held and found.covers(scope, m.verb.permission)
        ],
        "reasoned": [{"code": c, "label": m.label, "phrases": PHRASES[c], "id": f"why-{c}"} for c, m in moves.items() if c in PHRASES]
        if found.covers(scope, SUBSIDY)
        else [],
        "may_pay": "pay" in moves and found.covers(scope, SUBSIDY),
        "may_fail": "fail" in moves and found.covers(scope, SUBSIDY),
        "may_fix": "fix" in moves and found.covers(scope, SURVEY),
        "paper": paper(found),
        "events": queries.timeline_of(found) if shown else [],
        "shown": shown,
    }


def paper(found: SubsidyClaim) -> str:
    """Why the bank returned the money and the paper needed; "" where it did not, or that is put right."""
    if found.state != "failed" or found.failed_on is None:
        return ""
    name, needed = subsidies.failures(found.failed_on)[found.failure]
    return f"{found.failed_on} 发放失败：{name}。须补：{needed}。"


def _missing(found: SubsidyClaim, today: dt.date) -> str:
    """Why the amount of a claim not yet checked cannot be reckoned; "" = it can."""
    try:
        subsidies.reckon(found, today)
    except Refused as no:
        return no.message
    return ""


def _facts(found: SubsidyClaim, scope: Scope, today: dt.date) -> list[dict[str, Any]]:
    band = word("work_status", found.band, today) if found.band else ""
    if found.worker:
        who = item("劳动力", found.worker.member.name, href=reverse("employment_worker", args=[found.worker_id]))
        more = []
    else:
        known = subsidy_queries.employed(scope, found.employer_id or 0, found.starts_on)
        who = item("用工单位", found.employer, href=reverse("employment_employer", args=[found.employer_id]))
        more = [
            item("申领人数", found.persons, unit="人"),
            item("台账在岗贫困劳动力", known, unit="人", note=f"{found.starts_on} 经推荐在岗"),
        ]
    gap = 0 if found.returned is None else found.returned - (found.amount or 0)
    return [
        who,
        item("补贴项目", subsidies.kind_name(found.kind, today), note=band),
        item("所属期间", period(found, today)),
        *more,
        item("申领日期", found.applied_on),
        item("金额", money(found.amount) if found.amount is not None else "审核时计算"),
        item("审核人", found.checked_by or None),
        item("批准人", found.approved_by or None),
        item("发放日期", found.paid_on, note=found.voucher),
        *([item("银行发放金额", money(found.returned), note=f"与批准相差 {money(gap)}")] if gap else []),
        *([item("发放失败", found.failed_on, note=subsidies.failures(found.failed_on)[found.failure][0])] if found.failed_on else []),
        *([item("补正情况", found.correction)] if found.correction else []),
    ]


def rates(scope: Scope, today: dt.date) -> dict[str, Any]:
    """Every kind with the amount in force where the person works."""
    place = scope.office.place if scope.office else None
    region = Region.objects.get(pk=place.id) if place else Region.objects.filter(level=Region.CITY).order_by("code").first()
    rows = subsidy_queries.standards(region, today) if region else []
    return {"region": region, "rows": rows, "missing": subsidies.NOT_ENTERED, "may_enter": scope.may(SUBSIDY)}
