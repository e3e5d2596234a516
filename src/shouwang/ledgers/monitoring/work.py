"""What each office owes: one line per office and step, with how many cases and the earliest day; refreshed after every act.

Forty lines at once are read by nobody, so cases are counted and the line leads to the list that shows them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import Placed, Region
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, morning
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.monitoring.lifecycle import CASE
from shouwang.ledgers.monitoring.models import Discrepancy, FollowUp, MonitoringCase
from shouwang.ledgers.monitoring.queries import due_soon

# The level of office that acts in a state; a case kept from the village is checked by the level that may see it.
OWNERS = {
    "reported": Region.VILLAGE,
    "verified": Region.VILLAGE,
    "appraised": Region.VILLAGE,
    "posted": Region.VILLAGE,
    "publicised": Region.TOWN,
    "reviewed": Region.COUNTY,
    "determined": Region.VILLAGE,
}
PAPERS_DUE = ("reported", "verified", "appraised", "posted")  # states before the town looks at the papers
FOLLOW_UP, DISCREPANCY = "follow_up", "discrepancy"
EVERY = (*OWNERS, FOLLOW_UP, DISCREPANCY)
KINDS = {
    Region.VILLAGE: (Office.Kind.VILLAGE,),
    Region.TOWN: (Office.Kind.TOWN,),
    Region.COUNTY: (Office.Kind.LEAD,),
}


def refresh(rows: Iterable[Placed], *, today: dt.date, kinds: Collection[str] = EVERY) -> None:
    """Bring the lines of the offices above these cases or follow-ups up to date; called inside the transaction of the act.

    `kinds` are the states the act touched, "follow_up" for visits, "discrepancy" for what does not fit together.
    """
    counties = {row.county_id for row in rows if row.county_id}
    for county in sorted(counties):
        refresh_county(county, today=today, kinds=kinds)


def refresh_county(county: int, *, today: dt.date, kinds: Collection[str] = EVERY) -> None:
    """The lines of every office of a county, counted over all of it, whatever the person who acts may see."""
    with rls.everywhere():
        _refresh(county, today, kinds)


def _refresh(county: int, today: dt.date, kinds: Collection[str]) -> None:
    acting = Q()
    for tier, kinds_there in KINDS.items():
        acting |= Q(tier=tier, kind__in=kinds_there)
    offices = dict(offices_in_force(today).filter(acting, county_id=county).order_by().values_list("region_id", "pk"))
    for state in (s for s in OWNERS if s in kinds):
        wanted = _owed(MonitoringCase.objects.filter(county_id=county, state=state), OWNERS[state], offices)
        _write(Line(f"monitoring.{state}", CASE.states[state].label, "monitoring_cases", f"state={state}"), wanted, county, today)
    # Any step of a case may bring its papers in or end it.
    green = MonitoringCase.objects.filter(county_id=county, green=True, state__in=PAPERS_DUE)
    if set(kinds) & set(OWNERS):
        owed = _owed(green, Region.VILLAGE, offices, day="green_due_on")
        _write(Line("monitoring.green", "绿色通道待补手续", "monitoring_cases", "green=1&open=1"), owed, county, today)
    if FOLLOW_UP in kinds:
        near = _owed(due_soon(FollowUp.objects.filter(county_id=county), today), Region.VILLAGE, offices)
        _write(Line("monitoring.follow_up", "待回访", "monitoring_follow_ups", "due=1"), near, county, today)
    if DISCREPANCY in kinds:
        doubts = _owed(Discrepancy.objects.filter(county_id=county, state="open"), Region.VILLAGE, offices)
        _write(Line("monitoring.discrepancy", "比对疑点待核对", "monitoring_discrepancies", "state=open", "条"), doubts, county, today)


def _owed(rows: QuerySet[Any], level: int, offices: dict[int, int], day: str = "due_on") -> dict[int, tuple[int, dt.date]]:
    """{office id: (how many cases, the earliest day)} of {region id: office id}; where a village has no office its town's acts."""
    out: dict[int, tuple[int, dt.date]] = {}
    counted = rows.order_by().values_list("lowest", "village_id", "town_id", "county_id").annotate(n=Count("pk"), first=Min(day))
    for lowest, *places, n, first in counted:
        above = places[Region.VILLAGE - min(lowest, level) :]
        office = next((offices[i] for i in above if i in offices), None)
        if office is not None:
            many, soonest = out.get(office, (0, first))
            out[office] = (many + n, min(soonest, first))
    return out


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of work: its code, what is counted, the list it leads to."""

    kind: str
    label: str
    url_name: str
    query: str
    unit: str = "户"


def _write(line: Line, wanted: dict[int, tuple[int, dt.date]], county: int, today: dt.date) -> None:
    """Write what differs from the lines that stand: after one act a line or two of the county's."""
    now = morning(today)
    open_items = WorkItem.objects.filter(kind=line.kind, state=WorkItem.State.OPEN, office__county_id=county).order_by()
    standing = {office: (title, due_at) for office, title, due_at in open_items.values_list("office_id", "title", "due_at")}
    due = {office: (f"防返贫监测：{line.label} {n} {line.unit}", day_end(first)) for office, (n, first) in wanted.items()}
    changed = {office for office in due.keys() | standing.keys() if due.get(office) != standing.get(office)}
    for office in Office.objects.filter(pk__in=changed).select_related("region") if changed else ():
        if office.pk not in due:
            worklist.finish(office.region, now=now, kind=line.kind, office=office)
            continue
        title, due_at = due[office.pk]
        url = f"{reverse(line.url_name)}?{line.query}&region={office.region.code}"
        action = line.label.rpartition("待")[2]
        worklist.assign(office.region, office, kind=line.kind, title=title, action=action, url=url, due_at=due_at, now=now)
