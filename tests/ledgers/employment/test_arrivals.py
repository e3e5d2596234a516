"""Planned work: begun by hand or by the bus that brought the worker, or never begun, with the reason; forgotten by nobody."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import figures
from shouwang.ledgers.employment.actions import arrivals, labour
from tests.factories.employment import TODAY, add_record, make_post, make_worker

BY = Scope.system("核验")
FIGURES = {f.code: f for f in figures.FIGURES}
DAY = dt.timedelta(1)


def planned(village, starts=TODAY, **kw):
    return add_record(make_worker(village, status="wants", reason="traffic"), started_on=starts, planned=True, **kw)


def test_who_has_started_is_at_work_and_placed_from_that_day(village):
    record = planned(village, TODAY - DAY, post=make_post(village))
    assert FIGURES["employment.placed"].rows(TODAY).count() == 0
    arrivals.start_work(record, TODAY, by=BY, today=TODAY)
    record.refresh_from_db()
    record.worker.refresh_from_db()
    assert (record.planned, record.started_on) == (False, TODAY)
    assert record.worker.status not in ("wants", "unsurveyed")
    assert FIGURES["employment.placed"].rows(TODAY).count() == 1
    with pytest.raises(Refused, match="不是待到岗"):
        arrivals.start_work(record, TODAY, by=BY, today=TODAY)


def test_nobody_starts_tomorrow_or_beside_other_work(village):
    record = planned(village, TODAY)
    with pytest.raises(Refused, match="晚于今天"):
        arrivals.start_work(record, TODAY + DAY, by=BY, today=TODAY)
    add_record(record.worker, started_on=TODAY - 30 * DAY)
    with pytest.raises(Refused, match="重叠"):
        arrivals.start_work(record, TODAY, by=BY, today=TODAY)
    record.refresh_from_db()
    assert record.planned


def test_who_never_started_leaves_a_reason_and_no_day_of_work(village):
    record = planned(village, TODAY - DAY)
    labour.end_work(record, TODAY, reason="企业延迟开工", by=BY, today=TODAY)
    record.refresh_from_db()
    assert (record.planned, record.ended_on, record.left_reason) == (True, TODAY, "企业延迟开工")
    assert FIGURES["employment.at_work"].rows(TODAY).filter(pk=record.worker_id).count() == 0
    assert arrivals.ask_arrivals(today=TODAY + DAY) == 0
    labour.check_overlap(record.worker, TODAY - 9 * DAY, None)  # whoever did not go may have worked elsewhere that day


def test_work_beside_a_plan_that_stands_is_refused_with_what_to_do(village):
    record = planned(village, TODAY + 4 * DAY)
    with pytest.raises(Refused, match=r"与已有计划务工重叠：2020-02-21 起 .*不去的请先在该记录登记未到岗"):
        labour.check_overlap(record.worker, TODAY, None)
    done = add_record(make_worker(village), started_on=TODAY - 9 * DAY, ended_on=TODAY - 2 * DAY)
    with pytest.raises(Refused, match=r"与已有务工记录重叠：2020-02-08 ～ 2020-02-15 .*请改正起止日期。"):
        labour.check_overlap(done.worker, TODAY - 3 * DAY, None)


def test_a_town_is_asked_once_for_all_whose_day_has_passed_until_each_is_settled(village):
    first, second = planned(village, TODAY - 2 * DAY), planned(village, TODAY - DAY)
    planned(village, TODAY)
    assert arrivals.ask_arrivals(today=TODAY) == 2
    assert arrivals.ask_arrivals(today=TODAY) == 2
    item = WorkItem.objects.get(kind=arrivals.KIND, state="open")
    assert "2 人" in item.title
    assert first.worker.member.name not in item.title
    arrivals.start_work(first, TODAY, by=BY, today=TODAY)
    labour.end_work(second, TODAY, reason="不想去了", by=BY, today=TODAY)
    assert arrivals.ask_arrivals(today=TODAY) == 0
    assert not WorkItem.objects.filter(kind=arrivals.KIND, state="open").exists()
