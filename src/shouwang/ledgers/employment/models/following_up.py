"""Whether somebody who was placed is still there after a week, a month, a quarter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.privacy.classes import FieldClass, Group, personal, sensitive
from shouwang.ledgers.employment.models.workers import LabourQuerySet, WorkRecord, by_place
from shouwang.ledgers.registry.models import Household, OfHousehold

OUTCOMES = ("there", "left")


class RetentionCall(OfHousehold):
    """稳岗跟踪: one call to somebody placed, due `days` after the start; the outcome is entered once."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    record = models.ForeignKey(WorkRecord, models.PROTECT, related_name="follow_ups", verbose_name="务工记录")
    days = models.PositiveSmallIntegerField("上岗后天数")
    due_on = models.DateField("应跟踪日期")
    outcome = models.CharField("结果", max_length=8, blank=True)
    done_on = models.DateField("跟踪日期", null=True, blank=True)
    note = models.CharField("情况", max_length=200, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("days", "due_on", "outcome", "done_on"), personal(Group.LABOUR)),
        "note": sensitive(Group.LABOUR),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = "稳岗跟踪"
        constraints = [
            models.UniqueConstraint(fields=["record", "days"], name="follow_up_once_per_step"),
            models.CheckConstraint(
                condition=Q(outcome="", done_on=None) | (Q(outcome__in=OUTCOMES) & Q(done_on__isnull=False)),
                name="follow_up_outcome_has_a_day",
            ),
        ]
        indexes = by_place("retention", "due_on")

    def __str__(self) -> str:
        return f"{self.record_id} {self.days}"
