"""The business date."""

import datetime as dt

import pytest
from django.utils import timezone

from shouwang.kernel.clock import DEMO_DATE, business_now, demo_date, moment_on
from shouwang.kernel.models import Setting

pytestmark = pytest.mark.django_db


def test_a_real_installation_has_the_real_clock():
    before = timezone.now()
    assert demo_date() is None
    assert before <= business_now() <= timezone.now()
    assert business_now().utcoffset() == dt.timedelta(hours=8)


def test_a_demonstration_has_its_own_date_and_the_real_time_of_day():
    Setting.objects.create(key=DEMO_DATE, value="2020-02-17")
    assert demo_date() == dt.date(2020, 2, 17)
    before = timezone.localtime()
    now = business_now()
    assert now.date() == dt.date(2020, 2, 17)
    assert now.utcoffset() == dt.timedelta(hours=8)
    passed = dt.datetime.combine(before.date(), now.timetz()) - before
    assert dt.timedelta(0) <= passed < dt.timedelta(seconds=5) or now.time() < before.time()  # the second: midnight passed in between


def test_a_given_day_saves_the_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert moment_on(dt.date(2020, 2, 20)).date() == dt.date(2020, 2, 20)
        assert moment_on(None).date() == timezone.localdate()
