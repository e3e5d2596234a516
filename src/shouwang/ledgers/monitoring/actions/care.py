"""Help after the decision: measures against risks, who is responsible, and the visits that follow up."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef

from shouwang.kernel.accounts.models import User
from shouwang.kernel.audit.actions import change, create_many, note
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import judging, policies, work
from shouwang.ledgers.monitoring.actions.steps import step
from shouwang.ledgers.monitoring.matching import kinds_of, uncovered
from shouwang.ledgers.monitoring.models import FollowUp, Measure, MonitoringCase
from shouwang.ledgers.monitoring.rules import due, words
from shouwang.ledgers.registry import actions as registry
from shouwang.ledgers.registry.codes import word
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import WATCHED, current, watched


def add_measure(
    household: Household, *, kind: str, risk: str, content: str, since: dt.date, by: Scope, today: dt.date, provider: str = ""
) -> Measure:
    """Record a measure. Raises Refused for an unknown kind or risk, no content, a day to come."""
    if kind not in words("measure", today):
        raise Refused("请选择措施类别。", field="kind")
    if len(content.strip()) < 2:
        raise Refused("请写明具体措施（例如“安排村保洁员岗位，月工资 800 元”）。", field="content")
    if since > today:
        raise Refused(f"开始日期 {since} 晚于今天 {today}。请在措施开始后登记。", field="since")
    measure = Measure(kind=kind, risk=risk, content=content.strip()[:200], provider=provider.strip()[:60], since=since)
    measure.put_beside(household)
    with change(measure, by=by, verb=policies.ADD_MEASURE, today=today) as made:
        pass
    return made


def end_measure(measure: Measure, *, until: dt.date, reason: str, by: Scope, today: dt.date) -> Measure:
    """End a measure on a day that has come, with the reason."""
    with change(measure, by=by, verb=policies.END_MEASURE, today=today, reason=reason) as locked:
        if locked.until is not None:
            raise Refused(f"该措施已于 {locked.until} 结束。", field="until")
        if not locked.since <= until <= today:
            raise Refused(f"结束日期 {until} 须在开始日期 {locked.since} 与今天之间。请核对日期。", field="until")
        locked.until = until
    return locked


def settle(
    case: MonitoringCase, *, officer: str, helper: str, by: Scope, today: dt.date, user: User | None = None, version: int | None = None
) -> MonitoringCase:
    """Close an inclusion: an officer, a helper in force, and a measure for every risk; what is missing is named.

    `helper` is added through the registry where the household has none of that name.
    """
    household = case.household
    if len(officer.strip()) < 2:
        raise Refused("请填写监测责任人姓名。", field="officer")
    if missing := uncovered(case.risk_codes, kinds_of(household, today), today):
        text = "、".join(word("risk", r, on=today) for r in missing)
        raise Refused(f"风险“{text}”还没有对应的帮扶措施。请先登记措施。", field="officer")
    with transaction.atomic():
        if helper and not household.helpers.filter(name=helper, until=None).exists():
            registry.assign_helper(household, name=helper, since=today, by=by, today=today, user=user)
        if not household.helpers.filter(until=None).exists():
            raise Refused("该户还没有帮扶责任人。请填写帮扶责任人。", field="helper")
        return step(case, "settle", by=by, today=today, version=version, officer=officer.strip()[:40])


def plan_next(household: Household, *, after: dt.date, by: Scope, today: dt.date) -> FollowUp | None:
    """Plan the next visit of a watched household that has none planned; None where there is one."""
    if FollowUp.objects.filter(household=household, done_on=None).exists():
        return None
    county = household.county.code if household.county else ""
    planned = FollowUp(due_on=due("follow_up", after, region=county))
    planned.put_beside(household)
    with change(planned, by=by, verb=policies.PLAN_FOLLOW_UP, today=today) as made:
        pass
    work.refresh([made], today=today, kinds=(work.FOLLOW_UP,))
    return made


def plan_missing(*, by: Scope, today: dt.date, limit: int = 200) -> int:
    """Plan a visit for watched households that have none planned (entered from the county's papers or imported); returns how many."""
    planned = FollowUp.objects.filter(household=OuterRef("pk"), done_on=None)
    rows = watched(current(Household.objects.select_related("county"))).filter(~Exists(planned)).order_by("pk")[:limit]
    days: dict[str, dt.date] = {}
    fresh = []
    for household in rows:
        county = household.county.code if household.county else ""
        if county not in days:
            days[county] = due("follow_up", today, region=county)
        row = FollowUp(due_on=days[county])
        row.put_beside(household)
        fresh.append(row)
    return len(create_many(fresh, by=by, verb=policies.PLAN_FOLLOW_UP, today=today))


def drop_planned(household: Household, *, by: Scope, today: dt.date) -> None:
    """Take back the planned visit of a household that is watched no more."""
    planned = FollowUp.objects.select_for_update().filter(household=household, done_on=None).first()
    if planned is not None:
        note(planned, by=by, verb=policies.DROP_FOLLOW_UP, today=today)
        planned.delete()
        work.refresh([planned], today=today, kinds=(work.FOLLOW_UP,))


def record_follow_up(planned: FollowUp, *, done_on: dt.date, means: str, finding: str, said: str, by: Scope, today: dt.date) -> FollowUp:
    """Record a visit and plan the next one. Raises Refused for a means not allowed, a day to come, no words; Stale twice."""
    if done_on > today:
        raise Refused(f"回访日期 {done_on} 晚于今天 {today}。请填写实际回访的日期。", field="other_day")
    judging.check_means(planned.county or planned.region, done_on, means)
    if len(said.strip()) < 4:
        raise Refused("请写明回访情况（至少 4 个字）。没有变化的，点“风险无变化”即可。", field="note")
    with transaction.atomic():
        with change(planned, by=by, verb=policies.FOLLOW_UP, today=today) as locked:
            if locked.done_on is not None:
                raise Refused(f"本次回访已于 {locked.done_on} 登记。请刷新页面查看。")
            locked.done_on, locked.means, locked.finding = done_on, means, finding
            locked.note, locked.by_name = said.strip()[:300], by.user_name[:40]
        if locked.household.monitoring in WATCHED:
            plan_next(locked.household, after=done_on, by=by, today=today)
        work.refresh([locked], today=today, kinds=(work.FOLLOW_UP,))
    return locked
