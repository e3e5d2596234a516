"""What the page of a workshop shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import queries, workshop_queries
from shouwang.ledgers.employment.lifecycle import WORKSHOP
from shouwang.ledgers.employment.models import Workshop
from shouwang.ledgers.employment.policies import ARRANGE, why_workshop_stays
from shouwang.ledgers.employment.views import item

PHRASES = {
    "watch": ("停工满一个月", "务工人数不足", "贫困劳动力人数不足"),
    "restore": ("已恢复生产，核查达到要求",),
    "clear": ("缓冲期满仍未达到要求", "已停产转产，务工人员已另行安置"),
    "recognise_again": ("恢复生产，经区（县）重新认定",),
}


def workshop(found: Workshop, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a workshop with its reviews."""
    state, mine = WORKSHOP.state_of(found), scope.may_at(ARRANGE, found)
    start, end = workshop_queries.period(found, today)
    last = end - dt.timedelta(1)
    facts = [
        item("用工单位", found.employer.name, href=reverse("employment_employer", args=[found.employer_id])),
        item("所在地", "".join(str(p) for p in (found.county, found.town) if p)),
        item("认定文件", found.document),
        item("认定日期", found.recognised_on),
        item("最近核查", found.reviewed_on),
        item("务工人数", found.workers, unit="人"),
        item("其中贫困劳动力", found.poor_workers, unit="人"),
        item("其中稳定务工", found.steady, unit="人"),
        *([item("缓冲期至", found.buffer_until, note="期满前不得清理")] if found.buffer_until else []),
    ]
    due = found.state != "cleared" and (found.reviewed_on is None or found.reviewed_on < start)
    return {
        "workshop": found,
        "record": {"title": found.employer.name, "tags": [{"text": state.label, "tone": state.tone}], "meta": ["扶贫车间"]},
        "facts": facts,
        "due": last if due else None,
        "requirements": workshop_queries.requirements(found, today),
        "reviews": list(found.reviews.all()[:24]),
        "moves": [
            {
                "code": code,
                "label": m.label,
                "phrases": PHRASES[code],
                "id": f"why-{code}",
                "disabled": why_workshop_stays(found, code, today),
            }
            for code, m in WORKSHOP.open_moves(found).items()
        ]
        if mine
        else [],
        "may_arrange": mine,
        "may_review": mine and found.state != "cleared" and found.reviewed_on != today,
        "events": queries.timeline_of(found),
    }
