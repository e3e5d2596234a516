"""Assigning, finishing and sweeping work items; messages.

An act on a record one sees gives work to offices above and beside, and ends theirs: items are written `everywhere`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.worklist.clocks import calendar_for, day_end
from shouwang.kernel.worklist.models import Message, WorkItem

PIECE = 500  # items in one short transaction
SOON_LIST, LATE_LIST = "/worklist/", "/worklist/?light=overdue"


def assign(
    record: models.Model, to: Office, *, kind: str, title: str, action: str, url: str, due_at: dt.datetime | None, now: dt.datetime,
    user: User | None = None, copy_to: Office | None = None, copy_url: str = "",
) -> WorkItem:  # fmt: skip
    """Open the item of (record, kind, office), or bring an open one up to date; called inside the transaction of the act.

    `copy_to` hears of chasing: whoever asked for the work, where that is not the office above. They look at `copy_url`, if the
    record itself is not theirs to see.
    """
    with transaction.atomic(), rls.everywhere():
        item = WorkItem.objects.select_for_update().filter(
            ledger=record._meta.label_lower, record_id=str(record.pk), kind=kind, office=to, state=WorkItem.State.OPEN
        ).first()  # fmt: skip
        if item is None:
            item = WorkItem(ledger=record._meta.label_lower, record_id=str(record.pk), kind=kind, office=to, assigned_at=now)
            item.put_in(to.region)
        elif item.due_at != due_at:
            item.stage = WorkItem.Stage.NONE
        item.title, item.action, item.url, item.due_at, item.user, item.copy_to = title[:200], action, url, due_at, user, copy_to
        item.copy_url = copy_url
        item.save()
    return item


def finish(record: models.Model, *, now: dt.datetime, kind: str = "", office: Office | None = None, dropped: bool = False) -> int:
    """Close the open items of a record (of one kind, of one office); returns how many were open."""
    rows = WorkItem.objects.filter(ledger=record._meta.label_lower, record_id=str(record.pk), state=WorkItem.State.OPEN)
    if kind:
        rows = rows.filter(kind=kind)
    if office is not None:
        rows = rows.filter(office=office)
    with rls.everywhere():
        return rows.update(state=WorkItem.State.DROPPED if dropped else WorkItem.State.DONE, done_at=now)


def postpone(record: models.Model, due_at: dt.datetime, *, kind: str) -> int:
    """Move the due time of a record's open items of a kind; the ladder starts anew. Returns how many there are."""
    rows = WorkItem.objects.filter(ledger=record._meta.label_lower, record_id=str(record.pk), kind=kind, state=WorkItem.State.OPEN)
    with rls.everywhere():
        return rows.update(due_at=due_at, stage=WorkItem.Stage.NONE)


def tell(office: Office, text: str, *, now: dt.datetime, url: str = "", kind: str = Message.Kind.NOTICE, user: User | None = None) -> None:
    """Put a line into an inbox."""
    Message.objects.create(office=office, user=user, kind=kind, text=text[:300], url=url, sent_at=now)


def move_items(giver: User, taker: User, *, by: Scope, today: dt.date) -> int:  # noqa: ARG001 - the handover's event names both
    """Hand a leaving officer's open items to the one who comes; called inside the handover's transaction."""
    with rls.everywhere():
        return WorkItem.objects.filter(user=giver, state=WorkItem.State.OPEN).update(user=taker)


def read_messages(scope_user: str, messages: models.QuerySet[Message]) -> int:
    """Mark messages as read."""
    return messages.filter(read_at=None).update(read_at=timezone.now(), read_by=scope_user)


def sweep(now: dt.datetime) -> dict[str, int]:
    """Climb the ladder for every open item with a due time; each step is taken once (compare and set). Returns steps taken by name.

    提醒 the office one clock before; 催办 the office once overdue, with a copy to the office that asked, else the one above;
    拟通报 to that office when still open after another clock and chased before: a line that leads to a draft, nothing is sent.
    What one office owes of one kind by one time is one line: forty lines at once are read by nobody.
    """
    today = timezone.localtime(now).date()
    calendar = calendar_for()
    ahead = calendar.add_working_days(today, lookup("clocks", "remind_before", on=today).value)
    late_days = lookup("clocks", "bulletin_after", on=today).value
    taken = {"remind": 0, "chase": 0, "bulletin": 0}
    steps: dict[tuple[Any, ...], list[WorkItem]] = {}
    due = WorkItem.objects.filter(state=WorkItem.State.OPEN, due_at__lte=day_end(ahead), stage__lt=WorkItem.Stage.BULLETIN)
    for item in due.select_related("office__parent", "copy_to").order_by("due_at", "id").iterator(chunk_size=500):
        if item.due_at is None:
            continue
        if item.due_at >= now:
            wanted = WorkItem.Stage.REMINDED
        elif item.stage < WorkItem.Stage.CHASED or today <= calendar.add_working_days(timezone.localtime(item.due_at).date(), late_days):
            wanted = WorkItem.Stage.CHASED
        else:
            wanted = WorkItem.Stage.BULLETIN
        if item.stage < wanted:
            steps.setdefault((wanted, item.office_id, item.user_id, item.copy_to_id, item.kind, item.due_at), []).append(item)
    for (stage, *_), items in steps.items():
        for start in range(0, len(items), PIECE):
            taken[{1: "remind", 2: "chase", 3: "bulletin"}[int(stage)]] += _climb(items[start : start + PIECE], stage, now)
    return taken


def _climb(items: list[WorkItem], stage: WorkItem.Stage, now: dt.datetime) -> int:
    """Take one step for items of one office, kind and due time, and say so in one line; returns how many still needed it."""
    with transaction.atomic():
        waiting = WorkItem.objects.select_for_update().filter(pk__in=[i.pk for i in items], state=WorkItem.State.OPEN, stage__lt=stage)
        left = set(waiting.values_list("pk", flat=True))  # the others another worker took, or they were done meanwhile
        if not left:
            return 0
        WorkItem.objects.filter(pk__in=left).update(stage=stage)
        _tell_step([i for i in items if i.pk in left], stage, now)
    return len(left)


def _tell_step(items: list[WorkItem], stage: WorkItem.Stage, now: dt.datetime) -> None:
    first, several = items[0], len(items) > 1
    when = f"{timezone.localtime(first.due_at):%Y-%m-%d %H:%M}" if first.due_at else ""
    above, url, seen = first.copy_to or first.office.parent, LATE_LIST if several else first.url, first.copy_url or first.url
    what = f"“{first.title[:60]}”等 {len(items)} 件" if several else f"“{first.title}”"
    if stage == WorkItem.Stage.REMINDED:
        text, url = f"{what}将于 {when} 到期，请及时{first.action}。", SOON_LIST if several else first.url
        tell(first.office, text, now=now, url=url, kind=Message.Kind.REMIND, user=first.user)
    elif stage == WorkItem.Stage.CHASED:
        text = f"{what}已于 {when} 到期仍未办结，请抓紧{first.action}。"
        tell(first.office, text, now=now, url=url, kind=Message.Kind.CHASE, user=first.user)
        if above:
            tell(above, f"已催办{first.office}：{what}（期限 {when}）。", now=now, url=seen, kind=Message.Kind.COPY)
    elif above:
        tell(above, f"{first.office}{what}催办后仍未办结，已列入拟通报名单。", now=now, url=seen, kind=Message.Kind.BULLETIN)
