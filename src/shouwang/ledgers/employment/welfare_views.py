"""What the page of a term on a public-welfare post shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse

from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.employment import queries, welfare
from shouwang.ledgers.employment.models import WelfareAppointment
from shouwang.ledgers.employment.policies import ARRANGE
from shouwang.ledgers.employment.tables.welfare import standing
from shouwang.ledgers.employment.views import HIDDEN, item, money
from shouwang.ledgers.registry.policies import VIEW, seen_groups


def appointment(found: WelfareAppointment, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a term with its months; who does not see work sees who it is about and nothing more."""
    shown, member = seen_groups(scope, found.household, VIEW)("labour"), found.worker.member
    tag = standing(found, today)
    record = {
        "title": member.name,
        "tags": [{"text": tag.text if shown else HIDDEN, "tone": tag.tone if shown else ""}],
        "meta": ["公益岗位聘用", str(found.household.region), member.code],
    }
    return {
        "appointment": found,
        "record": record,
        "facts": _facts(found) if shown else [],
        "months": list(found.months.all()) if shown else [],
        "limits": _limits(found, today) if shown else [],
        "active": found.state == "active",
        "may_arrange": found.covers(scope, ARRANGE),
        "events": queries.timeline_of(found) if shown else [],
        "shown": shown,
    }


def _facts(found: WelfareAppointment) -> list[dict[str, Any]]:
    post = found.record.post
    return [
        item("劳动力", found.worker.member.name, href=reverse("employment_worker", args=[found.worker_id])),
        item("岗位", post.title if post else None, href=reverse("employment_post", args=[post.pk]) if post else ""),
        item("用工单位", found.record.employer),
        item("月报酬", money(found.pay)),
        item("聘期起", found.starts_on),
        item("聘期届满", found.ends_on, note="当日不在岗"),
        item("续聘", found.renewals, unit="次"),
        item("累计出勤", found.days_worked, unit="天"),
        item("累计已发", money(found.paid)),
        *([item("离岗日期", found.left_on)] if found.left_on else []),
    ]


def _limits(found: WelfareAppointment, today: dt.date) -> list[dict[str, Any]]:
    region = found.region.code
    rules = {n: welfare.rule(n, today, region) for n in ("term_months", "total_months", "monthly_pay", "days_a_month", "per_household")}
    term, pay = rules["term_months"].value, rules["monthly_pay"].value
    oldest = lookup("job_matching", "welfare_age", on=today, region=region)
    rules |= {"welfare_age": oldest, "cadres_barred": welfare.rule("cadres_barred", today, region)}
    words = {
        "welfare_age": f"年满 {oldest.value} 周岁不安排",
        **({"cadres_barred": "村干部及其家属不安排"} if rules["cadres_barred"].value else {}),
        "per_household": f"一户至多 {rules['per_household'].value} 人同时在岗",
        "term_months": f"一次聘期 {term[0]} 至 {term[1]} 个月",
        "total_months": f"一人累计至多 {rules['total_months'].value} 个月",
        "monthly_pay": f"月报酬 {pay[0] // 100:,} 至 {pay[1] // 100:,} 元",
        "days_a_month": f"每月出勤至多 {rules['days_a_month'].value} 天",
    }
    return [{"words": w, "source": rules[n].source, "unverified": rules[n].unverified} for n, w in words.items()]
