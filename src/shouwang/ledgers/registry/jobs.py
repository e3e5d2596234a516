"""Background work of the registry: every night all households are checked again, because ages and windows pass without an edit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.ledgers.registry.checking import check_households
from shouwang.ledgers.registry.finding_work import refresh_towns
from shouwang.ledgers.registry.models import Household

CHUNK = 200
COUNTS = ("households", "found", "cleared", "reopened")


def check_all(run: Run) -> dict[str, Any]:
    """Check all households in the order of their ids, CHUNK a transaction; resumed behind the last finished chunk."""
    total = Household.objects.count()
    while ids := _next(int(run.cursor.get("after", 0))):
        with run.chunk():
            done = check_households(ids, today=run.today, whole=True)
            run.cursor |= {"after": ids[-1], **{n: int(run.cursor.get(n, 0)) + getattr(done, n) for n in COUNTS}}
            run.progress(run.cursor["households"], max(total, run.cursor["households"]))
    with run.chunk():
        refresh_towns(None, today=run.today)
    households, found, cleared, reopened = (int(run.cursor.get(n, 0)) for n in COUNTS)
    words = f"核查 {households:,} 户：新发现 {found:,} 处，消除 {cleared:,} 处，重新列出 {reopened:,} 处"
    return {"words": words, "link": "/registry/findings/"}


def _next(after: int) -> list[int]:
    return list(Household.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK])


def register_all() -> None:
    """Called once when the app is ready."""
    register("registry.check_all", check_all, "户档案数据核查", daily_at=dt.time(2))
