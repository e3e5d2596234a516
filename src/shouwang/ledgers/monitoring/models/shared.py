"""Rows of a household that a level of office may be kept from: a complaint about a cadre is not shown to the cadre."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import models
from django.db.models import Q

from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.policies import VIEW
from shouwang.ledgers.registry.models import HelperAssignment, OfHousehold

LEVELS = ("city", "county", "town", "village")


class ConfinedQuerySet(models.QuerySet[Any]):
    """Rows inside a scope, those kept from its level left out."""

    def within(self, scope: Scope, permission: str = VIEW) -> ConfinedQuerySet:
        """By place or by assignment; each hold sees the rows whose `lowest` level is its own or lower."""
        if scope.everything:
            return self
        assigned = None
        if scope.user_id is not None:
            mine = HelperAssignment.objects.filter(user_id=scope.user_id, until=None).values("household_id")
            assigned = Q(household_id__in=mine)
        reach = Q(pk__in=[])
        for hold in scope.holds:
            if permission not in hold.permissions or not (hold.place or hold.assigned):
                continue
            level = hold.place.level if hold.place else Region.VILLAGE
            reach |= replace(scope, holds=(hold,)).q(permission, assigned=assigned) & Q(lowest__gte=level)
        return self.filter(reach)


class Confined(OfHousehold):
    """Abstract: a row of a household with the lowest level of office that may see it (3 county, 4 town, 5 village)."""

    lowest = models.PositiveSmallIntegerField("最低可见层级", default=Region.VILLAGE, choices=Region.LEVELS)

    class Meta:
        abstract = True

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the household, by holds at a level that may see the row."""
        if scope.everything:
            return True
        seeing = tuple(h for h in scope.holds if (h.place.level if h.place else Region.VILLAGE) <= self.lowest)
        return super().covers(replace(scope, holds=seeing), permission)


def placed_indexes(table: str, *fields: str, condition: Q | None = None) -> list[models.Index]:
    """Lists of one city, county, town or village in the order of `fields`."""
    return [models.Index(fields=[level, *fields], name=f"{table}_by_{level}", condition=condition) for level in LEVELS]
