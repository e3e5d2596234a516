"""What an import costs: from the workbook's bytes to committed rows with audit, search index, duplicates and the marked workbook.

Runs in an installation of its own, thrown away afterwards: `outside` starts this module again with a fresh data folder.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shouwang.kernel.errors import Refused

HOUSEHOLDS = 2_500
WRONG = 0.05


def outside(*, households: int, large: bool, database: str = "") -> dict[str, Any]:
    """The figures of an import of `households` × 4 persons, and with `large` of ten times as many in a second installation."""
    out = _in_fresh_installation(households, database)
    if large:
        out["ten_times"] = _in_fresh_installation(households * 10, database)
        out["linear"] = round(out["ten_times"]["cpu_s"] / (10 * out["cpu_s"]), 2)
    return out


def _in_fresh_installation(households: int, database: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="shouwang-bench-") as folder:
        env = {**os.environ, "SHOUWANG_HOME": f"{folder}/data", "SHOUWANG_KEK_FILE": f"{folder}/keys/kek.json"}
        env.pop("SHOUWANG_DATABASE_URL", None)
        if database:
            env["SHOUWANG_DATABASE_URL"] = database
        for deed in ("make", "run"):  # each in a process of its own: the making is not to count in the peak of memory
            command = [sys.executable, "-m", "shouwang.bench.imports", deed, f"{folder}/bench.xlsx", str(households)]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
            if done.returncode:
                raise Refused(f"测量未能完成：{done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def make(path: Path, households: int) -> dict[str, Any]:
    """Prepare the installation and write the workbook."""
    from shouwang.bench.workbook import made

    content, wrong = made(households, clerk()[1], wrong=WRONG, seed=2020)
    path.write_bytes(content)
    return {"rows_wrong": wrong}


def _spent() -> float:
    """CPU seconds of this process and of the children that have ended: the reader of workbooks is one."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _peak_mb() -> int:
    """The largest resident size of this process or of any child, MB."""
    return max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


def run(path: Path, households: int) -> dict[str, Any]:
    """Import the workbook into this installation, which holds no household, and mark it."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import connection

    from shouwang.bench.workbook import COLUMNS, TODAY
    from shouwang.kernel.accounts.models import User
    from shouwang.kernel.accounts.queries import scope_of
    from shouwang.kernel.imports import actions
    from shouwang.kernel.imports.models import Import
    from shouwang.ledgers.registry.intake.people import PEOPLE
    from shouwang.ledgers.registry.models import Household, Member

    by, content = scope_of(User.objects.get(username="bench"), TODAY), path.read_bytes()
    steps: dict[str, float] = {}
    begin, cpu = time.perf_counter(), _spent()

    def step(name: str, act: Callable[[], Any]) -> Any:
        before = _spent()
        found = act()
        steps[name] = round(_spent() - before, 2)
        return found

    batch = step("upload", lambda: actions.upload(PEOPLE, SimpleUploadedFile("bench.xlsx", content), by=by, today=TODAY))
    step("check", _work)
    batch = Import.objects.get(pk=batch.pk)
    actions.confirm(batch, by=by, today=TODAY, version=batch.version)
    step("write", _work)
    batch.refresh_from_db()
    marked = step("marked", lambda: actions.marked(batch, PEOPLE, by=by, today=TODAY))
    cpu_s, wall_s = _spent() - cpu, time.perf_counter() - begin
    return {
        "database": connection.vendor,
        "cpu_s": round(cpu_s, 2),
        "wall_s": round(wall_s, 2),
        "persons": households * 4,
        "households": households,
        "columns": len(COLUMNS),
        "encrypted_fields": 3,
        "rows_wrong": batch.counts["error"],
        "written_households": Household.objects.count(),
        "written_persons": Member.objects.count(),
        "events": _events(),
        "workbook_kb": len(content) // 1024,
        "marked_kb": len(marked) // 1024,
        "counts": batch.counts,
        "steps_cpu_s": steps,
        "peak_mb": _peak_mb(),
    }


def _events() -> int:
    from shouwang.kernel.audit.models import Event

    return Event.objects.filter(ledger__startswith="registry.").count()


def _work() -> None:
    """Run what is queued, in this process, so that its time is counted."""
    from django.utils import timezone

    from shouwang.kernel.jobs.worker import Worker

    worker = Worker()
    while worker.step(timezone.now()):
        pass


def clerk() -> tuple[Any, Any]:
    """An empty city with one county clerk, who imports, and the villages of the county."""
    from shouwang.bench.workbook import TODAY
    from shouwang.cli.setup import prepare
    from shouwang.kernel.accounts.models import Grant, Office, User
    from shouwang.kernel.accounts.queries import scope_of
    from shouwang.kernel.regions import load
    from shouwang.kernel.regions.models import Region

    prepare(static=False)
    load.load_city("4405", year=TODAY.year)
    county = Region.objects.get(code="440513000000")
    office = Office(code="440513-fpb", name="测量用机构", short_name="测量", kind=Office.Kind.LEAD, tier=3, valid_from=TODAY)
    office.put_in(county)
    office.save()
    user = User.objects.create(username="bench", name="测量", office=office)
    Grant.objects.create(user=user, role="office_clerk", region=county, valid_from=TODAY)
    villages = Region.objects.filter(county=county, level=Region.VILLAGE, year_to=None).select_related("town").order_by("code")
    return scope_of(user, TODAY), list(villages)


if __name__ == "__main__":
    import logging

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")
    django.setup()
    logging.disable(logging.INFO)
    deed = {"make": make, "run": run}[sys.argv[1]]
    print(json.dumps(deed(Path(sys.argv[2]), int(sys.argv[3])), ensure_ascii=False))
