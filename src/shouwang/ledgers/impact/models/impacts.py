"""Impacts by cause, the survey that looks for them, the measures taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.impact.codes import CAUSES, SUBJECTS
from shouwang.ledgers.impact.lifecycle import MEASURE
from shouwang.ledgers.impact.models.shocks import Shock
from shouwang.ledgers.impact.policies import VIEW
from shouwang.ledgers.registry.models import HelperAssignment, Household, Member, OfHousehold


class BesideQuerySet(models.QuerySet[Any]):
    """Rows beside a household, or at a place where there is none."""

    def within(self, scope: Scope, permission: str = VIEW) -> BesideQuerySet:
        """By place, or by assignment of the household."""
        if scope.user_id is None:
            return self.filter(scope.q(permission))
        mine = HelperAssignment.objects.filter(user_id=scope.user_id, until=None).values("household_id")
        return self.filter(scope.q(permission, assigned=Q(household_id__in=mine)))


class ImpactRecord(OfHousehold):
    """影响: one cause on one household, worker, product, project or loan; open until `recovered_on`.

    `source_ledger` and `source_id` name the record of the ledger that wrote it: one row per record and cause. Amounts in 分 over `period`;
    `loss` = expected − now where both are known. `subject` names a thing, never a person. `followed` is the household change by which
    the row came to its household (kernel.shifts).
    """

    household = models.ForeignKey(  # type: ignore[assignment]  # unlike the base, an impact may be of no household
        Household, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="户"
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="人")
    shock = models.ForeignKey(Shock, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="冲击事件")
    cause = models.CharField("影响原因", max_length=16)
    subject_kind = models.CharField("影响对象", max_length=10)
    subject = models.CharField("对象说明", max_length=120, blank=True)
    source_ledger = models.CharField("来源台账", max_length=40)
    source_id = models.CharField("来源记录", max_length=40)
    began_on = models.DateField("开始日期")
    period = models.CharField("金额时段", max_length=6, default="once")
    expected = models.BigIntegerField("原预计（分）", null=True, blank=True)
    now = models.BigIntegerField("现预计（分）", null=True, blank=True)
    loss = models.BigIntegerField("损失（分）", null=True, blank=True)
    recovery_on = models.DateField("预计恢复日期", null=True, blank=True)
    recovered_on = models.DateField("恢复日期", null=True, blank=True)
    compensation = models.CharField("补偿进展", max_length=10, blank=True)
    compensated = models.BigIntegerField("补偿金额（分）", null=True, blank=True)
    note = models.CharField("情况说明", max_length=300, blank=True)
    followed = models.BigIntegerField("户变动编号", null=True, blank=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(
            ("cause", "subject_kind", "subject", "source_ledger", "source_id", "began_on", "period", "recovery_on", "recovered_on"),
            open_to_scope(),
        ),
        **dict.fromkeys(("expected", "now", "loss", "compensation", "compensated"), personal(Group.INCOME)),
        "note": sensitive(Group.CASE),
        "followed": open_to_scope(),
    }
    objects = BesideQuerySet.as_manager()

    class Meta:
        ordering = ["-began_on", "-id"]
        verbose_name = "影响记录"
        constraints = [
            models.UniqueConstraint(fields=["source_ledger", "source_id", "cause"], name="impact_once_per_source_and_cause"),
            models.CheckConstraint(condition=Q(cause__in=CAUSES), name="impact_cause_known"),
            models.CheckConstraint(condition=Q(subject_kind__in=SUBJECTS), name="impact_subject_known"),
            models.CheckConstraint(condition=Q(loss=None) | Q(loss__gte=0), name="impact_loss_not_negative"),
            models.CheckConstraint(condition=Q(compensation="") | Q(cause="wildlife"), name="impact_compensation_for_wildlife_only"),
        ]
        indexes = [
            *(
                models.Index(fields=[level, "-began_on", "-id"], name=f"impact_by_{level}")
                for level in ("city", "county", "town", "village")
            ),
            models.Index(fields=["household", "recovered_on"], name="impact_of_household"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.began_on}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the household; by place where it is of none."""
        return super().covers(scope, permission) if self.household_id else scope.may_at(permission, self)


class ImpactSurvey(OfHousehold):
    """影响排查: somebody asked the household whether the shock hit it; each asking is a row."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    shock = models.ForeignKey(Shock, models.PROTECT, related_name="+", verbose_name="冲击事件")
    surveyed_on = models.DateField("排查日期")
    means = models.CharField("排查方式", max_length=8)
    affected = models.BooleanField("受影响")
    surveyor = models.CharField("排查人", max_length=40)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("surveyed_on", "means", "affected", "surveyor"), open_to_scope())
    objects = BesideQuerySet.as_manager()

    class Meta:
        ordering = ["-surveyed_on", "-id"]
        verbose_name = "影响排查"
        indexes = [models.Index(fields=["household", "-surveyed_on"], name="survey_of_household")]

    def __str__(self) -> str:
        return f"{self.surveyed_on} {self.surveyor}"


class FittedMeasure(OfHousehold):
    """分类施策措施: a measure of rulebook impact_measures taken for a household, with the clause as it stood then."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    code = models.CharField("措施代码", max_length=30)
    name = models.CharField("措施", max_length=60)
    cause = models.CharField("针对原因", max_length=16)
    clause = models.CharField("依据", max_length=300)
    taken_on = models.DateField("采取日期")
    due_on = models.DateField("办理期限")
    state = models.CharField("状态", max_length=8, choices=MEASURE.choices, default=MEASURE.initial)
    done_on = models.DateField("办结日期", null=True, blank=True)
    result = models.CharField("落实情况", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("code", "name", "cause", "clause", "taken_on", "due_on", "state", "done_on"), open_to_scope()),
        "result": sensitive(Group.CASE),
    }
    objects = BesideQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_on", "-id"]
        verbose_name = "分类施策措施"
        constraints = [
            models.UniqueConstraint(fields=["household", "code"], condition=Q(state="open"), name="fitted_measure_once_while_open"),
        ]

    def __str__(self) -> str:
        return self.name
