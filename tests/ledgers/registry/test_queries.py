"""Named sets, exact search, lines: what lists and figures stand on."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from shouwang.kernel import figures
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.rulebook import book
from shouwang.ledgers.registry import queries
from shouwang.ledgers.registry.codes import BOOK, choices, rule, standing_word, word, words
from shouwang.ledgers.registry.figures import FIGURES
from shouwang.ledgers.registry.income import below
from shouwang.ledgers.registry.lines import line_of
from shouwang.ledgers.registry.models import STANDARD_SYSTEMS, Household, IncomeStatement, Member
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_status, add_visit, make_household


class TestCodes:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (dt.date(2020, 2, 17), "脱贫监测户"),
            (dt.date(2020, 3, 19), "脱贫监测户"),
            (dt.date(2020, 3, 20), "脱贫不稳定户"),
        ],
    )
    def test_the_word_of_a_code_depends_on_the_day(self, day: dt.date, expected: str) -> None:
        assert word("monitoring_standing", "unstable", on=day) == expected

    def test_sudden_hardship_exists_from_may_2021(self) -> None:
        assert "sudden" not in words("monitoring_standing", on=dt.date(2021, 5, 13))
        assert "sudden" in words("monitoring_standing", on=dt.date(2021, 5, 14))

    def test_the_epidemic_is_a_risk_from_2020_only(self) -> None:
        assert "epidemic" not in words("risk", on=dt.date(2019, 12, 31))
        assert word("risk", "epidemic", on=TODAY) == "因疫"

    def test_no_cause_is_part_of_another_since_they_are_stored_joined(self) -> None:
        for name in ("cause", "risk"):
            for one, other in itertools.permutations(words(name, on=TODAY), 2):
                assert one not in other

    def test_every_value_names_its_source(self) -> None:
        for name, rules in book(BOOK).items():
            assert all(len(r.source) >= 4 and r.unit for r in rules), name

    def test_nothing_shows_as_dashes_and_an_unknown_code_as_itself(self) -> None:
        assert (word("cause", "", on=TODAY), word("cause", "aliens", on=TODAY)) == ("--", "aliens")

    def test_a_blank_choice_comes_first(self) -> None:
        assert choices("sex", on=TODAY, blank="未填") == [("", "未填"), ("male", "男"), ("female", "女")]

    @pytest.mark.parametrize(
        ("registration", "monitoring", "expected"),
        [
            ("exited", "unstable", "已脱贫（脱贫监测户）"),
            ("", "borderline", "边缘户"),
            ("poor", "", "未脱贫"),
            ("exited", "cleared", "已脱贫"),
            ("", "", "一般农户"),
        ],
    )
    def test_a_household_has_one_name(self, registration: str, monitoring: str, expected: str) -> None:
        assert standing_word(registration, monitoring, on=TODAY) == expected


class TestLines:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [(dt.date(2020, 2, 17), 5000), (dt.date(2020, 3, 19), 5000), (dt.date(2020, 3, 20), 6000), (dt.date(2021, 6, 1), 6000)],
    )
    def test_the_monitoring_line_changes_on_the_day_of_its_paper(self, day: dt.date, expected: int) -> None:
        assert line_of("monitored", on=day, region="4405").value == expected

    def test_guangdong_has_a_line_of_its_own_and_others_have_none(self) -> None:
        assert line_of("gd_relative", on=TODAY, region="440513101201").value == 4000
        with pytest.raises(LookupError, match="line_gd_relative"):
            line_of("gd_relative", on=TODAY, region="520100")

    def test_an_unverified_value_says_so(self) -> None:
        assert rule("line_national_exit", on=dt.date(2018, 5, 1)).unverified
        assert not rule("line_national_statistical", on=dt.date(2014, 5, 1)).unverified

    def test_the_set_below_the_line_is_the_households_that_are_below_it(self, city: City) -> None:
        """Against the pure rule, one household at a time, just under, on and over each line."""
        for system, cents in itertools.product(STANDARD_SYSTEMS, (-1, 0, 1)):
            household = make_household(city.villages[0], registration="poor", standard_system=system)
            line = int(line_of(system, on=TODAY, region="4405").value)
            add_income(household, persons=3, wage=line * 100 * 3 + cents)
        found = set(queries.below_line(Household.objects.all(), TODAY))
        expected = {
            s.household
            for s in IncomeStatement.objects.select_related("household")
            if below(s.net, s.persons, Decimal(line_of(s.household.standard_system, on=TODAY, region="4405").value))
        }
        assert found == expected
        assert len(found) == len(STANDARD_SYSTEMS)

    def test_before_regions_are_loaded_nothing_is_below(self, db: None) -> None:  # noqa: ARG002 - opens the database
        assert not queries.below_line(Household.objects.all(), TODAY).exists()


class TestReach:
    def test_out_of_scope_and_missing_look_the_same(self, city: City) -> None:
        there = make_household(city.at("440514101201"))
        clerk = scope(make_user("c", city.offices["440513-fpb"], "office_clerk"))
        for pk in (there.pk, there.pk + 999):
            with pytest.raises(OutOfScope):
                queries.household(clerk, pk)

    def test_a_member_is_reached_through_the_scope_of_the_deed(self, city: City) -> None:
        member = add_member(make_household(city.villages[0]))
        officer = scope(make_user("v", city.offices["440513100001-cwh"], "village_officer"))
        assert queries.of_household(Member, officer, member.pk).pk == member.pk
        with pytest.raises(OutOfScope):
            queries.of_household(Member, officer, member.pk, "registry.reveal")

    def test_exact_search_finds_by_id_and_phone_inside_the_scope_only(self, city: City) -> None:
        here, there = make_household(city.villages[0], phone="15400000001"), make_household(city.at("440514101201"))
        add_member(here, id_number="44051319700101001X")
        add_member(there, id_number="44051319700101001X", phone="15400000001")
        clerk = scope(make_user("c", city.offices["440513-fpb"], "office_clerk"))
        whole = scope(make_user("w", city.offices["4405-fpb"], "office_clerk"))
        for number in ("44051319700101001X", "15400000001"):
            assert [h.pk for h in queries.found_by_number(clerk, number)] == [here.pk]
            assert {h.pk for h in queries.found_by_number(whole, number)} == {here.pk, there.pk}
        assert queries.found_by_number(whole, "440513197001010") == []


@pytest.fixture
def own_figures() -> Iterator[None]:
    """The registry's figures alone; what was installed comes back."""
    before = tuple(figures.installed().values())
    figures.install(FIGURES)
    yield
    figures.install(before)


@pytest.fixture
def world(city: City, own_figures: None) -> dict[str, Any]:  # noqa: ARG001 - installs the figures
    """One household of each kind a figure looks for, in 潮阳; one poor household in 潮南."""
    here = city.at("440513100001")
    poor = make_household(here, phone="15400000001", housing_grade="d", water_quality=False, water_quantity=True)
    add_status(poor, standing="poor")
    add_income(poor, persons=2, wage=600_000, business=100_000, business_expense=50_000)
    add_member(poor, insurance="none")
    add_member(poor, relation="daughter", sex="female", birth_date=dt.date(2010, 5, 1), labour="none", out_of_school_reason="poverty")
    exited = make_household(here, housing_grade="c", housing_lived_in=False)
    add_status(exited, standing="exited")
    add_status(exited, programme="monitoring", standing="unstable")
    add_income(exited, persons=1, transfer_pension=1_000_000)
    add_helper(exited)
    add_member(exited, birth_date=dt.date(1940, 1, 1), labour="none")
    add_member(exited, relation="son", left_on=dt.date(2019, 1, 1))
    add_visit(exited, needs="想外出务工")
    add_visit(poor, reach="refused")
    borderline = make_household(here)
    add_status(borderline, programme="monitoring", standing="borderline")
    add_income(borderline, persons=1, wage=499_999)
    add_member(borderline)
    removed = make_household(here)
    add_status(removed, standing="removed")
    add_member(removed, insurance="none")
    make_household(here)
    away = make_household(city.at("440514101201"))
    add_status(away, standing="relapsed")
    add_helper(away)
    add_member(away, school_status="bachelor")
    return {"city": city, "poor": poor, "exited": exited, "borderline": borderline, "away": away}


EXPECTED = {
    "households": 2,
    "persons": 3,
    "not_exited_households": 1,
    "not_exited_persons": 2,
    "exited_households": 1,
    "exited_persons": 1,
    "relapsed_households": 0,
    "relapsed_persons": 0,
    "monitored_households": 2,
    "monitored_persons": 2,
    "unstable_households": 1,
    "unstable_persons": 1,
    "borderline_households": 1,
    "borderline_persons": 1,
    "below_line_households": 2,
    "below_line_persons": 3,
    "labour_persons": 1,
    "unsafe_housing_households": 1,
    "water_open_households": 1,
    "out_of_school_persons": 1,
    "uninsured_persons": 1,
    "income_persons": 3,
    "income_per_head": 1_650_000,
    "wage_dependent_households": 1,
    "business_households": 1,
    "without_helper_households": 2,
    "with_phone_households": 1,
    "with_phone_share": 1,
    "on_file_households": 3,
    "papers_missing_households": 3,
    "papers_complete_rate": 0,
    "visited_households": 1,
    "unvisited_households": 2,
    "open_needs": 1,
    "open_lookalikes": 0,
}


def test_every_figure_counts_the_small_world(world: dict[str, Any]) -> None:
    place = world["city"].at("440513").place
    found = {f.code.removeprefix("registry."): figures.value(f, TODAY, place=place).numerator for f in FIGURES}
    assert found == EXPECTED


def test_shares_are_computed_from_unrounded_parts(world: dict[str, Any]) -> None:
    place = world["city"].at("440513").place
    share = figures.value(figures.get("registry.with_phone_share"), TODAY, place=place)
    mean = figures.value(figures.get("registry.income_per_head"), TODAY, place=place)
    assert (share.text, mean.text) == ("50.0", "5,500.00")


def test_a_figure_breaks_down_by_county_without_a_join_doubling_rows(world: dict[str, Any]) -> None:
    city = world["city"]
    add_income(world["poor"], persons=2, wage=1, checked_on=dt.date(2018, 11, 1), is_latest=False)
    found = figures.breakdown(figures.get("registry.income_per_head"), TODAY, place=city.city.place, level=3)
    assert found[city.at("440513").pk].numerator == 1_650_000
    assert figures.breakdown(figures.get("registry.persons"), TODAY, place=city.city.place, level=3)[city.at("440514").pk].numerator == 1


def test_members_are_counted_as_of_the_day(world: dict[str, Any]) -> None:
    place = world["city"].at("440513").place
    assert figures.value(figures.get("registry.persons"), dt.date(2018, 12, 31), place=place).numerator == 4
