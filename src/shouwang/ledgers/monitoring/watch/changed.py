"""Which households can have changed since a sweep: registry rows written since, and rows of feed files that came or went."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from shouwang.engine.snapshot import Snapshot
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import Measure
from shouwang.ledgers.monitoring.watch.policies import SWEEP
from shouwang.ledgers.registry.models import CheckFinding, HelperAssignment, Household, IncomeStatement, Member, ProgrammeStatus

OF_HOUSEHOLD: tuple[Any, ...] = (Member, IncomeStatement, ProgrammeStatus, HelperAssignment, CheckFinding, Measure)


def since(moment: dt.datetime, before: Snapshot, now: Snapshot, *, by: Scope) -> list[int]:
    """Lake keys of the households written in the registry since the moment, or named in a feed file that only one of the snapshots has."""
    import duckdb

    homes: Any = Household.objects
    keys = set(homes.within(by, SWEEP).filter(updated_at__gte=moment).values_list("lake_key", flat=True))
    for model in OF_HOUSEHOLD:
        keys |= set(model.objects.within(by, SWEEP).filter(updated_at__gte=moment).values_list("household__lake_key", flat=True))
    old, new = _files(before.folder), _files(now.folder)
    files = [str(before.folder / f) for f, seen in old.items() if new.get(f) != seen]
    files += [str(now.folder / f) for f, seen in new.items() if old.get(f) != seen]
    if files:
        query = f"SELECT DISTINCT household FROM read_parquet({files!r}, hive_partitioning = false, union_by_name = true) WHERE household IS NOT NULL"  # noqa: S608 - our own file names
        with duckdb.connect() as base:
            keys |= {key for (key,) in base.execute(query).fetchall()}
    return sorted(keys)


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """{path below the snapshot: size and time} of its feed files; one made again is another file under the same name."""
    return {str(p.relative_to(folder)): (p.stat().st_size, p.stat().st_mtime_ns) for p in (folder / "feeds").glob("*/*/*/*.parquet")}
