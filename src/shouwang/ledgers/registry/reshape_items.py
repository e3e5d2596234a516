"""Work items of moves that wait for the receiving place: to its town, due by rulebook clocks.move_accept."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import calendar_for, day_end
from shouwang.ledgers.registry.models import HouseholdChange

KIND = "registry.move"


def office_of(region_id: int | None, kind: str, today: dt.date) -> Office | None:
    """The office of that kind in force at the region; the registry answers through towns and lead offices."""
    if region_id is None:
        return None
    in_force = Q(valid_to=None) | Q(valid_to__gt=today)
    return Office.objects.filter(in_force, region_id=region_id, kind=kind, valid_from__lte=today).order_by("rank", "code").first()


def responsible(place: HouseholdChange, today: dt.date) -> Office | None:
    """Who answers for the receiving place: its town, where there is none its county."""
    return office_of(place.town_id, Office.Kind.TOWN, today) or office_of(place.county_id, Office.Kind.LEAD, today)


def ask(asked: HouseholdChange, *, today: dt.date) -> None:
    """Put the request on the receiving town's work list."""
    office = responsible(asked, today)
    if office is None:
        return  # the county sees it on the list of changes
    days = lookup("clocks", "move_accept", on=today).value
    due = day_end(calendar_for().add_working_days(today, days))
    title = f"迁入申请：户编号 {asked.source.code}，自{asked.origin}"
    url = reverse("registry_change", args=[asked.pk])
    worklist.assign(asked, office, kind=KIND, title=title, action="核对后接收或退回", url=url, due_at=due, now=timezone.now())


def answer(asked: HouseholdChange, step: str) -> None:
    """The request is answered: close its item and tell the giving place."""
    now = timezone.now()
    worklist.finish(asked, now=now, kind=KIND, dropped=step == "withdraw")
    town = office_of(asked.origin_town_id, Office.Kind.TOWN, asked.effective)
    if step != "withdraw" and town is not None:
        words = "已接收" if step == "accept" else "退回了"
        text = f"{asked.region}{words}户编号 {asked.source.code} 的迁入申请。"
        worklist.tell(town, text, now=now, url=reverse("registry_change", args=[asked.pk]))
