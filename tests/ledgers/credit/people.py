"""Officers of the small city who work with loans."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.regions.scope import Scope
from tests.factories.accounts import City, make_user, scope

TODAY = dt.date(2020, 2, 17)


def clerk(city: City, name: str = "clerk", today: dt.date = TODAY) -> Scope:
    """A clerk of the county's office."""
    return scope(make_user(name, city.offices["440513-fpb"], "office_clerk"), today)


def villager(city: City, today: dt.date = TODAY) -> Scope:
    """An officer of the first village."""
    return scope(make_user("village", city.offices["440513100001-cwh"], "village_officer"), today)
