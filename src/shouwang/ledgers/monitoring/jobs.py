"""Background work: every watched household has its next visit planned, and the offices' lines follow the calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import work
from shouwang.ledgers.monitoring.actions.care import plan_missing

PIECE = 200
WATCH = "监测值守"


def plan_visits(run: Run) -> dict[str, Any]:
    """Plan visits PIECE households a transaction, then refresh the lines county by county; a second run finds nothing to plan."""
    by, planned = Scope.system(WATCH), int(run.cursor.get("planned", 0))
    while True:
        with run.chunk():
            done = plan_missing(by=by, today=run.today, limit=PIECE)
            planned += done
            run.cursor["planned"] = planned
        if done < PIECE:
            break
    counties = list(Region.objects.filter(level=Region.COUNTY).order_by("code").values_list("pk", flat=True))
    for n, county in enumerate(counties):
        with run.chunk():
            work.refresh_county(county, today=run.today)
            run.progress(n + 1, len(counties))
    return {"words": f"新安排回访 {planned:,} 户", "link": "/monitoring/follow-ups/"}


def register_all() -> None:
    """Called once at start-up."""
    register("monitoring.plan_visits", plan_visits, "安排跟踪回访", daily_at=dt.time(3))
