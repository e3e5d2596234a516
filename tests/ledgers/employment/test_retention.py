"""Retention calls: planned once for people placed, worked off the list, and what follows when somebody has left."""

import datetime as dt

import pytest
from django.utils import timezone

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import figures
from shouwang.ledgers.employment.actions import retention
from shouwang.ledgers.employment.models import RetentionCall
from tests.factories.employment import TODAY, add_record, make_post, make_worker

BY = Scope.system("核验")
FIGURES = {f.code: f for f in figures.FIGURES}


def placed(village, **kw):
    return add_record(make_worker(village), post=make_post(village), started_on=TODAY, **kw)


def test_calls_are_planned_once_for_who_was_placed_and_has_started(village):
    record = placed(village)
    add_record(make_worker(village))
    placed(village).worker.records.update(started_on=TODAY + dt.timedelta(1), planned=True)
    assert retention.plan_calls(by=BY, today=TODAY) == 1
    assert retention.plan_calls(by=BY, today=TODAY) == 0
    days = [(c.days, c.due_on) for c in record.follow_ups.order_by("days")]
    assert days == [(n, TODAY + dt.timedelta(n)) for n in (7, 30, 90)]
    items = WorkItem.objects.filter(kind=retention.KIND, state="open")
    assert items.count() == 3
    assert all(record.worker.member.name not in i.title for i in items)


def test_a_call_whose_day_was_past_when_it_was_asked_is_not_late_at_once(village):
    placed(village).worker.records.update(started_on=TODAY - dt.timedelta(40))
    retention.plan_calls(by=BY, today=TODAY)
    due = sorted(timezone.localtime(i.due_at).date() for i in WorkItem.objects.filter(kind=retention.KIND))
    assert due == [TODAY + dt.timedelta(3), TODAY + dt.timedelta(3), TODAY + dt.timedelta(50)]


def test_still_there_finishes_one_item_only(village):
    record = placed(village)
    retention.plan_calls(by=BY, today=TODAY)
    call = record.follow_ups.get(days=7)
    retention.answer(call, "there", "", by=BY, today=TODAY + dt.timedelta(7))
    assert WorkItem.objects.filter(kind=retention.KIND, state="open").count() == 2
    with pytest.raises(Refused, match="不能重复"):
        retention.answer(call, "there", "", by=BY, today=TODAY + dt.timedelta(8))


def test_who_left_ends_the_work_and_the_calls_to_come(village):
    record = placed(village)
    retention.plan_calls(by=BY, today=TODAY)
    day = TODAY + dt.timedelta(7)
    with pytest.raises(Refused, match="离岗原因"):
        retention.answer(record.follow_ups.get(days=7), "left", "", by=BY, today=day)
    assert FIGURES["employment.placed"].rows(day).count() == 1
    retention.answer(record.follow_ups.get(days=7), "left", "工厂停产", by=BY, today=day)
    record.refresh_from_db()
    assert (record.ended_on, record.left_reason) == (day, "工厂停产")
    assert not RetentionCall.objects.filter(outcome="").exists()
    assert not WorkItem.objects.filter(kind=retention.KIND, state="open").exists()
    assert FIGURES["employment.placed"].rows(day).count() == 0
