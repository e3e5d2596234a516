"""Rotation and inspection of keys: new data keys, re-encryption of cells in chunks, re-wrapping under a new key of keys.

Each step can be killed at any moment and run again: what is done is seen from the data itself, no progress is stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy import kek
from shouwang.kernel.privacy.errors import KeyRefused
from shouwang.kernel.privacy.fields import EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass, keyring, new_data_key, require_matching_kek, unwrap, wrap_row
from shouwang.kernel.privacy.models_datakey import DataKey
from shouwang.kernel.privacy.sealed import Sealed

CHUNK_ROWS = 500
# Where the four bytes of the key id stand in a cell, counted from 1 as SQL does.
KEY_ID_AT = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One encrypted column of one table."""

    model: type[models.Model]
    field: EncryptedTextField

    @property
    def name(self) -> str:
        """The column's name in the database."""
        return str(self.field.column)

    def cells(self) -> models.QuerySet[Any, tuple[int, UUID, Sealed]]:
        """(primary key, uid, value) of every row that has a value."""
        base: models.Manager[Any] = self.model._base_manager
        return base.exclude(**{f"{self.field.name}__isnull": True}).values_list("pk", "uid", self.field.name)

    @property
    def words(self) -> str:
        """How messages name it."""
        return f"{self.model._meta.verbose_name}·{self.field.verbose_name}（{self.field.spec.place}）"


def columns(data_classes: Iterable[str] | None = None) -> list[Column]:
    """Every encrypted column that has a table, or those of some data classes."""
    wanted = None if data_classes is None else set(data_classes)
    tables = set(connection.introspection.table_names())
    found = (Column(m, f) for m in apps.get_models() for f in m._meta.local_concrete_fields if isinstance(f, EncryptedTextField))
    return [
        c for c in found if c.model._meta.managed and c.model._meta.db_table in tables and (wanted is None or c.field.data_class in wanted)
    ]


def key_counts(column: Column) -> dict[int, int]:
    """{data key id: cells under it} of a column, counted by the database from the heads of the cells."""
    quote = connection.ops.quote_name
    name, start = quote(column.name), column.field.spec.tag_bytes + KEY_ID_AT
    sql = f"SELECT SUBSTR({name}, {start}, 4), COUNT(*) FROM {quote(column.model._meta.db_table)} WHERE {name} IS NOT NULL GROUP BY 1"  # noqa: S608 - names come from models
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {int.from_bytes(bytes(key), "big"): count for key, count in cursor.fetchall()}


def start_rotation(data_classes: Iterable[str], now: dt.datetime) -> list[DataKey]:
    """Retire the active key of each class and make a new one, in one transaction; returns the new rows."""
    held = require_matching_kek(kek.keks()).current()
    fresh = []
    with transaction.atomic():
        for data_class in data_classes:
            DataKey.objects.filter(data_class=data_class, retired_at__isnull=True).update(retired_at=now)
            row = new_data_key(data_class, held)
            row.created_at = now
            row.save(force_insert=True)
            fresh.append(row)
    keyring().forget()
    return fresh


def pending(column: Column) -> int:
    """Cells of the column that are not under the active key of their class."""
    active = keyring().current(str(column.field.data_class)).key_id
    return sum(count for key_id, count in key_counts(column).items() if key_id != active)


def reencrypt(column: Column, *, retag: bool = False, chunk: int = CHUNK_ROWS) -> Iterator[int]:
    """Seal every cell of the column that is under an older key anew; yields the cells rewritten after each chunk's transaction.

    `retag` also renews search tags made under an older blind key. A row changed in the meantime is left as its writer left it, a cell
    that does not open is left too: `pending` and `check` tell of both.
    """
    rows = column.cells().order_by("pk")
    batch = list(rows[:chunk])
    while batch:
        yield _swap(column, [(new, pk, sealed.stored) for pk, uid, sealed in batch if (new := _renewed(sealed.of(uid), retag))])
        batch = list(rows.filter(pk__gt=batch[-1][0])[:chunk])


def _renewed(sealed: Sealed, retag: bool) -> bytes | None:
    """The value sealed anew under the active keys; None where it already is, or where it does not open."""
    spec, uid = sealed.spec, sealed.uid
    current = sealed.key_id == keyring().current(spec.data_class).key_id
    if uid is None or (current and not (retag and spec.blind)):
        return None
    try:
        text = sealed.reveal()
    except Refused:
        return None
    tags = spec.tags(text) if spec.blind else []
    if current and (not tags or sealed.stored.startswith(tags[0])):
        return None
    return spec.seal(text, uid)


def _swap(column: Column, stale: list[tuple[bytes, int, bytes]]) -> int:
    """Write [(new, pk, old)] where the old bytes still stand."""
    if not stale:
        return 0
    quote, meta = connection.ops.quote_name, column.model._meta
    name, pk = quote(column.name), quote(str(meta.pk.column))
    sql = f"UPDATE {quote(meta.db_table)} SET {name} = %s WHERE {pk} = %s AND {name} = %s"  # noqa: S608 - names come from models
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, stale)
    return len(stale)


def rotate_kek(now: dt.datetime) -> list[tuple[DataKey, str]]:
    """Put a new key of keys into the file and wrap all data keys under it; returns [(row, id of its key of keys before)].

    Where an earlier run was cut short, its key is finished with first and no further one is made. The old keys stay in the file: backups
    made before need them until `drop_old_keks`.
    """
    if not kek.is_file():
        raise KeyRefused(
            "主密钥来自环境变量或密钥服务，本程序不能改写。请先在该处换上新主密钥并保留旧的一把，再运行 shouwang keys rotate。"
        )
    path = settings.SHOUWANG_KEK_FILE
    ring = kek.read_ring(path, fit_for_production=False)
    require_matching_kek(ring)
    if not DataKey.objects.exclude(kek_id=ring.current_id).exists():
        ring = ring.with_new(kek.fresh(now))
        kek.replace_ring(path, ring)
    with transaction.atomic():
        rows = [(r, r.kek_id) for r in DataKey.objects.select_for_update().exclude(kek_id=ring.current_id)]
        for row, _ in rows:
            wrap_row(row, unwrap(row, ring).secret, ring.current())
            row.save(update_fields=["kek_id", "wrapped"])
    return rows


def drop_old_keks() -> int:
    """Take the older keys of keys out of the file once no data key needs them; returns how many. Older backups then need an export."""
    ring = kek.read_ring(settings.SHOUWANG_KEK_FILE)
    if needed := DataKey.objects.exclude(kek_id=ring.current_id).count():
        raise KeyRefused(f"还有 {needed} 把数据密钥由旧主密钥加封，不能移除旧主密钥。请先运行 shouwang keys rotate --what kek。")
    kek.replace_ring(settings.SHOUWANG_KEK_FILE, ring.without_old())
    return len(ring.keys) - 1


@dataclass
class Findings:
    """What a check read: data keys opened, cells counted and opened, and what is wrong, in words."""

    keys: int = 0
    cells: int = 0
    opened: int = 0
    older: int = 0
    problems: list[str] = field(default_factory=list)


def check(sample: int = 20) -> Findings:
    """Unwrap every data key, match the key id of every cell, open `sample` cells (first and last by id) of every column; writes nothing."""
    out, ring = Findings(), kek.keks()
    known: dict[int, DataKey] = {}
    for row in DataKey.objects.all():
        known[row.key_id] = row
        try:
            unwrap(row, ring)
            out.keys += 1
        except Refused as refused:
            out.problems.append(refused.message)
    active = {r.data_class for r in known.values() if r.retired_at is None}
    out.problems += [f"“{c}”类没有在用的数据密钥。请运行 shouwang keys init 补建。" for c in DataClass if c not in active]
    for column in columns():
        _check_column(column, known, sample, out)
    return out


def _check_column(column: Column, known: dict[int, DataKey], sample: int, out: Findings) -> None:
    for key_id, count in key_counts(column).items():
        out.cells += count
        if key_id not in known:
            out.problems.append(f"{column.words}有 {count} 个密文使用不存在的数据密钥 {key_id:08x}。请恢复与数据同一时刻的密钥表。")
        elif known[key_id].retired_at is not None:
            out.older += count
    rows = column.cells()
    half = max(1, sample // 2)
    for pk, uid, sealed in {r[0]: r for r in (*rows.order_by("pk")[:half], *rows.order_by("-pk")[:half])}.values():
        try:
            sealed.of(uid).reveal()
            out.opened += 1
        except Refused as refused:
            out.problems.append(f"{column.words}编号 {pk} 的记录：{refused.message}")
