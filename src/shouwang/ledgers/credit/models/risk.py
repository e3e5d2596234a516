"""Claims on the county's risk fund."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal
from shouwang.ledgers.credit.lifecycle import CLAIM
from shouwang.ledgers.credit.models.loans import LEVELS, CreditQuerySet, Loan
from shouwang.ledgers.registry.models import Household, OfHousehold


class RiskClaim(OfHousehold):
    """风险补偿: what the bank claims for an overdue loan, what the fund paid (代偿), what came back since; 分."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="claims", verbose_name="贷款")
    state = models.CharField("补偿状态", max_length=12, choices=CLAIM.choices, default=CLAIM.initial, editable=False)
    claimed_on = models.DateField("申请日期")
    claimed = models.BigIntegerField("逾期本金")
    compensated_on = models.DateField("代偿日期", null=True, blank=True)
    compensated = models.BigIntegerField("代偿金额", default=0)
    recovered = models.BigIntegerField("已追回", default=0)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("state", "claimed_on", "compensated_on"), open_to_scope()),
        **dict.fromkeys(("claimed", "compensated", "recovered"), personal(Group.ACCOUNT)),
    }
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["-claimed_on", "-id"]
        verbose_name = "风险补偿"
        constraints = [
            models.UniqueConstraint(fields=["loan"], condition=~Q(state="declined"), name="risk_claim_once_per_loan"),
            models.CheckConstraint(
                condition=Q(claimed__gt=0, compensated__gte=0, compensated__lte=F("claimed")), name="risk_claim_within_the_claim"
            ),
            models.CheckConstraint(condition=Q(recovered__gte=0, recovered__lte=F("compensated")), name="risk_claim_recovered_within"),
        ]
        indexes = [*(models.Index(fields=[level, "state", "-id"], name=f"risk_claim_by_{level}") for level in LEVELS)]

    def __str__(self) -> str:
        return f"{self.claimed_on}"
