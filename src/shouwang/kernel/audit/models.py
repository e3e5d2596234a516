"""The append-only event and the blocks that seal it."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One act on one record, written in the transaction of the act; no foreign keys, so that nothing it names can take it along."""

    recorded_at = models.DateTimeField("记录时间")
    business_at = models.DateField("业务日期")
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_name = models.CharField("操作人", max_length=40)
    office_code = models.CharField("机构代码", max_length=40, blank=True)
    office_name = models.CharField("机构", max_length=80, blank=True)
    on_behalf_of = models.CharField("代", max_length=40, blank=True)
    verb = models.CharField("动作", max_length=60)
    sentence = models.CharField("动作说明", max_length=120)
    ledger = models.CharField("台账", max_length=40)
    record_id = models.CharField("记录编号", max_length=40)
    changes = models.JSONField("变更", default=dict)
    reason = models.CharField("理由", max_length=500, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    device = models.CharField(max_length=8, blank=True)

    class Meta:
        indexes = [models.Index(fields=["ledger", "record_id", "id"], name="event_of_record")]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb}"


class Seal(models.Model):
    """A sealed range of events: hash = SM3(previous hash, Merkle root, first, last, count)."""

    first_id = models.BigIntegerField("首条", unique=True)
    last_id = models.BigIntegerField("末条", unique=True)
    count = models.PositiveIntegerField("条数")
    root = models.CharField("默克尔根", max_length=64)
    previous = models.CharField("前一区块", max_length=64)
    digest = models.CharField("本区块", max_length=64, unique=True)
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        ordering = ["first_id"]

    def __str__(self) -> str:
        return f"{self.first_id}—{self.last_id}"
