"""The permission matrix: every route × person × method × target × header answers as the oracle says; planted bugs turn it red."""

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.conformance.matrix import every_route, plan, walk
from tests.conformance.mutants import MUTANTS
from tests.conformance.oracle import ORACLE
from tests.conformance.world import World, build


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):  # noqa: ARG001 - the database must stand; the name tells pytest-django to make it
    """One transaction around the module: the world is built once, and everything is undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(db, tmp_path_factory):  # noqa: ARG001 - opens the database
    """The city with its people and records."""
    kept, settings.STATIC_ROOT = settings.STATIC_ROOT, tmp_path_factory.mktemp("static")
    yield build()
    settings.STATIC_ROOT = kept


NAMES = sorted({name for name, _ in every_route()})


def test_every_route_is_in_the_oracle():
    assert sorted(set(NAMES) - set(ORACLE)) == []


def test_the_oracle_names_no_route_that_is_gone():
    assert sorted(set(ORACLE) - set(NAMES)) == []


def test_the_whole_matrix_is_large(world: World):
    """docs of security: every route × 7 methods, at least 50,000 cases; the short form asks fewer people where the person does not matter."""
    whole = sum(1 for name in NAMES for _ in plan(world, ORACLE[name], whole=True))
    short = sum(1 for name in NAMES for _ in plan(world, ORACLE[name], whole=False))
    assert whole >= 50_000
    assert short >= 20_000 or connection.vendor != "sqlite"


@pytest.mark.parametrize("name", [n for n in NAMES if n in ORACLE])
def test_route_answers_as_the_oracle_says(world: World, name: str):
    result = walk(world, name, ORACLE[name])
    assert result.cases > 0
    assert result.wrong == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_planted_bug_turns_the_matrix_red(world: World, mutant, monkeypatch):
    mutant.plant(monkeypatch)
    caught = {name: bool(walk(world, name, ORACLE[name], methods=("GET", "POST")).wrong) for name in mutant.routes}
    assert caught == dict.fromkeys(mutant.routes, True)
