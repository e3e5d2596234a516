"""Sealing: events are chained in blocks about once a second, outside the transactions that wrote them.

docs/algorithms/audit-seal.md gives the format, what is guaranteed and what is not.
"""

from __future__ import annotations

import datetime as dt
import json
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from shouwang.kernel.audit.models import Event, Seal

GENESIS = "0" * 64
BLOCK_ROWS = 5_000
READ_ROWS = 10_000
MARK = 8
_SM3 = hashes.SM3()
_LEAF = hashes.Hash(_SM3)
_LEAF.update(b"\0")
_NODE = hashes.Hash(_SM3)
_NODE.update(b"\1")
_CANON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_TEXT = "actor_name, office_code, office_name, on_behalf_of, verb, sentence, ledger, record_id, reason, request_id, device"


def _columns() -> str:
    """The select list that gives every column as both databases agree on it: times as UTC text, JSON as text."""
    if connection.vendor == "postgresql":
        at, day, changes = "to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", "business_at::text", "changes::text"
    else:
        # An expression has no declared type, so the driver hands the stored text over as it is.
        at, day, changes = "recorded_at || ''", "business_at || ''", "changes || ''"
    return f"id, {at}, {day}, actor_id, {changes}, {_TEXT}"


def leaf(row: Sequence[Any]) -> bytes:
    """SM3(00 ‖ canonical JSON array of the columns), 32 bytes; `row` as `_columns` selects it."""
    values = list(row)
    if len(values[1] or "") == 19:
        values[1] += ".000000"  # SQLite stores whole seconds without a fraction
    try:
        values[4] = json.loads(values[4])
    except (TypeError, ValueError):
        values[4] = ["not JSON", values[4]]
    digest = _LEAF.copy()
    digest.update(_CANON.encode(values).encode("utf-8", "surrogatepass"))
    return digest.finalize()


def leaves(after: int, upto: int) -> Iterator[tuple[int, bytes]]:
    """(id, leaf) of the stored events with after < id ≤ upto, in order of id, read in batches."""
    query = f"SELECT {_columns()} FROM {Event._meta.db_table} WHERE id > %s AND id <= %s ORDER BY id LIMIT {READ_ROWS}"  # noqa: S608 - constants
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [after, upto])
            batch = cursor.fetchall()
        yield from ((row[0], leaf(row)) for row in batch)
        if len(batch) < READ_ROWS:
            return
        after = batch[-1][0]


def merkle_root(hashes_: Sequence[bytes]) -> str:
    """Hex root of a non-empty list of leaves: nodes are SM3(01 ‖ left ‖ right), an odd last one rises unpaired."""
    level = list(hashes_)
    while len(level) > 1:
        above = []
        for left, right in zip(level[::2], level[1::2], strict=False):
            node = _NODE.copy()
            node.update(left + right)
            above.append(node.finalize())
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0].hex()


def marks_of(ids: Sequence[int], hashes_: Sequence[bytes], first: int) -> bytes:
    """What locates a damaged row: the ids as 4-byte offsets from `first`, then 8 bytes of each leaf."""
    return array("I", [i - first for i in ids]).tobytes() + b"".join(h[:MARK] for h in hashes_)


def read_marks(marks: bytes, first: int) -> dict[int, bytes]:
    """{id: first bytes of its leaf}; a length that cannot be gives an empty dict."""
    count, rest = divmod(len(marks), 4 + MARK)
    if rest:
        return {}
    offsets = array("I", marks[: 4 * count])
    return {first + o: marks[4 * count + MARK * n :][:MARK] for n, o in enumerate(offsets)}


def digest_of(seal: Seal) -> str:
    """Hex SM3 of the block's canonical JSON array [previous, root, first, last, count, sealed_at]."""
    at = seal.sealed_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    digest = hashes.Hash(_SM3)
    digest.update(_CANON.encode([seal.previous, seal.root, seal.first_id, seal.last_id, seal.count, at]).encode())
    return digest.finalize().hex()


def head() -> Seal | None:
    """The last block."""
    return Seal.objects.order_by("-first_id").first()


class Sealer:
    """Seals what is final. One per worker process; two at work at once are harmless: the second one's block breaks a UNIQUE."""

    def __init__(self, block_rows: int = BLOCK_ROWS) -> None:
        self.block_rows = block_rows
        self._bound = 0
        self._writers: set[str] = set()

    def tick(self, now: dt.datetime) -> int:
        """Seal the final events that are not sealed yet, as blocks dated `now`; returns how many rows."""
        sealed, bound = 0, self._final()
        while bound and (block := self._next_block(bound, now)):
            try:
                with transaction.atomic():
                    block.save(force_insert=True)
            except IntegrityError:
                break  # another worker sealed this range
            sealed += block.count
        return sealed

    def _final(self) -> int:
        """The id up to which no event can appear any more, or 0.

        SQLite has one writer at a time. On PostgreSQL ids are handed out before commit, in an order of their own, so a
        lower id may appear after a higher one: whoever may still hold one has locked the table since before it drew
        the id. Once everybody who held that lock when the bound was read has gone, the bound is final.
        """
        if self._writers:
            self._writers &= _writers()
        else:
            self._bound = Event.objects.aggregate(top=Max("id"))["top"] or 0
            self._writers = _writers()
        return 0 if self._writers else self._bound

    def _next_block(self, bound: int, now: dt.datetime) -> Seal | None:
        last = head()
        first = last.last_id + 1 if last else 1
        ids: list[int] = []
        found: list[bytes] = []
        for row_id, row_leaf in leaves(first - 1, bound):
            if len(ids) == self.block_rows:
                break
            ids.append(row_id)
            found.append(row_leaf)
        if not ids:
            return None
        block = Seal(
            first_id=first,
            last_id=ids[-1] if len(ids) == self.block_rows else bound,
            count=len(ids),
            root=merkle_root(found),
            previous=last.digest if last else GENESIS,
            marks=marks_of(ids, found, first),
            sealed_at=now,
        )
        block.digest = digest_of(block)
        return block


def _writers() -> set[str]:
    """The other open transactions that have written events, as PostgreSQL names them; on SQLite none that can be seen matter."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted"
            " AND relation = %s::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid IS DISTINCT FROM pg_backend_pid()",
            [Event._meta.db_table],
        )
        return {row[0] for row in cursor.fetchall()}
