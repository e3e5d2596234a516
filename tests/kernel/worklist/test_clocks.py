"""Clocks over holidays, make-up weekends and local exceptions, as the editable table has them."""

import datetime as dt

import pytest
from django.utils import timezone

from shouwang.kernel.models import Holiday
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.clocks import calendar_for, day_end, due_from_rule, seed_holidays
from shouwang.portal.holidays import set_day
from tests.factories.accounts import make_region

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture
def seeded():
    return seed_holidays()


def add(day: dt.date, *, working: bool, actor: str = "", region: Region | None = None) -> None:
    Holiday.objects.create(day=day, working=working, name="测试", actor=actor, region=region, source="测试")


def test_an_empty_table_means_the_national_calendar():
    assert calendar_for().is_working(D(2020, 1, 19))  # the make-up Sunday before the Spring Festival
    assert not calendar_for().is_working(D(2020, 1, 24))


def test_the_seed_is_whole_marks_later_years_and_keeps_edits(seeded):
    assert seeded == Holiday.objects.count() > 500
    years = set(Holiday.objects.values_list("day__year", flat=True))
    assert years == set(range(2004, 2031))
    assert set(Holiday.objects.filter(provisional=True).values_list("day__year", flat=True)) == {2027, 2028, 2029, 2030}
    row = Holiday.objects.get(day=D(2020, 1, 24), actor="")
    row.name = "改过"
    row.save()
    seed_holidays()
    row.refresh_from_db()
    assert (row.name, Holiday.objects.count()) == ("改过", seeded)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (D(2020, 1, 19), True),  # 调休上班 before the Spring Festival
        (D(2020, 1, 23), True),
        (D(2020, 1, 24), False),
        (D(2020, 1, 31), False),  # the holiday was extended to 2 February (国办发明电〔2020〕1号)
        (D(2020, 2, 1), False),  # the make-up Saturday was cancelled by the same order
        (D(2020, 2, 2), False),
        (D(2020, 2, 3), True),  # offices resumed
        (D(2020, 2, 8), False),
        (D(2020, 4, 6), False),  # 清明
        (D(2020, 4, 26), True),  # 劳动节调休上班
    ],
)
@pytest.mark.usefixtures("seeded")
def test_february_2020_is_as_ordered(day, works):
    assert calendar_for().is_working(day) is works


@pytest.mark.parametrize(("day", "works"), [(D(2020, 2, 2), False), (D(2020, 2, 3), False), (D(2020, 2, 9), False), (D(2020, 2, 10), True)])
@pytest.mark.usefixtures("seeded")
def test_enterprises_resumed_a_week_later(day, works):
    assert calendar_for("enterprise").is_working(day) is works


@pytest.mark.usefixtures("seeded")
def test_a_local_exception_holds_in_its_place_and_for_its_actor_only():
    city = make_region("4405", "汕头市", Region.CITY)
    add(D(2020, 2, 17), working=False, region=city)
    add(D(2020, 2, 18), working=False, actor="school")
    add(D(2020, 2, 18), working=True, actor="school", region=city)
    assert calendar_for().is_working(D(2020, 2, 17))
    assert not calendar_for(region_ids=(city.pk,)).is_working(D(2020, 2, 17))
    assert calendar_for().is_working(D(2020, 2, 18))
    assert not calendar_for("school").is_working(D(2020, 2, 18))
    assert calendar_for("school", (city.pk,)).is_working(D(2020, 2, 18))


def at(day: dt.date, hour: int = 9) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        ("task_acknowledge", D(2020, 2, 14), D(2020, 2, 17)),  # Friday → Monday
        ("task_acknowledge", D(2020, 1, 23), D(2020, 2, 3)),  # over the extended Spring Festival
        ("task_acknowledge", D(2020, 4, 24), D(2020, 4, 26)),  # Friday → make-up Sunday
        ("suggestion_reply", D(2020, 2, 20), D(2020, 2, 27)),
        ("suggestion_reply", D(2020, 4, 30), D(2020, 5, 11)),  # 1–5 May off, 9 May a make-up Saturday
    ],
)
@pytest.mark.usefixtures("seeded")
def test_working_day_clocks_end_at_the_end_of_their_last_day(rule, start, due):
    assert due_from_rule(rule, at(start)) == day_end(due)


@pytest.mark.usefixtures("seeded")
def test_a_clock_follows_the_table_as_edited():
    assert due_from_rule("task_acknowledge", at(D(2020, 2, 17))) == day_end(D(2020, 2, 18))
    values = {"day": D(2020, 2, 18), "working": "0", "name": "停工", "actor": "", "source": "测试令1号"}
    set_day(values, by=Scope.system("测试"), today=D(2020, 2, 17))
    assert due_from_rule("task_acknowledge", at(D(2020, 2, 17))) == day_end(D(2020, 2, 19))
    # An edit of a row that stands changes neither the number of rows nor the newest id.
    set_day(values | {"working": "1", "name": "恢复"}, by=Scope.system("测试"), today=D(2020, 2, 17))
    assert due_from_rule("task_acknowledge", at(D(2020, 2, 17))) == day_end(D(2020, 2, 18))


def test_the_end_of_a_day_is_its_last_second_in_the_citys_time_zone():
    assert day_end(D(2020, 2, 20)).isoformat() == "2020-02-20T23:59:59+08:00"
