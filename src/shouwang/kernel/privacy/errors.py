"""The two refusals of this package; pages and commands show them as they stand."""

from __future__ import annotations

from shouwang.kernel.errors import Refused


class CellRefused(Refused):
    """Sealed data that cannot be opened: altered, cut, moved to another row or column, or of another key."""


class KeyRefused(Refused):
    """A key that is missing, wrong, weak or lies where it may not."""
