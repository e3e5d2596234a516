"""The nightly look at maturities and arrears: a line for each town with loans that fall due or are overdue, one for each county above the alarm."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Min, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, morning
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.models import Loan
from shouwang.ledgers.credit.rules import rule

MATURING, OVERDUE, ALARM = "credit.maturing", "credit.overdue", "credit.alarm"
Said = dict[int, tuple[str, str, str, dt.datetime | None]]  # by region: title, what to do, the list's filter, due


def watch(run: Run) -> dict[str, Any]:
    """Open, bring up to date or close the lines of towns and counties."""
    with run.chunk():
        towns, late, counties = maturing_towns(run.today), overdue_towns(run.today), alarmed_counties(run.today)
    return {
        "words": f"临近到期 {towns} 个、有逾期 {late} 个镇（街道），逾期率超过警戒线 {counties} 个区（县）",
        "link": reverse("credit_board"),
    }


def maturing_towns(today: dt.date) -> int:
    """A line for each town whose loans fall due soon, due on the first of their days; returns how many."""
    part = Subquery(queries.next_part(today))
    rows = queries.maturing(Loan.objects.filter(town_id__isnull=False), today).order_by().annotate(due=Coalesce(part, "maturity"))
    wanted = {r["town_id"]: r for r in rows.values("town_id").annotate(n=Count("pk"), first=Min("due"))}
    lines: Said = {}
    for town, row in wanted.items():
        lines[town] = (f"小额信贷临近到期 {row['n']} 笔", "逐户核对还款安排，有困难的办理延期", "maturing=1", day_end(row["first"]))
    return _refresh(MATURING, Office.Kind.TOWN, lines, today)


def overdue_towns(today: dt.date) -> int:
    """A line for each town with matured loans still owing, by the rungs of the ladder; returns how many."""
    steps = sorted((int(d), str(w).split("（")[0]) for d, w in rule("ladder", today).value.items())
    ends: list[int | None] = [*(least - 1 for least, _w in steps[1:]), None]
    rungs = {f"rung{n}": Count("pk", filter=queries.days_late(today, steps[n][0], ends[n])) for n in range(len(steps))}
    rows: Any = queries.owing(Loan.objects.filter(town_id__isnull=False, maturity__lt=today)).order_by()
    lines: Said = {}
    for row in rows.values("town_id").annotate(n=Count("pk"), **rungs):
        words = "、".join(f"{name} {row[f'rung{n}']} 笔" for n, (_least, name) in enumerate(steps) if row[f"rung{n}"])
        lines[row["town_id"]] = (f"小额信贷逾期 {row['n']} 笔", words, "overdue=1", None)
    return _refresh(OVERDUE, Office.Kind.TOWN, lines, today)


def alarmed_counties(today: dt.date) -> int:
    """A line for each county whose overdue principal is at or above the alarm's share of what is owed; returns how many."""
    late = Q(pk__in=queries.overdue(Loan.objects.all(), today).values("pk"))
    sums = {"owed": Sum("balance"), "late": Sum("balance", filter=late), "n": Count("pk", filter=late)}
    alarm = int(rule("alarm_rate", today).value)
    lines: Said = {}
    rows: Any = queries.owing(Loan.objects.filter(county_id__isnull=False)).order_by()
    for row in rows.values("county_id").annotate(**sums):
        if (row["late"] or 0) * 100 >= row["owed"] * alarm:
            title = f"小额信贷逾期率超过 {alarm}% 警戒线（{row['n']} 笔）"
            lines[row["county_id"]] = (title, "逐户核对是否符合延期条件，按逾期分级处置", "overdue=1", None)
    return _refresh(ALARM, Office.Kind.LEAD, lines, today)


def _refresh(kind: str, office: str, lines: Said, today: dt.date) -> int:
    """Make the open lines of a kind those wanted."""
    standing = WorkItem.objects.filter(kind=kind, state=WorkItem.State.OPEN, ledger=Region._meta.label_lower)
    gone = {int(item.record_id) for item in standing} - set(lines)
    for region in Region.objects.filter(pk__in=gone):
        worklist.finish(region, now=morning(today), kind=kind)
    offices = offices_in_force(today).filter(kind=office, region_id__in=lines).select_related("region")
    for found in offices:
        title, action, query, due = lines[found.region_id]
        url = f"{reverse('credit_loans')}?{query}&region={found.region.code}"
        worklist.assign(found.region, found, kind=kind, title=title, action=action, url=url, due_at=due, now=morning(today))
    return len(lines)


def register_all() -> None:
    """Called once at start-up."""
    register("credit.watch", watch, "小额信贷到期和逾期提醒", daily_at=dt.time(4))
