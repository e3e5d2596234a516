"""Terms on public-welfare posts: opened with the work record, renewed, ended; months entered; ends announced."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, morning
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import lifecycle, policies, welfare, welfare_queries
from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import WelfareAppointment, WelfareMonth, Worker, WorkRecord
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.reshape_items import office_of

KIND = "employment.appointment_end"


def appoint(record: WorkRecord, worker: Worker, ends_on: dt.date | None, *, by: Scope, today: dt.date) -> WelfareAppointment:
    """The term that goes with the work record of a public-welfare post; called inside its transaction. Raises Refused naming the limit.

    The household is locked: of two members who accept at one moment the second is refused.
    """
    Household.objects.select_for_update(of=("self",)).get(pk=worker.household_id)
    welfare.check_may_hold(worker, record.monthly_income, today)
    end = welfare.check_term(worker, record.started_on, ends_on, today)
    row = WelfareAppointment(worker=worker, record=record, starts_on=record.started_on, ends_on=end, pay=record.monthly_income)
    row.put_beside(worker.household)
    with change(row, by=by, verb=lifecycle.APPOINT, today=today) as made:
        pass
    return made


def renew(appointment: WelfareAppointment, ends_on: dt.date, *, reason: str, by: Scope, today: dt.date) -> WelfareAppointment:
    """A further term from the end of this one until `ends_on`. Raises Refused naming the limit."""
    with transaction.atomic():
        with lifecycle.APPOINTMENT.advance(appointment, "renew", by=by, today=today, reason=reason) as locked:
            worker = _worker(locked)
            _check_renewal(locked, worker, ends_on, today)
            locked.ends_on, locked.renewals = ends_on, locked.renewals + 1
        _done(locked, today)
    return locked


def _check_renewal(appointment: WelfareAppointment, worker: Worker, ends_on: dt.date, today: dt.date) -> None:
    region = worker.region.code
    if ends_on <= appointment.ends_on:
        raise Refused(f"续聘至 {ends_on} 不晚于原届满日期 {appointment.ends_on}。请填写新的届满日期。", field="ends_on")
    most = int(welfare.rule("term_months", today, region).value[1])
    if ends_on > welfare.past(appointment.ends_on, most):
        raise Refused(f"一次续聘至多 {most} 个月（自 {appointment.ends_on} 起）。请改届满日期。", field="ends_on")
    welfare.check_total(worker, appointment.starts_on, ends_on, today)
    if words := welfare.standing_barrier(worker, today):
        raise Refused(f"不能续聘：{words}。请办理终止。", field="ends_on")


def end(appointment: WelfareAppointment, left_on: dt.date, *, reason: str, by: Scope, today: dt.date) -> WelfareAppointment:
    """The term is over, and the work with it, on `left_on` (that day is no longer worked); called inside the transaction that ends the work."""
    if left_on > today:
        raise Refused(f"离岗日期 {left_on} 晚于今天 {today}。请填写实际离岗的日期。", field="left_on")
    with lifecycle.APPOINTMENT.advance(appointment, "end", by=by, today=today, reason=reason) as locked:
        if left_on <= locked.starts_on:
            raise Refused(f"离岗日期 {left_on} 须晚于聘期起 {locked.starts_on}。请核对。", field="left_on")
        locked.left_on = left_on
    _done(locked, today)
    return locked


def lapse(record: WorkRecord, *, by: Scope, today: dt.date) -> None:
    """Work that has ended ends the term with it; called inside the act's transaction."""
    found = WelfareAppointment.objects.filter(record=record, state="active").first()
    if found is not None and record.ended_on is not None:
        with lifecycle.APPOINTMENT.advance(found, "lapse", by=by, today=today) as locked:
            locked.left_on = record.ended_on
        _done(locked, today)


def record_month(appointment: WelfareAppointment, month: dt.date, days: int, pay: int, *, by: Scope, today: dt.date) -> WelfareMonth:
    """Days worked and pay (分) of the month that `month` lies in; entered again it is put right. Raises Refused."""
    first = month.replace(day=1)
    with transaction.atomic(), change(appointment, by=by, verb=policies.RECORD_MONTH, today=today) as locked:
        _check_month(locked, first, days, pay, today)
        row = WelfareMonth.objects.filter(appointment=locked, month=first).first() or WelfareMonth(appointment=locked, month=first)
        before = (row.days, row.pay) if row.pk else (0, 0)
        if row.pk is None:
            row.days, row.pay = days, pay
            row.put_beside(appointment.household)
        with change(row, by=by, verb=policies.RECORD_MONTH, today=today) as kept:
            kept.days, kept.pay = days, pay
        locked.days_worked += days - before[0]
        locked.paid += pay - before[1]
    return kept


def _check_month(appointment: WelfareAppointment, first: dt.date, days: int, pay: int, today: dt.date) -> None:
    region = appointment.region.code
    after = welfare.past(first, 1)
    start, end = max(first, appointment.starts_on), min(after, appointment.left_on or appointment.ends_on)
    if start >= end or first > today:
        raise Refused(f"{first:%Y-%m} 不在聘期内或还没有到。请核对月份。", field="month")
    most = min(int(welfare.rule("days_a_month", today, region).value), (end - start).days)
    if not 0 <= days <= most:
        raise Refused(f"{first:%Y-%m} 出勤 {days} 天，超过当月在聘可出勤的 {most} 天。请核对。", field="days")
    if not 0 <= pay <= appointment.pay:
        raise Refused(f"已发报酬 {pay / 100:,.2f} 元多于月报酬 {appointment.pay / 100:,.2f} 元。请核对。", field="pay")


def ask_expiring(*, by: Scope, today: dt.date) -> int:  # noqa: ARG001 - a work item names no author
    """Put terms that end soon, or have ended unrenewed, on the towns' work lists; returns how many are new."""
    waiting = WorkItem.objects.filter(ledger=WelfareAppointment._meta.label_lower, kind=KIND, state=WorkItem.State.OPEN)
    known = set(waiting.values_list("record_id", flat=True))
    rows = welfare_queries.to_settle(WelfareAppointment.objects.all(), today).select_related("worker__member").order_by("pk")
    fresh = [row for row in rows if str(row.pk) not in known]
    with transaction.atomic():
        for row in fresh:
            _ask(row, today)
    return len(fresh)


def _ask(row: WelfareAppointment, today: dt.date) -> None:
    """No name on the work list: who sees the list of the office need not see the person."""
    office = office_of(row.town_id, Office.Kind.TOWN, today) or office_of(row.county_id, Office.Kind.LEAD, today)
    if office is not None:
        title, url = f"公益岗位聘期届满：人编号 {row.worker.member.code}", reverse("employment_appointment", args=[row.pk])
        grace = today + dt.timedelta(int(rule("work_grace", on=today).value))  # nobody is late with what was not asked yet
        due, now = day_end(max(row.ends_on - dt.timedelta(1), grace)), morning(today)
        worklist.assign(row, office, kind=KIND, title=title, action="办理续聘或终止", url=url, due_at=due, now=now)


def _done(row: WelfareAppointment, today: dt.date) -> None:
    worklist.finish(row, now=morning(today), kind=KIND)


def _worker(row: WelfareAppointment) -> Worker:
    found: Worker = Worker.objects.select_related("member", "region").get(pk=row.worker_id)
    return found
