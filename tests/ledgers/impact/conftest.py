"""Data keys for the sealed fields, and the small city."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shouwang.kernel.privacy.keys import keyring, make_missing_keys
from tests.factories.accounts import City, small_city


@pytest.fixture
def city(db: None) -> Iterator[City]:  # noqa: ARG001 - opens the database
    """Two districts with their offices; keys made for this test and forgotten after it."""
    keyring().forget()
    make_missing_keys()
    yield small_city()
    keyring().forget()
