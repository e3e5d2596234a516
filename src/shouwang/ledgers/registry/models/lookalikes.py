"""疑似重复: two members, or two households, that may be the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.lifecycle import LOOKALIKE
from shouwang.ledgers.registry.models.households import Household
from shouwang.ledgers.registry.models.members import Member
from shouwang.ledgers.registry.policies import LOOKALIKES


class LookAlikeQuerySet(models.QuerySet["LookAlike"]):
    """Pairs of a scope."""

    def within(self, scope: Scope, permission: str = LOOKALIKES) -> LookAlikeQuerySet:
        """Pairs both sides of which the permission covers: a pair lies in the smallest region that holds both."""
        return self.filter(scope.q(permission))


class LookAlike(Record, Placed):
    """A pair, found once and remembered for ever: what was decided is not asked again unless new strong evidence turns up.

    `left` is the older row. `evidence` are codes of rulebook/lookalikes.yaml joined by commas; it lies in the smallest region that holds
    both sides, so that nobody is shown a person from outside their place.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", "疑似同一人"
        HOUSEHOLD = "household", "疑似同一户"

    kind = models.CharField("类型", max_length=10, choices=Kind)
    left_member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, verbose_name="甲")
    right_member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, verbose_name="乙")
    left_household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True, verbose_name="甲户")
    right_household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True, verbose_name="乙户")
    points = models.SmallIntegerField("分值")
    evidence = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=LOOKALIKE.choices, default="open", editable=False)
    found_on = models.DateField("发现日期")
    decided_on = models.DateField("核对日期", null=True, blank=True)
    decided_by = models.CharField("核对人", max_length=60, blank=True)
    reason = models.CharField("核对说明", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("kind", "points", "state", "found_on", "decided_on", "decided_by", "reason"), open_to_scope()),
        "evidence": personal(Group.BASE),
    }
    objects = LookAlikeQuerySet.as_manager()

    class Meta:
        ordering = ["-points", "id"]
        verbose_name = "疑似重复"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="member", left_member__lt=F("right_member"), left_household=None, right_household=None)
                | Q(kind="household", left_household__lt=F("right_household"), left_member=None, right_member=None),
                name="lookalike_two_of_one_kind_in_order",
            ),
            models.UniqueConstraint(fields=["left_member", "right_member"], name="lookalike_once_per_two_members"),
            models.UniqueConstraint(fields=["left_household", "right_household"], name="lookalike_once_per_two_households"),
        ]
        indexes = [
            models.Index(fields=[level, "state", "-points", "id"], name=f"lookalike_by_{level}")
            for level in ("city", "county", "town", "village")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.points} 分）"

    @property
    def codes(self) -> list[str]:
        """The evidence, strongest first."""
        return [c for c in self.evidence.split(",") if c]
