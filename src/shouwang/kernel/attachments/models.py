"""Files by hash: a row says which record a file belongs to and in what role; the bytes lie sealed under the data folder."""

from __future__ import annotations

import uuid

from django.db import models


class Attachment(models.Model):
    """One file of one record. `digest` is the SHA-256 of the content as stored (pictures re-encoded); equal contents share one file.

    Opening a `sensitive` one leaves a row in the audit.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ledger = models.CharField("台账", max_length=40)
    record_id = models.CharField("记录", max_length=60)
    role = models.CharField("用途", max_length=20)
    name = models.CharField("文件名", max_length=200)
    mime = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64)
    sensitive = models.BooleanField("敏感", default=True)
    added_by = models.CharField("上传人", max_length=40)
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ledger", "record_id", "role", "digest"], name="same_file_once_per_record_and_role")]
        indexes = [models.Index(fields=["digest"], name="attachment_digest")]

    def __str__(self) -> str:
        return self.name
