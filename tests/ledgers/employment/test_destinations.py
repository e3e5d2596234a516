"""Where somebody works, as people write it."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.ledgers.employment.destinations import band, read

DAY = dt.date(2020, 2, 17)


@pytest.mark.parametrize(
    ("text", "code", "name", "detail"),
    [
        ("广东省深圳市宝安区", "440306", "广东省深圳市宝安区", ""),
        ("广东深圳宝安 西乡街道", "440306", "广东省深圳市宝安区", "西乡街道"),
        ("东莞长安镇", "441900", "广东省东莞市", "长安镇"),
        ("中山市小榄镇", "442000", "广东省中山市", "小榄镇"),
        ("汕头市潮阳区", "440513", "广东省汕头市潮阳区", ""),
        ("北京市朝阳区", "110105", "北京市朝阳区", ""),
        ("浙江省", "330000", "浙江省", ""),
        ("福建厦门", "350200", "福建省厦门市", ""),
    ],
)
def test_place_is_read_from_full_and_short_names(text, code, name, detail):
    found = read(text, on=DAY)
    assert (found.code, found.name, found.detail) == (code, name, detail)


@pytest.mark.parametrize("text", ["东莞长安镇", "广东省中山市", "广东省深圳市宝安区"])
def test_whole_place_has_a_county_or_needs_none(text):
    assert read(text, on=DAY, whole=True).whole


@pytest.mark.parametrize(
    ("text", "words"),
    [("深圳市", "须写到区（县）"), ("广东", "须写到区（县）"), ("某某地方", "没有认出"), ("朝阳区", "有多处同名"), ("", "没有认出")],
)
def test_place_that_cannot_be_taken_says_how_to_write_it(text, words):
    with pytest.raises(Refused, match=words):
        read(text, on=DAY, whole=True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("330106", "out_province"),
        ("441900", "out_city"),
        ("440512", "cross_district"),
        ("440513", "in_county"),
        ("440000", ""),
        ("440500", ""),
    ],
)
def test_band_is_seen_from_the_home_county(code, expected):
    assert band(code, "440513100001") == expected
