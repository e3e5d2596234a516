"""The towns' work of the data-quality checks: one open item per town while errors are open, due by the oldest of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.regions.models import Region
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import due_from_rule, morning
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.registry.models import CheckFinding

KIND = "registry.findings"
CLOCK = "finding_errors"


def refresh_towns(towns: Collection[int] | None, *, today: dt.date) -> int:
    """Open, bring up to date or close the items of these towns (None: of all); returns how many are open among them.

    The title counts, so that it changes with every error; the due day only when the oldest open error does.
    """
    errors = CheckFinding.objects.filter(state="open", severity="error", town_id__isnull=False)
    open_items = WorkItem.objects.filter(kind=KIND, state=WorkItem.State.OPEN, ledger=Region._meta.label_lower)
    if towns is not None:
        errors = errors.filter(town_id__in=towns)
        open_items = open_items.filter(record_id__in=[str(t) for t in towns])
    counted = (
        errors.order_by().values("town_id").annotate(n=Count("pk"), homes=Count("household_id", distinct=True), oldest=Min("found_on"))
    )
    wanted: dict[int, Any] = {row["town_id"]: row for row in counted}
    standing = {int(item.record_id): item for item in open_items}
    offices = {o.region_id: o for o in offices_in_force(today).filter(kind=Office.Kind.TOWN, region_id__in=wanted).select_related("region")}
    due = {day: due_from_rule(CLOCK, morning(day)) for day in {row["oldest"] for row in wanted.values()}}
    for town, office in offices.items():
        _assign(office, wanted[town], standing.get(town), due[wanted[town]["oldest"]], today)
    for region in Region.objects.filter(pk__in=[town for town in standing if town not in wanted]):
        worklist.finish(region, now=morning(today), kind=KIND)
    return len(offices)


def _assign(office: Office, row: dict[str, Any], item: WorkItem | None, due_at: dt.datetime, today: dt.date) -> None:
    region = office.region
    title = f"户档案数据核查：错误 {row['n']:,} 处（{row['homes']:,} 户）"
    if item is not None and (item.title, item.due_at, item.office_id) == (title, due_at, office.pk):
        return
    if item is not None and item.office_id != office.pk:
        worklist.finish(region, now=morning(today), kind=KIND, dropped=True)  # the town's office has a successor
    url = f"{reverse('registry_findings')}?state=open&severity=error&region={region.code}"
    worklist.assign(region, office, kind=KIND, title=title, action="改正或核实", url=url, due_at=due_at, now=morning(today))
