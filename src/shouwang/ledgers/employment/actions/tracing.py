"""Contact trace by seat: released on the disease-control centre's letter only, and deleted after (监测与删除 are both on the audit)."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import policies
from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import TraceRelease, Traveller, Trip


def release(trip: Trip, seat: int, letter: str, letter_on: dt.date, *, by: Scope, today: dt.date) -> TraceRelease:
    """Who sat within the rows of the rulebook of a seat. Raises Refused without a letter, for a bus that never left, or an empty seat."""
    if not letter.strip():
        raise Refused("须凭疾控中心公函调阅，请填写公函文号。", field="letter")
    if letter_on > today:
        raise Refused(f"公函日期 {letter_on} 晚于今天 {today}。请核对。", field="letter_on")
    if trip.state == "planned":
        raise Refused("该班次尚未发车，没有同车人员可以调阅。")
    if not trip.riders.filter(seat=seat, boarded=True).exists():
        raise Refused(f"座位 {seat} 没有乘客。请核对座位号。", field="seat")
    reach, row = int(rule("trace_rows", on=today).value), (seat - 1) // 4
    near = [r.pk for r in trip.riders.filter(boarded=True) if abs(((r.seat or 1) - 1) // 4 - row) <= reach and r.seat != seat]
    made = TraceRelease(trip=trip, seat=seat, letter=letter.strip()[:60], letter_on=letter_on, released_on=today, near=near)
    made.delete_by = today + dt.timedelta(int(rule("trace_kept_days", on=today).value))
    made.put_in(trip.region)
    with change(made, by=by, verb=policies.RELEASE, today=today, reason=f"凭公函 {letter.strip()}") as kept:
        pass
    return kept


def look(found: TraceRelease, *, by: Scope, today: dt.date) -> list[Traveller]:
    """The people of a release, each look on the audit; nobody once it is deleted."""
    note(found, by=by, verb=policies.VIEW_TRACE, today=today)
    rows = Traveller.objects.filter(pk__in=found.near).select_related("worker__member", "household").order_by("seat")
    return list(rows)


def erase(found: TraceRelease, *, by: Scope, today: dt.date) -> TraceRelease:
    """Delete the list; that it was released and deleted stays."""
    with change(found, by=by, verb=policies.ERASE, today=today) as locked:
        if locked.deleted_on is not None:
            raise Refused(f"已于 {locked.deleted_on} 删除。")
        locked.near, locked.deleted_on = [], today
    return locked


def erase_due(*, by: Scope, today: dt.date) -> int:
    """Delete every list whose time is over; returns how many."""
    due = TraceRelease.objects.filter(deleted_on=None, delete_by__lte=today)
    for found in due.order_by("pk")[:200]:
        erase(found, by=by, today=today)
    return due.count()
