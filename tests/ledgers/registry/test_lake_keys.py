"""The key of a household or person in the columns of the watch."""

import importlib

import pytest
from django.db import IntegrityError, connection, transaction

from shouwang.kernel.audit.models import Event
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import actions
from shouwang.ledgers.registry.lake_keys import fresh_keys
from shouwang.ledgers.registry.models import Household, Member
from tests.factories.registry import TODAY, add_member, make_household


def test_fresh_keys_are_many_different_ones_of_63_bits():
    found = fresh_keys(20_000)
    assert len(set(found)) == 20_000 and min(found) > 0 and max(found) < 2**63


@pytest.mark.django_db
def test_a_household_and_a_member_get_a_key_that_a_change_keeps_and_the_audit_does_not_tell(city):
    household = make_household(city.at("440513100001"))
    member = add_member(household)
    actions.edit_household(household, {"hamlet": "二组"}, by=Scope.system(), today=TODAY, version=None)
    assert Household.objects.get(pk=household.pk).lake_key == household.lake_key > 0
    assert Member.objects.get(pk=member.pk).lake_key == member.lake_key > 0
    told = "".join(str(e.changes) for e in Event.objects.all())
    assert "二组" in told and str(household.lake_key) not in told


@pytest.mark.django_db
def test_two_households_with_one_key_are_refused_by_the_database(city):
    household = make_household(city.at("440513100001"))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_household(city.at("440513100001"), lake_key=household.lake_key)


@pytest.mark.django_db
def test_rows_from_before_get_keys_of_their_own_and_keep_those_they_have():
    migration = importlib.import_module("shouwang.ledgers.registry.migrations.0009_lake_keys")
    with connection.cursor() as cursor:
        try:
            for table in ("registry_household", "registry_member"):  # temporary ones stand before the real
                cursor.execute(f"CREATE TEMPORARY TABLE {table} (id bigint PRIMARY KEY, lake_key bigint)")
                cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s)", [(n, 7 if n == 3 else None) for n in range(1, 12_001)])  # noqa: S608 - two names of ours
            migration.fill(None, connection.schema_editor())
            for table in ("registry_household", "registry_member"):
                cursor.execute(f"SELECT id, lake_key FROM {table}")  # noqa: S608 - two names of ours
                found = dict(cursor.fetchall())
                assert len(set(found.values())) == 12_000 and None not in found.values() and found[3] == 7
        finally:
            for table in ("registry_household", "registry_member"):
                cursor.execute(f"DROP TABLE IF EXISTS {'pg_temp' if connection.vendor == 'postgresql' else 'temp'}.{table}")
