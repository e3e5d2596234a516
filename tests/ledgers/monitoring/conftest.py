"""Data keys for the sealed fields, the small city, its people and a household of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.models import Setting
from shouwang.kernel.privacy.keys import keyring, make_missing_keys
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import City, small_city
from tests.factories.registry import TODAY, add_member, make_household
from tests.ledgers.monitoring.road import People, people


@pytest.fixture
def city(db: None, settings: Any, tmp_path: Path) -> Iterator[City]:  # noqa: ARG001 - opens the database
    """Two districts with their offices on the business date; keys made for this test and forgotten after it."""
    settings.STATIC_ROOT = tmp_path
    keyring().forget()
    make_missing_keys()
    Setting.objects.get_or_create(key=DEMO_DATE, defaults={"value": TODAY.isoformat()})
    yield small_city()
    keyring().forget()


@pytest.fixture
def home(city: City) -> Household:
    """An ordinary household of 和睦居委会 with its head."""
    made = make_household(city.at("440513100001"), head_name="陈样板")
    add_member(made)
    return made


@pytest.fixture
def who(city: City) -> People:
    return people(city)
