"""What it costs to tie dirty rows to persons, how many are right, and the same by a plain loop."""

from __future__ import annotations

import resource
import time
from typing import Any

from shouwang.bench.dirty import Dirty, dirty
from shouwang.engine.matching import WAYS, match

BY_HAND = 3  # rows the plain loop is measured on; it does not get faster with more


def run(*, rows: int = 50_000, persons: int = 1_000_000) -> dict[str, Any]:
    """The figures of one run: seconds, precision, recall, rows by way, and the plain loop scaled up to as many rows."""
    made = dirty(rows, persons)
    begin, cpu = time.perf_counter(), _spent()
    matched = match(made.rows, made.persons)
    wall, spent = time.perf_counter() - begin, _spent() - cpu
    found = matched.found
    right = int((made.truth[found["row"].to_numpy()] == found["person"].to_numpy()).sum())
    ways = found["way"].to_pylist()
    begin = time.perf_counter()
    _by_hand(made, BY_HAND)
    loop = (time.perf_counter() - begin) / BY_HAND * rows
    return {
        "rows": rows,
        "persons": persons,
        "strangers": int((made.truth < 0).sum()),
        "wall_s": round(wall, 2),
        "cpu_s": round(spent, 2),
        "precision": round(right / found.num_rows, 5),
        "recall": round(right / int((made.truth >= 0).sum()), 5),
        **{f"by_{way}": ways.count(way) for way in WAYS},
        "left_to_persons": len(set(matched.open["row"].to_pylist())),
        "reference": "逐行与全部人员比较（纯 Python），按行数放大",
        "reference_s": round(loop),
        "times_faster": round(loop / wall),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _by_hand(made: Dirty, rows: int) -> list[int | None]:
    """The same points without sound and shape, every row against every person."""
    people = list(zip(*(made.persons[c].to_pylist() for c in ("key", "id_number", "name", "birth", "village")), strict=True))
    out: list[int | None] = []
    for number, name, birth, village in zip(
        *(made.rows[c].slice(0, rows).to_pylist() for c in ("id_number", "name", "birth", "village")), strict=True
    ):
        best, who, second = 0, None, 0
        for key, their_number, their_name, their_birth, their_village in people:
            points = 15 * (number == their_number) + 3 * (name == their_name) + 2 * (birth == their_birth) + (village == their_village)
            if points > best:
                best, who, second = points, key, best
        out.append(who if best >= 5 and best > second else None)
    return out
