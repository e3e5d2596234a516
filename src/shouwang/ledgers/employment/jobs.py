"""Background work: the labour ledger follows the registry every night; plans are solved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.actions import labour, matching
from shouwang.ledgers.employment.models import MatchPlan
from shouwang.ledgers.employment.policies import ARRANGE

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


def register_all() -> None:
    """Called once at start-up."""
    register(matching.JOB, match, "人岗匹配")
    register("employment.enrol", enrol, "劳动力台账随户档案更新", daily_at=dt.time(3))
