"""Roles in words, delegation and handover on the screen; forms pressed twice."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from shouwang.kernel.accounts.models import Delegation, Handover
from shouwang.kernel.accounts.roles import roles
from tests.factories.accounts import make_user, sign_in, small_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return small_city()


@pytest.fixture
def leader(city):
    return make_user("cy.li", city.offices["440513-fpb"], "office_leader", name="李二")


@pytest.fixture
def clerk(city):
    return make_user("cy.chen", city.offices["440513-fpb"], name="陈一")


def text(response) -> str:
    return response.content.decode()


def test_role_page_describes_every_role_and_marks_mine(leader):
    page = text(sign_in(Client(), leader).get("/account/roles/"))
    assert [r.code for r in roles().values() if r.name not in page or r.description not in page] == []
    assert page.count("我持有") == 1


def test_account_page_says_what_i_hold_and_until_when(leader):
    leader.grants.update(until=dt.date(2099, 1, 1))
    page = text(sign_in(Client(), leader).get("/account/"))
    assert "扶贫机构负责人（潮阳区，2019-01-01 起，至 2098-12-31）" in page
    assert "本机" in page


def delegation(taker, **more: str) -> dict[str, str]:
    day = dt.date.today()  # noqa: DTZ011 - the page compares with the business date, here the local one
    last = (day + dt.timedelta(4)).isoformat()
    return {"taker": str(taker.pk), "starts": day.isoformat(), "last_day": last, "reason": "下乡", **more}


def test_delegation_is_given_and_taken_back(leader, clerk):
    client = sign_in(Client(), leader)
    assert client.post("/account/delegations/new/", delegation(clerk)).url == "/account/"
    made = Delegation.objects.get()
    assert (made.ends - made.starts).days == 5
    assert f"委托给 陈一：{made.starts} ～ {made.last_day}" in text(client.get("/account/"))
    assert "代 李二 办理" in text(sign_in(Client(), clerk).get("/account/"))
    assert client.get("/account/").status_code == 200


def test_strangers_delegation_cannot_be_revoked(city, leader, clerk):
    sign_in(Client(), leader).post("/account/delegations/new/", delegation(clerk))
    made = Delegation.objects.get()
    thief = sign_in(Client(), make_user("cn.lin", city.offices["440514-fpb"], "office_leader"))
    assert thief.post(f"/account/delegations/{made.pk}/revoke/").status_code == 404
    assert sign_in(Client(), leader).post(f"/account/delegations/{made.pk}/revoke/").status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None


@pytest.mark.usefixtures("clerk")
def test_people_of_other_offices_are_not_offered_as_b(city, leader):
    far = make_user("cn.lin", city.offices["440514-fpb"], name="林四")
    client = sign_in(Client(), leader)
    page = text(client.get("/account/delegations/new/"))
    assert ("陈一" in page, "林四" in page) == (True, False)
    assert client.post("/account/delegations/new/", delegation(far)).status_code == 422
    assert not Delegation.objects.exists()


def test_form_pressed_twice_writes_once_and_gets_the_first_answer(leader, clerk):
    client, form = sign_in(Client(), leader), {"op_id": str(uuid.uuid4())}
    answers = [client.post("/account/delegations/new/", delegation(clerk, **form)) for _ in range(2)]
    assert [(a.status_code, a.url) for a in answers] == [(302, "/account/")] * 2
    assert Delegation.objects.count() == 1


def test_refused_form_may_be_sent_again_with_the_same_operation_id(leader, clerk):
    client, form = sign_in(Client(), leader), {"op_id": str(uuid.uuid4())}
    assert client.post("/account/delegations/new/", delegation(clerk, last_day="2019-01-01", **form)).status_code == 422
    assert client.post("/account/delegations/new/", delegation(clerk, **form)).status_code == 302


def test_operation_id_of_another_person_opens_nothing(city, leader, clerk):
    form = {"op_id": str(uuid.uuid4())}
    sign_in(Client(), leader).post("/account/delegations/new/", delegation(clerk, **form))
    other = make_user("cn.lin", city.offices["440514-fpb"], "office_leader")
    second = make_user("cn.he", city.offices["440514-fpb"])
    answer = sign_in(Client(), other).post("/account/delegations/new/", delegation(second, **form))
    assert answer.url == "/"
    assert Delegation.objects.count() == 1


def test_handover_goes_from_draft_to_both_signatures(leader, clerk):
    giver, taker = sign_in(Client(), leader), sign_in(Client(), clerk)
    form = {"taker": str(clerk.pk), "effective": dt.date.today().isoformat(), "promises": "王某家：修水管"}  # noqa: DTZ011 - as above
    page = giver.post("/account/handovers/new/", form).url
    paper = Handover.objects.get()
    assert page == f"/account/handovers/{paper.pk}/"
    assert "签字移交" in text(giver.get(page))
    assert "签字移交" not in text(taker.get(page))
    giver.post(f"{page}save/", {"promises": "王某家：修水管；李某家：低保材料"})
    giver.post(f"{page}give/", {"promises": "王某家：修水管；李某家：低保材料"})
    assert "签字接收" in text(taker.get(page))
    taker.post(f"{page}take/")
    shown = text(taker.get(page))
    assert ("双方已签" in shown, "李某家：低保材料" in shown, "扶贫机构负责人（潮阳区" in shown) == (True, True, True)
    assert leader.grants.filter(until=None).count() == 0
    assert clerk.grants.get().role == "office_leader"


def test_handover_of_others_does_not_exist(city, leader, clerk):
    form = {"taker": str(clerk.pk), "effective": dt.date.today().isoformat()}  # noqa: DTZ011 - as above
    page = sign_in(Client(), leader).post("/account/handovers/new/", form).url
    third = sign_in(Client(), make_user("cy.wu", city.offices["440513-fpb"], "office_leader"))
    assert third.get(page).status_code == 404
    assert [third.post(f"{page}{m}/").status_code for m in ("save", "give", "take", "back", "cancel", "nonsense")] == [404] * 6
    assert page not in text(third.get("/account/handovers/"))
    assert sign_in(Client(), leader).post(f"{page}nonsense/").status_code == 404
