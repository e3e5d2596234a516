"""Public-welfare posts held: the term, its months, its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, personal, sensitive
from shouwang.ledgers.employment.lifecycle import APPOINTMENT
from shouwang.ledgers.employment.models.workers import LabourQuerySet, Worker, WorkRecord, by_place
from shouwang.ledgers.registry.models import Household, OfHousehold


class WelfareAppointment(OfHousehold):
    """公益岗位聘用: a worker holds a public-welfare post from `starts_on` until `ends_on` (half-open), on top of the work record.

    `days_worked` and `paid` repeat the months entered. `left_on` is the first day no longer worked, once it has ended. Money is 分.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="appointments", verbose_name="劳动力")
    record = models.OneToOneField(WorkRecord, models.PROTECT, related_name="appointment", verbose_name="务工记录")
    state = models.CharField("状态", max_length=8, choices=APPOINTMENT.choices, default=APPOINTMENT.initial, editable=False)
    starts_on = models.DateField("聘期起")
    ends_on = models.DateField("聘期届满")
    pay = models.BigIntegerField("月报酬")
    renewals = models.PositiveSmallIntegerField("续聘次数", default=0, editable=False)
    days_worked = models.PositiveIntegerField("累计出勤天数", default=0, editable=False)
    paid = models.BigIntegerField("累计已发报酬", default=0, editable=False)
    left_on = models.DateField("离岗日期", null=True, blank=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("state", "starts_on", "ends_on", "renewals", "days_worked", "left_on"), personal(Group.LABOUR)),
        **dict.fromkeys(("pay", "paid"), sensitive(Group.LABOUR)),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["ends_on", "id"]
        verbose_name = "公益岗位聘用"
        constraints = [
            models.UniqueConstraint(fields=["worker"], condition=Q(state="active"), name="appointment_one_per_person"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")) & Q(pay__gt=0), name="appointment_days_in_order"),
            models.CheckConstraint(
                condition=Q(state="active", left_on=None) | Q(state="ended", left_on__isnull=False), name="appointment_ended_has_a_day"
            ),
        ]
        indexes = by_place("appointment", "ends_on")

    def __str__(self) -> str:
        return f"{self.starts_on} {self.record.employer}"


class WelfareMonth(OfHousehold):
    """公益岗位月度出勤: days worked and pay handed out in one calendar month (`month` = its first day)."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    appointment = models.ForeignKey(WelfareAppointment, models.PROTECT, related_name="months", verbose_name="公益岗位聘用")
    month = models.DateField("月份")
    days = models.PositiveSmallIntegerField("出勤天数")
    pay = models.BigIntegerField("已发报酬")

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("month", "days"), personal(Group.LABOUR)),
        "pay": sensitive(Group.LABOUR),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["-month"]
        verbose_name = "公益岗位月度出勤"
        constraints = [
            models.UniqueConstraint(fields=["appointment", "month"], name="welfare_month_once"),
            models.CheckConstraint(condition=Q(days__lte=31) & Q(pay__gte=0) & Q(month__day=1), name="welfare_month_sound"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
