"""Whatever is split, merged, transferred, moved and undone in whatever order: nobody is lost, nobody is there twice."""

from __future__ import annotations

import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import reshape
from shouwang.ledgers.registry.models import Household, HouseholdChange, IncomeStatement, Member
from tests.factories.accounts import City
from tests.factories.registry import TODAY
from tests.ledgers.registry.reshaping import BASIS, broken, family, whole

SYSTEM = Scope.system("核验")
ACTS = ("split", "merge", "transfer", "move", "undo")


def led(keys: list[int], rng: random.Random) -> dict[int, str]:
    """Relations with one head drawn."""
    head = rng.choice(keys)
    return {k: "head" if k == head else "son" for k in keys}


def act(name: str, city: City, rng: random.Random) -> HouseholdChange | None:
    """One act drawn at random; None where there is nothing to do it to."""
    options = {"basis": BASIS, "by": SYSTEM, "today": TODAY}
    standing = list(Household.objects.filter(closed_on=None).order_by("pk"))
    home, other = rng.choice(standing), rng.choice(standing)
    keys = list(whole(home))
    if name == "undo":
        merges = list(HouseholdChange.objects.filter(kind="merge", state="done").order_by("pk"))
        return reshape.undo(rng.choice(merges), reason="核验", by=SYSTEM, today=TODAY) if merges else None
    if name == "move":
        return reshape.move(home, rng.choice(city.villages), **options)
    if name == "merge":
        return (
            reshape.merge(home, other, led([*keys, *whole(other)], rng), inherit=rng.random() < 0.5, **options) if home != other else None
        )
    rng.shuffle(keys)
    going, rest = keys[: len(keys) // 2], keys[len(keys) // 2 :]
    if not going:
        return None
    if name == "split":
        return reshape.split(home, led(going, rng), led(rest, rng), inherit=rng.random() < 0.5, **options)
    return reshape.transfer(home, other, dict.fromkeys(going, "son"), led(rest, rng), **options) if home != other else None


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(ACTS), min_size=1, max_size=8), seed=st.integers(0, 2**32 - 1))
def test_no_sequence_of_acts_loses_or_doubles_anything(city: City, names: list[str], seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases, no secrets
    with transaction.atomic():
        for n, village in enumerate(city.villages[:4]):
            family(village, *(f"陈{n}{k}" for k in range(n + 1)), registered=n % 2 == 0)
        people, incomes = set(Member.objects.values_list("pk", flat=True)), IncomeStatement.objects.count()
        households = Household.objects.count()
        for name in names:
            state = sorted(Member.objects.values_list("pk", "household", "relation"))
            events, changes = Event.objects.count(), HouseholdChange.objects.count()
            try:
                with transaction.atomic():
                    made = act(name, city, rng)
            except Refused:
                made = None
                assert state == sorted(Member.objects.values_list("pk", "household", "relation"))
            if made is None:
                assert (events, changes) == (Event.objects.count(), HouseholdChange.objects.count())
                continue
            households += name == "split"
            touched = made.members.count()
            assert Event.objects.count() > events + (touched if name != "undo" else 0)
            assert broken() == []
        assert set(Member.objects.filter(left_on=None).values_list("pk", flat=True)) == people
        assert (IncomeStatement.objects.count(), Household.objects.count()) == (incomes, households)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_a_merge_undone_leaves_everything_as_it_was(city: City, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - draws test cases, no secrets
    with transaction.atomic():
        homes = [
            family(rng.choice(city.villages), *(f"林{n}{k}" for k in range(rng.randint(1, 4))), registered=rng.random() < 0.5)[0]
            for n in range(2)
        ]
        before = picture()
        relations = led([pk for h in homes for pk in whole(h)], rng)
        made = reshape.merge(*homes, relations, basis=BASIS, inherit=rng.random() < 0.5, by=SYSTEM, today=TODAY)
        assert broken() == []
        assert picture() != before
        reshape.undo(made, reason="核验", by=SYSTEM, today=TODAY)
        assert picture() == before
        assert broken() == []
        transaction.set_rollback(True)


def picture() -> list[object]:
    """Members, households with what they hold open, incomes: everything a person would see."""
    return [
        sorted(Member.objects.values_list("pk", "household", "relation", "village", "left_on")),
        sorted(Household.objects.values_list("pk", "head_name", "registration", "monitoring", "standard_system", "closed_reason")),
        sorted(
            Household.objects.filter(statuses__until=None, statuses__isnull=False).values_list(
                "pk", "statuses__programme", "statuses__standing"
            ),
            key=str,
        ),
        sorted(Household.objects.filter(helpers__until=None, helpers__isnull=False).values_list("pk", "helpers__name"), key=str),
        sorted(IncomeStatement.objects.values_list("pk", "household", "is_latest")),
    ]
