"""What the bank says of a period, the subsidy run, and each household's payment in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.accounts.models import User
from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.ledgers.credit.lifecycle import PAYMENT, RUN
from shouwang.ledgers.credit.models.loans import LEVELS, CreditQuerySet, Loan
from shouwang.ledgers.registry.models import Household, OfHousehold

ONE = dt.timedelta(days=1)
# A county's run stands beside each payment of its villages, though the run is not theirs to work on.
LISTED_IN = "SELECT DISTINCT found.run_id FROM credit_subsidyitem found WHERE {places:found}"


class BankFigure(OfHousehold):
    """银行数: what the bank reckoned for a loan and period beside what we reckon; 分. An `our_*` is as of the import, and kept."""

    class State(models.TextChoices):
        SAME = "same", "一致"
        TAIL = "tail", "尾差"
        DIFFERS = "differs", "有差异"
        SETTLED = "settled", "差异已处理"

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="figures", verbose_name="贷款")
    start = models.DateField("结息期起")
    end = models.DateField("结息期止（不含）")
    interest = models.BigIntegerField("银行利息")
    subsidy = models.BigIntegerField("银行贴息")
    balance = models.BigIntegerField("银行余额")
    our_interest = models.BigIntegerField("复算利息")
    our_subsidy = models.BigIntegerField("复算贴息")
    our_balance = models.BigIntegerField("台账余额")
    lines = models.JSONField("算式", default=list)
    state = models.CharField("核对结果", max_length=8, choices=State)
    note = models.CharField("处理说明", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("start", "end", "state"), open_to_scope()),
        **dict.fromkeys(
            ("interest", "subsidy", "balance", "our_interest", "our_subsidy", "our_balance", "lines", "note"), personal(Group.ACCOUNT)
        ),
    }
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "银行数"
        constraints = [
            models.UniqueConstraint(fields=["loan", "start", "end"], name="bank_figure_once_per_period"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="bank_figure_period_in_order"),
        ]
        indexes = [*(models.Index(fields=[level, "state", "-id"], name=f"bank_figure_by_{level}") for level in LEVELS)]

    def __str__(self) -> str:
        return f"{self.start} ～ {self.end - ONE}"


class SubsidyRun(Record, Placed):
    """贴息批次: the subsidy of one county, settlement and channel. `total` and `count` are sums of its items."""

    start = models.DateField("结算期起")
    end = models.DateField("结算期止（不含）")
    channel = models.CharField("贴息方式", max_length=10)
    state = models.CharField("批次状态", max_length=10, choices=RUN.choices, default=RUN.initial, editable=False)
    total = models.BigIntegerField("贴息总额", default=0)
    count = models.PositiveIntegerField("笔数", default=0)
    computed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="计算人")
    computed_on = models.DateField("计算日期")
    checked_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="复核人")
    posted_on = models.DateField("公示日期", null=True, blank=True)
    ordered_on = models.DateField("送拨日期", null=True, blank=True)
    paid_on = models.DateField("拨付日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("start", "end", "channel", "state", "total", "count", "computed_on", "posted_on", "ordered_on", "paid_on"), open_to_scope()
    )
    row_reach: ClassVar = Reach(keys=(Keys("id", LISTED_IN),))
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["-end", "-id"]
        verbose_name = "贴息批次"
        constraints = [
            models.UniqueConstraint(
                fields=["county", "start", "end", "channel"], condition=~Q(state="dropped"), name="subsidy_run_once_per_period"
            ),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="subsidy_run_period_in_order"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | Q(computed_by=None) | ~Q(checked_by=F("computed_by")), name="subsidy_run_second_person"
            ),
        ]
        indexes = [models.Index(fields=["county", "-end"], name="subsidy_run_of_county")]

    def __str__(self) -> str:
        return f"{self.start} ～ {self.end - ONE}"


class SubsidyItem(OfHousehold):
    """贴息明细: the subsidy of one loan in a run, with the lines that derive it, and what became of the payment."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    run = models.ForeignKey(SubsidyRun, models.PROTECT, related_name="items", verbose_name="批次")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="items", verbose_name="贷款")
    amount = models.BigIntegerField("贴息金额")
    interest = models.BigIntegerField("本期利息")
    days = models.PositiveSmallIntegerField("贴息天数")
    lines = models.JSONField("算式", default=list)
    state = models.CharField("发放状态", max_length=8, choices=PAYMENT.choices, default=PAYMENT.initial, editable=False)
    dropped = models.BooleanField("批次已作废", default=False, editable=False)
    returned = models.BigIntegerField("银行发放金额", null=True, blank=True)
    failure = models.CharField("失败原因", max_length=12, blank=True)
    failed_on = models.DateField("失败日期", null=True, blank=True)
    paid_on = models.DateField("发放日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("state", "dropped", "failed_on", "paid_on", "days"), open_to_scope()),
        **dict.fromkeys(("amount", "interest", "lines", "returned"), personal(Group.ACCOUNT)),
        "failure": sensitive(Group.ACCOUNT),
    }
    objects = CreditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "贴息明细"
        constraints = [
            models.UniqueConstraint(fields=["run", "loan"], name="subsidy_item_once_per_run"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="subsidy_item_not_negative"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(failure=""), name="subsidy_item_failed_says_why"),
        ]
        indexes = [*(models.Index(fields=[level, "state", "-id"], name=f"subsidy_item_by_{level}") for level in LEVELS)]

    def __str__(self) -> str:
        return f"{self.run_id}"
