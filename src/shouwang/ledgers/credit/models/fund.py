"""Money into and out of a county's risk fund."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, open_to_scope
from shouwang.kernel.regions.models import Placed
from shouwang.ledgers.credit.models.loans import CreditQuerySet
from shouwang.ledgers.credit.models.risk import RiskClaim

IN, OUT = ("paid_in", "interest", "recovery"), ("compensation", "withdrawn")
OF_CLAIMS = ("compensation", "recovery")


class FundMovement(Record, Placed):
    """风险补偿金收支: 分, in positive and out negative, so that the balance of a day is the sum up to it. It lies at the county that holds the fund.

    Movements of claims are written with the claim; the others are entered with the paper they rest on.
    """

    class Kind(models.TextChoices):
        PAID_IN = "paid_in", "注入"
        INTEREST = "interest", "孳息"
        COMPENSATION = "compensation", "代偿"
        RECOVERY = "recovery", "追回"
        WITHDRAWN = "withdrawn", "退出"

    kind = models.CharField("收支类型", max_length=12, choices=Kind)
    amount = models.BigIntegerField("金额（分）")
    happened_on = models.DateField("发生日期")
    claim = models.ForeignKey(RiskClaim, models.PROTECT, related_name="movements", null=True, blank=True, verbose_name="风险补偿")
    document = models.CharField("依据", max_length=120, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("kind", "amount", "happened_on", "document"), open_to_scope())
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-id"]
        verbose_name = "风险补偿金收支"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=IN, amount__gt=0) | Q(kind__in=OUT, amount__lt=0), name="fund_movement_sign_is_its_kind"
            ),
            models.CheckConstraint(condition=Q(kind__in=OF_CLAIMS) ^ Q(claim=None), name="fund_movement_claim_where_due"),
        ]
        indexes = [models.Index(fields=["county", "happened_on"], name="fund_movement_by_county")]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.get_kind_display()}"
