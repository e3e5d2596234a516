"""Workshops near the village: recognised, reviewed, given time to recover, cleared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, open_to_scope
from shouwang.kernel.regions.models import Placed
from shouwang.ledgers.employment.lifecycle import WORKSHOP
from shouwang.ledgers.employment.models.posts import Employer, PlacedQuerySet
from shouwang.ledgers.employment.models.workers import by_place

COUNTED = ("workers", "poor_workers", "steady")


class Workshop(Record, Placed):
    """扶贫车间: an employer the county has recognised as one. It lies where the employer was registered.

    `workers` to `unmet` repeat the latest review, null before the first; `unmet` are the tests missed, in words. While it is being
    watched, `buffer_until` is the first day on which it may be cleared.
    """

    employer = models.OneToOneField(Employer, models.PROTECT, related_name="workshop", verbose_name="用工单位")
    state = models.CharField("状态", max_length=8, choices=WORKSHOP.choices, default=WORKSHOP.initial, editable=False)
    document = models.CharField("认定文件", max_length=120)
    recognised_on = models.DateField("认定日期")
    buffer_until = models.DateField("缓冲期至", null=True, blank=True, editable=False)
    reviewed_on = models.DateField("最近核查", null=True, blank=True, editable=False)
    workers = models.PositiveIntegerField("务工人数", null=True, editable=False)
    poor_workers = models.PositiveIntegerField("贫困劳动力", null=True, editable=False)
    steady = models.PositiveIntegerField("稳定务工贫困劳动力", null=True, editable=False)
    unmet = models.JSONField("未达要求", default=list, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("state", "document", "recognised_on", "buffer_until", "reviewed_on", *COUNTED, "unmet"), open_to_scope()
    )
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["employer__name", "id"]
        verbose_name = "扶贫车间"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(WORKSHOP.states)), name="workshop_state_known"),
            models.CheckConstraint(
                condition=Q(state="watched", buffer_until__isnull=False) | (~Q(state="watched") & Q(buffer_until=None)),
                name="workshop_watched_has_a_buffer",
            ),
        ]
        indexes = by_place("workshop", "state")

    def __str__(self) -> str:
        return self.employer.name


class WorkshopReview(Record, Placed):
    """扶贫车间核查: what somebody found there on a day: numbers of people, no names; `unmet` are the tests missed, as they stood that day."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="reviews", verbose_name="扶贫车间")
    reviewed_on = models.DateField("核查日期")
    running = models.BooleanField("正常开工")
    workers = models.PositiveIntegerField("务工人数")
    poor_workers = models.PositiveIntegerField("贫困劳动力")
    steady = models.PositiveIntegerField("稳定务工贫困劳动力")
    unmet = models.JSONField("未达要求", default=list)
    problems = models.CharField("存在问题", max_length=300, blank=True)
    reviewer = models.CharField("核查人", max_length=40)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("reviewed_on", "running", *COUNTED, "unmet", "problems", "reviewer"), open_to_scope()
    )
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-reviewed_on", "-id"]
        verbose_name = "扶贫车间核查"
        constraints = [
            models.UniqueConstraint(fields=["workshop", "reviewed_on"], name="workshop_review_once_a_day"),
            models.CheckConstraint(
                condition=Q(poor_workers__lte=F("workers")) & Q(steady__lte=F("poor_workers")), name="workshop_review_numbers_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewed_on} {self.workshop_id}"
