"""Tasks: one duty of one office, with progress, extensions and supervision notes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.models import Record
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch.lifecycle import EXTENSION, TASK
from shouwang.ledgers.dispatch.models.notices import Duty, open_fields

# A report shows the task it answers, also to who asked for it or countersigns it; a task shows the one it was passed on from.
REPORTED = (
    "SELECT report.task_id FROM dispatch_report report JOIN dispatch_reportrequest request ON request.id = report.request_id"
    " LEFT JOIN dispatch_countersign c ON c.report_id = report.id"
    " WHERE report.office_id = ANY({offices}) OR request.office_id = ANY({offices}) OR c.office_id = ANY({offices})"
)
PASSED_ON = "SELECT task.parent_id FROM dispatch_task task WHERE task.office_id = ANY({offices}) OR {places:task}"


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks inside a scope."""

    def within(self, scope: Scope, permission: str = "dispatch.task.view") -> TaskQuerySet:
        """Tasks of offices inside the regions held, of the own office, and those the own office assigned."""
        if scope.everything:
            return self
        return self.filter(scope.q(permission, office="office_id") | Q(assigner_id__in=scope.offices(permission)))


class Task(Record, Placed):
    """What one office owes under one duty. `parent` is the task of the office that passed it on."""

    class Part(models.TextChoices):
        LEAD = "lead", "牵头"
        SUPPORT = "support", "配合"

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="tasks", verbose_name="任务内容")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="承办单位")
    assigner = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="交办单位")
    part = models.CharField("职责", max_length=8, choices=Part, default=Part.LEAD)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="passed_on")
    due_at = models.DateTimeField("办理期限", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=TASK.choices, default=TASK.initial)
    issued_at = models.DateTimeField("交办时间")
    acknowledged_at = models.DateTimeField("签收时间", null=True, blank=True)
    acknowledged_by = models.CharField("签收人", max_length=40, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by_id = models.BigIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    result = models.TextField("办理结果", blank=True)

    row_reach: ClassVar = Reach(offices=("office_id", "assigner_id"), keys=(Keys("id", REPORTED), Keys("id", PASSED_ON)))
    objects = TaskQuerySet.as_manager()

    privacy: ClassVar = open_fields(
        "part",
        "due_at",
        "state",
        "issued_at",
        "acknowledged_at",
        "acknowledged_by",
        "submitted_at",
        "submitted_by_id",
        "closed_at",
        "returns",
        "result",
    )

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["duty", "office"], condition=~Q(state="cancelled"), name="one_task_per_duty_and_office"),
            models.CheckConstraint(condition=~Q(state="closed") | Q(closed_at__isnull=False), name="closed_task_has_a_time"),
        ]
        indexes = [
            models.Index(fields=["office", "state", "due_at"], name="task_of_office"),
            models.Index(fields=["city", "state"], name="task_in_city"),
            models.Index(fields=["county", "state"], name="task_in_county"),
        ]

    def __str__(self) -> str:
        return f"{self.office}：{self.duty}"

    def get_absolute_url(self) -> str:
        """The task's page."""
        return f"/dispatch/tasks/{self.pk}/"

    def covers(self, scope: Scope, permission: str) -> bool:
        """Work is the office's own, review the assigner's, supervision whoever holds the region."""
        if permission == "dispatch.task.work":
            return scope.acts_for(permission, self.office_id)
        if permission == "dispatch.task.review":
            return scope.acts_for(permission, self.assigner_id)
        return (
            scope.may_at(permission, self) or self.office_id in scope.offices(permission) or self.assigner_id in scope.offices(permission)
        )


class Progress(models.Model):
    """One entry of progress on a task; evidence hangs on it as attachments."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="progress")
    text = models.TextField("进展")
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField("登记人", max_length=40)
    day = models.DateField("业务日期")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    privacy: ClassVar = open_fields("text", "by_id", "by_name", "day", "recorded_at")

    class Meta:
        ordering = ["day", "id"]

    def __str__(self) -> str:
        return self.text[:40]

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the task."""
        return self.task.covers(scope, permission)


class DueDateExtension(Record):
    """任务延期 asked before expiry."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="extensions", verbose_name="任务")
    asked_due = models.DateTimeField("申请延至")
    former_due = models.DateTimeField("原期限")
    reason = models.CharField("延期理由", max_length=300)
    state = models.CharField("状态", max_length=10, choices=EXTENSION.choices, default=EXTENSION.initial)
    asked_by_id = models.BigIntegerField(null=True)
    asked_by = models.CharField("申请人", max_length=40)
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.CharField("审批人", max_length=40, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)

    privacy: ClassVar = open_fields(
        "asked_due", "former_due", "reason", "state", "asked_by_id", "asked_by", "asked_at", "decided_by", "decided_at"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(state="pending"), name="one_pending_extension_per_task"),
            models.CheckConstraint(condition=Q(asked_due__gt=models.F("former_due")), name="extension_is_later"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} → {self.asked_due:%Y-%m-%d}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the task."""
        return self.task.covers(scope, permission)


class SupervisionNote(models.Model):
    """督办单 on a task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="supervision_notes")
    text = models.TextField("督办意见")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="督办单位")
    by_name = models.CharField("督办人", max_length=40)
    given_at = models.DateTimeField("督办时间")
    reply_due = models.DateTimeField("要求反馈期限", null=True, blank=True)

    privacy: ClassVar = open_fields("text", "by_name", "given_at", "reply_due")

    class Meta:
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return self.text[:40]

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the task."""
        return self.task.covers(scope, permission)
