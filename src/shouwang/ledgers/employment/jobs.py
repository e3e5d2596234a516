"""Background work: the labour ledger follows the registry every night; plans are solved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.actions import arrivals, batches, labour, matching, retention, terms, tracing, workshops
from shouwang.ledgers.employment.batch_queries import changed_levels
from shouwang.ledgers.employment.models import Batch, MatchPlan
from shouwang.ledgers.employment.policies import ARRANGE, TRANSPORT

PIECE = 300


def enrol(run: Run) -> dict[str, Any]:
    """Put members who have become able to work, or whose household came on file, on the ledger."""
    total, by = int(run.cursor.get("total", 0)), Scope.system("劳动力台账")
    while True:
        with run.chunk():
            made = labour.enrol(by=by, today=run.today, limit=PIECE)
            total += made
            run.cursor["total"] = total
            run.progress(total, None)
        if made < PIECE:
            return {"words": f"新列入劳动力 {total:,} 人", "link": "/employment/"}


def match(run: Run) -> dict[str, Any]:
    """Solve a matching plan (`args.plan`) and store it; a plan that may not be made says why on its page."""
    plan = MatchPlan.objects.within(run.by(), ARRANGE).select_related("region").filter(pk=run.args["plan"], state="asked").first()
    if plan is None:
        raise OutOfScope
    link = f"/employment/plans/{plan.pk}/"
    try:
        solved = matching.solve(plan, today=run.today)
    except Refused as no:
        with run.chunk():
            matching.fail(plan, no.message, by=run.by(), today=run.today)
        return {"words": no.message, "link": link}
    with run.chunk():
        placed = matching.keep(plan, solved, by=run.by(), today=run.today)
        run.progress(placed, len(solved["market"].request.workers))
    return {"words": f"已安排 {placed:,} 人", "link": link}


def plan_batch(run: Run) -> dict[str, Any]:
    """Plan a batch (`args.batch`) and store it; one that cannot be planned says which constraint binds."""
    batch = Batch.objects.within(run.by(), TRANSPORT).select_related("region").filter(pk=run.args["batch"], state="asked").first()
    if batch is None:
        raise OutOfScope
    link = f"/employment/batches/{batch.pk}/"
    try:
        plan = batches.solve(batch, today=run.today)
    except Refused as no:
        with run.chunk():
            batches.fail(batch, no.message, by=run.by(), today=run.today)
        return {"words": no.message, "link": link}
    with run.chunk():
        seated = batches.keep(batch, plan, by=run.by(), today=run.today)
        run.progress(seated, seated + len(plan.left))
    return {"words": f"已安排 {seated:,} 人、{len(plan.trips):,} 班", "link": link}


def watch_levels(run: Run) -> dict[str, Any]:
    """Tell the office of a batch when a level at either end of a trip that waits or is on the road is no longer the one it was planned under."""
    changed = changed_levels(run.today)
    with run.chunk():
        batches.warn(changed, by=Scope.system("风险等级监看"), today=run.today)
    return {"words": f"有 {len(changed)} 个班次两地风险等级有变", "link": "/employment/trips/"}


def follow_up(run: Run) -> dict[str, Any]:
    """Plan the calls of people placed who have started, and ask after those who were to start."""
    total, by = 0, Scope.system("稳岗跟踪")
    with run.chunk():
        late = arrivals.ask_arrivals(today=run.today)
    while True:
        with run.chunk():
            made = retention.plan_calls(by=by, today=run.today, limit=PIECE)
            total += made
            run.progress(total, None)
        if made < PIECE:
            return {"words": f"新安排稳岗跟踪 {total:,} 人，计划上岗日已过待登记 {late:,} 人", "link": "/employment/follow-ups/"}


def erase_traces(run: Run) -> dict[str, Any]:
    """Delete released lists whose time is over."""
    with run.chunk():
        left = tracing.erase_due(by=Scope.system("到期删除"), today=run.today)
    return {"words": f"余 {left} 份到期名单待删", "link": "/employment/releases/"}


def review_workshops(run: Run) -> dict[str, Any]:
    """Ask for the reviews of workshops that are due in this month or quarter."""
    with run.chunk():
        made = workshops.ask_reviews(by=Scope.system("扶贫车间核查"), today=run.today)
    return {"words": f"新列入待核查扶贫车间 {made} 个", "link": "/employment/workshops/"}


def welfare_terms(run: Run) -> dict[str, Any]:
    """Ask for terms on public-welfare posts that end soon to be renewed or ended."""
    with run.chunk():
        made = terms.ask_expiring(by=Scope.system("公益岗位聘期"), today=run.today)
    return {"words": f"新列入公益岗位聘期届满 {made} 人", "link": "/employment/appointments/?expiring=1"}


def register_all() -> None:
    """Called once at start-up."""
    register(matching.JOB, match, "人岗匹配")
    register(batches.JOB, plan_batch, "编排返岗批次")
    register("employment.watch_levels", watch_levels, "监看班次两地风险等级", every=600)
    register("employment.erase_traces", erase_traces, "删除到期的密接名单", daily_at=dt.time(3, 30))
    register("employment.follow_up", follow_up, "安排稳岗跟踪", daily_at=dt.time(4))
    register("employment.review_workshops", review_workshops, "安排扶贫车间核查", daily_at=dt.time(4, 10))
    register("employment.welfare_terms", welfare_terms, "提示公益岗位聘期届满", daily_at=dt.time(4, 20))
    register("employment.enrol", enrol, "劳动力台账随户档案更新", daily_at=dt.time(3))
