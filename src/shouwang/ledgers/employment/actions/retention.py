"""Retention: calls at 7, 30 and 90 days after somebody placed has started, each a line of the town's work list."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.audit.actions import change, create_many
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, morning
from shouwang.ledgers.employment import policies
from shouwang.ledgers.employment.actions.labour import end_work
from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import RetentionCall, WorkRecord

KIND = "employment.follow_up"


def plan_calls(*, by: Scope, today: dt.date, limit: int = 200) -> int:
    """Make the calls of people placed who have started and have none yet, with their work items; returns how many records."""
    rows = WorkRecord.objects.filter(post__isnull=False, ended_on=None, started_on__lte=today, follow_ups=None)
    found = list(rows.select_related("household__town", "worker__member").order_by("pk")[:limit])
    towns = {r.town_id for r in found}
    offices = {o.region_id: o for o in offices_in_force(today).filter(kind=Office.Kind.TOWN, region_id__in=towns).select_related("region")}
    with transaction.atomic():
        made = []
        for record in found:
            for days in rule("follow_up_days", on=record.started_on).value:
                call = RetentionCall(record=record, days=days, due_on=record.started_on + dt.timedelta(days))
                call.put_beside(record.household)
                made.append(call)
        for call in create_many(made, by=by, verb=policies.PLAN_CALL, today=today):
            if office := offices.get(call.town_id or 0):
                _assign(call, office, today)
    return len(found)


def _assign(call: RetentionCall, office: Office, today: dt.date) -> None:
    """No name on the work list: who sees the list of the office need not see the person."""
    title = f"稳岗跟踪：人编号 {call.record.worker.member.code} 上岗满 {call.days} 天"
    url = f"{reverse('employment_follow_ups')}?open=1"
    moment = morning(today)
    due = max(call.due_on, today + dt.timedelta(int(rule("work_grace", on=today).value)))  # nobody is late with what was not asked yet
    worklist.assign(call, office, kind=KIND, title=title, action="电话跟踪", url=url, due_at=day_end(due), now=moment)


def answer(call: RetentionCall, outcome: str, note: str, *, by: Scope, today: dt.date) -> RetentionCall:
    """What the call found. Who has left: the work ends today, and the calls that are still to come lapse with it. Raises Refused."""
    if outcome not in ("there", "left"):
        raise Refused("请选择在岗或已离岗。", field="outcome")
    if outcome == "left" and len(note.strip()) < 2:
        raise Refused("已离岗的请写明离岗原因。", field="note")
    moment = morning(today)
    with transaction.atomic():
        with change(call, by=by, verb=policies.ANSWER_CALL, today=today) as locked:
            if locked.outcome:
                raise Refused(f"已于 {locked.done_on} 跟踪过，不能重复登记。")
            if today < locked.record.started_on:
                raise Refused("尚未上岗，不能登记跟踪。")
            locked.outcome, locked.done_on, locked.note = outcome, today, note.strip()[:200]
        worklist.finish(locked, now=moment, kind=KIND)
        if outcome == "left":
            _left(locked, note, by, today, moment)
    return locked


def _left(call: RetentionCall, note: str, by: Scope, today: dt.date, moment: dt.datetime) -> None:
    if call.record.ended_on is None:
        end_work(call.record, today, reason=note, by=by, today=today)
    for other in RetentionCall.objects.filter(record=call.record, outcome=""):
        with change(other, by=by, verb=policies.ANSWER_CALL, today=today) as locked:
            locked.outcome, locked.done_on, locked.note = "left", today, "离岗，不再跟踪"
        worklist.finish(other, now=moment, kind=KIND, dropped=True)
