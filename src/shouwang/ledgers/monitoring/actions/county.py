"""The county's determination: a batch of cases, compared, decided by one meeting, entered into the household's file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import policies
from shouwang.ledgers.monitoring.actions.care import drop_planned, plan_next
from shouwang.ledgers.monitoring.actions.steps import send_back, step
from shouwang.ledgers.monitoring.lifecycle import BATCH
from shouwang.ledgers.monitoring.models import DeterminationBatch, MonitoringCase
from shouwang.ledgers.registry import actions as registry
from shouwang.ledgers.registry.actions import Decision

MOST = 300  # cases in a batch: one meeting, one transaction


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the leading group decided on."""

    comparison: str
    compared_on: dt.date
    meeting_on: dt.date
    document: str


def open_batch(county: Region, cases: Sequence[MonitoringCase], *, number: str, by: Scope, today: dt.date) -> DeterminationBatch:
    """Put cases that passed the towns into a batch. Raises Refused for none, too many, a used number, a case elsewhere or in a batch."""
    if not cases:
        raise Refused("没有选择提请审定的户。请勾选后再组批。", field="case")
    if len(cases) > MOST:
        raise Refused(f"一批最多 {MOST} 户，选择了 {len(cases)} 户。请分批提请审定。", field="case")
    number = number.strip()[:40]
    if not number:
        raise Refused("请填写批次名称（例如“2020年第1批”）。", field="number")
    if DeterminationBatch.objects.filter(county=county, number=number).exists():
        raise Refused(f"批次“{number}”已经用过。请换一个名称。", field="number")
    with transaction.atomic():
        batch = DeterminationBatch(number=number, prepared_by=by.user_name[:40], prepared_on=today)
        batch.put_in(county)
        with change(batch, by=by, verb=policies.OPEN_BATCH, today=today) as made:
            pass
        for case in cases:
            with change(case, by=by, verb=policies.JOIN_BATCH, today=today) as locked:
                if locked.state != "reviewed" or locked.batch_id is not None or locked.county_id != county.pk:
                    raise Refused(f"{case.household.code} 不在本区（县）待审定的户中，或已在其他批次。请刷新页面后重新选择。", field="case")
                locked.batch = made
    return made


def return_row(case: MonitoringCase, move: str, *, reason: str, by: Scope, today: dt.date) -> MonitoringCase:
    """Take one household out of the batch and send it back to the named step."""
    if case.batch_id is None or case.batch is None or case.batch.state != "draft":
        raise Refused("该户不在待审定的批次中，不能从批次退回。请刷新页面查看。")
    return send_back(case, move, reason=reason, by=by, today=today)


def drop_batch(batch: DeterminationBatch, *, reason: str, by: Scope, today: dt.date) -> DeterminationBatch:
    """Take the batch apart; its cases wait for another."""
    with transaction.atomic():
        with BATCH.advance(batch, "drop", by=by, today=today, reason=reason) as locked:
            pass
        for case in locked.cases.all():
            with change(case, by=by, verb=policies.JOIN_BATCH, today=today) as freed:
                freed.batch = None
    return locked


def decide(batch: DeterminationBatch, said: Resolution, *, by: Scope, today: dt.date) -> DeterminationBatch:
    """Enter the meeting's decision: each case's standing goes into the household's file, inclusion then waits for measures.

    Raises Refused for missing or unordered dates, an empty batch, or a household whose file does not take the standing (named);
    all or nothing is written.
    """
    if not said.comparison.strip() or not said.document.strip():
        raise Refused("比对结果和批复文号都须填写。请按会议材料填写。", field="comparison" if not said.comparison.strip() else "document")
    if not said.compared_on <= said.meeting_on <= today:
        raise Refused(
            f"比对日期 {said.compared_on}、会议日期 {said.meeting_on} 顺序不对：先比对、后开会，都不晚于今天 {today}。请核对日期。",
            field="meeting_on",
        )
    with transaction.atomic():
        with BATCH.advance(batch, "decide", by=by, today=today) as locked:
            locked.comparison, locked.compared_on = said.comparison.strip()[:500], said.compared_on
            locked.meeting_on, locked.document = said.meeting_on, said.document.strip()[:120]
        cases = list(locked.cases.select_related("household__region", "county").order_by("pk"))
        if not cases:
            raise Refused("批次内没有户。请取消本批次，重新组批。")
        for case in cases:
            _determine(case, locked, by, today)
    return locked


def _determine(case: MonitoringCase, batch: DeterminationBatch, by: Scope, today: dt.date) -> None:
    move = {"include": f"watch_{case.category}", "clear": "clear", "relapse": "relapse", "fall": "register_new"}[case.purpose]
    assert batch.meeting_on is not None  # noqa: S101 - just set
    last = case.verifications.first()
    reason = f"{batch.number}审定" + (f"，{last.get_conclusion_display()}" if last else "")
    risks = case.risk_codes if case.purpose == "include" else ()
    fields: dict[str, Any] = {"determined_on": batch.meeting_on, "document": batch.document}
    # Decided before the file changes, which ends whatever case is still open.
    step(case, "determine" if case.purpose == "include" else "conclude", by=by, today=today, **fields)
    try:
        registry.change_programme_status(
            case.household, move, Decision(batch.meeting_on, batch.document, risks), reason=reason, by=by, today=today
        )
    except Refused as no:
        raise type(no)(f"户编号 {case.household.code}：{no.message}该户可先从批次退回，其余各户照常登记。", field=no.field) from no
    if case.purpose == "include":
        plan_next(case.household, after=batch.meeting_on, by=by, today=today)
    if case.purpose == "clear":
        drop_planned(case.household, by=by, today=today)
