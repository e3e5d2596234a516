"""Back-tests: what a rule would have found in the snapshots kept, against what people decided since."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.engine.catalog import months_before
from shouwang.engine.rules import Rule
from shouwang.engine.snapshot import Snapshot
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import Lead, RuleVersion
from shouwang.ledgers.monitoring.watch import book, desk, policies, trial
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
    """{asof, leads, confirmed, refuted, undecided, missed}: households that the rule finds, by what was decided after the snapshot's day.

    confirmed: watched since within the months of rulebook/watch.yaml `outcome_months`; refuted: a lead was decided 不纳入 in that time; missed:
    watched for the rule's risk, and not found by it.
    """
    hits = {r["household"] for r in trial.leads(shot, rule, version.region)}
    until = min(today, months_before(shot.asof, -book.value("outcome_months", on=today)))
    included, with_risk = _included(shot.asof, until, rule.risk)
    decided = Lead.objects.filter(state="not_included", decided_on__gt=shot.asof, decided_on__lte=until)
    rejected = set(decided.values_list("household__lake_key", flat=True)) - included
    return {
        "asof": shot.asof.isoformat(), "until": until.isoformat(), "leads": len(hits), "confirmed": len(hits & included),
        "refuted": len(hits & rejected), "undecided": len(hits - included - rejected), "missed": len(with_risk - hits),
    }  # fmt: skip


def _included(after: dt.date, until: dt.date, risk: str) -> tuple[set[int], set[int]]:
    """Keys of the households that came under watch in the days after..until, and of those among them with the risk."""
    rows = ProgrammeStatus.objects.filter(programme="monitoring", standing__in=WATCHED, since__gt=after, since__lte=until)
    every, with_risk = set(), set()
    for key, risks in rows.values_list("household__lake_key", "risks"):
        every.add(key)
        if risk in risks.split(","):
            with_risk.add(key)
    return every, with_risk
