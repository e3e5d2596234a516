"""Numbers and names as keys."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.demo.identity import id_numbers
from shouwang.engine.matching.columns import name_keys, numbers
from shouwang.kernel.privacy.normal import eighteen

WHOLE = str(id_numbers(np.array([440513]), np.array(["1965-08-17"], "datetime64[D]"), np.array([123]))[0])


def one(text: str | None) -> tuple[str | None, bool]:
    said, whole = numbers(pa.array([text], pa.string()))
    return said[0].as_py(), whole[0].as_py()


def test_a_number_is_folded_and_checked():
    assert one(WHOLE) == (WHOLE, True)
    assert one(f" {WHOLE[:6]} {WHOLE[6:14]}-{WHOLE[14:].lower()}") == (WHOLE, True)
    assert one(WHOLE[:17] + ("0" if WHOLE[17] != "0" else "1")) == (WHOLE[:17] + ("0" if WHOLE[17] != "0" else "1"), False)
    assert one(WHOLE[:6] + "19650230" + WHOLE[14:])[1] is False
    assert one(None) == (None, False)
    assert one("") == (None, False)
    assert one("护照E1234567") == ("护照E1234567", False)
    assert one("9" * 30) == ("9" * 30, False)


def test_fifteen_digits_become_eighteen():
    old = WHOLE[:6] + WHOLE[8:17]
    assert one(old) == (WHOLE, True)
    said, whole = numbers(pa.array([old, "x", None, WHOLE]))
    assert said.to_pylist() == [WHOLE, "X", None, WHOLE]
    assert whole.to_pylist() == [True, False, False, True]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**15 - 1))
def test_fifteen_digits_become_what_the_registry_makes_of_them(number):
    old = f"{number:015d}"
    assert one(old)[0] == eighteen(old)


def keys(*names: str | None) -> dict[str, list[int | None]]:
    return {k: v.to_pylist() for k, v in name_keys(pa.array(names, pa.string())).items()}


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("陈志明", "陈 志明", {"same", "sound", "shape"}),
        ("陈志明", "陈智铭", {"sound"}),
        ("陈永财", "陈水财", {"shape"}),
        ("陈志明", "陈志强", set()),
        ("陈明", "陈明明", set()),
        ("阿卜杜拉·买买提", "阿卜杜拉买买提", {"same", "sound", "shape"}),
    ],
)
def test_names_are_alike_as_written_by_sound_and_by_shape(a, b, alike):
    found = keys(a, b)
    assert {k for k in ("same", "sound", "shape") if found[k][0] == found[k][1]} == alike


@pytest.mark.parametrize(
    ("surname", "typed"),
    [
        ("曾", "增"),
        ("曾", "层"),
        ("单", "善"),
        ("单", "丹"),
        ("区", "欧"),
        ("区", "曲"),
        ("翟", "宅"),
        ("翟", "狄"),
        ("仇", "求"),
        ("解", "谢"),
        ("解", "姐"),
    ],
)
def test_a_surname_is_found_under_either_reading(surname, typed):
    found = keys(f"{surname}小明", f"{typed}小明")
    ours = {found["sound"][0], found["sound2"][0]}
    assert found["sound"][1] in ours


def test_keys_do_not_depend_on_what_else_is_in_the_column_and_nothing_has_none():
    assert keys("曾小明")["sound"] == keys("林一", "曾小明", None)["sound"][1:2]
    assert keys(None, "")["same"] == [None, None]
