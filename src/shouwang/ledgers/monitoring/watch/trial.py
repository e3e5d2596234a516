"""Dry runs of a rule before it is approved: how many leads, where, how many are new, what they cost, against the version in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shouwang.engine.errors import SweepRefused
from shouwang.engine.rules import Rule, RuleSet
from shouwang.engine.snapshot import Snapshot
from shouwang.engine.sweep import evaluate
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import RuleVersion
from shouwang.ledgers.monitoring.watch import book, desk, policies, recording
from shouwang.ledgers.monitoring.watch.snapshot import at_once, snapshots

JOB = "monitoring.trial"


def start(version: RuleVersion, *, by: Scope, today: dt.date) -> RuleVersion | Job:
    """Try a draft: at once where the place is small enough, else in the background. Raises Refused in words where it cannot be tried."""
    shot = newest(version.region)
    if at_once(shot, _counties(shot, version.region), today):
        return dry_run(version, by=by, today=today)
    return enqueue(JOB, by=by, args={"version": version.pk}, key=f"trial:{version.pk}:{version.version}:{shot.asof}", today=today)


def in_background(run: Run) -> dict[str, Any]:
    """The dry run as a job; the result is kept with the version."""
    version = RuleVersion.objects.select_related("region").get(pk=run.args["version"])
    run.progress(0, 1, "正在逐户试算")
    with run.chunk():
        found = dry_run(version, by=run.by(), today=run.today)
        run.progress(1, 1, "")
    said = f"试算完成：命中 {found.trial['leads']:,} 条，没有登记任何线索。"
    return {"words": said, "link": f"/monitoring/rules/versions/{version.pk}/"}


def dry_run(version: RuleVersion, *, by: Scope, today: dt.date) -> RuleVersion:
    """Run the draft over the newest snapshot, record nothing but the result. Raises Refused in words where it cannot be run."""
    rule = version.read()
    shot = newest(version.region)
    rows = leads(shot, rule, version.region)
    before = in_force(version)
    older = leads(shot, before, version.region) if before else []
    found = recording.new_and_known(rows, {rule.id: rule})
    mine, theirs = {r["household"] for r in rows}, {r["household"] for r in older}
    minutes = book.value("minutes_per_visit", on=today, region=book.code_of(version.region))
    result = {
        "asof": shot.asof.isoformat(), "leads": len(rows), "new": found["new"], "known": found["known"], "visits": found["households"],
        "minutes": minutes, "towns": _towns(found["towns"], older), "before": before.version if before else 0, "before_leads": len(older),
        "added": len(mine - theirs), "dropped": len(theirs - mine), "judged": found["judged"], "right": found["right"],
    }  # fmt: skip
    with change(version, by=by, verb=policies.RECORD_TRIAL, today=today) as locked:
        if locked.state not in ("draft", "submitted"):
            raise Refused("这一版已定，不能再试算。请建立新版本后试算。")
        locked.trial, locked.trial_digest = result, locked.read().digest
    return locked


def newest(region: Region) -> Snapshot:
    """The newest snapshot with a county of the place; raises Refused where there is none."""
    below = {int(c) for c in desk.counties_below(region)}
    found = next((s for s in snapshots() if below & set(s.counties)), None)
    if found is None:
        raise Refused("还没有快照，无法试算。请先在“筛查”页发起一次筛查，系统会同时生成快照。")
    return found


def leads(shot: Snapshot, rule: Rule, region: Region) -> list[dict[str, Any]]:
    """What the rule finds in the place's counties as if it were in force; raises Refused for one that cannot be run over this snapshot."""
    below = _counties(shot, region)
    there = replace(rule, valid_from=min(rule.valid_from, shot.asof), valid_to=None)
    try:
        found = evaluate(shot, RuleSet.of([there]), book.params(), book.catalog(), asof=shot.asof, counties=below)
    except SweepRefused as no:
        raise Refused(desk.in_words(no)) from no
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _counties(shot: Snapshot, region: Region) -> list[int]:
    return [int(c) for c in desk.counties_below(region) if int(c) in shot.counties]


def in_force(version: RuleVersion) -> Rule | None:
    """The approved version that this one would follow, if there is one."""
    before = RuleVersion.objects.filter(rule=version.rule, state="approved", number__lt=version.number).order_by("-number").first()
    return book.as_rule(before) if before else None


def _towns(found: Mapping[str, list[int]], older: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """{town: {new, known, before}}."""
    out: dict[str, dict[str, int]] = {t: {"new": n[0], "known": n[1], "before": 0} for t, n in found.items()}
    for row in older:
        out.setdefault(str(row["town"]), {"new": 0, "known": 0, "before": 0})["before"] += 1
    return out
