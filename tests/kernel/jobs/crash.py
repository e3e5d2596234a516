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

from django.db import connections  # noqa: E402 - Django must be set up first
from django.utils import timezone  # noqa: E402

from shouwang.kernel.audit.actions import note  # noqa: E402
from shouwang.kernel.audit.models import Event  # noqa: E402
from shouwang.kernel.audit.seal import Sealer  # noqa: E402
from shouwang.kernel.audit.verbs import Verb  # noqa: E402
from shouwang.kernel.audit.verify import verify  # noqa: E402
from shouwang.kernel.jobs.actions import enqueue, plant_schedules, run_schedules  # noqa: E402
from shouwang.kernel.jobs.handlers import register  # noqa: E402
from shouwang.kernel.jobs.models import Job, Schedule  # noqa: E402
from shouwang.kernel.jobs.run import Run  # noqa: E402
from shouwang.kernel.jobs.worker import Chore, Worker  # noqa: E402
from shouwang.kernel.regions.scope import Scope  # noqa: E402

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


def work(until: float = 0.0) -> NoReturn:
    """The life of a forked worker; with `until` it ends itself cleanly then."""
    chores = [
        Chore("seal", 0.02, Sealer(block_rows=50).tick),
        Chore("schedules", 0.02, lambda now: run_schedules(now=now, business=timezone.localtime(now))),
    ]
    worker = Worker(chores=chores, lease=dt.timedelta(seconds=5), poll=0.01)
    if until:
        signal.signal(signal.SIGALRM, lambda *_: worker.stop.set())
        signal.setitimer(signal.ITIMER_REAL, max(0.01, until - time.time()))
    worker.work()
    os._exit(0)


def fork(until: float = 0.0) -> int:
    """A worker in a process of its own."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        work(until)
    return pid


def bury(pid: int) -> None:
    """Wait for the process, so that its number may say that it is gone."""
    os.waitpid(pid, 0)


def kill_often(kills: int, rng: random.Random) -> int:
    """Fork and kill until `kills` fell into a running job; returns how many did."""
    hits = 0
    while hits < kills:
        pid = fork()
        time.sleep(rng.uniform(0.02, 0.09))
        os.kill(pid, signal.SIGKILL)
        bury(pid)
        running = Job.objects.filter(kind="crash.items", state="running").count()
        hits += running
        if Job.objects.filter(kind="crash.items", state="done").count() == 2:
            break
    return hits


def main(kills: int) -> None:
    """The whole story."""
    plant_schedules()
    for n in range(2):
        enqueue("crash.items", by=SYSTEM, args={}, key=f"crash-{n}", today=TODAY)
    hits = kill_often(kills, random.Random(20200217))  # noqa: S311 - a repeatable test
    # Two workers at once finish the rest: between them they may neither double a job nor a slot of the schedule.
    deadline = time.time() + 30
    while Job.objects.exclude(state="done").filter(kind="crash.items").exists() and time.time() < deadline:
        for pid in [fork(time.time() + 0.6) for _ in range(2)]:
            bury(pid)
    Schedule.objects.update(paused=True)
    for pid in [fork(time.time() + 0.4)]:
        bury(pid)
    Sealer().tick(timezone.now())
    items = Counter((e.record_id, e.changes["item"]) for e in Event.objects.filter(verb=MARK.code) if "item" in e.changes)
    ticks = Counter(e.record_id for e in Event.objects.filter(verb=MARK.code) if "item" not in e.changes)
    verdict = verify(now=timezone.now())
    out = {
        "kills": hits,
        "items": len(items),
        "doubled": sum(n > 1 for n in items.values()) + sum(n > 1 for n in ticks.values()),
        "states": sorted(Job.objects.filter(kind="crash.items").values_list("state", "done", "setbacks")),
        "attempts": sum(Job.objects.filter(kind="crash.items").values_list("attempt", flat=True)),
        "tick_jobs": Job.objects.filter(kind="crash.tick").count(),
        "tick_states": sorted(set(Job.objects.filter(kind="crash.tick").values_list("state", flat=True))),
        "ticks": len(ticks),
        "problems": [p.words for p in verdict.problems],
        "unsealed": verdict.unsealed,
        "blocks": verdict.blocks,
    }
    print(json.dumps(out, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]))
