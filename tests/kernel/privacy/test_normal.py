"""The search form of a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.privacy.normal import check_character, eighteen, normal_form


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        ("id_number", "11010119491231002x", "11010119491231002X"),
        ("id_number", "１１０１０１１９４９１２３１００２ｘ", "11010119491231002X"),
        ("id_number", "440524000101005", "44052419000101005X"),
        ("id_number", "44052400010100", "44052400010100"),
        ("id_number", "hk-a123456(7)", "HKA1234567"),
        ("phone", "139 0000-1234", "13900001234"),
        ("phone", "+86 139 0000 1234", "13900001234"),
        ("phone", "0086-13900001234", "13900001234"),
        ("phone", "（0754）88881234", "075488881234"),
        ("phone", "86123456", "86123456"),
        ("phone", "无", "无"),
        ("phone", "-", ""),
        ("bank_card", "6222 0200 0000 1234 567", "6222020000001234567"),
    ],
)
def test_search_form(kind: str, value: str, form: str) -> None:
    assert normal_form(MaskKind(kind), value) == form


# The specimen numbers printed in GB 11643-1999 itself.
@pytest.mark.parametrize(("body", "check"), [("11010519491231002", "X"), ("44052418800101001", "4")])
def test_check_character_of_the_standard(body: str, check: str) -> None:
    assert check_character(body) == check


@given(kind=st.sampled_from([MaskKind.ID_NUMBER, MaskKind.PHONE, MaskKind.BANK_CARD]), value=st.text())
def test_the_search_form_of_a_search_form_is_itself(kind: MaskKind, value: str) -> None:
    form = normal_form(kind, value)
    again = normal_form(kind, form)
    # A phone form may begin with a country code only after another one was cut: it is stable from the second time on.
    assert again == form or normal_form(kind, again) == again


@given(st.text("0123456789", min_size=15, max_size=15))
def test_fifteen_digits_meet_their_eighteen(number: str) -> None:
    assert normal_form(MaskKind.ID_NUMBER, number) == normal_form(MaskKind.ID_NUMBER, eighteen(number))
