"""What every request carries and what every answer says."""

import datetime as dt
import uuid

import pytest
from django.http import HttpResponse
from django.urls import path

from shouwang.config import urls as site
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.models import Setting
from shouwang.kernel.pages import page
from tests.factories.accounts import make_user, sign_in, small_city

SEEN = []


@page(public=True, why="测试")
def look(request):
    """Keeps what the middleware set."""
    SEEN.append(request)
    return HttpResponse("seen")


urlpatterns = [path("look/", look), *site.urlpatterns]
handler404 = site.handler404
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.kernel.test_web")]


@pytest.fixture(autouse=True)
def nothing_seen():
    SEEN.clear()


def test_answers_carry_the_strict_headers(client):
    headers = client.get("/look/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert (headers["Cache-Control"], headers["Cross-Origin-Resource-Policy"]) == ("no-store", "same-origin")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_an_anonymous_request_holds_nothing(client):
    client.get("/look/")
    scope = SEEN[0].scope
    assert (scope.user_id, scope.holds, scope.everything, SEEN[0].demo) == (None, (), False, False)


def test_a_signed_in_request_carries_scope_date_time_and_id(client):
    city = small_city()
    sign_in(client, make_user("clerk", city.offices["440513-fpb"], "office_clerk"))
    Setting.objects.create(key=DEMO_DATE, value="2020-02-17")
    client.get("/look/")
    client.get("/look/")
    first, second = SEEN
    assert (first.today, first.now.date(), first.demo) == (dt.date(2020, 2, 17), dt.date(2020, 2, 17), True)
    assert first.scope.office.code == "440513-fpb"
    assert first.scope.request_id == first.request_id != second.request_id
    assert uuid.UUID(first.request_id)


def test_grants_are_those_of_the_business_date(client):
    city = small_city()
    user = make_user("clerk", city.offices["440513-fpb"], "office_clerk")
    user.grants.update(valid_from=dt.date(2020, 2, 18))
    sign_in(client, user)
    for day, held in (("2020-02-17", False), ("2020-02-18", True)):
        Setting.objects.update_or_create(key=DEMO_DATE, defaults={"value": day})
        client.get("/look/")
        assert bool(SEEN[-1].scope.holds) is held
