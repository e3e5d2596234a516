"""The person able to work, as the employment ledger knows them; what they worked at; what they learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.policies import VIEW
from shouwang.ledgers.registry.models import Household, Member, OfHousehold, OfHouseholdQuerySet

AWAY = ("out_province", "out_city", "cross_district")
AT_WORK = (*AWAY, "in_county")
NOT_AT_WORK = ("wants", "cannot")
STATUSES = ("unsurveyed", *AT_WORK, "home_work", *NOT_AT_WORK)


class LabourQuerySet(OfHouseholdQuerySet):
    """Rows of the employment ledger that belong to a household."""

    def within(self, scope: Scope, permission: str = VIEW) -> LabourQuerySet:
        """Those the permission covers, as for the household."""
        found: LabourQuerySet = super().within(scope, permission)  # type: ignore[assignment]  # the base filters its own class
        return found


def by_place(table: str, *more: str) -> list[models.Index]:
    """Indexes of a scoped list, one a level."""
    return [models.Index(fields=[level, *more], name=f"{table}_by_{level}") for level in ("city", "county", "town", "village")]


class Worker(OfHousehold):
    """劳动力: one row a member able to work, made from the registry. `status` is what the last survey found; "unsurveyed" = nobody asked.

    Name, age, education and telephone stay in the registry. Money is 分 a month. `at_work_last_year`: went out to
    work in the year before, the base of 占上年比例.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    member = models.OneToOneField(Member, models.PROTECT, related_name="+", verbose_name="成员")
    status = models.CharField("就业状况", max_length=14, default="unsurveyed")
    reason = models.CharField("未就业原因", max_length=16, blank=True)
    place_code = models.CharField("务工地代码", max_length=6, blank=True)
    place_name = models.CharField("务工地", max_length=40, blank=True)
    place_detail = models.CharField("务工地镇（街道）", max_length=40, blank=True)
    wage = models.BigIntegerField("月收入", null=True, blank=True)
    skill = models.CharField("技能", max_length=14, blank=True)
    wish = models.CharField("就业意愿", max_length=12, blank=True)
    wish_wage = models.BigIntegerField("期望月收入", null=True, blank=True)
    care_duty = models.BooleanField("需照料家人", default=False)
    cadre_family = models.BooleanField("村干部或其家属", default=False)
    at_work_last_year = models.BooleanField("上年务工", null=True, blank=True)
    surveyed_on = models.DateField("摸底日期", null=True, blank=True)
    surveyed_by = models.CharField("摸底人", max_length=40, blank=True)
    tries = models.PositiveSmallIntegerField("连续未接通次数", default=0)
    tried_on = models.DateField("最近未接通", null=True, blank=True)
    tried_outcome = models.CharField("未接通情况", max_length=12, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("surveyed_on", "surveyed_by", "tries", "tried_on", "tried_outcome"), open_to_scope()),
        **dict.fromkeys(
            ("status", "place_code", "place_name", "place_detail", "skill", "wish", "care_duty", "cadre_family", "at_work_last_year"),
            personal(Group.LABOUR),
        ),
        **dict.fromkeys(("reason", "wage", "wish_wage"), sensitive(Group.LABOUR)),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["household", "id"]
        verbose_name = "劳动力"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="worker_status_known"),
            models.CheckConstraint(
                condition=(Q(status__in=NOT_AT_WORK) & ~Q(reason="")) | (~Q(status__in=NOT_AT_WORK) & Q(reason="")),
                name="worker_out_of_work_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="unsurveyed", surveyed_on=None) | (~Q(status="unsurveyed") & Q(surveyed_on__isnull=False)),
                name="worker_surveyed_has_a_day",
            ),
            models.CheckConstraint(
                condition=(Q(wage=None) | Q(wage__gte=0)) & (Q(wish_wage=None) | Q(wish_wage__gte=0)), name="worker_wages_not_negative"
            ),
        ]
        indexes = by_place("worker", "status", "surveyed_on")

    def __str__(self) -> str:
        return f"{self.member.name}（{self.member.code}）"


class WorkRecord(OfHousehold):
    """务工记录: one stretch of work at one place, from `started_on` until `ended_on` (half-open; empty = still there), or a planned one.

    Two records of a person never overlap: actions.labour holds that under the worker's lock.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="records", verbose_name="劳动力")
    post = models.ForeignKey("employment.Post", models.PROTECT, related_name="records", null=True, blank=True, verbose_name="岗位")
    planned = models.BooleanField("计划务工", default=False)
    started_on = models.DateField("上岗日期")
    ended_on = models.DateField("离岗日期", null=True, blank=True)
    place_code = models.CharField("务工地代码", max_length=6)
    place_name = models.CharField("务工地", max_length=40)
    place_detail = models.CharField("务工地镇（街道）", max_length=40, blank=True)
    employer = models.CharField("务工单位", max_length=80)
    industry = models.CharField("行业", max_length=14)
    monthly_income = models.BigIntegerField("月收入")
    channel = models.CharField("就业渠道", max_length=14)
    contract = models.CharField("合同期限", max_length=14, default="none")
    point_to_point = models.BooleanField("“点对点”返岗", default=False)
    transport_aid = models.BigIntegerField("交通费补助", null=True, blank=True)
    service_need = models.CharField("服务需求", max_length=120, blank=True)
    left_reason = models.CharField("离岗原因", max_length=120, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("planned", "started_on", "ended_on"), personal(Group.LABOUR)),
        **dict.fromkeys(
            ("place_code", "place_name", "place_detail", "employer", "industry", "channel", "contract", "point_to_point"),
            personal(Group.LABOUR),
        ),
        **dict.fromkeys(("monthly_income", "transport_aid", "service_need", "left_reason"), sensitive(Group.LABOUR)),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["worker", "-started_on", "-id"]
        verbose_name = "务工记录"
        constraints = [
            models.CheckConstraint(condition=Q(ended_on=None) | Q(ended_on__gt=F("started_on")), name="work_record_days_in_order"),
            models.CheckConstraint(condition=Q(monthly_income__gt=0), name="work_record_income_positive"),
            models.UniqueConstraint(fields=["worker"], condition=Q(ended_on=None, planned=False), name="work_record_one_open"),
        ]
        indexes = [*by_place("work_record", "-started_on"), models.Index(fields=["worker", "started_on"], name="work_record_of_worker")]

    def __str__(self) -> str:
        return f"{self.started_on} {self.employer}"


class Training(OfHousehold):
    """培训: a course a person took part in."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="trainings", verbose_name="劳动力")
    subject = models.CharField("培训内容", max_length=80)
    skill = models.CharField("技能", max_length=14)
    started_on = models.DateField("开始日期")
    days = models.PositiveSmallIntegerField("天数")
    organiser = models.CharField("组织单位", max_length=80)
    certificate = models.CharField("证书", max_length=80, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("subject", "skill", "started_on", "days", "organiser", "certificate"), personal(Group.LABOUR)
    )
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["worker", "-started_on", "-id"]
        verbose_name = "培训"
        constraints = [models.CheckConstraint(condition=Q(days__gte=1), name="training_days_positive")]
        indexes = by_place("training", "-started_on")

    def __str__(self) -> str:
        return f"{self.started_on} {self.subject}"
