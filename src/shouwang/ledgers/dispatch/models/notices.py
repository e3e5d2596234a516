"""Notices as they came, their clauses and the duties read out of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.models import Record
from shouwang.kernel.privacy import FieldClass, Group, Privacy
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch.lifecycle import NOTICE


def open_fields(*names: str) -> dict[str, FieldClass]:
    """Documents and duties say nothing of households: these fields are open, in the base group."""
    return dict.fromkeys(names, FieldClass(Privacy.OPEN, Group.BASE))


LEDGERS = [
    ("registry", "户档案"),
    ("impact", "疫情影响"),
    ("monitoring", "防返贫监测"),
    ("employment", "务工就业"),
    ("produce", "产销对接"),
    ("credit", "小额信贷"),
    ("projects", "项目复工"),
    ("supervision", "挂牌督战"),
    ("rectification", "问题整改"),
    ("publicity", "宣传舆情"),
    ("care", "关心关爱"),
    ("dispatch", "任务报送"),
]


# Notices that gave a task to an office or a place held, or that such an office passed on; and those a report to be seen rests on.
TASKED = (
    "SELECT duty.notice_id FROM dispatch_task task JOIN dispatch_duty duty ON duty.id = task.duty_id"
    " WHERE task.office_id = ANY({offices}) OR task.assigner_id = ANY({offices}) OR {places:task}"
)
REPORTED_ON = (
    "SELECT request.notice_id FROM dispatch_reportrequest request JOIN dispatch_report report ON report.request_id = request.id"
    " LEFT JOIN dispatch_countersign c ON c.report_id = report.id"
    " WHERE request.office_id = ANY({offices}) OR report.office_id = ANY({offices}) OR c.office_id = ANY({offices}) OR {places:report}"
)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices inside a scope."""

    def within(self, scope: Scope, permission: str = "dispatch.notice.view") -> NoticeQuerySet:
        """Notices registered inside the scope, and those that gave an office inside it a task; 内部 ones only for the offices themselves."""
        if scope.everything:
            return self
        from shouwang.ledgers.dispatch.models.tasks import Task

        own = scope.offices(permission)
        given = Task.objects.filter(duty__notice=OuterRef("pk"))
        below = scope.q(permission) | Q(Exists(given.within(scope, permission)))
        return self.filter(Q(office_id__in=own) | Q(Exists(given.filter(office_id__in=own))) | Q(secrecy="open") & below)


class Notice(Record, Placed):
    """A document that asks for something: the text as it came, what the reader made of it, and where it stands."""

    class Source(models.TextChoices):
        OWN = "own", "本单位制发"
        ABOVE = "above", "上级来文"
        PEER = "peer", "平级来文"

    class Secrecy(models.TextChoices):
        OPEN = "open", "公开"
        INTERNAL = "internal", "内部"

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="登记单位")
    title = models.CharField("标题", max_length=200)
    doc_number = models.CharField("发文字号", max_length=60, blank=True)
    issuers = models.JSONField("署名单位", default=list)
    recipients = models.CharField("主送", max_length=500, blank=True)
    signed_date = models.DateField("成文日期", null=True, blank=True)
    received_on = models.DateField("收文日期")
    source = models.CharField("来源", max_length=8, choices=Source, default=Source.OWN)
    secrecy = models.CharField("公开属性", max_length=10, choices=Secrecy, default=Secrecy.OPEN)
    text = models.TextField("正文")
    text_digest = models.CharField("正文摘要", max_length=64)
    reading = models.JSONField("识别结果", default=dict)
    state = models.CharField("状态", max_length=12, choices=NOTICE.choices, default=NOTICE.initial)
    issued_at = models.DateTimeField("交办时间", null=True, blank=True)

    row_reach: ClassVar = Reach(offices=("office_id",), keys=(Keys("id", TASKED), Keys("id", REPORTED_ON)))
    objects = NoticeQuerySet.as_manager()

    privacy: ClassVar = open_fields(
        "title",
        "doc_number",
        "issuers",
        "recipients",
        "signed_date",
        "received_on",
        "source",
        "secrecy",
        "text",
        "text_digest",
        "reading",
        "state",
        "issued_at",
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "doc_number"], condition=~Q(doc_number="") & ~Q(state="withdrawn"), name="notice_number_once_per_office"
            ),
        ]
        indexes = [models.Index(fields=["city", "-id"], name="notice_in_city")]

    def __str__(self) -> str:
        return f"《{self.title}》"

    def covers(self, scope: Scope, permission: str) -> bool:
        """Writing a notice is the registering office's; reading follows `within`."""
        return scope.acts_for(permission, self.office_id)


class Clause(models.Model):
    """A numbered part of a notice with its place in the text (characters, half-open)."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="clauses")
    path = models.CharField("条款", max_length=40)
    level = models.PositiveSmallIntegerField("层次")
    heading = models.CharField("标题", max_length=200)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    privacy: ClassVar = open_fields("path", "level", "heading", "start", "end")

    class Meta:
        ordering = ["notice", "start"]
        constraints = [models.CheckConstraint(condition=Q(end__gte=models.F("start")), name="clause_offsets_in_order")]

    def __str__(self) -> str:
        return f"{self.path} {self.heading}"


class Duty(Record):
    """What one clause asks of someone: the words of the text, who, by when, and the ledger that shows it done."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        MERGED = "merged", "已合并"
        DROPPED = "dropped", "不作任务"

    class Kind(models.TextChoices):
        REPORT = "report", "报送"
        ACTION = "action", "落实"

    class By(models.TextChoices):
        RECIPIENT = "recipient", "主送单位"
        NEXT_TIER = "next_tier", "下一级"
        ISSUER = "issuer", "发文单位"

    class Origin(models.TextChoices):
        READ = "read", "文件识别"
        MANUAL = "manual", "人工增补"
        INSTRUCTION = "instruction", "领导批示"
        TABLE = "table", "分解表粘贴"

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="duties", verbose_name="来文")
    clause = models.CharField("条款", max_length=40, blank=True)
    position = models.PositiveIntegerField("序号")
    text = models.TextField("任务内容")
    kind = models.CharField("类型", max_length=8, choices=Kind, default=Kind.ACTION)
    by = models.CharField("承担者", max_length=10, choices=By, default=By.RECIPIENT)
    to = models.CharField("报送对象", max_length=80, blank=True)
    due_at = models.DateTimeField("办理期限", null=True, blank=True)
    due_text = models.CharField("期限原文", max_length=80, blank=True)
    recurrence = models.CharField("周期", max_length=120, blank=True)
    deliverables = models.JSONField("成果", default=list)
    ledger = models.CharField("对应台账", max_length=20, choices=LEDGERS, blank=True)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    origin = models.CharField("来源", max_length=12, choices=Origin, default=Origin.READ)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    figure = models.CharField("关联指标", max_length=60, blank=True)
    target = models.DecimalField("目标值", max_digits=14, decimal_places=2, null=True, blank=True)

    privacy: ClassVar = open_fields(
        "clause",
        "position",
        "text",
        "kind",
        "by",
        "to",
        "due_at",
        "due_text",
        "recurrence",
        "deliverables",
        "ledger",
        "start",
        "end",
        "state",
        "origin",
        "figure",
        "target",
    )

    class Meta:
        ordering = ["notice", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(target__isnull=True) | ~Q(figure=""), name="duty_target_needs_figure"),
            models.CheckConstraint(condition=~Q(state="merged") | Q(merged_into__isnull=False), name="merged_duty_names_the_other"),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 40 else f"{self.text[:40]}…"

    def covers(self, scope: Scope, permission: str) -> bool:
        """A duty is written by the office that registered the notice."""
        return scope.acts_for(permission, self.notice.office_id)


class Slip(Record):
    """文件处理笺 of an incoming document: 拟办意见 → 领导批示 → 承办."""

    notice = models.OneToOneField(Notice, models.CASCADE, related_name="slip", verbose_name="来文")
    proposal = models.TextField("拟办意见", blank=True)
    proposed_by = models.CharField("拟办人", max_length=40, blank=True)
    proposed_at = models.DateTimeField("拟办时间", null=True, blank=True)
    undertaker = models.CharField("承办", max_length=80, blank=True)
    undertaken_by = models.CharField("承办登记人", max_length=40, blank=True)
    undertaken_at = models.DateTimeField("承办时间", null=True, blank=True)

    privacy: ClassVar = open_fields("proposal", "proposed_by", "proposed_at", "undertaker", "undertaken_by", "undertaken_at")

    def __str__(self) -> str:
        return f"文件处理笺 {self.notice_id}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """The slip is the registering office's."""
        return scope.acts_for(permission, self.notice.office_id)


class Instruction(models.Model):
    """领导批示 on a slip, verbatim; `duty` once it was turned into one."""

    slip = models.ForeignKey(Slip, models.CASCADE, related_name="instructions")
    text = models.TextField("批示")
    leader_id = models.BigIntegerField("批示人编号", null=True)
    leader = models.CharField("批示人", max_length=40)
    given_at = models.DateTimeField("批示时间")
    duty = models.OneToOneField(Duty, models.SET_NULL, null=True, blank=True, related_name="instruction")

    privacy: ClassVar = open_fields("text", "leader_id", "leader", "given_at")

    class Meta:
        ordering = ["given_at", "id"]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 40 else f"{self.text[:40]}…"

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the slip."""
        return self.slip.covers(scope, permission)
