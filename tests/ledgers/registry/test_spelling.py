"""Spelling of names for search, and what a typed search asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.ledgers.registry.spelling import Terms, read_terms, readings, spelled


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("王建国", "王 建 国 wjg wangjianguo"),
        ("李娜娜", "李 娜 娜 lnn linana"),
        ("曾建", "曾 建 zj cj zengjian cengjian"),
        ("吕布", "吕 布 lb lvbu"),
        ("尉迟恭", "尉 迟 恭 ycg wcg yuchigong weichigong"),
        ("欧阳 娜", "欧 阳 娜 oyn ouyangna"),
        ("阿依古丽·买买提", "阿 依 古 丽 买 买 提 ayglmmt ayigulimaimaiti"),
        ("𠮷田", "u20bb7 田 t tian"),
        ("John李", "john 李 l li"),
        ("葛\ufe00云", "葛 云 gy geyun"),
        ("", ""),
    ],
)
def test_a_name_is_spelled_by_character_initials_and_pinyin(name: str, expected: str) -> None:
    assert spelled(name) == expected


@pytest.mark.parametrize(
    ("surname", "usual"),
    [
        *[("曾", "zeng"), ("单", "shan"), ("区", "ou"), ("翟", "zhai"), ("解", "xie"), ("查", "zha"), ("朴", "piao"), ("仇", "qiu")],
        *[("盖", "gai"), ("召", "shao"), ("乐", "yue"), ("缪", "miao"), ("洗", "xian"), ("黑", "he"), ("繁", "po"), ("么", "yao")],
        *[("员", "yun"), ("秘", "bi"), ("折", "she"), ("能", "nai"), ("重", "chong"), ("种", "chong"), ("祭", "zhai"), ("覃", "qin")],
        *[("任", "ren"), ("葛", "ge"), ("华", "hua"), ("宁", "ning"), ("燕", "yan"), ("纪", "ji"), ("万", "wan"), ("长孙", "zhangsun")],
        *[("单于", "chanyu"), ("万俟", "moqi"), ("尉迟", "yuchi"), ("令狐", "linghu"), ("尉", "wei"), ("牟", "mou"), ("冯", "feng")],
    ],
)
def test_a_hard_surname_is_read_as_a_surname_first(surname: str, usual: str) -> None:
    assert "".join(readings(surname)[0]) == usual


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("王建国", Terms((("王", "建", "国"),))),
        ("ＷＪＧ", Terms((), (("wjg",),))),
        ("wang jian guo", Terms((), (("wangjianguo",),))),
        ("王jg", Terms((("王",),), (("wangjg", "wjg"),))),
        ("w建国", Terms((("建", "国"),), (("wjg", "wjianguo"),))),
        ("440513 王", Terms((("王",),), (), "440513")),
        ("lü", Terms((), (("lv",),))),
        ("𠮷", Terms((("u20bb7",),))),
        ("· ”* OR", Terms((), (("or",),))),
        ("  ", Terms()),
    ],
)
def test_typed_words_become_phrases_letters_and_digits(typed: str, expected: Terms) -> None:
    assert read_terms(typed) == expected


@pytest.mark.parametrize(
    ("typed", "name", "meets"),
    [
        ("建国", "王建国", True),
        ("王国", "王建国", False),
        ("国", "王建国", True),
        ("wj", "王建国", True),
        ("jg", "王建国", False),
        ("wangjiang", "王建国", True),
        ("cjg", "曾建国", True),
        ("zengj", "曾建国", True),
        ("曾jg", "曾建国", True),
        ("王jg", "王建国", True),
        ("王gj", "王建国", False),
        ("娜娜", "李娜娜", True),
        ("娜娜", "李娜", False),
    ],
)
def test_terms_meet_a_spelling(typed: str, name: str, meets: bool) -> None:
    assert read_terms(typed).meet(spelled(name)) is meets


@given(st.text(min_size=1, max_size=40), st.data())
def test_any_part_of_any_name_finds_it(name: str, data: st.DataObject) -> None:
    low = data.draw(st.integers(0, len(name) - 1))
    part = name[low : data.draw(st.integers(low + 1, len(name)))]
    han = "".join(c for c in part if "\u4e00" <= c <= "\u9fa5")
    if han and han in name:
        assert read_terms(han).meet(spelled(name))


@given(st.text(max_size=60))
def test_terms_hold_nothing_but_letters_and_digits(typed: str) -> None:
    """They become part of a query of the database's full-text language."""
    terms = read_terms(typed)
    words = [w for p in terms.phrases for w in p] + [w for one in terms.letters for w in one]
    assert all(w.isalnum() for w in words)
    assert not terms.code or terms.code.isdigit()
