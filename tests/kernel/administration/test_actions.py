"""The three separated administrators: what they may do, to whom, and what nobody may hold together."""

import datetime as dt
from itertools import permutations

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shouwang.kernel.accounts.models import Grant, Office, SecondFactor, SignIn, User
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.administration import actions
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.privacy import make_missing_keys
from tests.factories.accounts import City, grant, make_user, scope, small_city

pytestmark = pytest.mark.django_db
TODAY = dt.date(2020, 2, 17)
DAY = dt.timedelta(1)
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


@pytest.fixture
def city():
    return small_city()


@pytest.fixture
def security(city):
    return make_user("an.quan", city.offices["4405-fpb"], "security_admin")


@pytest.fixture
def system(city):
    return make_user("xi.tong", city.offices["4405-fpb"], "system_admin")


@pytest.fixture
def clerk(city):
    return make_user("cy.chen", city.offices["440513-fpb"], name="陈一")


def give(user: User, role: str, region, by: User, **period) -> Grant:
    period = {"start": TODAY, "until": None, **period}
    return actions.give_role(user, role, region, **period, by=scope(by), today=TODAY)


def test_grant_takes_effect_and_is_audited(city, security, clerk):
    given = give(clerk, "office_clerk", city.at("440513"), security, until=TODAY + 30 * DAY)
    assert scope(clerk, TODAY).may_at("registry.view", city.at("440513100"))
    assert not scope(clerk, TODAY + 30 * DAY).may("registry.view")
    event = Event.objects.get(verb="accounts.grant.give")
    assert (event.actor_name, event.record_id, event.changes["role"]) == ("an.quan", str(given.pk), [None, "office_clerk"])


def test_nobody_grants_to_oneself(city, security):
    with pytest.raises(NotPermitted, match="本人账号"):
        give(security, "audit_admin", city.city, security)


@pytest.mark.parametrize("role", ["system_admin", "audit_admin", "office_leader", "office_clerk"])
def test_only_the_security_administrator_grants(city, clerk, role):
    other = make_user("other", city.offices["4405-fpb"], role)
    with pytest.raises(NotPermitted):
        give(clerk, "office_clerk", city.at("440513"), other)
    assert not clerk.grants.exists()


@pytest.mark.parametrize(("first", "second"), list(permutations(ADMINISTRATORS, 2)))
def test_no_two_administrators_in_one_person(city, security, clerk, first, second):
    give(clerk, first, city.at("440513"), security)
    with pytest.raises(Refused, match="三权分立"):
        give(clerk, second, city.at("440513"), security)


@pytest.mark.parametrize("administrator", ADMINISTRATORS)
@pytest.mark.parametrize("business", ["office_clerk", "office_leader", "helper"])
def test_administrator_and_business_exclude_each_other_in_both_orders(city, security, clerk, administrator, business):
    place = {"helper": None}.get(business, city.at("440513"))
    held = give(clerk, administrator, city.at("440513"), security)
    with pytest.raises(Refused, match="三权分立"):
        give(clerk, business, place, security)
    actions.revoke_role(held, by=scope(security), today=TODAY, reason="岗位调整")
    give(clerk, business, place, security)
    with pytest.raises(Refused, match="三权分立"):
        give(clerk, administrator, city.at("440513"), security)


def test_powers_may_follow_one_another_in_time(city, security, clerk):
    give(clerk, "office_clerk", city.at("440513"), security, until=TODAY + 10 * DAY)
    with pytest.raises(Refused):
        give(clerk, "audit_admin", city.at("440513"), security, start=TODAY + 9 * DAY)
    give(clerk, "audit_admin", city.at("440513"), security, start=TODAY + 10 * DAY)


def test_b_of_a_running_delegation_becomes_no_administrator(city, security, clerk):
    giver = make_user("cy.li", city.offices["440513-fpb"], "office_leader", name="李二")
    giver.delegations_given.create(taker=clerk, starts=TODAY, ends=TODAY + 5 * DAY, reason="休假")
    with pytest.raises(Refused, match="李二的B角"):
        give(clerk, "audit_admin", city.at("440513"), security)
    give(clerk, "audit_admin", city.at("440513"), security, start=TODAY + 5 * DAY)


@pytest.mark.parametrize(
    ("role", "code", "words"),
    [
        ("town_clerk", "440513", "只能授予在：镇"),
        ("office_clerk", "440513100", "只能授予在：市、区"),
        ("office_clerk", None, "只能授予在"),
        ("helper", "440513", "不按区划"),
        ("no_such_role", "440513", "没有“no_such_role”"),
    ],
)
def test_role_out_of_place_is_refused(city, security, clerk, role, code, words):
    with pytest.raises(Refused, match=words):
        give(clerk, role, city.at(code) if code else None, security)


def test_period_out_of_order_and_doubled_grant_are_refused(city, security, clerk):
    with pytest.raises(Refused, match="终止日期"):
        give(clerk, "office_clerk", city.at("440513"), security, until=TODAY)
    give(clerk, "office_clerk", city.at("440513"), security, until=TODAY + 10 * DAY)
    with pytest.raises(Refused, match="已持有"):
        give(clerk, "office_clerk", city.at("440513"), security, start=TODAY + 5 * DAY)
    give(clerk, "office_clerk", city.at("440513"), security, start=TODAY + 10 * DAY)


class TestReach:
    """A district's administrator reaches the district and nothing else."""

    @pytest.fixture
    def district(self, city):
        return make_user("cy.an", city.offices["440513-fpb"], "security_admin", region=city.at("440513"))

    @pytest.mark.parametrize("code", ["440513", "440513100", "440513100001"])
    def test_own_tree(self, city, district, code):
        role = {6: "office_clerk", 9: "town_clerk", 12: "village_officer"}[len(code)]
        office = city.offices[{6: "440513-fpb", 9: "440513100-zf", 12: "440513100001-cwh"}[len(code)]]
        give(make_user("someone", office), role, city.at(code), district)

    def test_neighbour(self, city, district):
        with pytest.raises(NotPermitted):
            give(make_user("someone", city.offices["440514-fpb"]), "office_clerk", city.at("440514"), district)

    def test_own_person_in_a_foreign_place(self, city, district):
        with pytest.raises(NotPermitted):
            give(make_user("someone", city.offices["440513-fpb"]), "office_clerk", city.at("440514"), district)

    def test_foreign_person_in_an_own_place(self, city, district):
        with pytest.raises(NotPermitted):
            give(make_user("someone", city.offices["440514-fpb"]), "office_clerk", city.at("440513"), district)

    def test_upwards(self, city, district):
        with pytest.raises(NotPermitted):
            give(make_user("someone", city.offices["440513-fpb"]), "office_clerk", city.city, district)

    def test_person_without_an_office_belongs_to_the_city(self, city, district, security):
        nobody = make_user("nobody", None)
        with pytest.raises(NotPermitted):
            give(nobody, "office_clerk", city.at("440513"), district)
        give(nobody, "office_clerk", city.at("440513"), security)

    def test_foreign_password_lock_and_factor(self, city, district):
        stranger = make_user("stranger", city.offices["440514-fpb"])
        who = {"by": scope(district), "today": TODAY}
        for act in (
            lambda: actions.reset_password(stranger, **who, now=timezone.now()),
            lambda: actions.unlock_user(stranger, **who),
            lambda: actions.force_password(stranger, **who),
            lambda: actions.end_sessions(stranger, **who),
            lambda: actions.reset_factor(stranger, **who, reason="手机丢失"),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert not Event.objects.exists()


def test_revoked_grant_keeps_its_days_and_ends_today(city, security, clerk):
    held = grant(clerk, "office_clerk", city.at("440513"))
    actions.revoke_role(held, by=scope(security), today=TODAY, reason="调离")
    held.refresh_from_db()
    assert held.until == TODAY
    assert (scope(clerk, TODAY - DAY).may("registry.view"), scope(clerk, TODAY).may("registry.view")) == (True, False)
    assert Event.objects.get(verb="accounts.grant.revoke").reason == "调离"


def test_grant_of_today_is_taken_back_whole_and_stays_in_the_audit(city, security, clerk):
    held = give(clerk, "office_clerk", city.at("440513"), security)
    actions.revoke_role(held, by=scope(security), today=TODAY, reason="授错人")
    assert not clerk.grants.exists()
    assert Event.objects.filter(ledger="accounts.grant", record_id=str(held.pk)).count() == 2


def test_revoking_needs_a_reason(city, security, clerk):
    held = grant(clerk, "office_clerk", city.at("440513"))
    with pytest.raises(Refused, match="理由"):
        actions.revoke_role(held, by=scope(security), today=TODAY, reason=" ")
    held.refresh_from_db()
    assert held.until is None


def user_values(city: City, **more: object) -> dict[str, object]:
    return {"username": "Cy.Wu", "name": "吴三", "office": city.offices["440513-fpb"], "duty": "clerk", "title": "", **more}


def create(values: dict[str, object], by: User) -> User:
    return actions.create_user(values, by=scope(by), today=TODAY)


def test_new_account_has_no_password_until_security_issues_one(city, system, security):
    user = create(user_values(city), system)
    assert (user.username, user.password, user.check_password("")) == ("cy.wu", "", False)
    assert Event.objects.get(verb="accounts.user.create").changes["name"] == [None, "吴三"]
    with pytest.raises(NotPermitted):
        actions.reset_password(user, by=scope(system), today=TODAY, now=timezone.now())
    word = actions.reset_password(user, by=scope(security), today=TODAY, now=timezone.now())
    user.refresh_from_db()
    assert (user.check_password(word), user.must_change_password, user.password_history) == (True, True, [])


def test_user_name_once(city, system):
    create(user_values(city), system)
    with pytest.raises(Refused, match="已存在"):
        create(user_values(city, username="cy.wu"), system)


def test_district_administrator_opens_no_account_elsewhere(city):
    district = make_user("cy.xi", city.offices["440513-fpb"], "system_admin", region=city.at("440513"))
    with pytest.raises(NotPermitted):
        create(user_values(city, office=city.offices["440514-fpb"]), district)
    assert not User.objects.filter(username="cy.wu").exists()


def test_person_is_not_moved_out_of_reach(city, clerk):
    district = make_user("cy.xi", city.offices["440513-fpb"], "system_admin", region=city.at("440513"))
    with pytest.raises(NotPermitted, match="目标机构"):
        actions.edit_user(clerk, {"office": city.offices["440514-fpb"]}, by=scope(district), today=TODAY)
    clerk.refresh_from_db()
    assert clerk.office == city.offices["440513-fpb"]


def test_administrator_leaves_the_own_account_alone(system, security):
    who = {"by": scope(security), "today": TODAY}
    for act in (
        lambda: actions.edit_user(system, {"is_active": True}, by=scope(system), today=TODAY),
        lambda: actions.reset_password(security, **who, now=timezone.now()),
        lambda: actions.reset_factor(security, **who, reason="手机丢失"),
        lambda: actions.unlock_user(security, **who),
    ):
        with pytest.raises(NotPermitted, match="本人账号"):
            act()


def test_disabling_signs_out(system, clerk):
    now = timezone.now()
    SignIn.objects.create(user=clerk, device="desk", session_digest="a", started_at=now, seen_at=now)
    actions.edit_user(clerk, {"is_active": False}, by=scope(system), today=TODAY)
    assert not SignIn.objects.exists()
    assert Event.objects.get(verb="accounts.user.edit").changes == {"is_active": [True, False]}


def test_reset_gives_a_new_password_once_and_signs_out(security, clerk):
    now = timezone.now()
    SignIn.objects.create(user=clerk, device="desk", session_digest="a", started_at=now, seen_at=now)
    word = actions.reset_password(clerk, by=scope(security), today=TODAY, now=now)
    clerk.refresh_from_db()
    assert (clerk.check_password(word), clerk.must_change_password, SignIn.objects.exists()) == (True, True, False)
    assert Event.objects.get(verb="accounts.user.reset_password").changes == {}


def test_reset_factor_needs_a_reason_and_takes_it_away(security, clerk):
    make_missing_keys()
    SecondFactor.objects.create(user=clerk, secret="ABCDEFGH", confirmed_at=timezone.now())
    with pytest.raises(Refused, match="理由"):
        actions.reset_factor(clerk, by=scope(security), today=TODAY, reason="")
    actions.reset_factor(clerk, by=scope(security), today=TODAY, reason="手机丢失")
    assert not SecondFactor.objects.exists()


def office_values(city: City, **more: object) -> dict[str, object]:
    return {
        "code": "440513-jyj", "name": "潮阳区教育局", "short_name": "区教育局", "kind": "department", "region": city.at("440513"),
        "parent": city.offices["440513-fpb"], "valid_from": TODAY, "valid_to": None, "successor": None, "aliases": [], **more,
    }  # fmt: skip


def save(office: Office, values: dict[str, object], by: User) -> Office:
    return actions.save_office(office, values, by=scope(by), today=TODAY)


def test_new_office_lies_where_its_region_lies(city, system):
    office = save(Office(), office_values(city), system)
    office.refresh_from_db()
    assert (office.tier, office.county, office.city) == (3, city.at("440513"), city.city)


def test_office_is_followed_by_its_successor(city, system):
    new = save(Office(), office_values(city, code="440513-xcj", name="潮阳区乡村振兴局", valid_from=dt.date(2021, 6, 1)), system)
    old = city.offices["440513-fpb"]
    closed = save(old, {"valid_to": dt.date(2021, 6, 1), "successor": new}, system)
    assert (closed.in_force(dt.date(2021, 5, 31)), closed.in_force(dt.date(2021, 6, 1))) == (True, False)
    assert Event.objects.get(verb="accounts.office.edit").changes == {"valid_to": [None, "2021-06-01"], "successor": [None, new.pk]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _c: {"valid_to": dt.date(2018, 1, 1)}, "须晚于成立日期"),
        (lambda c: {"successor": c.offices["440514-fpb"]}, "还须填写撤销日期"),
        (lambda c: {"successor": c.offices["440513-fpb"], "valid_to": dt.date(2021, 1, 1)}, "绕回了本机构"),
        (lambda c: {"parent": c.offices["440513-fpb"]}, "上级机构绕回"),
        (lambda c: {"parent": c.offices["440513100-zf"]}, "层级低于本机构"),
    ],
)
def test_office_that_cannot_be_is_refused(city, system, change, words):
    with pytest.raises(Refused, match=words):
        save(city.offices["440513-fpb"], change(city), system)
    assert not Event.objects.exists()


def test_successor_must_exist_on_the_day(city, system):
    late = save(Office(), office_values(city, valid_from=dt.date(2022, 1, 1)), system)
    with pytest.raises(Refused, match="在 2021-06-01 不存在"):
        save(city.offices["440513-fpb"], {"valid_to": dt.date(2021, 6, 1), "successor": late}, system)


def test_office_code_once_and_only_in_reach(city, system):
    with pytest.raises(Refused, match="已被使用"):
        save(Office(), office_values(city, code="440513-fpb"), system)
    district = make_user("cn.xi", city.offices["440514-fpb"], "system_admin", region=city.at("440514"))
    with pytest.raises(NotPermitted):
        save(Office(), office_values(city), district)
    with pytest.raises(NotPermitted):
        save(city.offices["440513-fpb"], {"name": "改名"}, district)


class TestInvariant(TestCase):
    """Whatever is granted and revoked in whatever order, on no day does an administrator hold another role."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from([*ADMINISTRATORS, "office_clerk", "office_leader"]), st.integers(0, 12), st.integers(1, 8)),
            max_size=8,
        )
    )
    def test_powers_never_meet(self, wishes):
        city = small_city()
        security = make_user("an.quan", city.offices["4405-fpb"], "security_admin")
        person = make_user("person", city.offices["440513-fpb"])
        for role, first, days in wishes:
            start = TODAY + first * DAY
            try:
                give(person, role, city.at("440513"), security, start=start, until=start + days * DAY)
            except Refused:
                continue
        for n in range(25):
            held = {h.role for h in scope(person, TODAY + n * DAY).holds}
            assert len(held) <= 1 or not any(roles()[r].administrator for r in held)
