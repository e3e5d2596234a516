"""The pages of the data-quality checks over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.models import Setting
from shouwang.ledgers.registry.finding_links import mend_url
from shouwang.ledgers.registry.models import CheckFinding
from tests.factories.accounts import City, make_user, sign_in
from tests.factories.registry import TODAY, add_helper
from tests.ledgers.registry.families import SoundFamily, sound_family


@pytest.fixture(autouse=True)
def business_date(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001 - opens the database
    """The pages work on the demonstration's date; whitenoise warns of a missing folder."""
    settings.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield


@pytest.fixture
def family(city: City) -> SoundFamily:
    made = sound_family(city.at("440513100001"), phone="12345")
    made.put(made.wife, labour="weak")
    made.put(made.head, relation="other")
    made.codes()
    return made


def client_of(city: City, office: str, role: str) -> Client:
    return sign_in(Client(), make_user(f"{office}-{role}", city.offices[office], role, name="测试员"))


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def town(city: City) -> Client:
    return client_of(city, "440513100-zf", "town_clerk")


def only(code: str) -> CheckFinding:
    return CheckFinding.objects.get(code=code)


def test_the_list_names_check_person_and_place_and_no_value(town: Client, family: SoundFamily) -> None:
    page = text(town.get("/registry/findings/?state=open"))
    for words in ("户联系电话格式不符", "健康的劳动年龄人口标为弱、半或无劳动力", "没有户主", "陈*", "林*", family.home.code, "共 3"):
        assert words in page, words
    assert "12345<" not in page
    assert f"/registry/members/{family.wife.pk}/edit/#id_labour" in page
    assert '<a href="/registry/findings/" aria-current="page">' in page
    assert '<a href="/registry/" aria-current="page">' not in page  # whose address leads this one's


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("severity=error", {"household_phone_format", "no_head"}),
        ("check=healthy_weak", {"healthy_weak"}),
        ("region=440514", set()),
        ("region=440513100", {"household_phone_format", "no_head", "healthy_weak"}),
        ("state=accepted", set()),
        ("found_on_from=2020-02-18", set()),
    ],
)
@pytest.mark.usefixtures("family")
def test_filters(city: City, query: str, codes: set[str]) -> None:
    page = text(client_of(city, "4405-fpb", "office_clerk").get(f"/registry/findings/?{query}"))
    found = {f.code for f in CheckFinding.objects.all() if f'href="{mend_url(f)}" aria-label="改正' in page}
    assert found == codes


def test_accepting_takes_a_reason_and_shows_it_on_the_record(town: Client, family: SoundFamily) -> None:
    found = only("healthy_weak")
    path = f"/registry/findings/{found.pk}/accept/"
    page = text(town.get(path))
    assert "最迟 2021-02-16" in page
    assert "健康的劳动年龄人口标为弱、半或无劳动力（林妻）" in page
    said = {"reason": "已入户核实，长期照料老人", "until": "2020-08-01", "version": found.version, "op_id": str(uuid.uuid4())}
    assert town.post(path, {**said, "reason": "对"}).status_code == 422
    assert only("healthy_weak").state == "open"
    for _ in range(2):  # a double press
        assert town.post(path, said).status_code == 302
    record = text(town.get(f"/registry/{family.home.pk}/"))
    assert "已入户核实，长期照料老人" in record
    assert "有效期至" in record
    assert f"/registry/findings/{found.pk}/reopen/" in record
    found.refresh_from_db()
    reopen = {"reason": "点错了", "version": found.version}
    assert town.post(f"/registry/findings/{found.pk}/reopen/", reopen).status_code == 302
    assert only("healthy_weak").state == "open"


def test_what_only_a_correction_clears_offers_no_acceptance(town: Client, family: SoundFamily) -> None:
    found = only("no_head")
    record = text(town.get(f"/registry/{family.home.pk}/"))
    assert "没有户主" in record
    assert f"/registry/findings/{found.pk}/accept/" not in record
    refused = town.post(f"/registry/findings/{found.pk}/accept/", {"reason": "已入户核实", "until": "2020-08-01", "version": 1})
    assert refused.status_code == 422
    assert "须改正，不能核实无误" in text(refused)


def test_saving_the_form_clears_the_finding(town: Client, family: SoundFamily) -> None:
    page = {"kind": "general", "housing_lived_in": "on", "phone": "15912345678", "version": family.home.version, "housing_grade": "a"}
    assert town.post(f"/registry/{family.home.pk}/edit/", page).status_code == 302
    assert only("household_phone_format").state == "cleared"


def test_village_officers_see_and_decide_theirs_and_others_nothing(city: City, family: SoundFamily) -> None:
    found = only("healthy_weak")
    village = client_of(city, "440513100001-cwh", "village_officer")
    assert "健康的劳动年龄人口" in text(village.get("/registry/findings/"))
    assert village.get(f"/registry/findings/{found.pk}/accept/").status_code == 200
    other = client_of(city, "440514101-zf", "town_clerk")
    assert family.home.code not in text(other.get("/registry/findings/"))
    assert other.get(f"/registry/findings/{found.pk}/accept/").status_code == 404
    leader = client_of(city, "440513-fpb", "office_leader")
    assert "核实无误</a>" not in text(leader.get("/registry/findings/"))


def test_a_department_and_a_helper_see_the_groups_of_their_grant_only(city: City, family: SoundFamily) -> None:
    department = text(client_of(city, "440513-nyj", "department_clerk").get("/registry/findings/"))
    assert "没有户主" in department
    assert "户联系电话格式不符" not in department.split("<tbody>")[1]
    user = make_user("h", city.offices["440514-fpb"], "helper")
    add_helper(family.home, user=user, name="许联络")
    helper = text(sign_in(Client(), user).get("/registry/findings/")).split("<tbody>")[1]
    assert "户联系电话格式不符" in helper
    assert "健康的劳动年龄人口" not in helper  # of the labour group, which helpers do not see


def test_the_town_finds_its_work_on_its_list(town: Client, family: SoundFamily) -> None:
    page = text(town.get("/worklist/"))
    assert "户档案数据核查：错误 2 处（1 户）" in page
    assert "/registry/findings/?state=open&amp;severity=error&amp;region=440513100000" in page
    assert family.home.code in text(town.get("/registry/findings/?state=open&severity=error&region=440513100000"))


def test_print_and_drawer_name_the_findings(town: Client, family: SoundFamily) -> None:
    for path in (f"/registry/{family.home.pk}/print/", f"/registry/{family.home.pk}/?drawer=1"):
        assert "户联系电话格式不符" in text(town.get(path))
