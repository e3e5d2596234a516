"""Weights: 斤 is half a kilogram, and never added to 公斤."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.ledgers.produce.quantity import grams_of, kilograms, value_fen


@pytest.mark.parametrize(
    ("said", "unit", "grams"),
    [
        ("3000公斤", "", 3_000_000),
        ("6000斤", "", 3_000_000),
        ("3 吨", "", 3_000_000),
        ("１．５吨", "", 1_500_000),
        ("2,000 kg", "", 2_000_000),
        ("0.6万斤", "", 3_000_000),
        ("1斤", "", 500),
        ("300", "斤", 150_000),
        ("300公斤", "公斤", 300_000),
        ("300千克", "公斤", 300_000),
        ("500克", "", 500),
    ],
)
def test_weight_is_read_in_whole_grams(said, unit, grams):
    assert grams_of(said, unit) == grams


@pytest.mark.parametrize(
    ("said", "unit", "words"),
    [
        ("3000", "", "没有写单位"),
        ("500公斤300斤", "", "混用了不同单位"),
        ("500公斤", "斤", "混用了不同单位"),
        ("500公斤200公斤", "", "混用"),
        ("很多", "", "不是重量"),
        ("约3000公斤", "", "不是重量"),
        ("", "公斤", "不是重量"),
        ("0公斤", "", "应大于 0"),
        ("-5公斤", "", "不是重量"),
        ("0.0001公斤", "", "小数位过多"),
        ("9999999999吨", "", "不能是十亿吨以上"),
        ("300", "担", "不认识的单位"),
    ],
)
def test_weight_that_cannot_be_is_refused_with_the_remedy(said, unit, words):
    with pytest.raises(ValueError, match=words):
        grams_of(said, unit)


@given(st.integers(1, 10**9))
def test_two_jin_are_one_kilogram_whatever_the_number(n):
    assert grams_of(f"{2 * n}斤") == grams_of(f"{n}公斤") == n * 1000
    assert kilograms(n * 1000) == Decimal(n)


def test_worth_is_rounded_half_up_once():
    assert value_fen(1_500, 333) == 500  # 499.5
    assert value_fen(1_000, 333) == 333
    assert value_fen(499, 1) == 0
