"""Shared by all tests: the tables hold data keys, as an installation's do; with SHOUWANG_DATABASE_ROLE set, row-level security is in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from shouwang.kernel.privacy import make_missing_keys
from shouwang.kernel.regions import row_policies
from tests.support.as_person import bind_actions

settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder, and warnings are errors


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what asks no database: it has run on SQLite, and would do the same again."""
    if connection.vendor != "postgresql":
        return
    asks, fixtures, marks = [], {"db", "transactional_db"}, ("django_db", "database")
    for item in items:
        if not fixtures.isdisjoint(getattr(item, "fixturenames", ())) or any(item.get_closest_marker(m) for m in marks):
            asks.append(item)
    config.hook.pytest_deselected(items=sorted(set(items) - set(asks), key=str))
    items[:] = asks


def pytest_collection_finish() -> None:
    """Once every module is loaded."""
    if settings.SHOUWANG_DATABASE_ROLE:
        bind_actions()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001 - extends the fixture of the same name
    """Make the data keys once per test database, and go on as the site's role where one is named."""
    role = settings.SHOUWANG_DATABASE_ROLE if connection.vendor == "postgresql" else ""
    with django_db_blocker.unblock():
        make_missing_keys()
        if role:
            row_policies.secure(role)
            with connection.cursor() as cursor:  # beyond the site's: tests empty tables, some make their own, the demonstration sets keys
                cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {role}; GRANT CREATE ON SCHEMA public TO {role}")
                cursor.execute(f"GRANT UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}")
            connection.close()
            connection.settings_dict["OPTIONS"]["assume_role"] = role
    yield
    if role:
        with django_db_blocker.unblock():
            connection.close()
        del connection.settings_dict["OPTIONS"]["assume_role"]
