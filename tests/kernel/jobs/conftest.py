"""Each test of background work registers its own kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shouwang.kernel.jobs import handlers


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Each test registers its own kinds."""
    before = dict(handlers._kinds)
    handlers._kinds.clear()
    yield
    handlers._kinds.clear()
    handlers._kinds.update(before)
