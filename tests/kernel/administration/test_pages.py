"""The administration pages: who gets in, what is listed, what is shown once."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import resolve

from shouwang.kernel.accounts.models import Grant, Office, User
from shouwang.kernel.administration.pages import (
    edit_office,
    edit_user,
    give_role,
    new_office,
    new_user,
    offices,
    revoke_role,
    user,
    user_deed,
    users,
)
from tests.factories.accounts import PASSWORD, City, grant, make_user, sign_in, small_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return small_city()


def client_of(city: City, role: str, code: str = "4405") -> Client:
    return sign_in(Client(), make_user(f"{role}.{code}", city.offices[f"{code}-fpb"], role, region=city.at(code)))


@pytest.fixture
def system(city):
    return client_of(city, "system_admin")


@pytest.fixture
def security(city):
    return client_of(city, "security_admin")


@pytest.fixture
def clerk(city):
    return make_user("cy.chen", city.offices["440513-fpb"], "office_clerk", name="陈一")


def text(response) -> str:
    return response.content.decode()


def paths(person: User, office: Office, held: Grant) -> dict[str, list[tuple[str, str]]]:
    """Every route of the app by the permission it needs."""
    at = f"/admin/users/{person.pk}/"
    deeds = ("reset-password", "force-password", "unlock", "reset-factor", "end-sessions")
    return {
        "manage": [
            ("get", "/admin/offices/"), ("get", "/admin/offices/new/"), ("post", "/admin/offices/new/"),
            ("get", f"/admin/offices/{office.pk}/"), ("post", f"/admin/offices/{office.pk}/"),
            ("get", "/admin/users/new/"), ("post", "/admin/users/new/"), ("get", f"{at}edit/"), ("post", f"{at}edit/"),
        ],
        "grant": [("get", f"{at}grants/new/"), ("post", f"{at}grants/new/"), ("post", f"/admin/grants/{held.pk}/revoke/")],
        "unlock": [("post", f"{at}{deed}/") for deed in deeds],
        "any": [("get", "/admin/users/"), ("get", at)],
    }  # fmt: skip


ALLOWED = {"system_admin": {"manage", "any"}, "security_admin": {"grant", "unlock", "any"}}


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin", "office_leader", "office_clerk", "helper"])
def test_each_route_opens_to_its_administrator_only(city, clerk, role):
    client = client_of(city, role)
    stored = (User.objects.get(pk=clerk.pk).__dict__["password"], clerk.grants.count(), Office.objects.count())
    for kind, routes in paths(clerk, city.offices["440513-fpb"], clerk.grants.get()).items():
        if kind in ALLOWED.get(role, ()):
            continue
        assert [(p, s) for m, p in routes if (s := getattr(client, m)(p).status_code) != 403] == []
    if role not in ALLOWED:
        assert stored == (User.objects.get(pk=clerk.pk).__dict__["password"], clerk.grants.count(), Office.objects.count())


def test_every_handler_is_covered_by_the_route_test(city, clerk):
    """A page added later must be added to `paths` as well."""
    known = {resolve(p).func for routes in paths(clerk, city.offices["440513-fpb"], clerk.grants.get()).values() for _, p in routes}
    assert known == {users, offices, new_office, edit_office, new_user, user, edit_user, user_deed, give_role, revoke_role}


@pytest.mark.parametrize("role", ["system_admin", "security_admin"])
def test_what_lies_in_another_district_does_not_exist(city, role):
    stranger = make_user("stranger", city.offices["440514-fpb"], "office_clerk")
    client = client_of(city, role, "440513")
    routes = paths(stranger, city.offices["440514-fpb"], stranger.grants.get())
    single = [(m, p) for kind in ALLOWED[role] for m, p in routes[kind] if re.search(r"/\d+/", p)]
    assert len(single) >= 4
    assert [(p, s) for m, p in single if (s := getattr(client, m)(p).status_code) != 404] == []
    listed = text(client.get("/admin/users/"))
    assert ("stranger" in listed, f"{role}.440513" in listed) == (False, True)
    assert f"/admin/users/{stranger.pk}/" not in text(client.get("/admin/users/?q=stranger"))


def test_lists_do_not_ask_more_for_more_rows(city, system, django_assert_max_num_queries):
    for n in range(12):
        make_user(f"p{n}", city.offices["440513-fpb"], "office_clerk")
    with django_assert_max_num_queries(40) as asked:
        system.get("/admin/users/")
    few = len(asked.captured_queries)
    for n in range(12, 19):
        make_user(f"p{n}", city.offices["440514-fpb"], "office_clerk")
    with django_assert_max_num_queries(40) as again:
        system.get("/admin/users/")
    assert len(again.captured_queries) == few


@pytest.mark.usefixtures("clerk")
def test_list_is_filtered_by_role_and_region_and_searched(city, system):
    make_user("cn.lin", city.offices["440514-fpb"], "office_leader", name="林四")
    by_role = text(system.get("/admin/users/?role=office_leader"))
    assert ("林四" in by_role, "陈一" in by_role) == (True, False)
    by_place = text(system.get(f"/admin/users/?region={city.at('440513').code}"))
    assert ("林四" in by_place, "陈一" in by_place) == (False, True)
    assert "陈一" in text(system.get("/admin/users/?q=潮阳区扶贫"))


def test_new_account_is_opened_once_however_often_the_button_is_pressed(system):
    form = {"username": "cy.wu", "name": "吴三", "office": "440513-fpb", "duty": "clerk", "is_active": "on", "op_id": str(uuid.uuid4())}
    first, second = (system.post("/admin/users/new/", form) for _ in range(2))
    made = User.objects.get(username="cy.wu")
    assert (first.url, second.url) == (f"/admin/users/{made.pk}/", f"/admin/users/{made.pk}/")
    assert "尚未签发密码" in text(system.get(first.url))
    assert Client().post("/sign-in/", {"username": "cy.wu", "password": ""}).status_code == 422


def test_one_time_password_is_shown_once_and_must_be_changed(security, clerk):
    word = re.search(r'id="one-time-password">([^<]+)<', text(security.post(f"/admin/users/{clerk.pk}/reset-password/")))
    assert word is not None
    assert word.group(1) not in text(security.get(f"/admin/users/{clerk.pk}/"))
    client = Client()
    client.post("/sign-in/", {"username": "cy.chen", "password": word.group(1)})
    assert client.get("/work/").url == "/account/password/"


def test_faulty_form_says_where_and_writes_nothing(system):
    answer = system.post("/admin/users/new/", {"username": "吴", "name": "", "office": "440599-fpb", "duty": "clerk"})
    assert answer.status_code == 422
    for said in ("用户名只能用小写字母", "您的管理范围内没有机构“440599-fpb”"):
        assert said in text(answer)
    assert User.objects.count() == 1


def test_password_shown_last_is_the_one_that_opens(security, clerk):
    form = {"op_id": str(uuid.uuid4())}
    answers = [text(security.post(f"/admin/users/{clerk.pk}/reset-password/", form)) for _ in range(2)]
    word = re.search(r'id="one-time-password">([^<]+)<', answers[-1])
    assert word is not None
    clerk.refresh_from_db()
    assert clerk.check_password(word.group(1))


def test_locked_person_is_unlocked(security, clerk):
    for n in range(5):
        Client().post("/sign-in/", {"username": "cy.chen", "password": f"Wrong-one-{n}"})
    assert Client().post("/sign-in/", {"username": "cy.chen", "password": PASSWORD}).status_code == 429
    security.post(f"/admin/users/{clerk.pk}/unlock/")
    assert Client().post("/sign-in/", {"username": "cy.chen", "password": PASSWORD}).status_code == 302


def test_role_is_granted_with_its_last_day_and_groups(city, security):
    person = make_user("cy.wu", city.offices["4405-nyj"])
    form = {"role": "department_clerk", "region": "4405", "start": "2020-02-17", "last_day": "2020-12-31", "groups": ["base"]}
    assert security.post(f"/admin/users/{person.pk}/grants/new/", form).status_code == 302
    held = person.grants.get()
    assert (str(held.until), held.groups, held.region) == ("2021-01-01", ["base"], city.city)
    assert "至 2020-12-31" in text(security.get(f"/admin/users/{person.pk}/"))


def test_refused_grant_stands_at_its_field(security, clerk):
    form = {"role": "audit_admin", "region": "潮阳区", "start": "2020-02-17"}
    answer = security.post(f"/admin/users/{clerk.pk}/grants/new/", form)
    assert (answer.status_code, "三权分立" in text(answer)) == (422, True)
    assert clerk.grants.count() == 1


def test_own_account_offers_no_deed(city):
    client = client_of(city, "security_admin", "440513")
    me = User.objects.get(username="security_admin.440513")
    page = text(client.get(f"/admin/users/{me.pk}/"))
    assert ("您本人的账号" in page, "grants/new" in page, "reset-password" in page) == (True, False, False)
    form = {"role": "audit_admin", "region": "440513", "start": "2020-02-17"}
    assert client.post(f"/admin/users/{me.pk}/grants/new/", form).status_code == 403
    assert me.grants.count() == 1


def test_revoking_without_a_reason_is_refused_in_words(security, clerk):
    held = clerk.grants.get()
    answer = security.post(f"/admin/grants/{held.pk}/revoke/", {"reason": ""}, follow=True)
    assert "须写明理由" in text(answer)
    security.post(f"/admin/grants/{held.pk}/revoke/", {"reason": "调离"})
    held.refresh_from_db()
    assert held.until is not None


def office_form(**more: str) -> dict[str, str]:
    return {
        "code": "440513-jyj", "name": "潮阳区教育局", "short_name": "区教育局", "kind": "department", "region": "440513", "parent": "440513-fpb",
        "aliases": "潮阳教育局、教育局", "valid_from": "2020-01-01", "rank": "5", **more,
    }  # fmt: skip


def test_office_is_founded_changed_and_closed(system):
    assert system.post("/admin/offices/new/", office_form()).status_code == 302
    office = Office.objects.get(code="440513-jyj")
    assert (office.tier, office.aliases) == (3, ["潮阳教育局", "教育局"])
    changed = office_form(name="汕头市潮阳区教育局", valid_to="2020-06-01")
    assert system.post(f"/admin/offices/{office.pk}/", changed).status_code == 302
    office.refresh_from_db()
    assert (office.name, str(office.valid_to), office.code) == ("汕头市潮阳区教育局", "2020-06-01", "440513-jyj")
    assert "440513-jyj" in text(system.get("/admin/offices/?existing=0"))
    assert "440513-jyj" not in text(system.get("/admin/offices/?existing=1"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"code": "440513-fpb"}, "机构代码已被使用"),
        ({"valid_to": "2019-01-01"}, "撤销日期须晚于成立日期"),
        ({"valid_from": "2020-02-30"}, "日期"),
        ({"region": "440599"}, "没有区划“440599”"),
        ({"parent": "440513100-zf"}, "层级低于本机构"),
        ({"successor": "440514-fpb"}, "撤销日期"),
    ],
)
def test_faulty_office_is_explained(system, more, said):
    before = Office.objects.count()
    answer = system.post("/admin/offices/new/", office_form(**more))
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert Office.objects.count() == before


def test_district_keeps_its_upper_office_when_edited(city):
    client = client_of(city, "system_admin", "440513")
    office = city.offices["440513-fpb"]
    page = text(client.get(f"/admin/offices/{office.pk}/"))
    assert 'value="4405-fpb"' in page
    form = office_form(name="潮阳区扶贫办公室", parent="4405-fpb", kind="lead", valid_from="2019-01-01")
    assert client.post(f"/admin/offices/{office.pk}/", form).status_code == 302
    office.refresh_from_db()
    assert (office.name, office.parent) == ("潮阳区扶贫办公室", city.offices["4405-fpb"])


def test_same_name_in_two_towns_asks_for_the_code(system):
    for code in ("440513100", "440514101"):
        Office.objects.filter(code=f"{code}-zf").update(short_name="镇政府")
    answer = system.post("/admin/offices/new/", office_form(parent="镇政府"))
    assert "有多个机构叫“镇政府”" in text(answer)


def test_moved_person_with_roles_is_pointed_out(city, system, clerk):
    form = {"name": "陈一", "office": "440514-fpb", "duty": "clerk", "is_active": "on"}
    answer = system.post(f"/admin/users/{clerk.pk}/edit/", form, follow=True)
    assert "仍持有 1 项角色" in text(answer)
    clerk.refresh_from_db()
    assert clerk.office == city.offices["440514-fpb"]
    assert grant(clerk, "office_leader", city.at("440514")).pk
