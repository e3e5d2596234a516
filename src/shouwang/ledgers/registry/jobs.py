"""Background work of the registry: the nightly check of all households, because ages and windows pass without an edit, and the search
for look-alikes, county by county."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.checking import check_households
from shouwang.ledgers.registry.finding_work import refresh_towns
from shouwang.ledgers.registry.following import lapse_gone
from shouwang.ledgers.registry.lookalike_actions import JOB, keep, refresh_items
from shouwang.ledgers.registry.lookalike_search import household_pairs, member_pairs, same_ids
from shouwang.ledgers.registry.models import Household

CHUNK = PIECE = 200
FINDER = "查重"
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
    register("registry.check_all", check_all, "户档案数据核查", daily_at=dt.time(2))
    register(JOB, find_lookalikes, "查找疑似重复", daily_at=dt.time(5))
