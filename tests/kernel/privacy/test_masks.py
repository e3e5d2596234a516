"""Masks show what they may and never the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.privacy import MaskKind, mask

ENDS = [MaskKind.ID_NUMBER, MaskKind.PHONE, MaskKind.BANK_CARD]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("id_number", "110101190001010015", "110101********0015"),
        ("id_number", "110101190001011X", "110101******011X"),
        ("id_number", "440524000101005", "440524*****1005"),
        ("id_number", "11010119000101001543", "110101**********1543"),
        ("id_number", "E12345678", "E1*****78"),
        ("id_number", " 110101 19000101 0015 ", "110101********0015"),
        ("id_number", "12", "**"),
        ("phone", "13900001234", "139****1234"),
        ("phone", "139-0000-1234", "139****1234"),
        ("phone", "0754-88881234", "075*****1234"),
        ("phone", "88881234", "88****34"),
        ("phone", "12345", "1***5"),
        ("phone", "-", "***"),
        ("bank_card", "6222020000001234567", "***************4567"),
        ("bank_card", "1234", "***4"),
        ("bank_card", "1", "*"),
        ("name", "王小明", "王**"),
        ("name", "王明", "王*"),
        ("name", "王", "*"),
        ("name", "欧阳某", "欧阳*"),
        ("name", "欧阳", "欧*"),
        ("name", "欧阳小明", "欧阳**"),
        ("name", "歐陽小明", "歐陽**"),
        ("name", "东方明", "东方*"),
        ("name", "王　明", "王*"),
        ("name", "葛\U000e0100小明", "葛\U000e0100**"),
        ("name", "𠮷田明", "𠮷**"),
        ("name", "阿依古丽·买买提", "阿*******"),
        ("address", "广东省汕头市潮南区陇田镇东仙村3巷5号", "广东省汕头市潮南区陇田镇***"),
        ("address", "汕头市金平区石炮台街道东区小区3号", "汕头市金平区石炮台街道***"),
        ("address", "陇田镇东仙村", "陇田镇***"),
        ("address", "汕头市金平区", "汕头市***"),
        ("address", "金平区", "***"),
        ("address", "东仙村3巷5号", "东***"),
        ("address", "5号", "***"),
        ("text", "高血压", "***"),
    ],
)
def test_mask_shows(kind: str, value: str, shown: str) -> None:
    assert mask(kind, value) == shown


@pytest.mark.parametrize("kind", list(MaskKind))
@pytest.mark.parametrize("nothing", ["", None, " ", "　"])
def test_nothing_masks_to_nothing(kind: MaskKind, nothing: str | None) -> None:
    assert mask(kind, nothing) == ""


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="salary"):
        mask("salary", "1")


@given(kind=st.sampled_from(list(MaskKind)), value=st.text(min_size=1).filter(lambda s: "*" not in s and s.strip()))
def test_any_text_has_a_mask_that_is_not_the_text(kind: MaskKind, value: str) -> None:
    shown = mask(kind, value)
    assert "*" in shown
    assert value.strip() not in shown


@given(kind=st.sampled_from(ENDS), value=st.text("0123456789X", min_size=1, max_size=30))
def test_at_least_half_or_four_characters_stay_hidden(kind: MaskKind, value: str) -> None:
    shown = mask(kind, value)
    assert len(shown) == len(value)
    assert shown.count("*") >= min(4, (len(value) + 1) // 2)


@given(kind=st.sampled_from([*ENDS, MaskKind.NAME]), value=st.text(min_size=1))
def test_the_mask_of_a_mask_is_itself(kind: MaskKind, value: str) -> None:
    assert mask(kind, mask(kind, value)) == mask(kind, value)


@given(st.text("广东省汕头市潮南区陇田镇街道乡村0123456789号 ", min_size=1).filter(str.strip))
def test_an_address_mask_shows_no_number_of_a_house(value: str) -> None:
    shown = mask("address", value)
    lead = value.strip()[: min(len(value.strip()) // 4, 2)]
    assert not any(c.isdigit() for c in shown) or shown == lead + "***"
