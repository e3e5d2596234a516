"""What every page shows around its own content."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from shouwang.kernel.web import Request


def chrome(request: Request) -> dict[str, Any]:
    """The frame of a page: product, menu, person, place, demonstration date."""
    return {"chrome": SimpleNamespace(product="守望", menu=[], user=None, scope_label="", demo=False, today=request.today, unread=0)}
