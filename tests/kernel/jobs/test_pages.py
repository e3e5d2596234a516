"""Who sees which job, and what the pages offer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shouwang.kernel.jobs import handlers
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.pages import _spell
from shouwang.kernel.regions.scope import Scope
from tests.factories.accounts import City, make_user, sign_in, small_city

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.kernel.jobs.urls")]
TODAY = dt.date(2020, 2, 17)


@pytest.fixture
def city() -> City:
    return small_city()


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_kinds", {"t.import": handlers.Kind("t.import", lambda _: None, "导入户信息")})


@pytest.fixture(autouse=True)
def static_root() -> None:
    """Whitenoise warns of a missing folder."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def job_of(city: City, office: str, username: str, **values: object) -> tuple[Job, Client]:
    """A job asked for by a clerk of the office, and a browser in which the clerk has signed in."""
    user = make_user(username, city.offices[office], "office_clerk")
    job = enqueue("t.import", by=Scope(user.pk, user.name, None), args={}, key=username, today=TODAY)
    Job.objects.filter(pk=job.pk).update(**values)
    return job, sign_in(Client(), user)


def test_the_requester_sees_the_progress_and_htmx_gets_the_panel_alone(city: City) -> None:
    start = timezone.now() - dt.timedelta(seconds=30)
    running = {"state": "running", "done": 1200, "total": 4800, "started_at": start, "lease_until": start, "message": "正在写入"}
    job, browser = job_of(city, "440513-fpb", "clerk", **running)
    whole = browser.get(f"/jobs/{job.pk}/").content.decode()
    for words in ("导入户信息", "1,200 / 4,800", "约剩 1 分 3", "取消任务", 'hx-trigger="every 1s"', "正在写入"):
        assert words in whole
    part = browser.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "1,200 / 4,800" in part


def test_a_finished_job_asks_no_more_and_links_to_its_result(city: City) -> None:
    job, browser = job_of(
        city, "440513-fpb", "clerk", state="done", finished_at=timezone.now(), result={"words": "新增 3 户", "link": "/account/roles/"}
    )
    shown = browser.get(f"/jobs/{job.pk}/").content.decode()
    assert "hx-trigger" not in shown
    assert "新增 3 户" in shown
    assert 'href="/account/roles/">查看结果' in shown.replace("\n", "")


@pytest.mark.parametrize("link", ["/jobs/?every=1", "/no/such/page/"])
def test_a_result_the_person_may_not_open_is_not_linked(city: City, link: str) -> None:
    job, browser = job_of(city, "440513-fpb", "clerk", state="done", finished_at=timezone.now(), result={"words": "完成", "link": link})
    shown = browser.get(f"/jobs/{job.pk}/")
    assert shown.status_code == 200
    assert link not in shown.content.decode()


def test_others_find_no_such_job(city: City) -> None:
    job, _ = job_of(city, "440513-fpb", "clerk")
    _, neighbour = job_of(city, "440514-fpb", "neighbour")
    for path in ("", "cancel/", "retry/"):
        answer = neighbour.post(f"/jobs/{job.pk}/{path}") if path else neighbour.get(f"/jobs/{job.pk}/")
        assert answer.status_code == 404
    job.refresh_from_db()
    assert not job.cancel_requested
    assert neighbour.get("/jobs/999999/").status_code == 404
    assert neighbour.get("/jobs/").status_code == 403
    assert Client().get(f"/jobs/{job.pk}/").status_code == 302


def test_a_county_administrator_sees_the_county_and_a_city_one_also_the_systems_own(city: City) -> None:
    here, _ = job_of(city, "440513-fpb", "clerk")
    there, _ = job_of(city, "440514-fpb", "neighbour")
    own = enqueue("t.import", by=Scope.system("定时任务"), args={}, key="own", today=TODAY)
    county = sign_in(Client(), make_user("admin13", city.offices["440513-fpb"], "system_admin"))
    top = sign_in(Client(), make_user("admin", city.offices["4405-fpb"], "system_admin"))
    seen = {name: {row["job"].pk for row in c.get("/jobs/").context["rows"]} for name, c in (("county", county), ("top", top))}
    assert seen == {"county": {here.pk}, "top": {here.pk, there.pk, own.pk}}
    assert county.get(f"/jobs/{own.pk}/").status_code == 404
    assert top.get(f"/jobs/{own.pk}/").status_code == 200


def test_the_list_filters_by_state_and_pages_back(city: City) -> None:
    system = Scope.system()
    for n in range(53):
        job = enqueue("t.import", by=system, args={}, key=f"k{n}", today=TODAY)
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=timezone.now())
    top = sign_in(Client(), make_user("admin", city.offices["4405-fpb"], "system_admin"))
    first = top.get("/jobs/").context
    assert len(first["rows"]) == 50
    assert len(top.get(f"/jobs/?before={first['older']}").context["rows"]) == 3
    assert [r["job"].pk for r in top.get("/jobs/?state=failed").context["rows"]] == [job.pk]
    assert "没有处于该状态的任务" in top.get("/jobs/?state=running").content.decode()


def test_runs_of_schedules_that_went_well_are_listed_only_when_asked_for(city: City) -> None:
    ended = {"finished_at": timezone.now()}
    for key, state in (("schedule:t.import:day:1", "done"), ("schedule:t.import:day:2", "failed"), ("own", "done")):
        enqueue("t.import", by=Scope.system(), args={}, key=key, today=TODAY)
        Job.objects.filter(idempotency_key=key).update(state=state, **ended)
    top = sign_in(Client(), make_user("admin", city.offices["4405-fpb"], "system_admin"))
    assert [r["job"].idempotency_key for r in top.get("/jobs/").context["rows"]] == ["own", "schedule:t.import:day:2"]
    assert len(top.get("/jobs/?every=1").context["rows"]) == 3


def test_the_list_costs_the_same_queries_for_1_and_3_rows(city: City) -> None:
    top = sign_in(Client(), make_user("admin", city.offices["4405-fpb"], "system_admin"))
    counts = []
    for n in (1, 2, 3):
        enqueue("t.import", by=Scope.system(), args={}, key=f"k{n}", today=TODAY)
        if n != 2:
            with CaptureQueriesContext(connection) as queries:
                top.get("/jobs/")
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_requester_cancels_and_starts_again(city: City) -> None:
    job, browser = job_of(city, "440513-fpb", "clerk")
    assert browser.post(f"/jobs/{job.pk}/cancel/").headers["Location"] == f"/jobs/{job.pk}/"
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert "重新启动" in browser.get(f"/jobs/{job.pk}/").content.decode()
    browser.post(f"/jobs/{job.pk}/retry/")
    job.refresh_from_db()
    assert job.state == "queued"


@pytest.mark.parametrize(("seconds", "words"), [(-3, "0 秒"), (59.4, "59 秒"), (200, "3 分 20 秒"), (3900, "1 小时 5 分")])
def test_durations_are_spelt_as_people_say_them(seconds: float, words: str) -> None:
    assert _spell(seconds) == words
