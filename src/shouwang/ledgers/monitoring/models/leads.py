"""A lead: that a household may be at risk, by whom or by which rule it was said, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.ledgers.monitoring.lifecycle import LEAD
from shouwang.ledgers.monitoring.models.cases import MonitoringCase
from shouwang.ledgers.monitoring.models.shared import Confined, ConfinedQuerySet, placed_indexes
from shouwang.ledgers.registry.models import Household

SOURCES = (
    ("sweep", "规则筛查"),
    ("patrol", "干部走访排查"),
    ("hotline", "12317 热线"),
    ("petition", "信访"),
    ("application", "农户申请"),
    ("department", "部门筛查预警"),
)
LEVELS = (("red", "红色"), ("yellow", "黄色"))


class Lead(Confined):
    """监测线索. A rule's lead carries the rule, its version and hash, and `values` (facts against thresholds, never an identity).

    `evidence` is the rule's digest of what it found: the same rule, household and digest is one lead for ever, so that a decided lead
    comes back only when the evidence changes materially, which the rule defines by what it puts into the digest.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    case = models.ForeignKey(MonitoringCase, models.PROTECT, related_name="leads", null=True, blank=True, verbose_name="个案")
    source = models.CharField("来源", max_length=12, choices=SOURCES)
    department = models.CharField("来源部门", max_length=40, blank=True)
    rule = models.CharField("规则", max_length=60, blank=True)
    rule_version = models.PositiveIntegerField("规则版本", default=0)
    rule_hash = models.CharField("规则摘要", max_length=64, blank=True)
    values = models.JSONField("数值与阈值", default=dict, blank=True)
    evidence = models.CharField("证据摘要", max_length=64, blank=True)
    risk = models.CharField("风险类型", max_length=20)
    level = models.CharField("预警级别", max_length=6, choices=LEVELS, default="yellow")
    found_on = models.DateField("发现日期")
    description = models.CharField("情况描述", max_length=500, blank=True)
    reporter = models.CharField("登记人", max_length=40, blank=True)
    complains = models.BooleanField("涉及经办干部", default=False)
    state = models.CharField("处置", max_length=14, choices=LEAD.choices, default=LEAD.initial)
    reason_code = models.CharField("原因代码", max_length=20, blank=True)
    decided_on = models.DateField("处置日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("source", "department", "rule", "rule_version", "rule_hash", "level", "found_on"), open_to_scope()),
        **dict.fromkeys(("lowest", "evidence", "state", "decided_on", "complains"), open_to_scope()),
        **dict.fromkeys(("values", "description", "reason_code"), sensitive(Group.CASE)),
        "risk": sensitive(Group.BASE),
        "reporter": personal(Group.BASE, MaskKind.NAME),
    }
    objects = ConfinedQuerySet.as_manager()

    class Meta:
        ordering = ["-found_on", "-id"]
        verbose_name = "监测线索"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "rule", "evidence"], condition=~Q(rule=""), name="lead_once_per_rule_and_evidence"
            ),
            models.CheckConstraint(condition=Q(state__in=list(LEAD.states)), name="lead_state_known"),
            models.CheckConstraint(condition=Q(source__in=[code for code, _ in SOURCES]), name="lead_source_known"),
            models.CheckConstraint(condition=Q(rule="") | (~Q(evidence="") & ~Q(rule_hash="")), name="lead_of_a_rule_carries_its_evidence"),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(decided_on=None)) | (~Q(state="open") & Q(decided_on__isnull=False)),
                name="lead_decided_with_its_day",
            ),
            models.CheckConstraint(condition=~Q(state="not_included") | ~Q(reason_code=""), name="lead_left_out_with_a_reason"),
        ]
        indexes = [
            *placed_indexes("lead", "-found_on", "-id"),
            models.Index(fields=["household", "rule"], name="lead_of_household"),
            models.Index(fields=["rule", "state"], condition=~Q(rule=""), name="lead_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.found_on}"
