"""One INSERT for many rows given as columns: the loader's way past the ORM, which builds an object and 50 expressions a row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Max
from django.utils import timezone

from shouwang.kernel.privacy.fields import EncryptedTextField

AS_THEY_ARE = frozenset({"BigAutoField", "BigIntegerField", "CharField", "ForeignKey", "PositiveIntegerField", "PositiveSmallIntegerField"})


def next_keys(model: type[models.Model], n: int) -> list[int]:
    """The n primary keys after the last one; right only while nobody else inserts, as in a demonstration being set up."""
    last = model._base_manager.aggregate(n=Max("pk"))["n"] or 0
    return list(range(last + 1, last + n + 1))


def insert_rows(model: type[models.Model], keys: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert a Record's rows from columns by field name; identity, version and time stamps are added here.

    Every other stored field must be named. Sealed fields are given as texts; "" or None = nothing. The key sequence is moved on.
    """
    now, n = timezone.now(), len(keys)
    if not n:
        return
    uids = [uuid.uuid4() for _ in keys]
    given = {**columns, "id": keys, "uid": uids, "version": [1] * n, "created_at": [now] * n, "updated_at": [now] * n}
    fields = model._meta.concrete_fields
    db = connections[DEFAULT_DB_ALIAS]  # the connection itself: asking the proxy a million times takes seconds
    ready = [_prepared(f, given[f.name], uids, db) for f in fields]
    names = ", ".join(db.ops.quote_name(str(f.column)) for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {db.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608 - names of the model
    with db.cursor() as cursor:
        cursor.executemany(statement, list(zip(*ready, strict=True)))
        for reset in db.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(reset)


def _prepared(field: Any, values: Sequence[Any], uids: Sequence[uuid.UUID], db: Any) -> Sequence[Any]:
    """Values as the database takes them; numbers and texts are so already, equal others are prepared once."""
    if isinstance(field, EncryptedTextField):
        spec, wrap = field.spec, db.Database.Binary
        return [wrap(spec.seal(text, uid)) if text else None for text, uid in zip(values, uids, strict=True)]
    if field.get_internal_type() in AS_THEY_ARE:
        return values
    known: dict[Any, Any] = {}
    out = []
    for value in values:
        if value not in known:
            known[value] = field.get_db_prep_save(value, db)
        out.append(known[value])
    return out
