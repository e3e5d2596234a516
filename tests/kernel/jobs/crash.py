"""Run by test_kill.py in a process of its own: workers are forked, killed with SIGKILL at random moments, and forked again.

Prints one JSON object: kills, how often each item was done, the state of each job, what the audit verification found.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from typing import NoReturn

import django

django.setup()

from django.db import connections
from django.utils import timezone

from shouwang.cli.jobs import stop_on_signals
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.seal import Sealer
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.audit.verify import verify
from shouwang.kernel.jobs.actions import enqueue, plant_schedules, run_schedules
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.models import Job, Schedule
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.jobs.worker import Chore, Worker
from shouwang.kernel.regions.scope import Scope

SYSTEM = Scope.system("测试")
TODAY = dt.date(2020, 2, 17)
MARK = Verb("tests.item.mark", "处理了一项")
ITEMS, CHUNK = 300, 5


def mark_items(run: Run) -> None:
    """One audit row per item: nothing in the table would stop a second one, so a doubled item shows."""
    while (at := run.cursor.get("at", 0)) < ITEMS:
        with run.chunk():
            for item in range(at, at + CHUNK):
                note(run.job, by=SYSTEM, verb=MARK, today=run.today, changes={"item": item})
                time.sleep(0.001)
            run.cursor["at"] = at + CHUNK
            run.progress(at + CHUNK, ITEMS)


def tick(run: Run) -> None:
    """A recurring job that leaves one row."""
    with run.chunk():
        if not run.cursor:
            note(run.job, by=SYSTEM, verb=MARK, today=run.today)
        run.cursor = {"done": True}


register("crash.items", mark_items, "处理", max_attempts=50)
register("crash.tick", tick, "滴答", every=1, max_attempts=50)


def work() -> NoReturn:
    """The life of a forked worker; SIGTERM ends it cleanly."""
    chores = [
        Chore("seal", 0.02, Sealer(block_rows=50).tick),
        Chore("schedules", 0.02, lambda now: run_schedules(now=now, business=timezone.localtime(now))),
    ]
    worker = Worker(chores=chores, lease=dt.timedelta(seconds=5), poll=0.01)
    stop_on_signals(worker)
    worker.work()
    os._exit(0)


def fork() -> int:
    """A worker in a process of its own."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        work()
    return pid


def end(pid: int, number: int) -> None:
    """Signal the process and wait for it, so that its number may say that it is gone."""
    os.kill(pid, number)
    os.waitpid(pid, 0)


def attempts() -> int:
    """How often the two jobs were claimed."""
    return sum(Job.objects.filter(kind="crash.items").values_list("attempt", flat=True))


def unfinished() -> bool:
    """Whether one of the two jobs is not done; who waits after several kills without progress waits no more."""
    Job.objects.filter(state="queued").update(run_after=timezone.now())
    return Job.objects.filter(kind="crash.items").exclude(state="done").exists()


def kill_often(kills: int, rng: random.Random, deadline: float) -> int:
    """Fork a worker, wait until it has claimed a job, kill it a moment later; returns how many kills fell into a job."""
    done = 0
    while done < kills and unfinished() and time.time() < deadline:
        before, pid = attempts(), fork()
        while attempts() == before and time.time() < deadline:
            time.sleep(0.003)
        time.sleep(rng.uniform(0, 0.06))
        end(pid, signal.SIGKILL)
        done += Job.objects.filter(kind="crash.items", state="running").exists()
    return done


def main(kills: int) -> None:
    """The whole story."""
    plant_schedules()
    for n in range(2):
        enqueue("crash.items", by=SYSTEM, args={}, key=f"crash-{n}", today=TODAY)
    deadline = time.time() + 90
    hits = kill_often(kills, random.Random(20200217), deadline)  # noqa: S311 - a repeatable test
    # Two workers at once finish the rest: between them they may neither double a job nor a slot of the schedule.
    pair = [fork(), fork()]
    while time.time() < deadline and (unfinished() or Job.objects.filter(kind="crash.tick").count() < 2):
        time.sleep(0.05)
    Schedule.objects.update(paused=True)
    while time.time() < deadline and Job.objects.exclude(state="done").exists():
        unfinished()
        time.sleep(0.05)
    for pid in pair:
        end(pid, signal.SIGTERM)
    last = Sealer()
    while last.tick(timezone.now()):
        pass
    print(json.dumps(told(hits), ensure_ascii=False))


def told(hits: int) -> dict[str, object]:
    """What was found afterwards."""
    marks = Event.objects.filter(verb=MARK.code)
    items = Counter((e.record_id, e.changes["item"]) for e in marks if "item" in e.changes)
    ticks = Counter(e.record_id for e in marks if "item" not in e.changes)
    ticking = Job.objects.filter(kind="crash.tick")
    verdict = verify(now=timezone.now())
    return {
        "kills": hits,
        "items": len(items),
        "doubled": sum(n > 1 for n in items.values()) + sum(n > 1 for n in ticks.values()),
        "states": sorted(Job.objects.filter(kind="crash.items").values_list("state", "done", "setbacks")),
        "attempts": attempts(),
        "tick_jobs": ticking.count(),
        "tick_states": sorted(set(ticking.values_list("state", flat=True))),
        "ticks": len(ticks),
        "problems": [p.words for p in verdict.problems],
        "unsealed": verdict.unsealed,
        "blocks": verdict.blocks,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
