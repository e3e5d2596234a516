"""The watch over feeds: who is late, what is past its term, which periods hold somebody who has moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from shouwang.engine.feeds import feeds
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.audit.actions import change
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end
from shouwang.ledgers.exchange import actions, conflicts, lake, policies
from shouwang.ledgers.exchange.intake import put_among
from shouwang.ledgers.exchange.lifecycle import DELIVERY
from shouwang.ledgers.exchange.models import Delivery, FeedAgreement, MatchQuestion
from shouwang.ledgers.registry.models import Member

CONTRADICTION = "exchange.contradiction"


def due_period(code: str, today: dt.date) -> dt.date:
    """The last period of a feed whose expected day is past."""
    known = feeds()[code]
    period = known.last_period(today)
    return period if known.expected(period) < today else known.previous(period)


def in_force(today: dt.date) -> QuerySet[FeedAgreement]:
    """Agreements by which a file is owed on the day."""
    return FeedAgreement.objects.filter(Q(until=None) | Q(until__gt=today), way="file", since__lte=today)


def delivered(today: dt.date) -> Q:
    """The condition of an agreement whose last due period is here, or began before the agreement did."""
    out = Q(pk__in=[])
    for code in feeds():
        period = due_period(code, today)
        here = Delivery.objects.filter(feed=code, period=period, state__in=("done", "expired"), received_on__lte=today)
        out |= Q(feed=code) & (Q(pk__in=here.values("agreement")) | Q(since__gt=feeds()[code].expected(period)))
    return out


def late_items(today: dt.date) -> int:
    """Open, keep or close the item of every agreement; returns how many are late. A late feed is work of whoever owes it."""
    now = timezone.now()
    late = list(in_force(today).exclude(delivered(today)).select_related("office", "region"))
    for agreement in late:
        known, period = agreement.declared, due_period(agreement.feed, today)
        failed = Delivery.objects.filter(agreement=agreement, period=period, state="unread").exists()
        title = f"{known.name} {period:%Y-%m} {'文件无法读取，须重报' if failed else '逾期未报送'}"
        worklist.assign(
            agreement,
            agreement.office,
            kind=actions.LATE,
            title=title,
            action="报送数据",
            url=f"{reverse('exchange_send', args=[agreement.pk])}?period={period:%Y-%m}",
            due_at=day_end(known.expected(period)),
            now=now,
        )
    for agreement in in_force(today).filter(delivered(today)):
        worklist.finish(agreement, now=now, kind=actions.LATE)
    return len(late)


def contradiction_items(today: dt.date) -> int:
    """One line a county for what feeds of last month say against one another: its lead office asks the departments.

    Ends when the departments have sent rows that fit together, or a new month takes its place. Returns how many counties have any.
    """
    period, now, open_in = (today.replace(day=1) - dt.timedelta(1)).replace(day=1), timezone.now(), 0
    for office in offices_in_force(today).filter(kind=Office.Kind.LEAD, tier=Region.COUNTY).select_related("region"):
        found = len(conflicts.found_in([office.region.code[:6]], period))
        if found:
            many = f"{found} 处" if found < conflicts.AT_MOST else f"{found} 处以上"
            title, url = f"部门数据打架 {period:%Y-%m}：{many}，请函询有关部门", f"{reverse('exchange_conflicts')}?period={period:%Y-%m}"
            due_at = day_end(conflicts.ask_by(period))
            worklist.assign(office.region, office, kind=CONTRADICTION, title=title, action="函询核实", url=url, due_at=due_at, now=now)
            open_in += 1
        else:
            worklist.finish(office.region, now=now, kind=CONTRADICTION, office=office)
    return open_in


def expire(run: Run) -> int:
    """Delete the periods past their term, their deliveries' rows and files with them; returns how many periods."""
    gone = 0
    for code, known in feeds().items():
        rows = Delivery.objects.filter(feed=code, state="done").values_list("period", flat=True).distinct().order_by()
        for period in sorted(p for p in rows if known.kept_until(p) <= run.today):
            with run.chunk():
                past = list(Delivery.objects.filter(feed=code, period=period, state="done"))
                for delivery in past:
                    with DELIVERY.advance(delivery, "expire", by=Scope.system("部门数据"), today=run.today) as locked:
                        actions.forget(locked)
            lake.drop_period(code, period)
            for delivery in past:
                lake.drop_delivery(delivery.pk)
            gone += 1
    return gone


def on_household_change(shift: HouseholdShift) -> None:
    """The registry's hook. Rows stay with their person; what follows from a change is the system's work, see `jobs.follow`."""
    if shift.kind == "registered":
        return  # nobody has changed, and nothing has moved
    members = list(shift.members) or list(Member.objects.filter(household_id=shift.new).values_list("pk", flat=True))
    key = f"exchange.follow:{shift.kind}:{shift.change}"
    enqueue("exchange.follow", by=Scope.system("部门数据"), args={"members": members[:2000]}, key=key, today=shift.today)


def place_questions(members: Collection[int], today: dt.date) -> None:
    """Let open questions about these members lie where their candidates are today."""
    wanted = set(members)
    for question in MatchQuestion.objects.filter(state="open").select_related("first"):
        ids = [c[0] for c in question.candidates]
        if wanted & set(ids):
            with change(question, by=Scope.system("部门数据"), verb=policies.FOLLOW, today=today) as locked:
                put_among(locked, ids, question.first)


def periods_of(members: Collection[int]) -> list[tuple[str, dt.date]]:
    """The (feed, period)s that hold rows of these members, in order."""
    keys = set(Member.objects.filter(pk__in=members).values_list("lake_key", flat=True))
    asked = set(MatchQuestion.objects.filter(member__in=members).values_list("pk", flat=True))
    found = set()
    for delivery in Delivery.objects.filter(state="done").order_by("pk"):
        if keys & lake.column(delivery.pk, "person") or asked & lake.column(delivery.pk, "question"):
            found.add((delivery.feed, delivery.period))
    return sorted(found)
