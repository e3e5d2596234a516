"""Employment subsidies: amounts by date and place, claims on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.accounts.models import User
from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.lifecycle import SUBSIDY
from shouwang.ledgers.employment.models.posts import Employer, MarketQuerySet
from shouwang.ledgers.employment.models.workers import LabourQuerySet, Worker, by_place
from shouwang.ledgers.registry.models import Household, OfHousehold


class SubsidyRate(Record, Placed):
    """就业补贴标准: what an office entered for its place from `valid_from` on; it goes before rulebook/employment_subsidies.yaml.

    `amount` is 分 a person and unit of the kind; `band` is empty where the kind has none.
    """

    kind = models.CharField("补贴项目", max_length=12)
    band = models.CharField("务工地分档", max_length=14, blank=True)
    amount = models.BigIntegerField("金额")
    valid_from = models.DateField("起始日期")
    document = models.CharField("依据文件", max_length=160)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("kind", "band", "amount", "valid_from", "document"), open_to_scope())
    row_reach: ClassVar = Reach(public=True)
    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "band", "-valid_from"]
        verbose_name = "就业补贴标准"
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "band", "valid_from"], name="subsidy_rate_once_a_day"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="subsidy_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.valid_from}"


class SubsidyClaim(OfHousehold):
    """就业补贴申领: a worker's (with the household) or an employer's, for [starts_on, ends_on) (a kind paid once has no end).

    `amount` (分) and `basis`, its derivation line by line, are reckoned when the claim is checked (subsidies.reckon).
    `returned` (分) is what the bank paid where that was not the amount, until it is.
    `failure` (a code) and `failed_on` are of the last payment the bank returned, `correction` what was put right; no account is kept here.
    """

    household = models.ForeignKey(  # type: ignore[assignment]  # an employer's claim is of no household
        Household, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="户"
    )
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="subsidies", null=True, blank=True, verbose_name="劳动力")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="subsidies", null=True, blank=True, verbose_name="用工单位")
    kind = models.CharField("补贴项目", max_length=12)
    band = models.CharField("务工地分档", max_length=14, blank=True)
    state = models.CharField("状态", max_length=10, choices=SUBSIDY.choices, default=SUBSIDY.initial, editable=False)
    persons = models.PositiveIntegerField("人数", default=1)
    starts_on = models.DateField("期间起")
    ends_on = models.DateField("期间止", null=True, blank=True)
    applied_on = models.DateField("申领日期")
    amount = models.BigIntegerField("金额", null=True, editable=False)
    basis = models.JSONField("计算依据", default=list, editable=False)
    checker = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name="审核账号")
    checked_by = models.CharField("审核人", max_length=40, blank=True, editable=False)
    approved_by = models.CharField("批准人", max_length=40, blank=True, editable=False)
    paid_on = models.DateField("发放日期", null=True, blank=True, editable=False)
    voucher = models.CharField("拨付凭证", max_length=60, blank=True, editable=False)
    returned = models.BigIntegerField("银行发放金额", null=True, editable=False)
    failure = models.CharField("失败原因", max_length=12, blank=True, editable=False)
    failed_on = models.DateField("失败日期", null=True, blank=True, editable=False)
    correction = models.CharField("补正情况", max_length=120, blank=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("kind", "band", "state", "persons", "starts_on", "ends_on", "applied_on", "paid_on"), personal(Group.LABOUR)),
        **dict.fromkeys(("failure", "failed_on", "correction"), personal(Group.LABOUR)),
        **dict.fromkeys(("amount", "basis", "returned"), sensitive(Group.LABOUR)),
        **dict.fromkeys(("checked_by", "approved_by", "voucher"), open_to_scope()),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["-applied_on", "-id"]
        verbose_name = "就业补贴申领"
        constraints = [
            models.CheckConstraint(
                condition=Q(worker__isnull=False, household__isnull=False, employer=None, persons=1)
                | Q(worker=None, household=None, employer__isnull=False),
                name="subsidy_of_a_worker_or_an_employer",
            ),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="subsidy_days_in_order"),
            models.CheckConstraint(condition=Q(persons__gte=1), name="subsidy_persons_positive"),
            models.CheckConstraint(condition=Q(state__in=("applied", "refused")) | Q(amount__gt=0), name="subsidy_checked_has_an_amount"),
            models.CheckConstraint(
                condition=(Q(state="paid") & Q(paid_on__isnull=False)) | (~Q(state="paid") & Q(paid_on=None)), name="subsidy_paid_has_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | (~Q(failure="") & Q(failed_on__isnull=False)), name="subsidy_failed_says_why_and_when"
            ),
        ]
        indexes = by_place("subsidy", "state")

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_on}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the household; an employer's where it was registered."""
        return super().covers(scope, permission) if self.household_id is not None else scope.may_at(permission, self)
