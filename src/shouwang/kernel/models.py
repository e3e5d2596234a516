"""Tables of the kernel's own mechanisms."""

from __future__ import annotations

import uuid

from django.db import models

from shouwang.kernel.privacy.models_datakey import DataKey
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope


class Record(models.Model):
    """Abstract: a row of a ledger, with an identity of its own for audit and encryption and a version that every change raises."""

    uid = models.UUIDField("标识", default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        abstract = True


class Setting(models.Model):
    """A value an administrator set, by name; every change goes through the audit."""

    key = models.CharField("名称", max_length=60, primary_key=True)
    value = models.JSONField("值")

    def __str__(self) -> str:
        return self.key

    def covers(self, scope: Scope, permission: str) -> bool:
        """Settings belong to no place: whoever holds the permission anywhere sets them."""
        return scope.may(permission)


class Holiday(models.Model):
    """One day whose working or resting differs from its weekday, for a kind of actor ("" = everyone) and a region (null = everywhere)."""

    day = models.DateField("日期")
    working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40)
    actor = models.CharField("适用对象", max_length=20, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="适用区划")
    source = models.CharField("依据", max_length=200)
    provisional = models.BooleanField("暂定", default=False)

    class Meta:
        ordering = ["day"]
        constraints = [
            # Two, because SQLite takes no two empty regions for equal.
            models.UniqueConstraint(fields=["day", "actor"], condition=models.Q(region__isnull=True), name="holiday_once_per_actor"),
            models.UniqueConstraint(fields=["day", "actor", "region"], name="holiday_once_per_actor_and_region"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """The table serves the whole installation."""
        return scope.may(permission)


class SavedView(models.Model):
    """A named set of filters, sort and columns of one list, of a user or of a whole office."""

    table = models.CharField("列表", max_length=40)
    name = models.CharField("名称", max_length=40)
    user_id = models.BigIntegerField("用户", null=True, blank=True)
    office_id = models.BigIntegerField("机构", null=True, blank=True)
    query = models.CharField("条件", max_length=1000, blank=True)
    hidden_columns = models.JSONField("隐藏列", default=list)

    class Meta:
        ordering = ["table", "name"]
        constraints = [
            models.UniqueConstraint(fields=["table", "name", "user_id"], name="saved_view_name_once_per_user"),
            models.UniqueConstraint(fields=["table", "name", "office_id"], name="saved_view_name_once_per_office"),
            models.CheckConstraint(
                condition=models.Q(user_id__isnull=False) ^ models.Q(office_id__isnull=False), name="saved_view_of_user_or_office"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FigureSnapshot(models.Model):
    """A figure frozen at a cut-off: the value of one region, and at county level and above the ids of the rows it counted.

    `numerator` and `denominator` are exact (分 or counts); the figure's unit says how they are shown.
    """

    figure = models.CharField("指标", max_length=60)
    figure_version = models.PositiveSmallIntegerField("口径版本")
    cut_off = models.DateTimeField("截至时间")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    numerator = models.BigIntegerField("分子", null=True)
    denominator = models.BigIntegerField("分母", null=True)
    row_ids = models.BinaryField("行标识", null=True)
    frozen_at = models.DateTimeField("冻结时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["figure", "figure_version", "cut_off", "region"], name="figure_frozen_once_per_cut_off")
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.cut_off:%Y-%m-%d %H:%M}"


class Receipt(models.Model):
    """What a form with an operation id has already done: a second press of the button gets the first answer."""

    op_id = models.UUIDField(primary_key=True)
    user_id = models.BigIntegerField(null=True)
    location = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.op_id)


__all__ = ["DataKey", "FigureSnapshot", "Holiday", "Receipt", "Record", "SavedView", "Setting"]
