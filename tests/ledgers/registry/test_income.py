"""The formula, the thresholds without division, and the windows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.ledgers.registry.income import (
    EXPENSE_FIELDS,
    INCOME_FIELDS,
    WINDOW_TYPES,
    after_medical,
    below,
    net_income,
    per_capita,
    window_is_whole,
    window_of,
)

AMOUNTS = st.fixed_dictionaries({name: st.integers(0, 10**9) for name in (*INCOME_FIELDS, *EXPENSE_FIELDS)})
DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2035, 12, 31))


@given(AMOUNTS)
def test_net_is_all_income_less_business_expense(amounts: dict[str, int]) -> None:
    assert net_income(amounts) == sum(amounts[n] for n in INCOME_FIELDS) - amounts["business_expense"]


@given(AMOUNTS, st.sampled_from(INCOME_FIELDS), st.integers(1, 10**6))
def test_more_of_any_income_raises_net_by_as_much_and_more_expense_lowers_it(amounts: dict[str, int], name: str, more: int) -> None:
    base = net_income(amounts)
    assert net_income({**amounts, name: amounts[name] + more}) == base + more
    assert net_income({**amounts, "business_expense": amounts["business_expense"] + more}) == base - more


@pytest.mark.parametrize("name", [*INCOME_FIELDS, "business_expense"])
def test_a_negative_item_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        net_income({name: -1})


def test_absent_items_count_as_nothing() -> None:
    assert net_income({"wage": 1_200_000}) == 1_200_000


@given(st.integers(-(10**10), 10**10), st.integers(1, 20), st.integers(1, 20_000))
def test_below_agrees_with_exact_division(net: int, persons: int, line: int) -> None:
    assert below(net, persons, line) == (Fraction(net, persons * 100) < line)


@pytest.mark.parametrize(("net", "expected"), [(1_199_999, True), (1_200_000, False), (1_200_001, False)])
def test_a_household_exactly_on_the_line_is_not_below_it(net: int, expected: bool) -> None:
    assert below(net, 3, 4_000) is expected


@given(st.integers(-(10**10), 10**10), st.integers(1, 20))
def test_per_capita_is_the_exact_share_rounded_to_the_fen(net: int, persons: int) -> None:
    assert abs(Fraction(per_capita(net, persons)) - Fraction(net, persons * 100)) <= Fraction(1, 200)


def test_per_capita_rounds_half_up() -> None:
    assert per_capita(1_000_000, 3) == Decimal("3333.33")
    assert per_capita(101, 2) == Decimal("0.51")


def test_per_capita_of_nobody_is_an_error() -> None:
    with pytest.raises(ValueError, match="persons"):
        per_capita(100, 0)


def test_medical_costs_are_taken_off_and_claims_added() -> None:
    assert after_medical(3_000_000, 1_200_000, 200_000) == 2_000_000


@given(st.sampled_from(WINDOW_TYPES), DAYS)
def test_a_window_has_twelve_whole_months_and_is_over_at_the_check(kind: str, day: dt.date) -> None:
    window = window_of(kind, day)
    assert (window.start.day, window.end.day) == (1, 1)
    assert (window.end.year - window.start.year, window.end.month) == (1, window.start.month)
    assert window.end <= day
    assert window_is_whole(kind, window.start)


@pytest.mark.parametrize(
    ("kind", "day", "start", "end"),
    [
        ("rolling", dt.date(2023, 5, 20), dt.date(2022, 5, 1), dt.date(2023, 5, 1)),
        ("rolling", dt.date(2023, 1, 1), dt.date(2022, 1, 1), dt.date(2023, 1, 1)),
        ("oct_sep", dt.date(2020, 2, 17), dt.date(2018, 10, 1), dt.date(2019, 10, 1)),
        ("oct_sep", dt.date(2019, 10, 1), dt.date(2018, 10, 1), dt.date(2019, 10, 1)),
        ("oct_sep", dt.date(2019, 9, 30), dt.date(2017, 10, 1), dt.date(2018, 10, 1)),
        ("calendar", dt.date(2020, 2, 17), dt.date(2019, 1, 1), dt.date(2020, 1, 1)),
    ],
)
def test_windows_by_kind(kind: str, day: dt.date, start: dt.date, end: dt.date) -> None:
    window = window_of(kind, day)
    assert (window.start, window.end) == (start, end)


def test_the_window_text_names_its_last_day() -> None:
    assert window_of("oct_sep", dt.date(2020, 2, 17)).text == "2018-10-01 ～ 2019-09-30"


def test_an_unknown_window_is_an_error() -> None:
    with pytest.raises(ValueError, match="lunar"):
        window_of("lunar", dt.date(2020, 2, 17))


@pytest.mark.parametrize(
    ("kind", "start"), [("oct_sep", dt.date(2019, 1, 1)), ("calendar", dt.date(2019, 2, 1)), ("rolling", dt.date(2019, 1, 2))]
)
def test_a_window_that_starts_elsewhere_is_not_whole(kind: str, start: dt.date) -> None:
    assert not window_is_whole(kind, start)
