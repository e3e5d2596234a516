"""A small city with data keys."""

import pytest

from shouwang.kernel.privacy import keyring, make_missing_keys
from tests.factories.accounts import small_city


@pytest.fixture
def city(db):  # noqa: ARG001 - opens the database
    keyring().forget()
    make_missing_keys()
    yield small_city()
    keyring().forget()


@pytest.fixture
def village(city):
    return city.at("440513100001")
