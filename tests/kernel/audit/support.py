"""Rows for the tests of the audit, and the raw access that a tamperer would use."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.db import connection

from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.seal import Sealer

NOW = dt.datetime(2020, 2, 17, 1, 30, 0, 250_000, tzinfo=dt.UTC)
TODAY = dt.date(2020, 2, 17)


def write_events(count: int, *, start: int = 0, at: dt.datetime = NOW) -> list[int]:
    """`count` events that all differ; returns their ids."""
    rows = Event.objects.bulk_create(
        Event(
            recorded_at=at + dt.timedelta(seconds=n),
            business_at=TODAY,
            actor_id=n % 7 or None,
            actor_name=f"经办人{n % 7}",
            office_code=f"440513-{n % 3}",
            office_name="潮阳区扶贫办",
            verb="registry.household.edit",
            sentence="修改了户信息",
            ledger="registry.household",
            record_id=str(n),
            changes={"size": [n, n + 1], "note": ["旧", f"新{n}"], "rate": [0.5, 1.0]},
            reason="核对" if n % 2 else "",
            request_id=f"request-{n}",
            device="desk",
        )
        for n in range(start, start + count)
    )
    return [r.pk for r in rows]


def sealed_chain(count: int, block_rows: int) -> list[int]:
    """`count` sealed events in blocks of `block_rows`; returns their ids."""
    ids = write_events(count)
    assert Sealer(block_rows).tick(NOW) == count
    return ids


def raw(sql: str, *params: Any) -> int:
    """Run a statement behind the application's back; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


COLUMNS: dict[str, Any] = {
    "recorded_at": NOW + dt.timedelta(days=3),
    "business_at": dt.date(2021, 1, 1),
    "actor_id": 424242,
    "actor_name": "他人",
    "office_code": "440514-0",
    "office_name": "潮南区扶贫办",
    "on_behalf_of": "某人",
    "verb": "registry.household.view",
    "sentence": "查看了户信息",
    "ledger": "registry.member",
    "record_id": "999999",
    "changes": '{"size": [1, 99]}',
    "reason": "改过的理由",
    "request_id": "other",
    "device": "phone",
}


def swap(one: int, two: int) -> None:
    """Exchange the ids of two rows."""
    for source, target in ((one, -1), (two, one), (-1, two)):
        raw("UPDATE audit_event SET id = %s WHERE id = %s", target, source)


def copy_row(source: int, target: int) -> None:
    """Insert a copy of a row under an id of one's choice."""
    columns = ", ".join(COLUMNS)
    raw(f"INSERT INTO audit_event (id, {columns}) SELECT %s, {columns} FROM audit_event WHERE id = %s", target, source)  # noqa: S608 - constants


def tamper(rng: random.Random, ids: list[int]) -> tuple[str, int]:
    """One random tamper with the sealed rows `ids`; returns what a verification must find and at which id."""
    kind, row = rng.choice(["update", "update", "update", "delete", "insert", "swap"]), rng.choice(ids)
    if kind == "update":
        column = rng.choice(sorted(COLUMNS))
        assert raw(f"UPDATE audit_event SET {column} = %s WHERE id = %s", COLUMNS[column], row) == 1  # noqa: S608 - constants
        return "row_changed", row
    if kind == "delete":
        assert raw("DELETE FROM audit_event WHERE id = %s", row) == 1
        return "row_missing", row
    if kind == "insert":
        target = rng.choice([-row, 0])
        copy_row(row, target)
        return "row_added", target
    other = rng.choice([i for i in ids if i != row])
    swap(row, other)
    return "row_changed", row
