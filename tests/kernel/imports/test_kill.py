"""An import killed with SIGKILL in the middle, and one on a disk that is full: nothing lost, nothing doubled, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from shouwang.kernel.imports import actions
from shouwang.kernel.imports.models import Import, ImportReceipt
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from shouwang.ledgers.registry.intake.people import PEOPLE
from shouwang.ledgers.registry.models import Household, Member
from tests.factories.accounts import make_user, scope, small_city
from tests.kernel.imports.files import upload_of, work, xlsx
from tests.kernel.jobs.installation import DATABASES, installation, python
from tests.ledgers.registry.intake.rows import HEADER, TODAY, id_of


@pytest.mark.database
@pytest.mark.parametrize("database", DATABASES)
def test_import_killed_in_check_and_write_is_whole(tmp_path: Path, database: str) -> None:
    with installation(tmp_path, database, settings="shouwang.config.settings") as env:
        done = python(env, "-m", "tests.kernel.imports.crash", "5", timeout=280)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert sum(told["hits"]) >= 4, told
    assert (told["state"], told["rows"], told["wrong"]) == ("done", 1000, 0)
    assert told["households"] == told["receipts"] == told["keys"] == told["imported"] > 150
    assert told["persons"] == told["added"] == 4 * told["households"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a page limit stands for the full disk")
def test_full_disk_leaves_whole_households_and_goes_on_when_there_is_room() -> None:
    city = small_city()
    by = scope(make_user("440513100-zf-jb", city.offices["440513100-zf"], "town_clerk"))
    people = [[f"H7{n:05d}", "和睦居委会", "陈某", "户主", id_of(f"19{40 + n % 50}0101", 2 * (n // 50) + 1)] for n in range(1200)]
    batch = actions.upload(PEOPLE, upload_of(xlsx([HEADER, *people])), by=by, today=TODAY)
    work()
    batch = Import.objects.get(pk=batch.pk)
    actions.confirm(batch, by=by, today=TODAY, version=batch.version)
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 700}")
        try:
            Worker().step(timezone.now())
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    written = Household.objects.count()
    assert 0 < written < 1200
    assert Member.objects.count() == ImportReceipt.objects.count() == written
    assert "处理时出错，系统稍后自动重试" in Job.objects.latest("pk").message
    Job.objects.filter(state="queued").update(run_after=timezone.now())
    work()
    assert (Household.objects.count(), Member.objects.count(), ImportReceipt.objects.count()) == (1200, 1200, 1200)
