"""Reads of the work list and the inbox."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from shouwang.kernel.accounts.models import User
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.worklist.models import Message, WorkItem

LIGHTS = {"overdue": ("已超期", "r"), "today": ("今日到期", "o"), "soon": ("3 天内", "o"), "other": ("其他", "g")}


def light(due_at: dt.datetime | None, now: dt.datetime) -> str:
    """overdue, today, soon (within the rulebook's days) or other."""
    if due_at is None:
        return "other"
    today, day = timezone.localtime(now).date(), timezone.localtime(due_at).date()
    if due_at < now:
        return "overdue"
    if day == today:
        return "today"
    return "soon" if (day - today).days <= lookup("clocks", "soon", on=today).value else "other"


@dataclass
class Group:
    """One heading of the work list: how many there are in all, and the first of them."""

    key: str
    label: str
    tone: str
    items: list[WorkItem] = field(default_factory=list)
    total: int = 0


def my_items(scope: Scope) -> QuerySet[WorkItem]:
    """Open items of the person, the most urgent first; those without a date last."""
    return WorkItem.objects.within(scope).filter(state=WorkItem.State.OPEN).order_by(F("due_at").asc(nulls_last=True), "id")


def grouped(scope: Scope, now: dt.datetime, *, limit: int = 200) -> list[Group]:
    """The person's open items under 已超期 / 今日到期 / 3 天内 / 其他; two queries. Items without a date come last."""
    groups = {k: Group(k, label, tone) for k, (label, tone) in LIGHTS.items()}
    today = timezone.localtime(now).date()
    soon = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(lookup("clocks", "soon", on=today).value + 1), dt.time()))
    tonight = timezone.make_aware(dt.datetime.combine(today + dt.timedelta(1), dt.time()))
    mine = my_items(scope)
    counts = mine.order_by().aggregate(
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        today=Count("pk", filter=Q(due_at__gte=now, due_at__lt=tonight)),
        soon=Count("pk", filter=Q(due_at__gte=tonight, due_at__lt=soon)),
        every=Count("pk"),
    )
    counts["other"] = counts.pop("every") - counts["overdue"] - counts["today"] - counts["soon"]
    for item in mine.select_related("office")[:limit]:
        groups[light(item.due_at, now)].items.append(item)
    for key, group in groups.items():
        group.total = counts[key]
    return list(groups.values())


def open_items_of(user: User) -> list[WorkItem]:
    """Open items that a handover must name: those in the person's own name."""
    return list(WorkItem.objects.filter(user=user, state=WorkItem.State.OPEN).select_related("office"))


def open_items_on(record: models.Model) -> list[WorkItem]:
    """Open items about a record, the most urgent first; the caller has checked the record."""
    rows = WorkItem.objects.filter(ledger=record._meta.label_lower, record_id=str(record.pk), state=WorkItem.State.OPEN)
    return list(rows.select_related("office").order_by(F("due_at").asc(nulls_last=True), "id"))


def unread(scope: Scope) -> int:
    """How many lines of the inbox nobody has read."""
    return Message.objects.within(scope).filter(read_at=None).count()


def inbox(scope: Scope) -> QuerySet[Message]:
    """The inbox, youngest first."""
    return Message.objects.within(scope).select_related("office")
