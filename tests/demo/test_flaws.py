"""The demonstration's imperfect records: few, the same for a seed, found by the checks, and never what the database refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from shouwang.demo.check_people import check_people
from shouwang.demo.flaws import FLAWS, marred
from shouwang.demo.load_people import load_people
from shouwang.kernel.privacy.keys import keyring, make_missing_keys
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.registry.checks.cards import cards
from shouwang.ledgers.registry.models import CheckFinding, Household
from tests.demo.test_people import draw, same
from tests.factories.accounts import City, small_city

TODAY = dt.date(2020, 2, 17)
# What the invented people cannot have: the load writes whole windows, standings and villages in force, and readable days.
NEVER = {"age_impossible", "disability_number", "id_date", "income_missing", "income_old", "standing_conflict", "village_dissolved"}


@pytest.fixture
def city(db: None) -> Iterator[City]:  # noqa: ARG001 - opens the database
    keyring().forget()
    make_missing_keys()
    yield small_city()
    keyring().forget()


def test_a_seed_gives_the_same_flaws_and_another_seed_others() -> None:
    one, again, other = (marred(draw(7, 2_000), seed) for seed in (7, 7, 8))
    for part in ("households", "members", "incomes", "statuses"):
        assert same(getattr(one, part), getattr(again, part))
    assert not same(one.members, other.members)


def test_flaws_stay_a_small_share_and_a_small_city_has_few() -> None:
    assert sum(share for share, _, _ in FLAWS) < 0.025
    assert same(marred(draw(3, 100), 3).members, draw(3, 100).members)


def test_the_load_shows_findings_of_nearly_every_kind_and_the_towns_have_work(city: City) -> None:
    load_people(city.city, 3_000, seed=2020, today=TODAY, by=Scope.system())
    done = check_people(today=TODAY)
    assert done.households == 3_000
    assert done.found == CheckFinding.objects.count()
    kinds = set(CheckFinding.objects.values_list("code", flat=True))
    assert kinds >= set(cards()) - NEVER - {"out_of_school"}  # one in a thousand children; not in each small city
    wrong = CheckFinding.objects.filter(severity="error").values("household").distinct().count()
    assert 20 < wrong < 0.03 * Household.objects.count()
    towns = set(CheckFinding.objects.filter(severity="error").values_list("town_id", flat=True))
    assert set(WorkItem.objects.filter(state="open", kind="registry.findings").values_list("town_id", flat=True)) == towns
