"""Run by test_kill.py in a process of its own: an import whose workers are killed with SIGKILL at random moments, in check and in write.

Prints one JSON object: kills, households, persons, receipts, audit rows, states.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from typing import NoReturn

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone

from shouwang.bench.imports import clerk
from shouwang.bench.workbook import TODAY, made
from shouwang.kernel.audit.models import Event
from shouwang.kernel.imports import actions
from shouwang.kernel.imports.models import Import, ImportReceipt, ImportRow
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from shouwang.ledgers.registry.intake.people import PEOPLE
from shouwang.ledgers.registry.models import Household, Member

HOUSEHOLDS = 250


def work() -> NoReturn:
    """The life of a forked worker."""
    Worker(poll=0.01).work()
    os._exit(0)


def fork() -> int:
    """A worker in a process of its own."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        work()
    return pid


def finish(job_id: int, kills: int, rng: random.Random) -> int:
    """Kill workers until the job has been hit `kills` times, then let one finish it; returns the hits."""
    hits, deadline = 0, time.time() + 120
    while hits < kills and not Job.objects.filter(pk=job_id, state="done").exists() and time.time() < deadline:
        Job.objects.filter(state="queued").update(run_after=timezone.now(), setbacks=0)
        pid = fork()
        while Job.objects.filter(pk=job_id, state="queued").exists() and time.time() < deadline:
            time.sleep(0.005)
        time.sleep(rng.uniform(0.02, 0.6))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        hits += Job.objects.filter(pk=job_id, state="running").exists()
    pid = fork()
    while not Job.objects.filter(pk=job_id, state="done").exists() and time.time() < deadline:
        Job.objects.filter(state="queued").update(run_after=timezone.now(), setbacks=0)
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return hits


def main(kills: int) -> None:
    """Upload, kill through the check, confirm, kill through the write."""
    rng = random.Random(20200217)  # noqa: S311 - a repeatable test
    by, villages = clerk()
    content, wrong = made(HOUSEHOLDS, villages, wrong=0.05, seed=7)
    batch = actions.upload(PEOPLE, SimpleUploadedFile("kill.xlsx", content), by=by, today=TODAY)
    hits = [finish(int(batch.job_id or 0), kills, rng)]
    batch = Import.objects.get(pk=batch.pk)
    rows = ImportRow.objects.filter(batch=batch).count()
    actions.confirm(batch, by=by, today=TODAY, version=batch.version)
    batch = Import.objects.get(pk=batch.pk)
    hits.append(finish(int(batch.job_id or 0), kills, rng))
    batch.refresh_from_db()
    receipts = ImportReceipt.objects.filter(batch=batch)
    told = {
        "hits": hits,
        "state": batch.state,
        "rows": rows,
        "wrong": batch.counts["error"] - wrong,
        "households": Household.objects.count(),
        "receipts": receipts.count(),
        "keys": receipts.values("key").distinct().count(),
        "persons": Member.objects.count(),
        "added": Event.objects.filter(verb="registry.member.add").count(),
        "imported": Event.objects.filter(verb="registry.household.import").count(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
