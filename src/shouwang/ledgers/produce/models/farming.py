"""Spring ploughing: what a village needs, and what arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, open_to_scope
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Reach
from shouwang.ledgers.produce.models.lots import PlacedQuerySet
from shouwang.ledgers.produce.models.trade import MarketQuerySet


class InputNeed(Record, Placed):
    """备耕需求: an input for a crop in a village and year; `amount` in the input's unit (rulebook input_units), to two places."""

    year = models.PositiveSmallIntegerField("年份")
    crop = models.CharField("作物", max_length=16)
    item = models.CharField("农资", max_length=12)
    amount = models.DecimalField("需求量", max_digits=12, decimal_places=2)
    needed_by = models.DateField("最迟到位日期")

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("year", "crop", "item", "amount", "needed_by"), open_to_scope())
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["needed_by", "id"]
        verbose_name = "备耕需求"
        constraints = [
            models.UniqueConstraint(fields=["region", "year", "crop", "item"], name="input_need_once_per_village_crop_and_item"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="input_need_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.crop} {self.item}"


class Supplier(Record, Placed):
    """农资供应商: a firm or shop; it lies where it was entered. `goods` are codes of rulebook inputs between commas; contact is the firm's own, no person's."""

    name = models.CharField("名称", max_length=80)
    goods = models.CharField("供应农资", max_length=80)
    address = models.CharField("地点", max_length=80)
    contact_line = models.CharField("单位电话", max_length=20, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("name", "goods", "address", "contact_line"), open_to_scope())
    row_reach: ClassVar = Reach(public=True)
    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "农资供应商"
        constraints = [models.UniqueConstraint(fields=["name"], name="supplier_name_once")]

    def __str__(self) -> str:
        return self.name


class InputDelivery(Record, Placed):
    """农资到货: so much of a need arrived from a supplier."""

    need = models.ForeignKey(InputNeed, models.PROTECT, related_name="deliveries", verbose_name="备耕需求")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="deliveries", verbose_name="农资供应商")
    amount = models.DecimalField("到货量", max_digits=12, decimal_places=2)
    arrived_on = models.DateField("到货日期")

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("amount", "arrived_on"), open_to_scope())
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-arrived_on", "-id"]
        verbose_name = "农资到货"
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="input_delivery_is_something")]

    def __str__(self) -> str:
        return f"{self.arrived_on} {self.supplier_id}"
