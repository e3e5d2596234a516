"""Back-tests: what a rule would have found in the snapshots kept, against what people decided since."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from shouwang.engine.backtest import Outcome, backtest
from shouwang.engine.catalog import months_before
from shouwang.engine.rules import Rule, RuleSet
from shouwang.engine.snapshot import Snapshot
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.ledgers.monitoring.models import Lead, RuleVersion
from shouwang.ledgers.monitoring.watch import book, desk, policies
from shouwang.ledgers.monitoring.watch.reading import WATCHED
from shouwang.ledgers.monitoring.watch.snapshot import snapshots
from shouwang.ledgers.registry.models import ProgrammeStatus

JOB = "monitoring.backtest"


def start(version: RuleVersion, *, by: Scope, today: dt.date) -> Job:
    """Test a version in the background. Raises Refused where no snapshot is old enough to have outcomes."""
    if not usable(version, today):
        raise Refused("没有更早的快照，无法回测：回测要用快照日之后已有的核实结果。每晚筛查会留下快照，过些日子再试。")
    return enqueue(JOB, by=by, args={"version": version.pk}, key=f"backtest:{version.pk}:{version.version}:{today}", today=today)


def usable(version: RuleVersion, today: dt.date) -> list[Snapshot]:
    """Snapshots of earlier days that hold a county of the rule's place, one a month, oldest first."""
    below = {int(c) for c in desk.counties_below(version.region)}
    monthly: dict[dt.date, Snapshot] = {}
    for shot in snapshots():
        if shot.asof < today and below & set(shot.counties):
            monthly[shot.asof.replace(day=1)] = shot
    return [monthly[m] for m in sorted(monthly)]


def test(run: Run) -> dict[str, Any]:
    """One snapshot after the other; the result is written once, at the end."""
    version = RuleVersion.objects.select_related("region").get(pk=run.args["version"])
    shots, rule = usable(version, run.today), version.read()
    rows = []
    for n, shot in enumerate(shots):
        run.check()
        run.progress(n, len(shots), f"正在回测 {shot.asof} 的快照")
        rows.append(one(shot, rule, version, run.today))
    with run.chunk(), change(version, by=run.by(), verb=policies.RECORD_BACKTEST, today=run.today) as locked:
        locked.backtest = {"rows": rows, "tested_on": run.today.isoformat(), "digest": rule.digest}
    return {"words": f"回测完成：{len(rows)} 份快照。", "link": f"/monitoring/rules/versions/{version.pk}/"}


def one(shot: Snapshot, rule: Rule, version: RuleVersion, today: dt.date) -> dict[str, Any]:
    """{asof, until, leads, judged, right, included, missed}: what the rule would have named in the snapshot, by what was decided after its day."""
    below = [int(c) for c in desk.counties_below(version.region) if int(c) in shot.counties]
    until = min(today, months_before(shot.asof, -book.value("outcome_months", on=today)))
    there = replace(rule, valid_from=min(rule.valid_from, shot.asof), valid_to=None)
    asked = (RuleSet.of([there]), book.params(), book.catalog(), outcomes(shot.asof, until, version.region))
    score = backtest([shot], *asked, horizon_days=(until - shot.asof).days, counties=below)[1]
    return {
        "asof": shot.asof.isoformat(), "until": until.isoformat(), "leads": score.leads, "judged": score.judged, "right": score.right,
        "included": score.included, "missed": score.missed,
    }  # fmt: skip


def outcomes(after: dt.date, until: dt.date, region: Region) -> list[Outcome]:
    """What was decided about households of the place in after < day <= until: come under watch, or a lead left out."""
    inside = {LEVEL_FIELDS[region.level]: region.pk}
    watched = ProgrammeStatus.objects.filter(programme="monitoring", standing__in=WATCHED, since__gt=after, since__lte=until, **inside)
    left_out = Lead.objects.filter(state="not_included", decided_on__gt=after, decided_on__lte=until, **inside)
    return [
        *(Outcome(key, day, True) for key, day in watched.values_list("household__lake_key", "since")),
        *(Outcome(key, day, False) for key, day in left_out.values_list("household__lake_key", "decided_on") if day),
    ]
