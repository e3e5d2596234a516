"""The append-only event and the blocks that seal it."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


def _never(self: Any, *_: Any, **__: Any) -> NoReturn:
    """Refuses: what is written stays as it was written."""
    model = getattr(self, "model", type(self))
    raise TypeError(f"{model.__name__} rows are never changed or deleted")


class AppendOnly(models.QuerySet[M]):
    """A queryset that reads and inserts."""

    update = bulk_update = delete = _never


class Written(models.Model):
    """Abstract: a row that is inserted once and afterwards only read."""

    objects = models.Manager.from_queryset(AppendOnly)()

    class Meta:
        abstract = True

    def save(self, *, force_insert: Any = False, using: str | None = None, **_: Any) -> None:
        """Insert; a row that has an id already is refused."""
        if self.pk is not None and not force_insert:
            _never(self)
        super().save(force_insert=True, using=using)

    delete = _never


class Event(Written):
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
    record_id = models.CharField("记录编号", max_length=60)
    changes = models.JSONField("变更", default=dict)
    reason = models.CharField("理由", max_length=500, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    device = models.CharField(max_length=8, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["ledger", "record_id", "id"], name="event_of_record"),
            models.Index(fields=["business_at", "id"], name="event_of_day"),
            models.Index(fields=["office_code", "id"], name="event_of_office"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb}"


class Seal(Written):
    """A block over the events first_id … last_id (the ids that exist in that range when it is sealed, which are all that ever will).

    digest = SM3 of (previous digest, Merkle root, first, last, count, sealed_at). `marks` holds the id and the first 8 bytes of the leaf
    of every row, so that a damaged block can say which row it was; the root, not the marks, is what is trusted.
    """

    first_id = models.BigIntegerField("首条", unique=True)
    last_id = models.BigIntegerField("末条", unique=True)
    count = models.PositiveIntegerField("条数")
    root = models.CharField("默克尔根", max_length=64)
    previous = models.CharField("前一区块", max_length=64, unique=True)
    digest = models.CharField("本区块", max_length=64, unique=True)
    marks = models.BinaryField("行标记")
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        ordering = ["first_id"]
        constraints = [models.CheckConstraint(condition=models.Q(last_id__gte=models.F("first_id")), name="seal_range_in_order")]

    def __str__(self) -> str:
        return f"{self.first_id}—{self.last_id}"
