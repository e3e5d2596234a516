"""The watch: rules and thresholds that offices set beside the published ones, sweeps and what became of them, saved simulations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.engine.rules import Rule
from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, open_to_scope
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.watch.lifecycle import PROPOSAL
from shouwang.ledgers.monitoring.watch.policies import RULES, SIMULATE


class WatchQuerySet(models.QuerySet[Any]):
    """Rows that say nothing about anybody: whoever works with them anywhere reads them all, and writes at the own place."""

    def within(self, scope: Scope, permission: str = RULES) -> WatchQuerySet:
        """All of them to holders of the permission, none to others."""
        return self if scope.may(permission) else self.none()


class Proposal(Record, Placed):
    """Abstract: something an office proposes for its place and a second person approves; append-only once approved."""

    state = models.CharField("状态", max_length=10, choices=PROPOSAL.choices, default=PROPOSAL.initial, editable=False)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("依据", max_length=200)
    author_id = models.BigIntegerField("拟定人编号", null=True, editable=False)
    author = models.CharField("拟定人", max_length=40, editable=False)
    approver = models.CharField("审批人", max_length=40, blank=True, editable=False)
    decided_on = models.DateField("审批日期", null=True, blank=True, editable=False)
    reason = models.CharField("审批意见", max_length=300, blank=True, editable=False)

    row_reach: ClassVar = Reach(public=True)
    objects = WatchQuerySet.as_manager()

    class Meta:
        abstract = True


PROPOSED = ("state", "valid_from", "valid_to", "source", "author_id", "author", "approver", "decided_on", "reason")


class RuleVersion(Proposal):
    """规则版本: one version of an office's own rule. `body` is what the engine reads (engine.rules.Rule.as_data, days as text)."""

    rule = models.CharField("规则编号", max_length=60)
    number = models.PositiveIntegerField("版本号")
    name = models.CharField("规则名称", max_length=60)
    body = models.JSONField("规则内容", default=dict)
    trial = models.JSONField("试算结果", default=dict, blank=True, editable=False)
    trial_digest = models.CharField("试算时的规则摘要", max_length=64, blank=True, editable=False)
    backtest = models.JSONField("回测结果", default=dict, blank=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(PROPOSED, open_to_scope()),
        **dict.fromkeys(("rule", "number", "name", "body", "trial", "trial_digest", "backtest"), open_to_scope()),
    }

    class Meta:
        ordering = ["rule", "-number"]
        verbose_name = "规则版本"
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.UniqueConstraint(fields=["rule"], condition=Q(state__in=("draft", "submitted")), name="rule_version_one_in_hand"),
            models.CheckConstraint(condition=Q(state__in=list(PROPOSAL.states)), name="rule_version_state_known"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="rule_version_days_in_order"),
            models.CheckConstraint(condition=~Q(state="approved") | ~Q(approver=""), name="rule_version_approved_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第 {self.number} 版"

    def read(self) -> Rule:
        """What the engine works with. Raises SweepRefused naming rule, field, value and remedy."""
        days = {k: dt.date.fromisoformat(v) for k in ("valid_from", "valid_to") if (v := self.body.get(k))}
        return Rule.read({**self.body, **days})


class ThresholdChange(Proposal):
    """阈值调整: an office's own value of a parameter at its place, beside the published one. `value` is whole, money in 分."""

    param = models.CharField("参数", max_length=60)
    value = models.BigIntegerField("值")

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(PROPOSED, open_to_scope()),
        **dict.fromkeys(("param", "value"), open_to_scope()),
    }

    class Meta:
        ordering = ["param", "-valid_from", "-id"]
        verbose_name = "阈值调整"
        constraints = [
            models.UniqueConstraint(
                fields=["param", "region", "valid_from"], condition=~Q(state="returned"), name="threshold_change_once_a_day_and_place"
            ),
            models.CheckConstraint(condition=Q(value__gt=0), name="threshold_change_positive"),
            models.CheckConstraint(condition=Q(state__in=list(PROPOSAL.states)), name="threshold_change_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.param} {self.value}"


class SweepRun(Record, Placed):
    """筛查: one run of the rules over a snapshot, for the counties below `region`.

    `counts`: leads found, recorded, repeated, merged, known; `towns`: {town code: {found, recorded}}; `manifest`: the engine's own.
    """

    class State(models.TextChoices):
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"

    class Mode(models.TextChoices):
        FULL = "full", "全量筛查"
        DELTA = "delta", "增量筛查"

    mode = models.CharField("方式", max_length=8, choices=Mode)
    state = models.CharField("状态", max_length=8, choices=State, default=State.RUNNING)
    asof = models.DateField("数据截至")
    started_by = models.CharField("发起人", max_length=40)
    job = models.BigIntegerField("后台任务", null=True)
    snapshot = models.CharField("快照", max_length=40, blank=True)
    counts = models.JSONField("结果", default=dict)
    towns = models.JSONField("各镇（街道）", default=dict)
    manifest = models.JSONField("运行清单", default=dict)
    message = models.CharField("说明", max_length=1000, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("mode", "state", "asof", "started_by", "job", "snapshot", "counts", "towns", "manifest", "message", "finished_at"), open_to_scope()
    )
    row_reach: ClassVar = Reach(public=True)
    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "筛查"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=("running", "done", "failed")), name="sweep_run_state_known"),
            models.CheckConstraint(condition=Q(mode__in=("full", "delta")), name="sweep_run_mode_known"),
            models.CheckConstraint(condition=Q(state="running") | Q(finished_at__isnull=False), name="sweep_run_over_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.asof}"


class SavedScenarioQuerySet(models.QuerySet[Any]):
    """Scenarios of a place."""

    def within(self, scope: Scope, permission: str = SIMULATE) -> SavedScenarioQuerySet:
        """Those saved at a place the permission covers."""
        return self.filter(scope.q(permission))


class SavedScenario(Record, Placed):
    """模拟情景: the form of a simulation under a name; it is computed anew each time it is opened."""

    name = models.CharField("情景名称", max_length=40)
    body = models.JSONField("情景内容", default=dict)
    saved_by = models.CharField("保存人", max_length=40)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("name", "body", "saved_by"), open_to_scope())
    objects = SavedScenarioQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "模拟情景"
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="saved_scenario_once_a_place")]

    def __str__(self) -> str:
        return self.name


class SimulationRun(Record, Placed):
    """模拟计算: one question over one snapshot for a place too large to be computed while somebody waits; `result` {} until it is done.

    `digest` is of the question, the counties and the snapshot; households stand in it as lake keys only.
    """

    digest = models.CharField("情景摘要", max_length=64, editable=False)
    asof = models.DateField("数据截至")
    body = models.JSONField("情景内容", default=dict)
    result = models.JSONField("结果", default=dict, blank=True)
    started_by = models.CharField("发起人", max_length=40)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("digest", "asof", "body", "result", "started_by"), open_to_scope())
    objects = SavedScenarioQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "模拟计算"
        constraints = [models.UniqueConstraint(fields=["region", "digest"], name="simulation_run_once_a_place")]

    def __str__(self) -> str:
        return f"{self.asof} 模拟计算"
