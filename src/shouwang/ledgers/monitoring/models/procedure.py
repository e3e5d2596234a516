"""What the procedure leaves on paper: checks, village meetings, public postings, objections, batches of the county."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.lifecycle import BATCH
from shouwang.ledgers.monitoring.models.cases import CATEGORIES, MonitoringCase
from shouwang.ledgers.monitoring.models.shared import Confined, ConfinedQuerySet, placed_indexes
from shouwang.ledgers.monitoring.policies import VIEW
from shouwang.ledgers.registry.models import Household, IncomeStatement

CONCLUSIONS = (("include", "建议纳入（办理）"), ("reject", "不纳入"), ("know", "已在册"))


class PlacedQuerySet(models.QuerySet[Any]):
    """Rows that lie in a place and belong to no household."""

    def within(self, scope: Scope, permission: str = VIEW) -> PlacedQuerySet:
        """Those of the places held."""
        return self.filter(scope.q(permission))


class Verification(Confined):
    """核实: what was found about the household, on which income, and the composite judgement. Never changed; a new check is a new row.

    `line` is the range of the year and place in yuan per head, `below` and `below_after` whether income lies under it before and after
    合规自付支出. Income alone never decides: `problems` and `coping` are said as well, and `reasons` gives the judgement in words.
    """

    case = models.ForeignKey(MonitoringCase, models.PROTECT, related_name="verifications", verbose_name="个案")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    checked_on = models.DateField("核实日期")
    means = models.CharField("核实方式", max_length=8)
    checker = models.CharField("核实人", max_length=40)
    checker_id_of_user = models.BigIntegerField("核实人账号", null=True, editable=False)
    income = models.ForeignKey(IncomeStatement, models.PROTECT, related_name="+", verbose_name="核实的收入")
    line = models.PositiveIntegerField("监测范围（元/人·年）")
    line_source = models.CharField("监测范围依据", max_length=200)
    below = models.BooleanField("低于监测范围")
    below_after = models.BooleanField("扣除自付后低于监测范围")
    problems = models.CharField("存在的问题", max_length=500)
    coping = models.CharField("应对能力", max_length=8)
    risks = models.CharField("返贫致贫风险", max_length=120, blank=True)
    category = models.CharField("监测对象类别", max_length=12, blank=True)
    manner = models.CharField("消除方式", max_length=8, blank=True)
    conclusion = models.CharField("核实结论", max_length=8, choices=CONCLUSIONS)
    reasons = models.CharField("综合研判理由", max_length=500)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("lowest", "checked_on", "means", "checker", "checker_id_of_user", "line", "line_source"), open_to_scope()),
        **dict.fromkeys(("below", "below_after"), sensitive(Group.INCOME)),
        **dict.fromkeys(("problems", "coping", "reasons", "conclusion"), sensitive(Group.CASE)),
        **dict.fromkeys(("risks", "category", "manner"), sensitive(Group.BASE)),
    }
    objects = ConfinedQuerySet.as_manager()

    class Meta:
        ordering = ["case", "-id"]
        verbose_name = "核实"
        constraints = [
            models.CheckConstraint(condition=Q(category__in=CATEGORIES), name="verification_category_known"),
            models.CheckConstraint(condition=~Q(problems="") & ~Q(reasons=""), name="verification_says_more_than_income"),
        ]
        indexes = [models.Index(fields=["household", "-id"], name="verification_of_household")]

    def __str__(self) -> str:
        return f"{self.checked_on} {self.checker}"


class CommunityAppraisal(Record, Placed):
    """民主评议: one meeting of a village over some cases, with 应到, 实到 and who stood aside."""

    held_on = models.DateField("评议日期")
    means = models.CharField("评议方式", max_length=8)
    expected = models.PositiveSmallIntegerField("应到人数")
    present = models.PositiveSmallIntegerField("实到人数")
    recused = models.CharField("回避人员", max_length=200, blank=True)
    minutes = models.CharField("评议记录", max_length=1000)
    recorder = models.CharField("记录人", max_length=40)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("held_on", "means", "expected", "present", "recorder"), open_to_scope()),
        "recused": personal(Group.CASE, MaskKind.TEXT),
        "minutes": sensitive(Group.CASE),
    }
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
        verbose_name = "民主评议"
        constraints = [
            models.CheckConstraint(condition=Q(present__lte=F("expected"), present__gte=1), name="appraisal_present_within_expected")
        ]
        indexes = placed_indexes("appraisal", "-held_on", "-id")

    def __str__(self) -> str:
        return f"{self.held_on} 民主评议"


class PublicPosting(Record, Placed):
    """公示: one sheet in a village for some cases, from `starts_on` to `ends_on` (both days on the wall)."""

    starts_on = models.DateField("公示起")
    ends_on = models.DateField("公示止")
    where = models.CharField("张贴地点", max_length=100)
    closed_on = models.DateField("办结日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("starts_on", "ends_on", "where", "closed_on"), open_to_scope())
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        verbose_name = "公示"
        constraints = [models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="posting_dates_in_order")]
        indexes = placed_indexes("posting", "-starts_on", "-id")

    def __str__(self) -> str:
        return f"{self.starts_on} ～ {self.ends_on}"


class Objection(Confined):
    """公示异议: raised against a case while it is posted, answered before the posting closes."""

    case = models.ForeignKey(MonitoringCase, models.PROTECT, related_name="objections", verbose_name="个案")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    posting = models.ForeignKey(PublicPosting, models.PROTECT, related_name="objections", verbose_name="公示")
    raised_on = models.DateField("提出日期")
    raised_by = models.CharField("提出人", max_length=40, blank=True)
    content = models.CharField("异议内容", max_length=500)
    due_on = models.DateField("答复期限")
    answer = models.CharField("核查答复", max_length=500, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    upheld = models.BooleanField("异议成立", null=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("lowest", "raised_on", "due_on", "answered_on", "upheld"), open_to_scope()),
        "raised_by": personal(Group.CASE, MaskKind.NAME),
        **dict.fromkeys(("content", "answer"), sensitive(Group.CASE)),
    }
    objects = ConfinedQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_on", "-id"]
        verbose_name = "公示异议"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="", upheld=None)
                | (Q(answered_on__isnull=False, upheld__isnull=False) & ~Q(answer="")),
                name="objection_answered_in_words",
            )
        ]
        indexes = [models.Index(fields=["posting", "answered_on"], name="objection_of_posting")]

    def __str__(self) -> str:
        return f"{self.raised_on} 异议"


class DeterminationBatch(Record, Placed):
    """审定批次: cases of a county that one leading-group meeting decides after comparison; the decision is the meeting's document."""

    number = models.CharField("批次", max_length=40)
    state = models.CharField("状态", max_length=8, choices=BATCH.choices, default=BATCH.initial)
    comparison = models.CharField("比对结果", max_length=500, blank=True)
    compared_on = models.DateField("比对日期", null=True, blank=True)
    meeting_on = models.DateField("会议日期", null=True, blank=True)
    document = models.CharField("批复文号", max_length=120, blank=True)
    prepared_by = models.CharField("经办人", max_length=40)
    prepared_on = models.DateField("组批日期")

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("number", "state", "comparison", "compared_on", "meeting_on", "document", "prepared_by", "prepared_on"), open_to_scope()
    )
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_on", "-id"]
        verbose_name = "审定批次"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(BATCH.states)), name="batch_state_known"),
            models.CheckConstraint(
                condition=~Q(state="decided")
                | (Q(compared_on__isnull=False, meeting_on__isnull=False) & ~Q(comparison="") & ~Q(document="")),
                name="batch_decided_by_comparison_meeting_and_document",
            ),
            models.UniqueConstraint(fields=["county", "number"], name="batch_number_once_per_county"),
        ]
        indexes = placed_indexes("batch", "-prepared_on", "-id")

    def __str__(self) -> str:
        return self.number
