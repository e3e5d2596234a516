"""A discrepancy: what a sweep finds that does not fit together, to be corrected or answered; it is no lead and makes no case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.ledgers.monitoring.lifecycle import DISCREPANCY
from shouwang.ledgers.monitoring.models.shared import Confined, ConfinedQuerySet, placed_indexes
from shouwang.ledgers.registry.models import Household

KINDS = (("verify", "待核实信号"), ("quality", "数据核查"))


class Discrepancy(Confined):
    """比对疑点: one rule of the kinds 待核实信号 and 数据核查 found one household; at most one is open per household and rule.

    `values` are the facts the rule found (never an identity). `decided_on` is the day it left the open state, whoever ended it.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    kind = models.CharField("类别", max_length=8, choices=KINDS)
    rule = models.CharField("规则", max_length=60)
    rule_version = models.PositiveIntegerField("规则版本")
    rule_hash = models.CharField("规则摘要", max_length=64)
    department = models.CharField("数据来源部门", max_length=40, blank=True)
    values = models.JSONField("数值与阈值", default=dict)
    found_on = models.DateField("发现日期")
    due_on = models.DateField("答复期限")
    state = models.CharField("状态", max_length=10, choices=DISCREPANCY.choices, default=DISCREPANCY.initial)
    answer = models.CharField("核对情况", max_length=300, blank=True)
    answered_by = models.CharField("核对人", max_length=40, blank=True)
    decided_on = models.DateField("办结日期", null=True, blank=True)
    carried_by = models.BigIntegerField("随并户转来", null=True, editable=False)  # id of the registry's HouseholdChange, undone with it

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("kind", "rule", "rule_version", "rule_hash", "department", "found_on", "due_on"), open_to_scope()),
        **dict.fromkeys(("lowest", "state", "decided_on", "carried_by"), open_to_scope()),
        **dict.fromkeys(("values", "answer"), sensitive(Group.CASE)),
        "answered_by": personal(Group.BASE, MaskKind.NAME),
    }
    objects = ConfinedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = "比对疑点"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "rule"], condition=Q(state="open"), name="discrepancy_one_open_per_household_and_rule"
            ),
            models.CheckConstraint(condition=Q(state__in=list(DISCREPANCY.states)), name="discrepancy_state_known"),
            models.CheckConstraint(condition=Q(kind__in=[code for code, _ in KINDS]), name="discrepancy_kind_known"),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(decided_on=None)) | (~Q(state="open") & Q(decided_on__isnull=False)),
                name="discrepancy_decided_with_its_day",
            ),
            models.CheckConstraint(condition=Q(state__in=("open", "cleared")) | ~Q(answer=""), name="discrepancy_answered_in_words"),
        ]
        indexes = [
            *placed_indexes("discrepancy", "due_on", "id"),
            models.Index(fields=["household", "rule"], name="discrepancy_of_household"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.found_on}"
