"""Report requests and the reports that answer them."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.models import Record
from shouwang.kernel.regions.models import Placed, Region
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch.lifecycle import REPORT, SUGGESTION
from shouwang.ledgers.dispatch.models.notices import Duty, Notice, open_fields
from shouwang.ledgers.dispatch.models.tasks import Task

# Requests that an office or a place held has to answer or to countersign an answer to.
ASKED = (
    "SELECT report.request_id FROM dispatch_report report LEFT JOIN dispatch_countersign c ON c.report_id = report.id"
    " WHERE report.office_id = ANY({offices}) OR c.office_id = ANY({offices}) OR {places:report}"
)
OWN_REQUESTS = "SELECT id FROM dispatch_reportrequest WHERE office_id = ANY({offices})"
TO_COUNTERSIGN = "SELECT report_id FROM dispatch_countersign WHERE office_id = ANY({offices})"


class RequestQuerySet(models.QuerySet["ReportRequest"]):
    """Report requests inside a scope."""

    def within(self, scope: Scope, permission: str = "dispatch.report.view") -> RequestQuerySet:
        """Requests made inside the scope, and those an office inside it has to answer."""
        if scope.everything:
            return self
        reports = Report.objects.within(scope, permission).filter(request=OuterRef("pk"))
        return self.filter(scope.q(permission, office="office_id") | Q(Exists(reports)))


class ReportRequest(Record, Placed):
    """What must be reported by whom until when: parts in words, figures read off the ledgers, one cut-off."""

    class Direction(models.TextChoices):
        DOWN = "down", "本级下达"
        ABOVE = "above", "上级要求"

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="下达单位")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="report_requests", verbose_name="依据")
    duty = models.OneToOneField(Duty, models.PROTECT, null=True, blank=True, related_name="report_request")
    direction = models.CharField("来源", max_length=8, choices=Direction, default=Direction.DOWN)
    title = models.CharField("报告标题", max_length=200)
    parts = models.JSONField("报告部分", default=list)
    figures = models.JSONField("指标", default=list)
    questions = models.JSONField("填报项", default=list)
    cut_off = models.DateTimeField("数据截至时间")
    due_at = models.DateTimeField("报送期限")
    open = models.BooleanField("收报中", default=True)

    row_reach: ClassVar = Reach(offices=("office_id",), keys=(Keys("id", ASKED),))
    objects = RequestQuerySet.as_manager()

    privacy: ClassVar = open_fields("direction", "title", "parts", "figures", "questions", "cut_off", "due_at", "open")

    class Meta:
        ordering = ["-due_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(cut_off__lte=models.F("due_at")), name="cut_off_not_after_due"),
        ]

    @property
    def cut_off_day(self) -> dt.date:
        """The local day of the cut-off: reports speak in its words."""
        return timezone.localtime(self.cut_off).date()

    def __str__(self) -> str:
        return self.title

    def covers(self, scope: Scope, permission: str) -> bool:
        """A request is the requesting office's."""
        return scope.acts_for(permission, self.office_id)


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports inside a scope."""

    def within(self, scope: Scope, permission: str = "dispatch.report.view") -> ReportQuerySet:
        """Own reports in any state; those of offices below and of answering offices once they were submitted; those to countersign."""
        if scope.everything:
            return self
        own = scope.offices(permission)
        sent = Q(state__in=["submitted", "accepted"])
        below = scope.q(permission) & sent
        asked = Q(request__office_id__in=own) & sent
        countersign = Q(countersigns__office_id__in=own)
        ids = self.model.objects.filter(Q(office_id__in=own) | below | asked | countersign).values("pk")
        return self.filter(pk__in=ids)

    def wanted(self) -> ReportQuerySet:
        """The answers a request waits for: without its consolidated report and without those whose task was cancelled."""
        return self.filter(consolidated=False).exclude(task__state="cancelled")


class Report(Record, Placed):
    """One office's answer to a request. `consolidated` marks the requesting office's own summary of all answers."""

    request = models.ForeignKey(ReportRequest, models.PROTECT, related_name="reports", verbose_name="报送要求")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="报送单位")
    task = models.OneToOneField(Task, models.PROTECT, null=True, blank=True, related_name="report")
    consolidated = models.BooleanField("汇总报告", default=False)
    zero = models.BooleanField("零报告", default=False)
    title = models.CharField("标题", max_length=200)
    main_recipient = models.CharField("主送", max_length=120)
    state = models.CharField("状态", max_length=16, choices=REPORT.choices, default=REPORT.initial)
    answers = models.JSONField("填报项", default=dict)
    edition = models.PositiveSmallIntegerField("稿次", default=1)
    drafted_at = models.DateTimeField("起草时间", null=True, blank=True)
    drafter_id = models.BigIntegerField(null=True, blank=True)
    drafter = models.CharField("拟稿人", max_length=40, blank=True)
    checker_id = models.BigIntegerField(null=True, blank=True)
    checker = models.CharField("核稿人", max_length=40, blank=True)
    signer_id = models.BigIntegerField(null=True, blank=True)
    signer = models.CharField("签发人", max_length=40, blank=True)
    signed_on = models.DateField("签发日期", null=True, blank=True)
    doc_number = models.CharField("发文字号", max_length=60, blank=True)
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    accepted_at = models.DateTimeField("接收时间", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)

    row_reach: ClassVar = Reach(offices=("office_id",), keys=(Keys("request_id", OWN_REQUESTS), Keys("id", TO_COUNTERSIGN)))
    objects = ReportQuerySet.as_manager()

    privacy: ClassVar = open_fields(
        "consolidated",
        "zero",
        "title",
        "main_recipient",
        "state",
        "answers",
        "edition",
        "drafted_at",
        "drafter_id",
        "drafter",
        "checker_id",
        "checker",
        "signer_id",
        "signer",
        "signed_on",
        "doc_number",
        "submitted_at",
        "accepted_at",
        "returns",
    )

    class Meta:
        ordering = ["request", "office__tier", "office__rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "office", "consolidated"], name="one_report_per_request_and_office"),
            models.UniqueConstraint(fields=["office", "doc_number"], condition=~Q(doc_number=""), name="report_number_once_per_office"),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "accepted"]) | Q(submitted_at__isnull=False), name="sent_report_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office}：{self.title}"

    def get_absolute_url(self) -> str:
        """The report's page."""
        return f"/dispatch/reports/{self.pk}/"

    @property
    def due_at(self) -> dt.datetime:
        """The office's own deadline: an extension of its task holds for its report."""
        return (self.task.due_at if self.task else None) or self.request.due_at

    def covers(self, scope: Scope, permission: str) -> bool:
        """Drafting and signing are the office's own, receiving the requesting office's; countersigning offices may look and opine.

        A consolidated report goes up by the exchange of documents: nobody receives it here.
        """
        if permission == "dispatch.report.receive":
            return not self.consolidated and scope.acts_for(permission, self.request.office_id)
        if permission == "dispatch.report.view":
            own = scope.offices(permission)
            return self.office_id in own or self.countersigns.filter(office_id__in=own).exists()
        return scope.acts_for(permission, self.office_id)


class Passage(models.Model):
    """Words of one part of a report; numbers stand in them as {{code}} and are set from the report's figures."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="passages")
    part = models.CharField("部分", max_length=20)
    heading = models.CharField("标题", max_length=80)
    text = models.TextField("文字", blank=True)
    position = models.PositiveSmallIntegerField("序号")
    written_by_machine = models.BooleanField("自动生成", default=True)

    privacy: ClassVar = open_fields("part", "heading", "text", "position", "written_by_machine")

    class Meta:
        ordering = ["report", "position"]
        constraints = [models.UniqueConstraint(fields=["report", "part"], name="one_passage_per_part")]

    def __str__(self) -> str:
        return self.heading


class ReportFigure(models.Model):
    """A number of a report: exact parts, definition version and cut-off; what it was held against and the phrase on a difference."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="figures")
    figure = models.CharField("指标", max_length=60)
    figure_version = models.PositiveSmallIntegerField("口径版本")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    cut_off = models.DateTimeField("截至时间")
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)
    last_text = models.CharField("本单位上次报告数", max_length=30, blank=True)
    last_source = models.CharField("上次报告", max_length=120, blank=True)
    stated_text = models.CharField("部门数", max_length=30, blank=True)
    stated_source = models.CharField("部门数来源", max_length=120, blank=True)
    phrase = models.CharField("差异说明", max_length=300, blank=True)

    privacy: ClassVar = open_fields(
        "figure",
        "figure_version",
        "numerator",
        "denominator",
        "cut_off",
        "frozen_at",
        "last_text",
        "last_source",
        "stated_text",
        "stated_source",
        "phrase",
    )

    class Meta:
        ordering = ["report", "id"]
        constraints = [models.UniqueConstraint(fields=["report", "figure", "region"], name="one_figure_per_report_and_region")]

    def __str__(self) -> str:
        return self.figure


class Statement(Record, Placed):
    """A number a department published on its own footing: held against ours before signing (数据打架)."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="部门")
    figure = models.CharField("指标", max_length=60)
    as_of = models.DateField("数据日期")
    number = models.DecimalField("部门数", max_digits=16, decimal_places=2)
    source = models.CharField("来源文件", max_length=120)

    row_reach: ClassVar = Reach(offices=("office_id",))

    privacy: ClassVar = open_fields("figure", "as_of", "number", "source")

    class Meta:
        ordering = ["-as_of", "-id"]
        constraints = [models.UniqueConstraint(fields=["office", "figure", "region", "as_of"], name="one_statement_per_day")]

    def __str__(self) -> str:
        return f"{self.office} {self.figure} {self.number}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """A statement is the department's own."""
        return scope.acts_for(permission, self.office_id)


class Countersign(models.Model):
    """会签 by another office."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="countersigns")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="会签单位")
    opinion = models.CharField("会签意见", max_length=300, blank=True)
    agreed = models.BooleanField("同意", null=True)
    by_name = models.CharField("会签人", max_length=40, blank=True)
    at = models.DateTimeField("会签时间", null=True, blank=True)

    privacy: ClassVar = open_fields("opinion", "agreed", "by_name", "at")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["report", "office"], name="countersign_once_per_office")]

    def __str__(self) -> str:
        return f"{self.office_id} {self.agreed}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """An opinion is given in the name of the countersigning office."""
        return scope.acts_for(permission, self.office_id)


class Suggestion(Record, Placed):
    """One 建议 of a report: written once there, printed in the report, given to a department, answered."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="suggestions", verbose_name="报告")
    position = models.PositiveSmallIntegerField("序号")
    text = models.CharField("建议", max_length=500)
    state = models.CharField("状态", max_length=10, choices=SUGGESTION.choices, default=SUGGESTION.initial)
    responsible = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任部门")
    due_at = models.DateTimeField("答复期限", null=True, blank=True)
    reply = models.TextField("答复", blank=True)
    replied_by = models.CharField("答复人", max_length=40, blank=True)
    replied_at = models.DateTimeField("答复时间", null=True, blank=True)

    row_reach: ClassVar = Reach(offices=("responsible_id",), follows=("report",))
    privacy: ClassVar = open_fields("position", "text", "state", "due_at", "reply", "replied_by", "replied_at")

    class Meta:
        ordering = ["report", "position"]
        constraints = [models.CheckConstraint(condition=~Q(state="answered") | ~Q(reply=""), name="answered_suggestion_has_a_reply")]

    def __str__(self) -> str:
        return self.text[:40]

    def covers(self, scope: Scope, permission: str) -> bool:
        """Writing is the reporting office's, giving out the requesting office's, answering the responsible department's."""
        if permission == "dispatch.task.work":
            return self.responsible_id is not None and scope.acts_for(permission, self.responsible_id)
        return self.report.covers(scope, permission)


class Correction(models.Model):
    """更正 after acceptance: what stood, what stands, why; both stay visible."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="corrections")
    where = models.CharField("更正处", max_length=80)
    before = models.TextField("原文")
    after = models.TextField("更正为")
    reason = models.CharField("更正原因", max_length=300)
    by_name = models.CharField("更正人", max_length=40)
    at = models.DateTimeField("更正时间")

    privacy: ClassVar = open_fields("where", "before", "after", "reason", "by_name", "at")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.where

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the report."""
        return self.report.covers(scope, permission)


class Bulletin(Record, Placed):
    """通报 of those who are late: a draft for signature; the system never sends it."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="拟稿单位")
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据")
    title = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    drafted_by = models.CharField("拟稿人", max_length=40)
    drafted_on = models.DateField("拟稿日期")
    registered_number = models.CharField("签发后登记文号", max_length=60, blank=True)

    row_reach: ClassVar = Reach(offices=("office_id",))

    privacy: ClassVar = open_fields("title", "body", "drafted_by", "drafted_on", "registered_number")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    def covers(self, scope: Scope, permission: str) -> bool:
        """A draft is the drafting office's."""
        return scope.acts_for(permission, self.office_id)
