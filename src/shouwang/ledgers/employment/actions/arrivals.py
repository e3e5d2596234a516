"""Planned work becomes work on the day somebody arrives; who has not arrived, and nobody said why, is a line for the town."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django.db import transaction
from django.db.models import Count, Min
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, morning
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import policies
from shouwang.ledgers.employment.actions.labour import check_overlap, now_works
from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import Trip, Worker, WorkRecord

KIND = "employment.arrival"


def start_work(row: WorkRecord, day: dt.date, *, by: Scope, today: dt.date, verb: Verb = policies.START_WORK) -> WorkRecord:
    """The person has started on `day`: the plan becomes a record of work and the worker's state follows. Raises Refused."""
    if day > today:
        raise Refused(f"到岗日期 {day} 晚于今天 {today}。请在到岗后登记实际到岗的日期。", field="started_on")
    with transaction.atomic():
        worker = (
            Worker.objects.select_for_update(of=("self",)).select_related("household__county", "member", "region").get(pk=row.worker_id)
        )
        policies.check_may_work(worker.member, today)
        check_overlap(worker, day, None, besides=row.pk)
        with change(row, by=by, verb=verb, today=today) as made:
            if not made.planned or made.ended_on is not None:
                raise Refused("该记录不是待到岗的计划务工，不能登记到岗。请刷新后核对。")
            made.planned, made.started_on = False, day
            made.point_to_point = made.point_to_point or verb is policies.BRING_TO_WORK
        now_works(worker, made, by=by, today=today, verb=verb)
    return made


def arrived(trip: Trip, *, by: Scope, today: dt.date) -> int:
    """Whoever was on board and had planned work where the bus went is at work from today; inside the hand-over's transaction.

    Nobody has to type it again; a record that cannot begin (someone gone back to school) does not hold up the bus: it stays planned
    and the town is asked. Returns how many began.
    """
    riders = trip.riders.filter(boarded=True).values("worker_id")
    rows = WorkRecord.objects.filter(worker__in=riders, planned=True, ended_on=None, place_code=trip.destination.place_code)
    busy = WorkRecord.objects.filter(worker__in=riders, planned=False, ended_on=None).values("worker_id")
    found = list(rows.exclude(worker__in=busy).order_by("worker_id", "started_on"))
    first = {row.worker_id: row for row in reversed(found)}
    begun = 0
    for row in first.values():
        with suppress(Refused):
            start_work(row, today, by=by, today=today, verb=policies.BRING_TO_WORK)
            begun += 1
    return begun


def ask_arrivals(*, today: dt.date) -> int:
    """One line a town for the people whose day has passed: started or not, and why not; returns how many people."""
    late = WorkRecord.objects.filter(planned=True, ended_on=None, started_on__lt=today).order_by()
    waiting = {town: (n, first) for town, n, first in late.values_list("town_id").annotate(n=Count("pk"), first=Min("started_on")) if town}
    grace = dt.timedelta(int(rule("arrival_days", on=today).value))
    now = morning(today)
    towns = offices_in_force(today).filter(kind=Office.Kind.TOWN).select_related("region")
    with transaction.atomic():
        for office in towns.filter(region_id__in=waiting):
            n, first = waiting[office.region_id]
            url = f"{reverse('employment_records')}?late=1&region={office.region.code}"
            title = f"计划上岗日已过 {n} 人，待登记到岗或未到岗原因"
            worklist.assign(
                office.region, office, kind=KIND, title=title, action="登记到岗", url=url, due_at=day_end(first + grace), now=now
            )
        open_items = WorkItem.objects.filter(kind=KIND, state=WorkItem.State.OPEN).exclude(office__region_id__in=waiting)
        for item in open_items.select_related("office__region"):
            worklist.finish(item.office.region, now=now, kind=KIND, office=item.office)
    return sum(n for n, _first in waiting.values())
