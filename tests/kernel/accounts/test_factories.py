"""The factory city is what the other tests take it for."""

import datetime as dt

import pytest
from django.test import Client

from tests.factories.accounts import make_user, scope, sign_in, small_city

pytestmark = pytest.mark.django_db


def test_small_city_has_two_districts_four_towns_eight_villages_with_an_office_each():
    c = small_city()
    assert (len(c.counties), len(c.towns), len(c.villages)) == (2, 4, 8)
    assert {"4405-fpb", "4405-nyj", "4405-rsj", "440513-fpb", "440514-fpb", "440513100-zf", "440513100001-cwh"} <= set(c.offices)
    assert c.at("440513100001").ancestor_ids() == {
        "city_id": c.city.pk,
        "county_id": c.at("440513").pk,
        "town_id": c.at("440513100").pk,
        "village_id": c.at("440513100001").pk,
    }


def test_scope_of_a_district_clerk_covers_its_own_district_only():
    c = small_city()
    held = scope(make_user("cy", c.offices["440513-fpb"], "office_clerk"), dt.date(2020, 2, 17))
    assert held.may_at("registry.view", c.at("440513100"))
    assert not held.may_at("registry.view", c.at("440514101"))


def test_sign_in_opens_a_session():
    c = small_city()
    client = sign_in(Client(), make_user("cy", c.offices["440513-fpb"], "office_clerk"))
    assert "_auth_user_id" in client.session
