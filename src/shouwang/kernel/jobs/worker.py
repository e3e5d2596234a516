"""The worker: claims jobs one at a time, keeps their leases, and does the small chores of the installation beside them."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.jobs.handlers import codes, kind_of
from shouwang.kernel.jobs.models import Job, mine, without_lease
from shouwang.kernel.jobs.run import LEASE, Cancelled, LeaseLost, Run, Stopping
from shouwang.kernel.logs import hide_numbers
from shouwang.kernel.regions import rls

log = logging.getLogger("shouwang.jobs")
POLL = 0.5
HARD_LIMIT = 200
AWAY = (DatabaseError, InterfaceError)


@dataclass(slots=True)
class Chore:
    """Something small done beside the jobs about every `every` seconds, and with `at_end` once more when the worker stops."""

    name: str
    every: float
    act: Callable[[dt.datetime], Any]
    at_end: bool = False
    due: dt.datetime | None = None


def machine() -> str:
    """This boot and process namespace: process numbers may be compared within it and nowhere else."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    return f"{boot}.{Path('/proc/self/ns/pid').stat().st_ino}"


def born(pid: int) -> str:
    """When the process started, in clock ticks since boot, or "" if there is none: a number used again is another process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def gone(worker: str) -> bool:
    """Whether the worker of that name certainly lives no more."""
    where, _, process = worker.partition(":")
    pid, _, start = process.partition(":")
    return where == machine() and pid.isdigit() and born(int(pid)) != start


def claim(worker: str, now: dt.datetime, lease: dt.timedelta = LEASE) -> Job | None:
    """Take the oldest waiting job by compare-and-set: of two workers that see it one gets it. None if nothing waits."""
    waiting = Job.objects.filter(state=Job.State.QUEUED, run_after__lte=now, kind__in=codes())
    for job in waiting.order_by("run_after", "id")[:5]:
        taken = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, attempt=job.attempt).update(
            state=Job.State.RUNNING,
            attempt=F("attempt") + 1,
            worker=worker,
            lease_until=now + lease,
            heartbeat_at=now,
            started_at=Coalesce("started_at", now),
        )
        if taken:
            return Job.objects.get(pk=job.pk)
    return None


def setback(job: Job, words: str, now: dt.datetime) -> bool:
    """Queue a job again after an error or a lost worker, later each time; past its limit it has failed. False if the claim was lost."""
    kind = kind_of(job.kind)
    setbacks = job.setbacks + 1
    if setbacks >= (kind.max_attempts if kind else 1) or job.attempt >= HARD_LIMIT:
        fields = without_lease(Job.State.FAILED, finished_at=now, message=words)
    else:
        wait = dt.timedelta(seconds=0 if setbacks == 1 else min(300, 2**setbacks))
        fields = without_lease(Job.State.QUEUED, run_after=now + wait, message=words)
    return bool(mine(job).update(setbacks=setbacks, **fields))


def reap(now: dt.datetime) -> int:
    """Queue again the jobs whose worker is gone: its lease ran out, or it lived on this machine and does no more. Returns how many."""
    count = 0
    for job in Job.objects.filter(state=Job.State.RUNNING):
        expired = job.lease_until is not None and job.lease_until < now
        if (expired or gone(job.worker)) and setback(job, "后台进程曾中断，任务从断点继续。", now):
            log.warning("job reaped", extra={"job": job.pk, "kind": job.kind, "attempt": job.attempt})
            count += 1
    return count


class Worker:
    """Runs jobs in the calling thread and chores in a second one until `stop` is set."""

    def __init__(self, *, chores: list[Chore] | None = None, lease: dt.timedelta = LEASE, poll: float = POLL) -> None:
        self.name = f"{machine()}:{os.getpid()}:{born(os.getpid())}"
        self.stop = threading.Event()
        self._lease, self._poll = lease, poll
        self._run: Run | None = None
        self._chores = [Chore("reap", 5, reap), *(chores or [])]

    def work(self) -> None:
        """Work until stopped; a database that is away is waited for."""
        second = threading.Thread(target=self._beside, name="chores", daemon=True)
        second.start()
        pause = self._poll
        while not self.stop.is_set():
            close_old_connections()
            try:
                busy = self.step(timezone.now())
                pause = self._poll
            except AWAY:
                log.exception("database away")
                connection.close()
                busy, pause = False, min(30.0, pause * 2)
            if not busy:
                self.stop.wait(pause)
        second.join(timeout=15)
        connection.close()

    def step(self, now: dt.datetime) -> bool:
        """Claim and run one job; False if none waits."""
        job = claim(self.name, now, self._lease)
        if job is None:
            return False
        self._run = Run(job, lease=self._lease, stop=self.stop)
        try:
            self._finish(self._run, *self._outcome(self._run))
        finally:
            self._run = None
        return True

    def _outcome(self, run: Run) -> tuple[str, str, dict[str, Any] | None]:
        """Run the handler: (state, words, result); state "" = set back, "lost" = write nothing."""
        kind = kind_of(run.job.kind)
        if kind is None:
            raise ValueError(f"{run.job.kind} is not registered")
        try:
            with rls.acting(run.by()):
                result = kind.handler(run) or {}
            json.dumps(result)
            return Job.State.DONE, "", result
        except Cancelled:
            return Job.State.CANCELLED, "", None
        except Stopping:
            return Job.State.QUEUED, "", None
        except LeaseLost:
            return "lost", "", None
        except Refused as no:
            return Job.State.FAILED, hide_numbers(no.message), None
        except OutOfScope:
            return Job.State.FAILED, "所涉记录已不存在，或已不在发起人的管理范围内。请核对后重新发起。", None
        except Exception:
            log.exception("job error", extra={"job": run.job.pk, "kind": run.job.kind, "attempt": run.job.attempt})
            return "", "处理时出错，系统稍后自动重试；多次失败后请联系系统管理员，并告知任务编号。", None

    def _finish(self, run: Run, state: str, words: str, result: dict[str, Any] | None) -> None:
        now, job = timezone.now(), run.job
        if state == "":
            setback(job, words, now)
        elif state == Job.State.QUEUED:
            mine(job).update(**without_lease(state, run_after=now))
        elif state == Job.State.DONE:
            mine(job).update(**without_lease(state, finished_at=now, result=result, done=job.done, total=job.total, message=job.message))
        elif state != "lost":
            mine(job).update(**without_lease(state, finished_at=now, message=words[:300]))
        log.info("job left", extra={"job": job.pk, "kind": job.kind, "attempt": job.attempt, "code": state or "setback"})

    def _beside(self) -> None:
        """The second thread: heartbeat of the running job and the chores, on a database connection of its own."""
        beaten = timezone.now()
        pause = min(1.0, self._lease.total_seconds() / 6, *(c.every for c in self._chores))
        while not self.stop.is_set():
            now, run = timezone.now(), self._run
            if run is not None and now - beaten > self._lease / 6:
                beaten = now
                self._try(run.beat)
            for chore in self._chores:
                if chore.due is None or chore.due <= now:
                    chore.due = now + dt.timedelta(seconds=chore.every)
                    self._try(partial(chore.act, now))
            self.stop.wait(pause)
        for chore in self._chores:
            if chore.at_end:
                self._try(partial(chore.act, timezone.now()))
        connection.close()

    def _try(self, act: Callable[[], Any]) -> None:
        """Do a chore; one that fails is logged and tried again at its next turn."""
        try:
            close_old_connections()
            with rls.everywhere():
                act()
        except AWAY:
            log.exception("chore failed: database")
            connection.close()
        except Exception:
            log.exception("chore failed")
