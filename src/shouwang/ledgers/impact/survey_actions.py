"""Surveys of households, recovery and compensation of impacts, measures taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import calendar_for, day_end
from shouwang.ledgers.impact import policies
from shouwang.ledgers.impact.actions import Impact, record_impacts
from shouwang.ledgers.impact.codes import choices
from shouwang.ledgers.impact.fitting import Suggestion
from shouwang.ledgers.impact.lifecycle import MEASURE
from shouwang.ledgers.impact.models import FittedMeasure, ImpactRecord, ImpactSurvey, Shock
from shouwang.ledgers.impact.queries import allowed, shocks_at
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.policies import check_open

SOURCE = "impact.survey"
KIND = "impact.measure"


def record_survey(household: Household, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> ImpactSurvey:
    """Ask a household: `surveyed_on`, `means`, `causes` (none = not affected), `expected` and `now` (分 a month), `recovery_on`, `note`.

    Causes named are impacts of the survey's own; those named the last time and no longer are ended. Raises Refused where no shock is in
    force at the place, for a day to come or before it began, a means the place's level did not allow on the day, or numbers that make no loss.
    """
    check_open(household)
    shock = _shock(household, said["surveyed_on"], today)
    _check_means(household, said["surveyed_on"], said["means"])
    causes = list(said["causes"])
    if said.get("expected") is not None and said.get("now") is not None and "income" not in causes:
        causes.append("income")
    survey = ImpactSurvey(
        shock=shock, surveyed_on=said["surveyed_on"], means=said["means"], affected=bool(causes), surveyor=by.user_name[:40]
    )
    survey.put_beside(household)
    with transaction.atomic():
        with change(survey, by=by, verb=policies.SURVEY, today=today) as fresh:
            pass
        _write(household, causes, said, by, today)
    return fresh


def _shock(household: Household, day: dt.date, today: dt.date) -> Shock:
    if day > today:
        raise Refused(f"排查日期 {day} 晚于今天 {today}。请填写实际排查的日期。", field="surveyed_on")
    found = shocks_at(household.region, day)
    if not found:
        raise Refused(f"{day} 这一天没有登记在此处发生的冲击事件，不能登记排查。请先由扶贫办登记冲击事件。", field="surveyed_on")
    return found[0]


def _check_means(household: Household, day: dt.date, means: str) -> None:
    found = allowed(household.region, day)
    if means not in found.visit_means:
        level = found.level.name if found.level else "没有公布风险等级"
        known = dict(choices("survey_means", day))
        can = "、".join(known[m] for m in found.visit_means if m in known)
        raise Refused(f"{day} 当地{level}，不能以“{known.get(means, means)}”方式排查，可以用：{can}。", field="means")


def _write(household: Household, causes: list[str], said: Mapping[str, Any], by: Scope, today: dt.date) -> None:
    mine = ImpactRecord.objects.filter(source_ledger=SOURCE, source_id=str(household.pk))
    began = {r.cause: r.began_on for r in mine.filter(recovered_on=None)}
    for gone in set(began) - set(causes):
        for row in mine.filter(cause=gone, recovered_on=None):
            with change(row, by=by, verb=policies.END_IMPACT, today=today) as locked:
                locked.recovered_on = max(said["surveyed_on"], locked.began_on)
    items = []
    for cause in causes:
        known = cause == "income"
        items.append(
            Impact(
                cause, SOURCE, str(household.pk), began.get(cause, said["surveyed_on"]), household_id=household.pk,
                recovery_on=said.get("recovery_on"), note=said.get("note", ""), period="month" if known else "once",
                expected=said.get("expected") if known else None, now=said.get("now") if known else None,
            )
        )  # fmt: skip
    record_impacts(items, by=by, today=today)


def recover(row: ImpactRecord, day: dt.date, *, by: Scope, today: dt.date) -> ImpactRecord:
    """The impact is over since `day`. Raises Refused for a day to come or before it began, or for one another ledger ends itself."""
    if not row.source_ledger.startswith("impact."):
        raise Refused("这条影响由其他台账写入，恢复情况由该台账随业务更新。请到来源记录中办理。", field="recovered_on")
    if day > today or day < row.began_on:
        raise Refused(f"恢复日期须在 {row.began_on}（开始）至 {today}（今天）之间，填写的是 {day}。请核对。", field="recovered_on")
    with change(row, by=by, verb=policies.RECOVER, today=today) as locked:
        locked.recovered_on = day
    return locked


def compensate(row: ImpactRecord, status: str, amount: int | None, *, by: Scope, today: dt.date) -> ImpactRecord:
    """How far the compensation of a wildlife farm has come; `amount` in 分, due from 已核定 on. Raises Refused for other causes."""
    if row.cause != "wildlife":
        raise Refused("只有“野生动物养殖退出”的影响登记补偿进展。", field="compensation")
    if status in ("approved", "paid") and not amount:
        raise Refused("已核定、已补偿的须填写补偿金额（元）。", field="compensated")
    with change(row, by=by, verb=policies.COMPENSATE, today=today) as locked:
        locked.compensation, locked.compensated = status, amount
    return locked


def take_measure(household: Household, chosen: Suggestion, *, by: Scope, today: dt.date, now: dt.datetime) -> FittedMeasure:
    """Turn a suggestion into a task of the household's village, or of its town where the village has no office.

    Raises Refused where the measure is in hand already.
    """
    if chosen.taken is not None and chosen.taken.state == "open":
        raise Refused(f"“{chosen.name}”已在落实中（{chosen.taken.taken_on} 采取）。请在待办中办理。", field="code")
    days = int(lookup("impact_codes", "measure_due", on=today).value)
    due = calendar_for().add_working_days(today, days)
    row = FittedMeasure(
        code=chosen.code,
        name=chosen.name,
        cause=chosen.cause,
        clause=f"{chosen.clause}（{chosen.source}）"[:300],
        taken_on=today,
        due_on=due,
    )
    row.put_beside(household)
    with transaction.atomic():
        with change(row, by=by, verb=policies.TAKE_MEASURE, today=today) as fresh:
            pass
        if office := _office(household, today):
            url = reverse("impact_household", args=[household.pk])
            title = f"分类施策：{chosen.name}（户编号 {household.code}）"
            worklist.assign(fresh, office, kind=KIND, title=title, action="落实措施", url=url, due_at=day_end(due), now=now)
    return fresh


def _office(household: Household, today: dt.date) -> Office | None:
    here = [pk for pk in (household.village_id, household.town_id) if pk]
    kinds = (Office.Kind.VILLAGE, Office.Kind.TOWN)
    found = {o.region_id: o for o in offices_in_force(today).filter(region_id__in=here, kind__in=kinds).select_related("region")}
    return next((found[pk] for pk in here if pk in found), None)


def move_measure(row: FittedMeasure, move: str, words: str, *, by: Scope, today: dt.date) -> FittedMeasure:
    """finish (with what was done) or drop (with the reason); the work item ends with it. Raises Refused without words."""
    if not words.strip():
        raise Refused("请填写落实情况（撤下的填写理由）。", field="result")
    with transaction.atomic():
        with MEASURE.advance(row, move, by=by, today=today, reason=words if move == "drop" else "") as locked:
            locked.result, locked.done_on = words.strip()[:300], today
        worklist.finish(locked, now=timezone.now(), kind=KIND, dropped=move == "drop")
    return locked
