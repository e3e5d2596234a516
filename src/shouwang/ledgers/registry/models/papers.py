"""A paper of the household's file (一户一档)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.ledgers.registry.models.households import Household, OfHousehold, OfHouseholdQuerySet
from shouwang.ledgers.registry.models.members import Member


class Paper(OfHousehold):
    """档案材料: one paper of the catalogue (rulebook/household_papers.yaml) of a household, or of one of its members.

    kept: its files are attached to this row; waived: a person said why it is not needed; withdrawn: taken out again.
    """

    class State(models.TextChoices):
        KEPT = "kept", "已归档"
        WAIVED = "waived", "不需要"
        WITHDRAWN = "withdrawn", "已移出"

    household = models.ForeignKey(Household, models.PROTECT, related_name="papers", verbose_name="户")
    member = models.ForeignKey(Member, models.PROTECT, related_name="papers", null=True, blank=True, verbose_name="成员")
    code = models.CharField("材料", max_length=24)
    state = models.CharField("材料状态", max_length=10, choices=State, default=State.KEPT)
    dated_on = models.DateField("材料日期", null=True, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    waived_for = models.CharField("不需要的理由", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        "code": sensitive(Group.BASE),
        "waived_for": sensitive(Group.BASE),
        "state": open_to_scope(),
        **dict.fromkeys(("dated_on", "valid_until"), personal(Group.BASE)),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "id"]
        verbose_name = "档案材料"
        constraints = [
            # Two, because SQLite takes no two empty members for equal.
            models.UniqueConstraint(fields=["household", "code"], condition=Q(member=None), name="paper_once_per_household"),
            models.UniqueConstraint(fields=["member", "code"], condition=~Q(member=None), name="paper_once_per_member"),
            models.CheckConstraint(condition=Q(state__in=("kept", "waived", "withdrawn")), name="paper_state_known"),
            models.CheckConstraint(condition=~Q(state="waived") | ~Q(waived_for=""), name="paper_waived_for_a_reason"),
        ]
        indexes = [models.Index(fields=["household", "code", "state"], name="paper_of_household")]

    def __str__(self) -> str:
        return self.code
