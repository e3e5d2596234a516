"""Recurring jobs: when they run, that one worker runs them, and what is kept of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from shouwang.kernel.attachments.apps import _sweep
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs import apps, handlers
from shouwang.kernel.jobs.actions import plant_schedules, prune, run_schedules, set_schedule
from shouwang.kernel.jobs.models import Job, Schedule
from tests.kernel.jobs.test_jobs import SYSTEM, TODAY, count_to, put, step

pytestmark = pytest.mark.django_db


def noon(day: int, hour: int = 12) -> dt.datetime:
    return dt.datetime(2020, 2, day, hour, tzinfo=timezone.get_default_timezone())


def test_a_daily_schedule_runs_once_a_business_day_and_catches_up_once() -> None:
    handlers.register("t.daily", lambda _: None, "每日", daily_at=dt.time(9))
    plant_schedules()
    plant_schedules()
    real = timezone.now()
    assert [j.business_at for j in run_schedules(now=real, business=noon(17))] == [dt.date(2020, 2, 17)]
    assert run_schedules(now=real, business=noon(17, 23)) == []
    assert run_schedules(now=real, business=noon(18, 8)) == []
    assert [j.business_at for j in run_schedules(now=real, business=noon(21, 8))] == [dt.date(2020, 2, 20)]
    assert len(run_schedules(now=real, business=noon(21, 9))) == 1
    assert run_schedules(now=real, business=noon(20)) == []
    assert Schedule.objects.get().last_run == real


def test_an_interval_schedule_runs_once_an_interval() -> None:
    handlers.register("t.every", lambda _: None, "定时", every=60)
    plant_schedules()
    start = dt.datetime(2020, 2, 17, 1, 0, tzinfo=dt.UTC)
    ran = [len(run_schedules(now=start + dt.timedelta(seconds=20 * n), business=noon(17))) for n in range(7)]
    assert ran == [1, 0, 0, 1, 0, 0, 1]


def test_a_schedule_seen_by_two_workers_is_run_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers.register("t.daily", lambda _: None, "每日", daily_at=dt.time(9))
    plant_schedules()
    stale = list(Schedule.objects.all())
    assert len(run_schedules(now=timezone.now(), business=noon(17))) == 1
    monkeypatch.setattr(Schedule.objects, "filter", lambda **kw: stale if "kind__in" in kw else Schedule._base_manager.filter(**kw))
    assert run_schedules(now=timezone.now(), business=noon(17)) == []
    assert Job.objects.count() == 1


def test_a_schedule_can_be_changed_and_paused_with_an_audit_row() -> None:
    handlers.register("t.daily", lambda _: None, "每日", daily_at=dt.time(9))
    plant_schedules()
    run_schedules(now=timezone.now(), business=noon(17))
    set_schedule("t.daily", every=3600, daily_at=None, paused=False, by=SYSTEM, today=TODAY)
    assert len(run_schedules(now=timezone.now(), business=noon(17))) == 1
    set_schedule("t.daily", every=3600, daily_at=None, paused=True, by=SYSTEM, today=TODAY)
    assert run_schedules(now=timezone.now() + dt.timedelta(days=2), business=noon(19)) == []
    assert Event.objects.filter(verb="jobs.schedule.set").count() == 2
    with pytest.raises(Refused, match="二者取其一"):
        set_schedule("t.daily", every=None, daily_at=None, paused=False, by=SYSTEM, today=TODAY)
    with pytest.raises(Refused, match=r"没有名为“x”的定时任务。现有：t\.daily"):
        set_schedule("x", every=1, daily_at=None, paused=False, by=SYSTEM, today=TODAY)


def test_pruning_removes_old_runs_of_schedules_and_nothing_else() -> None:
    handlers.register("t.daily", lambda _: None, "每日", daily_at=dt.time(9))
    handlers.register("t.count", count_to, "计数")
    plant_schedules()
    run_schedules(now=timezone.now(), business=noon(17))
    put(n=1)
    while step():
        pass
    assert prune(before=timezone.now() - dt.timedelta(days=1)) == 0
    assert prune(before=timezone.now() + dt.timedelta(days=1)) == 1
    assert Job.objects.get().kind == "t.count"


def test_the_nightly_prune_deletes_runs_older_than_30_days_and_the_sweep_says_how_many_files(settings: Any, tmp_path: Path) -> None:
    settings.SHOUWANG_HOME = tmp_path
    handlers.register("jobs.prune", apps._prune, "清理", daily_at=dt.time(2))
    handlers.register("attachments.sweep", _sweep, "清理", daily_at=dt.time(3))
    plant_schedules()
    run_schedules(now=timezone.now(), business=noon(17))
    Job.objects.filter(kind="attachments.sweep").update(finished_at=timezone.now() - dt.timedelta(days=31), state="done")
    assert step()
    assert list(Job.objects.values_list("kind", "state")) == [("jobs.prune", "done")]
    run_schedules(now=timezone.now(), business=noon(18))
    while step():
        pass
    assert Job.objects.get(kind="attachments.sweep").result == {"words": "清理了 0 个文件。"}
