"""Names by sound and by shape."""

from __future__ import annotations

import pytest

from shouwang.kernel.rulebook import book
from shouwang.ledgers.registry.names import alike_in_shape, comparison, sounds


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("曾小明", {"zengxiaoming", "cengxiaoming"}),
        ("单田芳", {"shantianfang", "dantianfang"}),
        ("区建国", {"oujianguo", "qujianguo"}),
        ("翟志刚", {"zhaizhigang", "dizhigang"}),
        ("任强", {"renqiang"}),
        ("林 曾", {"linceng"}),
        ("", set()),
    ],
)
def test_a_surname_has_all_its_readings_and_a_given_name_the_usual(name, readings):
    assert sounds(name) == readings


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("陈志明", "陈志明", "same"),
        ("陈　志明", "陈志明", "same"),
        ("陈志明", "陈智铭", "sound"),
        ("曾伟", "增伟", "sound"),
        ("陈永财", "陈水财", "shape"),
        ("佘木", "余木", "shape"),
        ("陈志明", "陈志强", "other"),
        ("陈明", "陈明明", "other"),
        ("", "陈明", ""),
    ],
)
def test_comparison(one, other, what):
    assert comparison(one, other) == what


def test_a_name_all_of_whose_characters_differ_is_not_alike_in_shape():
    assert not alike_in_shape("未土", "末士")


def test_groups_of_similar_characters_hold_no_character_twice():
    for group in book("names")["similar_characters"][0].value:
        assert len(set(group)) == len(group) >= 2
