"""Working days: the published calendar, projections, local exceptions, clocks."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.calendar import (
    HOLIDAYS,
    Clock,
    WorkingCalendar,
    add_months,
    days,
    due,
    due_day,
    holiday_dates,
    national,
    weekdays_only,
)

D = dt.date
anyday = st.dates(D(1995, 1, 1), D(2033, 12, 31))


@pytest.mark.parametrize(
    ("day", "works", "name"),
    [
        (D(2020, 1, 19), True, None),  # a Sunday worked before the Spring Festival
        (D(2020, 1, 31), False, "春节"),  # the holiday was extended to 2 February
        (D(2020, 2, 1), False, "春节"),  # the make-up Saturday that was cancelled
        (D(2020, 2, 2), False, "春节"),
        (D(2020, 2, 3), True, None),
        (D(2020, 2, 15), False, None),  # a plain Saturday
        (D(2020, 10, 8), False, "国庆节"),
        (D(2026, 10, 7), False, "国庆节"),
        (D(2003, 5, 1), True, None),  # before the records: a Thursday
    ],
)
def test_published_days(day: dt.date, works: bool, name: str | None) -> None:
    assert (national().is_working(day), national().holiday_name(day)) == (works, name)


def test_later_years_are_projected_and_marked_provisional() -> None:
    calendar = national()
    assert not calendar.provisional(2026)
    assert calendar.provisional(2027)
    assert not calendar.is_working(D(2027, 10, 1))
    assert calendar.holiday_name(D(2027, 2, 6)) == "春节"
    assert D(2027, 10, 1) in calendar.exceptions(2027)


def test_exceptions_of_a_year_are_its_holidays_and_make_up_days() -> None:
    found = national().exceptions(2020)
    assert found[0] == D(2020, 1, 1)
    assert D(2020, 1, 19) in found
    assert national().note(D(2020, 1, 19)) == "春节调休上班"
    assert national().note(D(2020, 2, 12)) is None
    assert national().exceptions(1999) == ()


def test_the_notice_leaves_four_working_days() -> None:
    assert national().working_days_between(D(2020, 2, 14), D(2020, 2, 20)) == 4
    assert national().working_days_between(D(2020, 2, 20), D(2020, 2, 14)) == -4


def test_a_local_order_overrides_the_national_calendar_only_where_it_speaks() -> None:
    delayed = {D(2020, 2, d): (False, "延迟复工") for d in range(3, 10)}
    enterprises = national().with_exceptions(delayed)
    assert enterprises.add_working_days(D(2020, 1, 23), 1) == D(2020, 2, 10)
    assert national().add_working_days(D(2020, 1, 23), 1) == D(2020, 2, 3)
    assert enterprises.holiday_name(D(2020, 2, 5)) == "延迟复工"
    again = enterprises.with_exceptions({D(2020, 2, 8): (True, "值班")})
    assert again.is_working(D(2020, 2, 8))
    assert not again.is_working(D(2020, 2, 7))


def test_add_no_working_days_gives_the_day_or_the_next_working_one() -> None:
    assert national().add_working_days(D(2020, 2, 14), 0) == D(2020, 2, 14)
    assert national().add_working_days(D(2020, 2, 15), 0) == D(2020, 2, 17)
    assert national().add_working_days(D(2020, 2, 17), -1) == D(2020, 2, 14)


def test_a_calendar_without_working_days_is_refused() -> None:
    never = WorkingCalendar(lambda year: dict.fromkeys(days(D(year, 1, 1), D(year, 12, 31)), (False, "停工")))
    with pytest.raises(ValueError, match="no working day"):
        never.add_working_days(D(2020, 1, 1), 1)


@pytest.mark.parametrize(
    ("name", "year", "first", "last"),
    [
        ("国庆节", 2020, D(2020, 10, 1), D(2020, 10, 8)),
        ("春节", 2020, D(2020, 1, 24), D(2020, 2, 2)),
        ("中秋节", 2020, D(2020, 10, 1), D(2020, 10, 1)),  # merged with National Day in the arrangement
        ("端午节", 2020, D(2020, 6, 25), D(2020, 6, 27)),
        ("春节", 2028, D(2028, 1, 25), D(2028, 1, 28)),
    ],
)
def test_dates_of_a_holiday(name: str, year: int, first: dt.date, last: dt.date) -> None:
    found = holiday_dates(name, year)
    assert (found[0], found[-1]) == (first, last)


def test_every_holiday_has_dates_in_every_year() -> None:
    assert all(holiday_dates(name, year) for name in HOLIDAYS for year in range(2008, 2031))
    assert holiday_dates("清明节", 2006) == ()  # no day off before 2008
    assert holiday_dates("泼水节", 2020) == ()


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        (Clock(3, "working_day"), D(2020, 2, 19)),
        (Clock(15, "day"), D(2020, 2, 29)),
        (Clock(1, "week"), D(2020, 2, 21)),
        (Clock(1, "month"), D(2020, 3, 14)),
        (Clock(24, "hour"), D(2020, 2, 15)),
        (Clock(25, "hour"), D(2020, 2, 16)),
    ],
)
def test_clock_counts_from_the_next_day(clock: Clock, day: dt.date) -> None:
    assert due_day(D(2020, 2, 14), clock, national()) == day


def test_due_ends_with_the_last_second_of_its_day_and_keeps_the_zone() -> None:
    zone = zoneinfo.ZoneInfo("Asia/Shanghai")
    start = dt.datetime(2020, 2, 14, 16, 30, tzinfo=zone)
    assert due(start, Clock(4, "working_day"), national()) == dt.datetime(2020, 2, 20, 23, 59, 59, tzinfo=zone)
    assert due(start, Clock(5, "hour"), national()) == dt.datetime(2020, 2, 14, 21, 30, tzinfo=zone)


def test_a_month_later_is_clamped_to_the_month() -> None:
    assert add_months(D(2020, 1, 31), 1) == D(2020, 2, 29)
    assert add_months(D(2019, 12, 15), 1) == D(2020, 1, 15)


@given(anyday, st.integers(1, 60))
def test_n_working_days_later_is_a_working_day_with_n_between(day: dt.date, n: int) -> None:
    calendar = national()
    end = calendar.add_working_days(day, n)
    assert calendar.is_working(end)
    assert calendar.working_days_between(day, end) == n


@given(anyday, st.integers(1, 30), st.sampled_from(["day", "working_day", "week", "month"]))
def test_a_longer_clock_is_never_due_earlier(day: dt.date, n: int, unit: str) -> None:
    calendar = weekdays_only()
    shorter, longer = (due_day(day, Clock(k, unit), calendar) for k in (n, n + 1))  # type: ignore[arg-type]  # sampled from the literals
    assert day < shorter < longer or (unit == "month" and shorter <= longer)
