"""Background work: one row per job, one per recurring job."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A piece of background work. Its arguments, cursor and result name records by id: no personal data lies in this table.

    `attempt` counts claims and is the fencing token: what an earlier claim still tries to write is refused.
    `setbacks` counts the interruptions and errors since the work last moved on.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    kind = models.CharField("类别", max_length=60)
    args = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    idempotency_key = models.CharField("唯一键", max_length=120, unique=True)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", null=True)
    message = models.CharField("说明", max_length=300, blank=True)
    cursor = models.JSONField("进度位置", default=dict)
    result = models.JSONField("结果", default=dict)
    attempt = models.PositiveIntegerField("启动次数", default=0)
    setbacks = models.PositiveSmallIntegerField("连续中断次数", default=0)
    cancel_requested = models.BooleanField("要求取消", default=False)
    run_after = models.DateTimeField("不早于")
    worker = models.CharField("进程", max_length=80, blank=True)
    lease_until = models.DateTimeField("租约至", null=True)
    heartbeat_at = models.DateTimeField("最近心跳", null=True)
    requested_by = models.BigIntegerField("发起人编号", null=True)
    requested_name = models.CharField("发起人", max_length=40)
    business_at = models.DateField("业务日期")
    created_at = models.DateTimeField("建立时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "run_after", "id"], name="job_waiting"),
            models.Index(fields=["requested_by", "-id"], name="job_of_user"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="running") | Q(lease_until__isnull=False), name="job_running_has_lease"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"]) ^ Q(finished_at__isnull=False), name="job_finished_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state not in (self.State.QUEUED, self.State.RUNNING)


class Schedule(models.Model):
    """A recurring job: every so many seconds of real time, or once a day from a time of the business day on.

    `slot` is the last one that was run: the ordinal of the day, or the number of the interval since 1970.
    """

    kind = models.CharField("类别", max_length=60, unique=True)
    every = models.PositiveIntegerField("间隔（秒）", null=True)
    daily_at = models.TimeField("每日时刻", null=True)
    paused = models.BooleanField("暂停", default=False)
    slot = models.BigIntegerField("最近一期", default=0)
    last_run = models.DateTimeField("最近运行", null=True)

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(condition=Q(every__isnull=False) ^ Q(daily_at__isnull=False), name="schedule_interval_or_time"),
            models.CheckConstraint(condition=Q(every__isnull=True) | Q(every__gt=0), name="schedule_interval_positive"),
        ]

    def __str__(self) -> str:
        return self.kind


def mine(job: Job) -> models.QuerySet[Job]:
    """The job's row as long as this claim of it holds: what the holder writes goes through here, so that a lost claim writes nothing."""
    return Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)


def without_lease(state: str, **values: Any) -> dict[str, Any]:
    """The columns of a job that no worker holds any more."""
    return {"state": state, "worker": "", "lease_until": None, **values}
