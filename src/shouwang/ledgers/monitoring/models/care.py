"""Help and watching after the decision: measures against risks, and the visits that follow up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, sensitive
from shouwang.ledgers.monitoring.models.shared import Confined, ConfinedQuerySet, placed_indexes
from shouwang.ledgers.registry.models import Household

FINDINGS = (("better", "好转"), ("same", "平稳"), ("worse", "加重"))


class Measure(Confined):
    """帮扶措施: one measure for a household, against a risk ("" = in general), in force while `until` is empty."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    kind = models.CharField("措施类别", max_length=16)
    risk = models.CharField("针对的风险", max_length=20, blank=True)
    content = models.CharField("具体措施", max_length=200)
    provider = models.CharField("责任单位（人）", max_length=60, blank=True)
    since = models.DateField("开始日期")
    until = models.DateField("结束日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("lowest", "provider", "since", "until"), open_to_scope()),
        **dict.fromkeys(("kind", "risk", "content"), sensitive(Group.CASE)),
    }
    objects = ConfinedQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-since", "-id"]
        verbose_name = "帮扶措施"
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="measure_dates_in_order"),
            models.CheckConstraint(condition=~Q(content=""), name="measure_says_what_is_done"),
        ]
        indexes = [models.Index(fields=["household", "kind"], name="measure_of_household", condition=Q(until=None))]

    def __str__(self) -> str:
        return f"{self.content}（{self.since}）"


class FollowUp(Confined):
    """跟踪回访: due on a day, done on another; one is open per watched household."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    due_on = models.DateField("回访期限")
    done_on = models.DateField("回访日期", null=True, blank=True)
    means = models.CharField("回访方式", max_length=8, blank=True)
    finding = models.CharField("风险变化", max_length=8, choices=FINDINGS, blank=True)
    note = models.CharField("回访情况", max_length=300, blank=True)
    by_name = models.CharField("回访人", max_length=40, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("lowest", "due_on", "done_on", "means", "by_name"), open_to_scope()),
        **dict.fromkeys(("finding", "note"), sensitive(Group.CASE)),
    }
    objects = ConfinedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = "跟踪回访"
        constraints = [
            models.UniqueConstraint(fields=["household"], condition=Q(done_on=None), name="follow_up_one_open_per_household"),
            models.CheckConstraint(condition=Q(done_on=None) | ~Q(finding=""), name="follow_up_done_with_a_finding"),
        ]
        indexes = placed_indexes("follow_up", "done_on", "due_on", "id")

    def __str__(self) -> str:
        return f"{self.due_on} 回访"
