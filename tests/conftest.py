"""Shared by all tests: the tables hold data keys, as an installation's do."""

from __future__ import annotations

import pytest
from django.conf import settings

from shouwang.kernel.privacy import make_missing_keys

settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder, and warnings are errors


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:  # noqa: ARG001 - extends the fixture of the same name
    """Make the data keys once per test database."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django publishes no type for it
        make_missing_keys()
