"""Background work: the labour ledger follows the registry every night."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.actions import labour

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


def register_all() -> None:
    """Called once at start-up."""
    register("employment.enrol", enrol, "劳动力台账随户档案更新", daily_at=dt.time(3))
