"""A longer term: deferral, extension, renewal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.ledgers.credit.lifecycle import TERMS
from shouwang.ledgers.credit.models.loans import LEVELS, CreditQuerySet, Loan
from shouwang.ledgers.impact.models import ImpactRecord
from shouwang.ledgers.registry.models import Household, OfHousehold

KINDS = {"deferral": "延长还款期限", "extension": "展期", "renewal": "续贷"}


class TermChange(OfHousehold):
    """期限变更: three acts, each with a rule of its own; `rule` is the document in force on the day it was asked for.

    A deferral keeps the contract and does not count as an extension; its papers may follow by `papers_due`. A renewal is a new loan
    (`successor`) in place of the old one.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="changes", verbose_name="贷款")
    kind = models.CharField("办理事项", max_length=10, choices=list(KINDS.items()))
    state = models.CharField("办理状态", max_length=10, choices=TERMS.choices, default=TERMS.initial, editable=False)
    asked_on = models.DateField("申请日期")
    ground = models.CharField("原因说明", max_length=300)
    impact = models.ForeignKey(ImpactRecord, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="影响记录")
    old_maturity = models.DateField("原到期日")
    new_maturity = models.DateField("新到期日")
    rule = models.CharField("政策依据", max_length=300)
    new_rate = models.PositiveIntegerField("新年利率（百万分之一）", null=True, blank=True)
    decided_on = models.DateField("银行决定日期", null=True, blank=True)
    papers_due = models.DateField("材料补交期限", null=True, blank=True)
    papers_on = models.DateField("材料补齐日期", null=True, blank=True)
    successor = models.OneToOneField(Loan, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="续贷的新贷款")

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(
            (
                *("kind", "state", "asked_on", "old_maturity", "new_maturity", "rule", "decided_on"),
                *("papers_due", "papers_on"),
            ),
            open_to_scope(),
        ),
        "ground": sensitive(Group.CASE),
        "new_rate": personal(Group.ACCOUNT),
    }
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-id"]
        verbose_name = "期限变更"
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=Q(state="asked"), name="term_change_one_asked_per_loan"),
            models.CheckConstraint(condition=Q(new_maturity__gt=F("old_maturity")), name="term_change_makes_longer"),
            models.CheckConstraint(condition=Q(kind__in=tuple(KINDS)), name="term_change_kind_known"),
        ]
        indexes = [*(models.Index(fields=[level, "state", "-id"], name=f"term_change_by_{level}") for level in LEVELS)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.new_maturity}"
