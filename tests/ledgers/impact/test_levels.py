"""Risk levels: published ones govern, a computed one is a preview, none exist before 17 February 2020."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.ledgers.impact import levels, queries
from tests.factories.impact import make_cases, make_level

D = dt.date


def test_no_levels_before_17_february_even_where_one_was_entered(city):
    make_level(city.counties[0], "high", D(2020, 2, 10))
    assert queries.level_on(city.villages[0], D(2020, 2, 16)) is None
    assert queries.level_on(city.villages[0], D(2020, 2, 17)).code == "high"


def test_level_of_a_village_is_that_of_its_county_by_date(city):
    make_level(city.counties[0], "medium", D(2020, 2, 17))
    make_level(city.counties[0], "low", D(2020, 3, 1))
    found = [queries.level_on(city.villages[0], day) for day in (D(2020, 2, 20), D(2020, 2, 29), D(2020, 3, 1))]
    assert [f.code for f in found] == ["medium", "medium", "low"]
    assert found[2].name == "低风险"
    assert found[2].since == D(2020, 3, 1)
    assert queries.level_on(city.at("440514"), D(2020, 3, 1)) is None


def test_units_of_other_provinces_and_cities_without_counties_go_by_code(city):
    make_level(city.city, "high", D(2020, 2, 18), unit_code="420106", unit_name="武昌区")
    make_level(city.city, "low", D(2020, 2, 18), unit_code="441900", unit_name="东莞市")
    found = queries.levels_on(["420106", "441900003000", "441900", city.villages[0]], D(2020, 2, 20))
    assert {code: level.code if level else None for code, level in found.items()} == {"420106": "high", "441900": "low", "440513": None}


def test_levels_end_with_the_rule_of_2023(city):
    make_level(city.counties[0], "high", D(2022, 11, 1))
    assert queries.level_on(city.counties[0], D(2023, 1, 7)).code == "high"
    assert queries.level_on(city.counties[0], D(2023, 1, 8)) is None


def test_code_that_is_no_unit_is_an_error():
    with pytest.raises(ValueError, match="no code"):
        levels.unit_code("汕头")


@pytest.mark.parametrize(
    ("level", "visits", "gatherings", "out", "restart", "days"),
    [
        ("low", ("home", "phone", "video"), True, True, True, 7),
        ("medium", ("phone", "video", "home"), False, True, True, 3),
        ("high", ("phone", "video"), False, False, False, 1),
    ],
)
def test_what_a_level_allows(city, level, visits, gatherings, out, restart, days):
    make_level(city.counties[0], level)
    found = queries.allowed(city.villages[0], D(2020, 2, 20))
    assert (found.visit_means, found.gatherings, found.travel_out, found.restart, found.report_days) == (
        visits,
        gatherings,
        out,
        restart,
        days,
    )
    assert found.level.code == level


@pytest.mark.parametrize(
    ("day", "visits", "gatherings"),
    [
        (D(2020, 1, 10), ("home", "phone", "video"), True),
        (D(2020, 2, 10), ("phone", "video"), False),
        (D(2023, 2, 1), ("home", "phone", "video"), True),
    ],
)
def test_what_is_allowed_without_a_published_level(city, day, visits, gatherings):
    found = queries.allowed(city.villages[0], day)
    assert (found.level, found.visit_means, found.gatherings) == (None, visits, gatherings)


@pytest.mark.parametrize(
    ("counts", "level"),
    [
        ([], ""),
        ([(D(2020, 2, 1), 3, 3, False)], "low"),  # sixteen days ago
        ([(D(2020, 2, 3), 3, 3, False)], "low"),  # the fourteenth day is over
        ([(D(2020, 2, 4), 1, 3, True)], "medium"),  # a cluster, but few cases
        ([(D(2020, 2, 10), 8, 50, True)], "medium"),  # 50 is not above 50
        ([(D(2020, 2, 10), 9, 51, False)], "medium"),  # above 50 without a cluster
        ([(D(2020, 2, 10), 9, 51, True)], "high"),
        ([(D(2020, 1, 30), 51, 51, True), (D(2020, 2, 16), 0, 51, False)], "low"),
        ([(D(2020, 2, 20), 5, 90, True)], ""),  # not yet reported on that day
    ],
)
def test_preview_follows_the_dated_rule(city, counts, level):
    county = city.counties[0]
    for day, fresh, total, cluster in counts:
        make_cases(county, day, fresh=fresh, total=total, cluster=cluster)
    assert levels.previews([county], D(2020, 2, 17))[county.pk].level == level


def test_preview_never_governs_and_is_none_before_the_rule(city):
    county = city.counties[0]
    make_cases(county, D(2020, 2, 10), fresh=9, total=51, cluster=True)
    assert levels.previews([county], D(2020, 2, 16))[county.pk].level == ""
    assert queries.level_on(county, D(2020, 2, 17)) is None


def test_many_places_cost_one_query(city, django_assert_num_queries):
    make_level(city.counties[0])
    with django_assert_num_queries(1):
        queries.levels_on([*city.counties, *city.villages], D(2020, 2, 20))
