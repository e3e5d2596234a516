"""Recording, correcting and following up visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from shouwang.kernel.accounts.models import User
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.models import Household, Visit
from shouwang.ledgers.registry.visits import visit_rule

SAID = ("visited_on", "means", "reach", "met", "result", "needs", "next_step")


def record_visit(household: Household, said: Mapping[str, Any], *, user: User | None, by: Scope, today: dt.date, name: str = "") -> Visit:
    """Record a visit by the person (or by `name`, who has no account). `said` holds the fields of SAID.

    Raises Refused for a day to come or too long ago, or a household that was reached without a word of it.
    """
    _check(said, today)
    visit = Visit(visitor=None if name else user, visitor_name=(name or by.user_name)[:40], **{k: said[k] for k in SAID})
    visit.put_beside(household)
    with change(visit, by=by, verb=policies.RECORD_VISIT, today=today) as fresh:
        pass
    return fresh


def correct_visit(visit: Visit, said: Mapping[str, Any], *, reason: str, by: Scope, today: dt.date) -> Visit:
    """Enter a visit anew; the first entry stays and is shown as corrected. Raises Refused where it was corrected already.

    By whoever made the visit or keeps the household's file; raises NotPermitted for others.
    """
    _check(said, today)
    if not by.everything and visit.visitor_id != by.user_id and not visit.covers(by, policies.EDIT):
        raise NotPermitted("走访记录由走访人本人或该户的档案维护人员更正。请联系走访人或镇（街道）扶贫专干。")
    with transaction.atomic():
        locked = Visit.objects.select_for_update().select_related("household").get(pk=visit.pk)
        if Visit.objects.filter(corrects=locked).exists():
            raise Refused("这条走访记录已更正过。请在更正后的记录上再作更正。")
        fresh = Visit(
            visitor=locked.visitor,
            visitor_name=locked.visitor_name,
            corrects=locked,
            need_met_on=locked.need_met_on if said["needs"] else None,
            need_answer=locked.need_answer if said["needs"] else "",
            **{k: said[k] for k in SAID},
        )
        fresh.put_beside(locked.household)
        with change(fresh, by=by, verb=policies.CORRECT_VISIT, today=today, reason=reason) as made:
            pass
    return made


def meet_need(visit: Visit, *, answer: str, by: Scope, today: dt.date) -> Visit:
    """Say how what the household asked for was settled."""
    if len(answer.strip()) < 2:
        raise Refused("请写明需求的解决情况（至少 2 个字，例如“已联系镇人社所推荐岗位”）。", field="answer")
    with change(visit, by=by, verb=policies.MEET_NEED, today=today) as locked:
        if not locked.needs or Visit.objects.filter(corrects=locked).exists():
            raise Refused("这条走访记录没有待解决的需求，或已被更正。请刷新页面查看。", field="answer")
        if locked.need_met_on is not None:
            raise Refused(f"该需求已于 {locked.need_met_on} 答复，不能重复答复。", field="answer")
        locked.need_met_on, locked.need_answer = today, answer.strip()[:300]
    return locked


def _check(said: Mapping[str, Any], today: dt.date) -> None:
    day, longest = said["visited_on"], int(visit_rule("visit_days_back", today).value)
    if day > today:
        raise Refused(f"走访日期 {day} 晚于今天 {today}。请填写实际走访的日期。", field="visited_on")
    if (today - day).days > longest:
        raise Refused(f"走访日期 {day} 距今超过 {longest} 天，疑为误填。请核对年份；确需补录的，请作为纸质材料归档。", field="visited_on")
    if said["reach"] == "reached" and not said["result"].strip():
        raise Refused("已见到（接通）的走访须写明走访情况。没有变化的，点“家庭情况无变化”即可。", field="result")
