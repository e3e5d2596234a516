"""What the pages show of one agreement, delivery or letter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings

from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.sections import Section
from shouwang.ledgers.exchange import actions, queries
from shouwang.ledgers.exchange.letters import audience
from shouwang.ledgers.exchange.lifecycle import DELIVERY, LETTER
from shouwang.ledgers.exchange.models import Delivery, FeedAgreement, Letter
from shouwang.ledgers.exchange.policies import MANAGE, SEND
from shouwang.ledgers.exchange.reading import fields_of
from shouwang.ledgers.registry.models import Household

LIMIT = settings.SHOUWANG_FEED_LIMIT
STEPS = ("预检（不入库）", "核对并确认", "后台入库", "完成")
REACHED = {"checking": 0, "unread": 0, "checked": 1, "writing": 2}
PERIOD_WORDS = {"month": "每月", "quarter": "每季", "year": "每年"}
LEVEL_WORDS = {"person": "一行一人", "household": "一行一户"}


def agreement(found: FeedAgreement, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The catalogue's entry, the latest deliveries, what may be done."""
    known = found.declared
    return {
        "row": found,
        "feed": known,
        "period_word": PERIOD_WORDS[known.period],
        "level_word": LEVEL_WORDS[known.level],
        "fields": [f for f in fields_of(known) if f.key in {x.code for x in known.fields}],
        "who": [f for f in fields_of(known) if f.key not in {x.code for x in known.fields}],
        "latest": found.deliveries.select_related("office").order_by("-period", "-pk")[:12],
        "owed": known.last_period(today),
        "expected": known.expected(known.last_period(today)),
        "may_send": found.until is None and found.way == "file" and found.covers(scope, SEND),
        "may_hits": found.until is None and found.way == "list" and found.covers(scope, SEND),
        "may_manage": found.until is None and found.covers(scope, MANAGE),
    }


def delivery(found: Delivery, scope: Scope) -> dict[str, Any]:
    """Counts, steps and moves of a delivery."""
    fresh = found.matched_rows - found.same_rows
    return {
        "row": found,
        "state": DELIVERY.state_of(found),
        "steps": steps(found.state),
        "kpis": [
            ("数据行", found.rows, "行", ""),
            ("新增", max(fresh, 0), "行", "对应到人且没有报送过"),
            ("相同", found.same_rows, "行", "以前的批次已有，不重复入库"),
            ("待核对", found.open_rows, "行", "系统不能认定是谁，须人工核对"),
            ("未匹配", found.unknown_rows, "行", "不在户档案中，不入库"),
            ("错误", found.error_rows, "行", "见下表，可下载退回文件"),
        ],
        "ways": [
            ("证件号码一致", found.exact_rows),
            ("多项信息相符", found.points_rows),
            ("概率认定", found.model_rows),
            ("人工核对", found.person_rows),
        ],
        "may_send": found.covers(scope, SEND),
        "may_confirm": actions.takes_any(found),
        "busy": found.state in ("checking", "writing"),
        "mappable": bool(found.header.get("named")) and found.state in ("unread", "checked"),
        "events": timeline(found._meta.label_lower, str(found.pk)),
    }


def steps(state: str) -> list[dict[str, str]]:
    """The way of a delivery as blocks/steps.html draws it."""
    at = REACHED.get(state, len(STEPS))
    now = "back" if state == "unread" else "now"
    return [{"label": word, "state": "done" if n < at else now if n == at else ""} for n, word in enumerate(STEPS)]


def letter(found: Letter, scope: Scope, today: dt.date) -> dict[str, Any]:
    """A letter with what comes next."""
    return {
        "row": found,
        "state": LETTER.state_of(found),
        "audience": audience(found),
        "may_manage": found.covers(scope, MANAGE),
        "overdue": found.destroyed_on is None and not found.inside and found.state in ("sent", "answered") and found.destroy_by < today,
        "events": timeline(found._meta.label_lower, str(found.pk)),
    }


def household_section(scope: Scope, household: int, today: dt.date) -> Section | None:
    """The card on the household's page: what departments have sent of the district; None for who sees none of it there."""
    found = Household.objects.within(scope).select_related("county").filter(pk=household).first()
    held = queries.held_on(scope, found, today) if found is not None else []
    if found is None or not held:
        return None
    return Section("departments", "部门数据", "exchange/_section.html", {"household": found, "held": held})


def letter_days(today: dt.date) -> dict[str, dt.date]:
    """The days a new letter proposes: rulebook/letters.yaml."""
    ways = (("answer_by", "answer_days"), ("destroy_by", "destroy_days"))
    return {field: today + dt.timedelta(int(lookup("letters", name, on=today).value)) for field, name in ways}
