"""What higher ledgers put on a household's page: a part of the page, and records whose acts belong on its time line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shouwang.kernel.regions.scope import Scope


@dataclass(frozen=True, slots=True)
class Section:
    """A card on the page: `template` is included with `context` as ``s``; `key` is its anchor, `count` stands beside the tab.

    `records` are (ledger label, record id) → what to call them on the household's time line; only those this person sees.
    """

    key: str
    title: str
    template: str
    context: Mapping[str, Any]
    count: int | None = None
    records: Mapping[tuple[str, str], str] = field(default_factory=dict)


# (scope, household id, today) → the section, or None where this person sees nothing of the ledger there.
Maker = Callable[[Scope, int, dt.date], Section | None]
_makers: list[Maker] = []


def install(makers: Iterable[Maker]) -> None:
    """Make the catalog's sections known; called once when the site starts."""
    _makers[:] = makers


def sections_of(scope: Scope, household: int, today: dt.date) -> list[Section]:
    """The sections of a household the person sees, in catalog order; the caller has checked the household."""
    return [found for maker in _makers if (found := maker(scope, household, today)) is not None]
