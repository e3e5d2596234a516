"""Each test of background work registers its own kinds."""

from __future__ import annotations

import pytest

from shouwang.kernel.jobs import handlers


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """No kind is known but those a test registers."""
    monkeypatch.setattr(handlers, "_kinds", {})
