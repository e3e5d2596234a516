"""An import: the file, what its rows would do, what was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.columns.sheet import VERDICTS
from shouwang.kernel.imports.lifecycle import IMPORT
from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal
from shouwang.kernel.privacy.fields import EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass
from shouwang.kernel.regions.scope import Scope


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports of a person's office."""

    def within(self, scope: Scope) -> ImportQuerySet:
        """The person's own, and those of the own office (and of whoever delegated) for kinds of workbook the person may import."""
        if scope.everything:
            return self
        offices = {h.office_id for h in scope.holds if h.office_id} | ({scope.office.id} if scope.office else set())
        return self.filter(models.Q(user_id=scope.user_id) | models.Q(office_id__in=offices))


class Import(Record):
    """导入批次: one uploaded workbook. `digest` names the sealed file; `counts` are rows by verdict, then written, failed, withdrawn."""

    sheet = models.CharField("表种", max_length=40)
    state = models.CharField("状态", max_length=12, choices=IMPORT.choices, default=IMPORT.initial, editable=False)
    name = models.CharField("文件名", max_length=200)
    digest = models.CharField("摘要", max_length=64)
    size = models.PositiveIntegerField("字节数")
    template_version = models.CharField("模板版本", max_length=20, blank=True)
    worksheet = models.CharField("工作表", max_length=100, blank=True)
    header = models.JSONField("表头", default=dict)
    notes = models.JSONField("提示", default=list)
    counts = models.JSONField("行数", default=dict)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="导入人")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="机构")
    uploaded_on = models.DateField("上传日期")
    job_id = models.BigIntegerField("后台任务", null=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        (
            *("sheet", "state", "name", "digest", "size", "template_version", "worksheet", "header", "notes", "counts"),
            *("uploaded_on", "job_id"),
        ),
        open_to_scope(),
    )
    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "导入批次"
        indexes = [
            models.Index(fields=["office", "-id"], name="import_of_office"),
            models.Index(fields=["sheet", "digest"], name="import_of_file"),
        ]

    def __str__(self) -> str:
        return self.name

    def covers(self, scope: Scope, permission: str) -> bool:
        """The person's own, or the own office's."""
        return scope.may(permission) and (
            scope.everything or type(self).objects.within(scope).filter(pk=self.pk).exists() or self.pk is None
        )


class ImportRow(models.Model):
    """导入行: what one row would do. `faults` are [label, value as shown, remedy]; personal numbers in them are masked."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="rows", verbose_name="批次")
    row = models.PositiveIntegerField("行号")
    key = models.CharField("所属记录", max_length=60)
    label = models.CharField("名称", max_length=60, blank=True)
    verdict = models.CharField("判定", max_length=8, choices=list(VERDICTS.items()))
    faults = models.JSONField("错误", default=list)
    changes = models.JSONField("变更项", default=list)
    suspects = models.JSONField("疑似记录", default=list)
    decision = models.CharField("处理", max_length=8, blank=True, choices=[("other", "不是同一人，照常导入"), ("skip", "是同一人，不导入")])
    decided_by = models.CharField("处理人", max_length=40, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("row", "key", "verdict", "changes", "decision", "decided_by", "reason"), open_to_scope()),
        **dict.fromkeys(("label", "faults", "suspects"), personal(Group.BASE)),
    }

    class Meta:
        ordering = ["batch", "row"]
        verbose_name = "导入行"
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "row"], name="import_row_by_verdict")]

    def __str__(self) -> str:
        return f"第 {self.row} 行"

    def covers(self, scope: Scope, permission: str) -> bool:
        """As its import."""
        return self.batch.covers(scope, permission)


class ImportReceipt(Record):
    """导入回执: what was written for one record of the ledger, once. `before` restores it on withdrawal."""

    batch = models.ForeignKey(Import, models.PROTECT, related_name="receipts", verbose_name="批次")
    key = models.CharField("所属记录", max_length=60)
    outcome = models.CharField("结果", max_length=8)
    target = models.BigIntegerField("记录编号")
    before = EncryptedTextField("原值", data_class=DataClass.IDENTITY, null=True)
    withdrawn = models.BooleanField("已撤回", default=False)
    kept_because = models.CharField("未撤回原因", max_length=200, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("key", "outcome", "target", "withdrawn", "kept_because"), open_to_scope())

    class Meta:
        ordering = ["batch", "id"]
        verbose_name = "导入回执"
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="import_receipt_once_per_record")]

    def __str__(self) -> str:
        return self.key


class ColumnMapping(models.Model):
    """列对应: for files with these headers, which column a person has said is which field ("" = left out)."""

    sheet = models.CharField("表种", max_length=40)
    office = models.ForeignKey(Office, models.CASCADE, related_name="+", verbose_name="机构")
    signature = models.CharField("表头特征", max_length=32)
    columns = models.JSONField("对应关系", default=dict)

    class Meta:
        verbose_name = "列对应"
        constraints = [models.UniqueConstraint(fields=["sheet", "office", "signature"], name="column_mapping_once_per_office")]

    def __str__(self) -> str:
        return self.signature

    def covers(self, scope: Scope, permission: str) -> bool:
        """The own office's."""
        return scope.may(permission)
