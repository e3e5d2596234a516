"""Run by test_concurrent_acts.py in a process of its own: several processes act on a few records at once while another seals.

Prints one JSON object: acts done, audit rows, the records' own counts, what the verification found.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import sys
import time
from collections import Counter

import django

django.setup()

from django.db import OperationalError, connections, transaction
from django.utils import timezone

from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.seal import Sealer
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.audit.verify import verify
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope

SYSTEM = Scope.system("测试")
RAISE = Verb("tests.setting.raise", "加一")
KEYS = [f"counter.{n}" for n in range(8)]


def act(count: int, seed: int) -> None:
    """`count` acts that succeed; every seventh try is undone after its audit row was written, which leaves a gap in the ids."""
    rng, done, tries = random.Random(seed), 0, 0  # noqa: S311 - a repeatable test
    while done < count:
        tries += 1
        try:
            with transaction.atomic():
                with change(Setting(key=rng.choice(KEYS)), by=SYSTEM, verb=RAISE, today=dt.date(2020, 2, 17)) as row:
                    row.value += 1
                # Ids are drawn by now: on PostgreSQL a neighbour with a higher one may commit first.
                time.sleep(rng.choice([0, 0, 0.002]))
                if tries % 7 == 0:
                    raise ZeroDivisionError
            done += 1
        except (ZeroDivisionError, OperationalError):  # undone, or refused because the database was busy too long: nothing was promised
            continue


def seal_until_killed() -> None:
    """Seal every few milliseconds."""
    sealer = Sealer(block_rows=100)
    while True:
        with contextlib.suppress(OperationalError):  # SQLite under four writers: the turn is lost, the next one comes
            sealer.tick(timezone.now())
        time.sleep(0.005)


def fork(what: object, *args: int) -> int:
    """Run a function in a process of its own."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            what(*args)  # type: ignore[operator]  # one of the two functions above
            os._exit(0)
        finally:
            os._exit(1)
    return pid


def main(processes: int, each: int) -> None:
    """The whole story."""
    Setting.objects.bulk_create(Setting(key=k, value=0) for k in KEYS)
    sealer = fork(seal_until_killed)
    actors = [fork(act, each, n) for n in range(processes)]
    statuses = [os.waitpid(pid, 0)[1] for pid in actors]
    os.kill(sealer, 15)
    os.waitpid(sealer, 0)
    last = Sealer()
    while last.tick(timezone.now()) or Event.objects.count() > verify(now=timezone.now()).rows:
        pass
    rows = Counter(Event.objects.values_list("record_id", flat=True))
    verdict = verify(now=timezone.now())
    out = {
        "statuses": statuses,
        "acts": sum(Setting.objects.values_list("value", flat=True)),
        "rows": Event.objects.count(),
        "agree": all(rows[k] == v for k, v in Setting.objects.values_list("key", "value")),
        "verified": verdict.rows,
        "blocks": verdict.blocks,
        "problems": [p.words for p in verdict.problems],
    }
    print(json.dumps(out, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
