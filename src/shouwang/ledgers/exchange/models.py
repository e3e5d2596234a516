"""What is agreed with departments, what they sent, who its rows are, and letters where nothing is handed over.

The rows themselves are columns without identity in the lake (lake.py); nothing of them stands here but what waits for a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.engine.feeds import Feed, feed, feeds
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.fields import EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange.lifecycle import DELIVERY, LETTER
from shouwang.ledgers.exchange.policies import MATCH, VIEW
from shouwang.ledgers.registry.models import Member

# Who decides on a question sees which delivery asked it, though the delivery lies with the county.
ASKED_BY = "SELECT question.first_id FROM exchange_matchquestion question WHERE {places:question}"
FEEDS = [(f.code, f.name) for f in feeds().values()]
COUNTED = ("rows", "error_rows", "same_rows", "exact_rows", "points_rows", "model_rows", "person_rows", "open_rows", "unknown_rows")


class OfOfficeQuerySet(models.QuerySet[Any]):
    """What belongs to a department and lies in the place that collects it."""

    def within(self, scope: Scope, permission: str = VIEW) -> OfOfficeQuerySet:
        """By place for who collects, by office for who sends."""
        return self.filter(scope.q(permission, office="office_id"))


class OfOffice(Record, Placed):
    """Abstract: seen by the place that collects and by the department whose own it is."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="部门")

    row_reach: ClassVar = Reach(offices=("office_id",))

    class Meta:
        abstract = True

    def covers(self, scope: Scope, permission: str) -> bool:
        """By place, or as the department's own."""
        return scope.may_at(permission, self) or any(
            permission in h.permissions and h.place is None and not h.assigned and h.office_id == self.office_id for h in scope.holds
        )


class FeedAgreement(OfOffice):
    """报送约定: how a place gets a feed: the department's file, hits on our list, or the department compares inside."""

    class Way(models.TextChoices):
        FILE = "file", "报送文件"
        LIST = "list", "发函比对，反馈命中"
        INSIDE = "inside", "部门内部比对"

    feed = models.CharField("数据", max_length=24, choices=FEEDS)
    way = models.CharField("取得方式", max_length=8, choices=Way)
    since = models.DateField("开始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("feed", "way", "since", "until", "note"), open_to_scope())
    objects = OfOfficeQuerySet.as_manager()

    class Meta:
        ordering = ["region", "feed"]
        verbose_name = "报送约定"
        constraints = [
            models.UniqueConstraint(fields=["region", "feed"], condition=Q(until=None), name="agreement_once_per_feed_and_place"),
            models.CheckConstraint(condition=Q(way__in=("file", "list", "inside")), name="agreement_way_known"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="agreement_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.office}）"

    @property
    def declared(self) -> Feed:
        """The catalogue's entry."""
        return feed(self.feed)

    @property
    def title(self) -> str:
        """The feed's name."""
        return self.declared.name


class Delivery(OfOffice):
    """报送批次: one file of a department for one period. `digest` names the sealed file; counts are rows of it.

    matched = exact + points + model + person rows; `open_rows` wait for a decision, `unknown_rows` are about nobody of the registry.
    """

    agreement = models.ForeignKey(FeedAgreement, models.PROTECT, related_name="deliveries", verbose_name="报送约定")
    feed = models.CharField("数据", max_length=24, choices=FEEDS)
    period = models.DateField("报送期")
    state = models.CharField("状态", max_length=12, choices=DELIVERY.choices, default=DELIVERY.initial, editable=False)
    hits = models.BooleanField("比对反馈", default=False)
    name = models.CharField("文件名", max_length=200, blank=True)
    digest = models.CharField("摘要", max_length=64, blank=True)
    header = models.JSONField("表头", default=dict)
    notes = models.JSONField("提示", default=list)
    uploaded_by = models.CharField("报送人", max_length=40)
    received_on = models.DateField("收到日期")
    job_id = models.BigIntegerField("后台任务", null=True)
    rows = models.PositiveIntegerField("行数", default=0)
    error_rows = models.PositiveIntegerField("错误行数", default=0)
    same_rows = models.PositiveIntegerField("重复行数", default=0)
    exact_rows = models.PositiveIntegerField("证件号码一致行数", default=0)
    points_rows = models.PositiveIntegerField("多项信息相符行数", default=0)
    model_rows = models.PositiveIntegerField("概率认定行数", default=0)
    person_rows = models.PositiveIntegerField("人工核对行数", default=0)
    open_rows = models.PositiveIntegerField("待核对行数", default=0)
    unknown_rows = models.PositiveIntegerField("未匹配行数", default=0)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("feed", "period", "state", "hits", "name", "digest", "header", "notes", "uploaded_by", "received_on", "job_id", *COUNTED),
        open_to_scope(),
    )
    row_reach: ClassVar = Reach(offices=("office_id",), keys=(Keys("id", ASKED_BY),))
    objects = OfOfficeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "报送批次"
        constraints = [
            models.CheckConstraint(condition=Q(period__day=1), name="delivery_period_is_a_month"),
            models.CheckConstraint(condition=Q(state__in=list(DELIVERY.states)), name="delivery_state_known"),
        ]
        indexes = [
            models.Index(fields=["feed", "period", "state"], name="delivery_of_period"),
            models.Index(fields=["agreement", "period", "state"], name="delivery_of_agreement"),
            models.Index(fields=["digest"], name="delivery_of_file"),
        ]

    def __str__(self) -> str:
        return f"{self.declared.name} {self.period:%Y-%m}"

    @property
    def declared(self) -> Feed:
        """The catalogue's entry."""
        return feed(self.feed)

    @property
    def matched_rows(self) -> int:
        """Rows tied to a person."""
        return self.exact_rows + self.points_rows + self.model_rows + self.person_rows


class DeliveryFault(models.Model):
    """问题行: a row that cannot be taken in. `faults` are [label, value as shown, remedy]; personal numbers in them are masked."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="faults", verbose_name="批次")
    row = models.PositiveIntegerField("行号")
    faults = models.JSONField("错误", default=list)

    privacy: ClassVar[Mapping[str, FieldClass]] = {"row": open_to_scope(), "faults": personal(Group.BASE)}

    class Meta:
        ordering = ["delivery", "row"]
        verbose_name = "问题行"
        constraints = [models.UniqueConstraint(fields=["delivery", "row"], name="delivery_fault_once_per_row")]

    def __str__(self) -> str:
        return f"第 {self.row} 行"


class QuestionQuerySet(models.QuerySet["MatchQuestion"]):
    """Questions of a scope."""

    def within(self, scope: Scope, permission: str = MATCH) -> QuestionQuerySet:
        """Those all of whose candidates the permission covers: a question lies in the smallest region that holds them."""
        return self.filter(scope.q(permission))


class MatchQuestion(Record, Placed):
    """待核对人员: somebody a department writes about, who may be one of several persons. Asked once and remembered.

    `tag` is a keyed hash of what identified the row; the same row next month meets the answer. `said` is that identity, sealed.
    `candidates` are [member id, points, evidence bits], best first. An `outside` one is on no file: hits about ordinary households.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核对"
        LINKED = "linked", "已确定"
        OUTSIDE = "outside", "不在户档案"

    feed = models.CharField("数据", max_length=24, choices=FEEDS)
    first = models.ForeignKey(Delivery, models.PROTECT, related_name="+", verbose_name="首次出现的批次")
    tag = models.CharField("特征", max_length=64)
    said = EncryptedTextField("部门所填", data_class=DataClass.IDENTITY)
    candidates = models.JSONField("可能的人员", default=list)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="人员")
    asked_on = models.DateField("提出日期")
    decided_on = models.DateField("核对日期", null=True, blank=True)
    decided_by = models.CharField("核对人", max_length=40, blank=True)
    reason = models.CharField("核对说明", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("feed", "tag", "state", "asked_on", "decided_on", "decided_by", "reason"), open_to_scope()),
        "said": sensitive(Group.IDENTITY),
        "candidates": personal(Group.BASE),
    }
    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "待核对人员"
        constraints = [
            models.UniqueConstraint(fields=["city", "tag"], name="question_once_per_identity"),
            models.CheckConstraint(condition=Q(state="linked") ^ Q(member=None), name="question_linked_to_a_member"),
        ]
        indexes = [models.Index(fields=[level, "state", "-id"], name=f"question_by_{level}") for level in ("city", "county", "town")]

    def __str__(self) -> str:
        return f"待核对人员 {self.pk}"


class Letter(OfOffice):
    """比对函: our list goes out, hits come back; or the department compares inside. The list is destroyed by `destroy_by`."""

    agreement = models.ForeignKey(FeedAgreement, models.PROTECT, related_name="letters", verbose_name="报送约定")
    feed = models.CharField("数据", max_length=24, choices=FEEDS)
    inside = models.BooleanField("部门内部比对", default=False)
    state = models.CharField("状态", max_length=12, choices=LETTER.choices, default=LETTER.initial, editable=False)
    number = models.CharField("文号", max_length=60, blank=True)
    purpose = models.CharField("比对用途", max_length=200)
    audience = models.CharField("名单范围", max_length=12, default="registered")
    people = models.PositiveIntegerField("名单人数", default=0)
    drafted_by = models.CharField("经办人", max_length=40)
    sent_on = models.DateField("发出日期", null=True, blank=True)
    answer_by = models.DateField("反馈期限")
    destroy_by = models.DateField("销毁期限")
    answered_on = models.DateField("反馈日期", null=True, blank=True)
    answer = models.CharField("反馈情况", max_length=300, blank=True)
    destroyed_on = models.DateField("销毁日期", null=True, blank=True)
    destroy_note = models.CharField("销毁说明", max_length=200, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        (
            *("feed", "inside", "state", "number", "purpose", "audience", "people", "drafted_by", "sent_on", "answer_by", "destroy_by"),
            *("answered_on", "answer", "destroyed_on", "destroy_note"),
        ),
        open_to_scope(),
    )
    objects = OfOfficeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "比对函"
        constraints = [
            models.CheckConstraint(condition=Q(destroy_by__gte=F("answer_by")), name="letter_destroyed_after_the_answer"),
            models.CheckConstraint(condition=Q(state__in=list(LETTER.states)), name="letter_state_known"),
            models.CheckConstraint(condition=Q(state="closed") | Q(destroyed_on=None), name="letter_destroyed_is_closed"),
        ]

    def __str__(self) -> str:
        return f"{feed(self.feed).name}比对函（{self.office}）"
