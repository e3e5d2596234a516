"""Jobs: queue, claims, chunks, errors, cancelling, reaping, schedules - in one process."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.jobs import handlers
from shouwang.kernel.jobs.actions import cancel, enqueue, retry
from shouwang.kernel.jobs.models import Job, Schedule
from shouwang.kernel.jobs.run import Cancelled, LeaseLost, Run
from shouwang.kernel.jobs.worker import Chore, Worker, born, claim, gone, machine, reap
from shouwang.kernel.regions.scope import Scope
from tests.factories.accounts import make_office, make_region, make_user

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("测试")
TODAY = dt.date(2020, 2, 17)
MARK = Verb("tests.item.mark", "处理了一项")


def put(kind: str = "t.count", key: str = "k", **args: Any) -> Job:
    return enqueue(kind, by=SYSTEM, args=args, key=key, today=TODAY)


def count_to(run: Run) -> dict[str, Any]:
    """Marks 1 … n, two items a chunk."""
    n = run.args["n"]
    while (at := run.cursor.get("at", 0)) < n:
        with run.chunk():
            for item in range(at + 1, min(n, at + 2) + 1):
                note(run.job, by=SYSTEM, verb=MARK, today=run.today, changes={"item": item})
            run.cursor["at"] = min(n, at + 2)
            run.progress(run.cursor["at"], n)
    return {"words": f"共 {n} 项"}


def marked() -> list[int]:
    return [e.changes["item"] for e in Event.objects.filter(verb=MARK.code).order_by("id")]


def step() -> bool:
    return Worker().step(timezone.now())


def test_a_job_runs_to_its_end_with_progress_and_result() -> None:
    handlers.register("t.count", count_to, "计数")
    job = put(n=5)
    assert step()
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.result) == ("done", 5, 5, {"words": "共 5 项"})
    assert (job.worker, job.lease_until, job.business_at) == ("", None, TODAY)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert marked() == [1, 2, 3, 4, 5]
    assert not step()


def test_the_same_key_gives_the_same_job() -> None:
    handlers.register("t.count", count_to, "计数")
    assert put(n=1).pk == put(n=1).pk
    assert Job.objects.count() == 1
    handlers.register("t.other", count_to, "其他")
    with pytest.raises(ValueError, match="belongs to"):
        put("t.other")


@pytest.mark.parametrize(
    "args",
    [
        {"name": "王建国"},
        {"id": "440513196001011234"},
        {"phone": "13800138000"},
        {"n": 13800138000},
        {"rows": [{"x": 1.5}]},
        {"card": "6228480402564890018"},
    ],
)
def test_arguments_that_could_be_personal_data_are_refused(args: dict[str, Any]) -> None:
    handlers.register("t.count", count_to, "计数")
    with pytest.raises(ValueError, match="ids, codes and dates only"):
        enqueue("t.count", by=SYSTEM, args=args, key="k", today=TODAY)


@pytest.mark.parametrize(
    "args",
    [
        {"region": "440513100001"},
        {"uid": "0b0e7f4e-7d41-4a7e-8f0e-112233445566"},
        {"sha256": "1" * 64},
        {"on": "2020-02-17", "ids": [1, 2, None, True]},
    ],
)
def test_ids_codes_and_dates_are_accepted(args: dict[str, Any]) -> None:
    handlers.register("t.count", count_to, "计数")
    assert enqueue("t.count", by=SYSTEM, args=args, key="k", today=TODAY).args == args


def test_an_unknown_kind_cannot_be_enqueued_and_does_not_block_others() -> None:
    with pytest.raises(ValueError, match="not registered"):
        put("t.nobody")
    handlers.register("t.gone", count_to, "旧类别")
    handlers.register("t.count", count_to, "计数")
    for n in range(6):
        put("t.gone", key=f"old{n}", n=1)
    del handlers._kinds["t.gone"]
    job = put(n=1)
    assert step()
    job.refresh_from_db()
    assert job.state == "done"


def test_registering_a_kind_twice_with_another_handler_is_an_error() -> None:
    handlers.register("t.count", count_to, "计数")
    handlers.register("t.count", count_to, "计数")
    with pytest.raises(ValueError, match="already"):
        handlers.register("t.count", lambda _: None, "计数")
    with pytest.raises(ValueError, match="not both"):
        handlers.register("t.x", count_to, "计数", every=1, daily_at=dt.time(1))


def test_an_error_undoes_only_its_chunk_and_the_next_run_goes_on_there() -> None:
    troubles = [ValueError("王建国 440513196001011234")]

    def shaky(run: Run) -> None:
        while (at := run.cursor.get("at", 0)) < 4:
            with run.chunk():
                note(run.job, by=SYSTEM, verb=MARK, today=run.today, changes={"item": at + 1})
                run.cursor["at"] = at + 1
                if at == 2 and troubles:
                    raise troubles.pop()

    handlers.register("t.shaky", shaky, "不稳")
    job = put("t.shaky")
    assert step()
    job.refresh_from_db()
    assert (job.state, job.cursor, job.setbacks, job.attempt) == ("queued", {"at": 2}, 1, 1)
    assert "王建国" not in job.message
    assert step()
    job.refresh_from_db()
    assert (job.state, job.setbacks, job.attempt) == ("done", 0, 2)
    assert marked() == [1, 2, 3, 4]


def test_a_job_that_never_gets_on_fails_after_its_attempts_and_waits_longer_each_time() -> None:
    def hopeless(_: Run) -> None:
        raise RuntimeError

    handlers.register("t.hopeless", hopeless, "无望", max_attempts=4)
    job, waits = put("t.hopeless"), []
    for _ in range(3):
        now = timezone.now()
        assert step()
        job.refresh_from_db()
        assert job.state == "queued"
        waits.append(round((job.run_after - now).total_seconds()))
        Job.objects.update(run_after=now)
    assert step()
    job.refresh_from_db()
    assert waits == [0, 4, 8]
    assert (job.state, job.attempt) == ("failed", 4)
    assert "系统管理员" in job.message
    assert job.finished_at is not None


def test_progress_clears_the_count_of_setbacks() -> None:
    def one_a_run(run: Run) -> None:
        with run.chunk():
            run.cursor["at"] = run.cursor.get("at", 0) + 1
        if run.cursor["at"] < 9:
            raise RuntimeError

    handlers.register("t.slow", one_a_run, "慢", max_attempts=2)
    job = put("t.slow")
    for _ in range(9):
        assert step()
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("done", 9)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Refused("文件不是有效的工作簿。"), "文件不是有效的工作簿。"),
        (Refused("身份证号 440513196001011234 校验位不符。"), "身份证号 （号码已隐去） 校验位不符。"),
        (OutOfScope(), "所涉记录已不存在，或已不在发起人的管理范围内。请核对后重新发起。"),
    ],
)
def test_a_refusal_ends_the_job_with_its_words(fault: Exception, words: str) -> None:
    def refuse(_: Run) -> None:
        raise fault

    handlers.register("t.refuse", refuse, "拒绝")
    job = put("t.refuse")
    assert step()
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", words)


def test_a_result_that_is_no_json_is_an_error_of_the_job_and_not_of_the_worker() -> None:
    handlers.register("t.bad", lambda _: {"x": object()}, "坏", max_attempts=1)
    job = put("t.bad")
    assert step()
    job.refresh_from_db()
    assert job.state == "failed"


def test_a_waiting_job_is_cancelled_at_once_and_can_be_started_again() -> None:
    handlers.register("t.count", count_to, "计数")
    job = cancel(put(n=3), by=SYSTEM, today=TODAY)
    assert (job.state, step()) == ("cancelled", False)
    with pytest.raises(Refused, match="无需取消"):
        cancel(job, by=SYSTEM, today=TODAY)
    assert retry(job, by=SYSTEM, today=TODAY).state == "queued"
    assert step()
    assert marked() == [1, 2, 3]
    with pytest.raises(Refused, match="只有失败或已取消"):
        retry(job, by=SYSTEM, today=TODAY)
    verbs = list(Event.objects.exclude(verb=MARK.code).values_list("verb", flat=True))
    assert verbs == ["jobs.job.cancel", "jobs.job.retry"]


def test_a_running_job_is_cancelled_behind_its_chunk() -> None:
    def asks(run: Run) -> None:
        for item in range(1, 5):
            with run.chunk():
                note(run.job, by=SYSTEM, verb=MARK, today=TODAY, changes={"item": item})
                if item == 2:
                    cancel(Job.objects.get(pk=run.job.pk), by=SYSTEM, today=TODAY)

    handlers.register("t.asks", asks, "自取消")
    job = put("t.asks")
    assert step()
    job.refresh_from_db()
    assert (job.state, marked()) == ("cancelled", [1, 2])


def test_a_stopping_worker_finishes_the_chunk_and_puts_the_job_back_without_a_setback() -> None:
    stopping = Worker()

    def stops(run: Run) -> None:
        while (at := run.cursor.get("at", 0)) < 4:
            with run.chunk():
                note(run.job, by=SYSTEM, verb=MARK, today=TODAY, changes={"item": at + 1})
                run.cursor["at"] = at + 1
                if at == 1 and run.job.attempt == 1:
                    stopping.stop.set()
            assert run.cancelled() == stopping.stop.is_set()

    handlers.register("t.stops", stops, "停")
    job = put("t.stops")
    assert stopping.step(timezone.now())
    job.refresh_from_db()
    assert (job.state, job.setbacks, job.cursor) == ("queued", 0, {"at": 2})
    stopping.stop.clear()
    assert step()
    assert marked() == [1, 2, 3, 4]


def test_a_run_that_lost_its_claim_writes_nothing_more() -> None:
    def overtaken(run: Run) -> None:
        with run.chunk():
            note(run.job, by=SYSTEM, verb=MARK, today=TODAY, changes={"item": 1})
        Job.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
        assert reap(timezone.now()) == 1
        assert claim("other", timezone.now()) is not None
        with pytest.raises(LeaseLost), run.chunk():
            note(run.job, by=SYSTEM, verb=MARK, today=TODAY, changes={"item": 2})
        run.progress(99, 100)
        with pytest.raises(LeaseLost):
            run.check()
        raise LeaseLost

    handlers.register("t.overtaken", overtaken, "被接管")
    job = put("t.overtaken")
    assert step()
    job.refresh_from_db()
    assert (job.state, job.worker, job.attempt, job.done) == ("running", "other", 2, 0)
    assert marked() == [1]


def test_of_two_claims_one_gets_the_job() -> None:
    handlers.register("t.count", count_to, "计数")
    job, now = put(n=1), timezone.now()
    first, second = claim("a", now), claim("b", now)
    assert first is not None
    assert (first.pk, first.worker, first.attempt, second) == (job.pk, "a", 1, None)


def test_a_job_whose_process_is_gone_is_reaped_before_its_lease_ends() -> None:
    handlers.register("t.count", count_to, "计数")
    job, now = put(n=1), timezone.now()
    here = machine()
    assert claim(f"{here}:1:{born(1)}", now) is not None
    assert reap(now) == 0
    Job.objects.update(worker=f"{here}:1:1{born(1)}")
    assert reap(now) == 1
    job.refresh_from_db()
    assert (job.state, job.setbacks, job.worker) == ("queued", 1, "")
    assert not gone("elsewhere:1:1")
    assert gone(f"{here}:4194305:77")


def test_a_job_that_kills_its_worker_again_and_again_has_failed() -> None:
    handlers.register("t.count", count_to, "计数", max_attempts=3)
    job = put(n=1)
    for _ in range(3):
        Job.objects.filter(state="queued").update(run_after=timezone.now())
        assert claim("elsewhere:1:1", timezone.now()) is not None
        assert reap(timezone.now() + dt.timedelta(minutes=1)) == 1
    job.refresh_from_db()
    assert (job.state, job.attempt, job.setbacks) == ("failed", 3, 3)


def test_progress_outside_a_chunk_is_seen_at_once_but_at_most_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers.register("t.count", count_to, "计数")
    put(n=1)
    job = claim("w", timezone.now())
    assert job is not None
    run = Run(job)
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)  # a worker is in none; the test's own is hidden
    run.progress(7, 10, "读取文件")
    run.progress(8)
    assert Job.objects.values_list("done", "total", "message").get() == (7, 10, "读取文件")


def test_a_job_acts_as_the_person_who_asked_and_not_after_the_account_ends() -> None:
    handlers.register("t.count", count_to, "计数")
    office = make_office("440513-fpb", "潮阳区扶贫办", make_region("440513", "潮阳区", 3))
    user = make_user("clerk", office, "office_clerk")
    job = enqueue("t.count", by=Scope(user.pk, user.name, None), args={}, key="k", today=TODAY)
    scope = Run(job).by()
    assert (scope.user_id, scope.device, scope.may("registry.view")) == (user.pk, "job", True)
    assert Run(put(key="system")).by().everything
    user.is_active = False
    user.save()
    with pytest.raises(Refused, match="已停用"):
        Run(job).by()


def test_a_beat_prolongs_the_lease_and_brings_the_wish_to_cancel() -> None:
    handlers.register("t.count", count_to, "计数")
    put(n=1)
    Job.objects.update(run_after=timezone.now() - dt.timedelta(hours=1))
    job = claim("w", timezone.now() - dt.timedelta(minutes=1))
    assert job is not None
    run = Run(job, lease=dt.timedelta(0))  # every check is due for a beat
    run.check()
    assert Job.objects.get().lease_until > job.lease_until  # type: ignore[operator]  # a running job has one
    Job.objects.update(cancel_requested=True)
    with pytest.raises(Cancelled):
        run.check()
    assert run.cancelled()


def test_rows_say_what_they_are() -> None:
    assert str(Job(pk=7, kind="t.count")) == "t.count 7"
    assert str(Schedule(kind="t.count")) == "t.count"


def test_the_worker_waits_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    working = Worker(poll=0.001)

    def away(_: dt.datetime) -> bool:
        tries.append(1)
        if len(tries) == 3:
            working.stop.set()
        raise DatabaseError

    monkeypatch.setattr(working, "step", away)
    monkeypatch.setattr("shouwang.kernel.jobs.worker.connection.close", lambda: None)
    monkeypatch.setattr(threading.Thread, "start", lambda _: None)
    monkeypatch.setattr(threading.Thread, "join", lambda *_, **__: None)
    working.work()
    assert len(tries) == 3


@pytest.mark.django_db(transaction=True)
def test_chores_run_beside_survive_an_error_and_run_once_more_at_the_end() -> None:
    ran: list[str] = []

    def fails(_: dt.datetime) -> None:
        ran.append("fails")
        raise ZeroDivisionError

    def away(_: dt.datetime) -> None:
        ran.append("away")
        raise DatabaseError

    last = Chore("last", 3600, lambda _: ran.append("last"), at_end=True)
    working = Worker(chores=[Chore("fails", 0.01, fails), Chore("away", 0.01, away), last], poll=0.01)
    threading.Timer(0.3, working.stop.set).start()
    working._beside()
    assert ran.count("fails") > 1
    assert ran.count("away") > 1
    assert (ran.count("last"), ran[-1]) == (2, "last")
