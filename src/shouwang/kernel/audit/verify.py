"""Verifying the chain against the rows and against heads anchored in a second place."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from shouwang.kernel.audit.models import Event, Seal
from shouwang.kernel.audit.seal import GENESIS, Sealer, digest_of, head, leaves, marks_of, merkle_root, read_marks

LATE = dt.timedelta(minutes=2)
FAR = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: `kind` is row_changed, row_missing, row_added, block_changed, block_missing, anchor_lost or unsealed."""

    kind: str
    first: int
    last: int
    words: str


@dataclass
class Verdict:
    """What a verification read and found; `unsealed` rows are newer than the last block."""

    rows: int = 0
    blocks: int = 0
    unsealed: int = 0
    head: str = GENESIS
    problems: list[Problem] = field(default_factory=list)

    def add(self, kind: str, first: int, last: int, words: str) -> None:
        """Note a finding."""
        self.problems.append(Problem(kind, first, last, words))


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head noted elsewhere; `where` says in which line of which file."""

    last_id: int
    digest: str
    where: str


class _Rows:
    """The rows in order of id, handed out range by range without reading any twice."""

    def __init__(self, upto: int) -> None:
        self._rows: Iterator[tuple[int, bytes]] = leaves(-FAR, upto)
        self._next = next(self._rows, None)

    def until(self, last: int) -> tuple[list[int], list[bytes]]:
        """The rows not handed out yet with id ≤ `last`."""
        ids: list[int] = []
        found: list[bytes] = []
        while self._next is not None and self._next[0] <= last:
            ids.append(self._next[0])
            found.append(self._next[1])
            self._next = next(self._rows, None)
        return ids, found


def verify(*, now: dt.datetime, anchors: list[Anchor] | None = None) -> Verdict:
    """Recompute every block from its rows and hold it against the chain and the anchors; reads each row once."""
    verdict = Verdict()
    blocks = Seal.objects.order_by("first_id")
    top = head()
    rows = _Rows(top.last_id if top else -FAR)
    expected = {a.digest: a for a in anchors or []}
    previous, next_first = GENESIS, 1
    for block in blocks.filter(first_id__lte=top.first_id if top else 0).iterator(chunk_size=200):
        _check_link(verdict, rows, block, previous, next_first)
        _check_rows(verdict, block, *rows.until(block.last_id))
        anchor = expected.get(block.digest)
        if anchor and anchor.last_id == block.last_id:
            del expected[block.digest]
        previous, next_first = block.digest, max(next_first, block.last_id + 1)
        verdict.blocks += 1
    verdict.head = previous
    for anchor in expected.values():
        words = f"锚点（{anchor.where}）记录的区块（止于第 {anchor.last_id} 条）已不在链上：链尾被截断或整链被改写"
        verdict.add("anchor_lost", anchor.last_id, anchor.last_id, words)
    _check_tail(verdict, next_first, now)
    return verdict


def _check_link(verdict: Verdict, rows: _Rows, block: Seal, previous: str, next_first: int) -> None:
    """The block's own digest, its link to the one before, and the rows that lie between the two."""
    name = f"区块 {block.first_id}—{block.last_id}"
    if digest_of(block) != block.digest:
        verdict.add("block_changed", block.first_id, block.last_id, f"{name} 的内容与其摘要不符")
    if block.first_id > next_first:
        stray, _ = rows.until(block.first_id - 1)
        verdict.rows += len(stray)
        words = f"{name} 之前缺少区块：第 {next_first}—{block.first_id - 1} 条（现存 {len(stray)} 条）无法核验"
        verdict.add("block_missing", next_first, block.first_id - 1, words)
    elif block.first_id < next_first:
        verdict.add("block_changed", block.first_id, block.last_id, f"{name} 与前一区块重叠")
    elif block.previous != previous:
        verdict.add("block_changed", block.first_id, block.last_id, f"{name} 与前一区块的摘要不相接")


def _check_rows(verdict: Verdict, block: Seal, ids: list[int], found: list[bytes]) -> None:
    """The rows of a block against its root; only where that fails are the marks asked which row it is."""
    verdict.rows += len(ids)
    sound = len(ids) == block.count and ids and merkle_root(found) == block.root
    try:
        marked = marks_of(ids, found, block.first_id) == bytes(block.marks)
    except OverflowError:
        marked = False
    if sound and marked:
        return
    name = f"区块 {block.first_id}—{block.last_id}"
    if sound:
        verdict.add("block_changed", block.first_id, block.last_id, f"{name} 的行标记被改动（各条记录本身与封存时一致）")
        return
    marks, known = read_marks(bytes(block.marks), block.first_id), dict(zip(ids, found, strict=True))
    before = len(verdict.problems)
    for row_id in sorted(marks.keys() | known.keys()):
        if row_id not in known:
            verdict.add("row_missing", row_id, row_id, f"第 {row_id} 条记录缺失（已封存，后被删除）")
        elif row_id not in marks:
            verdict.add("row_added", row_id, row_id, f"第 {row_id} 条记录是封存之后插入的")
        elif known[row_id][: len(marks[row_id])] != marks[row_id]:
            verdict.add("row_changed", row_id, row_id, f"第 {row_id} 条记录的内容在封存之后被改动")
    if len(verdict.problems) == before:
        verdict.add("block_changed", block.first_id, block.last_id, f"{name} 的默克尔根或条数与其记录不符")


def seal_first(now: dt.datetime) -> None:
    """Seal what waits, so that a verification right after a pause of the service does not report it; gives up after ten seconds."""
    sealer, patience = Sealer(), 20
    while patience and _late(top.last_id if (top := head()) else 0, now).exists():
        if not sealer.tick(now):
            time.sleep(0.5)
            patience -= 1


def _late(after: int, now: dt.datetime) -> QuerySet[Event]:
    return Event.objects.filter(id__gt=after, recorded_at__lt=now - LATE).order_by("id")


def _check_tail(verdict: Verdict, next_first: int, now: dt.datetime) -> None:
    """Rows after the last block: a few young ones are normal, old ones say that the sealer stood still or blocks were removed."""
    verdict.unsealed = Event.objects.filter(id__gte=next_first).count()
    late = _late(next_first - 1, now)
    if count := late.count():
        first, last = late.values_list("id", flat=True)[0], late.values_list("id", flat=True).reverse()[0]
        words = f"第 {first}—{last} 条中有 {count} 条超过 2 分钟未封存：后台进程未运行，或链尾区块被删除"
        verdict.add("unsealed", first, last, words)
