"""The stage of every test of dispatch: a small city with its officers."""

from __future__ import annotations

import pytest

from tests.factories.dispatch import Stage, stage


@pytest.fixture
def made(db: None) -> Stage:  # noqa: ARG001 - opens the database
    """Offices and officers; see tests.factories.dispatch."""
    return stage()
