"""Who may do what where."""

import datetime as dt

import pytest
from django.db.models import Q

from shouwang.kernel.accounts.models import Delegation, Office
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Hold, Place, Scope
from tests.factories.accounts import grant, make_region, make_user, scope, small_city

TODAY = dt.date(2020, 2, 17)
WORK, VIEW = "t.work", "t.view"
COUNTY = Place(13, 3, "440513000000", "潮阳区")
CITY = Place(5, 2, "440500000000", "汕头市")


def holding(*holds: Hold, **kw) -> Scope:
    return Scope(7, "陈测试", None, holds, **kw)


def at(place: Place | None, *permissions: str, **kw) -> Hold:
    return Hold("r", frozenset(permissions), place, **kw)


def test_a_scope_without_holds_matches_nothing():
    nobody = holding()
    assert not nobody.may(VIEW)
    assert nobody.q(VIEW) == Q(pk__in=[])
    assert (nobody.offices(VIEW), nobody.places(VIEW), nobody.home) == (frozenset(), (), None)
    assert not nobody.acts_for(VIEW, 1)


def test_the_systems_scope_matches_everything():
    system = Scope.system("任务")
    assert system.may(VIEW)
    assert system.q(VIEW) == Q()
    assert system.acts_for(VIEW, 1)
    assert system.sees(VIEW, "health")
    assert (system.user_id, system.user_name) == (None, "任务")


def test_only_holds_of_that_permission_reach():
    person = holding(at(COUNTY, VIEW), at(CITY, WORK, office_id=4))
    assert person.q(VIEW) == Q(pk__in=[]) | Q(county_id=13)
    assert person.q(VIEW, prefix="household__") == Q(pk__in=[]) | Q(household__county_id=13)
    assert person.offices(WORK) == {4}
    assert person.offices(VIEW) == frozenset()
    assert person.places(WORK) == (CITY,)
    assert person.home == CITY


def test_a_hold_over_the_own_office_reaches_its_records_and_no_place():
    person = holding(at(None, WORK, office_id=4))
    assert person.q(WORK) == Q(pk__in=[])
    assert person.q(WORK, office="office_id") == Q(pk__in=[]) | Q(office_id=4)
    assert person.acts_for(WORK, 4)
    assert not person.acts_for(WORK, 5)


def test_an_assigned_hold_reaches_assigned_rows_only():
    person = holding(at(None, VIEW, office_id=4, assigned=True))
    mine = Q(helpers__user_id=7)
    assert person.q(VIEW, assigned=mine, office="office_id") == Q(pk__in=[]) | mine
    assert person.q(VIEW, office="office_id") == Q(pk__in=[])


def test_field_groups_are_joined_over_holds():
    person = holding(at(COUNTY, VIEW, groups=frozenset({"base"})), at(COUNTY, VIEW, groups=frozenset({"health"})))
    assert person.sees(VIEW, "base")
    assert person.sees(VIEW, "health")
    assert not person.sees(VIEW, "income")
    assert holding(at(COUNTY, VIEW)).sees(VIEW, "income")
    assert not person.sees(WORK, "base")


@pytest.mark.django_db
def test_a_region_covers_itself_and_what_lies_below_and_nothing_else():
    city = small_city()
    officer = scope(make_user("clerk", city.offices["440513-fpb"], "office_clerk"))
    covered = {r.name for r in Region.objects.all() if officer.may_at("registry.view", r)}
    assert covered == {"潮阳区", "海门镇", "河溪镇", "和睦居委会", "城南居委会", "湖东村委会", "华东村委会"}
    rows = Office.objects.filter(officer.q("registry.view"))
    assert {o.region.name for o in rows} == covered


@pytest.mark.django_db
def test_a_province_covers_every_region():
    province = make_region("44", "广东省", Region.PROVINCE)
    city = make_region("4405", "汕头市", Region.CITY, province)
    person = holding(at(province.place, VIEW))
    assert person.may_at(VIEW, city)
    assert person.q(VIEW) == Q()


@pytest.mark.django_db
def test_a_look_alike_code_is_not_below():
    """Scope goes by ancestor ids, never by the digits of a code."""
    city = small_city()
    other = make_region("440513999999", "同码区", Region.COUNTY, city.city)
    officer = scope(make_user("clerk", city.offices["440513-fpb"], "office_clerk"))
    assert not officer.may_at("registry.view", other)


@pytest.mark.django_db
def test_a_delegation_lends_the_givers_office_for_its_days():
    city = small_city()
    giver = make_user("a", city.offices["440513-fpb"], "office_clerk", name="甲")
    taker = make_user("b", city.offices["440514-fpb"], "office_clerk", name="乙")
    Delegation.objects.create(giver=giver, taker=taker, starts=TODAY, ends=TODAY + dt.timedelta(2), reason="出差")
    lent = scope(taker, TODAY)
    both = {city.offices["440513-fpb"].pk, city.offices["440514-fpb"].pk}
    assert lent.offices("dispatch.task.work") == both
    assert {h.on_behalf_of for h in lent.holds} == {"", "甲"}
    assert scope(taker, TODAY + dt.timedelta(2)).offices("dispatch.task.work") == {city.offices["440514-fpb"].pk}


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "held"), [("2020-02-16", False), ("2020-02-17", True), ("2020-02-19", True), ("2020-02-20", False)])
def test_grants_hold_from_their_first_day_to_the_day_before_their_end(day, held):
    city = small_city()
    user = make_user("clerk", city.offices["440513-fpb"])
    grant(user, "office_clerk", city.at("440513"), valid_from=TODAY, until=dt.date(2020, 2, 20))
    assert scope(user, dt.date.fromisoformat(day)).may("registry.view") is held


@pytest.mark.django_db
def test_an_inactive_person_holds_nothing():
    city = small_city()
    user = make_user("clerk", city.offices["440513-fpb"], "office_clerk", is_active=False)
    assert scope(user).holds == ()
