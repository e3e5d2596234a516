"""Epidemic risk levels as published, and the case counts a preview is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, open_to_scope
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Reach
from shouwang.ledgers.impact.codes import LEVELS
from shouwang.ledgers.impact.models.shocks import PublicQuerySet


class EpidemicRiskLevel(Record, Placed):
    """疫情风险等级: the level of one county-level unit from `from_on` on, as a document published it.

    The unit is a code of six digits, for it may lie in another province; the row lies at the unit where that is one of ours, else at the
    city that entered it. Cities without counties (东莞、中山) are units themselves.
    """

    unit_code = models.CharField("单元代码", max_length=6)
    unit_name = models.CharField("县级单元", max_length=60)
    level = models.CharField("风险等级", max_length=6)
    from_on = models.DateField("起始日期")
    document = models.CharField("公布文件", max_length=200)
    published_on = models.DateField("公布日期")

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("unit_code", "unit_name", "level", "from_on", "document", "published_on"), open_to_scope()
    )
    row_reach: ClassVar = Reach(public=True)
    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["-from_on", "unit_code"]
        verbose_name = "疫情风险等级"
        constraints = [
            models.UniqueConstraint(fields=["unit_code", "from_on"], name="risk_level_once_per_unit_and_day"),
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="risk_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.from_on}"


class CaseReport(Record, Placed):
    """病例通报: what a county reported for a day; only a preview of the level is made from it."""

    day = models.DateField("通报日期")
    fresh = models.PositiveIntegerField("新增确诊")
    total = models.PositiveIntegerField("累计确诊")
    cluster = models.BooleanField("聚集性疫情", default=False)
    document = models.CharField("来源", max_length=200)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("day", "fresh", "total", "cluster", "document"), open_to_scope())
    row_reach: ClassVar = Reach(public=True)
    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "region"]
        verbose_name = "病例通报"
        constraints = [
            models.UniqueConstraint(fields=["region", "day"], name="case_report_once_a_day"),
            models.CheckConstraint(condition=Q(fresh__lte=models.F("total")), name="case_report_new_within_total"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}"
