"""Assigning, finishing and sweeping work items; messages.

An act on a record one sees gives work to offices above and beside, and ends theirs: items are written `everywhere`.
"""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.utils import timezone

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.worklist.clocks import calendar_for, day_end
from shouwang.kernel.worklist.models import Message, WorkItem


def assign(
    record: models.Model, to: Office, *, kind: str, title: str, action: str, url: str, due_at: dt.datetime | None, now: dt.datetime,
    user: User | None = None,
) -> WorkItem:  # fmt: skip
    """Open the item of (record, kind, office), or bring an open one up to date; called inside the transaction of the act."""
    with transaction.atomic(), rls.everywhere():
        item = WorkItem.objects.select_for_update().filter(
            ledger=record._meta.label_lower, record_id=str(record.pk), kind=kind, office=to, state=WorkItem.State.OPEN
        ).first()  # fmt: skip
        if item is None:
            item = WorkItem(ledger=record._meta.label_lower, record_id=str(record.pk), kind=kind, office=to, assigned_at=now)
            item.put_in(to.region)
        elif item.due_at != due_at:
            item.stage = WorkItem.Stage.NONE
        item.title, item.action, item.url, item.due_at, item.user = title[:200], action, url, due_at, user
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

    提醒 the office one clock before; 催办 the office once overdue, with a copy to the office above; 拟通报 to the office above
    when still open after another clock and chased before: a line that leads to a draft, nothing is sent.
    """
    today = timezone.localtime(now).date()
    calendar = calendar_for()
    ahead = calendar.add_working_days(today, lookup("clocks", "remind_before", on=today).value)
    late_days = lookup("clocks", "bulletin_after", on=today).value
    taken = {"remind": 0, "chase": 0, "bulletin": 0}
    due = WorkItem.objects.filter(state=WorkItem.State.OPEN, due_at__lte=day_end(ahead), stage__lt=WorkItem.Stage.BULLETIN)
    for item in due.select_related("office__parent").order_by("due_at", "id").iterator(chunk_size=500):
        if item.due_at is None:
            continue
        if item.due_at >= now:
            wanted = WorkItem.Stage.REMINDED
        elif item.stage < WorkItem.Stage.CHASED or today <= calendar.add_working_days(timezone.localtime(item.due_at).date(), late_days):
            wanted = WorkItem.Stage.CHASED
        else:
            wanted = WorkItem.Stage.BULLETIN
        if item.stage < wanted and _climb(item, wanted, now):
            taken[{1: "remind", 2: "chase", 3: "bulletin"}[int(wanted)]] += 1
    return taken


def _climb(item: WorkItem, stage: WorkItem.Stage, now: dt.datetime) -> bool:
    when = f"{timezone.localtime(item.due_at):%Y-%m-%d %H:%M}" if item.due_at else ""
    with transaction.atomic():
        if not WorkItem.objects.filter(pk=item.pk, state=WorkItem.State.OPEN, stage=item.stage).update(stage=stage):
            return False  # another worker took the step, or the item was done meanwhile
        above = item.office.parent
        if stage == WorkItem.Stage.REMINDED:
            tell(item.office, f"“{item.title}”将于 {when} 到期，请及时{item.action}。", now=now, url=item.url, kind=Message.Kind.REMIND)
        elif stage == WorkItem.Stage.CHASED:
            tell(
                item.office,
                f"“{item.title}”已于 {when} 到期仍未办结，请抓紧{item.action}。",
                now=now,
                url=item.url,
                kind=Message.Kind.CHASE,
            )
            if above:
                tell(above, f"已催办{item.office}：“{item.title}”（期限 {when}）。", now=now, url=item.url, kind=Message.Kind.COPY)
        elif above:
            tell(above, f"{item.office}“{item.title}”催办后仍未办结，已列入拟通报名单。", now=now, url=item.url, kind=Message.Kind.BULLETIN)
    return True
