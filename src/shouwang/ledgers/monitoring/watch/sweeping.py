"""Sweeps: started by a person or the night, over a snapshot of their own; the row says what became of them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.engine.rules import Rule, RuleSet
from shouwang.engine.sweep import Manifest
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import SweepRun
from shouwang.ledgers.monitoring.watch import policies, snapshot
from shouwang.ledgers.monitoring.watch.desk import region_of
from shouwang.ledgers.monitoring.watch.policies import SWEEP
from shouwang.ledgers.monitoring.watch.snapshot import lake

JOB, NIGHTLY = "monitoring.sweep", "monitoring.nightly"
BY_RULES = Scope.system("规则筛查")
OVER = (Job.State.FAILED, Job.State.CANCELLED)


def start(mode: str, *, by: Scope, today: dt.date) -> SweepRun:
    """Start a sweep of the person's place. Raises Refused while one of that place is under way, or a delta without a sweep before it."""
    region = region_of(by, SWEEP)
    with transaction.atomic():
        under_way = SweepRun.objects.select_for_update().filter(region=region, state="running").first()
        if under_way is not None and not gone(under_way):
            raise Refused("本区划已有一次筛查正在进行。请等它完成，或在后台任务中取消后再发起。")
        if mode == SweepRun.Mode.DELTA and previous(region) is None:
            raise Refused("还没有做过筛查，不能只查变化的户。请先发起一次全量筛查。")
        return _begin(mode, region, by=by, today=today)


def start_nightly(*, today: dt.date) -> list[SweepRun]:
    """The night's sweep of every city with households; one that is still under way is left alone."""
    cities = Region.objects.filter(level=Region.CITY).order_by("rank", "code")
    busy = {r.region_id for r in SweepRun.objects.filter(state="running") if not gone(r)}
    return [_begin(SweepRun.Mode.FULL, c, by=Scope.system("每晚筛查"), today=today) for c in cities if c.pk not in busy]


def _begin(mode: str, region: Region, *, by: Scope, today: dt.date) -> SweepRun:
    row = SweepRun(mode=mode, asof=today, started_by=by.user_name)
    row.put_in(region)
    with change(row, by=by, verb=policies.START_SWEEP, today=today) as made:
        pass
    job = enqueue(JOB, by=by, args={"run": made.pk}, key=f"sweep:{made.pk}", today=today)
    SweepRun.objects.filter(pk=made.pk).update(job=job.pk, snapshot=f"{today:%Y%m%d}-{made.pk}")
    made.refresh_from_db()
    return made


def gone(row: SweepRun) -> bool:
    """Whether a sweep said to be under way has no job that could finish it."""
    return row.job is None or not Job.objects.filter(pk=row.job).exclude(state__in=OVER).exists()


def previous(region: Region) -> SweepRun | None:
    """The last finished sweep of the place."""
    return SweepRun.objects.filter(region=region, state="done").order_by("-pk").first()


def out_of(row: SweepRun) -> Path:
    """Where the engine writes the run."""
    return lake() / "runs" / row.snapshot


def leads_of(out: Path, rules: Mapping[str, Rule], county: int) -> list[dict[str, Any]]:
    """The county's leads of the rules named, in a fixed order, so that a cursor into them holds."""
    import pyarrow.parquet as pq

    files = sorted((out / "leads" / f"county={county}").glob("*.parquet"))
    rows = [row for f in files for row in pq.read_table(f, partitioning=None).to_pylist() if row["rule"] in rules]
    return sorted(rows, key=lambda r: (r["household"], r["rule"]))


def recordable(rules: RuleSet) -> dict[str, Rule]:
    """Rules whose leads become cases: risks. Signals to verify and data checks become discrepancies (see discrepancies.py)."""
    return {r.id: r for r in rules.rules if r.kind == "risk"}


def done(row: SweepRun, manifest: Manifest, found: Mapping[str, Any], *, by: Scope, today: dt.date) -> SweepRun:
    """The sweep is finished. `found`: counts, towns, and why a delta looked at everybody (`whole`)."""
    said = {
        "run": manifest.run, "rules": manifest.rules, "digests": manifest.digests, "rows_per_rule": manifest.rows_per_rule,
        "left_out": manifest.left_out, "seconds": manifest.seconds, "counties": manifest.counties, "thresholds": manifest.thresholds,
    }  # fmt: skip
    with change(row, by=by, verb=policies.FINISH_SWEEP, today=today) as locked:
        locked.state, locked.finished_at = SweepRun.State.DONE, timezone.now()
        locked.counts, locked.towns, locked.manifest = found["counts"], found["towns"], said
        locked.message = found.get("whole", "")[:1000]
    return locked


def failed(row: SweepRun, why: str, *, by: Scope, today: dt.date) -> SweepRun:
    """The sweep cannot be done as asked; nothing was recorded."""
    with change(row, by=by, verb=policies.FINISH_SWEEP, today=today) as locked:
        locked.state, locked.message, locked.finished_at = SweepRun.State.FAILED, why[:1000], timezone.now()
    return locked


def tidy(row: SweepRun, today: dt.date) -> None:
    """Delete snapshots past their term, and the files of runs that no delta will start from."""
    snapshot.prune(today, keep=[row.snapshot])
    latest = SweepRun.objects.exclude(pk__in=SweepRun.objects.filter(region=row.region, state="done").exclude(pk=row.pk).values("pk"))
    needed = set(latest.values_list("snapshot", flat=True))
    for folder in (lake() / "runs").iterdir():
        if folder.name not in needed:
            shutil.rmtree(folder)


def add(one: Mapping[str, int], two: Mapping[str, int]) -> dict[str, int]:
    """Sums by key."""
    return dict(Counter(one) + Counter(two))
