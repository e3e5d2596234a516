"""A visit to a household, by foot, telephone or video."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.accounts.models import User
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.ledgers.registry.models.households import Household, OfHousehold, OfHouseholdQuerySet

MEANS = ("home", "phone", "video")
REACHES = ("reached", "no_answer", "wrong_number", "refused")


class Visit(OfHousehold):
    """走访: what was seen and said is never changed; a correction is a row of its own that points to the one it replaces.

    `needs` is what the household asked for; only its answer (`need_met_on`, `need_answer`) is entered later.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="visits", verbose_name="户")
    visited_on = models.DateField("走访日期")
    means = models.CharField("走访方式", max_length=8)
    reach = models.CharField("接通情况", max_length=12, default="reached")
    visitor = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="走访人账号")
    visitor_name = models.CharField("走访人", max_length=40)
    met = models.CharField("见到（接听）的人", max_length=60, blank=True)
    result = models.CharField("走访情况", max_length=500, blank=True)
    needs = models.CharField("发现的需求", max_length=300, blank=True)
    next_step = models.CharField("下一步", max_length=200, blank=True)
    corrects = models.OneToOneField("self", models.PROTECT, related_name="correction", null=True, blank=True, verbose_name="更正的记录")
    need_met_on = models.DateField("需求解决日期", null=True, blank=True)
    need_answer = models.CharField("解决情况", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("visited_on", "means", "reach", "visitor_name", "need_met_on"), open_to_scope()),
        "met": personal(Group.BASE, MaskKind.NAME),
        **dict.fromkeys(("result", "needs", "next_step", "need_answer"), sensitive(Group.CASE)),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-visited_on", "-id"]
        verbose_name = "走访"
        constraints = [
            models.CheckConstraint(condition=Q(means__in=MEANS), name="visit_means_known"),
            models.CheckConstraint(condition=Q(reach__in=REACHES), name="visit_reach_known"),
            models.CheckConstraint(condition=~Q(reach="reached") | ~Q(result=""), name="visit_reached_says_something"),
            models.CheckConstraint(condition=Q(need_met_on=None) | ~Q(needs=""), name="visit_answers_a_need"),
        ]
        indexes = [
            *(
                models.Index(fields=[level, "-visited_on", "-id"], name=f"visit_by_{level}")
                for level in ("city", "county", "town", "village")
            ),
            models.Index(fields=["household", "reach", "visited_on"], name="visit_of_household"),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.visitor_name}"
