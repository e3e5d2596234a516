"""Departures in batches: who leaves when on which bus for which place, and what is kept for the disease-control centre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.models import Placed, Region
from shouwang.ledgers.employment.lifecycle import BATCH, TRIP
from shouwang.ledgers.employment.models.posts import PlacedQuerySet
from shouwang.ledgers.employment.models.workers import LabourQuerySet, Worker, by_place
from shouwang.ledgers.registry.models import Household, OfHousehold


class Batch(Record, Placed):
    """返岗批次: the departures of a place on the days from `day_from` to `day_to` (both included), planned by engine.batching.

    `result` holds bound, gap and tiers; nobody's name. `run` counts the plans.
    """

    name = models.CharField("批次名称", max_length=60)
    day_from = models.DateField("首日")
    day_to = models.DateField("末日")
    day_cap = models.PositiveIntegerField("每日发送上限", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=BATCH.choices, default=BATCH.initial, editable=False)
    run = models.PositiveSmallIntegerField("第几次编排", default=0, editable=False)
    result = models.JSONField("编排结果", default=dict, editable=False)
    failure = models.CharField("未编出原因", max_length=300, blank=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("name", "day_from", "day_to", "day_cap", "state", "run", "result", "failure"), open_to_scope()
    )
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "返岗批次"
        constraints = [
            models.CheckConstraint(condition=Q(day_to__gte=F("day_from")), name="batch_days_in_order"),
            models.CheckConstraint(condition=Q(state__in=list(BATCH.states)), name="batch_state_known"),
        ]
        indexes = by_place("batch", "-id")

    def __str__(self) -> str:
        return self.name


class BatchDestination(Record, Placed):
    """接收地: where a batch goes; without the number of a joint-control approval nobody is sent there."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="destinations", verbose_name="返岗批次")
    place_code = models.CharField("接收地代码", max_length=6)
    place_name = models.CharField("接收地", max_length=40)
    approval = models.CharField("联防联控批准文号", max_length=60, blank=True)
    cap = models.PositiveIntegerField("每日接收上限", null=True, blank=True)
    receiver = models.CharField("接收单位", max_length=60, blank=True)
    receiver_line = models.CharField("接收单位电话", max_length=40, blank=True)
    days_away = models.PositiveSmallIntegerField("车辆往返天数", default=2)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("place_code", "place_name", "approval", "cap", "receiver", "receiver_line", "days_away"), open_to_scope()
    )
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "place_code"]
        verbose_name = "接收地"
        constraints = [
            models.UniqueConstraint(fields=["batch", "place_code"], name="batch_destination_once"),
            models.CheckConstraint(condition=Q(days_away__gte=1), name="batch_destination_days_positive"),
        ]

    def __str__(self) -> str:
        return self.place_name


class BatchVehicle(Record, Placed):
    """车辆: a bus of a batch, serving the county `base`; `broken_on` = out of service from that day."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="vehicles", verbose_name="返岗批次")
    base = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="服务的区（县）")
    plate = models.CharField("车牌号", max_length=12)
    seats = models.PositiveSmallIntegerField("核定座位（不含司机）")
    broken_on = models.DateField("停用日期", null=True, blank=True)
    broken_why = models.CharField("停用原因", max_length=120, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("plate", "seats", "broken_on", "broken_why"), open_to_scope())
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "plate"]
        verbose_name = "车辆"
        constraints = [
            models.UniqueConstraint(fields=["batch", "plate"], name="batch_vehicle_once"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="batch_vehicle_has_seats"),
        ]

    def __str__(self) -> str:
        return self.plate


class Trip(Record, Placed):
    """班次: one bus on one day to one place. `levels` are the published levels of both ends it was planned under."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="trips", verbose_name="返岗批次")
    vehicle = models.ForeignKey(BatchVehicle, models.PROTECT, related_name="trips", verbose_name="车辆")
    destination = models.ForeignKey(BatchDestination, models.PROTECT, related_name="trips", verbose_name="接收地")
    day = models.DateField("出发日期")
    seats = models.PositiveSmallIntegerField("可用座位")
    approval = models.CharField("联防联控批准文号", max_length=60)
    levels = models.CharField("两地风险等级", max_length=40, blank=True)
    state = models.CharField("状态", max_length=10, choices=TRIP.choices, default=TRIP.initial, editable=False)
    warning = models.CharField("途中提示", max_length=200, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("day", "seats", "approval", "levels", "state", "warning"), open_to_scope())
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["day", "id"]
        verbose_name = "班次"
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "day"], name="trip_once_per_vehicle_and_day"),
            models.CheckConstraint(condition=Q(state__in=list(TRIP.states)), name="trip_state_known"),
        ]
        indexes = by_place("trip", "day")

    def __str__(self) -> str:
        return f"{self.day} {self.vehicle} {self.destination}"


class Traveller(OfHousehold):
    """返岗人员: one worker of a batch: health, group, and the seat found or the constraint that binds."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="travellers", verbose_name="返岗批次")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="+", verbose_name="劳动力")
    destination = models.ForeignKey(BatchDestination, models.PROTECT, related_name="+", verbose_name="接收地")
    boarding = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="上车点")
    employer = models.CharField("务工单位", max_length=80)
    latest = models.DateField("最晚出发")
    group = models.CharField("同行组", max_length=12, blank=True)
    declared = models.BooleanField("已健康申报", default=False)
    temperature = models.DecimalField("体温（℃）", max_digits=3, decimal_places=1, null=True, blank=True)
    quarantine_until = models.DateField("隔离至", null=True, blank=True)
    trip = models.ForeignKey(Trip, models.SET_NULL, related_name="riders", null=True, blank=True, verbose_name="班次")
    seat = models.PositiveSmallIntegerField("座位号", null=True, blank=True)
    reason = models.CharField("未安排原因", max_length=20, blank=True)
    boarded = models.BooleanField("已上车", default=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("employer", "latest", "group", "boarded", "seat"), personal(Group.LABOUR)),
        **dict.fromkeys(("declared", "temperature", "quarantine_until"), sensitive(Group.HEALTH)),
        "reason": sensitive(Group.LABOUR),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["batch", "id"]
        verbose_name = "返岗人员"
        constraints = [
            models.UniqueConstraint(fields=["batch", "worker"], name="traveller_once_per_batch"),
            models.UniqueConstraint(fields=["trip", "seat"], name="traveller_one_per_seat"),
            models.CheckConstraint(condition=Q(trip=None) | Q(reason=""), name="traveller_seated_or_a_reason"),
        ]
        indexes = by_place("traveller", "batch")

    def __str__(self) -> str:
        return f"{self.batch_id} {self.worker_id}"


class ForgottenList(models.JSONField):
    """A list the audit does not copy: once deleted it must be gone."""

    derived = True


class TraceRelease(Record, Placed):
    """密接调阅: who sat near whom, released to the disease-control centre on its letter, and deleted after; the act remains on the audit."""

    trip = models.ForeignKey(Trip, models.PROTECT, related_name="releases", verbose_name="班次")
    seat = models.PositiveSmallIntegerField("病例座位号")
    letter = models.CharField("疾控中心公函文号", max_length=60)
    letter_on = models.DateField("公函日期")
    released_on = models.DateField("调阅日期")
    delete_by = models.DateField("应删除日期")
    deleted_on = models.DateField("已删除日期", null=True, blank=True)
    near = ForgottenList("邻近人员（内部编号）", default=list)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("letter", "letter_on", "released_on", "delete_by", "deleted_on"), open_to_scope()),
        **dict.fromkeys(("seat", "near"), sensitive(Group.HEALTH)),
    }
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-released_on", "-id"]
        verbose_name = "密接调阅"
        constraints = [
            models.CheckConstraint(condition=Q(delete_by__gt=F("released_on")), name="trace_release_days_in_order"),
            models.CheckConstraint(condition=Q(deleted_on=None) | Q(near=[]), name="trace_release_deleted_is_empty"),
        ]

    def __str__(self) -> str:
        return self.letter
