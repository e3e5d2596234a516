"""Shocks, and the numbers of the year before that they are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, open_to_scope
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.impact.policies import VIEW


class PublicQuerySet(models.QuerySet[Any]):
    """Rows that are public knowledge: whoever holds the permission anywhere reads all of them."""

    def within(self, scope: Scope, permission: str = VIEW) -> PublicQuerySet:
        """All, or none without the permission."""
        return self if scope.may(permission) else self.none()


class PlacedQuerySet(models.QuerySet[Any]):
    """Rows that lie at a place."""

    def within(self, scope: Scope, permission: str = VIEW) -> PlacedQuerySet:
        """Those at the places of the permission."""
        return self.filter(scope.q(permission))


class Shock(Record, Placed):
    """冲击事件: what hits a place (its `region`) from `starts_on` until `ends_on` (half-open; empty while it lasts).

    `baseline_on` is the day that changes are counted from.
    """

    code = models.CharField("代码", max_length=30)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=10)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    baseline_on = models.DateField("基准日")
    document = models.CharField("依据文件", max_length=200)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("code", "name", "kind", "starts_on", "ends_on", "baseline_on", "document"), open_to_scope()
    )
    row_reach: ClassVar = Reach(public=True)
    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "code"]
        verbose_name = "冲击事件"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="shock_code_once"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="shock_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.name


class YearBase(Record, Placed):
    """上年同期数: a figure's value of the year before, from a document; `amount` is in the figure's exact unit (counts, 分)."""

    figure = models.CharField("指标", max_length=60)
    year = models.PositiveSmallIntegerField("年份")
    amount = models.BigIntegerField("数值")
    document = models.CharField("来源", max_length=200)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("figure", "year", "amount", "document"), open_to_scope())
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["figure", "-year", "region"]
        verbose_name = "上年同期数"
        constraints = [
            models.UniqueConstraint(fields=["region", "figure", "year"], name="year_base_once_per_region_and_figure"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="year_base_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.year}"
