"""One run of a job: what its handler works with."""

from __future__ import annotations

import copy
import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.models import Job, mine
from shouwang.kernel.logs import hide_numbers
from shouwang.kernel.regions.scope import Scope

LEASE = dt.timedelta(seconds=30)


class Interrupted(Exception):  # noqa: N818 - an order to stop, not a fault
    """The run ends here; what its finished chunks wrote stands."""


class Cancelled(Interrupted):
    """A person cancelled the job."""


class Stopping(Interrupted):
    """The worker is being stopped; the job goes back to the queue."""


class LeaseLost(Interrupted):
    """Another worker has taken the job over: this run may write nothing more."""


class Run:
    """`args` as enqueued, `cursor` as the last finished chunk left it; `today` is the business date the job was asked for on."""

    def __init__(self, job: Job, *, lease: dt.timedelta = LEASE, stop: threading.Event | None = None) -> None:
        self.job = job
        self.args: dict[str, Any] = job.args
        self.cursor: dict[str, Any] = copy.deepcopy(job.cursor)
        self.today: dt.date = job.business_at
        self._lease = lease
        self._stop = stop or threading.Event()
        self._beaten = timezone.now()
        self._shown = 0.0
        self._cancel = self._lost = False

    def by(self) -> Scope:
        """The scope of the person who asked for the job, as it is now; of the system for its own jobs. Refused if the account is gone."""
        if self.job.requested_by is None:
            return Scope.system(self.job.requested_name)
        user = User.objects.filter(pk=self.job.requested_by, is_active=True).first()
        if user is None:
            raise Refused("发起人的账号已停用，任务不再以其名义继续。请由接任人员重新发起。")
        return scope_of(user, self.today, device="job", request_id=f"job-{self.job.pk}")

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Say how far the work is; written with the next finished chunk, or at once (at most once a second) outside of one."""
        self.job.done = done
        self.job.total = total if total is not None else self.job.total
        self.job.message = hide_numbers(message)[:300]
        now = timezone.now()
        if not transaction.get_connection().in_atomic_block and now.timestamp() - self._shown >= 1:
            self._shown = now.timestamp()
            mine(self.job).update(done=self.job.done, total=self.job.total, message=self.job.message)

    def cancelled(self) -> bool:
        """Whether the handler should end soon: cancelled, stopping or taken over."""
        return self._cancel or self._lost or self._stop.is_set()

    def check(self) -> None:
        """Raise Cancelled, Stopping or LeaseLost if the run must end."""
        if timezone.now() - self._beaten > self._lease / 3:
            self.beat()
        if self._lost:
            raise LeaseLost
        if self._cancel:
            raise Cancelled
        if self._stop.is_set():
            raise Stopping

    def beat(self) -> None:
        """Prolong the lease and see whether a person has cancelled; called by the worker's second thread as well."""
        now = timezone.now()
        if not mine(self.job).update(lease_until=now + self._lease, heartbeat_at=now):
            self._lost = True
            return
        self._beaten = now
        self._cancel = self._cancel or Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists()

    @contextmanager
    def chunk(self) -> Iterator[Run]:
        """One transaction: the records the block writes, the cursor and the progress are there together or not at all.

        Keep it to ≤ 500 records and ≤ 0.3 s. Raises Cancelled, Stopping or LeaseLost instead of starting (LeaseLost also at its end,
        undoing it); if the block raises, the cursor is what it was before.
        """
        self.check()
        before = copy.deepcopy(self.cursor)
        try:
            with transaction.atomic():
                yield self
                self._save_chunk()
        except BaseException:
            self.cursor = before
            raise

    def _save_chunk(self) -> None:
        now = timezone.now()
        held = mine(self.job).update(
            cursor=self.cursor,
            done=self.job.done,
            total=self.job.total,
            message=self.job.message,
            setbacks=0,
            lease_until=now + self._lease,
            heartbeat_at=now,
        )
        if not held:
            self._lost = True
            raise LeaseLost
        self.job.setbacks = 0
        self._beaten = now
        self._cancel = self._cancel or Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists()
