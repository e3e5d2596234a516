"""The night job: all households, in chunks, behind the last finished one; ages and windows pass without an edit."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.handlers import kind_of
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.registry import jobs
from shouwang.ledgers.registry.models import CheckFinding
from tests.factories.accounts import City
from tests.factories.registry import TODAY
from tests.ledgers.registry.families import SoundFamily, sound_family


@pytest.fixture
def families(city: City) -> list[SoundFamily]:
    """Five, of which each has an error."""
    found = [sound_family(city.at("440513100001"), phone="123") for _ in range(5)]
    for one in found:
        one.put(one.home, phone=f"12{one.home.pk}")
    return found


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 2)


def night(today: dt.date = TODAY) -> Job:
    job = enqueue("registry.check_all", by=Scope.system(), args={}, key=f"night:{today}", today=today)
    assert Worker().step(timezone.now())
    job.refresh_from_db()
    return job


def test_it_is_known_and_runs_every_night() -> None:
    kind = kind_of("registry.check_all")
    assert kind is not None
    assert kind.daily_at == dt.time(2)


def test_all_households_are_checked_and_the_towns_get_their_work(families: list[SoundFamily]) -> None:
    job = night()
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    assert job.result == {"words": "核查 5 户：新发现 5 处，消除 0 处，重新列出 0 处", "link": "/registry/findings/"}
    assert WorkItem.objects.get(state="open").title == "户档案数据核查：错误 5 处（5 户）"
    for one in families:
        one.put(one.home, phone=f"159{one.home.pk:08d}")
    assert night(TODAY + dt.timedelta(days=1)).result == {
        "words": "核查 5 户：新发现 0 处，消除 5 处，重新列出 0 处",
        "link": "/registry/findings/",
    }
    assert not WorkItem.objects.filter(state="open").exists()


def test_a_run_that_broke_goes_on_behind_its_last_chunk(families: list[SoundFamily], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, seen = jobs.check_households, list[list[int]]()

    def breaks(ids: list[int], **kw: object) -> object:
        seen.append(list(ids))
        if len(seen) == 2:
            raise RuntimeError("killed")
        return whole(ids, **kw)  # type: ignore[arg-type]  # handed on as given

    monkeypatch.setattr(jobs, "check_households", breaks)
    job = night()
    assert (job.state, CheckFinding.objects.count()) == ("queued", 2)
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now())
    assert Worker().step(timezone.now())
    job.refresh_from_db()
    keys = [one.home.pk for one in families]
    assert seen == [keys[:2], keys[2:4], keys[2:4], keys[4:]]
    assert (job.state, CheckFinding.objects.count()) == ("done", 5)
    assert "核查 5 户：新发现 5 处" in job.result["words"]


def test_a_birthday_is_noticed_without_an_edit(city: City) -> None:
    family = sound_family(city.at("440513100001"))
    night()
    assert not CheckFinding.objects.exists()
    night(dt.date(2025, 5, 5))
    before = set(CheckFinding.objects.filter(state="open", member=family.daughter).values_list("code", flat=True))
    night(dt.date(2025, 5, 6))  # she turns fifteen, and is still down as in primary school
    assert before == set()
    assert set(CheckFinding.objects.filter(state="open", member=family.daughter).values_list("code", flat=True)) == {"school_age"}
