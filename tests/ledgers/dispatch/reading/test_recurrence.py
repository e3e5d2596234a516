"""When a recurring deadline is next due."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.calendar import national
from shouwang.ledgers.dispatch.reading.deadlines import parse_phrase
from shouwang.ledgers.dispatch.reading.recurrence import next_due

D = dt.date
AFTER = D(2020, 2, 14)


@pytest.mark.parametrize(
    ("phrase", "day"),
    [
        ("每周五", D(2020, 2, 14)),
        ("每周一", D(2020, 2, 17)),
        ("每两周", D(2020, 2, 16)),
        ("每月5日前", D(2020, 3, 5)),
        ("每月底前", D(2020, 2, 29)),
        ("每月10日、25日前", D(2020, 2, 25)),
        ("每月前5个工作日内", D(2020, 3, 6)),
        ("每月最后一个工作日前", D(2020, 2, 28)),
        ("每季度末", D(2020, 3, 31)),
        ("每季度结束后5个工作日内", D(2020, 4, 8)),
        ("每半年", D(2020, 6, 30)),
        ("每年2月底前", D(2020, 2, 29)),
        ("每年1月31日前", D(2021, 1, 31)),
        ("每日17时前", D(2020, 2, 14)),
        ("每旬", D(2020, 2, 20)),
        ("每个工作日", D(2020, 2, 14)),
    ],
)
def test_next_day(phrase: str, day: dt.date) -> None:
    rule = parse_phrase(phrase, AFTER).recurrence
    assert rule is not None
    assert next_due(rule, AFTER, national()) == day


def test_intervals_count_from_their_anchor() -> None:
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"
    assert next_due(rule, D(2020, 2, 17), national(), anchor=AFTER) == D(2020, 3, 1)
    assert next_due("FREQ=DAILY;INTERVAL=3", D(2020, 2, 15), national(), anchor=AFTER) == D(2020, 2, 17)
    assert next_due("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=5", D(2020, 3, 1), national(), anchor=AFTER) == D(2020, 4, 5)


def test_a_rule_that_names_no_day_is_never_due() -> None:
    assert next_due("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=31", AFTER, national()) is None


@given(
    st.sampled_from(["每周五", "每月5日前", "每季度末", "每年2月底前", "每旬", "每月前3个工作日内"]), st.dates(D(2005, 1, 1), D(2025, 1, 1))
)
def test_the_next_day_is_never_past_and_repeats_itself(phrase: str, after: dt.date) -> None:
    rule = parse_phrase(phrase, after).recurrence
    assert rule is not None
    day = next_due(rule, after, national())
    assert day is not None
    assert after <= day <= after + dt.timedelta(days=366)
    assert next_due(rule, day, national()) == day
