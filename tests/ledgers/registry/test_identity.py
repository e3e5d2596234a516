"""Identity numbers and phones."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.privacy.normal import check_character
from shouwang.ledgers.registry.identity import age_on, clean_number, id_problem, phone_problem, split_disability_number

BIRTHS = st.dates(dt.date(1920, 1, 1), dt.date(2020, 2, 17))


def number_of(birth: dt.date, order: int, district: str = "440513") -> str:
    body = f"{district}{birth:%Y%m%d}{order:03d}"
    return body + check_character(body)


@given(BIRTHS, st.integers(1, 999))
def test_a_well_formed_number_fits_its_birth_and_sex(birth: dt.date, order: int) -> None:
    number = number_of(birth, order)
    sex, other = ("male", "female") if order % 2 else ("female", "male")
    assert id_problem(number, birth=birth, sex=sex) == ""
    assert "性别" in id_problem(number, birth=birth, sex=other)
    assert "出生日期" in id_problem(number, birth=birth - dt.timedelta(1), sex=sex)


@given(BIRTHS, st.integers(1, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(birth: dt.date, order: int, place: int, shift: int) -> None:
    number = number_of(birth, order)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert id_problem(wrong)


@given(BIRTHS, st.integers(1, 999), st.integers(0, 15))
def test_two_swapped_digits_are_always_found(birth: dt.date, order: int, place: int) -> None:
    number = number_of(birth, order)
    if number[place] == number[place + 1]:
        return
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert id_problem(wrong)


def test_an_unknown_district_is_no_error() -> None:
    assert id_problem(number_of(dt.date(1960, 1, 2), 3, district="440599")) == ""


def test_the_words_never_repeat_the_number() -> None:
    number = "440513199005120031"
    assert number not in id_problem(number)


@pytest.mark.parametrize(
    ("given_number", "expected"),
    [("44051319900512003943", ("440513199005120039", 4, 3)), ("44051319900512003983", ("44051319900512003983", None, None))],
)
def test_disability_numbers_are_split_where_type_and_grade_exist(given_number: str, expected: tuple[str, int | None, int | None]) -> None:
    assert split_disability_number(given_number) == expected


@pytest.mark.parametrize("text", ["15400000001", "0754-88888888", "075488888888", "010-1234567"])
def test_phones_that_pass(text: str) -> None:
    assert phone_problem(text) == ""


@pytest.mark.parametrize("text", ["1540000000", "25400000001", "12345678901", "无", "154000000012"])
def test_phones_that_do_not(text: str) -> None:
    assert "请核对" in phone_problem(text)


def test_full_width_and_separators_are_folded() -> None:
    assert clean_number("４４０５13-1990 0512-003x") == "44051319900512003X"


@given(BIRTHS, st.integers(0, 40000))
def test_age_is_the_number_of_birthdays_passed(birth: dt.date, days: int) -> None:
    day = birth + dt.timedelta(days)
    passed = sum(
        (birth.month, birth.day) <= (day.month, day.day) if year == day.year else True for year in range(birth.year + 1, day.year + 1)
    )
    assert age_on(birth, day) == passed
