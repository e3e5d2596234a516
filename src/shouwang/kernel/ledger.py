"""What a ledger says of itself: one declaration per ledger, listed by the portal's catalog, checked by the conformance suite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db.models import Model

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.columns.sheet import Sheet
from shouwang.kernel.figures import Figure
from shouwang.kernel.lifecycle import Lifecycle
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sections import Maker
from shouwang.kernel.shifts import Hook
from shouwang.kernel.tables import Table


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the side menu: shown to holders of `permission` under the heading `group`; `icon` is an id of the sprite.

    `dated` gives the label where words change with the day.
    """

    label: str
    url_name: str
    icon: str
    permission: str
    group: str
    dated: Callable[[dt.date], str] | None = None

    def named(self, today: dt.date) -> str:
        """What the line is called on the day."""
        return self.dated(today) if self.dated else self.label


@dataclass(frozen=True)
class Ledger:
    """One ledger. `permissions` are code → Chinese description; `count` gives the number beside a menu item (None = no number).

    `on_household_change(shift)` moves what the ledger stores about a household or member; a ledger with a foreign key to either must have
    one (kernel.shifts says what it is told and what it may do). `household_section` is its part of a household's page.
    """

    code: str
    title: str
    models: tuple[type[Model], ...] = ()
    tables: tuple[Table, ...] = ()
    lifecycles: tuple[Lifecycle, ...] = ()
    figures: tuple[Figure, ...] = ()
    verbs: tuple[Verb, ...] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    menu: tuple[MenuItem, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    count: Callable[[Scope, str], int | None] | None = None
    on_household_change: Hook | None = None
    household_section: Maker | None = None
