"""The log page: filters, paging, no values; the verification in the background."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shouwang.kernel.audit.models import Event
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.worker import Worker
from tests.factories.accounts import City, make_user, sign_in, small_city
from tests.kernel.audit.support import raw, write_events

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.kernel.jobs.urls")]


@pytest.fixture
def city() -> City:
    """A small city; whitenoise warns of a missing folder."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return small_city()


@pytest.fixture
def auditor(city: City) -> Client:
    return sign_in(Client(), make_user("aud", city.offices["4405-fpb"], "audit_admin"))


def since(client: Client, **asked: str) -> list[int]:
    return [row["event"].pk for row in client.get("/audit/", {"since": "2020-01-01", **asked}).context["rows"]]


def test_the_log_shows_who_when_what_and_no_value(auditor: Client) -> None:
    write_events(3)
    shown = auditor.get("/audit/", {"since": "2020-01-01"}).content.decode()
    for words in ("经办人1", "潮阳区扶贫办", "修改了户信息", "2020-02-17"):
        assert words in shown
    for value in ("新1", "旧"):
        assert value not in shown


def test_a_record_of_a_table_that_is_no_more_is_shown_by_its_code(auditor: Client) -> None:
    write_events(1)
    Event.objects.create(
        recorded_at=timezone.now(), business_at=dt.date(2020, 2, 17), actor_name="某", verb="v", sentence="s", ledger="gone.table", record_id="7",
    )  # fmt: skip
    assert "gone.table 7" in auditor.get("/audit/", {"since": "2020-01-01"}).content.decode()


def test_only_holders_come_in_and_a_leader_sees_the_own_region(city: City) -> None:
    write_events(3)
    clerk = sign_in(Client(), make_user("clerk", city.offices["440513-fpb"], "office_clerk"))
    assert clerk.get("/audit/").status_code == 403
    leader = sign_in(Client(), make_user("lead", city.offices["440513-fpb"], "office_leader"))
    assert since(leader) == []  # the acts are of offices with other codes
    Event.objects.create(
        recorded_at=timezone.now(), business_at=dt.date(2020, 2, 17), actor_name="某", office_code="440513-fpb", verb="v", sentence="签发了通知",
        ledger="accounts.user", record_id="1",
    )  # fmt: skip
    assert len(since(leader)) == 1
    assert leader.post("/audit/verify/").status_code == 403


def test_filters_narrow_the_log(auditor: Client) -> None:
    ids = write_events(7)
    assert since(auditor, actor="经办人3") == [ids[3]]
    assert since(auditor, office="440513-1") == [ids[4], ids[1]]
    assert since(auditor, office="潮阳区", act="修改了户") == ids[::-1]
    assert since(auditor, act="registry.household.edit", actor="经办人0") == [ids[0]]
    assert since(auditor, until="2020-02-16") == []
    assert since(auditor, since="2020-02-18") == []
    assert auditor.get("/audit/").context["rows"] == []  # the newest 30 days
    assert "没有审计记录" in auditor.get("/audit/").content.decode()


@pytest.mark.parametrize("asked", [{"since": "2020年2月"}, {"until": "x"}])
def test_a_date_that_cannot_be_is_refused_in_words(auditor: Client, asked: dict[str, str]) -> None:
    answer = auditor.get("/audit/", asked)
    assert answer.status_code == 422
    assert "请按 2020-02-17 的格式填写" in answer.content.decode()


def test_the_log_pages_back_without_counting(auditor: Client) -> None:
    ids = write_events(60)
    first = auditor.get("/audit/", {"since": "2020-01-01"})
    assert first.context["older"] == ids[10]
    assert since(auditor, before=str(first.context["older"])) == ids[9::-1]
    assert since(auditor, before="９９") == since(auditor, before="x") == ids[:9:-1]


def test_the_chain_is_verified_in_the_background_and_the_page_says_the_result(auditor: Client) -> None:
    ids = write_events(12)  # unsealed for years: the service stood still, which is not tampering
    assert "/jobs/" in auditor.post("/audit/verify/").headers["Location"]
    assert Worker().step(timezone.now())
    job = Job.objects.get(kind="audit.verify")
    assert (job.state, job.result["words"]) == ("done", "已核验 12 条记录、1 个区块，未发现改动。")
    assert "未发现改动" in auditor.get("/audit/").content.decode()
    raw("UPDATE audit_event SET reason = %s WHERE id = %s", "伪造", ids[3])
    auditor.post("/audit/verify/")
    assert Worker().step(timezone.now())
    assert f"第 {ids[3]} 条记录的内容在封存之后被改动" in auditor.get("/audit/").content.decode()
    assert Job.objects.order_by("-id")[0].state == "failed"
