"""Constraints and scope of the registry's tables, on the database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from shouwang.ledgers.registry.models import Household, IncomeStatement, Member
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_status, make_household

pytestmark = pytest.mark.django_db


def refuses(constraint: str) -> pytest.RaisesExc[IntegrityError]:
    """The database itself refuses; PostgreSQL names the constraint, SQLite does so for all but unique ones."""
    return pytest.raises(IntegrityError, match=f"{constraint}|UNIQUE constraint failed")


class TestConstraints:
    def test_household_code_is_given_once(self, city: City) -> None:
        make_household(city.villages[0], code="4405131000010001")
        with refuses("household_code_once"), transaction.atomic():
            make_household(city.villages[1], code="4405131000010001")

    def test_unknown_standard_system_is_refused(self, city: City) -> None:
        with refuses("household_standard_system_known"), transaction.atomic():
            make_household(city.villages[0], standard_system="wealthy")

    def test_negative_land_is_refused(self, city: City) -> None:
        with refuses("household_arable_land_not_negative"), transaction.atomic():
            make_household(city.villages[0], arable_land=Decimal("-0.01"))

    def test_second_head_is_refused_until_the_first_has_left(self, city: City) -> None:
        household = make_household(city.villages[0])
        first = add_member(household)
        with refuses("member_one_head_per_household"), transaction.atomic():
            add_member(household, name="陈第二")
        first.left_on = TODAY
        first.save()
        assert add_member(household, name="陈第二").pk

    def test_disability_grade_without_type_is_refused(self, city: City) -> None:
        household = make_household(city.villages[0])
        with refuses("member_disability_type_with_grade"), transaction.atomic():
            add_member(household, disability_grade=2)

    def test_leaving_before_joining_is_refused(self, city: City) -> None:
        household = make_household(city.villages[0])
        with refuses("member_dates_in_order"), transaction.atomic():
            add_member(household, left_on=dt.date(2016, 5, 31))

    def test_net_that_is_not_the_sum_is_refused(self, city: City) -> None:
        statement = add_income(make_household(city.villages[0]), wage=100_00, business=50_00, business_expense=30_00)
        assert statement.net == 120_00
        with refuses("income_net_is_the_sum"), transaction.atomic():
            IncomeStatement.objects.filter(pk=statement.pk).update(net=120_01)

    def test_two_latest_statements_are_refused(self, city: City) -> None:
        household = make_household(city.villages[0])
        add_income(household, wage=1)
        with refuses("income_one_latest_per_household"), transaction.atomic():
            add_income(household, wage=2, checked_on=dt.date(2019, 1, 5))

    def test_second_open_status_of_a_programme_is_refused(self, city: City) -> None:
        household = make_household(city.villages[0])
        add_status(household, standing="poor")
        with refuses("programme_status_one_open"), transaction.atomic():
            add_status(household, standing="exited")
        assert add_status(household, programme="monitoring", standing="unstable").pk


class TestWithin:
    def test_village_officer_sees_own_village_only(self, city: City) -> None:
        mine, other = make_household(city.villages[0]), make_household(city.villages[1])
        officer = scope(make_user("v1", city.offices["440513100001-cwh"], "village_officer"))
        assert list(Household.objects.within(officer)) == [mine]
        assert mine.covers(officer, "registry.view")
        assert not other.covers(officer, "registry.view")

    def test_town_county_and_city_see_what_lies_below(self, city: City) -> None:
        for village in city.villages:
            add_member(make_household(village))
        seen = {
            tier: Member.objects.within(scope(make_user(tier, city.offices[office], role))).count()
            for tier, office, role in (
                ("town", "440513100-zf", "town_clerk"),
                ("county", "440513-fpb", "office_clerk"),
                ("city", "4405-fpb", "office_clerk"),
            )
        }
        assert seen == {"town": 2, "county": 4, "city": 8}

    def test_helper_of_another_district_sees_assigned_households_only_while_it_lasts(self, city: City) -> None:
        here, there = make_household(city.at("440513100001")), make_household(city.at("440514101201"))
        user = make_user("helper1", city.offices["440513-fpb"], "helper")
        assignment = add_helper(there, user=user)
        add_member(there)
        add_member(here)
        holder = scope(user)
        assert list(Household.objects.within(holder)) == [there]
        assert [m.household_id for m in Member.objects.within(holder)] == [there.pk]
        assert there.covers(holder, "registry.view")
        assert not here.covers(holder, "registry.view")
        assignment.until = TODAY
        assignment.save()
        assert not Household.objects.within(holder).exists()
        assert not there.covers(holder, "registry.view")

    def test_assignment_gives_no_permission_the_role_lacks(self, city: City) -> None:
        household = make_household(city.at("440514101201"))
        user = make_user("helper2", city.offices["440513-fpb"], "helper")
        add_helper(household, user=user)
        assert not Household.objects.within(scope(user), "registry.edit").exists()
        assert not household.covers(scope(user), "registry.edit")

    def test_without_grants_nothing_is_seen(self, city: City) -> None:
        household = make_household(city.villages[0])
        add_income(household, wage=1)
        nobody = scope(make_user("nobody", city.offices["440513-fpb"]))
        assert not Household.objects.within(nobody).exists()
        assert not IncomeStatement.objects.within(nobody).exists()


def test_age_counts_full_years(city: City) -> None:
    member = add_member(make_household(city.villages[0]), birth_date=dt.date(2004, 2, 18))
    assert (member.age(dt.date(2020, 2, 17)), member.age(dt.date(2020, 2, 18))) == (15, 16)
