"""Comparing the registry with another official system's export: the comparison, and each difference it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, sensitive
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.models.households import Household
from shouwang.ledgers.registry.models.members import Member
from shouwang.ledgers.registry.policies import EDIT

KINDS = ("only_ours", "only_theirs", "field")
WHERES = ("ours", "theirs", "both")
# A county's comparison stands beside each difference of its towns, though its file is not theirs to open.
DIFFERING = "SELECT DISTINCT found.latest_id FROM registry_difference found WHERE {places:found}"


class ComparedQuerySet(models.QuerySet[Any]):
    """Comparisons and differences of a scope: for who keeps the files of the place."""

    def within(self, scope: Scope, permission: str = EDIT) -> ComparedQuerySet:
        """Those whose place the permission covers."""
        return self.filter(scope.q(permission))


class Reconciliation(Record, Placed):
    """比对: one export of another system held against the households of a region. Nothing of ours is changed by it."""

    class State(models.TextChoices):
        MAPPING = "mapping", "待确认列"
        RUNNING = "running", "比对中"
        DONE = "done", "已比对"

    system = models.CharField("对方系统", max_length=12)
    file_name = models.CharField("文件名", max_length=200)
    taken_on = models.DateField("数据导出日期")
    uploaded_by = models.CharField("上传人", max_length=40)
    state = models.CharField("比对状态", max_length=10, choices=State, default=State.MAPPING)
    signature = models.CharField("表头标识", max_length=32, blank=True)
    mapping = models.JSONField("列对应", default=dict)
    counts = models.JSONField("比对数", default=dict)
    problems = models.JSONField("不能识别的单元格", default=list)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("system", "file_name", "taken_on", "uploaded_by", "state", "signature", "mapping", "counts"), open_to_scope()),
        "problems": open_to_scope(),
    }
    row_reach: ClassVar = Reach(keys=(Keys("id", DIFFERING),))
    objects = ComparedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "数据比对"
        constraints = [models.CheckConstraint(condition=Q(state__in=("mapping", "running", "done")), name="reconciliation_state_known")]
        indexes = [models.Index(fields=["system", "signature"], name="reconciliation_mapping")]

    def __str__(self) -> str:
        return f"{self.file_name}（{self.taken_on}）"


class Difference(Record, Placed):
    """差异: one thing that is not the same here and there. Values are kept as their masks only.

    `key` says what it is about, so that a later export finds it again; one open row a key and system. `latest` is the comparison
    that saw it last.
    """

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        DECIDED = "decided", "已定更正地点"
        CLOSED = "closed", "已一致"

    latest = models.ForeignKey(Reconciliation, models.PROTECT, related_name="differences", verbose_name="最近一次比对")
    household = models.ForeignKey(Household, models.PROTECT, related_name="differences", null=True, blank=True, verbose_name="户")
    member = models.ForeignKey(Member, models.PROTECT, related_name="differences", null=True, blank=True, verbose_name="成员")
    system = models.CharField("对方系统", max_length=12)
    key = models.CharField("差异标识", max_length=64)
    kind = models.CharField("差异类型", max_length=12)
    column = models.CharField("字段", max_length=24, blank=True)
    about = models.CharField("户编号（人）", max_length=80)
    group = models.CharField("字段组", max_length=12, default="base")
    ours = models.CharField("我方", max_length=120, blank=True)
    theirs = models.CharField("对方", max_length=120, blank=True)
    where = models.CharField("更正地点", max_length=8)
    state = models.CharField("处理状态", max_length=8, choices=State, default=State.OPEN)
    note = models.CharField("处理说明", max_length=300, blank=True)
    closed_on = models.DateField("一致日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("system", "kind", "column", "group", "where", "state", "closed_on", "key"), open_to_scope()),
        **dict.fromkeys(("about", "ours", "theirs", "note"), sensitive(Group.BASE)),
    }
    objects = ComparedQuerySet.as_manager()

    class Meta:
        ordering = ["where", "column", "id"]
        verbose_name = "数据差异"
        constraints = [
            models.UniqueConstraint(fields=["system", "key"], condition=~Q(state="closed"), name="difference_open_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="difference_kind_known"),
            models.CheckConstraint(condition=Q(where__in=WHERES), name="difference_where_known"),
            models.CheckConstraint(condition=Q(state="closed") | Q(closed_on=None), name="difference_closed_on_a_day"),
        ]
        indexes = [
            models.Index(fields=["town", "state", "where"], name="difference_of_town"),
            models.Index(fields=["county", "state", "where"], name="difference_of_county"),
            models.Index(fields=["latest", "state"], name="difference_of_comparison"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.column}"
