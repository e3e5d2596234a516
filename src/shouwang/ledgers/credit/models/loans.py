"""The loan from application to the last repayment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.fields import EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit.lifecycle import LOAN
from shouwang.ledgers.credit.policies import VIEW
from shouwang.ledgers.registry.models import Household, Member, OfHousehold

OPEN = ("applied", "passed", "approved")  # asked for, not yet released
LIVE = (*OPEN, "released")  # takes up the household's one quota
LEVELS = ("city", "county", "town", "village")


class CreditQuerySet(models.QuerySet[Any]):
    """Rows of the ledger in scope, by place."""

    def within(self, scope: Scope, permission: str = VIEW) -> CreditQuerySet:
        """Those the permission covers."""
        return self.filter(scope.q(permission))


class Loan(OfHousehold):
    """小额信贷: money in 分, rate in millionths a year. `balance`, `maturity` and counts repeat what actions.py derives from the rows below.

    `entitled`: the household met the conditions on the day of release; later changes of its standing do not end the subsidy.
    `defaults` are times in default before maturity as the bank reports them: [start, end or null], half-open.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    borrower = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="借款人")
    state = models.CharField("贷款状态", max_length=10, choices=LOAN.choices, default=LOAN.initial, editable=False)
    bank = models.CharField("贷款银行", max_length=12)
    contract = models.CharField("合同号", max_length=40, blank=True)
    amount = models.BigIntegerField("贷款金额")
    months = models.PositiveSmallIntegerField("期限（月）")
    rate = models.PositiveIntegerField("年利率（百万分之一）", null=True, blank=True)
    basis = models.PositiveSmallIntegerField("计息基数", default=360)
    purpose = models.CharField("贷款用途", max_length=12)
    purpose_note = models.CharField("用途说明", max_length=120, blank=True)
    self_used = models.BooleanField("户借、户用、户还", default=False)
    entitled = models.BooleanField("放款时符合贴息条件", default=True)
    applied_on = models.DateField("申请日期")
    passed_on = models.DateField("资格审核日期", null=True, blank=True)
    decided_on = models.DateField("银行审批日期", null=True, blank=True)
    released_on = models.DateField("放款日期", null=True, blank=True)
    first_maturity = models.DateField("合同到期日", null=True, blank=True)
    maturity = models.DateField("现到期日", null=True, blank=True)
    settled_on = models.DateField("结清日期", null=True, blank=True)
    balance = models.BigIntegerField("贷款余额", default=0)
    defaults = models.JSONField("逾期期间", default=list, blank=True)
    in_default = models.BooleanField("银行报告逾期中", default=False)
    deferrals = models.PositiveSmallIntegerField("延长还款期限次数", default=0)
    extensions = models.PositiveSmallIntegerField("展期次数", default=0)
    renewals = models.PositiveSmallIntegerField("续贷次数", default=0)
    renews = models.OneToOneField("self", models.PROTECT, related_name="+", null=True, blank=True, verbose_name="续贷前的贷款")
    account_name = models.CharField("收款户名", max_length=40, blank=True)
    account = EncryptedTextField("收款账号", data_class=DataClass.ACCOUNT, mask=MaskKind.BANK_CARD, null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(
            (
                *("state", "bank", "months", "basis", "purpose", "self_used", "entitled", "applied_on", "passed_on", "decided_on"),
                *("released_on", "first_maturity", "maturity", "settled_on", "deferrals", "extensions", "renewals"),
            ),
            open_to_scope(),
        ),
        **dict.fromkeys(
            ("contract", "amount", "rate", "balance", "defaults", "in_default", "purpose_note"),
            personal(Group.ACCOUNT),
        ),
        "account_name": personal(Group.ACCOUNT, MaskKind.NAME),
        "account": sensitive(Group.ACCOUNT, MaskKind.BANK_CARD),
    }
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "小额信贷"
        constraints = [
            models.UniqueConstraint(fields=["contract"], condition=~Q(contract=""), name="loan_contract_once"),
            models.UniqueConstraint(fields=["borrower"], condition=Q(state__in=LIVE), name="loan_one_live_per_borrower"),
            models.CheckConstraint(condition=Q(amount__gt=0, balance__gte=0, balance__lte=F("amount")), name="loan_balance_within_amount"),
            models.CheckConstraint(condition=Q(basis__in=(360, 365)), name="loan_basis_known"),
            models.CheckConstraint(
                condition=~Q(state__in=("released", "settled"))
                | Q(released_on__isnull=False, rate__isnull=False, first_maturity__isnull=False, maturity__gt=F("released_on")),
                name="loan_released_with_terms",
            ),
            models.CheckConstraint(condition=~Q(state="settled") | Q(balance=0), name="loan_settled_owes_nothing"),
        ]
        indexes = [
            *(models.Index(fields=[level, "state", "-id"], name=f"loan_by_{level}") for level in LEVELS),
            models.Index(fields=["household", "state"], name="loan_of_household"),
            models.Index(fields=["maturity"], name="loan_maturity", condition=Q(state="released")),
        ]

    def __str__(self) -> str:
        return self.contract or f"申请 {self.applied_on}"


class Repayment(OfHousehold):
    """还款: principal paid back on a day; interest is the bank's affair and stands in its figures."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="repayments", verbose_name="贷款")
    paid_on = models.DateField("还款日期")
    principal = models.BigIntegerField("归还本金")
    source = models.CharField("来源", max_length=40, default="登记")

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("paid_on", "source"), open_to_scope()),
        "principal": personal(Group.ACCOUNT),
    }
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "paid_on", "id"]
        verbose_name = "还款"
        constraints = [
            models.CheckConstraint(condition=Q(principal__gt=0), name="repayment_positive"),
            models.UniqueConstraint(fields=["loan", "paid_on", "principal"], name="repayment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on}"


class Instalment(OfHousehold):
    """分期还本: so much principal is due on a day by the contract. `upto` is what is due by this day in all: what of it is paid follows from the balance."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="instalments", verbose_name="贷款")
    due_on = models.DateField("应还日期")
    principal = models.BigIntegerField("应还本金（分）")
    upto = models.BigIntegerField("累计应还（分）")

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        "due_on": open_to_scope(),
        **dict.fromkeys(("principal", "upto"), personal(Group.ACCOUNT)),
    }
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["loan", "due_on"]
        verbose_name = "分期还本"
        constraints = [
            models.UniqueConstraint(fields=["loan", "due_on"], name="instalment_once_a_day"),
            models.CheckConstraint(condition=Q(principal__gt=0, upto__gte=F("principal")), name="instalment_adds_up"),
        ]
        indexes = [models.Index(fields=["due_on"], name="instalment_due")]

    def __str__(self) -> str:
        return f"{self.due_on}"
