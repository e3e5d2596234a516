"""Background work of the registry: the search for look-alikes, county by county."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.following import lapse_gone
from shouwang.ledgers.registry.lookalike_actions import JOB, keep, refresh_items
from shouwang.ledgers.registry.lookalike_search import household_pairs, member_pairs, same_ids

PIECE = 200
FINDER = "查重"


def find_lookalikes(run: Run) -> dict[str, Any]:
    """Search one county (`args.county`) or, by schedule, all; what a killed run has stored is found again and left as it is.

    The search is the system's own: it compares persons across towns, which the person who asked for it may not see.
    """
    counties = Region.objects.filter(level=Region.COUNTY).order_by("code")
    if run.args.get("county"):
        counties = counties.filter(pk=run.args["county"])
    by, found = Scope.system(FINDER), int(run.cursor.get("found", 0))
    every = list(counties)
    for n, county in enumerate(every):
        if n < int(run.cursor.get("done", 0)):
            continue
        found += search(run, county, by, run.today)
        with run.chunk():
            refresh_items(county, run.today)
            run.cursor.update({"done": n + 1, "found": found})
            run.progress(n + 1, len(every), f"已查 {county.name}")
    return {"found": found}


def search(run: Run, county: Region, by: Scope, today: dt.date) -> int:
    """One county: look first, then write in pieces."""
    while True:
        with run.chunk():
            if not lapse_gone(by=by, today=today):
                break
    members = member_pairs(county.pk, today=today, more=same_ids(county.city_id or 0))
    homes = household_pairs(county.pk, members, today=today)
    fresh = 0
    for kind, found in (("member", members), ("household", homes)):
        pairs = sorted(found)
        for i in range(0, len(pairs), PIECE):
            with run.chunk():
                fresh += keep(kind, {p: found[p] for p in pairs[i : i + PIECE]}, by=by, today=today)
    return fresh


def register_all() -> None:
    """Called once at start-up."""
    register(JOB, find_lookalikes, "查找疑似重复", daily_at=dt.time(5))
