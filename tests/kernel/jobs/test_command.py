"""shouwang jobs list | schedule | work."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from django.db import OperationalError

from shouwang.cli.jobs import background_worker, jobs, stop_on_signals
from shouwang.kernel.jobs import handlers
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Schedule
from shouwang.kernel.regions.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    daily = handlers.Kind("t.daily", lambda _: None, "每日一次", daily_at=dt.time(9))
    monkeypatch.setattr(handlers, "_kinds", {"t.daily": daily})


def test_the_list_shows_jobs_and_filters_by_state() -> None:
    enqueue("t.daily", by=Scope.system("命令行"), args={}, key="k", today=dt.date(2020, 2, 17))
    assert "排队中\t每日一次\t--\t命令行" in CliRunner().invoke(jobs, ["list"]).output
    assert CliRunner().invoke(jobs, ["list", "--state", "done"]).output == ""


def test_a_schedule_is_shown_changed_and_refused_in_words() -> None:
    assert "t.daily\t每天 09:00\t启用\t尚未运行" in CliRunner().invoke(jobs, ["schedule"]).output
    assert "t.daily\t每天 07:30\t已暂停" in CliRunner().invoke(jobs, ["schedule", "t.daily", "--at", "07:30", "--pause"]).output
    assert Schedule.objects.get().daily_at == dt.time(7, 30)
    for args, words in ((["t.daily", "--at", "7点半"], "不是时刻"), (["t.none", "--every", "5"], "没有名为"), (["t.daily"], "二者取其一")):
        done = CliRunner().invoke(jobs, ["schedule", *args])
        assert (done.exit_code, words in done.output) == (1, True), done.output


def test_a_database_that_is_not_there_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr("shouwang.kernel.jobs.actions.plant_schedules", away)
    done = CliRunner().invoke(jobs, ["schedule"])
    assert (done.exit_code, "数据库无法访问或尚未建立" in done.output) == (1, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_worker(number: int) -> None:
    before = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)}
    worker = background_worker()
    try:
        stop_on_signals(worker)
        os.kill(os.getpid(), number)
        assert worker.stop.wait(5)
    finally:
        for n, handler in before.items():
            signal.signal(n, handler)


def test_the_background_worker_seals_and_runs_schedules() -> None:
    acts: dict[str, Callable[[dt.datetime], object]] = {c.name: c.act for c in background_worker()._chores}
    assert set(acts) == {"reap", "seal", "plant", "schedules"}
    now = dt.datetime.now(dt.UTC)
    for name in ("plant", "schedules", "seal", "reap"):
        acts[name](now)
    assert Schedule.objects.get().last_run == now


def test_work_runs_until_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    worked = []

    class Busy:
        stop = threading.Event()

        def work(self) -> None:
            worked.append(time.monotonic())

    module = sys.modules["shouwang.cli.jobs"]  # by name: the package may hold the command of the same name
    monkeypatch.setattr(module, "background_worker", Busy)
    monkeypatch.setattr(module, "stop_on_signals", lambda _: None)
    assert CliRunner().invoke(jobs, ["work"]).exit_code == 0
    assert len(worked) == 1
