"""Enqueue, cancel, retry; schedules."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.handlers import codes, kind_of, recurring
from shouwang.kernel.jobs.models import Job, Schedule
from shouwang.kernel.logs import PERSONAL_NUMBER
from shouwang.kernel.regions.scope import Scope

CANCEL = Verb("jobs.job.cancel", "取消了后台任务")
RESCHEDULE = Verb("jobs.schedule.set", "调整了定时任务")
RETRY = Verb("jobs.job.retry", "重新启动了后台任务")
# What an argument may be: an id, a code, a date, a uid or hash.
_ID = re.compile(r"[A-Za-z0-9_.:/+-]{0,100}")
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")


def enqueue(kind: str, *, by: Scope, args: dict[str, Any], key: str, today: dt.date) -> Job:
    """Put a job in the queue inside the caller's transaction; a second call with the same `key` gives the first one's job.

    `args` name records by id (ints, short ASCII codes, lists of them); anything else raises ValueError, as does an unknown kind.
    """
    if kind_of(kind) is None:
        raise ValueError(f"{kind} is not registered")
    if not (_is_id(args) and _is_id(key)):
        raise ValueError("the arguments of a job are ids, codes and dates only")
    now = timezone.now()
    fresh = {
        "kind": kind,
        "args": args,
        "requested_by": by.user_id,
        "requested_name": by.user_name,
        "business_at": today,
        "created_at": now,
        "run_after": now,
    }
    job, made = Job.objects.get_or_create(idempotency_key=key, defaults=fresh)
    if not made and job.kind != kind:
        raise ValueError(f"key {key} belongs to a job of kind {job.kind}")
    return job


def _is_id(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_id(k) and _is_id(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return all(_is_id(v) for v in value)
    if isinstance(value, str):
        return bool(_ID.fullmatch(value)) and (bool(_UID.search(value)) or not PERSONAL_NUMBER.search(value))
    return value is None or (isinstance(value, int) and abs(value) < 10**10)


def cancel(job: Job, *, by: Scope, today: dt.date) -> Job:
    """Cancel a job: at once while it waits, at the end of its present chunk while it runs. What is done stays done."""
    with change(job, by=by, verb=CANCEL, today=today) as row:
        if row.over:
            raise Refused(f"任务已处于“{row.get_state_display()}”状态，无需取消。")
        row.cancel_requested = True
        if row.state == Job.State.QUEUED:
            row.state, row.finished_at = Job.State.CANCELLED, timezone.now()
    return row


def retry(job: Job, *, by: Scope, today: dt.date) -> Job:
    """Queue a failed or cancelled job again; it goes on behind its last finished chunk."""
    with change(job, by=by, verb=RETRY, today=today) as row:
        if row.state not in (Job.State.FAILED, Job.State.CANCELLED):
            raise Refused(f"任务处于“{row.get_state_display()}”状态，只有失败或已取消的任务可以重新启动。")
        row.state, row.finished_at, row.setbacks, row.cancel_requested = Job.State.QUEUED, None, 0, False
        row.message, row.run_after = "", timezone.now()
    return row


def plant_schedules() -> None:
    """Give every recurring kind its Schedule; one that exists keeps what an administrator set."""
    for kind in recurring():
        Schedule.objects.get_or_create(kind=kind.code, defaults={"every": kind.every, "daily_at": kind.daily_at})


def set_schedule(kind: str, *, every: int | None, daily_at: dt.time | None, paused: bool, by: Scope, today: dt.date) -> Schedule:
    """Change when a recurring job runs: `every` seconds or `daily_at` a business time, not both; Refused otherwise or for an unknown kind."""
    row = Schedule.objects.filter(kind=kind).first()
    if row is None:
        known = "、".join(Schedule.objects.values_list("kind", flat=True)) or "无"
        raise Refused(f"没有名为“{kind}”的定时任务。现有：{known}。")
    if (every is None) == (daily_at is None) or (every is not None and every < 1):
        raise Refused("定时任务须写明间隔秒数（大于 0）或每日时刻，二者取其一。")
    with change(row, by=by, verb=RESCHEDULE, today=today) as locked:
        if (locked.every, locked.daily_at) != (every, daily_at):
            locked.slot = 0  # the slots of another rhythm are numbered otherwise
        locked.every, locked.daily_at, locked.paused = every, daily_at, paused
    return locked


def run_schedules(*, now: dt.datetime, business: dt.datetime) -> list[Job]:
    """Enqueue the recurring jobs that are due: `now` is real time, `business` the business time.

    The slot is taken by compare-and-set in the transaction that enqueues, so that of two workers one does it and neither forgets it.
    A schedule that was missed runs once, for the latest slot; a daily job carries the business date of its slot.
    """
    out = []
    for due in Schedule.objects.filter(paused=False, kind__in=codes()):
        slot, day = _slot(due, now, business)
        if slot <= due.slot:
            continue
        with transaction.atomic():
            if Schedule.objects.filter(pk=due.pk, slot=due.slot, paused=False).update(slot=slot, last_run=now):
                key = f"schedule:{due.kind}:{due.every or 'day'}:{slot}"
                out.append(enqueue(due.kind, by=Scope.system("定时任务"), args={}, key=key, today=day))
    return out


def _slot(due: Schedule, now: dt.datetime, business: dt.datetime) -> tuple[int, dt.date]:
    """The latest slot that has begun and the business date its job carries."""
    if due.every or due.daily_at is None:
        return int(now.timestamp()) // (due.every or 1), business.date()
    day = business.date() if business.time() >= due.daily_at else business.date() - dt.timedelta(days=1)
    return day.toordinal(), day


def prune(*, before: dt.datetime, limit: int = 500) -> int:
    """Delete up to `limit` finished runs of recurring jobs older than `before`; what persons asked for stays. Returns how many."""
    old = Job.objects.filter(requested_by=None, state=Job.State.DONE, finished_at__lt=before, idempotency_key__startswith="schedule:")
    return Job.objects.filter(pk__in=list(old.order_by("id").values_list("id", flat=True)[:limit])).delete()[0]
