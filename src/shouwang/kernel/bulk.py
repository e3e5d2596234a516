"""One INSERT for many records: past the ORM's compiler, which builds fifty expressions a row, but not past its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

from shouwang.kernel.privacy.sealed import Sealed

# Python values of these go to both databases as they are.
AS_THEY_ARE = frozenset({"CharField", "TextField", "BigIntegerField", "IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"})
SIMPLE = (str, int, type(None))


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert new records of one model in one statement and give them their ids, as `bulk_create` would; call inside a transaction.

    What a field does before it is stored (time stamps, sealing, search columns) is done; values are those of the fields' own types.
    """
    if not rows:
        return
    model, db = type(rows[0]), connections[DEFAULT_DB_ALIAS]
    fields = [f for f in model._meta.concrete_fields if not f.generated]
    with transaction.atomic():
        for row, key in zip(rows, take_keys(model, len(rows)), strict=True):
            row.pk = key
        columns = [_column(f, rows, db) for f in fields]
        names = ", ".join(db.ops.quote_name(str(f.column)) for f in fields)
        marks = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {db.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608 - names of the model
        with db.cursor() as cursor:
            cursor.executemany(statement, list(zip(*columns, strict=True)))
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def take_keys(model: type[models.Model], n: int) -> list[int]:
    """n fresh primary keys: from the sequence, or on SQLite behind the largest, where the open transaction keeps every other writer out."""
    db = connections[DEFAULT_DB_ALIAS]
    table, column = model._meta.db_table, str(model._meta.pk.column)
    with db.cursor() as cursor:
        if db.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [f'"{table}"', column, n])
            return [row[0] for row in cursor.fetchall()]
        # The sequence remembers keys of deleted rows too: an audit row must never come to mean another record.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        last = found[0] if found else 0
        return list(range(last + 1, last + n + 1))


def _column(field: Any, rows: Sequence[models.Model], db: Any) -> list[Any]:
    """One field of every row as the database takes it; equal values are prepared once."""
    values = [field.pre_save(row, True) for row in rows]
    kind = field.get_internal_type()
    if kind in AS_THEY_ARE and all(isinstance(v, SIMPLE) for v in values):
        return values
    if kind == "ForeignKey" or field.primary_key:
        return values
    known: dict[Any, Any] = {}
    out = []
    for value in values:
        if isinstance(value, Sealed):
            out.append(db.Database.Binary(value.stored))
            continue
        try:
            key = (value.__class__, value)
            if key not in known:
                known[key] = field.get_db_prep_save(value, db)
            out.append(known[key])
        except TypeError:  # a list or dict: not hashable
            out.append(field.get_db_prep_save(value, db))
    return out
