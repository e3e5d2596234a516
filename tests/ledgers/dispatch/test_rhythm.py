"""The page that asks for reports says how often the published levels want them."""

import pytest

from shouwang.kernel.models import Setting
from shouwang.ledgers.impact.queries import report_rhythm
from tests.factories.accounts import make_user, sign_in, small_city
from tests.factories.impact import TODAY, make_level


@pytest.fixture
def city(db):  # noqa: ARG001 - opens the database
    return small_city()


def test_rhythm_follows_each_county_s_level(city):
    first, second = city.counties[:2]
    assert report_rhythm([first, second], TODAY) == [("每日报送", "没有公布等级", [first.name, second.name])]
    make_level(first, "low")
    make_level(second, "medium")
    assert report_rhythm([first, second], TODAY) == [("每三天报送一次", "中风险", [second.name]), ("每周报送一次", "低风险", [first.name])]


def test_page_of_a_new_request_says_the_rhythm_of_the_counties_asked(city, client):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    for county in city.counties:
        make_level(county, "low")
    client = sign_in(client, make_user("jb", city.offices["4405-fpb"], "office_clerk"))
    page = client.get("/dispatch/requests/new/").content.decode()
    assert f"{'、'.join(c.name for c in city.counties)}（低风险）每周报送一次" in page
