"""The table of data keys; kernel/models.py imports it, so that it belongs to the kernel's app."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class DataKey(models.Model):
    """A key that seals data of one class, itself wrapped by the key of keys. Never deleted: old cells, files and backups need it.

    `key_id` is random (1 … 2**32-1), so that keys of two installations do not meet. `kek_id` names the key that wraps it.
    At most one key per class is active (`retired_at` empty): it seals; retired ones only open.
    """

    key_id = models.BigIntegerField("密钥编号", primary_key=True)
    data_class = models.CharField("数据类", max_length=20)
    algorithm = models.CharField("算法", max_length=12)
    wrapped = models.BinaryField("加封的密钥")
    kek_id = models.CharField("主密钥编号", max_length=16)
    created_at = models.DateTimeField("建立时间")
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects: ClassVar[models.Manager[DataKey]] = models.Manager()

    class Meta:
        app_label = "kernel"
        ordering = ["data_class", "created_at", "key_id"]
        constraints = [
            models.UniqueConstraint(fields=["data_class"], condition=Q(retired_at__isnull=True), name="data_key_one_active_per_class"),
            models.CheckConstraint(condition=Q(key_id__gt=0, key_id__lt=2**32), name="data_key_id_of_32_bits"),
        ]

    def __str__(self) -> str:
        return f"{self.data_class} {self.key_id:08x}"
