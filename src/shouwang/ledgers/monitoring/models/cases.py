"""A case: one household on its way through the procedure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, sensitive
from shouwang.ledgers.monitoring.lifecycle import CASE, OPEN
from shouwang.ledgers.monitoring.models.shared import Confined, ConfinedQuerySet, placed_indexes
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.models import Household

PURPOSES = (("include", "纳入监测"), ("clear", "风险消除"), ("relapse", "返贫登记"), ("fall", "新致贫登记"))
CATEGORIES = ("", "unstable", "borderline", "sudden")


class MonitoringCase(Confined):
    """监测个案: leads of one household merge into one case, which is one piece of work; at most one is open per household.

    `due_on` is the clock of the present step, `whole_due_on` that from the lead to the county's decision. `returns` counts how often
    the case was sent back. `green` is the 绿色通道: help first, papers by `green_due_on`.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    purpose = models.CharField("事项", max_length=8, choices=PURPOSES, default="include")
    state = models.CharField("环节", max_length=12, choices=CASE.choices, default=CASE.initial)
    level = models.CharField("预警级别", max_length=6, choices=(("red", "红色"), ("yellow", "黄色")), default="yellow")
    risks = models.CharField("返贫致贫风险", max_length=120, blank=True)
    category = models.CharField("监测对象类别", max_length=12, blank=True)
    opened_on = models.DateField("发起日期")
    due_on = models.DateField("本环节期限")
    whole_due_on = models.DateField("全程期限")
    green = models.BooleanField("绿色通道", default=False)
    green_due_on = models.DateField("补办手续期限", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    return_reason = models.CharField("退回理由", max_length=300, blank=True)
    appraisal = models.ForeignKey(
        "monitoring.CommunityAppraisal", models.PROTECT, related_name="cases", null=True, blank=True, verbose_name="民主评议"
    )
    agreed = models.PositiveSmallIntegerField("同意票", null=True, blank=True)
    posting = models.ForeignKey(
        "monitoring.PublicPosting", models.PROTECT, related_name="cases", null=True, blank=True, verbose_name="公示"
    )
    batch = models.ForeignKey(
        "monitoring.DeterminationBatch", models.PROTECT, related_name="cases", null=True, blank=True, verbose_name="审定批次"
    )
    determined_on = models.DateField("审定日期", null=True, blank=True)
    document = models.CharField("批复文号", max_length=120, blank=True)
    officer = models.CharField("监测责任人", max_length=40, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    reason_code = models.CharField("不纳入原因", max_length=20, blank=True)

    carried_by = models.BigIntegerField("随并户转来", null=True, editable=False)  # id of the registry's HouseholdChange, undone with it

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(
            ("purpose", "state", "level", "opened_on", "due_on", "whole_due_on", "green", "green_due_on", "agreed"), open_to_scope()
        ),
        **dict.fromkeys(("lowest", "returns", "determined_on", "document", "officer", "closed_on", "carried_by"), open_to_scope()),
        **dict.fromkeys(("risks", "category"), sensitive(Group.BASE)),
        **dict.fromkeys(("return_reason", "reason_code"), sensitive(Group.CASE)),
    }
    objects = ConfinedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = "监测个案"
        constraints = [
            models.UniqueConstraint(fields=["household"], condition=Q(state__in=OPEN), name="case_one_open_per_household"),
            models.CheckConstraint(condition=Q(state__in=list(CASE.states)), name="case_state_known"),
            models.CheckConstraint(condition=Q(purpose__in=[code for code, _ in PURPOSES]), name="case_purpose_known"),
            models.CheckConstraint(condition=Q(category__in=CATEGORIES), name="case_category_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, closed_on=None) | (~Q(state__in=OPEN) & Q(closed_on__isnull=False)),
                name="case_closed_with_its_day",
            ),
            models.CheckConstraint(condition=~Q(state="rejected") | ~Q(reason_code=""), name="case_rejected_with_a_reason"),
            models.CheckConstraint(condition=Q(green=False) | Q(green_due_on__isnull=False), name="case_green_has_a_deadline"),
            models.CheckConstraint(
                condition=~Q(state="determined") | (Q(determined_on__isnull=False) & ~Q(document="")), name="case_determined_by_a_document"
            ),
        ]
        indexes = [
            *placed_indexes("case", "state", "due_on", "id"),
            models.Index(fields=["household", "-id"], name="case_of_household"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_word}（{self.get_state_display()}）"

    @property
    def purpose_word(self) -> str:
        """What the case is for, in the words of the day it was opened."""
        return in_words(self.get_purpose_display(), self.opened_on)

    @property
    def risk_codes(self) -> tuple[str, ...]:
        """Codes of the risks found."""
        return tuple(r for r in self.risks.split(",") if r)
