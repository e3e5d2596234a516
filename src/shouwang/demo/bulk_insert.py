"""Many rows given as columns, straight into a table: the loader's way past the ORM, which builds an object and 50 expressions a row.

`rows_of` prepares and seals, in whatever process has the keys; `insert` writes. During a first load the secondary indexes are put
aside and made again in one go; what was put aside is remembered in the database, so that a broken load is put right at the next start.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.models import Max
from django.utils import timezone

from shouwang.kernel.models import Setting
from shouwang.kernel.privacy.fields import EncryptedTextField
from shouwang.ledgers.registry import name_index

AS_THEY_ARE = frozenset({"BigAutoField", "BigIntegerField", "CharField", "ForeignKey", "PositiveIntegerField", "PositiveSmallIntegerField"})
ASIDE = "demo.indexes_put_aside"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table ready to be written: model label, column names, values as the database takes them."""

    model: str
    columns: tuple[str, ...]
    values: list[tuple[Any, ...]]


def next_key(model: type[models.Model]) -> int:
    """The primary key after the last one; right only while nobody else inserts, as in a demonstration being set up."""
    return int(model._base_manager.aggregate(n=Max("pk"))["n"] or 0) + 1


def rows_of(model: type[models.Model], keys: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> Rows:
    """A Record's rows from columns by field name; identity, version and time stamps are added here.

    Every other stored field must be named. Sealed fields are given as texts; "" or None = nothing.
    """
    now, n = timezone.now(), len(keys)
    uids = fresh_uids(n)
    given = {**columns, "id": keys, "uid": uids, "version": [1] * n, "created_at": [now] * n, "updated_at": [now] * n}
    fields = model._meta.concrete_fields
    db = connections[DEFAULT_DB_ALIAS]  # the connection itself: asking the proxy a million times takes seconds
    ready = [_prepared(f, given[f.name], uids, db) for f in fields]
    return Rows(model._meta.label, tuple(str(f.column) for f in fields), list(zip(*ready, strict=True)))


def fresh_uids(n: int) -> list[uuid.UUID]:
    """n identities in ascending order (UUID version 7, RFC 9562): random ones land all over their index and cost a third of a load."""
    stamp = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | 2 << 62
    noise = os.urandom(10 * n)
    tails = sorted(int.from_bytes(noise[at : at + 10]) >> 6 for at in range(0, 10 * n, 10))  # 74 bits: 12 before the variant, 62 after
    return [uuid.UUID(int=stamp | (t >> 62) << 64 | t & (1 << 62) - 1) for t in tails]


def insert(rows: Rows) -> None:
    """Write prepared rows; PostgreSQL by COPY."""
    quote = connection.ops.quote_name
    table, names = quote(apps.get_model(rows.model)._meta.db_table), ", ".join(quote(c) for c in rows.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not _bound(cursor, rows.model):
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows.values:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(rows.columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows.values)  # noqa: S608 - names of the model


def _bound(cursor: Any, model: str) -> bool:
    """Whether row-level security holds for this role on the table: then PostgreSQL copies nothing into it."""
    cursor.execute("SELECT row_security_active(%s)", [apps.get_model(model)._meta.db_table])
    return bool(cursor.fetchone()[0])


def move_on(tables: Iterable[type[models.Model]]) -> None:
    """Let the key sequences go on after the keys given by hand."""
    with connection.cursor() as cursor:
        for reset in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(reset)


def put_aside(tables: Iterable[type[models.Model]]) -> None:
    """Drop the secondary indexes of empty tables, not what keeps a row from being written twice; with the drop goes the note of it."""
    names = [m._meta.db_table for m in tables]
    listed = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%%' AND tbl_name = %s",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef NOT LIKE 'CREATE UNIQUE%%' AND tablename = %s",
    }[connection.vendor]
    with transaction.atomic(), connection.cursor() as cursor:
        found: dict[str, str] = {}
        for name in names:
            cursor.execute(listed, [name])
            found |= dict(cursor.fetchall())
        Setting.objects.create(key=ASIDE, value=found)
        for index in found:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(index)}")
        name_index.suspend(connection)


def is_aside() -> bool:
    """Whether a load broke off and its indexes are still to be made."""
    return Setting.objects.filter(pk=ASIDE).exists()


def put_back() -> bool:
    """Make again what was put aside, in one transaction with striking out the note; False where nothing was. Safe to repeat."""
    kept = Setting.objects.filter(pk=ASIDE).first()
    if kept is None:
        return False
    _sorting("PRAGMA threads=2", "PRAGMA temp_store=FILE")  # a second thread; what does not fit into the cache goes to the disk
    with transaction.atomic(), connection.cursor() as cursor:
        for definition in kept.value.values():
            cursor.execute(definition)
        name_index.build(connection)
        kept.delete()
    _sorting("PRAGMA temp_store=MEMORY")
    return True


def _sorting(*pragmas: str) -> None:
    """How SQLite sorts while it makes an index; inside a transaction (a test's) it keeps to what it has."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            for pragma in pragmas:
                cursor.execute(pragma)


def take_stock() -> None:
    """Statistics for the planner after a load; of a large SQLite table a sample."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit=1000")
        cursor.execute("ANALYZE")


def _prepared(field: Any, values: Sequence[Any], uids: Sequence[uuid.UUID], db: Any) -> Sequence[Any]:
    """Values as the database takes them; numbers and texts are so already, equal others are prepared once."""
    if isinstance(field, EncryptedTextField):
        return field.spec.seal_many(values, uids)
    if field.name == "uid":
        return uids if db.features.has_native_uuid_field else [u.hex for u in uids]
    if field.get_internal_type() in AS_THEY_ARE:
        return values
    known: dict[Any, Any] = {}
    out = []
    for value in values:
        if value not in known:
            known[value] = field.get_db_prep_save(value, db)
        out.append(known[value])
    return out
