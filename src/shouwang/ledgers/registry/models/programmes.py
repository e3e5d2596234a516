"""What a household earns in a window, and what it is to a programme from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.ledgers.registry.income import EXPENSE_FIELDS, INCOME_FIELDS, SIDE_FIELDS, per_capita
from shouwang.ledgers.registry.models.households import Household, OfHousehold, OfHouseholdQuerySet
from shouwang.ledgers.registry.models.shared import STANDARD_SYSTEMS

PER_HEAD = F("net") / F("persons")  # whole 分, cut towards zero; for finding candidates, never for a decision


class IncomeStatement(OfHousehold):
    """Income of a household in one window of twelve months, integer 分; `net` is stored and must equal the sum."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="incomes", verbose_name="户")
    window_type = models.CharField("周期类型", max_length=10)
    window_start = models.DateField("周期起")
    window_end = models.DateField("周期止（不含）")
    persons = models.PositiveSmallIntegerField("共同生活人数")
    wage = models.BigIntegerField("工资性收入", default=0)
    business = models.BigIntegerField("生产经营性收入", default=0)
    property_dividend = models.BigIntegerField("资产收益分红", default=0)
    property_other = models.BigIntegerField("其他财产性收入", default=0)
    transfer_family_planning = models.BigIntegerField("计划生育金", default=0)
    transfer_dibao = models.BigIntegerField("低保金", default=0)
    transfer_tekun = models.BigIntegerField("特困供养金", default=0)
    transfer_pension = models.BigIntegerField("养老金", default=0)
    transfer_ecological = models.BigIntegerField("生态补偿金", default=0)
    transfer_other = models.BigIntegerField("其他转移性收入", default=0)
    business_expense = models.BigIntegerField("生产经营性支出", default=0)
    out_of_pocket = models.BigIntegerField("合规自付支出", default=0)
    claims_paid = models.BigIntegerField("理赔收入", default=0)
    net = models.BigIntegerField("纯收入", editable=False)
    checked_on = models.DateField("核查日期")
    is_latest = models.BooleanField("最近一期", default=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys((*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS, "net"), sensitive(Group.INCOME)),
        **dict.fromkeys(("window_type", "window_start", "window_end", "persons", "checked_on", "is_latest"), personal(Group.INCOME)),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-window_end", "-id"]
        verbose_name = "家庭收入"
        constraints = [
            models.UniqueConstraint(fields=["household", "window_type", "window_start"], name="income_one_per_window"),
            models.UniqueConstraint(fields=["household"], condition=Q(is_latest=True), name="income_one_latest_per_household"),
            models.CheckConstraint(condition=Q(window_end__gt=F("window_start")), name="income_window_in_order"),
            models.CheckConstraint(condition=Q(persons__gte=1), name="income_persons_positive"),
            models.CheckConstraint(
                condition=Q(**{f"{f}__gte": 0 for f in (*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS)}),
                name="income_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(net=sum((F(f) for f in INCOME_FIELDS[1:]), F(INCOME_FIELDS[0])) - F("business_expense")),
                name="income_net_is_the_sum",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "is_latest"], name="income_by_county"),
            models.Index(PER_HEAD, name="income_per_head", condition=Q(is_latest=True)),
        ]

    def __str__(self) -> str:
        return f"{self.window_start} ～ {self.last_day}"

    @property
    def last_day(self) -> dt.date:
        """The last day of the window."""
        return self.window_end - dt.timedelta(days=1)

    @property
    def per_head(self) -> Decimal:
        """Net income per head in yuan, for display; thresholds use income.below."""
        return per_capita(self.net, self.persons)


class ProgrammeStatus(OfHousehold):
    """What a household is to a programme from `since` until `until` (half-open): 未脱贫, 已脱贫, 边缘户 …"""

    household = models.ForeignKey(Household, models.PROTECT, related_name="statuses", verbose_name="户")
    programme = models.CharField("项目", max_length=12)
    standard_system = models.CharField("标准体系", max_length=20)
    standing = models.CharField("属性（类别）", max_length=12)
    risks = models.CharField("返贫致贫风险", max_length=120, blank=True)
    since = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    document = models.CharField("依据文件", max_length=120, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("programme", "since", "until", "document"), open_to_scope()),
        **dict.fromkeys(("standard_system", "standing", "risks"), sensitive(Group.BASE)),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-since", "-id"]
        verbose_name = "项目状态"
        constraints = [
            models.UniqueConstraint(fields=["household", "programme"], condition=Q(until=None), name="programme_status_one_open"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="programme_status_dates_in_order"),
            models.CheckConstraint(condition=Q(programme__in=("registration", "monitoring")), name="programme_status_programme_known"),
            models.CheckConstraint(condition=Q(standard_system__in=STANDARD_SYSTEMS), name="programme_status_standard_system_known"),
        ]
        indexes = [models.Index(fields=["programme", "standing", "county"], name="programme_status_by_standing")]

    def __str__(self) -> str:
        return f"{self.programme} {self.standing}"
